package cells

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

// emitter writes a checked cell as a package. Nodes that it makes have the
// position of the code they stand for, so that the printer's line directives
// lead back to the cell.
type emitter struct {
	*check
	cloner
	pkg      *Package
	defs     map[types.Object]*def // every name of the notebook that the code may mention
	imports  map[string]string     // import path -> name in the file
	imported map[string]bool       // names taken
	cells    map[*Package]string   // package of an earlier cell -> name in the file
	slots    map[string]string     // key -> variable of the package
	taken    map[string]bool       // names of those
	embeds   map[string]string     // local alias for an embedded type -> what it is
	decls    []ast.Decl
	bind     []ast.Stmt      // what the cell does first: bind its functions
	inits    []ast.Stmt      // then: call its init functions
	body     bool            // in the cell's body, not in a function of its own
	olds     map[*def]string // variables of earlier cells in the body -> local pointers to them
	oldOrder []*def
	lvalue   map[ast.Expr]bool // expressions that are assigned to, or whose address is taken
	pointers map[ast.Expr]bool // calls that composite made of &T{…}
	unnamed  int               // how many unnamed struct types the cell has

	err error // the first thing that could not be written
}

// finish rewrites the cell and works out the state it leaves.
func (c *check) finish() error {
	e := &emitter{
		check: c, cloner: cloner{origin: map[ast.Node]ast.Node{}}, pkg: &Package{Path: selfPath},
		defs: map[types.Object]*def{}, imports: map[string]string{}, imported: map[string]bool{}, cells: map[*Package]string{},
		slots: map[string]string{}, taken: map[string]bool{}, embeds: map[string]string{}, olds: map[*def]string{},
		lvalue: map[ast.Expr]bool{}, pointers: map[ast.Expr]bool{},
	}
	for _, d := range c.from.names {
		e.defs[d.obj] = d
	}
	for _, m := range c.moved {
		e.defs[m.new.obj] = m.new
	}
	units := slices.Concat(c.carried, c.own)
	fresh := make([]*unit, len(units))
	for i, u := range units {
		fresh[i] = e.declare(u)
	}
	for v, d := range c.tops {
		if d.key = e.key(d.name, d.obj.Type()); d.key == "" {
			delete(c.tops, v)
			c.note("%s is known in this cell only: its type %s has no name outside its package", d.name, c.typeString(d.obj.Type()))
			continue
		}
		e.defs[d.obj] = d
	}
	c.order = slices.DeleteFunc(c.order, func(d *def) bool { return d.key == "" })
	for name, m := range c.moved {
		m.new.key = e.key(name, m.new.obj.Type())
		if m.new.key == "" {
			delete(c.moved, name)
		}
	}
	for i, u := range fresh {
		e.unit(u, units[i])
	}
	e.run()
	if e.err != nil {
		return e.err
	}
	if err := e.write(); err != nil {
		return err
	}
	e.leave(fresh)
	c.describe(e)
	return nil
}

// declare makes the definitions of a unit, before anything is rewritten.
func (e *emitter) declare(u *unit) *unit {
	fresh := *u
	fresh.uses, fresh.sig = map[string]bool{}, map[string]bool{}
	if u.recv != "" {
		return &fresh
	}
	for _, name := range u.names {
		obj := e.objs[name]
		if obj == nil || name == "_" {
			continue
		}
		d := &def{name: name, kind: kindOf(obj), obj: obj, unit: &fresh, line: u.src.line(obj.Pos()), n: u.src.n}
		e.defs[obj] = d
		if d.kind == FuncName && !d.generic() {
			continue // its key may mention types that come later
		}
		d.pkg = e.pkg
	}
	if ts := typeSpec(u); ts != nil {
		if obj, ok := e.objs[ts.Name.Name].(*types.TypeName); ok {
			e.next.homes[obj] = e.pkg
		}
	}
	return &fresh
}

func typeSpec(u *unit) *ast.TypeSpec {
	if g, ok := u.decl.(*ast.GenDecl); ok && g.Tok == token.TYPE {
		return g.Specs[0].(*ast.TypeSpec)
	}
	return nil
}

