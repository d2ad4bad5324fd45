package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/cells"
	"github.com/lislab/lislab/kernel/engine/link"
)

// ask for what of a checked cell's run.
type how struct {
	show    bool // its value, as the result
	capture bool // its value, in the reply
	repeat  time.Duration
	// place, where it is not nil, says what errors in code that the kernel wrote
	// mean in the cell.
	place func(cells.Errors) cells.Errors
}

// compiled checks Go code and runs it, as a program of operations or as a
// plugin.
func (s *Session) compiled(r *run, code string, line int, h how) (link.CellReply, *engine.CellError) {
	var none link.CellReply
	c, err := s.front.Check(r.ctx, r.req.Count, strings.Repeat("\n", line)+code)
	if err != nil {
		var list cells.Errors
		if h.place != nil && errors.As(err, &list) {
			err = h.place(list)
		}
		return none, s.checkError(r, err)
	}
	for _, note := range c.Notes {
		r.out.Stream("stderr", note+"\n")
	}
	if e := s.refresh(r); e != nil {
		return none, e
	}
	s.mu.Lock()
	s.checked = c
	s.mu.Unlock()
	switch c.Class {
	case cells.Empty:
		return none, nil
	case cells.Declares:
		s.commit(c, nil)
		s.mu.Lock()
		s.pending = append(s.pending, c)
		s.mu.Unlock()
		s.build(c)
		return none, nil
	}
	return s.runChecked(r, c, h)
}

// checkError is the cell's error where it does not check.
func (s *Session) checkError(r *run, err error) *engine.CellError {
	if r.ctx.Err() != nil {
		return interrupted(r)
	}
	var list cells.Errors
	if errors.As(err, &list) {
		return &engine.CellError{Name: "CompileError", Value: list.Error(), Traceback: list.Lines()}
	}
	return &engine.CellError{Name: "CompileError", Value: firstLine(err.Error()), Traceback: strings.Split(err.Error(), "\n")}
}

// refresh starts a new worker where an import has moved a module that the old
// one links.
func (s *Session) refresh(r *run) *engine.CellError {
	if !s.compiler.Stale() {
		return nil
	}
	p := s.live()
	if p == nil {
		return nil
	}
	lost := s.lose(p)
	p.stop()
	r.out.Stream("stderr", "a module that the worker uses has moved, so it was started again; "+lostText(lost)+"\n")
	p, e := s.await(r)
	if e == nil {
		p.begin(r)
	}
	return e
}

// commit makes what the cell defined known: all of it, or the variables reached.
func (s *Session) commit(c *cells.Cell, reached []string) {
	s.front.Commit(c, reached)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.declare(c)
	for _, d := range c.Defines {
		if d.Kind != cells.VarName || d.Key == "" || reached != nil && !slices.Contains(reached, d.Key) {
			continue
		}
		v := link.Var{Name: d.Name, Key: d.Key, Type: d.Type}
		if i := slices.IndexFunc(s.vars, func(o link.Var) bool { return o.Name == d.Name }); i >= 0 {
			s.vars[i] = v
		} else {
			s.vars = append(s.vars, v)
		}
	}
}

// job is the build of one cell.
type job struct {
	done    chan struct{}
	plugins []string
	err     error
}

// build starts to build a cell, where nobody has yet.
func (s *Session) build(c *cells.Cell) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := c.Package.Path
	if j := s.jobs[key]; j != nil {
		return j
	}
	j := &job{done: make(chan struct{})}
	s.jobs[key] = j
	go func() {
		defer close(j.done)
		j.plugins, j.err = s.compiler.Build(s.ctx, c.Package)
		s.mu.Lock()
		delete(s.jobs, key) // the next who wants it finds it in the cache, or tries again
		s.mu.Unlock()
	}()
	return j
}

// unit waits for a cell's build.
func (s *Session) unit(r *run, c *cells.Cell) (link.Unit, *engine.CellError) {
	j := s.build(c)
	select {
	case <-j.done:
	case <-r.ctx.Done():
		return link.Unit{}, interrupted(r)
	}
	if j.err != nil {
		return link.Unit{}, s.buildError(c, j.err)
	}
	return link.Unit{Plugins: j.plugins, Package: c.Package.Path}, nil
}

