package cells

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/astutil"
)

// A cell's types keep their unexported fields, so that printing, encoding and
// reflection find what the notebook wrote. Later cells are other packages, to
// which those fields are closed; they go through accessors: functions of the
// declaring cell that return a field's address, which the compiler inlines.

// hidden reports whether a struct type has fields that other cells cannot name.
func (e *emitter) hidden(t *types.Struct) bool {
	for i := range t.NumFields() {
		if f := t.Field(i); !f.Exported() && f.Pkg() == e.s.pkg {
			return true
		}
	}
	return false
}

// structOf finds what stands for an unnamed struct type with hidden fields.
func (e *emitter) structOf(t *types.Struct) *structDef {
	if !e.hidden(t) {
		return nil
	}
	for _, sd := range e.next.structs {
		if st, ok := sd.typ.(*types.Struct); ok && types.Identical(st, t) {
			return sd
		}
	}
	return nil
}

// accessors declares the accessors of a named struct type.
func (e *emitter) accessors(name string, spec *ast.TypeSpec, orig *ast.StructType) {
	t, ok := e.info.Types[orig].Type.(*types.Struct)
	obj := e.objs[name]
	if !ok || obj == nil || !e.hidden(t) {
		return
	}
	sd := &structDef{typ: obj.Type(), name: exported(name), access: map[string]string{}}
	e.next.structs = append(e.next.structs, sd)
	e.accessorsOf(sd, t, name, spec.Type.(*ast.StructType), instantiated(name, spec), spec.TypeParams)
}

// accessorsOf declares one accessor for each hidden field.
func (e *emitter) accessorsOf(sd *structDef, t *types.Struct, label string, st *ast.StructType, recv ast.Expr, params *ast.FieldList) {
	i := 0
	for _, field := range st.Fields.List {
		for range max(1, len(field.Names)) {
			f := t.Field(i)
			i++
			if f.Exported() || f.Name() == "_" {
				continue
			}
			fn := accessorMark + label + "_" + f.Name()
			sd.access[f.Name()] = fn
			e.next.fields[f] = sd
			bare := &cloner{origin: map[ast.Node]ast.Node{}}
			decl := &ast.FuncDecl{
				Name: ast.NewIdent(fn),
				Type: &ast.FuncType{
					Params:  &ast.FieldList{List: []*ast.Field{{Names: []*ast.Ident{ast.NewIdent(mark + "v")}, Type: &ast.StarExpr{X: recv}}}},
					Results: &ast.FieldList{List: []*ast.Field{{Type: &ast.StarExpr{X: clone(bare, field.Type)}}}},
				},
				Body: &ast.BlockStmt{List: []ast.Stmt{&ast.ReturnStmt{Results: []ast.Expr{
					&ast.UnaryExpr{Op: token.AND, X: &ast.SelectorExpr{X: ast.NewIdent(mark + "v"), Sel: ast.NewIdent(f.Name())}}}}}},
			}
			if params != nil {
				decl.Type.TypeParams = clone(bare, params)
			}
			e.decls = append(e.decls, decl)
		}
	}
}

// structType makes an unnamed struct type with hidden fields known to later
// cells, and uses that of an earlier cell where it is the same.
func (e *emitter) structType(c *astutil.Cursor, n *ast.StructType) {
	e.embedded(n)
	orig, ok := e.origin[n].(*ast.StructType)
	if !ok {
		return
	}
	if spec, ok := c.Parent().(*ast.TypeSpec); ok && c.Name() == "Type" {
		if o, ok := e.origin[spec].(*ast.TypeSpec); ok {
			if obj := e.info.Defs[o.Name]; obj != nil && e.defs[obj] != nil && !spec.Assign.IsValid() {
				return // it has a name
			}
		}
	}
	t, ok := e.info.Types[orig].Type.(*types.Struct)
	if !ok || !e.hidden(t) || !e.spellable(t) {
		return
	}
	if sd := e.structOf(t); sd != nil {
		for i := range t.NumFields() {
			if _, ok := sd.access[t.Field(i).Name()]; ok {
				e.next.fields[t.Field(i)] = sd
			}
		}
		if sd.pkg != nil {
			c.Replace(at(n.Pos(), e.of(sd.pkg, sd.name)))
		}
		return
	}
	name := fmt.Sprintf("%s%d", structMark, e.unnamed)
	e.unnamed++
	sd := &structDef{typ: t, name: name, access: map[string]string{}}
	e.next.structs = append(e.next.structs, sd)
	dup := clone(&cloner{origin: map[ast.Node]ast.Node{}}, n)
	e.decls = append(e.decls, &ast.GenDecl{Tok: token.TYPE, Specs: []ast.Spec{&ast.TypeSpec{Name: ast.NewIdent(name), Assign: 1, Type: dup}}})
	e.accessorsOf(sd, t, name[len(mark):], dup, ast.NewIdent(name), nil)
}

