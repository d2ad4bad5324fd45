package notebook

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/lislab/lislab/kernel/engine"
)

// output is one entry of a cell's outputs.
type output struct {
	of   *outputs
	kind string // output_type
	name string // of a stream
	text string // of a stream
	data engine.Bundle
	err  *engine.CellError
}

// displays finds what was shown under an id, in any cell, for updates.
type displays struct {
	mu   sync.Mutex // over these and all outputs of the run
	byID map[string][]*output
}

// outputs collects what one cell shows. It is an engine.Output.
type outputs struct {
	count int
	shown *displays
	cell  *Cell

	list  []*output
	clear bool // before the next output
	over  bool // the cell has ended: what comes later is written as it comes
}

var _ engine.Output = (*outputs)(nil)

func newOutputs(c *Cell, count int, shown *displays) *outputs {
	return &outputs{cell: c, count: count, shown: shown}
}

// add appends an output, or joins text to a stream's last piece.
func (o *outputs) add(n *output) {
	o.shown.mu.Lock()
	defer o.shown.mu.Unlock()
	n.of = o
	if o.clear {
		o.list, o.clear = nil, false
	}
	if k := len(o.list); n.kind == "stream" && k > 0 && o.list[k-1].kind == "stream" && o.list[k-1].name == n.name {
		o.list[k-1].text += n.text
	} else {
		o.list = append(o.list, n)
	}
	if id := n.data.DisplayID; id != "" {
		o.shown.byID[id] = append(o.shown.byID[id], n)
	}
	o.changed()
}

func (o *outputs) Stream(name, text string) {
	if text != "" {
		o.add(&output{kind: "stream", name: name, text: text})
	}
}

func (o *outputs) Result(b engine.Bundle) { o.add(&output{kind: "execute_result", data: b}) }

func (o *outputs) Display(b engine.Bundle, update bool) {
	if !update {
		o.add(&output{kind: "display_data", data: b})
		return
	}
	o.shown.mu.Lock()
	defer o.shown.mu.Unlock()
	for _, n := range o.shown.byID[b.DisplayID] {
		n.data = b
		n.of.changed()
	}
}

func (o *outputs) Clear(wait bool) {
	o.shown.mu.Lock()
	defer o.shown.mu.Unlock()
	if wait {
		o.clear = true
		return
	}
	o.list = nil
	o.changed()
}

// errNoInput is what a cell gets that asks: nobody is there.
var errNoInput = errors.New("a notebook that lislab run executes has nobody to ask")

func (o *outputs) Input(context.Context, string, bool) (string, error) { return "", errNoInput }

// Comm drops widget messages: there is no front end.
func (o *outputs) Comm(engine.CommMessage) {}

// fail adds the cell's error.
func (o *outputs) fail(e *engine.CellError) { o.add(&output{kind: "error", err: e}) }

// end puts the outputs into the cell, now and whenever more come.
func (o *outputs) end() {
	o.shown.mu.Lock()
	defer o.shown.mu.Unlock()
	o.over = true
	o.cell.rest.set("execution_count", o.count)
	o.changed()
}

// changed writes the list as nbformat has it, once the cell has ended. The lock
// is held.
func (o *outputs) changed() {
	if !o.over {
		return
	}
	list := []map[string]any{}
	for _, n := range o.list {
		e := map[string]any{"output_type": n.kind}
		switch n.kind {
		case "stream":
			e["name"], e["text"] = n.name, lines(n.text)
		case "error":
			e["ename"], e["evalue"], e["traceback"] = n.err.Name, n.err.Value, n.err.Traceback
		default:
			e["data"], e["metadata"] = onDisk(n.data.Data), n.data.Metadata
			if n.data.Metadata == nil {
				e["metadata"] = map[string]any{}
			}
			if n.kind == "execute_result" {
				e["execution_count"] = o.count
			}
		}
		list = append(list, e)
	}
	o.cell.rest.set("outputs", list)
}

// onDisk splits texts into lines, as nbformat does for all but JSON and
// pictures of one line.
func onDisk(data map[string]any) map[string]any {
	out := map[string]any{}
	for mime, v := range data {
		s, ok := v.(string)
		if ok && (strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" || mime == "application/javascript") {
			out[mime] = lines(s)
			continue
		}
		out[mime] = v
	}
	return out
}
