package instant

import (
	"context"
	"reflect"
	"strings"
)

// Unread is the panic of an error that a cell received and never looked at.
type Unread struct {
	Name string // of the variable
	Err  error
}

// Stopped is the panic of a run whose context has ended.
type Stopped struct{}

// Run is one run of a Program.
type Run struct {
	l    *Linked
	ctx  context.Context
	line int
}

// NewRun prepares a run that ctx stops, between two operations.
func (l *Linked) NewRun(ctx context.Context) *Run { return &Run{l: l, ctx: ctx} }

// Line is the line of the cell that runs, from 1; 0 before the first. Only the
// goroutine that called Do may ask.
func (r *Run) Line() int { return r.line }

// Do runs the program and gives the values of a last expression. What the cell's code panics with passes through.
func (r *Run) Do() (values []reflect.Value) {
	body := r.l.p.Body
	for i := range body {
		last := r.stmt(&body[i])
		if i == len(body)-1 && r.l.p.Valued {
			values = last
		}
	}
	return values
}

// step says where the run is, and stops it where it is no longer wanted.
func (r *Run) step(n *Node) {
	if n.Line > 0 {
		r.line = n.Line
	}
	if r.ctx.Err() != nil {
		panic(Stopped{})
	}
}

func (r *Run) stmt(n *Node) []reflect.Value {
	r.step(n)
	switch n.Op {
	case opExpr:
		return r.multi(&n.Args[0])
	case opAssign:
		r.assign(n)
	case opUpdate:
		p := r.place(&n.Args[0])
		y := r.eval(&n.Args[1])
		old := p.get(r)
		p.set(r, binary(n.Str, old, y, old.Type()))
	case opSend:
		ch, v := r.eval(&n.Args[0]), r.eval(&n.Args[1])
		ch.Send(v)
	case opCheck:
		name, _, _ := strings.Cut(n.Str, " ") // keys begin with the name
		if v, ok := r.l.env.Var(n.Str); ok {
			if err, _ := v.Interface().(error); err != nil {
				panic(Unread{name, err})
			}
		}
	}
	return nil
}

func (r *Run) assign(n *Node) {
	places := n.Args[:len(n.Args)/2]
	if n.Flag {
		places = n.Args[:len(n.Args)-1]
	}
	// First the operands on the left and everything on the right, then the
	// assignments, as the language has it.
	to := make([]place, len(places))
	for i := range places {
		to[i] = r.place(&places[i])
	}
	var values []reflect.Value
	if n.Flag {
		values = r.multi(&n.Args[len(n.Args)-1])
	} else {
		for i := range n.Args[len(places):] {
			v := r.eval(&n.Args[len(places)+i])
			if len(places) > 1 {
				v = clone(v)
			}
			values = append(values, v)
		}
	}
	for i := range to {
		to[i].set(r, values[i])
	}
}