// fail notes that something cannot be rewritten.
func (e *emitter) fail(pos token.Pos, format string, args ...any) {
	if e.err == nil {
		e.err = Errors{e.errorAt(pos, fmt.Sprintf(format, args...))}
	}
}

// keySpeller spells types with full import paths, for keys of the store.
func (e *emitter) keySpeller() *speller {
	return &speller{
		pkg: e.s.pkg,
		structs: func(t *types.Struct) ast.Expr {
			if sd := e.structOf(t); sd != nil {
				return ast.NewIdent(e.pathOf(sd.pkg) + "." + sd.name)
			}
			return nil
		},
		cellType: func(t *types.TypeName) (ast.Expr, error) {
			home, ok := e.next.homes[t]
			if !ok {
				return nil, &unspellable{t.Type()}
			}
			return ast.NewIdent(e.pathOf(home) + "." + t.Name()), nil
		},
		imported: func(p *types.Package) string { return p.Path() },
	}
}

func (e *emitter) pathOf(p *Package) string {
	if p == nil {
		return selfPath
	}
	return p.Path
}

// key is the store's key of a variable, "" where its type cannot be written.
func (e *emitter) key(name string, t types.Type) string {
	x, err := e.keySpeller().spell(t)
	if err != nil {
		return ""
	}
	return name + " " + text(x)
}

// codeSpeller spells types for the package's own code.
func (e *emitter) codeSpeller() *speller {
	return &speller{
		pkg: e.s.pkg,
		structs: func(t *types.Struct) ast.Expr {
			if sd := e.structOf(t); sd != nil {
				return e.of(sd.pkg, sd.name)
			}
			return nil
		},
		cellType: func(t *types.TypeName) (ast.Expr, error) {
			home, ok := e.next.homes[t]
			if !ok {
				return nil, &unspellable{t.Type()}
			}
			if home == e.pkg {
				return ast.NewIdent(localName(t.Name())), nil
			}
			return e.of(home, exported(t.Name())), nil
		},
		imported: e.importName,
	}
}

// localName is the name of a type or constant within its own package: the
// notebook's, unless the rewriter's code needs that name for Go's own.
func localName(name string) string {
	if predeclared(name) {
		return exportMark + name
	}
	return name
}

// from2 refers to a name of the package of an earlier cell, or of this one.
func (e *emitter) of(p *Package, name string) ast.Expr {
	if p == nil || p == e.pkg {
		return ast.NewIdent(name)
	}
	alias, ok := e.cells[p]
	if !ok {
		alias = fmt.Sprintf("%s%d", mark, len(e.cells)+1)
		e.cells[p] = alias
	}
	return &ast.SelectorExpr{X: ast.NewIdent(alias), Sel: ast.NewIdent(name)}
}

// importName is the name by which the package refers to an imported one.
func (e *emitter) importName(p *types.Package) string {
	if name, ok := e.imports[p.Path()]; ok {
		return name
	}
	name := mark + p.Name()
	if p.Path() == rtPath {
		name = rtName
	}
	for i := 2; e.imported[name]; i++ {
		name = fmt.Sprintf("%s%s%d", mark, p.Name(), i)
	}
	e.imports[p.Path()], e.imported[name] = name, true
	return name
}

// rt refers to a function of package rt.
func (e *emitter) rt(name string) ast.Expr {
	e.imports[rtPath], e.imported[rtName] = rtName, true
	return &ast.SelectorExpr{X: ast.NewIdent(rtName), Sel: ast.NewIdent(name)}
}

// spell writes a type, or notes at pos that it cannot be written.
func (e *emitter) spell(pos token.Pos, t types.Type) ast.Expr {
	x, err := e.codeSpeller().spell(t)
	if err != nil {
		e.fail(pos, "%v", err)
		return ast.NewIdent("any")
	}
	return x
}

