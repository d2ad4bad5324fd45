package notebook

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lislab/lislab/kernel/engine"
)

// Options of Run.
type Options struct {
	// Progress is told before each code cell which of how many it is, from 1;
	// nil is allowed.
	Progress func(cell, of int)
}

// CellFailed is the error of a notebook one of whose cells failed.
type CellFailed struct {
	// Cell is the number of the code cell, from 1, as in its prompt.
	Cell int
	Err  *engine.CellError
}

func (e *CellFailed) Error() string { return fmt.Sprintf("cell %d: %v", e.Cell, e.Err) }

// Unwrap returns the cell's error.
func (e *CellFailed) Unwrap() error { return e.Err }

// Run executes the notebook's code cells in order through eng and puts their
// outputs into nb. It ends at the first cell that fails, with *CellFailed,
// unless that is tagged "raises-exception"; cells tagged "skip-execution" are
// left alone. When ctx is cancelled the running cell fails with Interrupt. The
// outputs of the cells that ran are in nb in every case.
func Run(ctx context.Context, eng engine.Engine, nb *Notebook, opt Options) error {
	nb.describe(eng.Info())
	var code []*Cell
	for _, c := range nb.Cells {
		if c.Type() == "code" && !c.HasTag("skip-execution") && strings.TrimSpace(c.Source()) != "" {
			code = append(code, c)
		}
	}
	for _, c := range code {
		c.rest.set("outputs", []any{})
		c.rest.set("execution_count", nil)
	}
	shown := &displays{byID: map[string][]*output{}}
	for i, c := range code {
		if opt.Progress != nil {
			opt.Progress(i+1, len(code))
		}
		var next []string
		for _, n := range code[i+1:] {
			next = append(next, n.Source())
		}
		eng.Upcoming(next)
		out := newOutputs(c, i+1, shown)
		reply := eng.Execute(ctx, engine.Request{Code: c.Source(), Count: i + 1, StoreHistory: true, CellID: c.ID()}, out)
		if reply.Status == engine.Error {
			out.fail(reply.Err)
		}
		out.end()
		if reply.Status == engine.Error && !c.HasTag("raises-exception") {
			return &CellFailed{Cell: i + 1, Err: reply.Err}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// describe says in the notebook's metadata what ran it, as nbclient does.
func (nb *Notebook) describe(info engine.Info) {
	var meta map[string]any
	if json.Unmarshal(nb.rest["metadata"], &meta) != nil || meta == nil {
		meta = map[string]any{}
	}
	meta["language_info"] = map[string]any{
		"name": info.Language, "version": info.LanguageVersion, "mimetype": info.MIMEType, "file_extension": info.FileExtension,
		"pygments_lexer": info.PygmentsLexer, "codemirror_mode": info.CodeMirrorMode, "nbconvert_exporter": info.NbconvertExporter,
	}
	nb.rest.set("metadata", meta)
}
