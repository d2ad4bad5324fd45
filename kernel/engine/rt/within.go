package rt

import (
	"context"
	"runtime/pprof"
	"strconv"
)

// Within runs body in a goroutine of c's and returns when body is over: for a
// part of a cell whose output goes elsewhere than the cell's own. c is never the
// cell of goroutines that have no label. What the calling goroutine's cell is
// told by its context, to stop, c is told too. panicked is true where body
// panicked, with that value.
func Within(c *Cell, body func()) (value any, panicked bool) {
	if outer := Current(); outer != nil && outer.Context != nil {
		defer context.AfterFunc(outer.Context, c.Stop)()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		ctx := pprof.WithLabels(context.Background(), pprof.Labels("cell", strconv.Itoa(c.ID)))
		pprof.SetGoroutineLabels(ctx)
		c.labels = profLabel()
		cells.Store(c.labels, c)
		normal := false
		defer func() {
			if !normal { // a panic, or the end at a guard, which is no panic
				value = recover()
				panicked = value != nil
			}
		}()
		body()
		normal = true
	}()
	<-done
	Release(c)
	return value, panicked
}
