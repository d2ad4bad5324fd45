package worker

import (
	"context"
	"os"
	"sync"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/rt"
	"github.com/lislab/lislab/kernel/engine/tap"
)

// isolate runs f so that what it shows and prints goes to the sink to, as
// display.Isolate says. It reports false, and runs nothing, where the caller
// belongs to no compiled cell: an interpreter's prints cannot be led elsewhere.
func (w *worker) isolate(to display.Sink, f func()) bool {
	outer := rt.Current()
	if outer == nil {
		return false
	}
	a := &apart{to: to}
	w.mu.Lock()
	w.lastApart--
	id := w.lastApart // no run has a number below 0
	w.aparts[id] = a
	w.mu.Unlock()
	value, panicked := rt.Within(&rt.Cell{
		ID: id, Context: outer.Context, Stream: a.file, Result: func(...any) {}, Lost: outer.Lost,
	}, f)
	a.close()
	w.mu.Lock()
	delete(w.aparts, id)
	w.mu.Unlock()
	if panicked {
		panic(value)
	}
	return true
}

// apart leads output to a sink, prints before what is shown after them. Its
// pipes are made when something is printed.
type apart struct {
	to display.Sink

	mu      sync.Mutex
	closed  bool
	writers [2]*os.File
	taps    [2]*tap.Tap
}

var _ display.Sink = (*apart)(nil)

func (a *apart) Stream(name, text string) {
	a.Drain()
	a.to.Stream(name, text)
}

func (a *apart) Result(b engine.Bundle) {
	a.Drain()
	a.to.Result(b)
}

func (a *apart) Display(b engine.Bundle, update bool) {
	a.Drain()
	a.to.Display(b, update)
}

func (a *apart) Clear(wait bool) {
	a.Drain()
	a.to.Clear(wait)
}

func (a *apart) Comm(m engine.CommMessage) { a.to.Comm(m) }

func (a *apart) Input(ctx context.Context, prompt string, password bool) (string, error) {
	a.Drain()
	return a.to.Input(ctx, prompt, password)
}

// Drain has everything printed so far arrive.
func (a *apart) Drain() {
	a.mu.Lock()
	taps := a.taps
	a.mu.Unlock()
	for _, t := range taps {
		if t != nil {
			t.Drain()
		}
	}
}

// file is where prints go; nowhere once f has ended.
func (a *apart) file(stderr bool) *os.File {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || a.writers[0] == nil && !a.open() {
		return devNull()
	}
	if stderr {
		return a.writers[1]
	}
	return a.writers[0]
}

// open makes both pipes; false where there are no more files. a.mu is held.
func (a *apart) open() bool {
	for i, name := range []string{"stdout", "stderr"} {
		r, w, err := os.Pipe()
		if err != nil {
			return false
		}
		t, err := tap.New(r, func(text string) { a.to.Stream(name, text) })
		if err != nil {
			return false
		}
		a.writers[i], a.taps[i] = w, t
	}
	a.taps[1].After(a.taps[0])
	for _, t := range a.taps {
		go t.Loop()
	}
	return true
}

// close returns when everything printed has arrived.
func (a *apart) close() {
	a.mu.Lock()
	a.closed = true
	writers, taps := a.writers, a.taps
	a.mu.Unlock()
	for i, w := range writers {
		if w != nil && taps[i] != nil {
			_ = w.Close() // a pipe's end; nothing is buffered
			taps[i].Finish()
		}
	}
}
