package cells

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// A speller writes types as syntax. Where types of cells and of other packages
// come from is up to its two functions.
type speller struct {
	pkg      *types.Package // that of all cells
	structs  func(t *types.Struct) ast.Expr
	cellType func(t *types.TypeName) (ast.Expr, error)
	imported func(p *types.Package) string
}

// unspellable is a type that has no name outside its package or its function.
type unspellable struct{ t types.Type }

func (u *unspellable) Error() string { return "the type " + u.t.String() + " cannot be written here" }

func (s *speller) spell(t types.Type) (ast.Expr, error) {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return &ast.SelectorExpr{X: ast.NewIdent(s.imported(types.Unsafe)), Sel: ast.NewIdent("Pointer")}, nil
		}
		return ast.NewIdent(types.Default(t).(*types.Basic).Name()), nil
	case *types.Alias:
		if e, err := s.named(t.Obj(), t.TypeArgs()); err == nil {
			return e, nil
		}
		return s.spell(types.Unalias(t))
	case *types.Named:
		return s.named(t.Obj(), t.TypeArgs())
	case *types.TypeParam:
		return ast.NewIdent(t.Obj().Name()), nil
	case *types.Pointer:
		x, err := s.spell(t.Elem())
		return &ast.StarExpr{X: x}, err
	case *types.Slice:
		x, err := s.spell(t.Elem())
		return &ast.ArrayType{Elt: x}, err
	case *types.Array:
		x, err := s.spell(t.Elem())
		return &ast.ArrayType{Len: &ast.BasicLit{Kind: token.INT, Value: strconv.FormatInt(t.Len(), 10)}, Elt: x}, err
	case *types.Map:
		k, err := s.spell(t.Key())
		if err != nil {
			return nil, err
		}
		v, err := s.spell(t.Elem())
		return &ast.MapType{Key: k, Value: v}, err
	case *types.Chan:
		x, err := s.spell(t.Elem())
		dir := map[types.ChanDir]ast.ChanDir{types.SendRecv: ast.SEND | ast.RECV, types.SendOnly: ast.SEND, types.RecvOnly: ast.RECV}[t.Dir()]
		if elem, ok := t.Elem().(*types.Chan); ok && t.Dir() != types.RecvOnly && elem.Dir() == types.RecvOnly {
			x = &ast.ParenExpr{X: x}
		}
		return &ast.ChanType{Dir: dir, Value: x}, err
	case *types.Signature:
		return s.signature(t, nil)
	case *types.Struct:
		return s.structType(t)
	case *types.Interface:
		return s.interfaceType(t)
	case *types.Union:
		var e ast.Expr
		for i := range t.Len() {
			x, err := s.spell(t.Term(i).Type())
			if err != nil {
				return nil, err
			}
			if t.Term(i).Tilde() {
				x = &ast.UnaryExpr{Op: token.TILDE, X: x}
			}
			if e == nil {
				e = x
			} else {
				e = &ast.BinaryExpr{X: e, Op: token.OR, Y: x}
			}
		}
		return e, nil
	}
	return nil, &unspellable{t}
}

func (s *speller) named(obj *types.TypeName, args *types.TypeList) (ast.Expr, error) {
	var e ast.Expr
	switch {
	case obj.Pkg() == nil:
		e = ast.NewIdent(obj.Name())
	case obj.Pkg() == s.pkg:
		var err error
		if e, err = s.cellType(obj); err != nil {
			return nil, err
		}
	case !obj.Exported() || obj.Parent() != obj.Pkg().Scope():
		return nil, &unspellable{obj.Type()}
	default:
		e = &ast.SelectorExpr{X: ast.NewIdent(s.imported(obj.Pkg())), Sel: ast.NewIdent(obj.Name())}
	}
	if args.Len() == 0 {
		return e, nil
	}
	var list []ast.Expr
	for i := range args.Len() {
		a, err := s.spell(args.At(i))
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	if len(list) == 1 {
		return &ast.IndexExpr{X: e, Index: list[0]}, nil
	}
	return &ast.IndexListExpr{X: e, Indices: list}, nil
}

// signature spells a function type; recv, where it is not nil, becomes the first
// parameter.
func (s *speller) signature(t *types.Signature, recv types.Type) (*ast.FuncType, error) {
	ft := &ast.FuncType{Params: &ast.FieldList{}}
	if recv != nil {
		e, err := s.spell(recv)
		if err != nil {
			return nil, err
		}
		ft.Params.List = append(ft.Params.List, &ast.Field{Type: e})
	}
	for i := range t.Params().Len() {
		pt := t.Params().At(i).Type()
		var e ast.Expr
		var err error
		if t.Variadic() && i == t.Params().Len()-1 {
			if slice, ok := pt.(*types.Slice); ok {
				e, err = s.spell(slice.Elem())
				e = &ast.Ellipsis{Elt: e}
			} else {
				e, err = s.spell(pt) // append([]byte, string...) only
			}
		} else {
			e, err = s.spell(pt)
		}
		if err != nil {
			return nil, err
		}
		ft.Params.List = append(ft.Params.List, &ast.Field{Type: e})
	}
	if t.Results().Len() > 0 {
		ft.Results = &ast.FieldList{}
		for i := range t.Results().Len() {
			e, err := s.spell(t.Results().At(i).Type())
			if err != nil {
				return nil, err
			}
			ft.Results.List = append(ft.Results.List, &ast.Field{Type: e})
		}
	}
	return ft, nil
}

func (s *speller) structType(t *types.Struct) (ast.Expr, error) {
	if e := s.structs(t); e != nil {
		return e, nil
	}
	st := &ast.StructType{Fields: &ast.FieldList{Opening: 1, Closing: 1}}
	for i := range t.NumFields() {
		f := t.Field(i)
		if !f.Exported() && f.Pkg() != s.pkg {
			return nil, &unspellable{t}
		}
		e, err := s.spell(f.Type())
		if err != nil {
			return nil, err
		}
		field := &ast.Field{Type: e}
		if !f.Embedded() {
			field.Names = []*ast.Ident{ast.NewIdent(f.Name())}
		}
		if tag := t.Tag(i); tag != "" {
			field.Tag = &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(tag)}
		}
		st.Fields.List = append(st.Fields.List, field)
	}
	return st, nil
}

func (s *speller) interfaceType(t *types.Interface) (ast.Expr, error) {
	it := &ast.InterfaceType{Methods: &ast.FieldList{Opening: 1, Closing: 1}}
	for i := range t.NumExplicitMethods() {
		m := t.ExplicitMethod(i)
		if !m.Exported() && m.Pkg() != s.pkg {
			return nil, &unspellable{t}
		}
		e, err := s.spell(m.Type())
		if err != nil {
			return nil, err
		}
		it.Methods.List = append(it.Methods.List, &ast.Field{Names: []*ast.Ident{ast.NewIdent(methodName(m))}, Type: e})
	}
	for i := range t.NumEmbeddeds() {
		e, err := s.spell(t.EmbeddedType(i))
		if err != nil {
			return nil, err
		}
		it.Methods.List = append(it.Methods.List, &ast.Field{Type: e})
	}
	return it, nil
}

// methodName is the name that a method of a cell's type has in the rewritten
// code. All are exported, because an interface and a type that implements it may
// come from different cells.
func methodName(m *types.Func) string { return exported(m.Name()) }

// text prints an expression on one line.
func text(e ast.Expr) string {
	var b bytes.Buffer
	if err := (&printer.Config{Mode: printer.RawFormat}).Fprint(&b, token.NewFileSet(), e); err != nil {
		return fmt.Sprint(err)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
