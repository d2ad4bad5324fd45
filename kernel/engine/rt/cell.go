package rt

import (
	"context"
	"os"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A Cell is one run of one cell. Every goroutine that the cell starts, also
// those that libraries start on its behalf, belongs to it.
type Cell struct {
	// ID tells runs apart; it is the worker's own count.
	ID int
	// Context is what the cell's ctx is: cancelled by an interrupt.
	Context context.Context
	// Stream is where the cell's prints go at the moment of the call: its
	// standard output, or its standard error.
	Stream func(stderr bool) *os.File
	// Result shows the values of the cell's last expression.
	Result func(values ...any)
	// Lost is called where a goroutine of the cell panicked, with the value
	// and the stack; the goroutine has ended, the process goes on.
	Lost func(value any, stack []byte)

	stopped atomic.Bool
	labels  unsafe.Pointer
}

// Goroutines carry their cell as a profiler label, because labels are what the
// runtime hands down from a goroutine to those it starts.
var (
	cells      sync.Map // label set -> *Cell
	foreground atomic.Pointer[Cell]
)

//go:linkname profLabel runtime/pprof.runtime_getProfLabel
func profLabel() unsafe.Pointer

// Run runs body in a goroutine of c's and returns a channel that is closed when
// body is over, whether it returned, panicked or was stopped at a guard. ended
// is called first, in that goroutine: with normal true where body returned,
// else with the value of the panic (nil where a guard stopped the cell) and the
// stack. c is the cell of goroutines that have no label until the next Run.
func Run(c *Cell, body func(), ended func(normal bool, value any, stack []byte)) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		ctx := pprof.WithLabels(context.Background(), pprof.Labels("cell", strconv.Itoa(c.ID)))
		pprof.SetGoroutineLabels(ctx)
		c.labels = profLabel()
		cells.Store(c.labels, c)
		foreground.Store(c)
		if c.Context != nil {
			c.Context = pprof.WithLabels(c.Context, pprof.Labels("cell", strconv.Itoa(c.ID)))
		}
		normal := false
		defer func() {
			if normal {
				ended(true, nil, nil)
				return
			}
			value := recover()
			var stack []byte
			if value != nil {
				stack = stackText()
			}
			ended(false, value, stack)
		}()
		body()
		normal = true
	}()
	return done
}

// Release forgets that goroutines belong to c. The worker calls it for a cell
// so old that no goroutine of it can matter.
func Release(c *Cell) { cells.Delete(c.labels) }

// Current returns the cell of the calling goroutine: the one that started it,
// or the newest where that cannot be told. It is nil before the first cell.
func Current() *Cell {
	if c, ok := cells.Load(profLabel()); ok {
		return c.(*Cell)
	}
	return foreground.Load()
}

// Context is what the predeclared name ctx means in a cell.
func Context() context.Context {
	if c := Current(); c != nil && c.Context != nil {
		return c.Context
	}
	return context.Background()
}

// Stdout is what os.Stdout means in a cell: the output of the cell that the
// calling goroutine belongs to, or the notebook's own file where it has put one
// in os.Stdout.
func Stdout() *os.File {
	if c := Current(); c != nil && c.Stream != nil && ours(os.Stdout) {
		return c.Stream(false)
	}
	return os.Stdout
}

// Stderr is to os.Stderr what Stdout is to os.Stdout.
func Stderr() *os.File {
	if c := Current(); c != nil && c.Stream != nil && ours(os.Stderr) {
		return c.Stream(true)
	}
	return os.Stderr
}

var owned sync.Map // *os.File -> true

// Own says that f is the worker's: a notebook that finds it in os.Stdout or
// os.Stderr has not redirected anything.
func Own(f *os.File) { owned.Store(f, true) }

func ours(f *os.File) bool { _, ok := owned.Load(f); return ok }

// Result hands the values of a cell's last expression to whoever runs the cell.
func Result(values ...any) {
	if c := Current(); c != nil && c.Result != nil {
		c.Result(values...)
	}
}

// Quiet takes the values of a last expression that a semicolon keeps from being
// shown; an error among them, in last place, is handed on all the same.
func Quiet(values ...any) {
	if n := len(values); n > 0 {
		if err, ok := values[n-1].(error); ok && err != nil {
			Result(err)
		}
	}
}

// Ref returns the address of a copy of v.
func Ref[T any](v T) *T { return &v }
