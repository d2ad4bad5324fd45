package cells

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"sort"
	"strings"
	"unicode/utf8"
)

// source is a cell after parsing: Go that may mix declarations and statements,
// taken apart. Every node's position maps back to the cell's text.
type source struct {
	n    int
	code string
	name string // of the file in the positions: a hash of the code
	fset *token.FileSet

	hasPackage bool // the cell starts with a package clause: a pasted program
	imports    []*ast.ImportSpec
	decls      []ast.Decl // const, type and func, in the order of the text
	stmts      []ast.Stmt // all else, var included
	quiet      bool       // the text ends with a semicolon

	offsets map[*token.File]int // token file -> length of what precedes the code in it
}

// The three texts that a cell is parsed as, each with the other parts blanked,
// so that offsets stay.
const (
	declPrefix = "package main\n"
	stmtPrefix = "package main\nfunc _(){"
	stmtSuffix = "\n}"
)

type part int

const (
	partPackage part = iota
	partImport
	partDecl
	partStmt
)

// chunk is a stretch of the cell's text that holds one declaration or statement.
type chunk struct {
	part       part
	start, end int
	first      int // offset of its first token
}

// split parses a cell. The error is Errors.
func split(fset *token.FileSet, n int, code string) (*source, error) {
	sum := sha256.Sum256([]byte(code))
	src := &source{n: n, code: code, name: "cell_" + hex.EncodeToString(sum[:6]), fset: fset, offsets: map[*token.File]int{}}
	if i := strings.IndexByte(code, 0); i >= 0 {
		return src, Errors{src.errorAt(i, "illegal character NUL")}
	}
	if !utf8.ValidString(code) {
		for i, r := range code {
			if r == utf8.RuneError {
				return src, Errors{src.errorAt(i, "illegal UTF-8 encoding")}
			}
		}
	}
	if e := src.embedded(); e != nil {
		return src, Errors{e}
	}
	chunks, err := src.chunks()
	if err != nil {
		return src, err
	}
	var errs Errors
	has := map[part]bool{}
	for _, c := range chunks {
		has[c.part] = true
	}
	src.hasPackage = has[partPackage]
	if has[partImport] {
		f, err := src.parse(chunks, partImport, declPrefix, "")
		errs = append(errs, err...)
		if f != nil {
			src.imports = f.Imports
		}
	}
	if has[partDecl] {
		f, err := src.parse(chunks, partDecl, declPrefix, "")
		errs = append(errs, err...)
		if f != nil {
			src.decls = f.Decls
		}
	}
	if has[partStmt] {
		f, err := src.parse(chunks, partStmt, stmtPrefix, stmtSuffix)
		errs = append(errs, err...)
		if f != nil && len(f.Decls) > 0 {
			if fn, ok := f.Decls[0].(*ast.FuncDecl); ok && fn.Body != nil {
				src.stmts = fn.Body.List
			}
		}
	}
	if len(errs) > 0 {
		sort.SliceStable(errs, func(i, j int) bool {
			a, b := errs[i], errs[j]
			return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
		})
		return src, withoutEcho(errs)
	}
	return src, nil
}

// embedded refuses a cell that embeds files: it is compiled apart from the
// notebook's folder, and the variable would stay empty without a word.
func (src *source) embedded() *Error {
	const directive = "//go:embed"
	if !strings.Contains(src.code, directive) {
		return nil
	}
	file := token.NewFileSet().AddFile("", -1, len(src.code))
	var s scanner.Scanner
	s.Init(file, []byte(src.code), nil, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return nil
		}
		if tok == token.COMMENT && strings.HasPrefix(lit+" ", directive+" ") {
			e := src.errorAt(file.Offset(pos), directive+" is not possible in a cell")
			e.Hint = "read the file with os.ReadFile"
			return e
		}
	}
}

// withoutEcho leaves out what is said of the text's end only because something
// before it is wrong.
func withoutEcho(errs Errors) Errors {
	for len(errs) > 1 && strings.HasSuffix(errs[len(errs)-1].Msg, "found 'EOF'") {
		errs = errs[:len(errs)-1]
	}
	return errs
}

