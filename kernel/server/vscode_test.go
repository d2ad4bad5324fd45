package server_test

import (
	"testing"

	"github.com/lislab/lislab/kernel/wire"
)

// TestVSCode holds the conversation that VS Code's Jupyter extension has with a
// kernel: it connects, runs cells of its own silently, asks for variables by
// user expressions, completes while a cell runs, interrupts and restarts by
// message.
func TestVSCode(t *testing.T) {
	k, f := session(t)
	// It waits for kernel_info on both channels, then asks for comms.
	for _, ch := range []wire.Channel{wire.Shell, wire.Control} {
		if info := ask[*wire.KernelInfoReply](f, ch, &wire.KernelInfoRequest{}); info.Status != wire.StatusOK || info.LanguageInfo.Name == "" {
			t.Errorf("kernel_info on %s is %+v", ch, info)
		}
	}
	if r := ask[*wire.CommInfoReply](f, wire.Shell, &wire.CommInfoRequest{TargetName: "jupyter.widget"}); r.Status != wire.StatusOK || len(r.Comms) != 0 {
		t.Errorf("comm_info is %+v", r)
	}
	// Code of its own: silent, not stored, nothing typed; written for Python it
	// fails, and neither shows nor stops anything.
	own := func(code string, expressions map[string]string) *wire.Message {
		return f.send(wire.Shell, &wire.ExecuteRequest{Code: code, Silent: true, UserExpressions: expressions})
	}
	req := own("fail CompileError not Go", nil)
	cell := f.execute("set x seven")
	f.busy(req)
	if r := reply[*wire.ExecuteReply](f, wire.Shell, req); r.Status != wire.StatusError {
		t.Errorf("reply is %+v", r)
	}
	f.idle(req)
	f.begin(cell, 1)
	f.done(cell, 1)
	req = own("", map[string]string{"x": "x", "gone": "y"})
	f.busy(req)
	r := f.done(req, 1)
	if r.UserExpressions["x"].Data["text/plain"] != "seven" || r.UserExpressions["gone"].Status != wire.StatusError {
		t.Errorf("user expressions are %+v", r.UserExpressions)
	}
	// While a cell runs: a completion behind a character that UTF-16 counts
	// twice, a tooltip, and the debugger's first question.
	cell = f.execute("sleep 1h")
	behind := f.execute("print never")
	f.begin(cell, 2)
	code := "print \U0001f600 x"
	c := ask[*wire.CompleteReply](f, wire.Shell, &wire.CompleteRequest{Code: code, CursorPos: len([]rune(code))})
	if c.CursorStart != len([]rune(code))-1 || c.CursorEnd != len([]rune(code)) || len(c.Matches) != 1 || c.Matches[0] != "x" {
		t.Errorf("completion is %+v, want x in code points", c)
	}
	if i := ask[*wire.InspectReply](f, wire.Shell, &wire.InspectRequest{Code: "x", CursorPos: 1}); !i.Found {
		t.Errorf("inspection is %+v", i)
	}
	if d := ask[*wire.DebugReply](f, wire.Control, &wire.DebugRequest{Type: "request", Seq: 1, Command: "debugInfo"}); !d.Success {
		t.Errorf("debugInfo is %+v", d)
	}
	ask[*wire.InterruptReply](f, wire.Control, &wire.InterruptRequest{})
	f.failed(cell, "Interrupt")
	f.aborted(behind)
	// The restart.
	req = f.send(wire.Control, &wire.ShutdownRequest{Restart: true})
	f.busy(req)
	iopub[*wire.ShutdownReply](f, req)
	if r := reply[*wire.ShutdownReply](f, wire.Control, req); !r.Restart {
		t.Errorf("shutdown says %+v", r)
	}
	f.idle(req)
	if err := k.wait(); err != nil {
		t.Errorf("the kernel ended with %v", err)
	}
}
