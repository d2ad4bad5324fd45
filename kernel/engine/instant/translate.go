package instant

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"strconv"
)

// ErrCompile says that a cell is not for this package: it has to be compiled.
var ErrCompile = errors.New("instant: needs the compiler")

// Source is a cell that go/types has accepted.
type Source struct {
	Stmts []ast.Stmt
	Info  *types.Info
	// Key is the store's key of a variable, function or type that the notebook
	// defined, in this cell or an earlier one; ok is false for what is from a
	// package or the universe.
	Key func(types.Object) (key string, ok bool)
	// Unread are the keys of error variables that the cell never reads.
	Unread map[string]bool
	// Line is the line of the cell at a position, from 1.
	Line func(token.Pos) int
	// Exported says whether other packages can see a field or method under its
	// own name: those of the notebook's types may have another in the package
	// they are compiled to. Nil stands for token.IsExported of the name.
	Exported func(types.Object) bool
}

// Translate makes the Program of a cell. The error is ErrCompile, with the
// reason, where the cell holds more than this package does.
func Translate(src Source) (p *Program, err error) {
	t := &translator{src: src, types: map[types.Type]int{}, p: &Program{}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case refusal:
			p, err = nil, fmt.Errorf("%w: %s", ErrCompile, string(r))
		default:
			panic(r)
		}
	}()
	for _, s := range src.Stmts {
		t.stmt(s)
	}
	if n := len(src.Stmts); n > 0 {
		if last, ok := src.Stmts[n-1].(*ast.ExprStmt); ok {
			t.p.Valued = !src.Info.Types[last.X].IsVoid()
		}
	}
	return t.p, nil
}

type refusal string

func refuse(format string, args ...any) { panic(refusal(fmt.Sprintf(format, args...))) }

type translator struct {
	src   Source
	p     *Program
	types map[types.Type]int
}

func (t *translator) add(n Node) { t.p.Body = append(t.p.Body, n) }

func (t *translator) stmt(s ast.Stmt) {
	line := t.src.Line(s.Pos())
	switch s := s.(type) {
	case *ast.EmptyStmt:
	case *ast.ExprStmt:
		n := t.expr(s.X)
		t.add(Node{Op: opExpr, Args: []Node{n}, Line: line})
	case *ast.SendStmt:
		t.add(Node{Op: opSend, Args: []Node{t.expr(s.Chan), t.value(s.Value, t.src.Info.TypeOf(s.Chan).Underlying().(*types.Chan).Elem())}, Line: line})
	case *ast.IncDecStmt:
		op := "+"
		if s.Tok == token.DEC {
			op = "-"
		}
		one := Node{Op: opConst, Str: "1", Type: t.typ(t.src.Info.TypeOf(s.X))}
		t.add(Node{Op: opUpdate, Str: op, Args: []Node{t.place(s.X), one}, Line: line})
	case *ast.AssignStmt:
		t.assign(s, line)
	case *ast.DeclStmt:
		d, ok := s.Decl.(*ast.GenDecl)
		if !ok || d.Tok != token.VAR {
			refuse("a declaration")
		}
		for _, spec := range d.Specs {
			t.varSpec(spec.(*ast.ValueSpec), t.src.Line(spec.Pos()))
		}
	default:
		refuse("a statement: %T", s)
	}
}

func (t *translator) assign(s *ast.AssignStmt, line int) {
	if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
		op, ok := updateOps[s.Tok]
		if !ok {
			refuse("the assignment %s", s.Tok)
		}
		t.add(Node{Op: opUpdate, Str: op, Args: []Node{t.place(s.Lhs[0]), t.expr(s.Rhs[0])}, Line: line})
		return
	}
	var places []Node
	var checks []string
	for _, l := range s.Lhs {
		id, isIdent := ast.Unparen(l).(*ast.Ident)
		if isIdent && id.Name == "_" {
			places = append(places, Node{Op: opBlank})
			continue
		}
		if isIdent && s.Tok == token.DEFINE {
			if obj := t.src.Info.Defs[id]; obj != nil {
				places = append(places, t.define(obj, false))
				if key, _ := t.src.Key(obj); t.src.Unread[key] {
					checks = append(checks, key)
				}
				continue
			}
		}
		p := t.place(l)
		places = append(places, p)
		if p.Op == opVar && t.src.Unread[p.Str] {
			checks = append(checks, p.Str)
		}
	}
	t.values(places, s.Lhs, s.Rhs, line)
	for _, key := range checks {
		t.add(Node{Op: opCheck, Str: key, Line: line})
	}
}

