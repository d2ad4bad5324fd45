package cells

import (
	"context"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lislab/lislab/kernel/engine"
)

// Complete lists what may stand at the cursor, a position in code points. It
// reads the cell as far as it can be read, so that broken code is no hindrance,
// and waits for no cell that runs.
func (s *Session) Complete(ctx context.Context, code string, cursor int) engine.Completion {
	off := byteOffset(code, cursor)
	start := off
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(code[:start])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		start -= size
	}
	out := engine.Completion{Start: utf8.RuneCountInString(code[:start]), End: utf8.RuneCountInString(code[:off])}
	switch in, at := literalAt(code, off); {
	case in == token.COMMENT:
		return out
	case in == token.STRING:
		if inImport(code, at) {
			prefix := code[at+1 : off]
			out.Start = utf8.RuneCountInString(code[:at+1])
			for _, p := range s.pkgs.Importable(prefix) {
				out.Items = append(out.Items, engine.CompletionItem{Text: p, Type: "module", Doc: synopsis(s.packageText(p))})
			}
		}
		return out
	case in != token.ILLEGAL:
		return out // in the middle of a number or a rune
	}
	prefix := code[start:off]
	s.mu.Lock()
	l := s.lookAt(code, off, true)
	var found []candidate
	if l.id != nil {
		found = l.candidates()
	} else if x := exprBefore(code, start); x != "" {
		found = l.textual(x)
	}
	s.mu.Unlock()
	if ctx.Err() != nil {
		return out
	}
	out.Items = s.items(rank(found, prefix))
	return out
}

// candidate is a name that may stand at the cursor.
type candidate struct {
	name string
	obj  types.Object // nil for keywords
	kind string
	rank int // lower comes first
	// owner is the type that a field or method is selected from.
	owner types.Type
}

// rank keeps what begins with the prefix and puts it in order: exact case first,
// then the nearest, then by name.
func rank(all []candidate, prefix string) []candidate {
	lower := strings.ToLower(prefix)
	seen := map[string]bool{}
	var kept []candidate
	for _, c := range all {
		if seen[c.name] || c.name == "_" || !strings.HasPrefix(strings.ToLower(c.name), lower) || strings.HasPrefix(c.name, mark) {
			continue
		}
		seen[c.name] = true
		if !strings.HasPrefix(c.name, prefix) {
			c.rank += 100
		}
		kept = append(kept, c)
	}
	sort.SliceStable(kept, func(i, j int) bool {
		a, b := kept[i], kept[j]
		return a.rank < b.rank || a.rank == b.rank && a.name < b.name
	})
	return kept
}

// items describes candidates for the front end.
func (s *Session) items(list []candidate) []engine.CompletionItem {
	var items []engine.CompletionItem
	for _, c := range list {
		item := engine.CompletionItem{Text: c.name, Type: c.kind}
		if c.obj != nil {
			if f, ok := c.obj.(*types.Func); ok {
				item.Signature = strings.TrimPrefix(s.typeString(f.Type()), "func")
			} else if c.obj.Type() != nil {
				item.Signature = s.typeString(c.obj.Type())
			}
			item.Doc = synopsis(s.docText(c.obj, c.owner))
		}
		items = append(items, item)
	}
	return items
}

// candidates lists what may stand where the identifier at the cursor stands.
func (l *look) candidates() []candidate {
	if n := len(l.parent); n > 0 {
		switch p := l.parent[n-1].(type) {
		case *ast.SelectorExpr:
			if p.Sel == l.id {
				return l.members(p.X)
			}
		case *ast.CompositeLit:
			return append(l.fields(p), l.lexical()...)
		case *ast.KeyValueExpr:
			if n > 1 && p.Key == l.id {
				if lit, ok := l.parent[n-2].(*ast.CompositeLit); ok {
					return append(l.fields(lit), l.lexical()...)
				}
			}
		case *ast.BranchStmt:
			return nil
		}
	}
	return l.lexical()
}

// members lists what can be selected from an expression.
func (l *look) members(x ast.Expr) []candidate {
	if id, ok := x.(*ast.Ident); ok {
		if p, ok := l.info.Uses[id].(*types.PkgName); ok {
			return packageMembers(p.Imported())
		}
	}
	t := l.typeOf(x)
	if t == nil {
		if id, ok := x.(*ast.Ident); ok {
			return l.unimportedMembers(id.Name)
		}
		return nil
	}
	return typeMembers(t, l.s.pkg, l.info.Types[x].IsType())
}

// unimportedMembers lists what a package exports that no cell has imported yet.
func (l *look) unimportedMembers(name string) []candidate {
	var all []candidate
	for _, p := range l.unimported(name) {
		all = append(all, packageMembers(p)...)
	}
	return all
}

// packageMembers lists what a package exports.
func packageMembers(p *types.Package) []candidate {
	var all []candidate
	for _, name := range p.Scope().Names() {
		if obj := p.Scope().Lookup(name); obj.Exported() {
			all = append(all, candidate{name: name, obj: obj, kind: word(obj)})
		}
	}
	return all
}

