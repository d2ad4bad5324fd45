package session

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/interp"
	"github.com/lislab/lislab/kernel/engine/worker"
	"github.com/lislab/lislab/kernel/widget"
)

// withWidgets lets the tests' worker import the widget package.
var withWidgets = worker.Options{Interpreter: interp.Open, Packages: map[string]worker.Package{"github.com/lislab/lislab/kernel/widget": {
	Name: "widget",
	Binds: map[string]reflect.Value{
		"NewIntSlider": reflect.ValueOf(widget.NewIntSlider),
		"Interact":     reflect.ValueOf(widget.Interact),
	},
	Types:    map[string]reflect.Type{"IntSlider": reflect.TypeFor[widget.IntSlider]()},
	Wrappers: map[string][]string{"IntSlider": {"Set", "String"}},
}}}

// TestWidgets moves a slider, as a page does, while no cell runs and while one
// does, and asks for the states as a page does that is loaded anew.
func TestWidgets(t *testing.T) {
	n := open(t)
	out := &comms{}
	n.s.Execute(context.Background(), engine.Request{Count: 1, Code: `import "github.com/lislab/lislab/kernel/widget"
n := widget.NewIntSlider("n", 0, 100, 1)
widget.Interact(func(n int) int { return n * n }, n)`}, out)
	slider := ""
	for id, state := range out.opened() {
		if state["_model_name"] == "IntSliderModel" {
			slider = id
		}
	}
	if slider == "" {
		t.Fatalf("no slider in %v", out.opened())
	}
	if open := n.s.Comms(); open[slider] != "jupyter.widget" {
		t.Errorf("open comms: %v", open)
	}
	move := func(value string) []string {
		answer := &comms{}
		n.s.Comm(engine.CommMessage{Kind: engine.CommMsg, ID: slider, Data: json.RawMessage(`{"method":"update","state":{"value":` + value + `},"buffer_paths":[]}`)}, answer)
		return answer.texts()
	}
	if got := move("7"); len(got) != 1 || !strings.Contains(got[0], `"echo_update"`) {
		t.Errorf("the answer to a move: %q", got)
	}
	out.await(t, `"text/plain":"49"`)
	if n.ok("n.Value()") != "result: 7" {
		t.Error("the cell does not see the move")
	}
	ended := make(chan bool)
	go func() { n.ok("import \"time\"\ntime.Sleep(time.Second)"); close(ended) }()
	move("9")
	out.await(t, `"text/plain":"81"`)
	<-ended

	page := &comms{}
	n.s.Comm(engine.CommMessage{Kind: engine.CommOpen, ID: "page", Target: "jupyter.widget.control", Data: json.RawMessage(`{}`)}, page)
	n.s.Comm(engine.CommMessage{Kind: engine.CommMsg, ID: "page", Data: json.RawMessage(`{"method":"request_states"}`)}, page)
	if got := page.texts(); len(got) != 1 || !strings.HasPrefix(got[0], "comm_msg page ") || !strings.Contains(got[0], slider) {
		t.Errorf("the states: %q", got)
	}
	n.s.Comm(engine.CommMessage{Kind: engine.CommOpen, ID: "other", Target: "nosuch"}, page)
	if got := page.texts(); got[len(got)-1] != "comm_close other {}" {
		t.Errorf("an unknown target: %q", got)
	}
}

// comms is a record of the comm messages alone.
type comms struct {
	record
	said []engine.CommMessage
}

func (c *comms) Comm(m engine.CommMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, m)
}

func (c *comms) texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, m := range c.said {
		all = append(all, string(m.Kind)+" "+m.ID+" "+string(m.Data))
	}
	return all
}

// opened is the state of each model at its opening.
func (c *comms) opened() map[string]map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]map[string]any{}
	for _, m := range c.said {
		var data struct{ State map[string]any }
		if m.Kind == engine.CommOpen && json.Unmarshal(m.Data, &data) == nil {
			all[m.ID] = data.State
		}
	}
	return all
}

// await waits for a message with the given text.
func (c *comms) await(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if strings.Contains(strings.Join(c.texts(), "\n"), text) {
			return
		}
	}
	t.Fatalf("waited in vain for %s in\n%s", text, strings.Join(c.texts(), "\n"))
}
