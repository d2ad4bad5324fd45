package cells

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"maps"
	"path"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// check is the work on one cell, from its syntax to the state it would leave.
type check struct {
	s    *Session
	from *state
	src  *source
	cell *Cell

	imports []importSpec
	before  *state          // from, without the cell's imports
	own     []*unit         // declarations of the cell, in order, less those that change nothing
	carried []*unit         // declarations of earlier cells that have to be made again
	changed map[string]bool // names that mean something else, or something of another type
	dropped map[*unit]bool  // earlier declarations that did not fit

	info    *types.Info
	scopes  map[ast.Node]*types.Scope // recorded where it is not nil
	objs    map[string]types.Object   // what own and carried declare
	tops    map[*types.Var]*def       // variables of the cell's body that later cells see
	order   []*def                    // the same in the order of their definition
	moved   map[string]moved          // variables that move to a new version of their type
	methods map[ast.Decl]*types.Func  // new versions of methods of earlier types, as functions
	unused  map[token.Pos]bool        // local variables and labels that Go would refuse

	next *state
}

// moved is a variable of an earlier cell whose type was declared again with the
// same memory layout.
type moved struct {
	old *def
	new *def
}

// importSpec is one import of the cell.
type importSpec struct {
	spec *ast.ImportSpec
	path string
	name string // "" the package's own, "." into the notebook's names, "_" none
}

// readImports lists the imports of a cell, with errors for those that no
// notebook can have.
func readImports(src *source) ([]importSpec, Errors) {
	var all []importSpec
	var errs Errors
	for _, spec := range src.imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil || p == "" {
			errs = append(errs, src.errorAt(src.offset(spec.Path.Pos()), "invalid import path"))
			continue
		}
		if p == "C" {
			e := src.errorAt(src.offset(spec.Path.Pos()), `import "C" is not possible in a cell`)
			e.Hint = "put the cgo code in a module and import that"
			errs = append(errs, e)
			continue
		}
		i := importSpec{spec: spec, path: p}
		if spec.Name != nil {
			i.name = spec.Name.Name
		}
		all = append(all, i)
	}
	return all, errs
}

// units takes the declarations apart: one unit for each type, function, method
// and group of constants.
func (src *source) units() []*unit {
	var units []*unit
	for _, decl := range src.decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			u := &unit{src: src, decl: decl}
			if decl.Recv != nil {
				u.recv = receiverName(decl)
			}
			u.names = []string{decl.Name.Name}
			u.stext = src.signature(decl)
			units = append(units, u)
		case *ast.GenDecl:
			if decl.Tok == token.CONST {
				u := &unit{src: src, decl: decl}
				for _, spec := range decl.Specs {
					for _, id := range spec.(*ast.ValueSpec).Names {
						u.names = append(u.names, id.Name)
					}
				}
				units = append(units, u)
				continue
			}
			for _, spec := range decl.Specs {
				spec := spec.(*ast.TypeSpec)
				if spec.Doc == nil {
					spec.Doc = decl.Doc
				}
				units = append(units, &unit{src: src, names: []string{spec.Name.Name},
					decl: &ast.GenDecl{TokPos: spec.Pos(), Tok: token.TYPE, Specs: []ast.Spec{spec}}})
			}
		}
	}
	for _, u := range units {
		u.text = src.format(u.decl)
	}
	return units
}

// format prints a node as gofmt does, without comments.
func (src *source) format(n ast.Node) string {
	var b bytes.Buffer
	c := cloner{origin: map[ast.Node]ast.Node{}}
	if err := (&printer.Config{Mode: printer.RawFormat}).Fprint(&b, token.NewFileSet(), clone(&c, n)); err != nil {
		return ""
	}
	return b.String()
}

// signature is the text of a function's type, with its receiver, less the names
// of parameters.
func (src *source) signature(decl *ast.FuncDecl) string {
	bare := func(list *ast.FieldList) *ast.FieldList {
		if list == nil {
			return nil
		}
		out := &ast.FieldList{}
		for _, f := range list.List {
			for range max(1, len(f.Names)) {
				out.List = append(out.List, &ast.Field{Type: f.Type})
			}
		}
		return out
	}
	text := src.format(&ast.FuncType{TypeParams: decl.Type.TypeParams, Params: bare(decl.Type.Params), Results: bare(decl.Type.Results)})
	if decl.Recv != nil {
		for _, f := range decl.Recv.List {
			text += src.format(f.Type)
		}
	}
	return text
}

