// Package session stands behind the kernel: it runs the cells of one notebook
// in a worker process that it starts, watches and replaces, so that nothing a
// cell does ends the kernel.
package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/cells"
	"github.com/lislab/lislab/kernel/engine/link"
	"github.com/lislab/lislab/kernel/magic"
)

// Compiler builds checked cells; package build has the one there is.
type Compiler interface {
	cells.Packages
	// Worker is the program that runs what Build makes.
	Worker(ctx context.Context) (path string, err error)
	// Build compiles and links a cell: the plugins to open, in order.
	Build(ctx context.Context, p *cells.Package) (plugins []string, err error)
	// Stale says that the running worker no longer fits what Build makes.
	Stale() bool
	// Close removes what was made for this session alone.
	Close() error
	// Get fetches modules, as "go get" does.
	Get(ctx context.Context, modules ...string) (note string, err error)
}

// Options of a session.
type Options struct {
	// Interpreter is the command that starts a worker which interprets cells;
	// nil is this executable with the verb "worker".
	Interpreter []string
	// Compiler opens what builds cells and their worker; progress is told in a
	// few words what takes long. Where it is nil or fails, cells are
	// interpreted.
	Compiler func(ctx context.Context, progress func(string)) (Compiler, error)
	// Dir is the directory that cells run in; "" is the kernel's own.
	Dir string
	// Version of lislab, for the banner.
	Version string
	// MemoryLimit bounds the worker, in bytes; 0 is 80 % of what is free as a
	// worker starts.
	MemoryLimit uint64
}

// Session implements engine.Engine.
type Session struct {
	opt   Options
	ctx   context.Context // ends on Close
	close context.CancelFunc

	opened   chan struct{} // closed when it is known how cells run
	compiler Compiler      // nil where cells are interpreted
	front    *cells.Session
	why      error // why they are interpreted

	starting sync.Mutex // one start of a worker at a time

	mu      sync.Mutex
	proc    *process // nil until a cell needs it
	cell    int      // the last run's number
	current *run     // nil between cells
	// runs holds the newest runs, ended ones too: what a widget or a background
	// goroutine shows goes to the cell that started it.
	runs map[int]*run
	// fronts are the widget messages being heard: where answers to each go. They
	// are numbered downwards from 0, runs upwards.
	fronts    map[int]engine.Output
	lastFront int    // the last such message's number
	news      string // what the next cell has to say of an earlier worker
	waiting   string // what a cell that finds no worker waits for
	jobs      map[string]*job
	shut      bool

	compileAll bool // for tests: no cell is run as a program
	instantly  int  // how many were

	stopAhead context.CancelFunc // ends the compiling ahead
	checked   *cells.Cell        // the cell that was checked last, to run
	holdings
}

// holdings are what a worker holds of the notebook. They end with the worker.
type holdings struct {
	vars    []link.Var    // in the order of their first definition
	pending []*cells.Cell // declarations that the worker has not run yet
	// declared are the declarations of cells, which a new worker can have again.
	declared []declaration
	seen     []engine.Variable // the variables as they were listed last
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
	took time.Duration // what the cell's code has taken so far
}

// New makes a session. What it needs is opened in the background.
func New(opt Options) (*Session, error) {
	if opt.Interpreter == nil {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("session: where is this program: %w", err)
		}
		opt.Interpreter = []string{self, "worker"}
	}
	s := &Session{opt: opt, runs: map[int]*run{}, fronts: map[int]engine.Output{}, jobs: map[string]*job{}, opened: make(chan struct{})}
	s.ctx, s.close = context.WithCancel(context.Background())
	go s.open()
	return s, nil
}

// open finds out how cells run, and starts a worker for the first of them.
func (s *Session) open() {
	if s.opt.Compiler == nil {
		s.why = errors.New("this kernel was started without a compiler")
	} else if c, err := s.opt.Compiler(s.ctx, s.progress); err != nil {
		s.why = err
	} else {
		s.compiler, s.front = c, cells.New(c)
	}
	close(s.opened)
	_, _ = s.worker() // a cell that needs it reports the error
}

