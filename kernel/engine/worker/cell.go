package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"plugin"
	"reflect"
	"sync"
	"syscall"
	"time"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine/instant"
	"github.com/lislab/lislab/kernel/engine/link"
	"github.com/lislab/lislab/kernel/engine/rt"
)

// cellRun is one run of a checked cell.
type cellRun struct {
	w      *worker
	body   link.CellBody
	ctx    context.Context
	out    *sink
	cell   *rt.Cell
	linked *instant.Linked
	began  time.Time

	mu      sync.Mutex
	reply   link.CellReply
	over    bool // the reply is given
	mark    map[string]uintptr
	program *instant.Run
}

// runCell runs a checked cell: plugins, or a program on the same variables.
func (w *worker) runCell(id int, b link.CellBody) link.CellReply {
	ctx, out, end := w.begin(id)
	r := &cellRun{w: w, body: b, ctx: ctx, out: out, began: time.Now()}
	if b.Program != nil {
		var err error
		if r.linked, err = instant.Link(b.Program, store{w, ctx}); err != nil && len(b.Before) == 0 {
			end(false)
			return link.CellReply{Refused: err.Error()}
		}
	}
	r.cell = &rt.Cell{ID: id, Context: ctx, Stream: out.file, Result: r.result, Lost: r.lost}
	done := rt.Run(r.cell, r.run, r.ended)
	select {
	case <-done:
	case <-ctx.Done():
		r.stop(done)
	}
	reply := r.finish()
	end(reply.Failure != nil)
	return reply
}

// stop ends a run whose context has ended, as far as that goes.
func (r *cellRun) stop(done <-chan struct{}) {
	r.cell.Stop()
	signalChildren(r.began, syscall.SIGINT)
	select {
	case <-done:
		return
	case <-time.After(grace / 2):
		signalChildren(r.began, syscall.SIGKILL)
	}
	select {
	case <-done:
	case <-time.After(grace - grace/2):
		r.mu.Lock()
		r.reply.Abandoned = true
		r.mu.Unlock()
		r.out.drop()
	}
}

// finish settles the reply: what the goroutine does later no longer counts.
func (r *cellRun) finish() link.CellReply {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	if r.mark != nil {
		r.reply.Reached = rt.Moved(r.mark)
	}
	switch cause := context.Cause(r.ctx); {
	case errors.Is(cause, errInterrupt):
		r.reply.Failure = &link.Failure{Kind: link.Interrupted}
	case errors.As(cause, new(overMemory)):
		r.reply.Failure = &link.Failure{Kind: link.OverMemory, Text: cause.Error()}
	}
	return r.reply
}

// run is the cell's own goroutine.
func (r *cellRun) run() {
	for _, u := range r.body.Before {
		r.open(u)()
	}
	var body func()
	switch {
	case r.body.Program != nil:
		if r.linked == nil { // it waits for what Before declares
			l, err := instant.Link(r.body.Program, store{r.w, r.ctx})
			if err != nil {
				r.mu.Lock()
				r.reply.Refused = err.Error()
				r.mu.Unlock()
				return
			}
			r.linked = l
		}
		body = r.interpret
	case r.body.Unit != nil:
		body = r.open(*r.body.Unit)
	default:
		return
	}
	r.mu.Lock()
	r.mark = rt.Mark(r.body.Keys)
	r.mu.Unlock()
	begin, runs := time.Now(), 1
	body()
	took := time.Since(begin)
	for batch := 1; took < r.body.Repeat && r.ctx.Err() == nil; batch *= 2 {
		for range batch {
			body()
		}
		runs, took = runs+batch, time.Since(begin)
	}
	r.mu.Lock()
	r.reply.Took, r.reply.Runs = took, runs
	r.mu.Unlock()
}

// interpret runs the program.
func (r *cellRun) interpret() {
	run := r.linked.NewRun(r.ctx)
	r.mu.Lock()
	r.program = run
	r.mu.Unlock()
	values := run.Do()
	if !r.body.Program.Valued {
		return
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v.Interface()
	}
	r.result(list...)
}

// kernelFault is the panic of what only a fault of the kernel can cause.
type kernelFault struct{ error }

// open opens a cell's plugins and gives its body.
func (r *cellRun) open(u link.Unit) func() {
	for _, file := range u.Plugins {
		if _, err := plugin.Open(file); err != nil {
			panic(kernelFault{err})
		}
	}
	body := rt.Body(u.Package)
	if body == nil {
		panic(kernelFault{fmt.Errorf("the plugin of %s has no body", u.Package)})
	}
	return body
}

// result takes the values of the last expression.
func (r *cellRun) result(values ...any) {
	if len(values) > 0 {
		if err, ok := values[len(values)-1].(error); ok && !isNil(err) {
			r.fail(&link.Failure{Kind: link.ReturnedErr, Type: typeName(err), Text: err.Error()})
			return
		}
	}
	if !r.body.Show && !r.body.Capture || r.ctx.Err() != nil { // what an interrupt has ended has no value
		return
	}
	b, ok := display.Results(values...)
	if !ok {
		return
	}
	if r.body.Capture {
		r.mu.Lock()
		r.reply.Captured = b
		r.mu.Unlock()
		return
	}
	r.out.Result(b)
}