// spellable reports whether a struct type can be declared at the top of the
// package: it mentions no type parameter and no type of a function.
func (e *emitter) spellable(t *types.Struct) bool {
	for i := range t.NumFields() {
		if _, err := e.codeSpeller().spell(t.Field(i).Type()); err != nil || hasTypeParam(t.Field(i).Type()) {
			return false
		}
	}
	return true
}

// hasTypeParam reports whether a type parameter occurs in a type.
func hasTypeParam(t types.Type) bool {
	seen := map[types.Type]bool{}
	var walk func(types.Type) bool
	walk = func(t types.Type) bool {
		if t == nil || seen[t] {
			return false
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.TypeParam:
			return true
		case *types.Named:
			for i := range t.TypeArgs().Len() {
				if walk(t.TypeArgs().At(i)) {
					return true
				}
			}
		case *types.Alias:
			return walk(types.Unalias(t))
		case interface{ Elem() types.Type }:
			if m, ok := t.(*types.Map); ok && walk(m.Key()) {
				return true
			}
			return walk(t.Elem())
		case *types.Struct:
			for i := range t.NumFields() {
				if walk(t.Field(i).Type()) {
					return true
				}
			}
		case *types.Signature:
			return walk(t.Params()) || walk(t.Results())
		case *types.Tuple:
			for i := range t.Len() {
				if walk(t.At(i).Type()) {
					return true
				}
			}
		}
		return false
	}
	return walk(t)
}

// embedded keeps the names of embedded fields: they are called after their
// types, so a type of another cell is embedded under a local alias of its name.
func (e *emitter) embedded(n *ast.StructType) {
	for _, f := range n.Fields.List {
		orig, ok := e.origin[f].(*ast.Field)
		if !ok || len(f.Names) > 0 {
			continue
		}
		want := embeddedName(orig.Type)
		if want == "" || embeddedName(f.Type) == want {
			continue
		}
		slot := &f.Type
		if star, ok := (*slot).(*ast.StarExpr); ok {
			slot = &star.X
		}
		what := text(*slot)
		if old, ok := e.embeds[want]; ok && old != what || predeclared(want) {
			e.fail(orig.Pos(), "%s cannot be embedded here: embed a type with another name", want)
			continue
		}
		if e.embeds[want] == "" {
			e.embeds[want] = what
			e.decls = append(e.decls, &ast.GenDecl{Tok: token.TYPE, Specs: []ast.Spec{&ast.TypeSpec{Name: ast.NewIdent(want), Assign: 1, Type: *slot}}})
		}
		*slot = &ast.Ident{NamePos: orig.Pos(), Name: want}
	}
}