// progress shows in the running cell what it waits for.
func (s *Session) progress(what string) {
	s.mu.Lock()
	r := s.current
	s.waiting = what
	s.mu.Unlock()
	if r != nil {
		r.out.Stream("stderr", what+" …\n")
	}
}

// compiles says whether cells are compiled, once that is known.
func (s *Session) compiles() bool {
	<-s.opened
	return s.compiler != nil
}

// Info describes the language.
func (s *Session) Info() engine.Info {
	version := strings.TrimPrefix(runtime.Version(), "go")
	banner := fmt.Sprintf("lislab %s: Go %s in a notebook. %%help lists what cells know beside Go.", s.opt.Version, version)
	select {
	case <-s.opened:
		if s.why != nil {
			banner += "\n" + interpretedText(s.why)
		}
	default: // whoever asks before that reads it in the first cell
	}
	return engine.Info{
		Implementation: "lislab", ImplementationVersion: s.opt.Version,
		Language: "go", LanguageVersion: version,
		MIMEType: "text/x-go", FileExtension: ".go",
		PygmentsLexer: "go", CodeMirrorMode: "go", NbconvertExporter: "script",
		Banner: banner,
		HelpLinks: []engine.HelpLink{
			{Text: "Go standard library", URL: "https://pkg.go.dev/std"},
			{Text: "A Tour of Go", URL: "https://go.dev/tour/"},
			{Text: "gota dataframes", URL: "https://pkg.go.dev/github.com/go-gota/gota/dataframe"},
			{Text: "gonum", URL: "https://pkg.go.dev/gonum.org/v1/gonum"},
		},
	}
}

// interpretedText says that cells are interpreted, and why.
func interpretedText(why error) string {
	return "Cells are interpreted, as Go was before generics: " + why.Error() + "."
}

// worker is the running worker; it is started where there is none.
func (s *Session) worker() (*process, error) {
	s.starting.Lock()
	defer s.starting.Unlock()
	s.mu.Lock()
	p := s.proc
	s.mu.Unlock()
	if p != nil {
		select {
		case <-p.dead:
			s.bury(p)
		default:
			return p, nil
		}
	}
	argv, err := s.workerCommand()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	shut := s.shut
	s.mu.Unlock()
	if shut {
		return nil, errors.New("session: closed")
	}
	if p, err = start(argv, s.opt.Dir, os.Environ(), s.event); err != nil {
		return nil, err
	}
	if err := s.greet(p); err != nil {
		p.kill()
		return nil, err
	}
	s.mu.Lock()
	s.proc = p
	s.mu.Unlock()
	go s.watch(p)
	return p, nil
}

// greetFor is how long a worker may take to start.
const greetFor = 30 * time.Second

// greet tells a new worker what it needs, and sees that it is of this source.
func (s *Session) greet(p *process) error {
	limit := s.opt.MemoryLimit
	if limit == 0 {
		limit = available() / 10 * 8
	}
	ctx, cancel := context.WithTimeout(s.ctx, greetFor)
	defer cancel()
	var hello link.HelloReply
	switch err := p.call(ctx, link.Hello, 0, link.HelloBody{MemoryLimit: limit}, &hello); {
	case errors.Is(err, errDied):
		return fmt.Errorf("the worker ended as it started: %s", p.end())
	case err != nil:
		return fmt.Errorf("the worker did not start: %w", err)
	case hello.Version != link.Version():
		return errors.New("the worker was built from other source than this kernel: build lislab again in its source tree (make build), and restart the kernel")
	}
	return nil
}

func (s *Session) workerCommand() ([]string, error) {
	if !s.compiles() {
		return s.opt.Interpreter, nil
	}
	path, err := s.compiler.Worker(s.ctx)
	if err != nil {
		return nil, err
	}
	return []string{path}, nil
}