// define makes the place of a new variable. Its value says its type, unless the
// type is written down or is one that values hide: an interface.
func (t *translator) define(obj types.Object, written bool) Node {
	key, ok := t.src.Key(obj)
	if !ok {
		refuse("a variable of its own: %s", obj.Name())
	}
	if written || types.IsInterface(obj.Type()) {
		return Node{Op: opDefine, Str: key, Type: t.typ(obj.Type())}
	}
	return Node{Op: opDefine, Str: key}
}

func (t *translator) varSpec(spec *ast.ValueSpec, line int) {
	var places []Node
	for _, id := range spec.Names {
		if id.Name == "_" {
			places = append(places, Node{Op: opBlank})
			continue
		}
		places = append(places, t.define(t.src.Info.Defs[id], spec.Type != nil))
	}
	if len(spec.Values) == 0 {
		for _, p := range places {
			if p.Op == opDefine {
				t.add(Node{Op: opAssign, Args: []Node{p, {Op: opNil, Type: p.Type}}, Line: line})
			}
		}
		return
	}
	names := make([]ast.Expr, len(spec.Names))
	for i, id := range spec.Names {
		names[i] = id
	}
	t.values(places, names, spec.Values, line)
}

// values assigns.
func (t *translator) values(places []Node, left, values []ast.Expr, line int) {
	n := Node{Op: opAssign, Args: places, Line: line}
	if len(values) == len(places) {
		for i, v := range values {
			if places[i].Op == opBlank {
				n.Args = append(n.Args, t.expr(v))
				continue
			}
			n.Args = append(n.Args, t.value(v, t.src.Info.TypeOf(left[i])))
		}
	} else {
		n.Flag = true
		n.Args = append(n.Args, t.multi(values[0]))
	}
	t.add(n)
}

// multi is an expression with several values.
func (t *translator) multi(e ast.Expr) Node {
	switch x := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return t.expr(x)
	case *ast.IndexExpr:
		n := t.expr(x)
		if n.Op == opIndex {
			n.Flag = true
			return n
		}
	case *ast.TypeAssertExpr:
		return Node{Op: opAssert, Args: []Node{t.expr(x.X)}, Type: t.typ(t.src.Info.TypeOf(x.Type)), Line: t.src.Line(x.Pos())}
	case *ast.UnaryExpr:
		if x.Op == token.ARROW {
			return Node{Op: opReceive, Flag: true, Args: []Node{t.expr(x.X)}, Line: t.src.Line(x.Pos())}
		}
	}
	refuse("several values of %T", e)
	return Node{}
}

// place is what can be assigned to.
func (t *translator) place(e ast.Expr) Node {
	n := t.expr(e)
	switch n.Op {
	case opVar, opGlobal, opField, opIndex, opDeref:
		return n
	}
	refuse("an assignment to %s", n.Op)
	return Node{}
}

var updateOps = map[token.Token]string{
	token.ADD_ASSIGN: "+", token.SUB_ASSIGN: "-", token.MUL_ASSIGN: "*", token.QUO_ASSIGN: "/", token.REM_ASSIGN: "%",
	token.AND_ASSIGN: "&", token.OR_ASSIGN: "|", token.XOR_ASSIGN: "^", token.SHL_ASSIGN: "<<", token.SHR_ASSIGN: ">>", token.AND_NOT_ASSIGN: "&^",
}

// value is expr where what it goes to has the type typ: nil needs that.
func (t *translator) value(e ast.Expr, typ types.Type) Node {
	if t.src.Info.Types[ast.Unparen(e)].IsNil() {
		return Node{Op: opNil, Type: t.typ(typ)}
	}
	return t.expr(e)
}

