package server_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lislab/lislab/kernel/engine/echo"
	"github.com/lislab/lislab/kernel/server"
	"github.com/lislab/lislab/kernel/transport"
	"github.com/lislab/lislab/kernel/wire"
)

const key = "a key of the tests"

// answerTime is how long a test waits for the next message: far longer than
// any takes, so that a busy machine fails nothing; a test that fails waits it
// out once.
const answerTime = 10 * time.Second

// shortly is how long a test waits for nothing to come.
const shortly = 50 * time.Millisecond

var serverOptions = server.Options{Key: key}

// kernel is a server with the echo engine behind it, in memory.
type kernel struct {
	t      *testing.T
	engine *echo.Engine
	server *server.Server
	memory *transport.Memory
	ended  chan error
	key    string
}

// start starts a kernel that ends with the test.
func start(t *testing.T, options server.Options) *kernel {
	t.Helper()
	before := goleak.IgnoreCurrent()
	k := &kernel{t: t, engine: echo.New(), memory: transport.NewMemory(nil), ended: make(chan error, 1), key: options.Key}
	k.server = server.New(k.engine, options)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { k.ended <- k.server.Serve(ctx, k.memory) }()
	t.Cleanup(func() {
		cancel()
		select {
		case <-k.ended:
		case <-time.After(answerTime):
			t.Error("the kernel did not end")
		}
		goleak.VerifyNone(t, before)
	})
	return k
}

// frontend is a front end of a test: it sends requests and reads, one by one,
// the messages that it expects. One that is left over fails the test.
type frontend struct {
	t       *testing.T
	client  *transport.Client
	codec   *wire.Codec
	session *wire.Session
	in      chan received

	kernelSession string // the session of the kernel's replies

	// Requests on different queues are answered at the same time. What comes
	// of one while the test reads another is held; a busy that is repeated, as
	// the kernel does for the running cell, is counted.
	held    []received
	forgive bool           // what is left over is no failure
	begun   map[string]int // by the request's id: how often it was busy
}

type received struct {
	channel wire.Channel
	m       *wire.Message
}

// connect connects a front end to the kernel.
func (k *kernel) connect() *frontend {
	k.t.Helper()
	f := &frontend{
		t: k.t, client: k.memory.Connect(), codec: wire.NewCodec(k.key),
		session: wire.NewSession("tester"), in: make(chan received, 1<<16),
		begun: make(map[string]int),
	}
	go func() {
		defer close(f.in)
		for p := f.client.Recv(); p.Frames != nil; p = f.client.Recv() {
			m, err := f.codec.Decode(p.Frames)
			if err != nil {
				k.t.Errorf("kernel sent on %s what is no message: %v", p.Channel, err)
				continue
			}
			f.in <- received{p.Channel, m}
		}
	}()
	k.t.Cleanup(func() {
		f.client.Leave()
		for r := range f.in {
			f.held = append(f.held, r)
		}
		for _, r := range f.held {
			if !f.again(r) && !f.forgive {
				k.t.Errorf("left over: %s", describe(r))
			}
		}
	})
	return f
}

// session starts a kernel and connects one front end to it, past its start.
func session(t *testing.T) (*kernel, *frontend) {
	t.Helper()
	return sessionWith(t, server.Options{})
}

func sessionWith(t *testing.T, options server.Options) (*kernel, *frontend) {
	t.Helper()
	options.Key = key
	return meet(start(t, options))
}

func sessionUnsigned(t *testing.T) (*kernel, *frontend) {
	t.Helper()
	return meet(start(t, server.Options{}))
}

func meet(k *kernel) (*kernel, *frontend) {
	k.t.Helper()
	f := k.connect()
	// The kernel's "starting" comes before or after the front end connects: a
	// question whose answer has come makes sure that it is over.
	req := f.send(wire.Control, &wire.KernelInfoRequest{})
	for f.next().m.Header.Type != wire.TypeKernelInfoReply {
	}
	f.idle(req)
	return k, f
}

// send sends a request.
func (f *frontend) send(ch wire.Channel, c wire.Content, buffers ...[]byte) *wire.Message {
	f.t.Helper()
	m := f.session.Message(nil, c)
	m.Buffers = buffers
	f.sendMessage(ch, m)
	return m
}

func (f *frontend) sendMessage(ch wire.Channel, m *wire.Message) {
	f.t.Helper()
	frames, err := f.codec.Encode(m)
	if err != nil {
		f.t.Fatal(err)
	}
	f.client.Send(ch, frames)
}

// execute sends a cell as JupyterLab does.
func (f *frontend) execute(code ...string) *wire.Message {
	f.t.Helper()
	return f.send(wire.Shell, &wire.ExecuteRequest{
		Code: strings.Join(code, "\n"), StoreHistory: true, AllowStdin: true, StopOnError: true,
	})
}

// next waits for the next message on whatever channel.
func (f *frontend) next() received {
	f.t.Helper()
	select {
	case r, ok := <-f.in:
		if !ok {
			f.t.Fatal("the kernel is gone")
		}
		return r
	case <-time.After(answerTime):
		f.t.Fatal("no message came")
	}
	panic("unreachable")
}

// again notes a busy and reports whether it repeats an earlier one.
func (f *frontend) again(r received) bool {
	status, ok := r.m.Content.(*wire.Status)
	if !ok || status.ExecutionState != wire.Busy || r.m.Parent == nil {
		return false
	}
	f.begun[r.m.Parent.ID]++
	return f.begun[r.m.Parent.ID] > 1
}

