package cells

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// run writes the function that runs the cell: it binds the cell's functions, then
// does what the statements say.
//
// In the body a variable of the notebook is a pointer. One that the cell defines
// is allocated where it is defined and only then hung into the store, so that a
// cell that fails before leaves the earlier variable; one of an earlier cell is
// taken from the store as the cell starts, so that closures keep it.
func (e *emitter) run() {
	e.body = true
	var body []ast.Stmt
	for i, s := range e.src.stmts {
		body = append(body, e.top(s, i == len(e.src.stmts)-1)...)
	}
	var stmts []ast.Stmt
	for _, name := range sorted(e.moved) {
		m := e.moved[name]
		stmts = append(stmts, &ast.ExprStmt{X: &ast.CallExpr{Fun: e.rt("Alias"), Args: []ast.Expr{quoted(m.new.key), e.nilPointer(e.spell(m.new.obj.Pos(), m.new.obj.Type())), quoted(m.old.key)}}})
	}
	stmts = slices.Concat(stmts, e.bind)
	for _, d := range e.oldOrder {
		stmts = append(stmts, define(e.olds[d], star(e.varSlot(d.obj.Pos(), d))))
	}
	if e.declaresOnly() {
		body = append(body, e.inits...) // after the variables, as in a package
	} else {
		stmts = append(stmts, e.inits...)
	}
	stmts = append(stmts, body...)
	if e.runsMain() {
		stmts = append(stmts, &ast.ExprStmt{X: &ast.CallExpr{Fun: deref(token.NoPos, 1, e.funcSlot(token.NoPos, e.defs[e.objs["main"]]))}})
	}
	e.decls = append(e.decls,
		&ast.FuncDecl{Name: ast.NewIdent("init"), Type: &ast.FuncType{Params: &ast.FieldList{}}, Body: &ast.BlockStmt{List: append(e.registerTypes(),
			&ast.ExprStmt{X: &ast.CallExpr{Fun: e.rt("Register"), Args: []ast.Expr{quoted(selfPath), ast.NewIdent(runName)}}})}},
		&ast.FuncDecl{Name: ast.NewIdent(runName), Type: &ast.FuncType{Params: &ast.FieldList{}}, Body: &ast.BlockStmt{
			// Braces on two lines: the printer must not put the cell on one.
			Lbrace: e.s.made, List: stmts, Rbrace: e.s.made + 1}})
}

// declaresOnly reports whether the cell holds nothing but declarations.
func (e *emitter) declaresOnly() bool {
	return !slices.ContainsFunc(e.src.stmts, func(s ast.Stmt) bool {
		_, decl := s.(*ast.DeclStmt)
		return !decl
	})
}

// runsMain reports whether the cell is a whole program, with a package clause and
// a main that it does not call itself: then main runs.
func (e *emitter) runsMain() bool {
	return e.src.hasPackage && e.declaresOnly() && e.objs["main"] != nil && e.defs[e.objs["main"]] != nil
}

func define(name string, value ast.Expr) ast.Stmt {
	return &ast.AssignStmt{Lhs: []ast.Expr{ast.NewIdent(name)}, Tok: token.DEFINE, Rhs: []ast.Expr{value}}
}

// top rewrites one statement of the cell's body.
func (e *emitter) top(s ast.Stmt, last bool) []ast.Stmt {
	if l, ok := s.(*ast.LabeledStmt); ok {
		inner := e.top(l.Stmt, last)
		if e.unused[l.Label.Pos()] {
			return inner
		}
		if len(inner) == 0 {
			inner = []ast.Stmt{&ast.EmptyStmt{}}
		}
		label := &ast.LabeledStmt{Label: &ast.Ident{NamePos: l.Label.Pos(), Name: l.Label.Name}, Colon: l.Colon, Stmt: inner[0]}
		return append([]ast.Stmt{label}, inner[1:]...)
	}
	switch orig := s.(type) {
	case *ast.ExprStmt:
		if last {
			return e.result(orig)
		}
	case *ast.AssignStmt:
		if orig.Tok == token.DEFINE {
			return e.define(orig)
		}
	case *ast.DeclStmt:
		if g := orig.Decl.(*ast.GenDecl); g.Tok == token.VAR {
			var out []ast.Stmt
			for _, spec := range g.Specs {
				out = append(out, e.defineVar(orig, spec.(*ast.ValueSpec))...)
			}
			return out
		}
	}
	return e.list(s)
}