func (t *translator) expr(e ast.Expr) Node {
	e = ast.Unparen(e)
	tv, ok := t.src.Info.Types[e]
	if id, isIdent := e.(*ast.Ident); isIdent && !ok {
		if obj := t.src.Info.ObjectOf(id); obj != nil {
			return t.object(obj)
		}
	}
	if tv.Value != nil {
		return t.constant(tv)
	}
	line := t.src.Line(e.Pos())
	switch e := e.(type) {
	case *ast.Ident:
		return t.object(t.src.Info.ObjectOf(e))
	case *ast.SelectorExpr:
		return t.selector(e)
	case *ast.CallExpr:
		return t.call(e)
	case *ast.CompositeLit:
		return t.literal(e, t.src.Info.TypeOf(e))
	case *ast.StarExpr:
		return Node{Op: opDeref, Args: []Node{t.expr(e.X)}, Line: line}
	case *ast.IndexExpr:
		switch u := t.src.Info.TypeOf(e.X).Underlying().(type) {
		case *types.Map:
			return Node{Op: opIndex, Args: []Node{t.expr(e.X), t.value(e.Index, u.Key())}, Line: line}
		case *types.Slice, *types.Array, *types.Basic, *types.Pointer:
			return Node{Op: opIndex, Args: []Node{t.expr(e.X), t.expr(e.Index)}, Line: line}
		}
	case *ast.SliceExpr:
		n := Node{Op: opSlice, Args: []Node{t.expr(e.X)}, Line: line}
		for _, b := range []ast.Expr{e.Low, e.High, e.Max} {
			if b == nil {
				n.Args = append(n.Args, Node{Op: opNil})
			} else {
				n.Args = append(n.Args, t.expr(b))
			}
		}
		return n
	case *ast.UnaryExpr:
		switch e.Op {
		case token.AND:
			x := t.expr(e.X)
			switch x.Op {
			case opVar, opGlobal, opField, opIndex, opDeref, opStruct, opList, opMap:
				return Node{Op: opAddr, Args: []Node{x}, Line: line}
			}
		case token.ARROW:
			return Node{Op: opReceive, Args: []Node{t.expr(e.X)}, Line: line}
		case token.ADD, token.SUB, token.NOT, token.XOR:
			return Node{Op: opUnary, Str: e.Op.String(), Args: []Node{t.expr(e.X)}, Line: line}
		}
	case *ast.BinaryExpr:
		x, y := t.value(e.X, t.src.Info.TypeOf(e.Y)), t.value(e.Y, t.src.Info.TypeOf(e.X))
		switch e.Op {
		case token.LAND:
			return Node{Op: opAnd, Args: []Node{x, y}, Type: t.typ(tv.Type)}
		case token.LOR:
			return Node{Op: opOr, Args: []Node{x, y}, Type: t.typ(tv.Type)}
		}
		// A comparison may be of a type of its own, such as type yes bool.
		return Node{Op: opBinary, Str: e.Op.String(), Args: []Node{x, y}, Type: t.typ(tv.Type), Line: line}
	}
	refuse("an expression: %T", e)
	return Node{}
}

// object is what a name means.
func (t *translator) object(obj types.Object) Node {
	switch obj := obj.(type) {
	case *types.Var:
		if key, ok := t.src.Key(obj); ok {
			return Node{Op: opVar, Str: key}
		}
		if obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
			return Node{Op: opGlobal, Str: obj.Name(), Pkg: obj.Pkg().Path()}
		}
	case *types.Func:
		if obj.Signature().TypeParams() != nil {
			refuse("the generic function %s", obj.Name())
		}
		if key, ok := t.src.Key(obj); ok {
			return Node{Op: opFunc, Str: key}
		}
		if obj.Pkg() != nil {
			return Node{Op: opSymbol, Str: obj.Name(), Pkg: obj.Pkg().Path()}
		}
	}
	refuse("the name %v", obj)
	return Node{}
}