// nextOf waits for the next message that req caused.
func (f *frontend) nextOf(req *wire.Message) received {
	f.t.Helper()
	of := func(r received) bool { return r.m.Parent != nil && r.m.Parent.ID == req.Header.ID }
	if i := slices.IndexFunc(f.held, of); i >= 0 {
		r := f.held[i]
		f.held = slices.Delete(f.held, i, i+1)
		return r
	}
	for {
		switch r := f.next(); {
		case f.again(r):
		case of(r):
			return r
		default:
			f.held = append(f.held, r)
		}
	}
}

// silence checks that nothing more comes for a while.
func (f *frontend) silence(d time.Duration) {
	f.t.Helper()
	select {
	case r, ok := <-f.in:
		if ok {
			f.t.Fatalf("got %s, want nothing", describe(r))
		}
	case <-time.After(d):
	}
}

// iopub reads the next message and checks that it is a broadcast of C's type,
// caused by req.
func iopub[C wire.Content](f *frontend, req *wire.Message) C {
	f.t.Helper()
	c, _ := iopubMessage[C](f, req)
	return c
}

func iopubMessage[C wire.Content](f *frontend, req *wire.Message) (C, *wire.Message) {
	f.t.Helper()
	r := f.nextOf(req)
	c, ok := r.m.Content.(C)
	if !ok || r.channel != wire.IOPub || r.m.Parent == nil || r.m.Parent.ID != req.Header.ID {
		f.t.Fatalf("got %s, want on iopub %s of %s", describe(r), c.MessageType(), req.Header.ID[:6])
	}
	return c, r.m
}

func (f *frontend) status(req *wire.Message, want wire.ExecutionState) {
	f.t.Helper()
	if got := iopub[*wire.Status](f, req).ExecutionState; got != want {
		f.t.Fatalf("status is %s, want %s", got, want)
	}
}

func (f *frontend) busy(req *wire.Message) { f.t.Helper(); f.status(req, wire.Busy) }
func (f *frontend) idle(req *wire.Message) { f.t.Helper(); f.status(req, wire.Idle) }

// begin reads the busy and the execute_input that a cell starts with.
func (f *frontend) begin(req *wire.Message, count int) {
	f.t.Helper()
	f.busy(req)
	in := iopub[*wire.ExecuteInput](f, req)
	if code := req.Content.(*wire.ExecuteRequest).Code; in.Code != code || in.ExecutionCount != count {
		f.t.Fatalf("execute_input is %+v, want %q with count %d", in, code, count)
	}
}

// stdout reads a stream message.
func (f *frontend) stdout(req *wire.Message, text string) {
	f.t.Helper()
	if got := *iopub[*wire.Stream](f, req); got != (wire.Stream{Name: "stdout", Text: text}) {
		f.t.Fatalf("stream is %+v, want %q on stdout", got, text)
	}
}

// reply reads the next message and checks that it answers req, with content of
// type C, on the channel that req went by.
func reply[C wire.Content](f *frontend, ch wire.Channel, req *wire.Message) C {
	f.t.Helper()
	r := f.nextOf(req)
	c, ok := r.m.Content.(C)
	if !ok || r.channel != ch || r.m.Parent == nil || r.m.Parent.ID != req.Header.ID {
		f.t.Fatalf("got %s, want on %s %s to %s", describe(r), ch, c.MessageType(), req.Header.ID[:6])
	}
	if f.kernelSession == "" {
		f.kernelSession = r.m.Header.Session
	}
	if r.m.Header.Session != f.kernelSession || f.kernelSession == f.session.ID {
		f.t.Fatalf("%s comes from session %q, want the kernel's own, %q", c.MessageType(), r.m.Header.Session, f.kernelSession)
	}
	return c
}

// ask sends a request and reads all of its answer: busy, reply, idle.
func ask[C wire.Content](f *frontend, ch wire.Channel, request wire.Content) C {
	f.t.Helper()
	req := f.send(ch, request)
	f.busy(req)
	c := reply[C](f, ch, req)
	f.idle(req)
	return c
}

// done reads the reply to a cell that ended well, and the idle.
func (f *frontend) done(req *wire.Message, count int) *wire.ExecuteReply {
	f.t.Helper()
	r := reply[*wire.ExecuteReply](f, wire.Shell, req)
	if r.Status != wire.StatusOK || r.ExecutionCount != count {
		f.t.Fatalf("reply is %+v, want ok with count %d", r, count)
	}
	f.idle(req)
	return r
}

// failed reads the error, the reply and the idle of a cell that failed.
func (f *frontend) failed(req *wire.Message, ename string) *wire.ExecuteReply {
	f.t.Helper()
	e := iopub[*wire.Error](f, req)
	r := reply[*wire.ExecuteReply](f, wire.Shell, req)
	if e.EName != ename || r.Status != wire.StatusError || r.EName != ename || r.EValue != e.EValue || !slices.Equal(r.Traceback, e.Traceback) {
		f.t.Fatalf("error is %+v and reply %+v, want both to tell of the same %s", e, r, ename)
	}
	f.idle(req)
	return r
}

// aborted reads all of the answer to a cell that was not run.
func (f *frontend) aborted(req *wire.Message) {
	f.t.Helper()
	f.busy(req)
	if r := reply[*wire.ExecuteReply](f, wire.Shell, req); r.Status != wire.StatusAborted || r.EName != "Aborted" {
		f.t.Fatalf("reply is %+v, want aborted", r)
	}
	f.idle(req)
}

// describe shows a message in a failure.
func describe(r received) string {
	parent := "nothing"
	if r.m.Parent != nil {
		parent = fmt.Sprintf("%s %s", r.m.Parent.Type, r.m.Parent.ID[:6])
	}
	return fmt.Sprintf("on %s %s of %s: %+v", r.channel, r.m.Header.Type, parent, r.m.Content)
}
