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
		e.Traceback = append(e.Traceback, leftBehind(reply.Failure.Kind))
	}
	return e
}

// leftBehind says that the cell has ended though one of its calls has not.
func leftBehind(why link.FailureKind) string {
	if why == link.Interrupted {
		return "It was in a call that cannot be cut short, such as a wait for a channel or a lock. That call is left behind and shows nothing more; variables are kept."
	}
	return "A call of the cell that cannot be cut short is left behind and shows nothing more; variables are kept."
}

// failure is a failure as the cell's error.
func (s *Session) failure(r *run, f *link.Failure) *engine.CellError {
	switch f.Kind {
	case link.Interrupted:
		return interrupted(r)
	case link.Internal:
		return fault(fmt.Errorf("%s", f.Text))
	case link.Exited:
		return &engine.CellError{Name: "Goexit", Value: "runtime.Goexit ended the cell", Traceback: []string{"Goexit: runtime.Goexit ended the cell; what stands below was not run."}}
	case link.OverMemory:
		return &engine.CellError{Name: "MemoryLimit", Value: f.Text, Traceback: []string{"MemoryLimit: " + f.Text, "The cell was ended; variables are kept. Set what is large to nil, or say %reset; LISLAB_MEMORY_MB sets another limit as the kernel starts."}}
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
		e.Traceback = append(e.Traceback, fmt.Sprintf("  cell[%d]:%d", r.req.Count, f.Line))
		if lines := strings.Split(r.req.Code, "\n"); f.Line <= len(lines) {
			e.Traceback = append(e.Traceback, sourceText(lines[f.Line-1])...)
		}
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
	e.Traceback = append(e.Traceback, "The notebook goes on in a new process; "+lostText(lost)+".")
	return e
}

// crashLines are what a person needs of the runtime's report: what happened, and
// the notebook's own lines of the first goroutine that has any, or else which
// functions of packages had been called.
func (s *Session) crashLines(report string) []string {
	blocks := strings.Split(strings.TrimSpace(report), "\n\n")
	what := strings.Split(blocks[0], "\n")
	for _, b := range blocks {
		if frames := s.frames(b); len(frames) > 0 {
			return append(what, frames...)
		}
	}
	if len(blocks) > 1 {
		what = append(what, calledIn(blocks[1])...)
	}
	return what
}

// calledIn are the functions that a goroutine was in, innermost first, down to
// the kernel's own, without the runtime's.
func calledIn(stack string) []string {
	var functions []string
	for line := range strings.SplitSeq(stack, "\n") {
		name, _, isCall := strings.Cut(line, "(0x")
		if !isCall {
			name, _, isCall = strings.Cut(line, "({0x")
		}
		if !isCall {
			name, isCall = strings.CutSuffix(line, "(...)")
		}
		switch {
		case strings.HasPrefix(name, "github.com/lislab/lislab/kernel/"), strings.HasPrefix(name, "reflect.Value."):
			return functions
		case isCall && !strings.HasPrefix(name, "\t") && !strings.HasPrefix(name, "runtime.") && !strings.HasPrefix(name, "internal/"):
			functions = append(functions, "  in "+name)
		}
	}
	return functions
}
