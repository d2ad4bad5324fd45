package cells

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/astutil"
)

// rewriteDecl rewrites a copy of a declaration.
func rewriteDecl[D ast.Decl](e *emitter, n D) D {
	return e.rewrite(n).(D)
}

// rewrite returns a rewritten copy of a tree. Children come before parents, so a
// node finds its parts rewritten already; what the type checker said of it is
// found through the original.
func (e *emitter) rewrite(n ast.Node) ast.Node {
	return astutil.Apply(clone(&e.cloner, n), e.enter, func(c *astutil.Cursor) bool {
		switch n := c.Node().(type) {
		case *ast.Ident:
			e.ident(c, n)
		case *ast.SelectorExpr:
			e.selector(c, n)
		case *ast.CallExpr:
			if !e.offset(c, n) {
				e.call(n)
			}
		case *ast.CompositeLit:
			e.composite(c, n)
		case *ast.UnaryExpr:
			e.address(c, n)
		case *ast.InterfaceType:
			e.interfaceMethods(n)
		case *ast.StructType:
			e.structType(c, n)
		case *ast.FuncLit:
			if orig, ok := e.origin[n].(*ast.FuncLit); ok && e.recursive(orig.Body) {
				n.Body.List = slices.Insert(n.Body.List, 0, e.guard("Enter", n.Body.Lbrace))
			}
		case *ast.ForStmt:
			e.use(n.Init, n.Body)
			e.poll(n, n.Body)
		case *ast.RangeStmt:
			e.use(n, n.Body)
			e.poll(n, n.Body)
		case *ast.IfStmt:
			e.use(n.Init, n.Body)
		case *ast.SwitchStmt:
			e.useInSwitch(c, n.Init, n.Body)
		case *ast.TypeSwitchStmt:
			e.typeSwitch(n)
			e.useInSwitch(c, n.Init, n.Body)
		case *ast.CommClause:
			n.Body = slices.Concat(e.uses(n.Comm), e.useList(n.Body))
		case *ast.CaseClause:
			n.Body = e.useList(n.Body)
		case *ast.BlockStmt:
			n.List = e.useList(n.List)
		case *ast.LabeledStmt:
			if e.unused[n.Label.Pos()] {
				c.Replace(n.Stmt)
			}
		case *ast.BranchStmt:
			if n.Tok == token.GOTO {
				c.Replace(&ast.BlockStmt{Lbrace: n.Pos(), List: []ast.Stmt{e.guard("Poll", n.Pos()), n}, Rbrace: n.End()})
			}
		case *ast.GoStmt:
			e.goStmt(c, n)
		}
		return true
	})
}

// enter notes, on the way down, what is assigned to.
func (e *emitter) enter(c *astutil.Cursor) bool {
	switch n := c.Node().(type) {
	case *ast.AssignStmt:
		for _, x := range n.Lhs {
			e.lvalue[ast.Unparen(x)] = true
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			e.lvalue[ast.Unparen(n.X)] = true
		}
	}
	return true
}

// ident replaces a name of the notebook by where it is kept.
func (e *emitter) ident(c *astutil.Cursor, n *ast.Ident) {
	orig, ok := e.origin[n].(*ast.Ident)
	if !ok {
		return
	}
	if _, sel := c.Parent().(*ast.SelectorExpr); sel && c.Name() == "Sel" {
		return
	}
	obj := e.info.Uses[orig]
	if obj == nil {
		return
	}
	if x := e.ref(n, obj); x != nil {
		c.Replace(x)
	}
}

// ref is the expression for an object, nil where it keeps its name.
func (e *emitter) ref(id *ast.Ident, obj types.Object) ast.Expr {
	pos := id.Pos()
	if v, ok := obj.(*types.Var); ok {
		if d := e.tops[v]; d != nil {
			return deref(pos, 1, newMark+d.name)
		}
		if obj == e.s.ctx {
			if e.lvalue[id] {
				e.fail(pos, "ctx is the cell's own context: to have another, define it with :=")
			}
			return &ast.CallExpr{Fun: at(pos, e.rt("Context")), Lparen: pos, Rparen: pos}
		}
	}
	d := e.defs[obj]
	if d == nil {
		return nil
	}
	if d.dot {
		return &ast.SelectorExpr{X: &ast.Ident{NamePos: pos, Name: e.importName(obj.Pkg())}, Sel: &ast.Ident{NamePos: pos, Name: obj.Name()}}
	}
	switch d.kind {
	case ImportName:
		return &ast.Ident{NamePos: pos, Name: e.importName(obj.(*types.PkgName).Imported())}
	case VarName:
		if !e.body || !e.earlier(d) {
			return deref(pos, 2, e.varSlot(pos, d))
		}
		if e.olds[d] == "" {
			e.olds[d] = oldMark + d.name
			e.oldOrder = append(e.oldOrder, d)
		}
		return deref(pos, 1, e.olds[d])
	case FuncName:
		if !d.generic() {
			return deref(pos, 1, e.funcSlot(pos, d))
		}
		return at(pos, e.of(d.pkg, exported(d.name)))
	default:
		if d.pkg == e.pkg {
			return &ast.Ident{NamePos: pos, Name: localName(d.name)}
		}
		return at(pos, e.of(d.pkg, exported(d.name)))
	}
}

