package session

import (
	"context"

	"github.com/lislab/lislab/kernel/engine/cells"
	"github.com/lislab/lislab/kernel/magic"
)

// Upcoming compiles queued cells ahead, each checked against what the cells
// before it will leave.
func (s *Session) Upcoming(code []string) {
	s.mu.Lock()
	if s.stopAhead != nil {
		s.stopAhead()
		s.stopAhead = nil
	}
	if len(code) == 0 || s.shut {
		s.mu.Unlock()
		return
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.stopAhead = cancel
	s.mu.Unlock()
	go s.ahead(ctx, code)
}

func (s *Session) ahead(ctx context.Context, code []string) {
	if !s.compiles() {
		return
	}
	s.mu.Lock()
	prev, n := s.checked, 0
	if s.current != nil {
		n = s.current.req.Count
	}
	s.mu.Unlock()
	for _, text := range code {
		n++
		for _, part := range magic.Split(text) {
			code, ok := goCode(part)
			if !ok {
				continue
			}
			c, err := s.front.CheckAfter(ctx, prev, n, code)
			if err != nil || ctx.Err() != nil {
				return // the cell itself reports it, if it comes to that
			}
			prev = c
			if c.Class != cells.Compiled && c.Class != cells.Declares {
				continue
			}
			select {
			case <-s.build(c).done: // one at a time: the running cell wants the other cores
			case <-ctx.Done():
				return
			}
		}
	}
}
