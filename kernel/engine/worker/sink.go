package worker

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
)

// sink is what one run shows, on its way to the supervisor.
type sink struct {
	w       *worker
	cell    int
	ctx     context.Context // ends when the run does
	dropped atomic.Bool     // the run was abandoned: it shows nothing any more

	once [2]sync.Once
	late [2]*os.File // standard output and error once another run has begun
}

var _ display.Sink = (*sink)(nil)

// drop keeps what the run still has to say from the notebook.
func (s *sink) drop() { s.dropped.Store(true) }

// say tells the supervisor. Where that is gone the process is about to end.
func (s *sink) say(kind link.Kind, body any) {
	if !s.dropped.Load() {
		_ = s.w.conn.Send(kind, 0, s.cell, body)
	}
}

func (s *sink) Stream(name, text string) {
	_, _ = s.file(name == "stderr").WriteString(text) // a closed stream shows nothing
}

func (s *sink) Result(b engine.Bundle) { s.say(link.Result, b) }

func (s *sink) Display(b engine.Bundle, update bool) {
	s.say(link.Display, link.DisplayBody{Bundle: b, Update: update})
}

func (s *sink) Clear(wait bool) { s.say(link.Clear, link.ClearBody{Wait: wait}) }

func (s *sink) Comm(m engine.CommMessage) { s.say(link.Comm, m) }

// Input asks the person by way of the supervisor.
func (s *sink) Input(ctx context.Context, prompt string, password bool) (string, error) {
	ch := make(chan link.InputReplyBody, 1)
	s.w.mu.Lock()
	s.w.nextID++
	id := s.w.nextID
	s.w.inputs[id] = ch
	s.w.mu.Unlock()
	defer func() {
		s.w.mu.Lock()
		delete(s.w.inputs, id)
		s.w.mu.Unlock()
	}()
	if err := s.w.conn.Send(link.Input, id, s.cell, link.InputBody{Prompt: prompt, Password: password}); err != nil {
		return "", err
	}
	select {
	case r := <-ch:
		switch {
		case r.Refused:
			return "", display.ErrNoInput
		case r.Error != "":
			return "", errors.New(r.Error)
		}
		return r.Text, nil
	case <-s.ctx.Done():
		return "", s.ctx.Err()
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// askLine asks for a line of standard input. Where nobody can answer it says so
// in the cell as well: few look at the error of fmt.Scan.
func (w *worker) askLine() (string, error) {
	s := w.current()
	if s == nil {
		return "", display.ErrNoInput
	}
	text, err := s.Input(context.Background(), "", false)
	if errors.Is(err, display.ErrNoInput) {
		s.Stream("stderr", "standard input: this front end takes no input, so there is nothing to read\n")
	}
	return text, err
}

// file is where the run's prints go now: the process's own stream while the run
// is the newest; after that a pipe of its own, so that a goroutine which goes on
// writes below the cell that started it; and nowhere once it is abandoned.
func (s *sink) file(stderr bool) *os.File {
	i, name, own := 0, "stdout", s.w.out
	if stderr {
		i, name, own = 1, "stderr", s.w.err
	}
	if s.dropped.Load() {
		return devNull()
	}
	s.w.mu.Lock()
	newest := s.w.last == s
	s.w.mu.Unlock()
	if newest {
		return own
	}
	s.once[i].Do(func() {
		r, w, err := os.Pipe()
		if err != nil {
			s.late[i] = own // no more files: shown below the newest cell
			return
		}
		s.late[i] = w
		go s.forward(r, name)
	})
	return s.late[i]
}

// forward sends what a run writes late. The pipe is open as long as the process
// lives, since any goroutine may hold its other end.
func (s *sink) forward(r *os.File, name string) {
	copyStream(r, func(text string) { s.say(link.Stream, link.StreamBody{Name: name, Text: text}) })
}

// copyStream hands on what is read from r, until that ends.
func copyStream(r *os.File, to func(text string)) {
	buf := make([]byte, 1<<14)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			to(string(buf[:n]))
		}
		if err != nil {
			return
		}
	}
}