// word is the front end's word for an object.
func word(obj types.Object) string {
	switch obj := obj.(type) {
	case *types.Var:
		if obj.IsField() {
			return "field"
		}
	case *types.Func:
		if obj.Signature().Recv() != nil {
			return "method"
		}
	case *types.Builtin:
		return "function"
	case *types.Nil:
		return "constant"
	}
	return kindOf(obj).String()
}

// typeMembers lists the fields and methods of a type, promoted ones included, the
// nearest first.
func typeMembers(t types.Type, pkg *types.Package, onlyMethods bool) []candidate {
	var all []candidate
	visible := func(obj types.Object) bool { return obj.Exported() || obj.Pkg() == pkg }
	owner := t
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	methods := t
	if _, isInterface := t.Underlying().(*types.Interface); !isInterface {
		methods = types.NewPointer(t)
	}
	set := types.NewMethodSet(methods)
	for i := range set.Len() {
		if sel := set.At(i); visible(sel.Obj()) {
			all = append(all, candidate{name: sel.Obj().Name(), obj: sel.Obj(), kind: "method", rank: len(sel.Index()), owner: owner})
		}
	}
	if onlyMethods {
		return all
	}
	seen := map[types.Type]bool{}
	var fields func(t types.Type, depth int)
	fields = func(t types.Type, depth int) {
		t = pointed(t)
		st, ok := t.Underlying().(*types.Struct)
		if !ok || seen[t] {
			return
		}
		seen[t] = true
		for i := range st.NumFields() {
			if f := st.Field(i); visible(f) {
				all = append(all, candidate{name: f.Name(), obj: f, kind: "field", rank: depth, owner: t})
			}
		}
		for i := range st.NumFields() {
			if f := st.Field(i); f.Embedded() {
				fields(f.Type(), depth+1)
			}
		}
	}
	fields(t, 1)
	return all
}

// fields lists the fields that a literal may set.
func (l *look) fields(lit *ast.CompositeLit) []candidate {
	t := l.typeOf(lit)
	if t == nil {
		return nil
	}
	st, ok := pointed(t).Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	set := map[string]bool{}
	for _, x := range lit.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				set[id.Name] = true
			}
		}
	}
	var all []candidate
	for i := range st.NumFields() {
		if f := st.Field(i); (f.Exported() || f.Pkg() == l.s.pkg) && !set[f.Name()] {
			all = append(all, candidate{name: f.Name(), obj: f, kind: "field", rank: -1, owner: pointed(t)})
		}
	}
	return all
}

// lexical lists the names that can be seen from the cursor: local ones, the
// notebook's, and Go's own.
func (l *look) lexical() []candidate {
	var all []candidate
	depth := 0
	for s := l.scopeAt(); s != nil && s != l.s.pkg.Scope(); s = s.Parent() {
		for _, name := range s.Names() {
			if obj := s.Lookup(name); obj.Pos() < l.id.Pos() {
				all = append(all, candidate{name: name, obj: obj, kind: word(obj), rank: depth})
			}
		}
		depth++
	}
	return append(all, l.notebook(10)...)
}

// notebook lists the names that every cell can see.
func (l *look) notebook(rank int) []candidate {
	var all []candidate
	for _, d := range l.order {
		all = append(all, candidate{name: d.name, obj: d.obj, kind: "variable", rank: rank})
	}
	for name, obj := range l.objs {
		all = append(all, candidate{name: name, obj: obj, kind: word(obj), rank: rank})
	}
	for name, d := range l.from.names {
		r := rank
		if d.dot {
			r++
		}
		all = append(all, candidate{name: name, obj: d.obj, kind: d.kind.String(), rank: r})
	}
	if l.s.ctx != nil {
		all = append(all, candidate{name: l.s.ctx.Name(), obj: l.s.ctx, kind: "variable", rank: rank})
	}
	for _, name := range types.Universe.Names() {
		obj := types.Universe.Lookup(name)
		all = append(all, candidate{name: name, obj: obj, kind: word(obj), rank: rank + 2})
	}
	for t := token.BREAK; t <= token.VAR; t++ {
		all = append(all, candidate{name: t.String(), kind: "keyword", rank: rank + 3})
	}
	return all
}

// textual completes after an expression that only its text is known of, because
// what is around it does not parse.
func (l *look) textual(x string) []candidate {
	if d := l.from.names[x]; d != nil && d.kind == ImportName && !d.dot {
		return packageMembers(d.obj.(*types.PkgName).Imported())
	}
	tv, err := types.Eval(l.src.fset, l.s.pkg, token.NoPos, x)
	if err != nil || tv.Type == nil {
		return l.unimportedMembers(x)
	}
	return typeMembers(tv.Type, l.s.pkg, tv.IsType())
}

