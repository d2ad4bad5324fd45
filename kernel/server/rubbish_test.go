package server_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/lislab/lislab/kernel/wire"
)

// TestRubbishIsDropped sends what is no message of ours, on every channel.
func TestRubbishIsDropped(t *testing.T) {
	_, f := session(t)
	forged := wire.NewCodec("another key")
	good, err := f.codec.Encode(f.session.Message(nil, &wire.ExecuteRequest{Code: "print forged"}))
	if err != nil {
		t.Fatal(err)
	}
	bad, err := forged.Encode(f.session.Message(nil, &wire.ExecuteRequest{Code: "print forged"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range []wire.Channel{wire.Shell, wire.Control, wire.Stdin} {
		for _, frames := range [][][]byte{nil, {{}}, {[]byte("<IDS|MSG>")}, bad, good[1:], good[:4], append(bytes.Split(make([]byte, 100), nil), good...)} {
			f.client.Send(ch, frames)
		}
	}
	f.silence(shortly)
	cell := f.execute("print alive")
	f.begin(cell, 1)
	f.stdout(cell, "alive\n")
	f.done(cell, 1)
}

// TestUnknownTypeIsIgnored: the kernel says busy and idle and nothing else, as
// a subshell request gets of a kernel without subshells.
func TestUnknownTypeIsIgnored(t *testing.T) {
	_, f := session(t)
	for _, ch := range []wire.Channel{wire.Shell, wire.Control} {
		for _, typ := range []wire.Type{"create_subshell_request", "dance_request", wire.TypeStream, wire.TypeExecuteReply} {
			req := f.send(ch, &wire.Unknown{Type: typ})
			f.busy(req)
			f.idle(req)
		}
	}
}

// TestSubshellIDIsIgnored: JupyterLab puts the key in each header.
func TestSubshellIDIsIgnored(t *testing.T) {
	_, f := session(t)
	id := "some"
	req := f.session.Message(nil, &wire.KernelInfoRequest{})
	req.Header.SubshellID = &id
	f.sendMessage(wire.Shell, req)
	f.busy(req)
	reply[*wire.KernelInfoReply](f, wire.Shell, req)
	f.idle(req)
}

func TestRequestOnTheWrongChannelIsRefused(t *testing.T) {
	_, f := session(t)
	req := f.send(wire.Control, &wire.ExecuteRequest{Code: "print x"})
	f.busy(req)
	if r := reply[*wire.ExecuteReply](f, wire.Control, req); r.Status != wire.StatusError || r.EName != "WrongChannel" {
		t.Errorf("reply is %+v", r)
	}
	f.idle(req)
	req = f.send(wire.Shell, &wire.InterruptRequest{})
	f.busy(req)
	if r := reply[*wire.InterruptReply](f, wire.Shell, req); r.Status != wire.StatusError {
		t.Errorf("reply is %+v", r)
	}
	f.idle(req)
}

func TestContentThatDoesNotFitIsRefused(t *testing.T) {
	_, f := session(t)
	for typ, content := range map[wire.Type]string{
		wire.TypeExecuteRequest:  `{"code": 7}`,
		wire.TypeCompleteRequest: `{"code": "x", "cursor_pos": "here"}`,
		wire.TypeHistoryRequest:  `[]`,
	} {
		req := f.send(wire.Shell, &wire.Unknown{Type: typ, JSON: []byte(content)})
		f.busy(req)
		r := f.nextOf(req)
		var got wire.Outcome
		switch c := r.m.Content.(type) {
		case *wire.ExecuteReply:
			got = c.Outcome
		case *wire.CompleteReply:
			got = c.Outcome
		case *wire.HistoryReply:
			got = c.Outcome
		}
		if r.channel != wire.Shell || got.Status != wire.StatusError || got.EName != "BadRequest" {
			t.Errorf("%s with %s gave %s", typ, content, describe(r))
		}
		f.idle(req)
	}
	req := f.send(wire.Shell, &wire.Unknown{Type: wire.TypeCommMsg, JSON: []byte(`7`)}) // is owed no reply
	f.busy(req)
	f.idle(req)
}

// TestEveryRequestIsAnswered sends requests of all types at random, on random
// channels and together: each gets one busy, at most one reply, one idle, and
// the kernel lives.
func TestEveryRequestIsAnswered(t *testing.T) {
	_, f := session(t)
	requests := []wire.Content{
		&wire.ExecuteRequest{Code: "print x"}, &wire.ExecuteRequest{Code: "fail F x", StopOnError: true}, &wire.ExecuteRequest{Code: "panic p"},
		&wire.CompleteRequest{Code: "x", CursorPos: 3}, &wire.InspectRequest{}, &wire.IsCompleteRequest{}, &wire.KernelInfoRequest{},
		&wire.HistoryRequest{AccessType: wire.HistorySearch, Pattern: "[[[]"}, &wire.HistoryRequest{}, &wire.CommInfoRequest{}, &wire.ConnectRequest{},
		&wire.CommOpen{CommID: "c", TargetName: "echo", Data: []byte("1")}, &wire.CommMsg{CommID: "c"}, &wire.CommClose{CommID: "c"},
		&wire.InterruptRequest{}, &wire.UsageRequest{}, &wire.DebugRequest{Command: "variables"},
		&wire.Unknown{Type: wire.TypeExecuteRequest, JSON: []byte("7")}, &wire.Unknown{Type: "x"},
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "requests")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		waiting := make(map[string]*wire.Message)
		replied := make(map[string]bool)
		for range n {
			ch := []wire.Channel{wire.Shell, wire.Shell, wire.Control}[random.IntN(3)]
			req := f.send(ch, requests[random.IntN(len(requests))])
			waiting[req.Header.ID] = req
		}
		busy := make(map[string]bool)
		for len(waiting) > 0 {
			r := f.next()
			id := r.m.Parent.ID
			if s, ok := r.m.Content.(*wire.Status); ok {
				switch {
				case s.ExecutionState == wire.Busy:
					busy[id] = true
				case !busy[id] || waiting[id] == nil:
					t.Fatalf("idle without busy, or twice: %s", describe(r))
				default:
					_, owed := wire.ReplyTo(waiting[id].Header.Type)
					if owed != replied[id] {
						t.Fatalf("%s: replied is %v", waiting[id].Header.Type, replied[id])
					}
					delete(waiting, id)
				}
				continue
			}
			if r.channel != wire.IOPub {
				if replied[id] {
					t.Fatalf("second reply: %s", describe(r))
				}
				replied[id] = true
			}
		}
	})
}

// FuzzFrames sends any frames to a kernel and checks that it still answers.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("<IDS|MSG>\n\n{\"msg_id\":\"1\",\"msg_type\":\"execute_request\"}\n{}\n{}\n{\"code\":\"print x\"}"), uint8(0))
	f.Add([]byte("<IDS|MSG>\n\n{\"msg_id\":\"1\",\"msg_type\":\"input_reply\"}\n{}\n{}\n{\"value\":\"x\"}"), uint8(2))
	f.Add([]byte("<IDS|MSG>\n\n{\"msg_id\":\"1\",\"msg_type\":\"debug_request\"}\n{}\n{}\n{\"command\":\"variables\",\"arguments\":{}}"), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, on uint8) {
		if bytes.Contains(b, []byte("shutdown")) {
			t.Skip("would end the kernel")
		}
		_, front := sessionUnsigned(t)
		front.client.Send([]wire.Channel{wire.Shell, wire.Control, wire.Stdin}[on%3], bytes.Split(b, []byte("\n")))
		req := front.send(wire.Control, &wire.KernelInfoRequest{})
		for {
			if r := front.next(); r.m.Parent != nil && r.m.Parent.ID == req.Header.ID && r.m.Header.Type == wire.TypeKernelInfoReply {
				break
			}
		}
		front.forgive = true // what the input caused
	})
}
