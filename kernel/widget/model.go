package widget

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
)

// Widget is a control or a container of controls.
type Widget interface{ model() *Model }

// Model is the state that a widget shares with its views in the page. Each
// kind of widget has one inside, and with it the methods below.
type Model struct {
	id   string
	kind string // "IntSlider"

	mu       sync.Mutex
	state    map[string]any
	sink     display.Sink // where it was opened; nil before
	closed   bool
	handlers []handler
	clicks   []handler // for custom messages
	// settle makes proposed changes agree with the rest of the state, as a
	// slider's value with its ends, or refuses them; it may be nil.
	settle func(state, changes map[string]any) error
	// text is the value in words; it may be nil.
	text func(state map[string]any) string
}

// handler is one callback and what runs it.
type handler struct {
	run *runner
	f   func()
	now func() // called at once, also while f runs for an earlier change; may be nil
}

// newModel makes a model of ipywidgets' kind, with its layout and style.
func newModel(kind string) *Model {
	var id [16]byte
	rand.Read(id[:]) // never fails
	m := &Model{id: hex.EncodeToString(id[:]), kind: kind, state: defaults(kind + "Model")}
	for _, part := range []string{"layout", "style"} {
		if name, ok := m.state[part].(string); ok && strings.HasSuffix(name, "Model") {
			m.state[part] = Widget(newModel(strings.TrimSuffix(name, "Model")))
		}
	}
	return m
}

func (m *Model) model() *Model { return m }

// Set changes an attribute by ipywidgets' name for it, such as "step",
// "disabled", "readout_format" or "tooltip"; a bool, int, float64 or string
// keeps its type (an int will do for a float64). It panics where the widget has
// no such attribute or it is of another type.
func (m *Model) Set(attribute string, value any) {
	m.mu.Lock()
	old, ok := m.state[attribute]
	m.mu.Unlock()
	if !ok || strings.HasPrefix(attribute, "_") {
		panic(fmt.Sprintf("widget: %s has no attribute %q", m.kind, attribute))
	}
	if i, isInt := value.(int); isInt && reflect.TypeOf(old) == reflect.TypeFor[float64]() {
		value = float64(i)
	}
	if old != nil && value != nil && reflect.TypeOf(old) != reflect.TypeOf(value) {
		panic(fmt.Sprintf("widget: %s.%s is a %T, not a %T", m.kind, attribute, old, value))
	}
	m.put(map[string]any{attribute: value})
}

// Get is an attribute by ipywidgets' name; nil where there is none.
func (m *Model) Get(attribute string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state[attribute]
}

// Layout sets a CSS property of the widget's place in the page, under
// ipywidgets' name: "width", "height", "border_top", "margin", "flex" ….
func (m *Model) Layout(property, value string) { m.Get("layout").(Widget).model().Set(property, value) }

// Style sets a property of the widget's look: "description_width",
// "handle_color", "bar_color", "button_color" …, whichever its kind has.
func (m *Model) Style(property, value string) {
	style, ok := m.Get("style").(Widget)
	if !ok {
		panic(fmt.Sprintf("widget: %s has no style", m.kind))
	}
	style.model().Set(property, value)
}

// Enable lets the person at the page use the widget, or not.
func (m *Model) Enable(on bool) { m.Set("disabled", !on) }

// Continuous says whether a slider or text sends each value on the way, or only
// the last.
func (m *Model) Continuous(on bool) { m.Set("continuous_update", on) }

// Close takes the widget off the page and ends its callbacks.
func (m *Model) Close() {
	m.mu.Lock()
	sink, was := m.sink, m.closed
	m.closed = true
	hs := slices.Concat(m.handlers, m.clicks)
	m.mu.Unlock()
	for _, h := range hs {
		h.run.stop()
	}
	if was {
		return
	}
	forget(m.id)
	if sink != nil {
		sink.Comm(engine.CommMessage{Kind: engine.CommClose, ID: m.id, Data: json.RawMessage(`{}`)})
	}
}

// put changes attributes from this side, tells the page, and calls back where
// something is new. It panics where the changes are refused.
func (m *Model) put(changes map[string]any) {
	m.mu.Lock()
	if m.settle != nil {
		if err := m.settle(m.state, changes); err != nil {
			m.mu.Unlock()
			panic(fmt.Sprintf("widget: %s: %v", m.kind, err))
		}
	}
	changed := m.apply(changes)
	if m.sink != nil && !m.closed && len(changed) > 0 {
		for _, v := range changed {
			openAll(v, m.sink)
		}
		m.sink.Comm(m.message("update", changed))
	}
	hs := m.handlers
	m.mu.Unlock()
	if len(changed) > 0 {
		post(hs)
	}
}

// apply changes the state and returns what is new. m is locked.
func (m *Model) apply(changes map[string]any) map[string]any {
	changed := map[string]any{}
	for k, v := range changes {
		if !reflect.DeepEqual(m.state[k], v) {
			m.state[k], changed[k] = v, v
		}
	}
	return changed
}

func (m *Model) opened() display.Sink {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sink
}

// message is a comm_msg that carries state.
func (m *Model) message(method string, state map[string]any) engine.CommMessage {
	s, paths, buffers := wire(state)
	return engine.CommMessage{
		Kind: engine.CommMsg, ID: m.id, Buffers: buffers,
		Data: marshal(map[string]any{"method": method, "state": s, "buffer_paths": paths}),
	}
}

// marshal is for data of our own making.
func marshal(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("widget: " + err.Error())
	}
	return raw
}

// open introduces the model to the front end, what it refers to first.
func (m *Model) open(sink display.Sink) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if sink == nil || m.sink != nil || m.closed {
		return
	}
	for _, k := range slices.Sorted(maps.Keys(m.state)) {
		openAll(m.state[k], sink)
	}
	m.sink = sink
	remember(m)
	s, paths, buffers := wire(m.state)
	sink.Comm(engine.CommMessage{
		Kind: engine.CommOpen, ID: m.id, Target: target, Buffers: buffers,
		Metadata: map[string]any{"version": protocolVersion},
		Data:     marshal(map[string]any{"state": s, "buffer_paths": paths}),
	})
}

// openAll opens the widgets that v is or holds.
func openAll(v any, sink display.Sink) {
	switch v := v.(type) {
	case Widget:
		v.model().open(sink)
	case []Widget:
		for _, w := range v {
			w.model().open(sink)
		}
	}
}

// onChange calls f, as package widget says, when the state has changed.
func (m *Model) onChange(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.handlers = append(m.handlers, handler{run: newRunner(m, true), f: f})
}

// String is the widget in words: its label and value.
func (m *Model) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	label, _ := m.state["description"].(string)
	value := ""
	if m.text != nil {
		value = m.text(m.state)
	}
	_, isInput := m.state["disabled"]
	switch {
	case label == "" && value == "":
		return m.kind
	case value == "":
		return m.kind + " " + label
	case label == "" && isInput:
		return m.kind + " = " + value
	case label == "":
		return value
	}
	return label + " = " + value
}

// MIMEBundle shows the widget: a view of its model where there is a page, its
// words elsewhere.
func (m *Model) MIMEBundle() (data, metadata map[string]any) {
	data = map[string]any{display.MIMEText: m.String()}
	m.open(display.Current())
	if m.opened() != nil {
		data[display.MIMEWidget] = map[string]any{"version_major": 2, "version_minor": 0, "model_id": m.id}
	}
	return data, nil
}

// Show shows the widget now.
func (m *Model) Show() { display.Show(m) }
