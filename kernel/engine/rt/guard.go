package rt

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// MaxStack is how deep, in bytes, the stack of a goroutine may grow in a
// notebook's own functions. Go's own limit of 1 GB ends the process; this one
// ends the cell, with a panic of type StackOverflow. A recursion a million deep
// usually fits.
const MaxStack = 120 << 20

// stopping counts the cells that were told to stop. While it is zero, a guard
// is one load and one compare.
var stopping atomic.Int32

// Stop tells every goroutine of the cell to end at its next guard.
func (c *Cell) Stop() {
	if !c.stopped.Swap(true) {
		stopping.Add(1)
	}
}

// Stopped reports whether Stop was called.
func (c *Cell) Stopped() bool { return c.stopped.Load() }

// Poll is the guard of a loop. It ends the goroutine, running its deferred
// calls, where the cell it belongs to was stopped.
func Poll() {
	if stopping.Load() != 0 {
		poll()
	}
}

//go:noinline
func poll() {
	c := foreground.Load()
	if labels := profLabel(); c == nil || labels != c.labels {
		c = Current()
	}
	if c != nil && c.stopped.Load() {
		// Goexit and not a panic: a notebook's recover must not undo it.
		runtime.Goexit()
	}
}

// Enter is the guard at the entry of a function that may recurse: that of a
// loop, and a limit on the stack.
func Enter() {
	if stopping.Load() != 0 || stackUsed() > MaxStack {
		enter()
	}
}

//go:noinline
func enter() {
	poll()
	if used := stackUsed(); used > MaxStack {
		panic(StackOverflow{Bytes: used})
	}
}

// StackOverflow is the value of the panic that ends a recursion without end.
type StackOverflow struct{ Bytes uintptr }

func (s StackOverflow) Error() string {
	return fmt.Sprintf("stack overflow: the recursion took more than %d MB of stack", MaxStack>>20)
}

// RuntimeError marks StackOverflow as the runtime's kind of error.
func (s StackOverflow) RuntimeError() {}

// End is deferred first in every goroutine that a cell starts: a panic there
// would end the process, so it is caught and told to the goroutine's cell.
func End() {
	value := recover()
	if value == nil {
		return
	}
	if c := Current(); c != nil && c.Lost != nil {
		c.Lost(value, stackText())
	}
}

func stackText() []byte { return debug.Stack() }

// Unread stands after a top-level "v, err := f()" whose err the cell never
// reads: a non-nil err ends the cell with that error, as Unchecked.
func Unread(name string, err error) {
	if err != nil {
		panic(Unchecked{Name: name, Err: err})
	}
}

// Unchecked is the value of the panic that reports an error nobody looked at.
type Unchecked struct {
	Name string
	Err  error
}

func (u Unchecked) Error() string { return u.Err.Error() }

// Unwrap returns the error itself.
func (u Unchecked) Unwrap() error { return u.Err }
