package notebook

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lislab/lislab/kernel/engine/echo"
)

// doc makes a notebook of cells: each is "type tag1,tag2: source".
func doc(t *testing.T, cells ...string) *Notebook {
	t.Helper()
	var list []map[string]any
	for _, c := range cells {
		head, source, _ := strings.Cut(c, ": ")
		kind, tags, _ := strings.Cut(head, " ")
		cell := map[string]any{"cell_type": kind, "id": "c" + source[:1], "metadata": map[string]any{"tags": strings.FieldsFunc(tags, func(r rune) bool { return r == ',' })}, "source": source}
		if kind == "code" {
			cell["outputs"], cell["execution_count"] = []any{}, nil
		}
		list = append(list, cell)
	}
	raw, err := json.Marshal(map[string]any{"cells": list, "metadata": map[string]any{"title": "kept <b>"}, "nbformat": 4, "nbformat_minor": 5})
	if err != nil {
		t.Fatal(err)
	}
	nb, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

// shown is each code cell's outputs as one line.
func shown(t *testing.T, nb *Notebook) []string {
	t.Helper()
	var all []string
	for _, c := range nb.Cells {
		if c.Type() == "code" {
			all = append(all, string(c.rest["outputs"]))
		}
	}
	return all
}

func TestRun(t *testing.T) {
	nb := doc(t,
		"markdown: # Title",
		"code: print a\nprint b\nresult 7",
		"code skip-execution: fail Never run",
		"code raises-exception: fail Foo expected",
		"code: show id1 first",
		"code: update id1 second\nclear wait\nprint kept",
	)
	if err := Run(context.Background(), echo.New(), nb, Options{}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`[{"name":"stdout","output_type":"stream","text":["a\n","b\n"]},{"data":{"text/plain":["7"]},"execution_count":1,"metadata":{},"output_type":"execute_result"}]`,
		`[]`,
		`[{"ename":"Foo","evalue":"expected","output_type":"error","traceback":["Foo: expected"]}]`,
		`[{"data":{"text/plain":["second"]},"metadata":{},"output_type":"display_data"}]`,
		`[{"name":"stdout","output_type":"stream","text":["kept\n"]}]`,
	}
	if d := cmp.Diff(want, shown(t, nb)); d != "" {
		t.Error(d)
	}
	raw, err := nb.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"title": "kept <b>"`, `"execution_count": 1,`, `"language_info": {`, "\n  {\n   \"cell_type\": \"markdown\""} {
		if !strings.Contains(string(raw), part) {
			t.Errorf("no %q in\n%s", part, raw)
		}
	}
	if again, err := Parse(raw); err != nil || len(again.Cells) != len(nb.Cells) {
		t.Errorf("read again: %v", err)
	}
}

func TestRunStopsAtFailure(t *testing.T) {
	nb := doc(t, "code: print a", "code: print b\nfail Foo no luck", "code: print never")
	err := Run(context.Background(), echo.New(), nb, Options{})
	var failed *CellFailed
	if !errors.As(err, &failed) || failed.Cell != 2 || failed.Err.Name != "Foo" {
		t.Fatalf("error %v", err)
	}
	got := shown(t, nb)
	if !strings.Contains(got[1], `"b\n"`) || !strings.Contains(got[1], `"ename":"Foo"`) || got[2] != "[]" {
		t.Errorf("outputs %v", got)
	}
}

func TestRunInterrupted(t *testing.T) {
	nb := doc(t, "code: sleep 1h", "code: print never")
	ctx, cancel := context.WithCancel(context.Background())
	err := Run(ctx, echo.New(), nb, Options{Progress: func(int, int) { cancel() }})
	var failed *CellFailed
	if !errors.As(err, &failed) || failed.Err.Name != "Interrupt" {
		t.Fatalf("error %v", err)
	}
}

func TestInject(t *testing.T) {
	params := func(list ...string) (ps []Parameter) {
		for _, s := range list {
			p, err := ParseParameter(s)
			if err != nil {
				t.Fatal(err)
			}
			ps = append(ps, p)
		}
		return ps
	}
	nb := doc(t, "code: import \"fmt\"", "code parameters: var rate float64 = 0.5\nn, name := 3, \"x\"", "code: rate")
	nb.Inject(params("rate=1", "n=-4", "name=world", "more=[]string{\"a\"}", "t=true", "quoted=\"7\"", "path=a/b c", "call=f()"))
	want := "// Parameters\nrate = 1\nn = -4\nname = \"world\"\nvar more = []string{\"a\"}\nvar t = true\nvar quoted = \"7\"\nvar path = \"a/b c\"\nvar call = \"f()\""
	if d := cmp.Diff(want, nb.Cells[2].Source()); d != "" || !nb.Cells[2].HasTag(injectedTag) {
		t.Errorf("%s", d)
	}
	nb.Inject(params("n=5"))
	if len(nb.Cells) != 4 || nb.Cells[2].Source() != "// Parameters\nn = 5" {
		t.Errorf("injected again: %d cells, %q", len(nb.Cells), nb.Cells[2].Source())
	}
	nb = doc(t, "code: a")
	nb.Inject(params("n=5"))
	if nb.Cells[0].Source() != "// Parameters\nvar n = 5" {
		t.Errorf("without a parameters cell: %q", nb.Cells[0].Source())
	}
	for _, bad := range []string{"n", "2x=1", "_=1", "=1"} {
		if _, err := ParseParameter(bad); err == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, bad := range []string{"", "[]", `{"nbformat": 3, "cells": []}`, `{"cells": []}`, `{"nbformat": 4}`, `{"nbformat": 4, "cells": [{}]}`, `{"nbformat": 4, "cells": [{"cell_type": "code", "source": 7}]}`} {
		if _, err := Parse([]byte(bad)); !errors.Is(err, errFormat) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out.ipynb")
	if err := doc(t, "code: a").Write(name); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(name); err != nil {
		t.Error(err)
	}
	if err := doc(t, "code: a").Write(filepath.Join(dir, "none", "x.ipynb")); err == nil {
		t.Error("wrote into a folder that is not there")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}