// receiverName is the name of the type that a method belongs to.
func receiverName(decl *ast.FuncDecl) string {
	if len(decl.Recv.List) == 0 {
		return ""
	}
	t := decl.Recv.List[0].Type
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
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// run type-checks the cell and works out the state it would leave.
func (c *check) run() error {
	var errs Errors
	for _, n := range c.src.nodes() {
		if id := forbidden(n); id != nil {
			return Errors{c.src.errorAt(c.src.offset(id.Pos()), "names that begin with "+mark+" are reserved")}
		}
	}
	c.next = c.from.clone()
	if err := c.declareImports(); err != nil {
		return err
	}
	units := c.src.units()
	c.src.stmts = initOrder(c.src.stmts, units)
	if errs = c.duplicates(units); len(errs) > 0 {
		return errs
	}
	for {
		c.depend(units)
		errs, bad := c.passes()
		if len(bad) > 0 {
			c.drop(bad)
			continue
		}
		if len(errs) > 0 {
			return errs
		}
		if !c.retyped() {
			return c.finish()
		}
	}
}

// nodes lists the cell's syntax.
func (src *source) nodes() []ast.Node {
	var nodes []ast.Node
	for _, d := range src.decls {
		nodes = append(nodes, d)
	}
	for _, s := range src.stmts {
		nodes = append(nodes, s)
	}
	return nodes
}

// declareImports adds the cell's imports to the notebook's names.
func (c *check) declareImports() error {
	var errs Errors
	for _, imp := range c.imports {
		pkg, err := c.s.importer.Import(imp.path)
		if err != nil {
			errs = append(errs, c.importError(imp, err))
			continue
		}
		line := c.src.line(imp.spec.Pos())
		switch imp.name {
		case "_":
		case ".":
			for _, name := range pkg.Scope().Names() {
				if obj := pkg.Scope().Lookup(name); obj.Exported() {
					c.next.names[name] = &def{name: name, kind: kindOf(obj), obj: obj, path: imp.path, dot: true, line: line, n: c.src.n}
				}
			}
		default:
			name := imp.name
			if name == "" {
				name = pkg.Name()
			}
			obj := types.NewPkgName(imp.spec.Pos(), c.s.pkg, name, pkg)
			c.next.names[name] = &def{name: name, kind: ImportName, obj: obj, path: imp.path, line: line, n: c.src.n}
		}
	}
	if len(errs) > 0 {
		return errs
	}
	c.before, c.from = c.from, c.next
	c.next = c.from.clone()
	return nil
}

// importError is the error for an import that cannot be had.
func (c *check) importError(imp importSpec, err error) *Error {
	return c.src.errorAt(c.src.offset(imp.spec.Path.Pos()), "could not import "+imp.path+" ("+err.Error()+")")
}

func kindOf(obj types.Object) Kind {
	switch obj.(type) {
	case *types.Func:
		return FuncName
	case *types.TypeName:
		return TypeName
	case *types.Const:
		return ConstName
	case *types.PkgName:
		return ImportName
	}
	return VarName
}

// duplicates finds names that the cell declares twice.
func (c *check) duplicates(units []*unit) Errors {
	var errs Errors
	at := map[string]token.Pos{}
	again := func(id *ast.Ident, name string) {
		if name == "_" || name == "init" {
			return
		}
		if first, ok := at[name]; ok {
			errs = append(errs, c.errorAt(id.Pos(), name+" redeclared in this block"))
			errs[len(errs)-1].Hint = "it is declared in line " + strconv.Itoa(c.src.line(first)) + " of the cell too"
			return
		}
		at[name] = id.Pos()
	}
	for _, u := range units {
		switch d := u.decl.(type) {
		case *ast.FuncDecl:
			if d.Body == nil {
				errs = append(errs, c.errorAt(d.Name.Pos(), "missing function body"))
			}
			if d.Recv == nil {
				again(d.Name, d.Name.Name)
			} else {
				again(d.Name, u.recv+"."+d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					again(spec.Name, spec.Name.Name)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						again(id, id.Name)
					}
				}
			}
		}
	}
	for _, id := range topNames(c.src.stmts) {
		if first, ok := at[id.Name]; ok && id.Name != "_" {
			errs = append(errs, c.errorAt(id.Pos(), id.Name+" redeclared in this block"))
			errs[len(errs)-1].Hint = "it is declared in line " + strconv.Itoa(c.src.line(first)) + " of the cell too"
		}
	}
	return errs
}

