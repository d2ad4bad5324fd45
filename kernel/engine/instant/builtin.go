package instant

import "reflect"

// builtin calls one of the language's own functions.
func (r *Run) builtin(n *Node) []reflect.Value {
	args := make([]reflect.Value, len(n.Args))
	for i := range n.Args {
		args[i] = r.eval(&n.Args[i])
	}
	r.step(n)
	one := func(v reflect.Value) []reflect.Value { return []reflect.Value{v} }
	switch n.Str {
	case "len", "cap":
		v := args[0]
		if v.Kind() == reflect.Pointer { // to an array: its length is its type's
			return one(reflect.ValueOf(v.Type().Elem().Len()))
		}
		if n.Str == "len" {
			return one(reflect.ValueOf(v.Len()))
		}
		return one(reflect.ValueOf(v.Cap()))
	case "append":
		s := args[0]
		if !n.Flag {
			return one(reflect.Append(s, args[1:]...))
		}
		more := args[1]
		if more.Kind() == reflect.String {
			more = more.Convert(reflect.TypeFor[[]byte]())
		}
		if more.Type() != s.Type() {
			more = more.Convert(s.Type())
		}
		return one(reflect.AppendSlice(s, more))
	case "copy":
		return one(reflect.ValueOf(reflect.Copy(args[0], args[1])))
	case "delete":
		m := args[0]
		m.SetMapIndex(assignable(args[1], m.Type().Key()), reflect.Value{})
	case "clear":
		args[0].Clear()
	case "close":
		args[0].Close()
	case "new":
		return one(reflect.New(r.l.typ(n.Type)))
	case "make":
		return one(makeValue(r.l.typ(n.Type), args))
	case "min", "max":
		v := args[0]
		for _, w := range args[1:] {
			v = extreme(n.Str, v, w)
		}
		return one(convert(v, r.l.typ(n.Type)))
	case "complex":
		v := reflect.New(r.l.typ(n.Type)).Elem()
		v.SetComplex(complex(args[0].Float(), args[1].Float()))
		return one(v)
	case "real", "imag":
		v := reflect.New(r.l.typ(n.Type)).Elem()
		if n.Str == "real" {
			v.SetFloat(real(args[0].Complex()))
		} else {
			v.SetFloat(imag(args[0].Complex()))
		}
		return one(v)
	case "panic":
		panic(args[0].Interface())
	case "print", "println":
		for i, v := range args {
			if i > 0 && n.Str == "println" {
				print(" ")
			}
			printValue(v)
		}
		if n.Str == "println" {
			println()
		}
	}
	return nil
}

func makeValue(t reflect.Type, args []reflect.Value) reflect.Value {
	var sizes [2]int
	for i, a := range args {
		sizes[i] = integer(a)
	}
	switch t.Kind() {
	case reflect.Slice:
		if len(args) == 1 {
			sizes[1] = sizes[0]
		}
		_ = make([]struct{}, sizes[0], sizes[1]) // panics for what is negative
		return reflect.MakeSlice(t, sizes[0], sizes[1])
	case reflect.Map:
		return reflect.MakeMapWithSize(t, max(sizes[0], 0))
	}
	_ = make(chan struct{}, sizes[0])
	return reflect.MakeChan(t, sizes[0])
}

// extreme is the smaller or the greater, with min and max's rules for NaN and
// for zeros.
func extreme(which string, a, b reflect.Value) reflect.Value {
	if a.CanFloat() {
		v := reflect.New(a.Type()).Elem()
		if which == "min" {
			v.SetFloat(min(a.Float(), b.Float()))
		} else {
			v.SetFloat(max(a.Float(), b.Float()))
		}
		return v
	}
	if (which == "min") == compare("<", b, a) {
		return b
	}
	return a
}

// printValue writes as the builtin print does.
func printValue(v reflect.Value) {
	switch {
	case v.CanInt():
		print(v.Int())
	case v.CanUint():
		print(v.Uint())
	case v.CanFloat():
		print(v.Float())
	case v.CanComplex():
		print(v.Complex())
	case v.Kind() == reflect.Bool:
		print(v.Bool())
	case v.Kind() == reflect.String:
		print(v.String())
	}
}
