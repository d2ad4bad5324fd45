package server_test

import (
	"testing"

	"github.com/lislab/lislab/kernel/wire"
)

// TestAnsweredWhileACellRuns asks everything that must not wait for a cell.
func TestAnsweredWhileACellRuns(t *testing.T) {
	_, f := session(t)
	set := f.execute("set name value")
	f.begin(set, 1)
	f.done(set, 1)
	cell := f.execute("sleep 1h")
	f.begin(cell, 2)

	if r := ask[*wire.CompleteReply](f, wire.Shell, &wire.CompleteRequest{Code: "na", CursorPos: 2}); len(r.Matches) != 1 {
		t.Errorf("complete gave %+v", r)
	}
	if r := ask[*wire.InspectReply](f, wire.Shell, &wire.InspectRequest{Code: "name", CursorPos: 4}); !r.Found {
		t.Errorf("inspect gave %+v", r)
	}
	if r := ask[*wire.IsCompleteReply](f, wire.Shell, &wire.IsCompleteRequest{Code: "x"}); r.Status != "complete" {
		t.Errorf("is_complete gave %+v", r)
	}
	if r := ask[*wire.HistoryReply](f, wire.Shell, &wire.HistoryRequest{AccessType: wire.HistoryTail}); len(r.History) != 2 {
		t.Errorf("history gave %+v, want both inputs, that of the running cell too", r)
	}
	ask[*wire.KernelInfoReply](f, wire.Shell, &wire.KernelInfoRequest{})
	ask[*wire.KernelInfoReply](f, wire.Control, &wire.KernelInfoRequest{})
	ask[*wire.CommInfoReply](f, wire.Shell, &wire.CommInfoRequest{})
	ask[*wire.ConnectReply](f, wire.Shell, &wire.ConnectRequest{})
	ask[*wire.UsageReply](f, wire.Control, &wire.UsageRequest{})
	ask[*wire.DebugReply](f, wire.Control, &wire.DebugRequest{Type: "request", Command: "inspectVariables"})
	ask[*wire.InterruptReply](f, wire.Control, &wire.InterruptRequest{})
	f.failed(cell, "Interrupt")
}

// TestBusyIsRepeated checks that front ends, which show the last status, show a
// kernel that is busy after a completion during a cell, and one that is idle
// after a completion without.
func TestBusyIsRepeated(t *testing.T) {
	_, f := session(t)
	cell := f.execute("sleep 1h")
	f.begin(cell, 1)
	complete := f.send(wire.Shell, &wire.CompleteRequest{Code: "x", CursorPos: 1})
	f.busy(complete)
	reply[*wire.CompleteReply](f, wire.Shell, complete)
	f.idle(complete)
	r := f.next()
	if s, ok := r.m.Content.(*wire.Status); !ok || s.ExecutionState != wire.Busy || r.m.Parent.ID != cell.Header.ID {
		t.Fatalf("after the completion came %s, want busy of the cell", describe(r))
	}
	interrupt := f.send(wire.Control, &wire.InterruptRequest{})
	f.failed(cell, "Interrupt")
	f.busy(interrupt)
	reply[*wire.InterruptReply](f, wire.Control, interrupt)
	f.idle(interrupt)

	complete = f.send(wire.Shell, &wire.CompleteRequest{Code: "x", CursorPos: 1})
	f.busy(complete)
	reply[*wire.CompleteReply](f, wire.Shell, complete)
	f.idle(complete)
	f.silence(shortly)
}
