package instant

import (
	"fmt"
	"reflect"
	"strconv"
	"unsafe"
)

// Env is where a Program finds what it uses.
type Env interface {
	// Var is the variable of a key, addressable.
	Var(key string) (reflect.Value, bool)
	// Define makes v, addressable, the variable of a key.
	Define(key string, v reflect.Value)
	// Func is the notebook's function of a key.
	Func(key string) (reflect.Value, bool)
	// CellType is the notebook's type of a key.
	CellType(key string) (reflect.Type, bool)
	// Symbol is a package's function, or its variable, addressable.
	Symbol(pkg, name string) (reflect.Value, bool)
	// PackageType is a type of a package.
	PackageType(pkg, name string) (reflect.Type, bool)
}

// Linked is a Program whose names are found: it can run.
type Linked struct {
	p     *Program
	env   Env
	types []reflect.Type
	errs  []error // why types[i] is nil
	// values are the constants, functions and package variables, by node.
	values map[*Node]reflect.Value
}

// Link finds everything that p mentions. The error is ErrCompile, with the
// reason, where something is not to be had here; nothing has happened then.
func Link(p *Program, env Env) (*Linked, error) {
	l := &Linked{p: p, env: env, types: make([]reflect.Type, len(p.Types)), errs: make([]error, len(p.Types)), values: map[*Node]reflect.Value{}}
	for i := range p.Types {
		l.types[i], l.errs[i] = l.resolve(p.Types[i])
	}
	defined := map[string]bool{}
	for i := range p.Body {
		if err := l.node(&p.Body[i], defined); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCompile, err)
		}
	}
	return l, nil
}

func (l *Linked) typ(i int) reflect.Type { return l.types[i-1] }

// node links n and what is below it.
func (l *Linked) node(n *Node, defined map[string]bool) error {
	// The right side of an assignment sees what was defined before it.
	var later []string
	for i := range n.Args {
		if n.Args[i].Op == opDefine {
			later = append(later, n.Args[i].Str)
		}
		if err := l.node(&n.Args[i], defined); err != nil {
			return err
		}
	}
	for _, key := range later {
		defined[key] = true
	}
	if n.Type > 0 && l.errs[n.Type-1] != nil {
		return l.errs[n.Type-1]
	}
	switch n.Op {
	case opVar:
		if _, ok := l.env.Var(n.Str); !ok && !defined[n.Str] {
			return fmt.Errorf("no variable %s", n.Str)
		}
	case opFunc:
		if _, ok := l.env.Func(n.Str); !ok {
			return fmt.Errorf("no function %s", n.Str)
		}
	case opSymbol, opGlobal:
		v, ok := l.env.Symbol(n.Pkg, n.Str)
		if !ok {
			return fmt.Errorf("no symbol %s.%s", n.Pkg, n.Str)
		}
		if n.Op == opGlobal && !v.CanSet() {
			return fmt.Errorf("%s.%s is not the variable itself", n.Pkg, n.Str)
		}
		l.values[n] = v
	case opConst:
		v, err := l.constant(n)
		if err != nil {
			return err
		}
		l.values[n] = v
	case opAddr:
		// The pointer's type has to be one that compiled code has too.
		if t := n.Args[0].Type; t > 0 && made(reflect.PointerTo(l.typ(t))) {
			return fmt.Errorf("no compiled type *%s", l.typ(t))
		}
	}
	return nil
}

func (l *Linked) constant(n *Node) (reflect.Value, error) {
	v := reflect.New(l.typ(n.Type)).Elem()
	s := n.Str
	if n.Flag {
		var err error
		if s, err = strconv.Unquote(s); err != nil {
			return v, err
		}
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		v.SetBool(s == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return v, err
		}
		v.SetInt(i)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		u, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return v, err
		}
		v.SetUint(u)
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return v, err
		}
		v.SetFloat(f)
	case reflect.Complex64, reflect.Complex128:
		c, err := strconv.ParseComplex(s, 128)
		if err != nil {
			return v, err
		}
		v.SetComplex(c)
	default:
		return v, fmt.Errorf("a constant of type %s", v.Type())
	}
	return reflect.ValueOf(v.Interface()), nil // no longer addressable
}

