package build

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lislab/lislab/kernel/engine/build/probe"
	"github.com/lislab/lislab/kernel/engine/cells"
)

// openSmall makes a Builder of a worker that links little, in a cache of its own.
func openSmall(t *testing.T, cfg Config) *Builder {
	t.Helper()
	need(t, "go", "gcc")
	cfg.Main, cfg.Packages = probeMain, []string{"fmt", "strings"}
	b, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// runs builds cells and runs them in a new worker.
func runs(t *testing.T, b *Builder, all ...*cells.Package) {
	t.Helper()
	d := drive(t, b)
	for _, c := range all {
		if _, err := b.Need(context.Background(), c.Imports); err != nil {
			t.Fatal(err)
		}
		plugins, err := b.Build(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimPrefix(c.Path, "lislab.cell/") + "\n"
		if reply := d.run(probe.Request{Open: plugins, Run: c.Path}); reply.Failed != "" || reply.Result != want {
			t.Errorf("%s: %+v", c.Path, reply)
		}
	}
}

// spoil changes the files of a cache whose names match, and says how many.
func spoil(t *testing.T, c *cache, match string, change func(path string, data []byte) error) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(c.dir, match))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		data, err := os.ReadFile(path)
		if err == nil {
			err = change(path, data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return len(found)
}

// TestSpoiledCacheIsMadeAgain builds and runs cells, spoils every file of the
// cache, and does it again.
func TestSpoiledCacheIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	first := &cells.Package{Path: "lislab.cell/one", Source: []byte("package one\n\nimport (\n\t_ \"runtime\"\n\t_ \"runtime/cgo\"\n)\n\nfunc Name() string { return \"two\" }\n")}
	second := cell("lislab.cell/two", `"lislab.cell/one"`, `Λrt.Result(one.Name())`)
	second.Imports, second.Cells = []string{rtPath}, []*cells.Package{first}
	third := cell("lislab.cell/three", `"encoding/base32"`, `s, _ := base32.HexEncoding.DecodeString("EHK74PB5"); Λrt.Result(string(s))`)
	runs(t, openSmall(t, Config{Cache: dir}), second, third)
	for name, change := range map[string]func(path string, data []byte) error{
		"cut short": func(path string, data []byte) error {
			return errors.Join(os.Remove(path), os.WriteFile(path, data[:len(data)/2], 0o755))
		},
		"removed": func(path string, _ []byte) error { return os.Remove(path) },
	} {
		t.Run(name, func(t *testing.T) {
			b := openSmall(t, Config{Cache: dir})
			if n := spoil(t, b.cache, "*/*", change); n < 6 { // a list, the worker and what marks it, a library, two cells
				t.Fatalf("only %d files", n)
			}
			runs(t, b, second, third)
		})
	}
	t.Run("removed in a session", func(t *testing.T) {
		b := openSmall(t, Config{Cache: dir})
		runs(t, b, second, third)
		for _, match := range []string{"*/lib-*.so", "*/*.a"} {
			spoil(t, b.cache, match, func(path string, _ []byte) error { return os.Remove(path) })
		}
		runs(t, b, cell("lislab.cell/fours", `"encoding/base32"`, `s, _ := base32.HexEncoding.DecodeString("CPNNASJJ"); Λrt.Result(string(s))`))
	})
}

// TestKernelsShareTheCache opens several Builders at the same time on a cache
// where nothing is: each makes the same worker and the same cells.
func TestKernelsShareTheCache(t *testing.T) {
	dir := t.TempDir()
	paths := make([]string, 3)
	var wg sync.WaitGroup
	for i := range paths {
		b := openSmall(t, Config{Cache: dir})
		wg.Add(1)
		go func() {
			defer wg.Done()
			plugins, err := b.Build(context.Background(), cell("lislab.cell/same", `"fmt"`, `Λrt.Result(fmt.Sprint("same"))`))
			if err != nil {
				t.Error(err)
				return
			}
			paths[i] = plugins[len(plugins)-1]
		}()
	}
	wg.Wait()
	if len(slices.Compact(paths)) != 1 {
		t.Errorf("the same cell is in %v", paths)
	}
	runs(t, openSmall(t, Config{Cache: dir}), cell("lislab.cell/same", `"fmt"`, `Λrt.Result(fmt.Sprint("same"))`))
}

// TestWhatMakesAWorkerAnother says which builds are not for which toolchain and
// which source.
func TestWhatMakesAWorkerAnother(t *testing.T) {
	source := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module " + modulePath + "\n\ngo 1.26\n", "a.go": "package lislab\n"} {
		if err := os.WriteFile(filepath.Join(source, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b := openSmall(t, Config{Cache: t.TempDir(), Source: source})
	keys := map[string]string{}
	ask := func(what string) {
		t.Helper()
		key, err := b.listKey(b.patterns())
		if err != nil {
			t.Fatal(err)
		}
		if was, ok := keys[key]; ok {
			t.Errorf("%s: the listing of %s is taken", what, was)
		}
		keys[key] = what
	}
	ask("the first")
	if err := os.WriteFile(filepath.Join(source, "a.go"), []byte("package lislab\n\nconst A = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ask("a changed source")
	if err := os.WriteFile(filepath.Join(source, "b.go"), []byte("package lislab\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ask("a new source")
	b.tools.version = "go1.99"
	ask("another Go")
}