// clone is v as it is now, apart from the variable it may be read from.
func clone(v reflect.Value) reflect.Value {
	if !v.CanAddr() {
		return v
	}
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

// place is where an assignment goes, its operands evaluated.
type place struct {
	n        *Node
	base, at reflect.Value // of an index or a field
}

func (r *Run) place(n *Node) place {
	p := place{n: n}
	switch n.Op {
	case opIndex:
		p.base = r.eval(&n.Args[0])
		if p.base.Kind() != reflect.Array {
			p.base = clone(p.base)
		}
		p.at = clone(r.eval(&n.Args[1]))
	case opField, opDeref:
		p.base = r.eval(&n.Args[0])
		if p.base.Kind() == reflect.Pointer {
			p.base = clone(p.base)
		}
	}
	return p
}

// get reads the place.
func (p place) get(r *Run) reflect.Value {
	switch p.n.Op {
	case opIndex:
		return index(p.base, p.at)
	case opField:
		return field(p.base, p.n.Path)
	case opDeref:
		return deref(p.base)
	}
	return r.eval(p.n)
}

// set assigns.
func (p place) set(r *Run, v reflect.Value) {
	n := p.n
	switch n.Op {
	case opBlank:
	case opDefine:
		t := v.Type()
		if n.Type > 0 {
			t = r.l.typ(n.Type)
		}
		x := reflect.New(t).Elem()
		x.Set(v)
		r.l.env.Define(n.Str, x)
	case opIndex:
		if p.base.Kind() == reflect.Map {
			p.base.SetMapIndex(p.at, assignable(v, p.base.Type().Elem()))
			return
		}
		index(p.base, p.at).Set(v)
	default:
		p.get(r).Set(v)
	}
}

// assignable makes a nil of an interface type a value of t: SetMapIndex takes
// an invalid value for a deletion, and what is given is never that.
func assignable(v reflect.Value, t reflect.Type) reflect.Value {
	if v.Type() == t {
		return v
	}
	x := reflect.New(t).Elem()
	x.Set(v)
	return x
}

// multi is eval for what may have any number of values.
func (r *Run) multi(n *Node) []reflect.Value {
	switch n.Op {
	case opCall, opTuple:
		return r.call(n)
	case opBuiltin:
		return r.builtin(n)
	case opIndex:
		if n.Flag {
			m, k := r.eval(&n.Args[0]), r.eval(&n.Args[1])
			v := m.MapIndex(k)
			ok := v.IsValid()
			if !ok {
				v = reflect.Zero(m.Type().Elem())
			}
			return []reflect.Value{v, reflect.ValueOf(ok)}
		}
	case opReceive:
		if n.Flag {
			r.step(n)
			v, ok := r.eval(&n.Args[0]).Recv()
			return []reflect.Value{v, reflect.ValueOf(ok)}
		}
	case opAssert:
		v, t := r.eval(&n.Args[0]), r.l.typ(n.Type)
		x := reflect.New(t).Elem()
		ok := !v.IsNil() && v.Elem().Type().AssignableTo(t) && (t.Kind() == reflect.Interface || v.Elem().Type() == t)
		if ok {
			x.Set(v.Elem())
		}
		return []reflect.Value{x, reflect.ValueOf(ok)}
	}
	return []reflect.Value{r.eval(n)}
}

// eval is a node's one value. It may be the variable itself.
func (r *Run) eval(n *Node) reflect.Value {
	switch n.Op {
	case opConst, opSymbol, opGlobal:
		return r.l.values[n]
	case opNil:
		return reflect.Zero(r.l.typ(n.Type))
	case opVar:
		v, _ := r.l.env.Var(n.Str)
		return v
	case opFunc:
		v, _ := r.l.env.Func(n.Str)
		return v
	case opAnd:
		b := r.eval(&n.Args[0]).Bool() && r.eval(&n.Args[1]).Bool()
		return reflect.ValueOf(b).Convert(r.l.typ(n.Type))
	case opOr:
		b := r.eval(&n.Args[0]).Bool() || r.eval(&n.Args[1]).Bool()
		return reflect.ValueOf(b).Convert(r.l.typ(n.Type))
	case opAddr:
		x := r.eval(&n.Args[0])
		switch n.Args[0].Op {
		case opStruct, opList, opMap:
			p := reflect.New(x.Type())
			p.Elem().Set(x)
			return p
		}
		return x.Addr()
	case opStruct, opList, opMap:
		return r.literal(n)
	case opCall, opTuple, opBuiltin, opAssert:
		return r.multi(n)[0]
	case opSlice:
		return r.slice(n)
	}
	// What follows has its operands evaluated from left to right.
	args := make([]reflect.Value, len(n.Args))
	for i := range n.Args {
		args[i] = r.eval(&n.Args[i])
	}
	r.step(n)
	switch n.Op {
	case opField:
		return field(args[0], n.Path)
	case opIndex:
		return index(args[0], args[1])
	case opDeref:
		return deref(args[0])
	case opMethod:
		return method(n, args[0])
	case opConvert:
		return convert(args[0], r.l.typ(n.Type))
	case opUnary:
		return unary(n.Str, args[0])
	case opBinary:
		return binary(n.Str, args[0], args[1], r.l.typ(n.Type))
	case opReceive:
		v, _ := args[0].Recv()
		return v
	}
	panic("instant: no operation " + string(n.Op))
}

func (r *Run) literal(n *Node) reflect.Value {
	t := r.l.typ(n.Type)
	switch n.Op {
	case opStruct:
		v := reflect.New(t).Elem()
		for i, f := range n.Path {
			v.Field(f).Set(r.eval(&n.Args[i]))
		}
		return v
	case opList:
		length := atoi(n.Str)
		var v reflect.Value
		if t.Kind() == reflect.Slice {
			v = reflect.MakeSlice(t, length, length)
		} else {
			v = reflect.New(t).Elem()
		}
		for i, at := range n.Path {
			v.Index(at).Set(r.eval(&n.Args[i]))
		}
		return v
	}
	m := reflect.MakeMapWithSize(t, len(n.Args)/2)
	for i := 0; i < len(n.Args); i += 2 {
		k := assignable(r.eval(&n.Args[i]), t.Key())
		m.SetMapIndex(k, assignable(r.eval(&n.Args[i+1]), t.Elem()))
	}
	return m
}

func (r *Run) call(n *Node) []reflect.Value {
	f := r.eval(&n.Args[0])
	var args []reflect.Value
	if n.Op == opTuple {
		args = r.multi(&n.Args[1])
	} else {
		for i := range n.Args[1:] {
			args = append(args, r.eval(&n.Args[1+i]))
		}
	}
	r.step(n)
	if f.IsNil() {
		nilPointer()
	}
	if n.Flag {
		return f.CallSlice(args)
	}
	return f.Call(args)
}

func (r *Run) slice(n *Node) reflect.Value {
	x := r.eval(&n.Args[0])
	var bounds [3]int
	var has [3]bool
	for i := range bounds {
		if b := &n.Args[1+i]; b.Op != opNil {
			bounds[i], has[i] = integer(r.eval(b)), true
		}
	}
	r.step(n)
	if x.Kind() == reflect.Pointer {
		x = deref(x)
	}
	if !has[1] {
		bounds[1] = x.Len()
	}
	if x.Kind() == reflect.String {
		s := x.String()[bounds[0]:bounds[1]] // panics as compiled code does
		return reflect.ValueOf(s).Convert(x.Type())
	}
	units := make([]struct{}, x.Len(), x.Cap()) // weighs nothing, panics as x would
	if has[2] {
		_ = units[bounds[0]:bounds[1]:bounds[2]]
		return x.Slice3(bounds[0], bounds[1], bounds[2])
	}
	_ = units[bounds[0]:bounds[1]]
	return x.Slice(bounds[0], bounds[1])
}
