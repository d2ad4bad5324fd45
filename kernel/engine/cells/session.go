package cells

import (
	"context"
	"errors"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Session is the type state of one notebook. Its methods may be called from any
// goroutine.
type Session struct {
	pkgs Packages
	docs docs

	mu       sync.Mutex
	fset     *token.FileSet
	pkg      *types.Package // of all cells, to the type checker
	importer types.Importer
	ctx      *types.Var // what ctx means where the notebook has none
	now      *state
	labels   map[string]label // by file name in positions
	made     token.Pos        // where the rewriter's own code is said to be
}

// label is what stands for a file name: the newest cell with that code.
type label struct {
	cell int
	code string
}

// New starts a notebook that finds packages in pkgs.
func New(pkgs Packages) *Session {
	s := &Session{pkgs: pkgs, docs: docs{pkgs: pkgs}}
	s.reset()
	return s
}

func (s *Session) reset() {
	s.fset = token.NewFileSet()
	s.pkg = types.NewPackage("lislab.cell", "main")
	s.importer = importer.ForCompiler(s.fset, "gc", func(path string) (io.ReadCloser, error) { return s.pkgs.Export(path) })
	s.ctx = nil
	s.labels = map[string]label{}
	made := s.fset.AddFile("lislab.go", -1, 2)
	made.AddLine(1)
	s.made = token.Pos(made.Base())
	s.now = newState()
}

// Reset forgets everything the notebook has defined, and reads packages anew: it
// is called where the worker was replaced.
func (s *Session) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reset()
}

// Check reads and type-checks a cell against what was committed; n is its
// number. A cell that is wrong gives Errors, one that imports what cannot be
// had too. Nothing changes until Commit.
func (s *Session) Check(ctx context.Context, n int, code string) (*Cell, error) {
	return s.CheckAfter(ctx, nil, n, code)
}

// CheckAfter is Check for a cell in a queue: it sees what prev, itself checked
// but not yet run, would leave. With prev nil it is Check.
func (s *Session) CheckAfter(ctx context.Context, prev *Cell, n int, code string) (*Cell, error) {
	s.mu.Lock()
	fset := s.fset
	s.mu.Unlock()
	src, err := split(fset, n, code)
	if err != nil {
		return nil, err
	}
	imports, errs := readImports(src)
	if len(errs) > 0 {
		return nil, errs
	}
	note, err := s.need(ctx, src, imports)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fset != fset {
		return nil, errors.New("cells: the session was reset while a cell was read")
	}
	c := &check{s: s, src: src, imports: imports, from: s.now, dropped: map[*unit]bool{}, cell: &Cell{N: n, Code: code}}
	if prev != nil {
		c.from = prev.after
	}
	c.before = c.from
	if note != "" {
		c.cell.Notes = append(c.cell.Notes, note)
	}
	if len(src.imports)+len(src.decls)+len(src.stmts) == 0 {
		c.cell.after = c.from
		return c.cell, nil
	}
	if err := c.run(); err != nil {
		return nil, err
	}
	s.labels[src.name] = label{n, code}
	return c.cell, nil
}

// need makes a cell's imports importable. It runs without the lock, because it
// may take long.
func (s *Session) need(ctx context.Context, src *source, imports []importSpec) (note string, err error) {
	paths := []string{"context", rtPath}
	for _, imp := range imports {
		if !slices.Contains(paths, imp.path) {
			paths = append(paths, imp.path)
		}
	}
	note, err = s.pkgs.Need(ctx, paths)
	if err != nil {
		var bad *ImportError
		if errors.As(err, &bad) {
			for _, imp := range imports {
				if imp.path == bad.Path {
					e := src.errorAt(src.offset(imp.spec.Path.Pos()), "could not import "+imp.path)
					e.Hint = bad.Err.Error()
					return "", Errors{e}
				}
			}
		}
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx == nil {
		p, err := s.importer.Import("context")
		if err != nil {
			return "", err
		}
		s.ctx = types.NewVar(token.NoPos, s.pkg, "ctx", p.Scope().Lookup("Context").Type())
	}
	return note, nil
}

// Commit makes what c defined known to later cells. reached holds the keys of
// the variables that the cell's run really defined (rt.Moved tells); the others
// keep what they meant before. A nil reached means all of them.
func (s *Session) Commit(c *Cell, reached []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := c.after
	if reached != nil {
		next = next.clone()
		for _, d := range c.Defines {
			if d.Kind != VarName || slices.Contains(reached, d.Key) {
				continue
			}
			if old := s.now.names[d.Name]; old != nil {
				next.names[d.Name] = old
			} else {
				delete(next.names, d.Name)
			}
		}
	}
	s.now = next
}

// Symbols lists what the notebook has defined, by name. Imports into the
// notebook's own names are left out.
func (s *Session) Symbols() []Symbol {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &check{s: s}
	var all []Symbol
	for _, name := range sorted(s.now.names) {
		if d := s.now.names[name]; !d.dot {
			all = append(all, c.symbol(d))
		}
	}
	return all
}

// typeString writes a type as a notebook would: its own types by name, others
// with their package's name.
func (s *Session) typeString(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == s.pkg {
			return ""
		}
		return p.Name()
	})
}

// cellFile matches the file names and package paths of compiled cells.
var (
	cellFile    = regexp.MustCompile(`(?:[^\s:()]*/)?(cell_[0-9a-f]{12})(?::(\d+))?`)
	cellPackage = regexp.MustCompile(`lislab\.cell/h[0-9a-f]{20}\.`)
)

// Relabel makes a text that speaks of compiled code (a stack trace, the message
// of a panic) speak of the notebook: cell[3]:7 instead of file names, and names
// as the notebook wrote them.
func (s *Session) Relabel(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text = cellFile.ReplaceAllStringFunc(text, func(m string) string {
		parts := cellFile.FindStringSubmatch(m)
		l, ok := s.labels[parts[1]]
		if !ok {
			return m
		}
		at := "cell[" + strconv.Itoa(l.cell) + "]"
		if parts[2] != "" {
			at += ":" + parts[2]
		}
		return at
	})
	return Plain(cellPackage.ReplaceAllString(text, "main."))
}

// Line is a line of the code, from 1, that stands behind a file name in
// positions; "" where there is none.
func (s *Session) Line(file string, line int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return lineOf(s.labels[file].code, line)
}

// lineOf is a line of code, from 1; "" where there is none.
func lineOf(code string, line int) string {
	lines := strings.Split(code, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return lines[line-1]
}
