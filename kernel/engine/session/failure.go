package session

import (
	"fmt"
	"strings"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
)

// failed is the cell's error where the worker says it failed.
func (s *Session) failed(r *run, reply *link.CellReply) *engine.CellError {
	if reply.Failure == nil {
		return nil
	}
	e := s.failure(r, reply.Failure)
	if reply.Abandoned {
		text := "Something in the cell goes on that nothing can stop; it was abandoned: it ends at its next loop or call, and shows nothing here."
		e.Traceback = append(e.Traceback, text)
	}
	return e
}

// failure is a failure as the cell's error.
func (s *Session) failure(r *run, f *link.Failure) *engine.CellError {
	switch f.Kind {
	case link.Interrupted:
		return interrupted(r)
	case link.Internal:
		return fault(fmt.Errorf("%s", f.Text))
	case link.OverMemory:
		return &engine.CellError{Name: "MemoryLimit", Value: f.Text, Traceback: []string{"MemoryLimit: " + f.Text, "The cell was ended. Variables are kept; %reset forgets them."}}
	case link.ReturnedErr:
		return &engine.CellError{Name: f.Type, Value: firstLine(f.Text), Traceback: strings.Split(f.Type+": "+f.Text, "\n")}
	case link.Unchecked:
		return &engine.CellError{Name: f.Type, Value: firstLine(f.Text), Traceback: append(strings.Split(f.Type+": "+f.Text, "\n"),
			fmt.Sprintf("The cell never looks at %s: check it, or write _ in its place.", f.Name))}
	}
	e := &engine.CellError{Name: "panic", Value: firstLine(f.Text)}
	what := "panic: "
	if f.Goroutine {
		what = "panic in a goroutine of the cell: "
	}
	e.Traceback = strings.Split(what+f.Text, "\n")
	e.Traceback = append(e.Traceback, s.userFrames(r, f.Stack)...)
	if f.Line > 0 {
		e.Traceback = append(e.Traceback, fmt.Sprintf("\tcell[%d]:%d", r.req.Count, f.Line))
	}
	return e
}
