package server_test

import (
	"strings"
	"testing"

	"github.com/lislab/lislab/kernel/wire"
)

func TestInputAndPassword(t *testing.T) {
	_, f := session(t)
	cell := f.execute("print who are you?", "input your name: ", "password and your password: ")
	f.begin(cell, 1)
	f.stdout(cell, "who are you?\n") // shown before the question
	if r := reply[*wire.InputRequest](f, wire.Stdin, cell); r.Prompt != "your name:" || r.Password {
		t.Errorf("asked %+v", r)
	}
	f.send(wire.Stdin, &wire.InputReply{Value: "Ada"})
	f.stdout(cell, "Ada\n")
	if r := reply[*wire.InputRequest](f, wire.Stdin, cell); r.Prompt != "and your password:" || !r.Password {
		t.Errorf("asked %+v", r)
	}
	f.send(wire.Stdin, &wire.InputReply{Value: "se\tcret"})
	f.stdout(cell, "se\tcret\n")
	f.done(cell, 1)
}

func TestInputWhereNobodyWouldAnswer(t *testing.T) {
	_, f := session(t)
	cell := f.send(wire.Shell, &wire.ExecuteRequest{Code: "input name?", StoreHistory: true, AllowStdin: false})
	f.begin(cell, 1)
	if r := f.failed(cell, "InputError"); !strings.Contains(r.EValue, "allow_stdin") {
		t.Errorf("evalue is %q", r.EValue)
	}
}

// TestAnswerToAnEarlierQuestion sends a reply whose parent is not the question.
func TestAnswerToAnEarlierQuestion(t *testing.T) {
	_, f := session(t)
	cell := f.execute("input one", "input two")
	f.begin(cell, 1)
	one := f.nextOf(cell)
	answer := f.session.Message(one.m, &wire.InputReply{Value: "first"})
	answer.Identities = nil
	f.sendMessage(wire.Stdin, answer)
	f.stdout(cell, "first\n")
	two := f.nextOf(cell)
	f.sendMessage(wire.Stdin, answer) // once more: not an answer to this
	answer = f.session.Message(two.m, &wire.InputReply{Value: "second"})
	answer.Identities = nil
	f.sendMessage(wire.Stdin, answer)
	f.stdout(cell, "second\n")
	f.done(cell, 1)
}

func TestInputGoesToWhoAskedForTheCell(t *testing.T) {
	k, f := session(t)
	other := k.connect()
	cell := f.execute("input name?")
	f.begin(cell, 1)
	reply[*wire.InputRequest](f, wire.Stdin, cell)
	f.send(wire.Stdin, &wire.InputReply{Value: "Ada"})
	f.stdout(cell, "Ada\n")
	f.done(cell, 1)
	other.begin(cell, 1) // the other sees what runs, and no question
	other.stdout(cell, "Ada\n")
	other.idle(cell)
}
