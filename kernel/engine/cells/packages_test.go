package cells

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// listed is a Packages that asks the go command, in this module.
type listed struct {
	mu     sync.Mutex
	export map[string]string
	dir    map[string]string
}

var shared = &listed{export: map[string]string{}, dir: map[string]string{}}

// testPackages are listed at once: each call of the go command takes a second.
var testPackages = []string{
	rtPath, "bufio", "bytes", "cmp", "context", "encoding/binary", "encoding/csv", "encoding/json", "errors", "fmt", "io", "iter", "maps", "math", "math/rand", "net/http", "os",
	"regexp", "slices", "sort", "strconv", "strings", "sync", "sync/atomic", "text/template", "time", "unsafe",
	"github.com/go-gota/gota/dataframe", "github.com/go-gota/gota/series", "gonum.org/v1/gonum/mat", "gonum.org/v1/plot", "gonum.org/v1/plot/plotter", "gonum.org/v1/plot/vg", "gonum.org/v1/plot/vg/draw",
}

func (l *listed) Need(ctx context.Context, paths []string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := func(p string) bool { return l.export[p] != "" || p == "unsafe" }
	if !slices.ContainsFunc(paths, func(p string) bool { return !known(p) }) {
		return "", nil
	}
	if len(l.export) == 0 {
		paths = append(slices.Clone(testPackages), paths...)
	}
	out, err := exec.CommandContext(ctx, "go", append([]string{"list", "-e", "-export", "-deps", "-json=ImportPath,Export,Dir,Error", "--"}, paths...)...).Output()
	if err != nil && len(out) == 0 {
		return "", err
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Export, Dir string
			Error                   *struct{ Err string }
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return "", nil
		} else if err != nil {
			return "", err
		}
		if p.Error != nil && slices.Contains(paths, p.ImportPath) {
			return "", &ImportError{Path: p.ImportPath, Err: errors.New(p.Error.Err)}
		}
		l.export[p.ImportPath], l.dir[p.ImportPath] = p.Export, p.Dir
	}
}

func (l *listed) Export(path string) (io.ReadCloser, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.export[path] == "" {
		return nil, fmt.Errorf("no package %s", path)
	}
	return os.Open(l.export[path])
}

func (l *listed) Dir(path string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dir[path] == "" {
		return "", fmt.Errorf("no package %s", path)
	}
	return l.dir[path], nil
}

func (l *listed) Importable(prefix string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []string
	for p := range l.export {
		if strings.HasPrefix(p, prefix) && !strings.Contains(p, "internal") {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return all
}

// notebook starts a session on the packages of this machine.
func notebook(t testing.TB) *Session {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("the go command is missing: install Go from https://go.dev/dl")
		}
		t.Skip("the go command is missing: install Go from https://go.dev/dl")
	}
	return New(shared)
}