func (t *translator) constant(tv types.TypeAndValue) Node {
	typ := tv.Type
	if b, ok := typ.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		typ = types.Default(typ)
	}
	n := Node{Op: opConst, Type: t.typ(typ)}
	v := tv.Value
	b, ok := typ.Underlying().(*types.Basic)
	if !ok {
		refuse("a constant of type %s", typ)
	}
	switch {
	case b.Info()&types.IsString != 0:
		n.Str, n.Flag = strconv.Quote(constant.StringVal(v)), true
	case b.Info()&types.IsBoolean != 0:
		n.Str = strconv.FormatBool(constant.BoolVal(v))
	case b.Info()&types.IsComplex != 0:
		// Every complex value is a pair of exact floats.
		re, _ := constant.Float64Val(constant.Real(v))
		im, _ := constant.Float64Val(constant.Imag(v))
		if b.Kind() == types.Complex64 {
			re32, _ := constant.Float32Val(constant.Real(v))
			im32, _ := constant.Float32Val(constant.Imag(v))
			re, im = float64(re32), float64(im32)
		}
		n.Str = strconv.FormatComplex(complex(re, im), 'g', -1, 128)
	case b.Kind() == types.Float32:
		f, _ := constant.Float32Val(v)
		n.Str = strconv.FormatFloat(float64(f), 'g', -1, 64)
	case b.Info()&types.IsFloat != 0:
		f, _ := constant.Float64Val(v)
		n.Str = strconv.FormatFloat(f, 'g', -1, 64)
	case b.Info()&types.IsInteger != 0:
		n.Str = constant.ToInt(v).ExactString()
	default:
		refuse("a constant of type %s", typ)
	}
	return n
}

func (t *translator) exported(obj types.Object) bool {
	if t.src.Exported != nil {
		return t.src.Exported(obj)
	}
	return obj.Exported()
}

func (t *translator) selector(e *ast.SelectorExpr) Node {
	sel := t.src.Info.Selections[e]
	if sel == nil { // of a package
		return t.object(t.src.Info.ObjectOf(e.Sel))
	}
	line := t.src.Line(e.Sel.Pos())
	path := sel.Index()
	switch sel.Kind() {
	case types.FieldVal:
		t.visible(sel.Recv(), path)
		return Node{Op: opField, Args: []Node{t.expr(e.X)}, Path: path, Line: line}
	case types.MethodVal:
		f := sel.Obj().(*types.Func)
		if !t.exported(f) {
			refuse("the method %s", f.Name())
		}
		t.visible(sel.Recv(), path[:len(path)-1])
		n := Node{Op: opMethod, Args: []Node{t.expr(e.X)}, Str: f.Name(), Path: path[:len(path)-1], Line: line}
		if r := f.Signature().Recv(); r != nil {
			_, n.Flag = types.Unalias(r.Type()).(*types.Pointer)
		}
		return n
	}
	refuse("the method expression %s", e.Sel.Name)
	return Node{}
}

// visible refuses a path with a field that reflection may not touch.
func (t *translator) visible(typ types.Type, path []int) {
	for _, i := range path {
		if p, ok := typ.Underlying().(*types.Pointer); ok {
			typ = p.Elem()
		}
		s, ok := typ.Underlying().(*types.Struct)
		if !ok {
			refuse("a field of %s", typ)
		}
		if !t.exported(s.Field(i)) {
			refuse("the field %s", s.Field(i).Name())
		}
		typ = s.Field(i).Type()
	}
}

func (t *translator) call(e *ast.CallExpr) Node {
	line := t.src.Line(e.Lparen)
	fun := ast.Unparen(e.Fun)
	tv := t.src.Info.Types[fun]
	if tv.IsType() {
		return t.conversion(e, tv.Type, line)
	}
	if tv.IsBuiltin() {
		return t.builtin(e, fun, line)
	}
	n := Node{Op: opCall, Flag: e.Ellipsis.IsValid(), Args: []Node{t.expr(fun)}, Line: line}
	if len(e.Args) == 1 {
		if _, ok := t.src.Info.TypeOf(e.Args[0]).(*types.Tuple); ok {
			n.Op = opTuple
		}
	}
	sig, ok := tv.Type.Underlying().(*types.Signature)
	if !ok {
		refuse("a call of %s", tv.Type)
	}
	for i, a := range e.Args {
		n.Args = append(n.Args, t.value(a, param(sig, i, n.Flag)))
	}
	return n
}

// param is the type of a call's i-th argument.
func param(sig *types.Signature, i int, spread bool) types.Type {
	last := sig.Params().Len() - 1
	if sig.Variadic() && i >= last && !spread {
		return sig.Params().At(last).Type().(*types.Slice).Elem()
	}
	return sig.Params().At(min(i, last)).Type()
}

