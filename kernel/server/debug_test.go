package server_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/lislab/lislab/kernel/wire"
)

// panel asks one command of the variables panel and returns the body as JSON.
func panel(f *frontend, command, arguments string) (body map[string]any, success bool) {
	f.t.Helper()
	r := ask[*wire.DebugReply](f, wire.Control, &wire.DebugRequest{Type: "request", Seq: 7, Command: command, Arguments: json.RawMessage(arguments)})
	if r.Type != "response" || r.RequestSeq != 7 || r.Command != command {
		f.t.Errorf("%s gave %+v", command, r)
	}
	body, _ = r.Body.(map[string]any)
	return body, r.Success
}

// TestVariablesPanel goes through what JupyterLab asks when its panel opens.
func TestVariablesPanel(t *testing.T) {
	_, f := session(t)
	set := f.execute("set x seven")
	f.begin(set, 1)
	f.done(set, 1)

	if b, ok := panel(f, "debugInfo", `{}`); !ok || b["isStarted"] != false || b["hashMethod"] != "Murmur2" || b["richRendering"] != true || b["tmpFileSuffix"] != ".echo" {
		t.Errorf("debugInfo gave %v, %v", b, ok)
	}
	initialize := f.send(wire.Control, &wire.DebugRequest{Type: "request", Seq: 1, Command: "initialize"})
	f.busy(initialize)
	if e := iopub[*wire.DebugEvent](f, initialize); e.Event != "initialized" || e.Type != "event" {
		t.Errorf("event is %+v", e)
	}
	reply[*wire.DebugReply](f, wire.Control, initialize)
	f.idle(initialize)
	for _, command := range []string{"attach", "setExceptionBreakpoints", "setBreakpoints", "dumpCell", "modules", "configurationDone", "disconnect"} {
		if b, ok := panel(f, command, `{"source": {"path": ""}, "breakpoints": []}`); !ok {
			t.Errorf("%s gave %v", command, b)
		}
	}
	row := map[string]any{"name": "x", "value": "seven", "type": "str", "variablesReference": 1., "evaluateName": "x"}
	if b, ok := panel(f, "inspectVariables", ``); !ok || !reflect.DeepEqual(b["variables"], []any{row}) {
		t.Errorf("inspectVariables gave %v, want %v", b, row)
	}
	length := map[string]any{"name": "len", "value": "5", "type": "int", "variablesReference": 0., "evaluateName": "len"}
	if b, ok := panel(f, "variables", `{"variablesReference": 1}`); !ok || !reflect.DeepEqual(b["variables"], []any{length}) {
		t.Errorf("variables gave %v, want %v", b, length)
	}
	if b, ok := panel(f, "richInspectVariables", `{"variableName": "x"}`); !ok || !reflect.DeepEqual(b["data"], map[string]any{"text/plain": "seven"}) {
		t.Errorf("richInspectVariables gave %v", b)
	}
	for command, arguments := range map[string]string{"variables": `{"variablesReference": 9}`, "richInspectVariables": `{"variableName": "y"}`, "next": `{"threadId": 1}`} {
		if b, ok := panel(f, command, arguments); ok || b != nil {
			t.Errorf("%s %s succeeded with %v", command, arguments, b)
		}
	}
	req := f.send(wire.Control, &wire.DebugRequest{Type: "request", Command: "variables", Arguments: []byte(`{"variablesReference": "x"}`)})
	f.busy(req)
	if r := reply[*wire.DebugReply](f, wire.Control, req); r.Status != wire.StatusError {
		t.Errorf("bad arguments gave %+v", r)
	}
	f.idle(req)
}
