package worker

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/rt"
)

// heard is a sink that joins what it is told.
type heard struct {
	mu   sync.Mutex
	text string
}

func (h *heard) add(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text += s
}

func (h *heard) Stream(name, text string) { h.add(name + ":" + text) }
func (h *heard) Result(b engine.Bundle)   { h.Display(b, false) }
func (h *heard) Display(b engine.Bundle, _ bool) {
	h.add(fmt.Sprintf("shown:%v\n", b.Data["text/plain"]))
}
func (h *heard) Clear(bool)              {}
func (h *heard) Comm(engine.CommMessage) {}
func (h *heard) Input(context.Context, string, bool) (string, error) {
	return "", display.ErrNoInput
}

// inCell runs body as a compiled cell whose context is ctx.
func inCell(ctx context.Context, body func()) {
	<-rt.Run(&rt.Cell{ID: 1, Context: ctx, Stream: func(bool) *os.File { return os.Stdout }}, body, func(bool, any, []byte) {})
}

func isolating(t *testing.T) *worker {
	w := &worker{sinks: map[int]*sink{}, aparts: map[int]display.Sink{}, out: os.Stdout, err: os.Stderr}
	rt.Own(os.Stdout)
	rt.Own(os.Stderr)
	restore := display.Install(w.current)
	display.Isolate = w.isolate
	t.Cleanup(func() { restore(); display.Isolate = nil })
	return w
}

func TestIsolateLeadsAwayAllOutput(t *testing.T) {
	w := isolating(t)
	to := &heard{}
	var late func()
	inCell(context.Background(), func() {
		display.Redirect(to, func() {
			fmt.Fprintln(rt.Stdout(), "printed")
			display.Show("value")
			done := make(chan bool)
			go func() {
				display.Show("from a goroutine")
				fmt.Fprintln(rt.Stderr(), "warned")
				close(done)
			}()
			<-done
			out := rt.Stdout()
			late = func() { fmt.Fprintln(out, "too late") }
		})
	})
	if want := "stdout:printed\nshown:value\nshown:from a goroutine\nstderr:warned\n"; to.text != want {
		t.Errorf("got %q, want %q", to.text, want)
	}
	late()
	if len(w.aparts) != 0 {
		t.Errorf("%d parts are not forgotten", len(w.aparts))
	}
}

func TestIsolatePassesPanicsOn(t *testing.T) {
	isolating(t)
	var got any
	inCell(context.Background(), func() {
		defer func() { got = recover() }()
		display.Redirect(&heard{}, func() { panic("inside") })
	})
	if got != "inside" {
		t.Errorf("got %v", got)
	}
}

func TestIsolateIsInterruptedWithItsCell(t *testing.T) {
	isolating(t)
	ctx, cancel := context.WithCancel(context.Background())
	inCell(ctx, func() {
		display.Redirect(&heard{}, func() {
			cancel()
			for {
				rt.Poll()
			}
		})
	})
}