func (t *translator) conversion(e *ast.CallExpr, to types.Type, line int) Node {
	from := t.src.Info.TypeOf(e.Args[0])
	_, isSlice := from.Underlying().(*types.Slice)
	switch u := to.Underlying().(type) {
	case *types.Array:
		if isSlice {
			refuse("a slice as an array")
		}
	case *types.Pointer:
		if isSlice {
			refuse("a slice as an array")
		}
	case *types.Basic:
		if u.Kind() == types.UnsafePointer {
			refuse("an unsafe pointer")
		}
	}
	if b, ok := from.Underlying().(*types.Basic); ok && b.Kind() == types.UnsafePointer {
		refuse("an unsafe pointer")
	}
	return Node{Op: opConvert, Type: t.typ(to), Args: []Node{t.value(e.Args[0], to)}, Line: line}
}

func (t *translator) builtin(e *ast.CallExpr, fun ast.Expr, line int) Node {
	var name string
	switch f := fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		refuse("unsafe.%s", f.Sel.Name)
	}
	n := Node{Op: opBuiltin, Str: name, Flag: e.Ellipsis.IsValid(), Line: line}
	args := e.Args
	switch name {
	case "make", "new":
		if !t.src.Info.Types[ast.Unparen(args[0])].IsType() {
			refuse("new of a value")
		}
		n.Type = t.typ(t.src.Info.TypeOf(args[0]))
		args = args[1:]
	case "append", "min", "max", "complex", "real", "imag":
		n.Type = t.typ(t.src.Info.TypeOf(e))
	case "len", "cap", "copy", "delete", "clear", "close", "panic", "print", "println":
	default:
		refuse("the builtin %s", name)
	}
	for _, a := range args {
		if _, ok := t.src.Info.TypeOf(a).(*types.Tuple); ok {
			refuse("several values for %s", name)
		}
		n.Args = append(n.Args, t.value(a, t.builtinArg(name, args, len(n.Args), n.Flag)))
	}
	return n
}

// builtinArg is the type of a builtin's i-th argument, where that could be nil.
func (t *translator) builtinArg(name string, args []ast.Expr, i int, spread bool) types.Type {
	first := t.src.Info.TypeOf(args[0])
	switch u := first.Underlying().(type) {
	case *types.Slice:
		if name == "append" && i > 0 && !spread {
			return u.Elem()
		}
	case *types.Map:
		if name == "delete" && i > 0 {
			return u.Key()
		}
	}
	if name == "panic" {
		return types.Universe.Lookup("any").Type()
	}
	if _, basic := t.src.Info.TypeOf(args[i]).Underlying().(*types.Basic); !basic && (name == "print" || name == "println") {
		refuse("print of %s", t.src.Info.TypeOf(args[i]))
	}
	return first
}

func (t *translator) literal(e *ast.CompositeLit, typ types.Type) Node {
	line := t.src.Line(e.Pos())
	if p, ok := typ.Underlying().(*types.Pointer); ok && e.Type == nil { // &T left out in a literal
		return Node{Op: opAddr, Args: []Node{t.literal(e, p.Elem())}, Line: line}
	}
	switch u := typ.Underlying().(type) {
	case *types.Struct:
		n := Node{Op: opStruct, Type: t.typ(typ), Line: line}
		for i, elt := range e.Elts {
			v := elt
			if kv, ok := elt.(*ast.KeyValueExpr); ok {
				i, v = fieldNumber(u, t.src.Info.ObjectOf(kv.Key.(*ast.Ident))), kv.Value
			}
			if i < 0 || !t.exported(u.Field(i)) {
				refuse("a field of %s", typ)
			}
			n.Path = append(n.Path, i)
			n.Args = append(n.Args, t.element(v, u.Field(i).Type()))
		}
		return n
	case *types.Slice:
		return t.list(e, typ, u.Elem(), -1, line)
	case *types.Array:
		return t.list(e, typ, u.Elem(), u.Len(), line)
	case *types.Map:
		n := Node{Op: opMap, Type: t.typ(typ), Line: line}
		for _, elt := range e.Elts {
			kv := elt.(*ast.KeyValueExpr)
			n.Args = append(n.Args, t.element(kv.Key, u.Key()), t.element(kv.Value, u.Elem()))
		}
		return n
	}
	refuse("a literal of %s", typ)
	return Node{}
}

