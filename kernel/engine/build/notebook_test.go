package build

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lislab/lislab/kernel/engine/build/probe"
	"github.com/lislab/lislab/kernel/engine/cells"
)

// sequence is a notebook: cells that run one after the other in a fresh worker.
type sequence struct {
	Name   string
	Tag    string
	Cells  []string
	Expect *string // occurs in the output, or after "=> " in the last result
	Error  *string // a regular expression that the last cell's error matches
}

var builder = sync.OnceValues(func() (*Builder, error) {
	return Open(context.Background(), Config{Main: probeMain})
})

// cellResult is how one cell ended.
type cellResult struct {
	out, result, html, err string
	took                   time.Duration
}

// runSequence runs a notebook as the engine does, less the messages.
func runSequence(t *testing.T, b *Builder, seq sequence) (results []cellResult) {
	ctx := context.Background()
	session := cells.New(b)
	d := drive(t, b)
	for i, code := range seq.Cells {
		var r cellResult
		start, from := time.Now(), len(d.printed())
		cell, err := session.Check(ctx, i+1, code)
		if err == nil && cell.Package != nil {
			var plugins []string
			plugins, err = b.Build(ctx, cell.Package)
			if err == nil {
				var keys []string
				for _, s := range cell.Defines {
					if s.Kind == cells.VarName {
						keys = append(keys, s.Key)
					}
				}
				reply := d.run(probe.Request{Open: plugins, Run: cell.Package.Path, Mark: keys})
				r.result, r.html = strings.TrimSuffix(reply.Result, "\n"), reply.HTML
				if reply.Failed != "" {
					err = errors.New(session.Relabel(reply.Failed + "\n" + reply.Stack))
				}
				if reply.Moved == nil {
					reply.Moved = []string{}
				}
				session.Commit(cell, reply.Moved)
			} else {
				err = errors.New("BUILD: " + err.Error() + "\n" + string(cell.Package.Source))
			}
		}
		if err != nil {
			r.err = err.Error()
			var errs cells.Errors
			if errors.As(err, &errs) {
				r.err = strings.Join(errs.Lines(), "\n")
			}
		}
		r.out, r.took = d.printed()[from:], time.Since(start)
		results = append(results, r)
	}
	return results
}

// These go on after a failed cell.
var mayFail = map[string]bool{"partial_fail_keeps_state": true, "panic_custom_usable": true}

func verdict(seq sequence, results []cellResult) string {
	last := results[len(results)-1]
	var text string
	for i, r := range results {
		if r.err != "" && i < len(results)-1 && !mayFail[seq.Name] {
			return "cell " + string(rune('1'+i)) + " failed: " + r.err
		}
		text += r.out
	}
	if seq.Error != nil {
		if last.err == "" || !regexp.MustCompile("(?is)"+*seq.Error).MatchString(last.err) {
			return "wanted an error like " + *seq.Error + ", got " + last.err
		}
		return ""
	}
	if last.err != "" {
		return "failed: " + last.err
	}
	if seq.Expect == nil {
		return ""
	}
	text += "\n=> " + last.result
	if strings.Contains(*seq.Expect, "=>HTML") {
		text += "\n=>HTML " + last.html
	}
	if !strings.Contains(text, *seq.Expect) {
		return "want " + *seq.Expect + ", got " + text
	}
	return ""
}

func TestCorpus(t *testing.T) {
	need(t, "go", "gcc")
	shared := filepath.Join("..", "..", "..", "..", "shared")
	if dir := os.Getenv("LISLAB_DATA"); dir != "" {
		shared = filepath.Dir(dir)
	}
	data, err := os.ReadFile(filepath.Join(shared, "corpus", "cells.json"))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v: set LISLAB_DATA to the folder of logs beside the corpus", err)
		}
		t.Skipf("%v: set LISLAB_DATA to the folder of logs beside the corpus", err)
	}
	var all []sequence
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	b, err := builder()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // cells write files where they stand
	for _, seq := range all {
		t.Run(seq.Name, func(t *testing.T) {
			results := runSequence(t, b, seq)
			if v := verdict(seq, results); v != "" {
				t.Error(v)
			}
			for i, r := range results {
				t.Logf("cell %d: %v", i+1, r.took)
			}
		})
	}
}
