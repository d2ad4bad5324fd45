package session

import (
	"context"
	"errors"
	"slices"

	"github.com/lislab/lislab/kernel/engine/cells"
)

// declaration is what a cell declared besides variables.
type declaration struct {
	n    int // the cell's number
	code string
}

// declare remembers the cell's declarations. s.mu is held.
func (s *Session) declare(c *cells.Cell) {
	code := cells.Declarations(c.Code)
	if code == "" {
		return
	}
	s.declared = slices.DeleteFunc(s.declared, func(d declaration) bool { return d.code == code })
	s.declared = append(s.declared, declaration{c.N, code})
}

// declareAgain gives a new worker the declarations of the one before, and says
// which it cannot have: they mention variables that are lost, or one another.
func (s *Session) declareAgain(all []declaration) (lost []string) {
	for _, d := range all {
		for code := d.code; code != ""; {
			c, err := s.front.Check(context.Background(), d.n, code)
			if err == nil {
				s.commit(c, nil)
				s.mu.Lock()
				s.pending = append(s.pending, c)
				s.mu.Unlock()
				s.build(c)
				break
			}
			var list cells.Errors
			if !errors.As(err, &list) {
				break
			}
			rest, names := cells.Without(code, list[0].Line)
			if rest == code {
				break
			}
			code = rest
			lost = append(lost, names...)
		}
	}
	return lost
}