// exprBefore is the text of the expression that ends with the dot before off, ""
// where there is none.
func exprBefore(code string, off int) string {
	if off == 0 || code[off-1] != '.' {
		return ""
	}
	end := off - 1
	i, depth := end, 0
	for i > 0 {
		switch c := code[i-1]; {
		case c == ')' || c == ']' || c == '}':
			depth++
		case c == '(' || c == '[' || c == '{':
			if depth == 0 {
				return strings.TrimSpace(code[i:end])
			}
			depth--
		case depth > 0:
		case c == '.' || c == '_' || c >= utf8.RuneSelf || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)):
		default:
			return strings.TrimSpace(code[i:end])
		}
		i--
	}
	return strings.TrimSpace(code[i:end])
}

// literalAt tells which comment or literal an offset is inside of, and where that
// begins; ILLEGAL where it is in none.
func literalAt(code string, off int) (token.Token, int) {
	file := token.NewFileSet().AddFile("", -1, len(code))
	var sc scanner.Scanner
	sc.Init(file, []byte(code), nil, scanner.ScanComments)
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			return token.ILLEGAL, 0
		}
		at := file.Offset(pos)
		if at >= off {
			return token.ILLEGAL, 0
		}
		end := at + len(lit)
		switch tok {
		case token.COMMENT:
			if off < end || off == end && strings.HasPrefix(lit, "//") || off == end && !strings.HasSuffix(lit, "*/") {
				return tok, at
			}
		case token.STRING, token.CHAR:
			if off < end || off == end && (len(lit) < 2 || lit[len(lit)-1] != lit[0]) {
				return tok, at
			}
		case token.INT, token.FLOAT, token.IMAG:
			if off <= end {
				return tok, at
			}
		}
	}
}

// inImport reports whether the string at an offset is the path of an import.
func inImport(code string, at int) bool {
	file := token.NewFileSet().AddFile("", -1, len(code))
	var sc scanner.Scanner
	sc.Init(file, []byte(code), nil, 0)
	in, group := false, false
	for {
		pos, tok, _ := sc.Scan()
		if tok == token.EOF || file.Offset(pos) >= at {
			return in || group
		}
		switch {
		case tok == token.IMPORT:
			in = true
		case in && tok == token.LPAREN:
			in, group = false, true
		case tok == token.RPAREN:
			group = false
		case tok == token.SEMICOLON && !group:
			in = false
		}
	}
}

// packageText is the documentation of a package.
func (s *Session) packageText(p string) string { return s.docs.of(p).text }

// docText is the documentation of an object.
func (s *Session) docText(obj types.Object, owner types.Type) string {
	if p, ok := obj.(*types.PkgName); ok {
		return s.packageText(p.Imported().Path())
	}
	d, name := s.docsOf(obj, owner)
	if d == nil {
		return ""
	}
	return d.of[name]
}

// docsOf finds where an object is documented, and under which name.
func (s *Session) docsOf(obj types.Object, owner types.Type) (*packageDocs, string) {
	name := obj.Name()
	switch o := obj.(type) {
	case *types.Func:
		if recv := o.Signature().Recv(); recv != nil {
			name = typeName(recv.Type()) + "." + name
			if types.IsInterface(recv.Type()) && typeName(recv.Type()) == "" {
				name = typeName(owner) + "." + obj.Name()
			}
		}
	case *types.Var:
		if o.IsField() {
			if owner == nil {
				return nil, ""
			}
			name = typeName(owner) + "." + name
		}
	case *types.Builtin, *types.Nil:
		return s.docs.of("builtin"), name
	}
	switch p := obj.Pkg(); {
	case p == nil:
		return s.docs.of("builtin"), name
	case p == s.pkg:
		return s.cellDocs(obj, owner), name
	default:
		return s.docs.of(p.Path()), name
	}
}

// typeName is the name of a named type, or of what it points to.
func typeName(t types.Type) string {
	if t == nil {
		return ""
	}
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := t.(type) {
	case *types.Named:
		return t.Obj().Name()
	case *types.Alias:
		return t.Obj().Name()
	}
	return ""
}

// cellDocs documents the notebook's own names: the comments before them.
func (s *Session) cellDocs(obj types.Object, owner types.Type) *packageDocs {
	p := &packageDocs{of: map[string]string{}, decl: map[string]ast.Node{}, fset: s.fset}
	s.mu.Lock()
	defer s.mu.Unlock()
	add := func(u *unit) {
		if u != nil {
			p.add(u.decl)
		}
	}
	name := obj.Name()
	if d := s.now.names[name]; d != nil {
		add(d.unit)
	}
	recv := typeName(owner)
	if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
		recv = typeName(f.Signature().Recv().Type())
	}
	if d := s.now.names[recv]; d != nil {
		add(d.unit)
	}
	for _, m := range s.now.methods[recv] {
		if m.name == name {
			add(m.unit)
		}
	}
	return p
}
