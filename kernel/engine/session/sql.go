package session

import (
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lislab/lislab/internal/sqltext"
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/cells"
	"github.com/lislab/lislab/kernel/engine/link"
	"github.com/lislab/lislab/kernel/magic"
)

// sqlImport is the package whose Query an SQL cell calls.
const sqlImport = "github.com/lislab/lislab/datasets/sqldb"

// sqlCell is a %%sql cell as Go. The query is a constant; the Go variables that
// it mentions as $name are handed beside it, to be bound and not pasted.
type sqlCell struct {
	name  string // the variable for the frame; "" for none
	query string // after as many empty lines as stand before it in the cell
	from  []sqltext.Parameter
}

// newSQLCell reads the cell.
func newSQLCell(part magic.Part) (*sqlCell, *engine.CellError) {
	c := &sqlCell{name: part.Args, query: strings.Repeat("\n", part.Line+1) + part.Body}
	switch {
	case c.name != "" && (!token.IsIdentifier(c.name) || c.name == "_"):
		return nil, usage("%%%%sql takes the name of a variable for the frame, or nothing; %q is none", c.name)
	case strings.TrimSpace(part.Body) == "":
		return nil, usage("%%%%sql needs a query below it")
	}
	c.from = sqltext.Parameters(c.query)
	return c, nil
}

// code is the Go of the cell. Each $name stands on a line of its own, so that an
// error tells which it is about: the first on line sqlFirst.
func (c *sqlCell) code() string {
	var b strings.Builder
	fmt.Fprintf(&b, "import %q\n", sqlImport)
	if c.name != "" {
		b.WriteString(c.name + " := ")
	}
	fmt.Fprintf(&b, "sqldb.Must(sqldb.Query(ctx, %s", strconv.Quote(c.query))
	if len(c.from) > 0 {
		b.WriteString(", sqldb.Args{")
		for _, p := range c.from {
			fmt.Fprintf(&b, "%q:\n%s, ", p.Name, p.Name)
		}
		b.WriteString("}")
	}
	b.WriteString("))\n" + c.name)
	return b.String()
}

const (
	sqlFirst   = 3
	queryError = "*lis.InputError" // what Query's own errors are
)

// sql runs a %%sql cell.
func (s *Session) sql(r *run, part magic.Part, show bool) *engine.CellError {
	if !s.compiles() {
		return usage("%%%%sql needs the Go toolchain: %v", s.why)
	}
	c, e := newSQLCell(part)
	if e != nil {
		return e
	}
	reply, e := s.compiled(r, c.code(), 0, how{show: show, place: c.place(r.req.Count)})
	if f := reply.Failure; e != nil && f != nil && f.Kind == link.Panicked && f.Type == queryError {
		return c.refused(r.req.Count, f)
	}
	return e
}

// place says what an error in the Go of the cell means in its SQL.
func (c *sqlCell) place(n int) func(cells.Errors) cells.Errors {
	return func(list cells.Errors) cells.Errors {
		var out cells.Errors
		for _, e := range list {
			off, msg, hint := len(c.query)-len(strings.TrimLeft(c.query, "\n")), e.Msg, e.Hint
			if k := e.Line - sqlFirst; k >= 0 && k < len(c.from) {
				off = c.from[k].Offset
				if strings.HasPrefix(msg, "undefined: ") {
					hint = "$" + c.from[k].Name + " in an SQL cell stands for the Go variable of that name"
				}
			}
			at := cells.ErrorAt(n, c.query, off, msg)
			at.Hint = hint
			out = append(out, at)
		}
		return out
	}
}

// refused is the error of a query that the database refuses, at its place where
// the database tells it.
func (c *sqlCell) refused(n int, f *link.Failure) *engine.CellError {
	text := strings.TrimPrefix(f.Text, "usage: ")
	what, off, ok := c.locate(text)
	if !ok {
		return &engine.CellError{Name: f.Type, Value: firstLine(text), Traceback: strings.Split(f.Type+": "+text, "\n")}
	}
	at := cells.ErrorAt(n, c.query, off, firstLine(what))
	lines := at.Lines()
	if _, rest, more := strings.Cut(what, "\n"); more {
		lines = append(lines, strings.Split(rest, "\n")...)
	}
	return &engine.CellError{Name: f.Type, Value: at.Error(), Traceback: lines}
}

// sqlPlace is how DuckDB shows where an error is: a line, perhaps cut on the left
// and on the right, and a caret below the place.
var sqlPlace = regexp.MustCompile(`\n+(LINE (\d+): )(\.\.\.)?(.*)\n( *)\^`)

// locate finds the place that DuckDB's error speaks of. DuckDB counts characters
// from the start of the whole text and lines from that of the statement, and so
// shows another place than it means in all statements but the first: the offset
// is computed back from what it shows.
func (c *sqlCell) locate(text string) (what string, off int, ok bool) {
	m := sqlPlace.FindStringSubmatchIndex(text)
	if m == nil {
		return text, 0, false
	}
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return text[m[2*i]:m[2*i+1]]
	}
	what = strings.TrimSpace(text[:m[0]] + text[m[1]:])
	line, err := strconv.Atoi(group(2))
	excerpt := strings.TrimSuffix(group(4), "...")
	before := underCaret(excerpt, len(group(5))-len(group(1))-len(group(3)))
	if err != nil || before < 0 {
		return what, 0, false
	}
	starts := sqltext.Statements(c.query)
	for k, start := range starts {
		statement := c.query[start:]
		lines := strings.SplitAfter(statement, "\n")
		if line < 1 || line > len(lines) {
			continue
		}
		at := strings.Index(strings.ReplaceAll(lines[line-1], "\t", " "), strings.ReplaceAll(excerpt, "\t", " "))
		if at < 0 {
			continue
		}
		off = len(strings.Join(lines[:line-1], "")) + at + before
		if end := append(starts, len(c.query)+1)[k+1]; off >= start && off < end {
			return what, off, true
		}
	}
	return what, 0, false
}

// underCaret is the offset of what stands above a caret in DuckDB's column, -1
// for none. Tabs are not counted.
func underCaret(text string, column int) int {
	for off, r := range text {
		switch {
		case r == '\t':
		case column == 0:
			return off
		default:
			column--
		}
	}
	if column == 0 {
		return len(text)
	}
	return -1
}

// completeSQL completes the name of a Go variable behind a $ in an SQL cell.
func (s *Session) completeSQL(code string, cursor int) (engine.Completion, bool) {
	parts := magic.Split(code)
	if parts[0].Kind != magic.Cell || parts[0].Name != "sql" {
		return engine.Completion{}, false
	}
	runes := []rune(code)
	cursor = min(max(cursor, 0), len(runes))
	nothing := engine.Completion{Start: cursor, End: cursor}
	before := string(runes[:cursor])
	dollar := strings.LastIndexByte(before, '$')
	if dollar < 0 || before[dollar+1:] != "" && !token.IsIdentifier(before[dollar+1:]) {
		return nothing, true
	}
	word := before[dollar+1:]
	nothing.Start = cursor - len([]rune(word))
	s.mu.Lock()
	vars := slices.Clone(s.vars)
	s.mu.Unlock()
	for _, v := range vars {
		if strings.HasPrefix(v.Name, word) {
			nothing.Items = append(nothing.Items, engine.CompletionItem{Text: v.Name, Type: "variable", Signature: v.Name + " " + v.Type})
		}
	}
	return nothing, true
}
