package server_test

import (
	"bytes"
	"testing"

	"github.com/lislab/lislab/kernel/engine/echo"
	"github.com/lislab/lislab/kernel/wire"
)

func TestCommFromTheFrontEnd(t *testing.T) {
	_, f := session(t)
	open := f.send(wire.Shell, &wire.CommOpen{CommID: "c1", TargetName: echo.Target, Data: []byte(`{}`)})
	f.busy(open)
	f.idle(open)
	if r := ask[*wire.CommInfoReply](f, wire.Shell, &wire.CommInfoRequest{}); r.Comms["c1"].TargetName != echo.Target {
		t.Errorf("comm_info gave %+v", r)
	}
	if r := ask[*wire.CommInfoReply](f, wire.Shell, &wire.CommInfoRequest{TargetName: "other"}); len(r.Comms) != 0 || r.Comms == nil {
		t.Errorf("comm_info gave %+v, want none of that target", r)
	}
	msg := f.session.Message(nil, &wire.CommMsg{CommID: "c1", Data: []byte(`{"n":1}`)})
	msg.Buffers = [][]byte{{1, 0, 2}, {255}}
	msg.Metadata = wire.Metadata{"version": "2.1.0"}
	f.sendMessage(wire.Shell, msg)
	f.busy(msg)
	f.stdout(msg, "comm message\n") // what a widget prints goes to the message that moved it
	back, m := iopubMessage[*wire.CommMsg](f, msg)
	if back.CommID != "c1" || string(back.Data) != `{"n":1}` || m.Metadata["version"] != "2.1.0" {
		t.Errorf("message came back as %+v with %v", back, m.Metadata)
	}
	if len(m.Buffers) != 2 || !bytes.Equal(m.Buffers[0], []byte{255}) || !bytes.Equal(m.Buffers[1], []byte{1, 0, 2}) {
		t.Errorf("buffers came back as %v", m.Buffers)
	}
	f.idle(msg)
	closing := f.send(wire.Shell, &wire.CommClose{CommID: "c1", Data: []byte(`{}`)})
	f.busy(closing)
	f.idle(closing)
	if r := ask[*wire.CommInfoReply](f, wire.Shell, &wire.CommInfoRequest{}); len(r.Comms) != 0 {
		t.Errorf("comm_info gave %+v, want none", r)
	}
}

func TestCommOfUnknownTargetIsClosed(t *testing.T) {
	_, f := session(t)
	open := f.send(wire.Shell, &wire.CommOpen{CommID: "c1", TargetName: "nobody", Data: []byte(`{}`)})
	f.busy(open)
	if closed := iopub[*wire.CommClose](f, open); closed.CommID != "c1" {
		t.Errorf("closed %q, want c1", closed.CommID)
	}
	f.idle(open)
	msg := f.send(wire.Shell, &wire.CommMsg{CommID: "c1", Data: []byte(`{}`)})
	f.busy(msg)
	f.idle(msg)
}

func TestCommFromACell(t *testing.T) {
	_, f := session(t)
	cell := f.execute("comm comm_open w1 jupyter.widget", "comm comm_msg w1", "comm comm_close w1")
	f.begin(cell, 1)
	open, m := iopubMessage[*wire.CommOpen](f, cell)
	if open.CommID != "w1" || open.TargetName != "jupyter.widget" || string(open.Data) != `{"from":"cell"}` ||
		m.Metadata["version"] != "2.1.0" || len(m.Buffers) != 1 || !bytes.Equal(m.Buffers[0], []byte{0, 255}) {
		t.Errorf("open is %+v with %v and %v", open, m.Metadata, m.Buffers)
	}
	iopub[*wire.CommMsg](f, cell)
	iopub[*wire.CommClose](f, cell)
	f.done(cell, 1)
}
