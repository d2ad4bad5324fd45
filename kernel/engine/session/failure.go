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
	text := s.relabel(f.Text)
	e := &engine.CellError{Name: "panic", Value: firstLine(text)}
	what := "panic: "
	if f.Goroutine {
		what = "panic in a goroutine of the cell: "
	}
	e.Traceback = strings.Split(what+text, "\n")
	e.Traceback = append(e.Traceback, s.frames(f.Stack)...)
	if f.Line > 0 {
		e.Traceback = append(e.Traceback, fmt.Sprintf("\tcell[%d]:%d", r.req.Count, f.Line))
	}
	return e
}

// died is the error of a cell that has ended its worker p, which held lost; name
// is the cell's. To be called before lose: labels are forgotten with the rest.
func (s *Session) died(p *process, name string) *engine.CellError {
	how := s.relabel(p.end())
	e := &engine.CellError{Name: "WorkerDied", Value: how + " in " + name}
	if p.report != "" {
		e.Traceback = append(e.Traceback, s.crashLines(p.report)...)
	} else {
		e.Traceback = append(e.Traceback, "WorkerDied: "+how)
	}
	return e
}

// relabel makes a text speak of the notebook's cells.
func (s *Session) relabel(text string) string {
	if s.front == nil {
		return text
	}
	return s.front.Relabel(text)
}

// withLoss says in a cell's error what went with its worker.
func withLoss(e *engine.CellError, lost []string) *engine.CellError {
	e.Value += "; " + lostText(lost)
	e.Traceback = append(e.Traceback, "The worker was replaced; "+lostText(lost)+".")
	return e
}

// crashMost bounds the lines of a crash in which nothing is the notebook's own.
const crashMost = 30

// crashLines are what a person needs of the runtime's report: what happened, and
// the notebook's own lines of the first goroutine that has any.
func (s *Session) crashLines(report string) []string {
	blocks := strings.Split(strings.TrimSpace(report), "\n\n")
	for _, b := range blocks {
		if frames := userFrames(b); len(frames) > 0 {
			return append(strings.Split(blocks[0], "\n"), s.frames(b)...)
		}
	}
	lines := strings.Split(strings.TrimSpace(report), "\n")
	return lines[:min(len(lines), crashMost)]
}

// frames are userFrames in the notebook's own words.
func (s *Session) frames(stack string) []string {
	frames := userFrames(stack)
	for i, f := range frames {
		frames[i] = strings.TrimSuffix(s.relabel(f), " in main.cell")
	}
	return frames
}
