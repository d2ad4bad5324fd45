package worker

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
)

// sink is what one run shows, on its way to the supervisor.
type sink struct {
	w    *worker
	cell int
	ctx  context.Context // ends when the run is interrupted
}

var _ display.Sink = (*sink)(nil)

// say tells the supervisor. Where that is gone the process is about to end.
func (s *sink) say(kind link.Kind, body any) { _ = s.w.conn.Send(kind, 0, s.cell, body) }

func (s *sink) Stream(name, text string) {
	f := os.Stdout
	if name == "stderr" {
		f = os.Stderr
	}
	_, _ = f.WriteString(text) // a closed stream shows nothing
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
		if r.Error != "" {
			return "", errors.New(r.Error)
		}
		return r.Text, nil
	case <-s.ctx.Done():
		return "", s.ctx.Err()
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// current is the sink of the run that goes on, or of the last one.
type current struct {
	mu sync.Mutex
	s  *sink
}

func (c *current) set(s *sink) {
	c.mu.Lock()
	c.s = s
	c.mu.Unlock()
}

func (c *current) get() display.Sink {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.s == nil {
		return nil
	}
	return c.s
}
