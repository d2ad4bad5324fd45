package server_test

import (
	"testing"
	"time"

	"github.com/lislab/lislab/kernel/wire"
)

func TestInterrupt(t *testing.T) {
	_, f := session(t)
	cell := f.execute("print before", "sleep 1h", "print never")
	waiting := f.send(wire.Shell, &wire.ExecuteRequest{Code: "print never either"}) // without stop_on_error
	f.begin(cell, 1)
	f.stdout(cell, "before\n")
	began := time.Now()
	ask[*wire.InterruptReply](f, wire.Control, &wire.InterruptRequest{})
	ask[*wire.InterruptReply](f, wire.Control, &wire.InterruptRequest{}) // twice does no more harm
	f.failed(cell, "Interrupt")
	f.aborted(waiting)
	if d := time.Since(began); d > time.Second {
		t.Errorf("it took %v", d)
	}
	after := f.execute("print after")
	f.begin(after, 2)
	f.stdout(after, "after\n")
	f.done(after, 2)
}

func TestInterruptBySignal(t *testing.T) {
	k, f := session(t)
	cell := f.execute("sleep 1h")
	f.begin(cell, 1)
	k.server.Interrupt()
	f.failed(cell, "Interrupt")
}

func TestInterruptOfAnIdleKernelDoesNothing(t *testing.T) {
	k, f := session(t)
	k.server.Interrupt()
	ask[*wire.InterruptReply](f, wire.Control, &wire.InterruptRequest{})
	cell := f.execute("print fine")
	f.begin(cell, 1)
	f.stdout(cell, "fine\n")
	f.done(cell, 1)
}

func TestInterruptWhileAskingForInput(t *testing.T) {
	_, f := session(t)
	cell := f.execute("input name?")
	f.begin(cell, 1)
	asked := reply[*wire.InputRequest](f, wire.Stdin, cell)
	ask[*wire.InterruptReply](f, wire.Control, &wire.InterruptRequest{})
	f.failed(cell, "Interrupt")
	// The answer that comes too late is for nobody.
	f.send(wire.Stdin, &wire.InputReply{Value: "late"})
	cell = f.execute("input " + asked.Prompt)
	f.begin(cell, 2)
	reply[*wire.InputRequest](f, wire.Stdin, cell)
	f.send(wire.Stdin, &wire.InputReply{Value: "in time"})
	f.stdout(cell, "in time\n")
	f.done(cell, 2)
}
