package display

import (
	"context"
	"sync"
	"testing"

	"github.com/lislab/lislab/kernel/engine"
)

// event is one call that a recorder saw.
type event struct {
	what   string // "display", "update", "clear", "stream", "result", "comm"
	text   string // text/plain, or a stream's text
	bundle Bundle
	wait   bool
}

// recorder is a sink that writes down what it is told.
type recorder struct {
	mu     sync.Mutex
	events []event
	answer string
}

func (r *recorder) add(e event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// take returns what was recorded since it was last called.
func (r *recorder) take() []event {
	r.mu.Lock()
	defer r.mu.Unlock()
	es := r.events
	r.events = nil
	return es
}

func (r *recorder) Stream(_, text string) { r.add(event{what: "stream", text: text}) }
func (r *recorder) Result(b Bundle)       { r.add(event{what: "result", bundle: b}) }
func (r *recorder) Clear(wait bool)       { r.add(event{what: "clear", wait: wait}) }
func (r *recorder) Comm(engine.CommMessage) {
	r.add(event{what: "comm"})
}

func (r *recorder) Display(b Bundle, update bool) {
	what := "display"
	if update {
		what = "update"
	}
	text, _ := b.Data[MIMEText].(string)
	r.add(event{what: what, text: text, bundle: b})
}

func (r *recorder) Input(ctx context.Context, prompt string, password bool) (string, error) {
	r.add(event{what: "input", text: prompt, wait: password})
	return r.answer, ctx.Err()
}

// record installs a recorder for the length of a test.
func record(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	t.Cleanup(SetSink(r))
	return r
}