// lose forgets the worker p and what it held, and says what of that cannot be
// had again: variables, and declarations that need them.
func (s *Session) lose(p *process) (lost []string) {
	s.mu.Lock()
	if s.proc != p {
		s.mu.Unlock()
		return nil
	}
	for _, v := range s.vars {
		lost = append(lost, v.Name)
	}
	declared := s.declared
	s.proc, s.holdings = nil, holdings{}
	s.mu.Unlock()
	if s.front == nil {
		return lost
	}
	s.front.Reset()
	return append(lost, s.declareAgain(declared)...)
}

// bury forgets a worker that has ended while no cell ran.
func (s *Session) bury(p *process) {
	e := withLoss(s.died(p, "no cell"), s.lose(p))
	s.mu.Lock()
	s.news = fmt.Sprintf("the worker had ended since the last cell: %s\n", e.Value)
	s.mu.Unlock()
}

// watch tells at once of a worker that ends while no cell runs.
func (s *Session) watch(p *process) {
	<-p.dead
	s.mu.Lock()
	idle := s.proc == p && s.current == nil && !s.shut
	s.mu.Unlock()
	last := p.newest()
	if !idle || last == nil {
		return
	}
	e := s.died(p, "the background of "+last.name)
	last.out.Stream("stderr", strings.Join(withLoss(e, s.lose(p)).Traceback, "\n")+"\n")
}