// earlier reports whether a variable was defined before this cell.
func (e *emitter) earlier(d *def) bool { return !slices.Contains(e.order, d) }

// deref is (*name), or (**name), at a position.
func deref(pos token.Pos, stars int, name string) ast.Expr {
	x := ast.Expr(&ast.Ident{NamePos: pos, Name: name})
	for range stars {
		x = &ast.StarExpr{Star: pos, X: x}
	}
	return &ast.ParenExpr{Lparen: pos, X: x, Rparen: pos}
}

// at gives a name, qualified or not, a position.
func at(pos token.Pos, x ast.Expr) ast.Expr {
	switch x := x.(type) {
	case *ast.Ident:
		x.NamePos = pos
	case *ast.SelectorExpr:
		at(pos, x.X)
		x.Sel.NamePos = pos
	}
	return x
}

// selector renames methods, reaches fields of other cells' types, sends os.Stdout
// to the cell and what reads os.Stdin to the person, and lets an interrupt end
// time.Sleep.
func (e *emitter) selector(c *astutil.Cursor, n *ast.SelectorExpr) {
	orig, ok := e.origin[n].(*ast.SelectorExpr)
	if !ok {
		return
	}
	sel := e.info.Selections[orig]
	if sel == nil {
		obj := e.info.Uses[orig.Sel]
		if v, ok := obj.(*types.Var); ok && v.Pkg() != nil && v.Pkg().Path() == "os" && !e.lvalue[n] &&
			(v.Name() == "Stdout" || v.Name() == "Stderr" || v.Name() == "Stdin" && e.reads(c.Parent(), orig)) {
			c.Replace(&ast.CallExpr{Fun: at(n.Pos(), e.rt(v.Name())), Lparen: n.Pos(), Rparen: n.End()})
		}
		if f, ok := obj.(*types.Func); ok && f.FullName() == "time.Sleep" {
			c.Replace(at(n.Pos(), e.rt("Sleep")))
		}
		return
	}
	switch obj := sel.Obj().(type) {
	case *types.Func:
		if obj.Pkg() == e.s.pkg {
			n.Sel.Name = methodName(obj)
		}
	case *types.Var:
		if x := e.field(orig, sel, n); x != nil {
			if e.lvalue[n] {
				e.lvalue[x] = true
			}
			c.Replace(x)
		}
	}
}

// offset replaces unsafe.Offsetof of a field that is reached by a call here: a
// number that is known.
func (e *emitter) offset(c *astutil.Cursor, n *ast.CallExpr) bool {
	orig, ok := e.origin[n].(*ast.CallExpr)
	if !ok || len(n.Args) != 1 {
		return false
	}
	if sel, ok := ast.Unparen(orig.Fun).(*ast.SelectorExpr); !ok || e.info.Uses[sel.Sel] != types.Unsafe.Scope().Lookup("Offsetof") {
		return false
	}
	if _, direct := ast.Unparen(n.Args[0]).(*ast.SelectorExpr); direct {
		return false
	}
	value := e.info.Types[orig].Value
	if value == nil { // of a type parameter's field
		return false
	}
	pos := n.Pos()
	c.Replace(&ast.CallExpr{Fun: &ast.Ident{NamePos: pos, Name: "uintptr"}, Lparen: pos, Args: []ast.Expr{&ast.BasicLit{ValuePos: pos, Kind: token.INT, Value: value.ExactString()}}, Rparen: n.End()})
	return true
}

// reads says whether x, in what parent is a copy of, is only read from: it is
// handed over as an interface with the method, or it is the method's receiver.
func (e *emitter) reads(parent ast.Node, x ast.Expr) bool {
	has := func(t types.Type) bool {
		i, ok := t.Underlying().(*types.Interface)
		if !ok {
			return false
		}
		obj, _, _ := types.LookupFieldOrMethod(i, false, nil, "Read")
		return obj != nil
	}
	switch p := e.origin[parent].(type) {
	case *ast.SelectorExpr:
		return p.Sel.Name == "Read"
	case *ast.CallExpr:
		sig, ok := e.info.TypeOf(p.Fun).(*types.Signature)
		i := slices.Index(p.Args, x)
		if !ok || i < 0 {
			return false
		}
		if last := sig.Params().Len() - 1; sig.Variadic() && i >= last {
			s, ok := sig.Params().At(last).Type().(*types.Slice)
			return ok && has(s.Elem())
		}
		return has(sig.Params().At(i).Type())
	}
	return false
}

