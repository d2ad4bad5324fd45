// Package worker is the main loop of the child process that runs the cells.
// Whatever kills it costs the notebook's variables, never the kernel: the
// supervisor sees it die, says so in the cell, and starts another.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"reflect"
	"runtime/debug"
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/display"
	_ "github.com/lislab/lislab/kernel/display/figure" // shows gonum's plots
	_ "github.com/lislab/lislab/kernel/display/frame"  // shows gota's frames
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
	"github.com/lislab/lislab/kernel/engine/rt"
	"github.com/lislab/lislab/kernel/widget"
)

// The files that the supervisor hands to the worker beside its standard
// streams.
const (
	LinkFD  = 3 // the socket pair of package link
	CrashFD = 4 // where the runtime writes what killed the process
)

// grace is how long an interrupted cell has to end by itself.
const grace = 500 * time.Millisecond

// Package is the symbols of one package, as gomacro's generator lists them.
type Package = struct {
	Name     string
	Binds    map[string]reflect.Value
	Types    map[string]reflect.Type
	Proxies  map[string]reflect.Type
	Untypeds map[string]string
	Wrappers map[string][]string
}

// Options of a worker.
type Options struct {
	// Packages that cells can use without a compiler, by import path.
	Packages map[string]Package
	// Interpreter makes one that reads source, for a worker without a compiler
	// behind it; nil for a worker that only runs checked cells.
	Interpreter func(packages map[string]Package) (Interpreter, error)
}

// Interpreter runs the source of cells.
type Interpreter interface {
	// Run runs code, named name in messages and starting at line (from 0) of
	// its cell. Cancelling ctx interrupts it; it then has until stuck is
	// closed, and ErrStuck says that it goes on after that.
	Run(ctx context.Context, code, name string, line int, stuck <-chan struct{}) (Outcome, error)
	// Names lists the variables.
	Names() []string
	// Value is a variable's value, where ctx does not end before it can be had.
	Value(ctx context.Context, name string) (any, bool)
	// Complete lists what may stand at the cursor.
	Complete(ctx context.Context, code string, cursor int) engine.Completion
}

// Outcome is how an interpreted cell ended.
type Outcome struct {
	// Values of the last expression, with Has where there is one.
	Values []any
	Has    bool
	Err    *engine.CellError
}

// ErrStuck says that an interrupted cell goes on: it waits in a call that cannot
// be cut short, and so the interpreter is of no more use.
var ErrStuck = errors.New("worker: the cell cannot be stopped")

type worker struct {
	opt  Options
	conn *link.Conn
	ip   func() (Interpreter, error)
	out  *os.File // the process's own standard streams
	err  *os.File

	mu        sync.Mutex
	cell      int                     // the run that goes on; 0 is none
	cancel    context.CancelCauseFunc // ends it
	sinks     map[int]*sink           // of the runs that may still show something
	last      *sink                   // of the newest run
	aparts    map[int]display.Sink    // of parts of runs whose output goes elsewhere
	lastApart int
	inputs    map[uint64]chan link.InputReplyBody // questions to the person, by ID
	nextID    uint64
	groups    map[int]bool // process groups of running commands
	refs      refs
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
	w := &worker{opt: opt, conn: link.NewConn(f), out: os.Stdout, err: os.Stderr,
		sinks: map[int]*sink{}, aparts: map[int]display.Sink{}, inputs: map[uint64]chan link.InputReplyBody{}, groups: map[int]bool{}}
	rt.Own(os.Stdout)
	rt.Own(os.Stderr)
	rt.Own(os.Stdin)
	rt.AskLine = w.askLine
	log.SetOutput(logged{})
	w.ip = sync.OnceValues(func() (Interpreter, error) {
		if opt.Interpreter == nil {
			return nil, errors.New("this worker has no interpreter")
		}
		return opt.Interpreter(opt.Packages)
	})
	display.Install(w.current)
	display.Isolate = w.isolate
	display.FieldName, display.TypeName, display.Overflow = fieldName, notebookType, keepOverflow
	if opt.Interpreter != nil {
		go func() { _, _ = w.ip() }() // the first cell waits for what is left of it
	}
	for {
		m, err := w.conn.Receive()
		if err != nil {
			w.gone()
		}
		w.handle(m)
	}
}

// logged is where package log writes to, which has looked at os.Stderr before
// there were cells: the standard error of the cell that the goroutine belongs to.
type logged struct{}

func (logged) Write(b []byte) (int, error) { return rt.Stderr().Write(b) }

// gone ends the process: the supervisor is not there any more.
func (w *worker) gone() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for pid := range w.groups {
		killGroup(pid)
	}
	os.Exit(0)
}