// buildError is the error of a cell that checks and does not build.
func (s *Session) buildError(c *cells.Cell, err error) *engine.CellError {
	e := s.checkError(&run{ctx: context.Background()}, err)
	if c.Class == cells.Declares {
		e.Traceback = append(e.Traceback, "This is about declarations of an earlier cell, which were built behind it:", c.Code)
	}
	return e
}

// runChecked runs a cell that is not only declarations.
func (s *Session) runChecked(r *run, c *cells.Cell, h how) (link.CellReply, *engine.CellError) {
	body := link.CellBody{Show: h.show && c.Shows, Capture: h.capture, Repeat: h.repeat, Keys: keys(c)}
	if c.Class == cells.Instant && !s.compileAll {
		body.Program = c.Program
	}
	s.mu.Lock()
	before := slices.Clone(s.pending)
	s.mu.Unlock()
	if body.Program != nil && !mayCallBack(c) {
		before = nil // it cannot notice what they declare
	}
	var own *job
	if body.Program == nil {
		own = s.build(c) // beside those before it
	}
	for _, d := range before {
		u, e := s.unit(r, d)
		if e != nil {
			s.drop(d)
			return link.CellReply{}, e
		}
		body.Before = append(body.Before, u)
	}
	if own != nil {
		u, e := s.unit(r, c)
		if e != nil {
			return link.CellReply{}, e
		}
		body.Unit = &u
	}
	var reply link.CellReply
	if e := s.ask(r, link.Cell, body, &reply); e != nil {
		return reply, e
	}
	s.ran(before)
	if reply.Refused != "" {
		c := *c
		c.Class = cells.Compiled
		return s.runChecked(r, &c, h)
	}
	if body.Program != nil {
		s.instantly++
	}
	r.took += reply.Took
	if h.capture {
		return reply, s.failed(r, &reply) // an expression on the side defines nothing
	}
	switch {
	case reply.Failure == nil:
		s.commit(c, nil)
	case reply.Reached == nil:
		s.commit(c, []string{})
	default:
		s.commit(c, reply.Reached)
	}
	return reply, s.failed(r, &reply)
}

func keys(c *cells.Cell) []string {
	var list []string
	for _, d := range c.Defines {
		if d.Kind == cells.VarName && d.Key != "" {
			list = append(list, d.Key)
		}
	}
	return list
}

// ran forgets the declarations that the worker has run.
func (s *Session) ran(before []*cells.Cell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = slices.DeleteFunc(s.pending, func(c *cells.Cell) bool { return slices.Contains(before, c) })
}

// drop forgets a declaration that cannot be built.
func (s *Session) drop(c *cells.Cell) { s.ran([]*cells.Cell{c}) }

// mayCallBack says whether an instant cell could come to a function that the
// notebook declares: it uses one, or a value that could have one inside.
func mayCallBack(c *cells.Cell) bool {
	return slices.ContainsFunc(c.Uses, func(u cells.Symbol) bool {
		switch u.Kind {
		case cells.ImportName, cells.ConstName:
			return false
		case cells.VarName:
			return !plain[u.Type]
		}
		return true
	})
}

// plain are types whose values hold no function.
var plain = map[string]bool{
	"bool": true, "string": true, "int": true, "int8": true, "int16": true, "int32": true, "int64": true,
	"uint": true, "uint8": true, "uint16": true, "uint32": true, "uint64": true, "float32": true, "float64": true,
	"[]int": true, "[]string": true, "[]float64": true, "[]float32": true, "[]bool": true, "[]byte": true,
	"map[string]int": true, "map[string]string": true, "map[string]float64": true, "context.Context": true,
}

// compiledExpression evaluates one of the request's user expressions.
func (s *Session) compiledExpression(r *run, code string) engine.Value {
	reply, e := s.compiled(r, code, 0, how{capture: true})
	if e != nil {
		return engine.Value{Err: e}
	}
	return engine.Value{Bundle: reply.Captured}
}