// call sends what fmt prints to the cell that the goroutine belongs to, and has
// what it scans typed there.
func (e *emitter) call(n *ast.CallExpr) {
	orig, ok := e.origin[n].(*ast.CallExpr)
	if !ok {
		return
	}
	var id *ast.Ident
	switch f := ast.Unparen(orig.Fun).(type) {
	case *ast.SelectorExpr:
		id = f.Sel
	case *ast.Ident:
		id = f
	default:
		return
	}
	f, ok := e.info.Uses[id].(*types.Func)
	if !ok || f.Pkg() == nil || f.Pkg().Path() != "fmt" || f.Signature().Recv() != nil {
		return
	}
	stream := "Stdout"
	switch f.Name() {
	case "Scan", "Scanf", "Scanln":
		stream = "Stdin"
		fallthrough
	case "Print", "Printf", "Println":
		pos := orig.Fun.Pos()
		print := &ast.SelectorExpr{X: &ast.Ident{NamePos: pos, Name: e.importName(f.Pkg())}, Sel: &ast.Ident{NamePos: pos, Name: "F" + lowerFirst(f.Name())}}
		file := &ast.CallExpr{Fun: at(pos, e.rt(stream)), Lparen: pos, Rparen: pos}
		if len(orig.Args) == 1 && isTuple(e.info.Types[orig.Args[0]].Type) { // fmt.Println(f()), where f has several results
			n.Fun = e.printAll(f.Signature(), print, file)
			return
		}
		n.Fun = print
		n.Args = slices.Insert(n.Args, 0, ast.Expr(file))
	}
}

func isTuple(t types.Type) bool {
	_, ok := t.(*types.Tuple)
	return ok
}

// printAll is a function with the signature of one of fmt's, which hands its
// arguments on behind stdout.
func (e *emitter) printAll(sig *types.Signature, print, stdout ast.Expr) ast.Expr {
	pos := print.Pos()
	name := func(i int) *ast.Ident { return &ast.Ident{NamePos: pos, Name: fmt.Sprintf("%sa%d", mark, i)} }
	typ := &ast.FuncType{Func: pos, Params: &ast.FieldList{Opening: pos, Closing: pos}, Results: &ast.FieldList{Opening: pos, Closing: pos}}
	call := &ast.CallExpr{Fun: print, Lparen: pos, Args: []ast.Expr{stdout}, Ellipsis: pos, Rparen: pos}
	for i := range sig.Params().Len() {
		var of ast.Expr
		if i == sig.Params().Len()-1 {
			of = &ast.Ellipsis{Ellipsis: pos, Elt: e.spell(pos, sig.Params().At(i).Type().(*types.Slice).Elem())}
		} else {
			of = e.spell(pos, sig.Params().At(i).Type())
		}
		typ.Params.List = append(typ.Params.List, &ast.Field{Names: []*ast.Ident{name(i)}, Type: of})
		call.Args = append(call.Args, name(i))
	}
	for i := range sig.Results().Len() {
		typ.Results.List = append(typ.Results.List, &ast.Field{Type: e.spell(pos, sig.Results().At(i).Type())})
	}
	return &ast.FuncLit{Type: typ, Body: &ast.BlockStmt{Lbrace: pos, List: []ast.Stmt{&ast.ReturnStmt{Return: pos, Results: []ast.Expr{call}}}, Rbrace: pos}}
}

func lowerFirst(s string) string { return string(s[0]|0x20) + s[1:] }

// interfaceMethods renames the methods of an interface type.
func (e *emitter) interfaceMethods(n *ast.InterfaceType) {
	for _, f := range n.Methods.List {
		for _, id := range f.Names {
			if orig, ok := e.origin[id].(*ast.Ident); ok {
				if fn, ok := e.info.Defs[orig].(*types.Func); ok {
					id.Name = methodName(fn)
				}
			}
		}
	}
}

// uses are statements that use the variables which a statement defines and Go
// would refuse as unused.
func (e *emitter) uses(s ast.Stmt) []ast.Stmt {
	var list []ast.Stmt
	add := func(x ast.Expr) {
		if id, ok := x.(*ast.Ident); ok && e.unused[id.Pos()] && id.Name != "_" {
			if _, made := e.origin[id]; made {
				list = append(list, &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: s.Pos(), Name: "_"}}, TokPos: s.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{&ast.Ident{NamePos: s.Pos(), Name: id.Name}}})
			}
		}
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			for _, x := range s.Lhs {
				add(x)
			}
		}
	case *ast.RangeStmt:
		if s.Tok == token.DEFINE {
			add(s.Key)
			add(s.Value)
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok && s.Decl.(*ast.GenDecl).Tok == token.VAR {
				for _, id := range spec.Names {
					add(id)
				}
			}
		}
	case *ast.LabeledStmt:
		return e.uses(s.Stmt)
	}
	return list
}

