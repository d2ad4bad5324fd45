package session

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lislab/lislab/kernel/engine"
)

// corpusCase is a sequence of cells for one fresh notebook.
type corpusCase struct {
	Name   string   `json:"name"`
	Cells  []string `json:"cells"`
	Expect *string  `json:"expect"`
	Error  *string  `json:"error"`
}

// expected says whether the lines that cells showed hold what a case expects:
// text of their standard output, then "=> " and the last result.
func expected(lines []string, want string) bool {
	var out, result, html string
	for _, l := range lines {
		if text, ok := strings.CutPrefix(l, "stdout: "); ok {
			out += text
		}
		if text, ok := strings.CutPrefix(l, "result: "); ok {
			result = text
		}
		if text, ok := strings.CutPrefix(l, "html: "); ok {
			html = text
		}
	}
	if strings.Contains(want, "=>HTML") {
		return strings.Contains(out+"\n=>HTML "+html, want)
	}
	return strings.Contains(out+"\n=> "+result, want)
}

// corpus reads the measured cell sequences.
func corpus(t *testing.T) []corpusCase {
	t.Helper()
	name := os.Getenv("LISLAB_CORPUS")
	if data := os.Getenv("LISLAB_DATA"); name == "" && data != "" {
		name = filepath.Join(data, "..", "corpus", "cells.json")
	}
	if name == "" {
		name = filepath.Join("..", "..", "..", "..", "shared", "corpus", "cells.json")
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v: point LISLAB_CORPUS at cells.json", err)
		}
		t.Skipf("%v: point LISLAB_CORPUS at cells.json", err)
	}
	var cases []corpusCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// stillOK are cases in which a cell before the last may fail.
var stillOK = map[string]bool{"partial_fail_keeps_state": true, "panic_custom_usable": true}

// play runs a case in a notebook that %reset has emptied, and gives what was
// shown and how the last cell ended.
func play(t *testing.T, s *Session, c corpusCase) (shown []string, last *engine.CellError) {
	t.Helper()
	if err := s.Reset(); err != nil {
		t.Fatal(err)
	}
	for i, code := range c.Cells {
		out := &record{}
		reply := s.Execute(context.Background(), engine.Request{Code: code, Count: i + 1, StoreHistory: true}, out)
		last = reply.Err
		if last != nil && i < len(c.Cells)-1 && !stillOK[c.Name] {
			t.Errorf("%s: cell %d failed: %v\n%s", c.Name, i+1, last, strings.Join(last.Traceback, "\n"))
		}
		shown = append(shown, out.all()...)
		if last != nil {
			shown = append(shown, last.Name+": "+last.Value)
		}
	}
	return shown, last
}

// TestCorpusOnBothPaths runs every case with the instant path and without it:
// both have to give what the case expects, and the same.
func TestCorpusOnBothPaths(t *testing.T) {
	cases := corpus(t)
	if testing.Short() {
		cases = cases[:10]
	}
	instant := openCompiled(t).s
	compiled := openCompiled(t).s
	compiled.compileAll = true
	for _, c := range cases {
		a, errA := play(t, instant, c)
		b, errB := play(t, compiled, c)
		if !slices.Equal(a, b) {
			t.Errorf("%s: instant %q\ncompiled %q", c.Name, a, b)
		}
		for _, err := range []*engine.CellError{errA, errB} {
			switch {
			case c.Error != nil && err == nil:
				t.Errorf("%s: ended well, shown %q", c.Name, a)
			case c.Error != nil:
				if text := err.Name + ": " + err.Value + "\n" + strings.Join(err.Traceback, "\n"); !regexp.MustCompile("(?i)" + *c.Error).MatchString(text) {
					t.Errorf("%s: fails with %s, want %s", c.Name, text, *c.Error)
				}
			case err != nil:
				t.Errorf("%s: %v\n%s", c.Name, err, strings.Join(err.Traceback, "\n"))
			case c.Expect != nil && !expected(a, *c.Expect):
				t.Errorf("%s: shown %q, want %q", c.Name, a, *c.Expect)
			}
		}
	}
	t.Logf("%d cells ran on the instant path", instant.instantly)
}
