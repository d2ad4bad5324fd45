package worker

import (
	"os"
	"sync"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine/rt"
)

// isolate runs f so that what it shows and prints goes to the sink to, as
// display.Isolate says. It reports false, and runs nothing, where the caller
// belongs to no compiled cell: an interpreter's prints cannot be led elsewhere.
func (w *worker) isolate(to display.Sink, f func()) bool {
	outer := rt.Current()
	if outer == nil {
		return false
	}
	apart := &apart{to: to}
	w.mu.Lock()
	w.lastApart--
	id := w.lastApart // no run has a number below 0
	w.aparts[id] = to
	w.mu.Unlock()
	value, panicked := rt.Within(&rt.Cell{
		ID: id, Context: outer.Context, Stream: apart.file, Result: func(...any) {}, Lost: outer.Lost,
	}, f)
	apart.close()
	w.mu.Lock()
	delete(w.aparts, id)
	w.mu.Unlock()
	if panicked {
		panic(value)
	}
	return true
}

// apart leads prints to a sink. Its pipes are made when something is printed.
type apart struct {
	to display.Sink

	mu      sync.Mutex
	closed  bool
	writers [2]*os.File
	readers sync.WaitGroup
}

// file is where prints go; nowhere once f has ended.
func (a *apart) file(stderr bool) *os.File {
	i, name := 0, "stdout"
	if stderr {
		i, name = 1, "stderr"
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return devNull()
	}
	if a.writers[i] == nil {
		r, w, err := os.Pipe()
		if err != nil {
			return devNull() // no more files
		}
		a.writers[i] = w
		a.readers.Go(func() {
			defer r.Close()
			copyStream(r, func(text string) { a.to.Stream(name, text) })
		})
	}
	return a.writers[i]
}

// close returns when everything printed has arrived.
func (a *apart) close() {
	a.mu.Lock()
	a.closed = true
	for _, w := range a.writers {
		if w != nil {
			_ = w.Close() // a pipe's end; nothing is buffered
		}
	}
	a.mu.Unlock()
	a.readers.Wait()
}
