package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// toolchain is the Go installation that builds cells.
type toolchain struct {
	goCmd   string
	version string // go1.26.8
	root    string // GOROOT
	tools   string // folder of compile and link
	goos    string
	goarch  string
	cc      string
	proxy   string
	ld      string // the host linker called for a cell, "" if there is none
	void    string // a program that does nothing
	mold    bool   // the C compiler may be told to link with mold
}

// ErrNoToolchain is returned by Open where there is no Go or no C compiler.
var ErrNoToolchain = errors.New("no Go toolchain with a C compiler")

// findToolchain asks the go command of $PATH about itself, as it is in dir.
func findToolchain(ctx context.Context, dir string) (*toolchain, error) {
	goCmd, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("%w: the go command is not in $PATH; install Go from https://go.dev/dl", ErrNoToolchain)
	}
	out, err := run(ctx, dir, nil, goCmd, "env", "-json", "GOVERSION", "GOROOT", "GOTOOLDIR", "GOOS", "GOARCH", "CC", "GOPROXY")
	if err != nil {
		return nil, err
	}
	var env struct{ GOVERSION, GOROOT, GOTOOLDIR, GOOS, GOARCH, CC, GOPROXY string }
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	t := &toolchain{goCmd: goCmd, version: env.GOVERSION, root: env.GOROOT, tools: env.GOTOOLDIR, goos: env.GOOS, goarch: env.GOARCH, cc: env.CC, proxy: env.GOPROXY}
	if _, err := exec.LookPath(strings.Fields(t.cc + " ")[0]); err != nil {
		return nil, fmt.Errorf("%w: %q is not in $PATH; install gcc (sudo apt-get install gcc libc6-dev; on a Mac xcode-select --install)", ErrNoToolchain, t.cc)
	}
	for _, name := range []string{"ld", "mold", "ld.lld"} {
		if p, err := exec.LookPath(name); err == nil {
			t.ld = p
			break
		}
	}
	_, err = exec.LookPath("mold")
	t.mold = err == nil
	if t.void, err = exec.LookPath("true"); err != nil {
		t.void = ""
	}
	return t, nil
}

func (t *toolchain) tool(name string) string { return filepath.Join(t.tools, name) }

// hasty is the environment of a Go tool that works on one cell: it ends before
// collecting garbage pays, which saves a fifth of its time.
var hasty = []string{"GOGC=off", "GOMEMLIMIT=1GiB"}

// run runs a program to its end and returns its standard output. The error
// holds what the program wrote on standard error.
func run(ctx context.Context, dir string, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOWORK=off", "CGO_ENABLED=1")
	cmd.Env = append(cmd.Env, env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		text := strings.TrimSpace(errs.String())
		if text == "" {
			text = strings.TrimSpace(out.String())
		}
		return out.Bytes(), &toolError{Tool: filepath.Base(name), Text: text, Err: err}
	}
	return out.Bytes(), nil
}

// toolError is a program that failed, with what it said.
type toolError struct {
	Tool, Text string
	Err        error
}

func (e *toolError) Error() string {
	if e.Text == "" {
		return e.Tool + ": " + e.Err.Error()
	}
	return e.Tool + ": " + e.Text
}

func (e *toolError) Unwrap() error { return e.Err }