// slot is the variable of the package that leads to a name in the store, a **T
// for a variable and a *func for a function.
func (e *emitter) slot(pos token.Pos, name, key string, t ast.Expr, fn bool) string {
	if v, ok := e.slots[key]; ok {
		return v
	}
	v := slotMark + name
	for i := 2; e.taken[v]; i++ {
		v = fmt.Sprintf("%s%s%d", slotMark, name, i)
	}
	e.slots[key], e.taken[v] = v, true
	call, of := "Var", ast.Expr(&ast.StarExpr{X: &ast.StarExpr{X: t}})
	if fn {
		call, of = "Func", &ast.StarExpr{X: t}
	}
	value := &ast.CallExpr{Fun: &ast.ParenExpr{X: of}, Args: []ast.Expr{
		&ast.CallExpr{Fun: e.rt(call), Args: []ast.Expr{quoted(key), e.nilPointer(t)}}}}
	e.decls = append(e.decls, varDecl(v, value))
	return v
}

// nilPointer is (*T)(nil).
func (e *emitter) nilPointer(t ast.Expr) ast.Expr {
	return &ast.CallExpr{Fun: &ast.ParenExpr{X: &ast.StarExpr{X: t}}, Args: []ast.Expr{ast.NewIdent("nil")}}
}

func quoted(s string) ast.Expr { return &ast.BasicLit{Kind: token.STRING, Value: fmt.Sprintf("%q", s)} }

func varDecl(name string, value ast.Expr) ast.Decl {
	return &ast.GenDecl{Tok: token.VAR, Specs: []ast.Spec{&ast.ValueSpec{Names: []*ast.Ident{ast.NewIdent(name)}, Values: []ast.Expr{value}}}}
}

// varSlot is the slot of a variable.
func (e *emitter) varSlot(pos token.Pos, d *def) string {
	return e.slot(pos, d.name, d.key, e.spell(pos, d.obj.Type()), false)
}

// funcSlot is the slot of an ordinary function.
func (e *emitter) funcSlot(pos token.Pos, d *def) string {
	sig := d.obj.(*types.Func).Signature()
	t, err := e.codeSpeller().signature(sig, nil)
	if err != nil {
		e.fail(pos, "%v", err)
		return "nil"
	}
	return e.slot(pos, d.name, e.funcKey(d), t, true)
}

// funcKey is the key of an ordinary function.
func (e *emitter) funcKey(d *def) string {
	if d.key == "" {
		sig, err := e.keySpeller().signature(d.obj.(*types.Func).Signature(), nil)
		if err != nil {
			e.fail(d.obj.Pos(), "%v", err)
			return ""
		}
		d.key = "func " + d.name + " " + text(sig)
	}
	return d.key
}

// unit rewrites one declaration. u is the new unit, whose dependencies are
// filled in, old the one it was copied from.
func (e *emitter) unit(u, old *unit) {
	e.dependencies(u)
	switch d := u.decl.(type) {
	case *ast.FuncDecl:
		e.function(u, d)
	case *ast.GenDecl:
		dup := rewriteDecl(e, d)
		e.decls = append(e.decls, dup)
		for _, spec := range dup.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				name := spec.Name.Name
				spec.Name.Name = localName(name)
				if !token.IsExported(name) && localName(name) == name {
					e.exportType(name, spec)
				}
				if st, ok := d.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType); ok {
					e.accessors(name, spec, st)
				}
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					name := id.Name
					if name == "_" {
						continue
					}
					id.Name = localName(name)
					if !token.IsExported(name) && localName(name) == name {
						e.decls = append(e.decls, &ast.GenDecl{Tok: token.CONST, Specs: []ast.Spec{
							&ast.ValueSpec{Names: []*ast.Ident{ast.NewIdent(exported(name))}, Values: []ast.Expr{ast.NewIdent(name)}}}})
					}
				}
			}
		}
	}
}

// exportType declares an exported alias of an unexported type.
func (e *emitter) exportType(name string, spec *ast.TypeSpec) {
	alias := &ast.TypeSpec{Name: ast.NewIdent(exported(name)), Assign: 1, Type: instantiated(name, spec)}
	if spec.TypeParams != nil {
		alias.TypeParams = clone(&cloner{origin: map[ast.Node]ast.Node{}}, spec.TypeParams)
	}
	e.decls = append(e.decls, &ast.GenDecl{Tok: token.TYPE, Specs: []ast.Spec{alias}})
}