// errInterrupt is why an interrupted run's context ends.
var errInterrupt = errors.New("interrupted")

// handle starts what a message asks for and returns at once.
func (w *worker) handle(m link.Message) {
	switch m.Kind {
	case link.Interrupt:
		w.mu.Lock()
		if w.cancel != nil && w.cell == m.Cell {
			w.cancel(errInterrupt)
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

// body decodes a request's body. The supervisor is of the same source, so that
// what cannot be decoded is a fault of the kernel.
func body[T any](m link.Message) (b T, err error) {
	if m.Body != nil {
		err = m.Decode(&b)
	}
	return b, err
}

// request answers one message with Done.
func (w *worker) request(m link.Message) {
	answer, err := w.answer(m)
	if err != nil {
		answer = link.RunReply{Err: internal(err)}
	}
	if err := w.conn.Send(link.Done, m.ID, m.Cell, answer); err != nil {
		w.gone()
	}
}

func (w *worker) answer(m link.Message) (any, error) {
	switch m.Kind {
	case link.Hello:
		b, err := body[link.HelloBody](m)
		if b.MemoryLimit > 0 {
			go w.watchMemory(b.MemoryLimit)
		}
		return link.HelloReply{PID: os.Getpid(), Version: link.Version()}, err
	case link.Run:
		b, err := body[link.RunBody](m)
		if err != nil {
			return nil, err
		}
		return w.run(m.Cell, b), nil
	case link.Cell:
		b, err := body[link.CellBody](m)
		if err != nil {
			return nil, err
		}
		return w.runCell(m.Cell, b), nil
	case link.Command:
		b, err := body[link.CommandBody](m)
		if err != nil {
			return nil, err
		}
		return w.command(m.Cell, b), nil
	case link.Evaluate:
		b, err := body[link.EvaluateBody](m)
		if err != nil {
			return nil, err
		}
		return w.evaluate(m.Cell, b), nil
	case link.Complete:
		b, err := body[link.CompleteBody](m)
		return w.complete(b), err
	case link.Variables:
		return w.variables(), nil
	case link.Values:
		b, err := body[link.ValuesBody](m)
		return w.values(b.Vars), err
	case link.Children:
		b, err := body[link.ChildrenBody](m)
		return w.children(b.Ref), err
	case link.Rich:
		b, err := body[link.NameBody](m)
		return w.rich(b), err
	case link.Comms:
		return widget.Comms(), nil
	case link.Setting:
		b, err := body[link.SettingBody](m)
		return setting(b), err
	}
	return nil, fmt.Errorf("the worker does not know what %q asks for", m.Kind)
}

// fromFront hands a message of the page's to the widget it is for. That runs no
// code of the notebook's, which would hold up everything else.
func (w *worker) fromFront(m link.Message) {
	var msg engine.CommMessage
	out := &sink{w: w, cell: m.Cell, ctx: context.Background()}
	known := m.Decode(&msg) == nil && widget.Handle(msg, out)
	if err := w.conn.Send(link.Done, m.ID, m.Cell, link.FromFrontReply{Known: known}); err != nil {
		w.gone()
	}
}

// internal is an error of the kernel's own making.
func internal(err error) *engine.CellError {
	return &engine.CellError{Name: "KernelError", Value: err.Error(), Traceback: []string{"lislab: " + err.Error(), "This is a fault of the kernel, not of the cell."}}
}

// begin makes cell the one that an interrupt is for. end says how it ended. The
// context outlives it: what the cell has started may go on under it.
func (w *worker) begin(cell int) (ctx context.Context, out *sink, end func(failed bool)) {
	ctx, cancel := context.WithCancelCause(context.Background())
	out = &sink{w: w, cell: cell, ctx: ctx}
	w.mu.Lock()
	w.cell, w.cancel = cell, cancel
	rt.ForgetTyped()
	w.sinks[cell], w.last = out, out
	delete(w.sinks, cell-keepSinks)
	w.mu.Unlock()
	return ctx, out, func(failed bool) {
		display.CellEnded(out, failed)
		w.mu.Lock()
		if w.cell == cell {
			w.cell, w.cancel = 0, nil
		}
		w.mu.Unlock()
	}
}

// keepSinks is how many runs back a goroutine's output still finds its cell.
const keepSinks = 500

// current is the sink of the calling goroutine's cell.
func (w *worker) current() display.Sink {
	c := rt.Current()
	w.mu.Lock()
	defer w.mu.Unlock()
	if c != nil {
		if s := w.sinks[c.ID]; s != nil {
			return s
		}
		if s := w.aparts[c.ID]; s != nil {
			return s
		}
	}
	if w.last == nil {
		return nil
	}
	return w.last
}
