package widget

import (
	"encoding/json"

	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/lislab/lislab/kernel/engine"
)

const (
	target          = "jupyter.widget"
	controlTarget   = "jupyter.widget.control"
	protocolVersion = "2.1.0"
)

// comms holds the models that the front end knows, and its control comms.
var comms = struct {
	sync.Mutex
	models  map[string]*Model
	control map[string]bool
}{models: map[string]*Model{}, control: map[string]bool{}}

func remember(m *Model) {
	comms.Lock()
	defer comms.Unlock()
	comms.models[m.id] = m
}

func forget(id string) {
	comms.Lock()
	defer comms.Unlock()
	delete(comms.models, id)
	delete(comms.control, id)
}

func lookup(id string) (m *Model, control bool) {
	comms.Lock()
	defer comms.Unlock()
	return comms.models[id], comms.control[id]
}

// Comms lists the open comms, id to target name, as comm_info_reply has them.
func Comms() map[string]string {
	comms.Lock()
	defer comms.Unlock()
	all := map[string]string{}
	for id := range comms.models {
		all[id] = target
	}
	for id := range comms.control {
		all[id] = controlTarget
	}
	return all
}

// Handle takes a comm message from the front end. Answers to it go to out;
// what it makes widgets say, to the cells that show them. It reports false for
// a message about a comm that is none of ours; a comm_open of a target that
// nobody knows is to be answered with comm_close, as the protocol says. Call it
// in the order of the messages' arrival.
func Handle(msg engine.CommMessage, out engine.Output) bool {
	switch msg.Kind {
	case engine.CommOpen:
		if msg.Target != controlTarget {
			return false // the page cannot make widgets here
		}
		comms.Lock()
		comms.control[msg.ID] = true
		comms.Unlock()
		return true
	case engine.CommClose:
		m, control := lookup(msg.ID)
		forget(msg.ID)
		if m != nil {
			m.mu.Lock()
			m.closed = true
			m.mu.Unlock()
		}
		return m != nil || control
	}
	m, control := lookup(msg.ID)
	if m == nil && !control {
		return false
	}
	var data struct {
		Method      string                     `json:"method"`
		State       map[string]json.RawMessage `json:"state"`
		BufferPaths [][]any                    `json:"buffer_paths"`
		Content     json.RawMessage            `json:"content"`
	}
	if json.Unmarshal(msg.Data, &data) != nil {
		return true // no message of the widget protocol; nothing to say to it
	}
	switch {
	case control:
		if data.Method == "request_states" {
			out.Comm(states(msg.ID))
		}
	case data.Method == "update":
		buffers, err := join(data.State, data.BufferPaths, msg.Buffers)
		if err != nil {
			return true
		}
		m.moved(data.State, buffers, out)
	case data.Method == "request_state":
		m.mu.Lock()
		reply := m.message("update", m.state)
		m.mu.Unlock()
		out.Comm(reply)
	case data.Method == "custom":
		m.custom(data.Content)
	}
	return true
}

// states answers a page that was loaded anew: every model with its state.
func states(controlID string) engine.CommMessage {
	comms.Lock()
	all := slices.Collect(maps.Values(comms.models))
	comms.Unlock()
	states := map[string]any{}
	for _, m := range all {
		m.mu.Lock()
		states[m.id] = map[string]any{
			"model_name":           m.state["_model_name"],
			"model_module":         m.state["_model_module"],
			"model_module_version": m.state["_model_module_version"],
			"state":                maps.Clone(m.state),
		}
		m.mu.Unlock()
	}
	s, paths, buffers := wire(states)
	return engine.CommMessage{
		Kind: engine.CommMsg, ID: controlID, Buffers: buffers,
		Data: marshal(map[string]any{"method": "update_states", "states": s, "buffer_paths": paths}),
	}
}

// moved takes in what the person at the page did. The echo lets other pages on
// the same kernel follow, and comes first, as from ipywidgets; a value that is
// refused is answered with the one that holds.
func (m *Model) moved(state map[string]json.RawMessage, buffers map[string][]byte, out engine.Output) {
	m.mu.Lock()
	changes, refused := map[string]any{}, map[string]any{}
	for k, raw := range state {
		old, known := m.state[k]
		if !known {
			continue
		}
		v, err := accept(old, raw)
		if err != nil || strings.HasPrefix(k, "_") { // what the model is does not change
			refused[k] = old
			continue
		}
		changes[k] = v
	}
	for k, b := range buffers {
		if _, ok := m.state[k].([]byte); ok {
			changes[k] = b
		}
	}
	said := maps.Clone(changes)
	if m.settle != nil && len(changes) > 0 {
		if m.settle(m.state, changes) != nil {
			for k := range said {
				refused[k] = m.state[k]
			}
			clear(changes)
		}
	}
	for k, v := range changes {
		if s, ok := said[k]; !ok || !reflect.DeepEqual(s, v) {
			refused[k] = v
		}
	}
	if len(said) > 0 {
		out.Comm(m.message("echo_update", said))
	}
	if len(refused) > 0 {
		out.Comm(m.message("update", refused))
	}
	changed := m.apply(changes)
	hs := m.handlers
	m.mu.Unlock()
	if len(changed) > 0 {
		post(hs)
	}
}

// custom is a message of a kind of widget's own; buttons send a click.
func (m *Model) custom(content json.RawMessage) {
	var c struct {
		Event string `json:"event"`
	}
	if json.Unmarshal(content, &c) != nil || c.Event != "click" && c.Event != "submit" {
		return
	}
	m.mu.Lock()
	hs := m.clicks
	m.mu.Unlock()
	post(hs)
}