// instantiated is the type of a declaration with its own type parameters.
func instantiated(name string, spec *ast.TypeSpec) ast.Expr {
	t := ast.Expr(ast.NewIdent(localName(name)))
	if spec.TypeParams == nil {
		return t
	}
	var args []ast.Expr
	for _, f := range spec.TypeParams.List {
		for _, id := range f.Names {
			args = append(args, ast.NewIdent(id.Name))
		}
	}
	return &ast.IndexListExpr{X: t, Indices: args}
}

// dependencies fills in which names of the notebook a unit mentions.
func (e *emitter) dependencies(u *unit) {
	add := func(n ast.Node, into map[string]bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				obj := e.info.Uses[n]
				if d := e.defs[obj]; d != nil && !slices.Contains(u.names, d.name) {
					into[d.name] = true
				}
				if obj != nil && obj == e.s.ctx {
					into[obj.Name()] = true
				}
			case *ast.SelectorExpr:
				if sel := e.info.Selections[n]; sel != nil {
					eachNotebookType(sel.Recv(), e.s.pkg, func(t *types.TypeName) bool {
						if d := e.defs[t]; d != nil {
							into[t.Name()] = true
						}
						return true
					})
				}
			}
			return true
		})
	}
	add(u.decl, u.uses)
	if f, ok := u.decl.(*ast.FuncDecl); ok {
		add(f.Type, u.sig)
		if f.Recv != nil {
			add(f.Recv, u.sig)
		}
		for _, name := range u.names {
			delete(u.uses, name)
		}
	}
}

// function rewrites a function or a method.
func (e *emitter) function(u *unit, d *ast.FuncDecl) {
	name := d.Name.Name
	if name == "_" {
		return // it was checked, and can never be called
	}
	dup := rewriteDecl(e, d)
	dup.Doc = nil
	if e.recursive(d.Body) {
		dup.Body.List = slices.Insert(dup.Body.List, 0, e.guard("Enter", d.Body.Lbrace))
	}
	if d.Recv != nil {
		e.method(u, d, dup)
		return
	}
	if name == "init" {
		dup.Name = &ast.Ident{NamePos: d.Name.NamePos, Name: fmt.Sprintf("%sinit%d", implMark, len(e.inits))}
		e.decls = append(e.decls, dup)
		e.inits = append(e.inits, &ast.ExprStmt{X: &ast.CallExpr{Fun: ast.NewIdent(dup.Name.Name)}})
		return
	}
	def := e.defs[e.objs[name]]
	if def == nil {
		return
	}
	if def.generic() {
		dup.Name.Name = exported(name)
		e.decls = append(e.decls, dup)
		return
	}
	dup.Name.Name = implMark + name
	e.decls = append(e.decls, dup)
	e.bind = append(e.bind, assign(star(e.funcSlot(d.Name.Pos(), def)), ast.NewIdent(dup.Name.Name)))
}