// embeddedName is the name that a type gives to an embedded field.
func embeddedName(t ast.Expr) string {
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.SelectorExpr:
			return x.Sel.Name
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// foreign returns what stands for the struct of a field, if the field is closed
// to this cell.
func (e *emitter) foreign(f *types.Var) *structDef {
	if f.Exported() || f.Pkg() != e.s.pkg {
		return nil
	}
	sd := e.next.fields[f.Origin()]
	if sd == nil || sd.pkg == nil {
		return nil
	}
	return sd
}

// field rewrites the selection of a field that another cell's package keeps to
// itself; nil where Go reaches it directly.
func (e *emitter) field(orig *ast.SelectorExpr, sel *types.Selection, n *ast.SelectorExpr) ast.Expr {
	f := sel.Obj().(*types.Var)
	if f.Exported() || f.Pkg() != e.s.pkg {
		return nil // reached even through embedded fields that are closed
	}
	// Walk the path, field by field.
	x, t, addressable := n.X, sel.Recv(), e.info.Types[orig.X].Addressable()
	steps := sel.Index()
	closed := false
	var path []*types.Var
	for _, i := range steps {
		st, ok := pointed(t).Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		path = append(path, st.Field(i))
		closed = closed || e.foreign(st.Field(i)) != nil
		t = st.Field(i).Type()
	}
	if !closed {
		return nil
	}
	t = sel.Recv()
	for _, step := range path {
		sd := e.foreign(step)
		_, isPointer := t.Underlying().(*types.Pointer)
		switch {
		case sd == nil:
			x = &ast.SelectorExpr{X: x, Sel: &ast.Ident{NamePos: n.Sel.Pos(), Name: step.Name()}}
			addressable = addressable || isPointer
		default:
			x = e.access(n.Pos(), sd, step.Name(), x, t, addressable)
			addressable = true
		}
		t = step.Type()
	}
	return x
}

func pointed(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// access is (*accessor(&x)).
func (e *emitter) access(pos token.Pos, sd *structDef, field string, x ast.Expr, t types.Type, addressable bool) ast.Expr {
	switch _, isPointer := t.Underlying().(*types.Pointer); {
	case isPointer:
	case addressable:
		x = &ast.UnaryExpr{OpPos: pos, Op: token.AND, X: x}
	default:
		x = &ast.CallExpr{Fun: at(pos, e.rt("Ref")), Lparen: pos, Args: []ast.Expr{x}, Rparen: pos}
	}
	if elem := pointed(t); !e.takes(sd, elem) || !isPlainPointer(t) {
		to := e.of(sd.pkg, sd.name)
		if named, ok := sd.typ.(*types.Named); ok && named.TypeParams().Len() > 0 {
			e.fail(pos, "the field %s belongs to a type with type parameters of another cell and cannot be reached from here", field)
		}
		x = &ast.CallExpr{Fun: &ast.ParenExpr{Lparen: pos, X: &ast.StarExpr{Star: pos, X: at(pos, to)}, Rparen: pos}, Lparen: pos, Args: []ast.Expr{x}, Rparen: pos}
	}
	call := &ast.CallExpr{Fun: at(pos, e.of(sd.pkg, sd.access[field])), Lparen: pos, Args: []ast.Expr{x}, Rparen: pos}
	return &ast.ParenExpr{Lparen: pos, X: &ast.StarExpr{Star: pos, X: call}, Rparen: pos}
}

// isPlainPointer is false for pointers with a type name of their own.
func isPlainPointer(t types.Type) bool {
	if _, named := types.Unalias(t).(*types.Named); !named {
		return true
	}
	_, pointer := t.Underlying().(*types.Pointer)
	return !pointer
}

// takes reports whether the accessors of sd take a *t as it is.
func (e *emitter) takes(sd *structDef, t types.Type) bool {
	if named, ok := types.Unalias(t).(*types.Named); ok {
		if own, ok := sd.typ.(*types.Named); ok {
			return named.Origin() == own.Origin()
		}
	}
	return types.Identical(t, sd.typ)
}

// composite rewrites a literal of a struct type with fields that are closed to
// this cell: it is built field by field in a function of its own.
func (e *emitter) composite(c *astutil.Cursor, n *ast.CompositeLit) {
	orig, ok := e.origin[n].(*ast.CompositeLit)
	if !ok {
		return
	}
	t := e.info.Types[orig].Type
	if t == nil {
		return
	}
	st, ok := pointed(t).Underlying().(*types.Struct)
	if !ok || len(n.Elts) == 0 {
		return
	}
	field := func(i int) (*types.Var, ast.Expr) {
		kv, ok := n.Elts[i].(*ast.KeyValueExpr)
		if !ok {
			return st.Field(i), n.Elts[i]
		}
		name := kv.Key.(*ast.Ident).Name
		for j := range st.NumFields() {
			if st.Field(j).Name() == name {
				return st.Field(j), kv.Value
			}
		}
		return nil, nil
	}
	closed := false
	for i := range n.Elts {
		f, _ := field(i)
		closed = closed || f != nil && e.foreign(f) != nil
	}
	if !closed {
		return
	}
	pos := n.Pos()
	u, addressed := c.Parent().(*ast.UnaryExpr)
	addressed = addressed && u.Op == token.AND
	_, elided := t.Underlying().(*types.Pointer) // an element &T{…} written without its type
	pointer := addressed || elided && n.Type == nil
	typ := n.Type
	if typ == nil {
		typ = e.spell(pos, pointed(t))
	}
	v := func() ast.Expr { return &ast.Ident{NamePos: pos, Name: mark + "v"} }
	body := &ast.BlockStmt{Lbrace: pos, Rbrace: n.End()}
	result := typ
	if pointer {
		result = &ast.StarExpr{Star: pos, X: typ}
		body.List = append(body.List, &ast.AssignStmt{Lhs: []ast.Expr{v()}, TokPos: pos, Tok: token.DEFINE, Rhs: []ast.Expr{
			&ast.CallExpr{Fun: &ast.Ident{NamePos: pos, Name: "new"}, Lparen: pos, Args: []ast.Expr{typ}, Rparen: pos}}})
	} else {
		body.List = append(body.List, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: pos, Tok: token.VAR, Specs: []ast.Spec{&ast.ValueSpec{Names: []*ast.Ident{v().(*ast.Ident)}, Type: typ}}}})
	}
	recv := types.Type(pointed(t))
	if pointer {
		recv = types.NewPointer(recv)
	}
	for i := range n.Elts {
		f, value := field(i)
		if f == nil || f.Name() == "_" {
			continue
		}
		var lhs ast.Expr = &ast.SelectorExpr{X: v(), Sel: &ast.Ident{NamePos: value.Pos(), Name: f.Name()}}
		if sd := e.foreign(f); sd != nil {
			lhs = e.access(value.Pos(), sd, f.Name(), v(), recv, true)
		}
		body.List = append(body.List, &ast.AssignStmt{Lhs: []ast.Expr{lhs}, TokPos: value.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{value}})
	}
	body.List = append(body.List, &ast.ReturnStmt{Return: n.End(), Results: []ast.Expr{v()}})
	made := &ast.CallExpr{
		Fun:    &ast.FuncLit{Type: &ast.FuncType{Func: pos, Params: &ast.FieldList{Opening: pos, Closing: pos}, Results: &ast.FieldList{List: []*ast.Field{{Type: result}}}}, Body: body},
		Lparen: n.End(), Rparen: n.End(),
	}
	if pointer {
		e.pointers[made] = true
	}
	c.Replace(made)
}

// address drops the & before a literal that composite has made a pointer of.
func (e *emitter) address(c *astutil.Cursor, n *ast.UnaryExpr) {
	if n.Op != token.AND {
		return
	}
	call, ok := ast.Unparen(n.X).(*ast.CallExpr)
	if !ok {
		return
	}
	switch orig, _ := e.origin[n].(*ast.UnaryExpr); {
	case e.pointers[call]:
		c.Replace(call)
	case orig != nil && isLiteral(orig.X): // &(T{…})
		c.Replace(&ast.CallExpr{Fun: at(n.Pos(), e.rt("Ref")), Lparen: n.Pos(), Args: []ast.Expr{call}, Rparen: n.End()})
	}
}

func isLiteral(x ast.Expr) bool {
	_, ok := ast.Unparen(x).(*ast.CompositeLit)
	return ok
}