// topNames lists the variables that statements define for the notebook.
func topNames(stmts []ast.Stmt) []*ast.Ident {
	var ids []*ast.Ident
	for _, s := range stmts {
		for {
			l, ok := s.(*ast.LabeledStmt)
			if !ok {
				break
			}
			s = l.Stmt
		}
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for _, e := range s.Lhs {
					if id, ok := e.(*ast.Ident); ok {
						ids = append(ids, id)
					}
				}
			}
		case *ast.DeclStmt:
			for _, spec := range s.Decl.(*ast.GenDecl).Specs {
				if spec, ok := spec.(*ast.ValueSpec); ok {
					ids = append(ids, spec.Names...)
				}
			}
		}
	}
	return ids
}

// line is the line of the cell that a position is in.
func (src *source) line(pos token.Pos) int {
	off := max(src.offset(pos), 0)
	return 1 + strings.Count(src.code[:off], "\n")
}

func (c *check) errorAt(pos token.Pos, msg string) *Error {
	return c.src.errorAt(max(c.src.offset(pos), 0), msg)
}

// passes runs the type checker three times, because a cell is not a Go package:
// its declarations may be used before they are written, as in a package, but its
// statements see each variable only from its definition on, as in a function.
//
//  1. the declarations, without the bodies of functions;
//  2. the statements, as the body of a function, where a definition hides the
//     variable that an earlier cell gave the same name;
//  3. the bodies of functions, which see the cell's variables.
//
// bad lists earlier declarations that turned out not to fit; errs then means
// nothing.
func (c *check) passes() (errs Errors, bad []*unit) {
	c.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
		Scopes: c.scopes,
	}
	c.objs, c.tops, c.order = map[string]types.Object{}, map[*types.Var]*def{}, nil
	c.methods = map[ast.Decl]*types.Func{}
	c.moved, c.unused = map[string]moved{}, map[token.Pos]bool{}
	units := slices.Concat(c.carried, c.own)
	hidden := map[string]bool{}
	for _, u := range units {
		if u.recv == "" {
			for _, name := range u.names {
				hidden[name] = true
			}
		}
	}

	// The declarations.
	var decls []ast.Decl
	converted, refused := map[*unit]*ast.Ident{}, map[*unit]bool{}
	for _, u := range units {
		if f, ok := u.decl.(*ast.FuncDecl); ok && u.recv != "" && !hidden[u.recv] {
			if err := c.checkReceiver(u, f); err != nil {
				errs = append(errs, err)
				refused[u] = true
				continue
			}
			dup := c.asFunction(u, f)
			converted[u] = dup.Name
			decls = append(decls, dup)
			continue
		}
		decls = append(decls, u.decl)
	}
	r := c.typecheck(decls, true, func(insert func(types.Object)) {
		for name, d := range c.from.names {
			if !hidden[name] {
				insert(d.obj)
			}
		}
	})
	for _, name := range c.s.pkg.Scope().Names() {
		if hidden[name] {
			c.objs[name] = c.s.pkg.Scope().Lookup(name)
		}
	}
	for u, id := range converted {
		c.methods[u.decl], _ = c.info.Defs[id].(*types.Func)
	}
	c.moveVariables()

	// The statements.
	visible := func(insert func(types.Object)) {
		for name, d := range c.from.names {
			if !hidden[name] {
				if m, ok := c.moved[name]; ok {
					d = m.new
				}
				insert(d.obj)
			}
		}
		for _, obj := range c.objs {
			insert(obj)
		}
	}
	body := c.body()
	r = append(r, c.typecheck([]ast.Decl{body}, false, visible)...)
	c.collectTops()

	// The bodies of functions.
	decls = nil
	for _, u := range units {
		if f, ok := u.decl.(*ast.FuncDecl); ok && f.Body != nil && !refused[u] {
			decls = append(decls, c.asFunction(u, f))
		}
	}
	if len(decls) > 0 {
		tops := map[string]bool{}
		r = append(r, c.typecheck(decls, false, func(insert func(types.Object)) {
			for _, d := range c.order {
				insert(d.obj)
				tops[d.name] = true
			}
			visible(func(obj types.Object) {
				if !tops[obj.Name()] {
					insert(obj)
				}
			})
		})...)
	}
	more, bad := c.sortErrors(r)
	return append(errs, more...), bad
}

