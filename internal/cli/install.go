package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/internal/kernelspec"
	"github.com/lislab/lislab/kernel/engine/build"
)

type installOptions struct {
	user, sysPrefix bool
	prefix          string
}

func newInstallCmd(s streams) *cobra.Command {
	return installCmd(s, func(ctx context.Context, o installOptions) error { return install(ctx, s, o) })
}

func installCmd(_ streams, do func(context.Context, installOptions) error) *cobra.Command {
	var o installOptions
	cmd := &cobra.Command{
		Use:   "install [--user | --prefix DIR | --sys-prefix]",
		Short: "tell Jupyter about the Go kernel",
		Long: `Install writes the kernelspec "lislab" (shown as "Go (lislab)"), which starts
this very binary. With nothing said it is for this user.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n := 0
			for _, name := range []string{"user", "prefix", "sys-prefix"} {
				if cmd.Flags().Changed(name) {
					n++
				}
			}
			if n > 1 {
				return usagef("choose one", "--user, --prefix and --sys-prefix exclude each other")
			}
			return do(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.user, "user", false, "for this user (the default)")
	f.StringVar(&o.prefix, "prefix", "", "into `DIR`/share/jupyter, for the Python environment DIR")
	f.BoolVar(&o.sysPrefix, "sys-prefix", false, "into the Python environment that is active")
	return cmd
}

func install(ctx context.Context, s streams, o installOptions) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	if exe, err = filepath.EvalSymlinks(exe); err != nil {
		return err
	}
	if filepath.Base(filepath.Dir(exe)) == "exe" && strings.Contains(exe, "go-build") {
		return usagef("build it first: go build -o bin/lislab . && bin/lislab install", "go run removes its binary %s when it ends, and the kernel would not start", exe)
	}
	dir, err := dataDir(ctx, o)
	if err != nil {
		return err
	}
	folder, err := kernelspec.Write(dir, exe)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "installed the kernel %s in %s\n", kernelspec.Name, folder)
	return warm(ctx, s)
}

// warm builds the program that runs cells, so that the first notebook does not
// wait for it. Without a toolchain there is none, and that is said.
func warm(ctx context.Context, s streams) error {
	b, err := build.Open(ctx, buildConfig(func(what string) { fmt.Fprintln(s.err, "lislab: "+what) }))
	if err != nil {
		fmt.Fprintf(s.err, "lislab: cells will be interpreted, as Go was before generics: %v\n", err)
		return nil
	}
	_, err = b.Worker(ctx)
	return errors.Join(err, b.Close())
}

// dataDir is the Jupyter data directory that the options name.
func dataDir(ctx context.Context, o installOptions) (string, error) {
	prefix := o.prefix
	if o.sysPrefix {
		var err error
		if prefix, err = pythonPrefix(ctx); err != nil {
			return "", err
		}
	}
	if prefix == "" {
		return kernelspec.UserDir()
	}
	prefix, err := filepath.Abs(prefix)
	if err != nil {
		return "", err
	}
	if st, err := os.Stat(prefix); err != nil || !st.IsDir() {
		return "", usagef("make the environment first: python3 -m venv "+prefix, "no folder %s to install into", prefix)
	}
	return filepath.Join(prefix, "share", "jupyter"), nil
}

// pythonPrefix asks the python3 of the PATH for its environment.
func pythonPrefix(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.prefix)").Output()
	if err != nil {
		return "", usagef("name the environment: --prefix DIR", "python3 did not tell its prefix: %v", err)
	}
	return strings.TrimSpace(string(out)), nil
}
