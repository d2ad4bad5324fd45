package cells

import (
	"go/ast"
	"reflect"
)

// cloner copies syntax trees, so that the rewriter may change the copy, and
// remembers what each node is a copy of: types are recorded for the originals.
type cloner struct {
	origin map[ast.Node]ast.Node
}

var (
	nodeType    = reflect.TypeFor[ast.Node]()
	objectType  = reflect.TypeOf(ast.NewIdent("").Obj) // not named: it is deprecated
	commentType = reflect.TypeFor[*ast.CommentGroup]()
)

// clone copies a tree, without comments.
func clone[N ast.Node](c *cloner, n N) N {
	return c.value(reflect.ValueOf(n)).Interface().(N)
}

func (c *cloner) value(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || v.Type() == objectType || v.Type() == commentType {
			return reflect.Zero(v.Type())
		}
		dup := reflect.New(v.Type().Elem())
		for i := range v.Elem().NumField() {
			dup.Elem().Field(i).Set(c.value(v.Elem().Field(i)))
		}
		if v.Type().Implements(nodeType) {
			c.origin[dup.Interface().(ast.Node)] = v.Interface().(ast.Node)
		}
		return dup
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		dup := reflect.New(v.Type()).Elem()
		dup.Set(c.value(v.Elem()))
		return dup
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		dup := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			dup.Index(i).Set(c.value(v.Index(i)))
		}
		return dup
	default:
		return v
	}
}