// method rewrites a method. One that may be replaced later only calls what its
// slot holds; its own code is a function beside it.
func (e *emitter) method(u *unit, d, dup *ast.FuncDecl) {
	own := e.objs[u.recv] != nil
	var sig *types.Signature // with the receiver as its first parameter
	var recv types.Type
	if fn, ok := e.info.Defs[d.Name].(*types.Func); own && ok {
		sig, recv = fn.Signature(), fn.Signature().Recv().Type()
	} else if fn := e.methods[d]; fn != nil {
		sig = fn.Signature()
	} else {
		return
	}
	name := d.Name.Name
	if !replaceable(u) {
		dup.Name.Name = exported(name)
		e.decls = append(e.decls, dup)
		return
	}
	label := u.recv + mark + name
	t, err := e.codeSpeller().signature(sig, recv)
	if err != nil {
		e.fail(d.Name.Pos(), "%v", err)
		return
	}
	u.key = e.methodKey(u, sig, recv)
	slot := e.slot(d.Name.Pos(), label, u.key, t, true)
	impl := &ast.FuncDecl{Name: &ast.Ident{NamePos: d.Name.NamePos, Name: implMark + label}, Type: dup.Type, Body: dup.Body}
	impl.Type.Params = &ast.FieldList{Opening: dup.Type.Params.Opening, List: slices.Concat(named(dup.Recv.List), named(dup.Type.Params.List))}
	e.decls = append(e.decls, impl)
	e.bind = append(e.bind, assign(star(slot), ast.NewIdent(impl.Name.Name)))
	if !own {
		return
	}
	outer := &ast.FuncDecl{Name: ast.NewIdent(exported(name)), Type: &ast.FuncType{Params: &ast.FieldList{}, Results: t.Results}, Body: &ast.BlockStmt{}}
	outer.Recv = &ast.FieldList{List: []*ast.Field{{Names: []*ast.Ident{ast.NewIdent(mark + "r")}, Type: t.Params.List[0].Type}}}
	call := &ast.CallExpr{Fun: &ast.ParenExpr{X: star(slot)}, Args: []ast.Expr{ast.NewIdent(mark + "r")}}
	for i, f := range t.Params.List[1:] {
		arg := fmt.Sprintf("%sa%d", mark, i)
		outer.Type.Params.List = append(outer.Type.Params.List, &ast.Field{Names: []*ast.Ident{ast.NewIdent(arg)}, Type: f.Type})
		call.Args = append(call.Args, ast.NewIdent(arg))
		if _, ok := f.Type.(*ast.Ellipsis); ok {
			call.Ellipsis = 1
		}
	}
	if t.Results == nil {
		outer.Body.List = []ast.Stmt{&ast.ExprStmt{X: call}}
	} else {
		outer.Body.List = []ast.Stmt{&ast.ReturnStmt{Results: []ast.Expr{call}}}
	}
	e.decls = append(e.decls, outer)
}

// methodKey is the key of a method that may be replaced.
func (e *emitter) methodKey(u *unit, sig *types.Signature, recv types.Type) string {
	t, err := e.keySpeller().signature(sig, recv)
	if err != nil {
		e.fail(u.decl.Pos(), "%v", err)
		return ""
	}
	return "method " + u.names[0] + " " + text(t)
}

// named gives every field of a parameter list a name.
func named(fields []*ast.Field) []*ast.Field {
	for _, f := range fields {
		if len(f.Names) == 0 {
			f.Names = []*ast.Ident{ast.NewIdent("_")}
		}
	}
	return fields
}

func star(name string) ast.Expr { return &ast.StarExpr{X: ast.NewIdent(name)} }

func assign(lhs, rhs ast.Expr) ast.Stmt {
	return &ast.AssignStmt{Lhs: []ast.Expr{lhs}, Tok: token.ASSIGN, Rhs: []ast.Expr{rhs}}
}

// guard is a call of one of package rt's guards.
func (e *emitter) guard(name string, pos token.Pos) ast.Stmt {
	call := &ast.CallExpr{Fun: e.rt(name), Lparen: pos, Rparen: pos}
	call.Fun.(*ast.SelectorExpr).X.(*ast.Ident).NamePos = pos
	return &ast.ExprStmt{X: call}
}

