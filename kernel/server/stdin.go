package server

import (
	"context"
	"sync"

	"github.com/lislab/lislab/kernel/wire"
)

// asker asks the person at a cell for a line over stdin, one question at a time.
type asker struct {
	server *Server
	turn   chan struct{} // holds a token while nobody asks

	mu      sync.Mutex
	asked   string      // the id of the open input_request, empty for none
	answers chan string // takes its answer
}

func newAsker(s *Server) *asker {
	a := &asker{server: s, turn: make(chan struct{}, 1)}
	a.turn <- struct{}{}
	return a
}

// input asks the front end that sent req and waits for its answer.
func (a *asker) input(ctx context.Context, req *wire.Message, prompt string, password bool) (string, error) {
	select {
	case <-a.turn:
		defer func() { a.turn <- struct{}{} }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	m := a.server.session.Message(req, &wire.InputRequest{Prompt: prompt, Password: password})
	answers := make(chan string, 1)
	a.mu.Lock()
	a.asked, a.answers = m.Header.ID, answers
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.asked = ""
		a.mu.Unlock()
	}()
	a.server.pub.flush() // what the person should read before answering
	if err := a.server.send(wire.Stdin, m); err != nil {
		return "", err
	}
	select {
	case line := <-answers:
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// answer takes an input_reply. One that nobody waits for, or that says it
// answers an earlier question, is dropped.
func (a *asker) answer(m *wire.Message, r *wire.InputReply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.asked == "" || m.Parent != nil && m.Parent.ID != a.asked {
		return
	}
	a.asked = ""
	a.answers <- r.Value
}
