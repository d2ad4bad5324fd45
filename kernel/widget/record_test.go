package widget

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
)

// page is a sink that stands for the front end: it writes down what it is told
// and says things back.
type page struct {
	t    testing.TB
	mu   sync.Mutex
	said []engine.CommMessage // comm messages
	seen []display.Bundle     // displays
	text []string             // streams
	came chan struct{}        // holds a token where something came
}

// newPage installs a page as the cell's sink and forgets earlier widgets.
func newPage(t testing.TB) *page {
	p := &page{t: t, came: make(chan struct{}, 1)}
	comms.Lock()
	clear(comms.models)
	clear(comms.control)
	comms.Unlock()
	t.Cleanup(display.SetSink(p))
	return p
}

func (p *page) note(f func()) {
	p.mu.Lock()
	f()
	p.mu.Unlock()
	p.nudge()
}

// nudge has until look again.
func (p *page) nudge() {
	select {
	case p.came <- struct{}{}:
	default:
	}
}

// counts says how many streams and displays came so far.
func (p *page) counts() (texts, displays int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.text), len(p.seen)
}

func (p *page) Comm(m engine.CommMessage) { p.note(func() { p.said = append(p.said, m) }) }
func (p *page) Stream(name, text string)  { p.note(func() { p.text = append(p.text, name+": "+text) }) }
func (p *page) Result(b engine.Bundle)    { p.Display(b, false) }
func (p *page) Clear(bool)                {}
func (p *page) Display(b engine.Bundle, _ bool) {
	p.note(func() { p.seen = append(p.seen, b) })
}
func (p *page) Input(context.Context, string, bool) (string, error) { return "", display.ErrNoInput }

// take returns the comm messages since it was last called.
func (p *page) take() []engine.CommMessage {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.said
	p.said = nil
	return out
}

// until waits for something to be true of the page. A callback runs in another
// goroutine and should take microseconds; the limit is for a busy machine.
func (p *page) until(what string, f func() bool) {
	p.t.Helper()
	for limit := time.After(10 * time.Second); ; {
		if f() { // without our lock: a model holds its own while it speaks to us
			return
		}
		select {
		case <-p.came:
		case <-limit:
			p.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// send says something to the kernel about the comm of w.
func (p *page) send(w Widget, data string, buffers ...[]byte) {
	p.t.Helper()
	msg := engine.CommMessage{Kind: engine.CommMsg, ID: w.model().id, Data: json.RawMessage(data), Buffers: buffers}
	if !Handle(msg, p) {
		p.t.Fatalf("%s: not taken for a widget's", data)
	}
}

// move is a person moving w.
func (p *page) move(w Widget, state string) {
	p.t.Helper()
	p.send(w, `{"method":"update","state":`+state+`,"buffer_paths":[]}`)
}

// renamed writes messages as ipywidgets' side of the comparison has them, with
// comms named in the order given and then of their appearance.
func renamed(msgs []engine.CommMessage, names map[string]string) any {
	var list []any
	for _, m := range msgs {
		if names[m.ID] == "" {
			names[m.ID] = fmt.Sprintf("comm-%d", len(names)+1)
		}
		buffers := []any{}
		for _, b := range m.Buffers {
			buffers = append(buffers, string(b))
		}
		metadata := m.Metadata
		if metadata == nil {
			metadata = map[string]any{}
		}
		list = append(list, map[string]any{
			"kind": m.Kind, "comm_id": m.ID, "target_name": m.Target, "data": m.Data, "metadata": metadata, "buffers": buffers,
		})
	}
	text, _ := json.Marshal(list)
	s := string(text)
	for id, name := range names {
		s = strings.ReplaceAll(s, id, name)
	}
	var out any
	if err := json.Unmarshal([]byte(s), &out); err != nil {
		panic(err)
	}
	return out
}