// write puts the file together, prints it, and gives it the name its content
// earns it.
func (e *emitter) write() error {
	file := &ast.File{Name: ast.NewIdent("main")}
	add := func(name, path string) {
		spec := &ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: fmt.Sprintf("%q", path)}}
		if name != "" {
			spec.Name = ast.NewIdent(name)
		}
		file.Imports = append(file.Imports, spec)
	}
	// The linker learns from the object which runtime it was compiled for.
	add("_", "runtime")
	add("_", "runtime/cgo")
	e.rt("Register")
	for _, imp := range e.check.imports {
		if _, ok := e.imports[imp.path]; !ok {
			e.imports[imp.path] = "_" // its init functions run
		}
	}
	used := map[string]bool{}
	for _, d := range e.decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok {
					used[id.Name] = true
				}
			}
			return true
		})
	}
	for _, p := range sorted(e.imports) {
		if !used[e.imports[p]] {
			e.imports[p] = "_" // os, say, where all the cell wanted was os.Stdout
		}
		if p != "runtime" && p != "runtime/cgo" || e.imports[p] != "_" {
			add(e.imports[p], p)
		}
		e.pkg.Imports = append(e.pkg.Imports, p)
	}
	for p, name := range e.cells {
		if !used[name] {
			continue
		}
		e.pkg.Cells = append(e.pkg.Cells, p)
	}
	slices.SortFunc(e.pkg.Cells, func(a, b *Package) int { return strings.Compare(a.Path, b.Path) })
	for _, p := range e.pkg.Cells {
		add(e.cells[p], p.Path)
	}
	decls := make([]ast.Decl, 0, len(file.Imports)+len(e.decls))
	for _, spec := range file.Imports {
		decls = append(decls, &ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{spec}})
	}
	for _, d := range e.decls {
		e.place(d)
	}
	file.Decls = append(decls, e.decls...)
	var b bytes.Buffer
	cfg := printer.Config{Mode: printer.SourcePos | printer.UseSpaces | printer.TabIndent, Tabwidth: 8}
	if err := cfg.Fprint(&b, e.s.fset, file); err != nil {
		return fmt.Errorf("cells: printing the package: %w", err)
	}
	// What has no place in a cell has no use for a line directive.
	source := bytes.ReplaceAll(b.Bytes(), []byte("//line :1\n"), nil)
	sum := sha256.Sum256(source)
	e.pkg.Path = path.Join(path.Dir(selfPath), "h"+hex.EncodeToString(sum[:10]))
	e.pkg.Source = bytes.ReplaceAll(source, []byte(selfPath), []byte(e.pkg.Path))
	return nil
}

// settled replaces the place holder for the package's path in a key.
func (e *emitter) settled(key string) string { return strings.ReplaceAll(key, selfPath, e.pkg.Path) }

// leave works out what the notebook knows after the cell.
func (e *emitter) leave(fresh []*unit) {
	next := e.next
	redeclared := map[string]bool{}
	for _, u := range fresh {
		if ts := typeSpec(u); ts != nil {
			redeclared[ts.Name.Name] = true
		}
	}
	for name := range redeclared {
		delete(next.methods, name)
	}
	for _, u := range fresh {
		if u.recv == "" {
			for _, name := range u.names {
				if d := e.defs[e.objs[name]]; d != nil && name != "_" {
					d.key = e.settled(d.key)
					next.names[name] = d
				}
			}
			continue
		}
		m := method{name: u.names[0], unit: u, key: e.settled(u.key)}
		list := slices.Clone(next.methods[u.recv])
		if i := slices.IndexFunc(list, func(x method) bool { return x.name == m.name }); i >= 0 {
			list[i] = m
		} else {
			list = append(list, m)
		}
		next.methods[u.recv] = list
	}
	for name, m := range e.moved {
		m.new.key = e.settled(m.new.key)
		next.names[name] = m.new
	}
	for _, d := range e.order {
		d.key = e.settled(d.key)
		next.names[d.name] = d
	}
	for _, sd := range next.structs {
		if sd.pkg == nil {
			sd.pkg = e.pkg
		}
	}
}

// place gives nodes that the rewriter made the position of what stands before
// them, or, where nothing of the cell does, one in a file of their own: a line
// directive then keeps them from being taken for lines of the cell.
func (e *emitter) place(n ast.Node) {
	current := e.s.made
	set := func(p *token.Pos) {
		if p.IsValid() {
			current = *p
		} else {
			*p = current
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			set(&n.NamePos)
		case *ast.BasicLit:
			set(&n.ValuePos)
		case *ast.GenDecl:
			set(&n.TokPos)
		case *ast.FuncType:
			set(&n.Func)
		case *ast.BlockStmt:
			set(&n.Lbrace)
			if !n.Rbrace.IsValid() {
				n.Rbrace = n.Lbrace
			}
		case *ast.ReturnStmt:
			set(&n.Return)
		case *ast.StarExpr:
			set(&n.Star)
		case *ast.ParenExpr:
			set(&n.Lparen)
			if !n.Rparen.IsValid() {
				n.Rparen = n.Lparen
			}
		case *ast.CallExpr:
			if !n.Lparen.IsValid() {
				n.Lparen, n.Rparen = current, current
			}
		case *ast.AssignStmt:
			if !n.TokPos.IsValid() {
				n.TokPos = current
			}
		case *ast.UnaryExpr:
			set(&n.OpPos)
		}
		return true
	})
}