// checkReceiver reports a method that cannot be added to its type.
func (c *check) checkReceiver(u *unit, f *ast.FuncDecl) *Error {
	t := f.Recv.List[0].Type
	switch d := c.from.names[u.recv]; {
	case d == nil && !predeclared(u.recv):
		return c.errorAt(t.Pos(), "undefined: "+u.recv)
	case d == nil || d.kind == TypeName && d.unit == nil:
		return c.errorAt(t.Pos(), "cannot define new methods on non-local type "+u.recv)
	case d.kind != TypeName:
		return c.errorAt(t.Pos(), u.recv+" is not a type")
	}
	return nil
}

// asFunction makes a function or method one without a name, with the receiver as
// its first parameter: the type checker accepts methods only together with their
// type.
func (c *check) asFunction(u *unit, f *ast.FuncDecl) *ast.FuncDecl {
	out := &ast.FuncDecl{Name: &ast.Ident{NamePos: f.Name.NamePos, Name: "_"}, Type: f.Type, Body: f.Body}
	if f.Recv == nil || len(f.Recv.List) != 1 {
		return out
	}
	recv := f.Recv.List[0]
	typ := *f.Type
	first := &ast.Field{Names: recv.Names, Type: recv.Type}
	if params := c.receiverParams(u, f); params != nil {
		typ.TypeParams = params.list
		first.Type = params.recv
	}
	rest := f.Type.Params.List
	if len(rest) > 0 && (len(first.Names) == 0) != (len(rest[0].Names) == 0) {
		first.Names = fieldNames(first)
		rest = nil
		for _, p := range f.Type.Params.List {
			rest = append(rest, &ast.Field{Names: fieldNames(p), Type: p.Type})
		}
	}
	typ.Params = &ast.FieldList{Opening: f.Type.Params.Opening, List: append([]*ast.Field{first}, rest...), Closing: f.Type.Params.Closing}
	out.Type = &typ
	return out
}

func fieldNames(f *ast.Field) []*ast.Ident {
	if len(f.Names) > 0 {
		return f.Names
	}
	return []*ast.Ident{{NamePos: f.Type.Pos(), Name: "_"}}
}

// receiverTypeParams are the type parameters that a method of a generic type
// gets from its receiver.
type receiverTypeParams struct {
	list *ast.FieldList
	recv ast.Expr // the receiver's type, with a name for each of them
}

func (c *check) receiverParams(u *unit, f *ast.FuncDecl) *receiverTypeParams {
	var spec *ast.TypeSpec
	for _, other := range slices.Concat(c.own, c.carried) {
		if ts := typeSpec(other); ts != nil && ts.Name.Name == u.recv {
			spec = ts
		}
	}
	if spec == nil || spec.TypeParams == nil {
		return nil
	}
	// A copy, in which every parameter has a name and constraints speak of it.
	bare := &cloner{origin: map[ast.Node]ast.Node{}}
	recv := clone(bare, f.Recv.List[0].Type)
	inner := ast.Unparen(recv)
	if s, ok := inner.(*ast.StarExpr); ok {
		inner = ast.Unparen(s.X)
	}
	var args []ast.Expr
	switch x := inner.(type) {
	case *ast.IndexExpr:
		args = []ast.Expr{x.Index}
	case *ast.IndexListExpr:
		args = x.Indices
	}
	list := clone(bare, spec.TypeParams)
	rename := map[string]string{}
	i := 0
	for _, field := range list.List {
		for _, id := range field.Names {
			if i < len(args) {
				if arg, ok := args[i].(*ast.Ident); ok {
					if arg.Name == "_" {
						arg.Name = fmt.Sprintf("%sT%d", mark, i)
					}
					rename[id.Name] = arg.Name
					id.Name = arg.Name
				}
			}
			id.NamePos = f.Recv.Pos()
			i++
		}
	}
	for _, field := range list.List {
		ast.Inspect(field.Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if to := rename[id.Name]; to != "" {
					id.Name = to
				}
				id.NamePos = f.Recv.Pos()
			}
			return true
		})
	}
	return &receiverTypeParams{list: list, recv: recv}
}