// chunks finds where declarations and statements begin and end: at the
// semicolons, written or implied, outside all brackets.
func (src *source) chunks() ([]chunk, error) {
	type tok struct {
		tok token.Token
		lit string
		off int
	}
	var toks []tok
	file := token.NewFileSet().AddFile("", -1, len(src.code))
	var s scanner.Scanner
	s.Init(file, []byte(src.code), nil, 0)
	for {
		pos, t, lit := s.Scan()
		off := len(src.code)
		if pos.IsValid() {
			off = min(file.Offset(pos), len(src.code))
		}
		toks = append(toks, tok{t, lit, off})
		if t == token.EOF {
			break
		}
	}
	var chunks []chunk
	start, depth := 0, 0
	for i := 0; i < len(toks)-1; {
		if toks[i].tok == token.SEMICOLON {
			if toks[i].lit == ";" {
				src.quiet = true
			}
			i++
			continue
		}
		src.quiet = false
		first := i
		for ; toks[i].tok != token.EOF; i++ {
			switch toks[i].tok {
			case token.LPAREN, token.LBRACK, token.LBRACE:
				depth++
			case token.RPAREN, token.RBRACK, token.RBRACE:
				depth--
			}
			if depth < 0 {
				return nil, Errors{src.errorAt(toks[i].off, "expected statement, found '"+toks[i].tok.String()+"'")}
			}
			if depth == 0 && toks[i].tok == token.SEMICOLON {
				break
			}
		}
		end := toks[i].off
		c := chunk{start: start, end: end, first: toks[first].off, part: partStmt}
		switch toks[first].tok {
		case token.PACKAGE:
			c.part = partPackage
		case token.IMPORT:
			c.part = partImport
		case token.TYPE, token.CONST:
			c.part = partDecl
		case token.FUNC:
			next := first + 1
			if toks[next].tok == token.LPAREN { // a method, or a literal?
				for d := 0; next < len(toks)-1; next++ {
					if toks[next].tok == token.LPAREN {
						d++
					} else if toks[next].tok == token.RPAREN {
						if d--; d == 0 {
							break
						}
					}
				}
				if next+2 < len(toks) && toks[next+1].tok == token.IDENT && toks[next+2].tok == token.LPAREN {
					c.part = partDecl
				}
			} else {
				c.part = partDecl
			}
		}
		chunks = append(chunks, c)
		if start = end; start < len(src.code) && src.code[start] == ';' {
			start++
		}
	}
	return chunks, nil
}

// parse parses the chunks of one part.
func (src *source) parse(chunks []chunk, which part, prefix, suffix string) (*ast.File, Errors) {
	text := []byte(src.code)
	for i := range text {
		if text[i] != '\n' {
			text[i] = ' '
		}
	}
	for _, c := range chunks {
		if c.part == which {
			copy(text[c.start:c.end], src.code[c.start:c.end])
			if c.end < len(src.code) && src.code[c.end] == ';' {
				text[c.end] = ';'
			}
		}
	}
	full := prefix + string(text) + suffix
	f, err := parser.ParseFile(src.fset, src.name, full, parser.ParseComments|parser.SkipObjectResolution)
	if f != nil {
		file := src.fset.File(f.FileStart)
		src.offsets[file] = len(prefix)
		// The prefix counts as part of the cell's first line.
		if lines := file.Lines(); len(lines) > 1 {
			file.SetLines(append([]int{0}, lines[2:]...))
		}
	}
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return f, nil
	}
	var errs Errors
	for _, e := range list {
		off := min(max(e.Pos.Offset-len(prefix), 0), len(src.code))
		errs = append(errs, src.errorAt(off, e.Msg))
	}
	return f, errs
}

// offset returns where in the cell's text a node's position lies, -1 if it is
// not a position of this cell.
func (src *source) offset(pos token.Pos) int {
	f := src.fset.File(pos)
	prefix, ok := src.offsets[f]
	if !ok {
		return -1
	}
	return min(max(f.Offset(pos)-prefix, 0), len(src.code))
}

// errorAt makes the error at a byte offset of the code.
func (src *source) errorAt(off int, msg string) *Error { return ErrorAt(src.n, src.code, off, msg) }