// Execute runs one cell.
func (s *Session) Execute(ctx context.Context, req engine.Request, out engine.Output) engine.Reply {
	s.mu.Lock()
	s.cell++
	r := &run{id: s.cell, name: fmt.Sprintf("Cell [%d]", req.Count), req: req, out: out, ctx: ctx}
	s.runs[r.id], s.current = r, r
	delete(s.runs, r.id-keepRuns)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.current = nil
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

// keepRuns is how many cells back late output still finds its cell.
const keepRuns = 4096

func (s *Session) execute(r *run) *engine.CellError {
	p, err := s.await(r)
	if err != nil {
		return err
	}
	p.begin(r)
	s.mu.Lock()
	news := s.news
	s.news = ""
	s.mu.Unlock()
	if s.why != nil && r.id == 1 && s.opt.Compiler != nil {
		news = interpretedText(s.why) + "\n" + news
	}
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

// await is the worker, once it is there: the first cell may wait for its build.
func (s *Session) await(r *run) (*process, *engine.CellError) {
	type started struct {
		p   *process
		err error
	}
	ch := make(chan started, 1)
	go func() {
		p, err := s.worker()
		ch <- started{p, err}
	}()
	long := time.After(700 * time.Millisecond)
	for {
		select {
		case x := <-ch:
			if x.err != nil {
				return nil, noWorker(x.err)
			}
			return x.p, nil
		case <-long: // it began before this cell
			s.mu.Lock()
			what := s.waiting
			s.mu.Unlock()
			if what != "" {
				r.out.Stream("stderr", what+" …\n")
			}
		case <-r.ctx.Done():
			return nil, interrupted(r)
		}
	}
}

func noWorker(err error) *engine.CellError {
	return &engine.CellError{Name: "WorkerDied", Value: "no worker could be started: " + firstLine(err.Error()), Traceback: strings.Split("WorkerDied: no worker could be started: "+err.Error(), "\n")}
}

// patience is how long an interrupted worker may take to answer before it is
// replaced. It gives a cell up by itself well before a second is over; one that
// says nothing for so long hangs, or the machine does.
const patience = 3 * time.Second

// ask sends the worker a request of the running cell's, passes an interrupt on,
// and tells of its death.
func (s *Session) ask(r *run, kind link.Kind, body, answer any) *engine.CellError {
	p, e := s.await(r)
	if e != nil {
		return e
	}
	wait, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := context.AfterFunc(r.ctx, func() {
		_ = p.conn.Send(link.Interrupt, 0, r.id, nil) // a dead worker is seen by call
		time.AfterFunc(patience, cancel)
	})
	defer stop()
	err := p.call(wait, kind, r.id, body, answer)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return s.replace(r)
	case errors.Is(err, errDied):
		s.mu.Lock()
		c := s.checked
		s.mu.Unlock()
		if c != nil {
			s.front.Commit(c, []string{}) // so that the error can speak of its lines
		}
		e := withLoss(s.died(p, r.name), s.lose(p))
		go func() { _, _ = s.worker() }() // the next cell reports the error
		return e
	}
	return fault(err)
}

// fault is an error of the kernel's own making.
func fault(err error) *engine.CellError {
	return &engine.CellError{Name: "KernelError", Value: firstLine(err.Error()), Traceback: append(strings.Split(err.Error(), "\n"), "This is a fault of the kernel, not of the cell.")}
}

// interrupted is the error of an interrupted cell.
func interrupted(r *run) *engine.CellError {
	text := r.name + " was interrupted"
	return &engine.CellError{Name: "Interrupt", Value: text, Traceback: []string{"Interrupt: " + text}}
}

// replace ends a worker that cannot be interrupted, and says what went with it.
func (s *Session) replace(r *run) *engine.CellError {
	s.mu.Lock()
	p := s.proc
	s.mu.Unlock()
	var lost []string
	if p != nil {
		lost = s.lose(p)
		p.kill()
	}
	go func() { _, _ = s.worker() }() // the next cell reports the error
	e := interrupted(r)
	text := "it could not be stopped, so the worker was replaced; " + lostText(lost)
	e.Value += "; " + text
	e.Traceback = append(e.Traceback, text)
	return e
}

// event passes on what a worker says on its own.
func (s *Session) event(p *process, m link.Message) {
	s.mu.Lock()
	r, front := s.runs[m.Cell], s.fronts[m.Cell]
	s.mu.Unlock()
	if front != nil {
		var b engine.CommMessage
		if m.Kind == link.Comm && m.Decode(&b) == nil {
			front.Comm(b)
		}
		return
	}
	if r == nil {
		if r = p.newest(); r == nil {
			return
		}
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
	case link.Stream:
		var b link.StreamBody
		if m.Decode(&b) == nil {
			r.out.Stream(b.Name, b.Text)
		}
	case link.Late:
		var b link.Failure
		if m.Decode(&b) == nil {
			r.out.Stream("stderr", strings.Join(s.failure(r, &b).Traceback, "\n")+"\n")
		}
	case link.Clear:
		var b link.ClearBody
		if m.Decode(&b) == nil {
			r.out.Clear(b.Wait)
		}
	case link.Comm:
		var b engine.CommMessage
		if m.Decode(&b) == nil {
			if bytes.Contains(b.Data, []byte("cell_")) { // perhaps a stack that a widget shows
				b.Data = json.RawMessage(s.relabel(string(b.Data)))
			}
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
		reply.Refused = true
	} else if text, err := r.out.Input(r.ctx, b.Prompt, b.Password); err != nil {
		reply.Error = err.Error()
	} else {
		reply.Text = text
	}
	_ = p.conn.Send(link.InputReply, id, r.id, reply) // a dead worker asks no more
}

// quick bounds what a person waits for while typing.
func quick(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 900*time.Millisecond)
}

// live is the worker where there is one already.
func (s *Session) live() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proc
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
	s.lastFront--
	id := s.lastFront
	s.fronts[id] = out
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.fronts, id)
		s.mu.Unlock()
	}()
	var reply link.FromFrontReply
	if p := s.live(); p != nil {
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
	if p := s.live(); p != nil {
		_ = p.call(ctx, link.Comms, 0, nil, &open) // none where the worker does not answer
	}
	return open
}

// Reset forgets every variable.
func (s *Session) Reset() error {
	s.mu.Lock()
	p := s.proc
	s.declared = nil
	s.mu.Unlock()
	if p != nil {
		s.lose(p)
		p.stop()
	}
	_, err := s.worker()
	return err
}

// Close ends the worker and what the session has made.
func (s *Session) Close() error {
	s.mu.Lock()
	s.shut = true
	p := s.proc
	s.proc = nil
	s.mu.Unlock()
	s.close()
	if p != nil {
		p.stop()
	}
	if s.compiles() {
		return s.compiler.Close()
	}
	return nil
}
