package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
)

// errNoWorker is the answer to who asks for a variable before there is any.
var errNoWorker = errors.New("session: no worker runs yet")

// Variables lists the notebook's variables. While a cell runs, which may be
// changing them, it lists them as they were before.
func (s *Session) Variables(ctx context.Context) ([]engine.Variable, error) {
	s.mu.Lock()
	p, busy, seen, vars := s.proc, s.current != nil, s.seen, slices.Clone(s.vars)
	s.mu.Unlock()
	if p == nil || busy && seen != nil {
		return seen, nil
	}
	return s.list(ctx, p, vars)
}

// list asks the worker.
func (s *Session) list(ctx context.Context, p *process, vars []link.Var) ([]engine.Variable, error) {
	var rows []engine.Variable
	var err error
	if s.compiles() {
		err = p.call(ctx, link.Values, 0, link.ValuesBody{Vars: vars}, &rows)
	} else {
		err = p.call(ctx, link.Variables, 0, nil, &rows)
	}
	if err == nil {
		s.mu.Lock()
		s.seen = rows
		s.mu.Unlock()
	}
	return rows, err
}

// Children lists the parts of a variable.
func (s *Session) Children(ctx context.Context, ref int) ([]engine.Variable, error) {
	p := s.live()
	if p == nil {
		return nil, errNoWorker
	}
	var vars []engine.Variable
	err := p.call(ctx, link.Children, 0, link.ChildrenBody{Ref: ref}, &vars)
	return vars, err
}

// Rich renders one variable.
func (s *Session) Rich(ctx context.Context, name string) (engine.Bundle, error) {
	p := s.live()
	if p == nil {
		return engine.Bundle{}, errNoWorker
	}
	body := link.NameBody{Name: name}
	if s.compiles() {
		s.mu.Lock()
		i := slices.IndexFunc(s.vars, func(v link.Var) bool { return v.Name == name })
		if i >= 0 {
			body.Key = s.vars[i].Key
		}
		s.mu.Unlock()
		if i < 0 {
			return engine.Bundle{}, fmt.Errorf("no variable %q", name)
		}
	}
	var reply link.RichReply
	if err := p.call(ctx, link.Rich, 0, body, &reply); err != nil {
		return engine.Bundle{}, err
	}
	if reply.Error != "" {
		return engine.Bundle{}, errors.New(reply.Error)
	}
	return reply.Bundle, nil
}

// Complete lists what may stand at the cursor.
func (s *Session) Complete(ctx context.Context, code string, cursor int) engine.Completion {
	if c, ok := completeMagic(code, cursor); ok {
		return c
	}
	if c, ok := s.completeSQL(code, cursor); ok {
		return c
	}
	ctx, cancel := quick(ctx)
	defer cancel()
	nothing := engine.Completion{Start: cursor, End: cursor}
	if !s.isOpen() {
		return nothing
	}
	if s.front != nil {
		return s.front.Complete(ctx, goView(code), cursor)
	}
	p := s.live()
	if p == nil {
		return nothing
	}
	var c engine.Completion
	if p.call(ctx, link.Complete, 0, link.CompleteBody{Code: code, Cursor: cursor}, &c) != nil {
		return nothing
	}
	return c
}

// Inspect documents the name at the cursor. Without a toolchain there is nothing
// to look it up in.
func (s *Session) Inspect(ctx context.Context, code string, cursor, detail int) engine.Inspection {
	if !s.isOpen() || s.front == nil {
		return engine.Inspection{}
	}
	ctx, cancel := quick(ctx)
	defer cancel()
	return s.front.Inspect(ctx, goView(code), cursor, detail)
}

// isOpen says whether it is known yet how cells run.
func (s *Session) isOpen() bool {
	select {
	case <-s.opened:
		return true
	default:
		return false
	}
}
