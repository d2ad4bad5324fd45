package cells

import (
	"go/scanner"
	"go/token"
	"slices"
	"strings"

	"github.com/lislab/lislab/kernel/engine"
)

// IsComplete says whether a console may send the code: it is complete where it
// parses, invalid where no further line could make it Go (so that sending it
// shows the error), and incomplete otherwise. Indent is what gofmt would give
// the next line: a tab for every line that leaves a bracket open, and one where
// the last token wants more of its own line.
func IsComplete(code string) engine.Completeness {
	invalid := engine.Completeness{Status: "invalid"}
	t := scanTail(code)
	if t.bad {
		return invalid
	}
	if t.unclosed != "" { // a raw string or a comment: what is before it counts
		if !strings.HasSuffix(code, "*") && IsComplete(code+t.unclosed).Status == "invalid" {
			return invalid
		}
		return engine.Completeness{Status: "incomplete"}
	}
	_, err := split(token.NewFileSet(), 0, code)
	switch {
	case err == nil && t.last != token.COLON: // which ends a label, and that is for a statement
		return engine.Completeness{Status: "complete"}
	case err != nil && !viable(code, t):
		return invalid
	}
	indent := len(t.opened)
	if wantsMore(t.last) && !t.opened[t.line] && (indent == 0 || t.last != token.COMMA) {
		indent++
	}
	return engine.Completeness{Status: "incomplete", Indent: strings.Repeat("\t", indent)}
}

// tail is how a text ends, as far as tokens tell.
type tail struct {
	bad      bool         // what no line below could mend: a bracket too many, a string left open
	unclosed string       // what closes the raw string or the comment that is open
	last     token.Token  // the last token but implied semicolons; SEMICOLON where there is none
	line     int          // where that is
	end      int          // the byte offset behind it
	opened   map[int]bool // the lines that opened a bracket which is still open
	ends     bool         // a line's end here would end a statement
}

func scanTail(code string) tail {
	t := tail{last: token.SEMICOLON, opened: map[int]bool{}}
	file := token.NewFileSet().AddFile("", -1, len(code))
	var sc scanner.Scanner
	sc.Init(file, []byte(code), func(_ token.Position, msg string) {
		switch {
		case strings.HasPrefix(msg, "raw string literal not terminated"):
			t.unclosed = "`"
		case strings.HasPrefix(msg, "comment not terminated"):
			t.unclosed = "*/"
		default:
			t.bad = true
		}
	}, 0)
	var open []int // the lines of the brackets that are open
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			break
		}
		if t.ends = tok == token.SEMICOLON && lit != ";"; t.ends {
			continue
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open = append(open, file.Line(pos))
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) == 0 {
				t.bad = true
				return t
			}
			open = open[:len(open)-1]
		}
		if lit == "" || tok == token.SEMICOLON {
			lit = tok.String()
		}
		t.last, t.line, t.end = tok, file.Line(pos), file.Offset(pos)+len(lit)
	}
	for _, line := range open {
		t.opened[line] = true
	}
	return t
}

// viable says of code that does not parse whether more lines could make it do
// so: whether nothing is wrong with it but that it ends.
func viable(code string, t tail) bool {
	if !beginsWell(code, t) {
		return false
	}
	if len(t.opened) > 0 || !t.ends {
		return true
	}
	// The line's end ends a statement that is none yet. Only a header in parts,
	// as those of "if x := f()" and "for i := 0", goes on below.
	return slices.ContainsFunc([]string{"\n_ {\n}", "\n_\n_ {\n}"}, func(rest string) bool {
		_, err := split(token.NewFileSet(), 0, code+rest)
		return err == nil
	})
}

// beginsWell says whether whatever is wrong with code is at its end.
func beginsWell(code string, t tail) bool {
	src := &source{code: code, fset: token.NewFileSet(), offsets: map[*token.File]int{}}
	chunks, err := src.chunks()
	if err != nil || len(chunks) == 0 {
		return false
	}
	last := &chunks[len(chunks)-1]
	kinds := []part{last.part}
	if strings.HasPrefix(code[last.first:], "func") { // which kind, its name may have to tell
		kinds = []part{partDecl, partStmt}
	}
	end := src.errorAt(min(t.end, len(code)), "")
	return slices.ContainsFunc(kinds, func(kind part) bool {
		last.part = kind
		for _, p := range []part{partPackage, partImport, partDecl, partStmt} {
			prefix, suffix := declPrefix, ""
			switch {
			case p == partPackage:
				prefix = ""
			case p == partStmt && kind == partStmt:
				prefix = stmtPrefix
			case p == partStmt:
				prefix, suffix = stmtPrefix, stmtSuffix
			}
			if !slices.ContainsFunc(chunks, func(c chunk) bool { return c.part == p }) {
				continue
			}
			_, errs := src.parse(chunks, p, prefix, suffix)
			if p != kind && len(errs) > 0 {
				return false
			}
			for _, e := range errs {
				if t.last == token.COMMA && strings.HasSuffix(e.Msg, "expected 1 expression") {
					continue // "a, b," may go on as "a, b, c = 1, 2, 3"
				}
				if e.Line < end.Line || e.Line == end.Line && e.Column < end.Column {
					return false
				}
				break
			}
		}
		return true
	})
}

// wantsMore reports whether code cannot end with a token.
func wantsMore(t token.Token) bool {
	switch t {
	case token.SEMICOLON, token.RPAREN, token.RBRACK, token.RBRACE, token.INC, token.DEC, token.COLON, token.LPAREN, token.LBRACK, token.LBRACE:
		return false
	case token.FUNC, token.TYPE, token.VAR, token.CONST, token.IMPORT, token.PACKAGE, token.GO, token.DEFER, token.IF, token.FOR, token.SWITCH, token.SELECT, token.RANGE, token.MAP, token.CHAN, token.STRUCT, token.INTERFACE, token.ELSE:
		return true
	}
	return t.IsOperator()
}
