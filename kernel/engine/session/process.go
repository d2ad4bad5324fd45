package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lislab/lislab/kernel/engine/link"
	"github.com/lislab/lislab/kernel/engine/tap"
)

// errDied is the answer to a request whose worker ended before it answered.
var errDied = errors.New("session: the worker ended")

// process is one worker: a child process, its streams and its link.
type process struct {
	cmd    *exec.Cmd
	conn   *link.Conn
	sock   *os.File
	events func(link.Message) // called in the order of arrival

	out, err *tap.Tap
	crash    *crashText

	mu    sync.Mutex
	calls map[uint64]chan link.Message
	next  uint64
	cur   *run // whom output is for; the last run, once it has ended

	dead chan struct{} // closed when the process has ended and its output is read
	// How it ended, and what the Go runtime had to say of it; "" where nothing.
	state  *os.ProcessState
	report string
}

// start runs argv as a worker.
func start(argv []string, dir string, env []string, events func(*process, link.Message)) (*process, error) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, fmt.Errorf("session: socket pair: %w", err)
	}
	for _, fd := range pair {
		syscall.CloseOnExec(fd)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "link"), os.NewFile(uintptr(pair[1]), "link")
	p := &process{sock: ours, conn: link.NewConn(ours), calls: map[uint64]chan link.Message{}, dead: make(chan struct{})}
	p.events = func(m link.Message) { events(p, m) }
	var closeLater []*os.File
	fail := func(err error) (*process, error) {
		_ = ours.Close()
		_ = theirs.Close()
		for _, f := range closeLater {
			_ = f.Close()
		}
		return nil, err
	}
	pipe := func() (r, w *os.File, err error) {
		if r, w, err = os.Pipe(); err == nil {
			closeLater = append(closeLater, r, w)
		}
		return r, w, err
	}
	outR, outW, err := pipe()
	if err != nil {
		return fail(err)
	}
	errR, errW, err := pipe()
	if err != nil {
		return fail(err)
	}
	crashR, crashW, err := pipe()
	if err != nil {
		return fail(err)
	}
	p.crash = newCrashText(crashR)
	if p.out, err = tap.New(outR, func(s string) { p.show("stdout", s) }); err != nil {
		return fail(err)
	}
	held := newHold(func(s string) { p.show("stderr", s) })
	if p.err, err = tap.New(errR, held.add); err != nil {
		return fail(err)
	}
	p.err.After(p.out)

	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Dir, p.cmd.Env = dir, env
	p.cmd.Stdout, p.cmd.Stderr = outW, errW
	p.cmd.ExtraFiles = []*os.File{theirs, crashW} // worker.LinkFD, worker.CrashFD
	// A group of its own: a terminal's Ctrl-C is for the kernel to pass on.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return fail(fmt.Errorf("session: worker %s: %w", argv[0], err))
	}
	for _, f := range []*os.File{theirs, outW, errW, crashW} {
		_ = f.Close()
	}
	go p.out.Loop()
	go p.err.Loop()
	go p.receive()
	go p.wait(held)
	return p, nil
}

// show passes output on to the run it belongs to.
func (p *process) show(name, text string) {
	if r := p.newest(); r != nil {
		r.out.Stream(name, text)
	}
}

// begin makes r the run that output belongs to, now that all output of the one
// before is read.
func (p *process) begin(r *run) {
	p.drain()
	p.mu.Lock()
	p.cur = r
	p.mu.Unlock()
}

// newest is the run that output belongs to; nil before the first.
func (p *process) newest() *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cur
}

// drain passes on everything that was written before the call.
func (p *process) drain() {
	p.out.Drain()
	p.err.Drain()
}

// receive hands on what the worker says, its output before it.
func (p *process) receive() {
	for {
		m, err := p.conn.Receive()
		if err != nil {
			return
		}
		p.drain()
		if m.Kind == link.Done {
			p.mu.Lock()
			ch := p.calls[m.ID]
			delete(p.calls, m.ID)
			p.mu.Unlock()
			if ch != nil {
				ch <- m
			}
			continue
		}
		p.events(m)
	}
}

// wait sees the process end.
func (p *process) wait(held *hold) {
	_ = p.cmd.Wait() // how it ended is in ProcessState
	p.kill()         // what it started and left behind
	p.out.Finish()
	p.err.Finish()
	// The runtime's report is shown as the cell's error, not as its output.
	if p.report = held.take(); p.report == "" {
		p.report = p.crash.finish()
	} else if p.crash.finish() == "" {
		p.show("stderr", p.report) // somebody else has written it
		p.report = ""
	}
	p.state = p.cmd.ProcessState
	close(p.dead)
	_ = p.sock.Close()
}

// call asks the worker and waits for the answer, or for ctx to end.
func (p *process) call(ctx context.Context, kind link.Kind, cell int, body, answer any) error {
	ch := make(chan link.Message, 1)
	p.mu.Lock()
	p.next++
	id := p.next
	p.calls[id] = ch
	p.mu.Unlock()
	forget := func() {
		p.mu.Lock()
		delete(p.calls, id)
		p.mu.Unlock()
	}
	if err := p.conn.Send(kind, id, cell, body); err != nil {
		forget()
		<-p.dead
		return errDied
	}
	select {
	case m := <-ch:
		if answer == nil {
			return nil
		}
		return m.Decode(answer)
	case <-p.dead:
		select { // it may have answered and then ended
		case m := <-ch:
			if answer == nil {
				return nil
			}
			return m.Decode(answer)
		default:
		}
		forget()
		return errDied
	case <-ctx.Done():
		forget()
		return ctx.Err()
	}
}

// kill ends the worker and what it started.
func (p *process) kill() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }

// stop asks the worker to end, and then makes it.
func (p *process) stop() {
	_ = syscall.Shutdown(int(p.sock.Fd()), syscall.SHUT_RDWR)
	select {
	case <-p.dead:
	case <-time.After(500 * time.Millisecond):
		p.kill()
		<-p.dead
	}
}

// end is how the worker ended.
func (p *process) end() string {
	if p.report != "" {
		return firstLine(p.report)
	}
	return "the process ended with " + p.state.String()
}

// lostText says which variables went with a worker.
func lostText(names []string) string {
	const most = 20
	switch {
	case len(names) == 0:
		return "no variable was lost"
	case len(names) > most:
		return fmt.Sprintf("lost: %s and %d more variables", strings.Join(names[:most], ", "), len(names)-most)
	}
	return "lost: " + strings.Join(names, ", ")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// crashText collects what the Go runtime says when the process crashes.
type crashText struct {
	text string
	done chan struct{}
}

// crashLimit bounds the text of a crash: beyond stand other goroutines.
const crashLimit = 1 << 16

func newCrashText(r *os.File) *crashText {
	c := &crashText{done: make(chan struct{})}
	go func() {
		defer close(c.done)
		defer r.Close()
		raw, _ := io.ReadAll(io.LimitReader(r, crashLimit)) // a short text is as good as it gets
		c.text = string(raw)
		_, _ = io.Copy(io.Discard, r)
	}()
	return c
}

// finish is the whole text, once the process has ended.
func (c *crashText) finish() string {
	select {
	case <-c.done:
		return c.text
	case <-time.After(time.Second): // a grandchild holds the pipe
		return ""
	}
}
