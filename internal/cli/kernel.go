package cli

import (
	"context"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/kernel"
	"github.com/lislab/lislab/kernel/engine/build"
	"github.com/lislab/lislab/kernel/engine/session"
)

// newKernelCmd is what Jupyter starts, by the kernelspec that lislab install
// writes.
func newKernelCmd(streams) *cobra.Command {
	return &cobra.Command{
		Use:   "kernel FILE",
		Short: "serve a notebook; Jupyter runs this with its connection file",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return nil // "jupyter run" and "jupyter console" hand on their own arguments behind it
			}
			return usagef("Jupyter starts it; to make it known there: lislab install", "lislab kernel takes a connection file")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			opt := sessionOptions()
			var err error
			if opt.MemoryLimit, err = memoryLimit(os.Getenv(memoryVariable)); err != nil {
				return err
			}
			s, err := session.New(opt)
			if err != nil {
				return err
			}
			return kernel.Run(cmd.Context(), args[0], s)
		},
	}
}

// memoryVariable names what bounds a notebook's memory; a kernelspec's env or a
// shell sets it.
const memoryVariable = "LISLAB_MEMORY_MB"

// memoryLimit reads the value of memoryVariable, in bytes; "" is 0, the kernel's
// own choice.
func memoryLimit(value string) (uint64, error) {
	if value == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(value, 10, 32)
	if err != nil || n < 256 {
		return 0, usagef("leave it out for 80 % of what is free", "%s is %q: want a number of megabytes, 256 or more", memoryVariable, value)
	}
	return n << 20, nil
}

// sessionOptions are how notebooks run: their cells are compiled where there is
// a toolchain, and interpreted elsewhere.
func sessionOptions() session.Options {
	return session.Options{Version: Version, Compiler: func(ctx context.Context, progress func(string)) (session.Compiler, error) {
		return build.Open(ctx, buildConfig(progress))
	}}
}

// buildConfig is how cells and the worker that runs them are built.
func buildConfig(progress func(string)) build.Config {
	return build.Config{Main: "github.com/lislab/lislab/internal/cellworker", Progress: progress}
}
