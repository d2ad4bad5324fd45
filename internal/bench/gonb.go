package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// What GoNB needs: it formats cells with goimports and completes with gopls.
const (
	gonbVersion      = "v0.10.6"
	goimportsVersion = "v0.38.0"
	goplsVersion     = "v0.20.0"
)

// gonbJob builds GoNB, and has it call lislab's own packages from this source
// tree, as our kernel does.
func (l *lab) gonbJob(ctx context.Context) (kernelJob, error) {
	bin, err := l.gonb(ctx)
	if err != nil {
		return kernelJob{}, &absentPeer{err}
	}
	root, err := goCommand(ctx, bin, "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return kernelJob{}, err
	}
	link := fmt.Sprintf("!*cp '%s/go.sum' . && go mod edit -require github.com/lislab/lislab@v0.0.0 -replace 'github.com/lislab/lislab=%[1]s'", strings.TrimSpace(string(root)))
	return gonbCells(kernelJob{
		Argv:  []string{filepath.Join(bin, "gonb"), "--kernel", "{connection_file}"},
		Env:   map[string]string{"PATH": bin + string(os.PathListSeparator) + os.Getenv("PATH"), "TMPDIR": l.dir, "GOFLAGS": "-mod=mod"},
		Setup: []string{link},
	}), nil
}

// gonb builds GoNB and its tools into a folder beside the table, once. Its
// module is built as it is: go install would ask the proxy for other versions.
func (l *lab) gonb(ctx context.Context) (bin string, err error) {
	if bin, err = filepath.Abs(filepath.Join(l.peers, "gonb-"+gonbVersion)); err != nil {
		return "", err
	}
	program := filepath.Join(bin, "gonb")
	if _, err := os.Stat(program); err == nil {
		return bin, nil
	}
	fmt.Fprintln(os.Stderr, "bench: building GoNB", gonbVersion, "and gopls (once)")
	for _, tool := range []string{"golang.org/x/tools/cmd/goimports@" + goimportsVersion, "golang.org/x/tools/gopls@" + goplsVersion} {
		if _, err := goCommand(ctx, bin, "install", tool); err != nil {
			return "", err
		}
	}
	out, err := goCommand(ctx, bin, "mod", "download", "-json", "github.com/janpfeifer/gonb@"+gonbVersion)
	if err != nil {
		return "", err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", err
	}
	_, err = goCommand(ctx, bin, "build", "-C", module.Dir, "-o", program, ".")
	return bin, err
}

// goCommand runs the go command; what it installs goes to bin.
func goCommand(ctx context.Context, bin string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOBIN="+bin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, lastLine(stderr.String()))
	}
	return out, nil
}
