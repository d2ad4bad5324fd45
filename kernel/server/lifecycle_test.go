package server_test

import (
	"errors"
	"testing"
	"time"

	"github.com/lislab/lislab/kernel/transport"
	"github.com/lislab/lislab/kernel/wire"
)

func (k *kernel) wait() error {
	k.t.Helper()
	select {
	case err := <-k.ended:
		k.ended <- err // for the cleanup
		return err
	case <-time.After(answerTime):
		k.t.Fatal("the kernel did not end")
	}
	return nil
}

func TestShutdown(t *testing.T) {
	for _, restart := range []bool{true, false} {
		for _, ch := range []wire.Channel{wire.Control, wire.Shell} {
			t.Run(string(ch), func(t *testing.T) {
				k, f := session(t)
				other := k.connect()
				running, waiting := f.execute("sleep 1h"), f.execute("print never")
				f.begin(running, 1)
				began := time.Now()
				req := f.send(ch, &wire.ShutdownRequest{Restart: restart})
				f.failed(running, "Interrupt")
				f.aborted(waiting)
				f.busy(req)
				// Everybody is told on iopub, who asked on the channel it went by.
				if told := iopub[*wire.ShutdownReply](f, req); told.Restart != restart {
					t.Errorf("iopub says %+v", told)
				}
				if r := reply[*wire.ShutdownReply](f, ch, req); r.Restart != restart || r.Status != wire.StatusOK {
					t.Errorf("reply is %+v", r)
				}
				f.idle(req)
				if err := k.wait(); err != nil {
					t.Errorf("Serve returned %v", err)
				}
				if !k.engine.Closed() {
					t.Error("the engine was not closed")
				}
				if d := time.Since(began); d > time.Second {
					t.Errorf("it took %v", d)
				}
				var told bool
				for r := range other.in {
					told = told || r.m.Header.Type == wire.TypeShutdownReply
				}
				if !told {
					t.Error("the other front end was not told")
				}
			})
		}
	}
}

// TestShutdownOfAStubbornCell: an engine that does not stop delays the end and
// does not prevent it.
func TestShutdownOfAStubbornCell(t *testing.T) {
	k, f := session(t)
	cell := f.execute("stubborn 2s")
	f.begin(cell, 1)
	req := f.send(wire.Control, &wire.ShutdownRequest{})
	f.busy(req)
	iopub[*wire.ShutdownReply](f, req)
	reply[*wire.ShutdownReply](f, wire.Control, req)
	f.idle(req)
	if err := k.wait(); err != nil {
		t.Errorf("Serve returned %v", err)
	}
	time.Sleep(shortly) // the cell ends by itself
	for r := range f.in {
		if r.m.Parent.ID != cell.Header.ID {
			t.Errorf("left over: %s", describe(r))
		}
	}
}

func TestEndOfTheTransport(t *testing.T) {
	k, f := session(t)
	cell := f.execute("sleep 1h")
	f.begin(cell, 1)
	k.memory.Close()
	if err := k.wait(); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("Serve returned %v, want %v", err, transport.ErrClosed)
	}
	if !k.engine.Closed() {
		t.Error("the engine was not closed")
	}
}

func TestStartingIsSaidOnce(t *testing.T) {
	k := start(t, serverOptions)
	f := k.connect()
	req := f.send(wire.Shell, &wire.KernelInfoRequest{})
	starting := 0
	for {
		r := f.next()
		if s, ok := r.m.Content.(*wire.Status); ok && s.ExecutionState == wire.Starting {
			starting++
		}
		if r.m.Header.Type == wire.TypeKernelInfoReply {
			break
		}
	}
	f.idle(req)
	if starting > 1 {
		t.Errorf("starting was said %d times", starting)
	}
}

// TestTwoFrontEnds: replies go to who asked, broadcasts to both, and one that
// leaves takes nothing with it.
func TestTwoFrontEnds(t *testing.T) {
	k, a := session(t)
	b := k.connect()
	first := a.execute("print from a")
	for _, f := range []*frontend{a, b} {
		f.begin(first, 1)
		f.stdout(first, "from a\n")
	}
	a.done(first, 1)
	b.idle(first)
	leaving := k.connect()
	gone := leaving.execute("sleep 50ms", "print from the one that left")
	leaving.client.Leave()
	for range leaving.in {
	}
	second := b.execute("print from b")
	for _, f := range []*frontend{a, b} {
		f.begin(gone, 2)
		f.stdout(gone, "from the one that left\n")
		f.idle(gone)
		f.begin(second, 3)
		f.stdout(second, "from b\n")
	}
	b.done(second, 3)
	a.idle(second)
}
