// Package session stands behind the kernel: it runs the cells of one notebook
// in a worker process that it starts, watches and replaces, so that nothing a
// cell does ends the kernel.
package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
	"github.com/lislab/lislab/kernel/magic"
)

// Options of a session.
type Options struct {
	// Worker is the command that starts a worker; nil is this executable with
	// the verb "worker".
	Worker []string
	// Dir is the directory that cells run in; "" is the kernel's own.
	Dir string
	// Version of lislab, for the banner.
	Version string
}

// Session implements engine.Engine.
type Session struct {
	opt Options

	mu    sync.Mutex
	proc  *process // nil until a cell needs it
	names []string // the variables that the worker holds
	cell  int      // the last run's number
	news  string   // what the next cell has to say of an earlier worker
	runs  map[int]*run
	// past holds the newest runs, ended ones too: what a widget or a background
	// goroutine shows goes to the cell that started it.
	past map[int]*run
	// fronts are the widget messages being heard: where answers to each go. They
	// are numbered downwards from 0, runs upwards.
	fronts map[int]engine.Output
	front  int // the last such message's number
	shut   bool
}

var _ engine.Engine = (*Session)(nil)

// run is one execution of one cell.
type run struct {
	id   int
	name string // "Cell [3]"
	req  engine.Request
	out  engine.Output
	ctx  context.Context
	page []engine.Payload
}

// maxPast is how many runs an ended cell's output finds its way back to.
const maxPast = 4096

// New makes a session. It starts nothing yet, apart from the worker, in the
// background.
func New(opt Options) (*Session, error) {
	if opt.Worker == nil {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("session: where is this program: %w", err)
		}
		opt.Worker = []string{self, "worker"}
	}
	s := &Session{opt: opt, runs: map[int]*run{}, past: map[int]*run{}, fronts: map[int]engine.Output{}}
	go func() { _, _ = s.worker() }() // a cell that comes too early reports the error
	return s, nil
}

// Info describes the language.
func (s *Session) Info() engine.Info {
	version := strings.TrimPrefix(runtime.Version(), "go")
	return engine.Info{
		Implementation: "lislab", ImplementationVersion: s.opt.Version,
		Language: "go", LanguageVersion: version,
		MIMEType: "text/x-go", FileExtension: ".go",
		PygmentsLexer: "go", CodeMirrorMode: "go", NbconvertExporter: "script",
		Banner: fmt.Sprintf("lislab %s: Go %s in a notebook. %%help lists what cells know beside Go.", s.opt.Version, version),
		HelpLinks: []engine.HelpLink{
			{Text: "Go standard library", URL: "https://pkg.go.dev/std"},
			{Text: "A Tour of Go", URL: "https://go.dev/tour/"},
			{Text: "gota dataframes", URL: "https://pkg.go.dev/github.com/go-gota/gota/dataframe"},
			{Text: "gonum", URL: "https://pkg.go.dev/gonum.org/v1/gonum"},
		},
	}
}

// worker is the running worker; it is started where there is none.
func (s *Session) worker() (*process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return nil, errors.New("session: closed")
	}
	if s.proc != nil {
		select {
		case <-s.proc.dead:
			s.bury()
		default:
			return s.proc, nil
		}
	}
	p, err := start(s.opt.Worker, s.opt.Dir, os.Environ(), s.event)
	if err != nil {
		return nil, err
	}
	s.proc = p
	go s.watch(p)
	return p, nil
}

// bury forgets a worker that has ended while no cell ran. s.mu is held.
func (s *Session) bury() {
	if s.proc == nil {
		return
	}
	s.news = fmt.Sprintf("the worker had ended since the last cell (%s); %s\n", s.proc.died("no cell", nil).Value, lostText(s.names))
	s.proc, s.names = nil, nil
}

// watch tells at once of a worker that ends while no cell runs.
func (s *Session) watch(p *process) {
	<-p.dead
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != p || len(s.runs) > 0 || s.shut {
		return
	}
	p.mu.Lock()
	last := p.cur
	p.mu.Unlock()
	if last != nil {
		e := p.died("the background of "+last.name, s.names)
		last.out.Stream("stderr", strings.Join(e.Traceback, "\n")+"\n")
		s.proc, s.names = nil, nil
		s.news = ""
	}
}

