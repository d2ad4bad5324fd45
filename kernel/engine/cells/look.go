package cells

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode/utf8"
)

// cursorMark is put where the cursor is, so that the place is found again in the
// syntax.
const cursorMark = mark + "cursor"

// look is a cell under a cursor: parsed and type-checked as far as it goes.
type look struct {
	*check
	id     *ast.Ident // the identifier at the cursor
	parent []ast.Node // what it is in, outermost first
}

// byteOffset turns a position in code points into one in bytes, within the code.
func byteOffset(code string, cursor int) int {
	off := 0
	for i := 0; i < cursor && off < len(code); i++ {
		_, size := utf8.DecodeRuneInString(code[off:])
		off += size
	}
	return off
}

// lookAt reads a cell that may be broken. With complete, the identifier that ends
// at the offset is looked at as the beginning of one.
func (s *Session) lookAt(code string, off int, complete bool) *look {
	text := code
	if complete {
		text = code[:off] + cursorMark + code[off:]
	}
	text += closers(text)
	src, _ := split(token.NewFileSet(), 0, text) // as far as it goes
	imports, _ := readImports(src)
	c := &check{s: s, src: src, imports: imports, from: s.now, before: s.now, dropped: map[*unit]bool{}, cell: &Cell{}, scopes: map[ast.Node]*types.Scope{}}
	c.next = c.from.clone()
	_ = c.declareImports() // those that can be had are there
	if c.next != nil {
		c.from = c.next
	}
	units := slices.DeleteFunc(src.units(), func(u *unit) bool {
		f, ok := u.decl.(*ast.FuncDecl)
		return ok && f.Recv != nil && len(f.Recv.List) != 1
	})
	c.depend(units)
	c.passes()
	l := &look{check: c}
	l.find(off, complete)
	return l
}

// find finds the identifier at the cursor.
func (l *look) find(off int, complete bool) {
	for _, n := range append(l.src.nodes(), specs(l.src.imports)...) {
		var path []ast.Node
		ast.Inspect(n, func(n ast.Node) bool {
			if n == nil {
				path = path[:len(path)-1]
				return true
			}
			if id, ok := n.(*ast.Ident); ok {
				at := l.src.offset(id.Pos())
				if complete && strings.Contains(id.Name, cursorMark) || !complete && at >= 0 && at <= off && off <= at+len(id.Name) {
					l.id, l.parent = id, slices.Clone(path)
				}
			}
			path = append(path, n)
			return true
		})
	}
}

func specs(list []*ast.ImportSpec) []ast.Node {
	var nodes []ast.Node
	for _, s := range list {
		nodes = append(nodes, s)
	}
	return nodes
}

// closers is what closes the brackets and the literal that code leaves open.
func closers(code string) string {
	var open []byte
	literal := ""
	file := token.NewFileSet().AddFile("", -1, len(code))
	var sc scanner.Scanner
	sc.Init(file, []byte(code), func(_ token.Position, msg string) {
		switch {
		case strings.HasPrefix(msg, "raw string"):
			literal = "`"
		case strings.HasPrefix(msg, "comment"):
			literal = "*/"
		}
	}, 0)
	for {
		_, tok, _ := sc.Scan()
		switch tok {
		case token.EOF:
			out := literal
			if len(open) > 0 && open[len(open)-1] == '}' {
				out += "\n"
			}
			slices.Reverse(open)
			return out + string(open)
		case token.LPAREN:
			open = append(open, ')')
		case token.LBRACK:
			open = append(open, ']')
		case token.LBRACE:
			open = append(open, '}')
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if n := len(open); n > 0 && string(open[n-1]) == tok.String() {
				open = open[:n-1]
			}
		}
	}
}

// typeOf is the type of an expression, nil where it has none.
func (l *look) typeOf(x ast.Expr) types.Type {
	if tv, ok := l.info.Types[x]; ok && tv.Type != nil && tv.Type != types.Typ[types.Invalid] {
		return tv.Type
	}
	if id, ok := x.(*ast.Ident); ok {
		if obj := l.object(id); obj != nil {
			return obj.Type()
		}
	}
	return nil
}

// object is what an identifier stands for.
func (l *look) object(id *ast.Ident) types.Object {
	if obj := l.info.Uses[id]; obj != nil {
		return obj
	}
	if obj := l.info.Defs[id]; obj != nil {
		return obj
	}
	if obj := l.objs[id.Name]; obj != nil { // the name in a declaration of its own
		return obj
	}
	return nil
}

// scopeAt is the innermost scope around the identifier at the cursor.
func (l *look) scopeAt() *types.Scope {
	var best *types.Scope
	for _, s := range l.scopes {
		if s.Contains(l.id.Pos()) && (best == nil || s.Pos() >= best.Pos() && s.End() <= best.End()) {
			best = s
		}
	}
	return best
}

// unimported lists the packages of the standard library that a name stands for
// once it is imported, none where the name stands for something now.
func (l *look) unimported(name string) []*types.Package {
	if l.from.names[name] != nil || l.objs[name] != nil || !token.IsIdentifier(name) {
		return nil
	}
	var found []*types.Package
	for _, p := range l.s.pkgs.Importable("") {
		first, _, _ := strings.Cut(p, "/")
		if strings.Contains(first, ".") || p != name && !strings.HasSuffix(p, "/"+name) {
			continue
		}
		if pkg, err := l.s.importer.Import(p); err == nil {
			found = append(found, pkg)
		}
	}
	return found
}