func isNil(v any) bool {
	rv := reflect.ValueOf(v)
	return rv.Kind() == reflect.Pointer && rv.IsNil()
}

// typeName is a type as a notebook writes it.
func typeName(v any) string { return reflect.TypeOf(v).String() }

// fail notes why the cell failed; the first reason counts.
func (r *cellRun) fail(f *link.Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reply.Failure == nil && !r.over {
		r.reply.Failure = f
	}
}

// ended is told how the cell's own goroutine ended.
func (r *cellRun) ended(normal bool, value any, stack []byte) {
	if normal {
		return
	}
	if value == nil {
		if r.ctx.Err() == nil { // else a guard has stopped it, and finish says why
			r.fail(&link.Failure{Kind: link.Exited})
		}
		return
	}
	f := failureOf(value, stack)
	if f == nil {
		return
	}
	r.mu.Lock()
	if r.program != nil {
		f.Line = r.program.Line()
	}
	r.mu.Unlock()
	r.fail(f)
}

// failureOf is the failure of a panic with the value.
func failureOf(value any, stack []byte) *link.Failure {
	switch v := value.(type) {
	case rt.Unchecked:
		return &link.Failure{Kind: link.Unchecked, Name: v.Name, Type: typeName(v.Err), Text: v.Err.Error()}
	case instant.Unread:
		return &link.Failure{Kind: link.Unchecked, Name: v.Name, Type: typeName(v.Err), Text: v.Err.Error()}
	case instant.Stopped:
		return nil
	case kernelFault:
		return &link.Failure{Kind: link.Internal, Text: v.Error()}
	case error:
		return &link.Failure{Kind: link.Panicked, Type: typeName(v), Text: v.Error(), Stack: string(stack)}
	}
	return &link.Failure{Kind: link.Panicked, Type: typeName(value), Text: panicText(value), Stack: string(stack)}
}

// panicText writes a panic's value as the runtime does.
func panicText(v any) (s string) {
	defer func() {
		if r := recover(); r != nil {
			s = fmt.Sprintf("(%T)", v)
		}
	}()
	return fmt.Sprint(v)
}

// lost is told of a panic in another goroutine of the cell. While the cell runs
// it ends the cell, as it would end a program; afterwards it is shown where the
// cell's other late output goes.
func (r *cellRun) lost(value any, stack []byte) {
	f := failureOf(value, stack)
	if f == nil {
		return
	}
	f.Goroutine = true
	r.mu.Lock()
	over := r.over
	r.mu.Unlock()
	if over {
		r.out.say(link.Late, *f)
		return
	}
	r.fail(f)
	r.w.mu.Lock()
	if r.w.cell == r.cell.ID && r.w.cancel != nil {
		r.w.cancel(errLost)
	}
	r.w.mu.Unlock()
}

// errLost is why a cell's context ends whose goroutine panicked.
var errLost = errors.New("a goroutine of the cell panicked")

// store is where programs find the notebook's variables and the packages'
// symbols.
type store struct {
	w   *worker
	ctx context.Context
}

var _ instant.Env = store{}

func (s store) Var(key string) (reflect.Value, bool) {
	if key == instant.ContextKey {
		ctx := s.ctx
		return reflect.ValueOf(&ctx).Elem(), true
	}
	v := rt.Lookup(key)
	if !v.IsValid() {
		return v, false
	}
	return v.Elem(), true
}

func (s store) Define(key string, v reflect.Value) { rt.Define(key, v.Addr()) }

func (s store) Func(key string) (reflect.Value, bool) { return s.Var(key) }

func (s store) CellType(key string) (reflect.Type, bool) { return rt.TypeOf(key) }

func (s store) Symbol(pkg, name string) (reflect.Value, bool) {
	switch {
	case pkg == "time" && name == "Sleep":
		return reflect.ValueOf(rt.Sleep), true
	case pkg == "fmt" && scanners[name].IsValid():
		return scanners[name], true
	case pkg == "os" && name == "Stdin": // the compiler's cells know what is done with it
		return reflect.Value{}, false
	}
	v, ok := s.w.opt.Packages[pkg].Binds[name]
	return v, ok
}

// scanners stand in for fmt's functions of the same names.
var scanners = map[string]reflect.Value{"Scan": reflect.ValueOf(rt.Scan), "Scanln": reflect.ValueOf(rt.Scanln), "Scanf": reflect.ValueOf(rt.Scanf)}

func (s store) PackageType(pkg, name string) (reflect.Type, bool) {
	t, ok := s.w.opt.Packages[pkg].Types[name]
	return t, ok
}

// devNull takes the output of goroutines that were abandoned.
var devNull = sync.OnceValue(func() *os.File {
	f, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil // a nil *os.File takes nothing either: its writes fail
	}
	return f
})