// Execute runs one cell.
func (s *Session) Execute(ctx context.Context, req engine.Request, out engine.Output) engine.Reply {
	s.mu.Lock()
	s.cell++
	r := &run{id: s.cell, name: fmt.Sprintf("Cell [%d]", req.Count), req: req, out: out, ctx: ctx}
	s.runs[r.id], s.past[r.id] = r, r
	delete(s.past, r.id-maxPast)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.runs, r.id)
		s.mu.Unlock()
	}()

	if err := s.execute(r); err != nil {
		return engine.Reply{Status: engine.Error, Err: err, Payload: r.page}
	}
	reply := engine.Reply{Status: engine.OK, Payload: r.page}
	for name, code := range req.UserExpressions {
		if reply.UserExpressions == nil {
			reply.UserExpressions = map[string]engine.Value{}
		}
		reply.UserExpressions[name] = s.expression(r, code)
	}
	return reply
}

func (s *Session) execute(r *run) *engine.CellError {
	p, err := s.worker()
	if err != nil {
		return noWorker(err)
	}
	p.begin(r)
	s.mu.Lock()
	news := s.news
	s.news = ""
	s.mu.Unlock()
	if news != "" {
		r.out.Stream("stderr", news)
	}
	parts := magic.Split(r.req.Code)
	for n, part := range parts {
		if err := s.part(r, part, n == len(parts)-1 && !r.req.Silent); err != nil {
			return err
		}
	}
	return nil
}

func noWorker(err error) *engine.CellError {
	return &engine.CellError{Name: "WorkerDied", Value: "no worker could be started: " + err.Error(), Traceback: []string{"WorkerDied: " + err.Error()}}
}

// code runs Go code.
func (s *Session) code(r *run, code string, line int, show bool) *engine.CellError {
	var reply link.RunReply
	body := link.RunBody{Code: code, Name: r.name, Line: line, Show: show, Input: r.req.AllowStdin}
	if err := s.ask(r, link.Run, body, &reply); err != nil {
		return err
	}
	if reply.Names != nil {
		s.mu.Lock()
		s.names = reply.Names
		s.mu.Unlock()
	}
	if reply.Broken {
		return s.replace(r, reply.Err)
	}
	return reply.Err
}

// patience is how long an interrupted worker may take before it is replaced:
// with that the cell has ended within a second.
const patience = 900 * time.Millisecond

// ask sends the worker a request of the running cell's, passes an interrupt on,
// and tells of its death.
func (s *Session) ask(r *run, kind link.Kind, body, answer any) *engine.CellError {
	p, err := s.worker()
	if err != nil {
		return noWorker(err)
	}
	wait, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := context.AfterFunc(r.ctx, func() {
		_ = p.conn.Send(link.Interrupt, 0, r.id, nil) // a dead worker is seen by call
		time.AfterFunc(patience, cancel)
	})
	defer stop()
	err = p.call(wait, kind, r.id, body, answer)
	switch {
	case err == nil && r.ctx.Err() != nil:
		return nil // the worker says so itself
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return s.replace(r, nil)
	case errors.Is(err, errDied):
		s.mu.Lock()
		lost := s.names
		if s.proc == p {
			s.proc, s.names = nil, nil
		}
		s.mu.Unlock()
		e := p.died(r.name, lost)
		go func() { _, _ = s.worker() }()
		return e
	}
	return &engine.CellError{Name: "KernelError", Value: err.Error(), Traceback: []string{err.Error(), "This is a fault of the kernel, not of the cell."}}
}

// replace ends a worker that cannot be interrupted, and says what went with it.
func (s *Session) replace(r *run, e *engine.CellError) *engine.CellError {
	s.mu.Lock()
	p, lost := s.proc, s.names
	s.proc, s.names = nil, nil
	s.mu.Unlock()
	if p != nil {
		p.kill()
	}
	go func() { _, _ = s.worker() }()
	if e == nil {
		e = &engine.CellError{Name: "Interrupt", Value: r.name + " was interrupted"}
		e.Traceback = []string{"Interrupt: " + e.Value}
	}
	e.Value += "; it could not be stopped, so the worker was replaced; " + lostText(lost)
	e.Traceback = append(e.Traceback, "It could not be stopped, so the worker was replaced; "+lostText(lost)+".")
	return e
}

// expression evaluates one of the request's user expressions.
func (s *Session) expression(r *run, code string) engine.Value {
	var reply link.EvaluateReply
	if err := s.ask(r, link.Evaluate, link.EvaluateBody{Code: code}, &reply); err != nil {
		return engine.Value{Err: err}
	}
	return reply.Value
}