// typecheck checks declarations in a scope that fill prepares, and returns the
// errors, among them those that a notebook tolerates.
func (c *check) typecheck(decls []ast.Decl, ignoreBodies bool, fill func(insert func(types.Object))) (errs []types.Error) {
	pkg := c.s.pkg
	// One package and one scope for all cells, because unexported fields belong to
	// packages and types to scopes; emptied each time, because names may be
	// declared again.
	*pkg.Scope() = *types.NewScope(types.Universe, token.NoPos, token.NoPos, "")
	fill(func(obj types.Object) { pkg.Scope().Insert(obj) })
	if c.s.ctx != nil {
		pkg.Scope().Insert(c.s.ctx) // unless the notebook has its own
	}
	conf := &types.Config{
		IgnoreFuncBodies: ignoreBodies,
		Importer:         c.s.importer,
		Sizes:            types.SizesFor("gc", runtime.GOARCH),
		Error: func(err error) {
			if e, ok := err.(types.Error); ok {
				errs = append(errs, e)
			}
		},
	}
	file := &ast.File{Package: token.NoPos, Name: ast.NewIdent(pkg.Name()), Decls: decls}
	defer func() {
		if r := recover(); r != nil {
			errs = append(errs, types.Error{Fset: c.src.fset, Pos: decls[0].Pos(), Msg: fmt.Sprint("the type checker fails on this cell: ", r)})
		}
	}()
	_ = types.NewChecker(conf, c.src.fset, pkg, c.info).Files([]*ast.File{file}) // reported one by one
	return errs
}

