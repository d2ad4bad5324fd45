package instant

import (
	"reflect"
	"strconv"
)

// The operations of the language on reflect.Values. Where one can panic, the
// same operation of Go is carried out on something that panics alike.

// nilPointer panics as the use of a nil pointer does.
func nilPointer() {
	var p *int
	_ = *p
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // Translate wrote it
	return n
}

// integer is an index or a count.
func integer(v reflect.Value) int {
	if v.CanUint() {
		if u := v.Uint(); u > 1<<63-1 {
			return int(u>>1 | 1<<62) // out of range of everything, and not negative
		}
		return int(v.Uint())
	}
	return int(v.Int())
}

func deref(v reflect.Value) reflect.Value {
	if v.IsNil() {
		nilPointer()
	}
	return v.Elem()
}

func field(v reflect.Value, path []int) reflect.Value {
	for _, i := range path {
		if v.Kind() == reflect.Pointer {
			v = deref(v)
		}
		v = v.Field(i)
	}
	return v
}

func method(n *Node, v reflect.Value) reflect.Value {
	v = field(v, n.Path)
	switch {
	case v.Kind() == reflect.Interface:
		if v.IsNil() {
			nilPointer()
		}
	case n.Flag && v.Kind() != reflect.Pointer:
		v = v.Addr()
	case !n.Flag && v.Kind() == reflect.Pointer:
		v = deref(v)
	}
	return v.MethodByName(n.Str)
}

func index(v, at reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Map:
		if x := v.MapIndex(at); x.IsValid() {
			return x
		}
		return reflect.Zero(v.Type().Elem())
	case reflect.Pointer:
		v = deref(v)
	}
	i := integer(at)
	_ = make([]struct{}, v.Len())[i] // weighs nothing, panics as v would
	return v.Index(i)
}

func convert(v reflect.Value, t reflect.Type) reflect.Value {
	if v.Type() == t {
		return clone(v)
	}
	return v.Convert(t)
}

func unary(op string, v reflect.Value) reflect.Value {
	x := reflect.New(v.Type()).Elem()
	switch {
	case op == "!":
		x.SetBool(!v.Bool())
	case op == "+":
		x.Set(v)
	case v.CanInt() && op == "-":
		x.SetInt(-v.Int())
	case v.CanInt():
		x.SetInt(^v.Int())
	case v.CanUint() && op == "-":
		x.SetUint(-v.Uint())
	case v.CanUint():
		x.SetUint(^v.Uint())
	case v.CanFloat():
		x.SetFloat(-v.Float())
	case v.CanComplex():
		x.SetComplex(-v.Complex())
	}
	return x
}

// binary is x op y, of type t where it is a comparison.
func binary(op string, x, y reflect.Value, t reflect.Type) reflect.Value {
	switch op {
	case "==":
		return reflect.ValueOf(equal(x, y)).Convert(t)
	case "!=":
		return reflect.ValueOf(!equal(x, y)).Convert(t)
	case "<", "<=", ">", ">=":
		return reflect.ValueOf(compare(op, x, y)).Convert(t)
	case "<<", ">>":
		return shift(op, x, y)
	}
	v := reflect.New(x.Type()).Elem()
	switch {
	case x.CanInt():
		v.SetInt(integral(op, x.Int(), y.Int()))
	case x.CanUint():
		v.SetUint(integral(op, x.Uint(), y.Uint()))
	case x.Kind() == reflect.Float32:
		v.SetFloat(float64(real32(op, float32(x.Float()), float32(y.Float()))))
	case x.CanFloat():
		v.SetFloat(real32(op, x.Float(), y.Float()))
	case x.Kind() == reflect.Complex64:
		v.SetComplex(complex128(complicated(op, complex64(x.Complex()), complex64(y.Complex()))))
	case x.CanComplex():
		v.SetComplex(complicated(op, x.Complex(), y.Complex()))
	case x.Kind() == reflect.String:
		v.SetString(x.String() + y.String())
	}
	return v
}

func integral[T int64 | uint64](op string, a, b T) T {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	case "%":
		return a % b
	case "&":
		return a & b
	case "|":
		return a | b
	case "^":
		return a ^ b
	}
	return a &^ b
}

// real32 computes in the precision of its operands.
func real32[T float32 | float64](op string, a, b T) T {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	return a / b
}

func complicated[T complex64 | complex128](op string, a, b T) T {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	return a / b
}

func shift(op string, x, y reflect.Value) reflect.Value {
	var n uint64
	if y.CanUint() {
		n = y.Uint()
	} else if s := y.Int(); s < 0 {
		one := 1
		_ = one << s // panics
	} else {
		n = uint64(s)
	}
	v := reflect.New(x.Type()).Elem()
	switch {
	case x.CanInt() && op == "<<":
		v.SetInt(x.Int() << n)
	case x.CanInt():
		v.SetInt(x.Int() >> n)
	case op == "<<":
		v.SetUint(x.Uint() << n)
	default:
		v.SetUint(x.Uint() >> n)
	}
	return v
}

func equal(x, y reflect.Value) bool {
	switch x.Kind() {
	case reflect.Func, reflect.Map, reflect.Slice: // one of them is nil
		return x.IsNil() && y.IsNil()
	}
	return x.Interface() == y.Interface()
}

func compare(op string, x, y reflect.Value) bool {
	switch {
	case x.CanInt():
		return ordered(op, x.Int(), y.Int())
	case x.CanUint():
		return ordered(op, x.Uint(), y.Uint())
	case x.CanFloat():
		return ordered(op, x.Float(), y.Float())
	}
	return ordered(op, x.String(), y.String())
}

func ordered[T int64 | uint64 | float64 | string](op string, a, b T) bool {
	switch op {
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}
