package build

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/kernel/engine/build/probe"
	"github.com/lislab/lislab/kernel/engine/cells"
)

func need(t testing.TB, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%v: install it with: sudo apt-get install golang gcc", err)
			}
			t.Skipf("%v: install it with: sudo apt-get install golang gcc", err)
		}
	}
}

// driver runs cells in a worker whose program is package probe.
type driver struct {
	t       testing.TB
	cmd     *exec.Cmd
	in      io.WriteCloser
	replies *bufio.Reader
	out     *os.File
}

func drive(t testing.TB, b *Builder) *driver {
	t.Helper()
	path, err := b.Worker(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !b.worker.links[b.mainPackage()] {
		t.Error("the worker's key does not cover the worker's own code: an older one would be taken for it")
	}
	d := &driver{t: t, cmd: exec.Command(path)}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	d.replies = bufio.NewReader(r)
	d.cmd.ExtraFiles = []*os.File{w}
	if d.out, err = os.CreateTemp(t.TempDir(), "out"); err != nil {
		t.Fatal(err)
	}
	d.cmd.Stdout, d.cmd.Stderr = d.out, d.out
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Cleanup(func() {
		d.in.Close()
		_ = d.cmd.Wait()
		r.Close()
		d.out.Close()
	})
	return d
}

// printed is all that cells have printed.
func (d *driver) printed() string {
	d.t.Helper()
	text, err := os.ReadFile(d.out.Name())
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

func (d *driver) run(req probe.Request) (reply probe.Reply) {
	d.t.Helper()
	if err := json.NewEncoder(d.in).Encode(req); err != nil {
		d.t.Fatal(err)
	}
	line, err := d.replies.ReadBytes('\n')
	if err != nil {
		_ = d.cmd.Wait()
		d.t.Fatalf("the worker died: %v\n%s", err, d.printed())
	}
	if err := json.Unmarshal(line, &reply); err != nil {
		d.t.Fatal(err)
	}
	return reply
}

// cell is a package that runs body.
func cell(path, imports, body string, paths ...string) *cells.Package {
	src := "package main\n\nimport (\n\t_ \"runtime\"\n\t_ \"runtime/cgo\"\n\n\tΛrt \"" + rtPath + "\"\n"
	for _, line := range strings.Fields(imports) {
		src += "\t" + line + "\n"
		paths = append(paths, strings.Trim(line, `"`))
	}
	src += fmt.Sprintf(")\n\nfunc init() { Λrt.Register(%q, run) }\n\nfunc run() {\n%s\n}\n", path, body)
	return &cells.Package{Path: path, Source: []byte(src), Imports: append(paths, rtPath)}
}

func TestLibraryPlugins(t *testing.T) {
	need(t, "go", "gcc")
	ctx := context.Background()
	b, err := Open(ctx, Config{Main: probeMain, Progress: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	d := drive(t, b)
	for _, test := range []struct {
		cell *cells.Package
		want string
	}{
		{cell("lislab.cell/a1", `"strings"`, `Λrt.Result(strings.ToUpper("one"))`), "ONE\n"},
		{cell("lislab.cell/a2", `"gopkg.in/yaml.v3"`, `s, err := yaml.Marshal(map[string]int{"a": 1}); Λrt.Result(string(s), err)`), "a: 1\n <nil>\n"},
		{cell("lislab.cell/a3", `"github.com/google/go-cmp/cmp"`, `Λrt.Result(cmp.Equal([]int{1}, []int{2}))`), "false\n"},
		{cell("lislab.cell/a4", `"gopkg.in/yaml.v3"`, `var v any; err := yaml.Unmarshal([]byte("a: [1, 2]"), &v); Λrt.Result(v, err)`), "map[a:[1 2]] <nil>\n"},
	} {
		if _, err := b.Need(ctx, test.cell.Imports); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		plugins, err := b.Build(ctx, test.cell)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d plugins, %v", test.cell.Path, len(plugins), time.Since(start))
		if reply := d.run(probe.Request{Open: plugins, Run: test.cell.Path}); reply.Failed != "" || reply.Result != test.want {
			t.Errorf("%s: got %+v, want %q", test.cell.Path, reply, test.want)
		}
	}
}

func TestExplainLink(t *testing.T) {
	for text, want := range map[string]bool{
		"/usr/bin/ld: cannot find -lstdc++: No such file or directory": true,
		"mold: fatal: library not found: stdc++":                       true,
		"ld.lld: error: unable to find library -lstdc++":               true,
		"/usr/bin/ld: cannot find -lm":                                 false,
	} {
		err := explainLink(&toolError{Tool: "gcc", Text: text, Err: errors.New("exit status 1")})
		if got := strings.Contains(err.Error(), "install g++"); got != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}