var basics = map[string]reflect.Type{
	"bool": reflect.TypeFor[bool](), "string": reflect.TypeFor[string](),
	"int": reflect.TypeFor[int](), "int8": reflect.TypeFor[int8](), "int16": reflect.TypeFor[int16](), "int32": reflect.TypeFor[int32](), "int64": reflect.TypeFor[int64](),
	"uint": reflect.TypeFor[uint](), "uint8": reflect.TypeFor[uint8](), "uint16": reflect.TypeFor[uint16](), "uint32": reflect.TypeFor[uint32](), "uint64": reflect.TypeFor[uint64](),
	"byte": reflect.TypeFor[byte](), "rune": reflect.TypeFor[rune](), "uintptr": reflect.TypeFor[uintptr](),
	"float32": reflect.TypeFor[float32](), "float64": reflect.TypeFor[float64](),
	"complex64": reflect.TypeFor[complex64](), "complex128": reflect.TypeFor[complex128](),
	"any": reflect.TypeFor[any](),
}

// resolve finds a type, those it is made of being found already.
func (l *Linked) resolve(d Type) (reflect.Type, error) {
	part := func(i int) (reflect.Type, error) {
		if l.types[i-1] == nil {
			return nil, l.errs[i-1]
		}
		return l.types[i-1], nil
	}
	parts := func(list []int) (ts []reflect.Type, err error) {
		for _, i := range list {
			t, err := part(i)
			if err != nil {
				return nil, err
			}
			ts = append(ts, t)
		}
		return ts, nil
	}
	if t := basics[d.Kind]; t != nil {
		return t, nil
	}
	switch d.Kind {
	case "universe":
		if d.Name == "error" {
			return reflect.TypeFor[error](), nil
		}
	case "named":
		if t, ok := l.env.PackageType(d.Pkg, d.Name); ok {
			return t, nil
		}
		return nil, fmt.Errorf("no type %s.%s", d.Pkg, d.Name)
	case "cell":
		if t, ok := l.env.CellType(d.Name); ok {
			return t, nil
		}
		return nil, fmt.Errorf("no type %s", d.Name)
	}
	var t reflect.Type
	switch d.Kind {
	case "ptr", "slice", "array", "chan":
		e, err := part(d.Elem)
		if err != nil {
			return nil, err
		}
		switch d.Kind {
		case "ptr":
			t = reflect.PointerTo(e)
		case "slice":
			t = reflect.SliceOf(e)
		case "array":
			t = reflect.ArrayOf(int(d.Len), e)
		case "chan":
			t = reflect.ChanOf(reflect.ChanDir(d.Dir), e)
		}
	case "map":
		k, err := part(d.Key)
		if err != nil {
			return nil, err
		}
		e, err := part(d.Elem)
		if err != nil {
			return nil, err
		}
		t = reflect.MapOf(k, e)
	case "func":
		in, err := parts(d.In)
		if err != nil {
			return nil, err
		}
		out, err := parts(d.Out)
		if err != nil {
			return nil, err
		}
		t = reflect.FuncOf(in, out, d.Variadic)
	case "struct":
		var fields []reflect.StructField
		for _, f := range d.Fields {
			ft, err := part(f.Type)
			if err != nil {
				return nil, err
			}
			fields = append(fields, reflect.StructField{Name: f.Name, Type: ft, Tag: reflect.StructTag(f.Tag), Anonymous: f.Embedded})
		}
		t = reflect.StructOf(fields)
	default:
		return nil, fmt.Errorf("no type of kind %s", d.Kind)
	}
	if made(t) {
		return nil, fmt.Errorf("no compiled type %s", t)
	}
	return t, nil
}

// made says whether reflection made the type, rather than the compiler. A
// compiled cell that names the type would bring its own, and values of the two
// would not be of one type to a type switch. So such a type is never used.
//
// The runtime gives the names of types that reflection makes a negative offset.
// TestMade fails on a Go where that is no longer so.
func made(t reflect.Type) bool {
	type header struct { // internal/abi.Type, up to Str
		size, ptrBytes uintptr
		hash           uint32
		flags          [4]uint8
		equal          func(unsafe.Pointer, unsafe.Pointer) bool
		gcData         *byte
		str            int32
	}
	return (*header)(reflect.ValueOf(t).UnsafePointer()).str < 0
}