// event passes on what a worker says on its own.
func (s *Session) event(p *process, m link.Message) {
	p.mu.Lock()
	r := p.cur
	p.mu.Unlock()
	s.mu.Lock()
	if known := s.past[m.Cell]; known != nil {
		r = known
	}
	front := s.fronts[m.Cell]
	s.mu.Unlock()
	if front != nil {
		var b engine.CommMessage
		if m.Kind == link.Comm && m.Decode(&b) == nil {
			front.Comm(b)
		}
		return
	}
	if r == nil {
		return
	}
	switch m.Kind {
	case link.Result:
		var b engine.Bundle
		if m.Decode(&b) == nil && !r.req.Silent {
			r.out.Result(b)
		}
	case link.Display:
		var b link.DisplayBody
		if m.Decode(&b) == nil {
			r.out.Display(b.Bundle, b.Update)
		}
	case link.Clear:
		var b link.ClearBody
		if m.Decode(&b) == nil {
			r.out.Clear(b.Wait)
		}
	case link.Comm:
		var b engine.CommMessage
		if m.Decode(&b) == nil {
			r.out.Comm(b)
		}
	case link.Input:
		var b link.InputBody
		if m.Decode(&b) == nil {
			go s.input(p, r, m.ID, b)
		}
	}
}

// input asks the person, for the worker.
func (s *Session) input(p *process, r *run, id uint64, b link.InputBody) {
	var reply link.InputReplyBody
	if !r.req.AllowStdin {
		reply.Error = "the front end takes no input"
	} else if text, err := r.out.Input(r.ctx, b.Prompt, b.Password); err != nil {
		reply.Error = err.Error()
	} else {
		reply.Text = text
	}
	_ = p.conn.Send(link.InputReply, id, r.id, reply) // a dead worker asks no more
}

// Upcoming has nothing to prepare: interpreted cells need no build.
func (s *Session) Upcoming([]string) {}

// quick bounds what a person waits for while typing.
func quick(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 900*time.Millisecond)
}

// Variables lists the notebook's variables.
func (s *Session) Variables(ctx context.Context) ([]engine.Variable, error) {
	p, err := s.worker()
	if err != nil {
		return nil, err
	}
	var vars []engine.Variable
	err = p.call(ctx, link.Variables, 0, nil, &vars)
	return vars, err
}

// Children lists the parts of a variable.
func (s *Session) Children(ctx context.Context, ref int) ([]engine.Variable, error) {
	p, err := s.worker()
	if err != nil {
		return nil, err
	}
	var vars []engine.Variable
	err = p.call(ctx, link.Children, 0, link.ChildrenBody{Ref: ref}, &vars)
	return vars, err
}

// Rich renders one variable.
func (s *Session) Rich(ctx context.Context, name string) (engine.Bundle, error) {
	p, err := s.worker()
	if err != nil {
		return engine.Bundle{}, err
	}
	var reply link.RichReply
	if err := p.call(ctx, link.Rich, 0, link.NameBody{Name: name}, &reply); err != nil {
		return engine.Bundle{}, err
	}
	if reply.Error != "" {
		return engine.Bundle{}, errors.New(reply.Error)
	}
	return reply.Bundle, nil
}

// commPatience is how long a worker may take to hear a widget message. It runs
// no code of the notebook's for that.
const commPatience = 2 * time.Second

// Comm hands a widget message to the worker and waits until it has heard it, so
// that messages keep their order and answers come before the request's idle. A
// comm_open that no worker knows is answered with comm_close.
func (s *Session) Comm(msg engine.CommMessage, out engine.Output) {
	ctx, cancel := context.WithTimeout(context.Background(), commPatience)
	defer cancel()
	s.mu.Lock()
	s.front--
	id := s.front
	s.fronts[id] = out
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.fronts, id)
		s.mu.Unlock()
	}()
	var reply link.FromFrontReply
	if p, err := s.worker(); err == nil {
		_ = p.call(ctx, link.FromFront, id, msg, &reply) // a dead worker knows no comm
	}
	if !reply.Known && msg.Kind == engine.CommOpen {
		out.Comm(engine.CommMessage{Kind: engine.CommClose, ID: msg.ID, Data: json.RawMessage(`{}`)})
	}
}

// Comms lists the open comms.
func (s *Session) Comms() map[string]string {
	ctx, cancel := quick(context.Background())
	defer cancel()
	open := map[string]string{}
	if p, err := s.worker(); err == nil {
		_ = p.call(ctx, link.Comms, 0, nil, &open) // none where the worker does not answer
	}
	return open
}

// Reset forgets every variable.
func (s *Session) Reset() error {
	s.mu.Lock()
	p := s.proc
	s.proc, s.names, s.news = nil, nil, ""
	s.mu.Unlock()
	if p != nil {
		p.stop()
	}
	_, err := s.worker()
	return err
}

// Close ends the worker.
func (s *Session) Close() error {
	s.mu.Lock()
	p := s.proc
	s.proc, s.shut = nil, true
	s.mu.Unlock()
	if p != nil {
		p.stop()
	}
	return nil
}

// variableNames are those that the worker is known to hold.
func (s *Session) variableNames() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.names)
}
