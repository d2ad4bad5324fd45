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
	e.Traceback = append(e.Traceback, userFrames(f.Stack)...)
	if f.Line > 0 {
		e.Traceback = append(e.Traceback, fmt.Sprintf("\tcell[%d]:%d", r.req.Count, f.Line))
	}
	return e
}

// died is the error of a cell that has ended its worker; name is the cell's.
func (s *Session) died(p *process, name string, lost []string) *engine.CellError {
	how, crash := p.end()
	e := &engine.CellError{Name: "WorkerDied", Value: fmt.Sprintf("%s in %s; %s", how, name, lostText(lost))}
	if crash != "" {
		e.Traceback = append(e.Traceback, crashLines(crash)...)
		e.Traceback = append(e.Traceback, "")
	}
	e.Traceback = append(e.Traceback, "WorkerDied: "+how, lostText(lost))
	return e
}

// crashMost bounds the lines of a crash in which nothing is the notebook's own.
const crashMost = 30

// crashLines are what a person needs of the runtime's report: what happened, and
// the notebook's own lines of the first goroutine that has any.
func crashLines(crash string) []string {
	blocks := strings.Split(strings.TrimSpace(crash), "\n\n")
	for _, b := range blocks {
		if frames := userFrames(b); len(frames) > 0 {
			return append(strings.Split(blocks[0], "\n"), frames...)
		}
	}
	lines := strings.Split(strings.TrimSpace(crash), "\n")
	return lines[:min(len(lines), crashMost)]
}
