package session

import (
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
)

// interpret runs Go code where there is no compiler.
func (s *Session) interpret(r *run, code string, line int, show bool) *engine.CellError {
	var reply link.RunReply
	if err := s.ask(r, link.Run, link.RunBody{Code: code, Name: r.name, Line: line, Show: show}, &reply); err != nil {
		return err
	}
	r.took += reply.Took
	if reply.Names != nil {
		vars := make([]link.Var, len(reply.Names))
		for i, n := range reply.Names {
			vars[i] = link.Var{Name: n}
		}
		s.mu.Lock()
		s.vars = vars
		s.mu.Unlock()
	}
	if reply.Broken {
		return s.replace(r)
	}
	if e := reply.Err; e != nil && e.Name == "CompileError" && s.why != nil {
		e.Traceback = append(e.Traceback, interpretedText(s.why))
	}
	return reply.Err
}

// expression evaluates one of the request's user expressions.
func (s *Session) expression(r *run, code string) engine.Value {
	if s.compiles() {
		return s.compiledExpression(r, code)
	}
	var reply link.EvaluateReply
	if err := s.ask(r, link.Evaluate, link.EvaluateBody{Code: code}, &reply); err != nil {
		return engine.Value{Err: err}
	}
	return reply.Value
}