func fieldNumber(s *types.Struct, field types.Object) int {
	for i := range s.NumFields() {
		if s.Field(i) == field || s.Field(i).Origin() == field {
			return i
		}
	}
	return -1
}

// listMost bounds literals like []int{1e9: 1}.
const listMost = 1 << 20

func (t *translator) list(e *ast.CompositeLit, typ, elem types.Type, length int64, line int) Node {
	n := Node{Op: opList, Type: t.typ(typ), Line: line}
	at, end := int64(0), int64(0)
	for _, elt := range e.Elts {
		v := elt
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			var exact bool
			if at, exact = constant.Int64Val(constant.ToInt(t.src.Info.Types[kv.Key].Value)); !exact {
				refuse("an index")
			}
			v = kv.Value
		}
		n.Path = append(n.Path, int(at))
		n.Args = append(n.Args, t.element(v, elem))
		at++
		end = max(end, at)
	}
	if length < 0 {
		length = end
	}
	if length > listMost {
		refuse("a literal of %d elements", length)
	}
	n.Str = strconv.FormatInt(length, 10)
	return n
}

// element is one value in a literal; its type may be left out there.
func (t *translator) element(e ast.Expr, typ types.Type) Node {
	if lit, ok := e.(*ast.CompositeLit); ok && lit.Type == nil {
		return t.literal(lit, typ)
	}
	return t.value(e, typ)
}

// typ numbers a type.
func (t *translator) typ(typ types.Type) int {
	typ = types.Unalias(typ)
	if b, ok := typ.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
		typ = types.Default(typ)
	}
	if n, ok := t.types[typ]; ok {
		return n
	}
	d := t.describe(typ)
	t.p.Types = append(t.p.Types, d)
	n := len(t.p.Types)
	t.types[typ] = n
	return n
}

func (t *translator) describe(typ types.Type) Type {
	switch typ := typ.(type) {
	case *types.Basic:
		if typ.Kind() == types.UnsafePointer || typ.Kind() == types.UntypedNil || typ.Kind() == types.Invalid {
			refuse("the type %s", typ)
		}
		return Type{Kind: typ.Name()}
	case *types.Named:
		if typ.TypeArgs() != nil {
			refuse("the generic type %s", typ)
		}
		if key, ok := t.src.Key(typ.Obj()); ok {
			return Type{Kind: "cell", Name: key}
		}
		if typ.Obj().Pkg() == nil {
			return Type{Kind: "universe", Name: typ.Obj().Name()} // error, comparable
		}
		return Type{Kind: "named", Pkg: typ.Obj().Pkg().Path(), Name: typ.Obj().Name()}
	case *types.Pointer:
		return Type{Kind: "ptr", Elem: t.typ(typ.Elem())}
	case *types.Slice:
		return Type{Kind: "slice", Elem: t.typ(typ.Elem())}
	case *types.Array:
		return Type{Kind: "array", Elem: t.typ(typ.Elem()), Len: typ.Len()}
	case *types.Map:
		return Type{Kind: "map", Key: t.typ(typ.Key()), Elem: t.typ(typ.Elem())}
	case *types.Chan:
		dir := reflect.BothDir
		switch typ.Dir() {
		case types.SendOnly:
			dir = reflect.SendDir
		case types.RecvOnly:
			dir = reflect.RecvDir
		}
		return Type{Kind: "chan", Elem: t.typ(typ.Elem()), Dir: int(dir)}
	case *types.Signature:
		d := Type{Kind: "func", Variadic: typ.Variadic()}
		for v := range typ.Params().Variables() {
			d.In = append(d.In, t.typ(v.Type()))
		}
		for v := range typ.Results().Variables() {
			d.Out = append(d.Out, t.typ(v.Type()))
		}
		return d
	case *types.Struct:
		d := Type{Kind: "struct"}
		for i := range typ.NumFields() {
			f := typ.Field(i)
			if !f.Exported() || f.Embedded() {
				refuse("the type %s", typ)
			}
			d.Fields = append(d.Fields, Field{Name: f.Name(), Type: t.typ(f.Type()), Tag: typ.Tag(i)})
		}
		return d
	case *types.Interface:
		if typ.Empty() {
			return Type{Kind: "any"}
		}
	}
	refuse("the type %s", typ)
	return Type{}
}