// use puts the uses of what init defines at the start of a body.
func (e *emitter) use(init ast.Stmt, body *ast.BlockStmt) {
	if init != nil {
		body.List = slices.Concat(e.uses(init), body.List)
	}
}

// useList puts the uses after each definition in a list.
func (e *emitter) useList(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		out = append(out, s)
		if _, isRange := s.(*ast.RangeStmt); !isRange {
			out = append(out, e.uses(s)...)
		}
	}
	return out
}

// useInSwitch is use for a switch, whose body is clauses.
func (e *emitter) useInSwitch(c *astutil.Cursor, init ast.Stmt, body *ast.BlockStmt) {
	if init == nil {
		return
	}
	uses := e.uses(init)
	if len(uses) == 0 {
		return
	}
	if len(body.List) > 0 {
		clause := body.List[0].(*ast.CaseClause)
		clause.Body = slices.Concat(uses, clause.Body)
		return
	}
	c.Replace(&ast.BlockStmt{Lbrace: init.Pos(), List: append([]ast.Stmt{init}, uses...), Rbrace: init.End()})
}

// typeSwitch drops the variable of a type switch that no clause uses.
func (e *emitter) typeSwitch(n *ast.TypeSwitchStmt) {
	if a, ok := n.Assign.(*ast.AssignStmt); ok && e.unused[a.Lhs[0].Pos()] {
		n.Assign = &ast.ExprStmt{X: a.Rhs[0]}
	}
}

// goStmt makes a goroutine whose panic does not end the process. The function and
// its arguments are evaluated before it starts, as Go does.
func (e *emitter) goStmt(c *astutil.Cursor, n *ast.GoStmt) {
	pos := n.Pos()
	end := &ast.DeferStmt{Defer: pos, Call: &ast.CallExpr{Fun: at(pos, e.rt("End")), Lparen: pos, Rparen: pos}}
	if lit, ok := n.Call.Fun.(*ast.FuncLit); ok {
		lit.Body.List = slices.Insert(lit.Body.List, 0, ast.Stmt(end))
		return
	}
	orig, ok := e.origin[n].(*ast.GoStmt)
	if !ok {
		return
	}
	block := &ast.BlockStmt{Lbrace: pos, Rbrace: n.End()}
	keep := func(x ast.Expr, name string) ast.Expr {
		block.List = append(block.List, &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: pos, Name: name}}, TokPos: pos, Tok: token.DEFINE, Rhs: []ast.Expr{x}})
		return &ast.Ident{NamePos: pos, Name: name}
	}
	call := &ast.CallExpr{Fun: n.Call.Fun, Lparen: pos, Ellipsis: n.Call.Ellipsis, Rparen: pos}
	if tv := e.info.Types[orig.Call.Fun]; !tv.IsBuiltin() && !tv.IsType() {
		call.Fun = keep(n.Call.Fun, mark+"f")
	}
	if len(orig.Call.Args) == 1 {
		if tuple, ok := e.info.Types[orig.Call.Args[0]].Type.(*types.Tuple); ok && len(n.Call.Args) == 1 { // go f(g())
			define := &ast.AssignStmt{TokPos: pos, Tok: token.DEFINE, Rhs: n.Call.Args}
			for i := range tuple.Len() {
				name := fmt.Sprintf("%sa%d", mark, i)
				define.Lhs = append(define.Lhs, &ast.Ident{NamePos: pos, Name: name})
				call.Args = append(call.Args, &ast.Ident{NamePos: pos, Name: name})
			}
			block.List = append(block.List, define)
			n.Call.Args = nil
		}
	}
	added := len(n.Call.Args) - len(orig.Call.Args) // by call, before those that were written
	for i, x := range n.Call.Args {
		tv := types.TypeAndValue{}
		if j := i - added; j >= 0 && j < len(orig.Call.Args) {
			tv = e.info.Types[orig.Call.Args[j]]
		}
		if tv.Value != nil || tv.IsNil() || tv.IsType() || tv.Type == nil {
			call.Args = append(call.Args, x) // a constant: nothing to evaluate
			continue
		}
		call.Args = append(call.Args, keep(x, fmt.Sprintf("%sa%d", mark, i)))
	}
	body := &ast.BlockStmt{Lbrace: pos, List: []ast.Stmt{end, &ast.ExprStmt{X: call}}, Rbrace: pos}
	n.Call = &ast.CallExpr{Fun: &ast.FuncLit{Type: &ast.FuncType{Func: pos, Params: &ast.FieldList{Opening: pos, Closing: pos}}, Body: body}, Lparen: pos, Rparen: pos}
	block.List = append(block.List, n)
	c.Replace(block)
}
