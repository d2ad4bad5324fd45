// Package worker is the main loop of the child process that runs the cells.
// Whatever kills it costs the notebook's variables, never the kernel: the
// supervisor sees it die, says so in the cell, and starts another.
package worker

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/display"
	_ "github.com/lislab/lislab/kernel/display/figure" // shows gonum's plots
	_ "github.com/lislab/lislab/kernel/display/frame"  // shows gota's frames
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/interp"
	"github.com/lislab/lislab/kernel/engine/link"
	"github.com/lislab/lislab/kernel/widget"
)

// The files that the supervisor hands to the worker beside its standard
// streams.
const (
	LinkFD  = 3 // the socket pair of package link
	CrashFD = 4 // where the runtime writes what killed the process
)

// grace is how long an interrupted cell has to end by itself.
const grace = 700 * time.Millisecond

// Options of a worker.
type Options struct {
	// Packages that cells can import without a compiler.
	Packages interp.Packages
}

type worker struct {
	opt  Options
	conn *link.Conn
	ip   func() (*interp.Interp, error)
	sink current // of the run whose output it is

	mu     sync.Mutex
	cell   int                                 // the run that goes on; 0 is none
	cancel context.CancelFunc                  // interrupts it
	inputs map[uint64]chan link.InputReplyBody // questions to the person, by ID
	nextID uint64
}

// Main is the worker process: it serves the supervisor on LinkFD until that
// closes, and never returns.
func Main(opt Options) {
	f := os.NewFile(LinkFD, "link")
	if f == nil {
		fmt.Fprintln(os.Stderr, "lislab worker: is started by the kernel, not by hand")
		os.Exit(2)
	}
	if crash := os.NewFile(CrashFD, "crash"); crash != nil {
		// Best effort: without it the supervisor has the standard error only.
		_ = debug.SetCrashOutput(crash, debug.CrashOptions{})
		_ = crash.Close()
	}
	w := &worker{opt: opt, conn: link.NewConn(f), inputs: map[uint64]chan link.InputReplyBody{}}
	w.ip = sync.OnceValues(func() (*interp.Interp, error) { return interp.New(opt.Packages) })
	display.Install(w.sink.get)
	go func() { _, _ = w.ip() }() // warm: the first cell waits for the rest
	for {
		m, err := w.conn.Receive()
		if err != nil {
			os.Exit(0) // the supervisor is gone
		}
		w.handle(m)
	}
}

// handle starts what a message asks for and returns at once.
func (w *worker) handle(m link.Message) {
	switch m.Kind {
	case link.Interrupt:
		w.mu.Lock()
		if w.cancel != nil && w.cell == m.Cell {
			w.cancel()
		}
		w.mu.Unlock()
	case link.InputReply:
		var b link.InputReplyBody
		if m.Decode(&b) != nil {
			return
		}
		w.mu.Lock()
		ch := w.inputs[m.ID]
		delete(w.inputs, m.ID)
		w.mu.Unlock()
		if ch != nil {
			ch <- b
		}
	case link.FromFront:
		w.fromFront(m) // here, and not in a goroutine: widgets hear in order
	default:
		go w.request(m)
	}
}

// request answers one message with Done.
func (w *worker) request(m link.Message) {
	var answer any
	switch m.Kind {
	case link.Hello:
		answer = link.HelloReply{PID: os.Getpid()}
	case link.Run:
		var b link.RunBody
		if err := m.Decode(&b); err != nil {
			answer = link.RunReply{Err: internal(err)}
			break
		}
		answer = w.run(m.Cell, b)
	case link.Command:
		var b link.CommandBody
		if err := m.Decode(&b); err != nil {
			answer = link.RunReply{Err: internal(err)}
			break
		}
		answer = w.command(m.Cell, b)
	case link.Evaluate:
		var b link.EvaluateBody
		if err := m.Decode(&b); err != nil {
			answer = link.EvaluateReply{Value: engine.Value{Err: internal(err)}}
			break
		}
		answer = w.evaluate(m.Cell, b)
	case link.Complete:
		var b link.CompleteBody
		_ = m.Decode(&b) // an empty request has an empty answer
		answer = w.complete(b)
	case link.Variables:
		answer = w.variables()
	case link.Children:
		var b link.ChildrenBody
		_ = m.Decode(&b)
		answer = w.children(b.Ref)
	case link.Rich:
		var b link.NameBody
		_ = m.Decode(&b)
		answer = w.rich(b.Name)
	case link.Comms:
		answer = widget.Comms()
	case link.Setting:
		var b link.SettingBody
		_ = m.Decode(&b)
		answer = setting(b)
	}
	if err := w.conn.Send(link.Done, m.ID, m.Cell, answer); err != nil {
		os.Exit(0)
	}
}

