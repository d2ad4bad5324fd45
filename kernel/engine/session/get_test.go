package session

import (
	"archive/zip"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lislab/lislab/kernel/engine/build"
)

// proxyModules are the modules of the proxy on disk, by module@version: a file's
// name and content.
var proxyModules = map[string]map[string]string{
	"lislab.test/greet@v1.0.0": {"greet.go": "package greet\n\nfunc Hello() string { return \"hello 1.0\" }\n"},
	"lislab.test/greet@v1.1.0": {"greet.go": "package greet\n\nfunc Hello() string { return \"hello 1.1\" }\n"},
	"lislab.test/base@v1.0.0":  {"base.go": "package base\n\nfunc Version() int { return 1 }\n"},
	"lislab.test/base@v1.2.0":  {"base.go": "package base\n\nfunc Version() int { return 2 }\n"},
	"lislab.test/needs@v1.0.0": {"needs.go": "package needs\n\nimport \"lislab.test/base\"\n\nfunc Base() int { return base.Version() }\n", "require": "lislab.test/base v1.2.0"},
}

// useProxy has the go command fetch modules from proxyModules and from nowhere
// else.
func useProxy(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	lists := map[string][]string{}
	for module, files := range proxyModules {
		path, version, _ := strings.Cut(module, "@")
		lists[path] = append(lists[path], version)
		at := filepath.Join(dir, path, "@v")
		if err := os.MkdirAll(at, 0o755); err != nil {
			t.Fatal(err)
		}
		mod := "module " + path + "\n\ngo 1.26\n"
		if files["require"] != "" {
			mod += "\nrequire " + files["require"] + "\n"
		}
		f, err := os.Create(filepath.Join(at, version+".zip"))
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(f)
		put := func(name, text string) {
			w, err := z.Create(module + "/" + name)
			if err == nil {
				_, err = w.Write([]byte(text))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		put("go.mod", mod)
		for name, text := range files {
			if name != "require" {
				put(name, text)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{".mod": mod, ".info": fmt.Sprintf("{\"Version\": %q}", version)} {
			if err := os.WriteFile(filepath.Join(at, version+name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for path, versions := range lists {
		if err := os.WriteFile(filepath.Join(dir, path, "@v", "list"), []byte(strings.Join(versions, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOPROXY", "file://"+dir)
	t.Setenv("GONOSUMDB", "lislab.test/*")
	t.Setenv("GONOSUMCHECK", "1")
	t.Setenv("GOSUMDB", "off")
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // the go command writes what it fetches to its own cache, read-only
		for _, part := range []string{".", "cache/download"} {
			left := filepath.Join(strings.TrimSpace(string(out)), part, "lislab.test")
			_ = filepath.WalkDir(left, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.IsDir() {
					return os.Chmod(path, 0o755)
				}
				return err
			})
			if err := os.RemoveAll(left); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestCompiledGet(t *testing.T) {
	n := openCompiled(t)
	useProxy(t)
	n.ok("kept := 7\nfunc seven() int { return 7 }")
	if out := n.ok("%get lislab.test/greet@v1.0.0"); !strings.Contains(out, "go get added lislab.test/greet v1.0.0") || strings.Contains(out, "lost") {
		t.Errorf("%%get says %q", out)
	}
	if out := n.ok("import \"lislab.test/greet\"\ngreet.Hello()"); !strings.HasSuffix(out, "result: hello 1.0") {
		t.Errorf("greet.Hello() shows %q", out)
	}
	n.shows("kept", "result: 7")
	if out := n.ok("%get lislab.test/greet@v1.0.0"); !strings.Contains(out, "nothing to add") {
		t.Errorf("a second %%get says %q", out)
	}
	// The worker has the old version open.
	if out := n.ok("%get lislab.test/greet@v1.1.0"); !strings.Contains(out, "moved lislab.test/greet from v1.0.0 to v1.1.0") || !strings.Contains(out, "started again; lost: kept") {
		t.Errorf("%%get of another version says %q", out)
	}
	if out := n.ok("import \"lislab.test/greet\"\ngreet.Hello()"); !strings.HasSuffix(out, "result: hello 1.1") {
		t.Errorf("greet.Hello() shows %q", out)
	}
	n.fails("kept", "CompileError")
	n.shows("seven()", "result: 7")

	e := n.fails("%get lislab.test/nosuch", "CompileError")
	if text := strings.Join(e.Traceback, "\n"); !strings.Contains(text, "lislab.test/nosuch") {
		t.Errorf("of a module that is nowhere: %q", text)
	}
	t.Setenv("GOPROXY", "off")
	e = n.fails("%get lislab.test/nosuch", "CompileError")
	if !strings.Contains(e.Value, "lislab.test/nosuch is not on this machine and cannot be fetched: there is no network, or GOPROXY=") {
		t.Errorf("offline: %q", e.Value)
	}
	e = n.fails("import \"lislab.test/nosuch\"\nnosuch.F()", "CompileError")
	if text := strings.Join(e.Traceback, "\n"); !strings.Contains(e.Value, "could not import lislab.test/nosuch") || !strings.Contains(text, "cannot be fetched") {
		t.Errorf("an import offline: %q", text)
	}
	n.shows("greet.Hello()", "result: hello 1.1")

	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/lislab/lislab")
	cmd.Dir = n.s.compiler.(*build.Builder).ModuleDir()
	got, err := cmd.Output()
	tree, _ := filepath.Abs("../../..")
	if err != nil || strings.TrimSpace(string(got)) != tree {
		t.Errorf("lislab of the session is %q (%v), want the source tree %s", got, err, tree)
	}
}

// TestCompiledGetMovesTheWorker fetches a module that needs a newer version of
// one that the worker links.
func TestCompiledGetMovesTheWorker(t *testing.T) {
	needTools(t)
	useProxy(t)
	dir := t.TempDir()
	ctx := context.Background()
	config := build.Config{Dir: dir, Main: "github.com/lislab/lislab/internal/cellworker", Packages: []string{"fmt", "lislab.test/base"}}
	b, err := build.Open(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(ctx, "lislab.test/base@v1.0.0"); err != nil {
		t.Fatal(err)
	}
	n := openCompiled(t, func(o *Options) {
		o.Compiler = func(ctx context.Context, progress func(string)) (Compiler, error) {
			config.Progress = progress
			return build.Open(ctx, config)
		}
	})
	n.shows("import \"lislab.test/base\"\nx := base.Version()\nx", "result: 1")
	if out := n.ok("import \"lislab.test/needs\""); !strings.Contains(out, "moved lislab.test/base from v1.0.0 to v1.2.0; this moves a module that the worker is made of") || !strings.Contains(out, "lost: x") {
		t.Errorf("the import says %q", out)
	}
	if out := n.ok("import (\"lislab.test/base\"; \"lislab.test/needs\")\nneeds.Base() + base.Version()"); !strings.HasSuffix(out, "result: 4") {
		t.Errorf("the sum shows %q", out)
	}
}
