package widget

import (
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/lislab/lislab/kernel/display"
)

// turn is held while a callback runs: one at a time in the whole notebook.
var turn sync.Mutex

// runner calls a handler in a goroutine of its own. It is started where the
// handler is registered, because a goroutine belongs to the cell that started
// it, and so does what it shows.
type runner struct {
	model  *Model
	newest bool // of several waiting calls only the last is made

	mu      sync.Mutex
	waiting []func()
	alive   bool
	stopped bool
	wake    chan struct{}
}

func newRunner(m *Model, newest bool) *runner {
	r := &runner{model: m, newest: newest, wake: make(chan struct{}, 1), alive: true}
	go r.loop()
	return r
}

// post has each handler called soon.
func post(hs []handler) {
	for _, h := range hs {
		if h.now != nil {
			h.now()
		}
		h.run.post(h.f)
	}
}

func (r *runner) post(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return
	}
	if r.newest {
		r.waiting = r.waiting[:0]
	}
	r.waiting = append(r.waiting, f)
	if !r.alive { // the goroutine was ended from outside, with its cell
		r.alive = true
		go r.loop()
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *runner) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped {
		r.stopped = true
		close(r.wake)
	}
}

func (r *runner) take() func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped || len(r.waiting) == 0 {
		return nil
	}
	f := r.waiting[0]
	r.waiting = r.waiting[1:]
	return f
}

func (r *runner) loop() {
	defer func() {
		r.mu.Lock()
		r.alive = false
		r.mu.Unlock()
	}()
	for range r.wake {
		for f := r.take(); f != nil; f = r.take() {
			r.call(f)
		}
	}
}

// call runs f in its turn. A panic is told where the widget stands and ends
// only that call.
func (r *runner) call(f func()) {
	turn.Lock()
	defer turn.Unlock()
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		msg := fmt.Sprintf("panic in a callback of %s: %v\n%s", r.model, v, callers(debug.Stack()))
		if s := display.Current(); s != nil {
			s.Stream("stderr", msg)
		} else if s := r.model.opened(); s != nil {
			s.Stream("stderr", msg)
		}
	}()
	f()
}

// callers is the part of a panic's stack between the panic and this package:
// the callback's own frames, a line each.
func callers(stack []byte) string {
	lines := strings.Split(string(stack), "\n")
	var out strings.Builder
	past := false
	for i := 1; i+1 < len(lines); i += 2 {
		name, place := lines[i], strings.TrimSpace(lines[i+1])
		if strings.HasPrefix(name, "panic(") {
			past, out = true, strings.Builder{}
			continue
		}
		if !past || strings.HasPrefix(name, "runtime.") {
			continue
		}
		if strings.Contains(name, "kernel/widget.") && !strings.Contains(place, "_test.go") || strings.HasPrefix(name, "reflect.") {
			break
		}
		if at := strings.LastIndex(place, " +0x"); at > 0 {
			place = place[:at]
		}
		if at := strings.LastIndexByte(name, '('); at > 0 {
			name = name[:at]
		}
		fmt.Fprintf(&out, "  %s  %s\n", place, name)
	}
	return out.String()
}