// list rewrites a statement that defines nothing for the notebook.
func (e *emitter) list(s ast.Stmt) []ast.Stmt {
	dup := e.rewrite(s).(ast.Stmt)
	return append([]ast.Stmt{dup}, e.uses(dup)...)
}

// topVar is the notebook's variable that an identifier of a definition stands
// for, nil where it stands for none.
func (e *emitter) topVar(id *ast.Ident) (d *def, fresh bool) {
	if v, ok := e.info.Defs[id].(*types.Var); ok {
		return e.tops[v], true
	}
	if v, ok := e.info.Uses[id].(*types.Var); ok {
		return e.tops[v], false
	}
	return nil, false
}

// define rewrites x, y := ….
func (e *emitter) define(orig *ast.AssignStmt) []ast.Stmt {
	dup := e.rewrite(orig).(*ast.AssignStmt)
	pos := orig.Pos()
	var before, after []ast.Stmt
	mixed := false // variables of the notebook beside others
	for _, x := range orig.Lhs {
		id := x.(*ast.Ident)
		if d, fresh := e.topVar(id); id.Name != "_" && d == nil && fresh {
			mixed = true
		}
	}
	for i, x := range orig.Lhs {
		id := x.(*ast.Ident)
		d, fresh := e.topVar(id)
		switch {
		case id.Name == "_" || d == nil:
			continue
		case fresh:
			before = append(before, e.allocate(id, d))
			after = append(after, e.hang(id, d))
		}
		target := deref(id.Pos(), 1, newMark+d.name)
		if mixed {
			temp := fmt.Sprintf("%sv%d", mark, i)
			dup.Lhs[i] = &ast.Ident{NamePos: id.Pos(), Name: temp}
			after = slices.Insert(after, 0, assign(target, &ast.Ident{NamePos: id.Pos(), Name: temp}))
			continue
		}
		dup.Lhs[i] = target
	}
	if !mixed {
		dup.Tok = token.ASSIGN
	}
	out := slices.Concat(before, []ast.Stmt{dup}, e.uses(dup), after)
	return append(out, e.unread(pos, idents(orig.Lhs), orig.Rhs)...)
}

func idents(list []ast.Expr) []*ast.Ident {
	var ids []*ast.Ident
	for _, x := range list {
		if id, ok := x.(*ast.Ident); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// allocate makes the storage of a variable that the cell defines.
func (e *emitter) allocate(id *ast.Ident, d *def) ast.Stmt {
	pos := id.Pos()
	return &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: pos, Name: newMark + d.name}}, TokPos: pos, Tok: token.DEFINE, Rhs: []ast.Expr{
		&ast.CallExpr{Fun: &ast.Ident{NamePos: pos, Name: "new"}, Lparen: pos, Args: []ast.Expr{e.spell(pos, d.obj.Type())}, Rparen: pos}}}
}

// hang makes the storage what the variable's name leads to.
func (e *emitter) hang(id *ast.Ident, d *def) ast.Stmt {
	pos := id.Pos()
	return &ast.AssignStmt{Lhs: []ast.Expr{&ast.StarExpr{Star: pos, X: &ast.Ident{NamePos: pos, Name: e.varSlot(pos, d)}}}, TokPos: pos, Tok: token.ASSIGN, Rhs: []ast.Expr{&ast.Ident{NamePos: pos, Name: newMark + d.name}}}
}