// fromFront hands a message of the page's to the widget it is for. That runs no
// code of the notebook's, which would hold up everything else.
func (w *worker) fromFront(m link.Message) {
	var msg engine.CommMessage
	out := &sink{w: w, cell: m.Cell, ctx: context.Background()}
	known := m.Decode(&msg) == nil && widget.Handle(msg, out)
	if err := w.conn.Send(link.Done, m.ID, m.Cell, link.FromFrontReply{Known: known}); err != nil {
		os.Exit(0)
	}
}

// internal is an error of the kernel's own making.
func internal(err error) *engine.CellError {
	return &engine.CellError{Name: "KernelError", Value: err.Error(), Traceback: []string{"lislab: " + err.Error(), "This is a fault of the kernel, not of the cell."}}
}

// begin makes cell the one that an interrupt is for.
func (w *worker) begin(cell int) (context.Context, func(failed bool)) {
	ctx, cancel := context.WithCancel(context.Background())
	w.mu.Lock()
	w.cell, w.cancel = cell, cancel
	w.mu.Unlock()
	out := &sink{w: w, cell: cell, ctx: ctx}
	w.sink.set(out)
	return ctx, func(failed bool) {
		display.CellEnded(out, failed)
		w.mu.Lock()
		if w.cell == cell {
			w.cell, w.cancel = 0, nil
		}
		w.mu.Unlock()
		cancel()
	}
}

// run interprets code.
func (w *worker) run(cell int, b link.RunBody) link.RunReply {
	ip, err := w.ip()
	if err != nil {
		return link.RunReply{Err: internal(err)}
	}
	ctx, end := w.begin(cell)
	stuck := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, func() { close(stuck) }) })
	out, err := ip.Run(ctx, b.Code, b.Name, b.Line, stuck)
	defer func() { end(err != nil || out.Err != nil) }()
	if err != nil {
		return link.RunReply{Err: interp.Interrupted(b.Name), Broken: true}
	}
	if out.Err == nil && out.Has && b.Show {
		w.result(cell, out.Values)
	}
	return link.RunReply{Err: out.Err, Names: ip.Names()}
}

// result shows the values of a last expression.
func (w *worker) result(cell int, values []any) {
	if b, ok := display.Results(values...); ok {
		_ = w.conn.Send(link.Result, 0, cell, b) // gone: the process is about to end
	}
}

// evaluate answers one user expression.
func (w *worker) evaluate(cell int, b link.EvaluateBody) link.EvaluateReply {
	ip, err := w.ip()
	if err != nil {
		return link.EvaluateReply{Value: engine.Value{Err: internal(err)}}
	}
	ctx, end := w.begin(cell)
	defer end(false)
	stuck := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, func() { close(stuck) }) })
	out, err := ip.Run(ctx, b.Code, "expression", 0, stuck)
	switch {
	case err != nil:
		return link.EvaluateReply{Value: engine.Value{Err: interp.Interrupted("expression")}}
	case out.Err != nil:
		return link.EvaluateReply{Value: engine.Value{Err: out.Err}}
	}
	shown, _ := display.Results(out.Values...)
	return link.EvaluateReply{Value: engine.Value{Bundle: shown}}
}

// soon bounds questions that a running cell could keep waiting.
func soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 400*time.Millisecond)
}

func (w *worker) complete(b link.CompleteBody) engine.Completion {
	ip, err := w.ip()
	if err != nil {
		return engine.Completion{Start: b.Cursor, End: b.Cursor}
	}
	ctx, cancel := soon()
	defer cancel()
	return ip.Complete(ctx, b.Code, b.Cursor)
}