// sortErrors tells the cell's errors from what a notebook tolerates and from
// errors in earlier declarations.
func (c *check) sortErrors(all []types.Error) (errs Errors, bad []*unit) {
	seen := map[string]bool{}
	for _, e := range all {
		// Variables and labels that nothing uses are tolerated; other soft errors,
		// such as a := that defines nothing, are not.
		if e.Soft && strings.Contains(e.Msg, "declared and not used") {
			c.unused[e.Pos] = true
			continue
		}
		off := c.src.offset(e.Pos)
		if off < 0 {
			for _, u := range c.carried {
				if u.src.offset(e.Pos) >= 0 && within(e.Pos, u.decl) && !slices.Contains(bad, u) {
					bad = append(bad, u)
				}
			}
			continue
		}
		err := c.src.errorAt(off, strings.TrimPrefix(e.Msg, "\t"))
		if n := len(c.src.stmts); n > 0 && within(e.Pos, c.src.stmts[n-1]) {
			err.Msg = strings.Replace(err.Msg, " in assignment to _ identifier", "", 1) // body made it one
		}
		if strings.HasPrefix(e.Msg, "\t") { // go on with the error before
			if len(errs) > 0 {
				errs[len(errs)-1].Hint = strings.TrimSpace(e.Msg) + " in line " + strconv.Itoa(err.Line)
			}
			continue
		}
		err.Hint = c.hint(e.Msg)
		if key := err.Error(); !seen[key] {
			seen[key] = true
			errs = append(errs, err)
		}
	}
	sort.SliceStable(errs, func(i, j int) bool {
		a, b := errs[i], errs[j]
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	if len(errs) > 10 {
		errs = errs[:10]
	}
	return errs, bad
}

func within(pos token.Pos, n ast.Node) bool { return n.Pos() <= pos && pos < n.End() }

// hint says what to do about an error, where that can be told.
func (c *check) hint(msg string) string {
	if name, ok := strings.CutPrefix(msg, "undefined: "); ok {
		for _, p := range c.s.pkgs.Importable("") {
			if path.Base(p) == name && !strings.Contains(p, ".") {
				return "missing: import " + strconv.Quote(p)
			}
		}
	}
	if from, to, ok := mismatch(msg); ok && from == to {
		return "the value was made with an earlier version of the type " + to + ": run the cell that makes it again"
	}
	return ""
}

// mismatch reads "cannot use x (variable of type T) as T value in …".
func mismatch(msg string) (from, to string, ok bool) {
	if !strings.HasPrefix(msg, "cannot use ") {
		return "", "", false
	}
	_, rest, ok := strings.Cut(msg, " type ")
	if !ok {
		return "", "", false
	}
	from, rest, ok = strings.Cut(rest, ") as ")
	if !ok {
		return "", "", false
	}
	to, _, ok = strings.Cut(rest, " value in ")
	return from, to, ok
}

// body wraps the cell's statements as a function. A last expression that is no
// call is made a statement that Go allows.
func (c *check) body() *ast.FuncDecl {
	stmts := slices.Clone(c.src.stmts)
	if n := len(stmts); n > 0 {
		if last, ok := stmts[n-1].(*ast.ExprStmt); ok && !c.isStatementCall(last.X) {
			stmts[n-1] = &ast.AssignStmt{Lhs: []ast.Expr{&ast.Ident{NamePos: last.Pos(), Name: "_"}}, TokPos: last.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{last.X}}
		}
	}
	b := &ast.BlockStmt{List: stmts}
	if len(stmts) > 0 {
		b.Lbrace, b.Rbrace = stmts[0].Pos(), stmts[len(stmts)-1].End()
	}
	return &ast.FuncDecl{Name: &ast.Ident{NamePos: b.Lbrace, Name: "_"}, Type: &ast.FuncType{Func: b.Lbrace, Params: &ast.FieldList{}}, Body: b}
}

// isStatementCall reports whether an expression is a call that Go allows as a
// statement: not a conversion, not a builtin that only computes.
func (c *check) isStatementCall(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	return !c.isTypeOrBuiltin(call.Fun)
}

func (c *check) isTypeOrBuiltin(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.ArrayType, *ast.MapType, *ast.ChanType, *ast.FuncType, *ast.InterfaceType, *ast.StructType:
		return true
	case *ast.StarExpr:
		return c.isTypeOrBuiltin(e.X)
	case *ast.IndexExpr:
		return c.isTypeOrBuiltin(e.X)
	case *ast.IndexListExpr:
		return c.isTypeOrBuiltin(e.X)
	case *ast.SelectorExpr:
		if id, ok := e.X.(*ast.Ident); ok {
			if d := c.from.names[id.Name]; d != nil && d.kind == ImportName && !d.dot {
				_, isType := d.obj.(*types.PkgName).Imported().Scope().Lookup(e.Sel.Name).(*types.TypeName)
				return isType
			}
		}
	case *ast.Ident:
		for _, u := range c.own {
			if slices.Contains(u.names, e.Name) && u.recv == "" {
				_, isType := u.decl.(*ast.GenDecl)
				return isType
			}
		}
		for _, id := range topNames(c.src.stmts) {
			if id.Name == e.Name {
				return false
			}
		}
		var obj types.Object
		if d := c.from.names[e.Name]; d != nil {
			obj = d.obj
		} else {
			obj = types.Universe.Lookup(e.Name)
		}
		switch obj := obj.(type) {
		case *types.TypeName:
			return true
		case *types.Builtin:
			switch obj.Name() {
			case "clear", "close", "copy", "delete", "panic", "print", "println", "recover":
				return false
			}
			return true
		}
	}
	return false
}

// collectTops finds the variables that the statements define for later cells.
func (c *check) collectTops() {
	byName := map[string]*def{}
	for _, id := range topNames(c.src.stmts) {
		v, ok := c.info.Defs[id].(*types.Var)
		if !ok || id.Name == "_" {
			continue
		}
		d := &def{name: id.Name, kind: VarName, obj: types.NewVar(id.Pos(), c.s.pkg, id.Name, v.Type()), line: c.src.line(id.Pos()), n: c.src.n}
		c.tops[v] = d
		if byName[id.Name] == nil {
			c.order = append(c.order, d)
		}
		byName[id.Name] = d
	}
}

// retyped notices variables that the cell defines with another type than they
// had: functions that mention them are to be declared again.
func (c *check) retyped() bool {
	found := false
	for _, d := range c.order {
		old := c.from.names[d.name]
		if old != nil && old.kind == VarName && !c.changed[d.name] && !types.Identical(old.obj.Type(), d.obj.Type()) {
			c.changed[d.name] = true
			found = true
		}
	}
	return found
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