// defineVar rewrites one specification of a var declaration.
func (e *emitter) defineVar(orig *ast.DeclStmt, spec *ast.ValueSpec) []ast.Stmt {
	all := true
	for _, id := range spec.Names {
		if d, _ := e.topVar(id); id.Name != "_" && d == nil {
			all = false
		}
	}
	named := slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return id.Name != "_" })
	if !all || !named {
		// Not the notebook's: var _ I = T{}, or a type without a name here.
		single := &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: orig.Pos(), Tok: token.VAR, Specs: []ast.Spec{spec}}}
		return e.list(single)
	}
	var before, after []ast.Stmt
	var lhs []ast.Expr
	for _, id := range spec.Names {
		d, _ := e.topVar(id)
		if id.Name == "_" || d == nil {
			lhs = append(lhs, &ast.Ident{NamePos: id.Pos(), Name: "_"})
			continue
		}
		before = append(before, e.allocate(id, d))
		after = append(after, e.hang(id, d))
		lhs = append(lhs, deref(id.Pos(), 1, newMark+d.name))
	}
	var middle []ast.Stmt
	if len(spec.Values) > 0 {
		var rhs []ast.Expr
		for _, v := range spec.Values {
			rhs = append(rhs, e.rewrite(v).(ast.Expr))
		}
		middle = []ast.Stmt{&ast.AssignStmt{Lhs: lhs, TokPos: spec.Pos(), Tok: token.ASSIGN, Rhs: rhs}}
	}
	return slices.Concat(before, middle, after, e.unread(spec.Pos(), spec.Names, spec.Values))
}

// unread ends the cell where the last of several results is an error that the
// cell never looks at.
func (e *emitter) unread(pos token.Pos, ids []*ast.Ident, rhs []ast.Expr) []ast.Stmt {
	if len(ids) < 2 || len(rhs) != 1 {
		return nil
	}
	if _, call := ast.Unparen(rhs[0]).(*ast.CallExpr); !call {
		return nil
	}
	d, _ := e.topVar(ids[len(ids)-1])
	if d == nil || !e.neverRead(d) || !types.Identical(d.obj.Type(), types.Universe.Lookup("error").Type()) {
		return nil
	}
	return []ast.Stmt{&ast.ExprStmt{X: &ast.CallExpr{Fun: at(pos, e.rt("Unread")), Lparen: pos, Args: []ast.Expr{quoted(d.name), deref(pos, 1, newMark+d.name)}, Rparen: pos}}}
}

// neverRead reports whether nothing in the cell reads a variable that it defines:
// no statement (Go would refuse it as unused) and no function.
func (e *emitter) neverRead(d *def) bool {
	if !e.unused[d.obj.Pos()] {
		return false
	}
	for _, obj := range e.info.Uses {
		if obj == d.obj {
			return false
		}
	}
	return true
}

// result hands over the values of the cell's last expression.
func (e *emitter) result(orig *ast.ExprStmt) []ast.Stmt {
	tv := e.info.Types[orig.X]
	x := e.rewrite(orig.X).(ast.Expr)
	if tv.IsVoid() {
		return []ast.Stmt{&ast.ExprStmt{X: x}}
	}
	name := "Result"
	e.cell.Shows = !e.src.quiet && !e.prints(orig.X)
	if !e.cell.Shows {
		name = "Quiet"
	}
	pos := orig.Pos()
	return []ast.Stmt{&ast.ExprStmt{X: &ast.CallExpr{Fun: at(pos, e.rt(name)), Lparen: pos, Args: []ast.Expr{x}, Rparen: orig.End()}}}
}

// prints reports whether an expression is a call of one of fmt's printing or
// scanning functions: how much they wrote or read is no result.
func (e *emitter) prints(x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		id = f.Sel
	case *ast.Ident:
		id = f
	default:
		return false
	}
	f, ok := e.info.Uses[id].(*types.Func)
	return ok && f.Pkg() != nil && f.Pkg().Path() == "fmt" && (strings.Contains(strings.ToLower(f.Name()), "print") && !strings.HasPrefix(f.Name(), "S") || strings.HasPrefix(f.Name(), "Scan"))
}
