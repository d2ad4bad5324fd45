package cells

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// poll puts the guard of loops into a loop's body. A range over memory whose body
// calls nothing and loops over nothing ends soon enough by itself.
func (e *emitter) poll(loop ast.Stmt, body *ast.BlockStmt) {
	if orig, ok := e.origin[loop].(*ast.RangeStmt); ok && e.overMemory(orig.X) && e.plain(orig.Body) {
		return
	}
	body.List = slices.Insert(body.List, 0, e.guard("Poll", body.Lbrace))
}

// overMemory reports whether a range goes over what is in memory.
func (e *emitter) overMemory(x ast.Expr) bool {
	t := e.info.Types[x].Type
	if t == nil {
		return false
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := t.Underlying().(type) {
	case *types.Slice, *types.Array, *types.Map:
		return true
	case *types.Basic:
		return t.Info()&types.IsString != 0
	}
	return false
}

// plain reports whether code has no calls, loops, or anything that may wait.
func (e *emitter) plain(n ast.Node) bool {
	ok := true
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.SelectStmt, *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt, *ast.LabeledStmt, *ast.FuncLit:
			ok = false
		case *ast.BranchStmt:
			ok = ok && n.Tok != token.GOTO
		case *ast.UnaryExpr:
			ok = ok && n.Op != token.ARROW
		case *ast.CallExpr:
			ok = ok && e.harmless(n)
		}
		return ok
	})
	return ok
}

// recursive reports whether a function may come back to itself, as far as can be
// told cheaply: whether it calls anything but Go's own functions and functions
// that call nobody back.
func (e *emitter) recursive(body *ast.BlockStmt) bool {
	if body == nil {
		return false
	}
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false // guarded itself
		case *ast.CallExpr:
			found = found || !e.harmless(n)
		case *ast.RangeStmt:
			if t := e.info.Types[n.X].Type; t != nil {
				_, calls := t.Underlying().(*types.Signature)
				found = found || calls
			}
		}
		return !found
	})
	return found
}

// harmless packages call nobody back, unless they are given a function or an
// interface.
var harmlessPackages = map[string]bool{"bytes": true, "math": true, "math/bits": true, "math/cmplx": true, "strconv": true, "strings": true, "unicode": true, "unicode/utf8": true, "unicode/utf16": true}

// harmless reports whether a call is a conversion, a function of Go's own, or one
// of a harmless package.
func (e *emitter) harmless(call *ast.CallExpr) bool {
	tv := e.info.Types[call.Fun]
	if tv.IsType() || tv.IsBuiltin() {
		return true
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := e.info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || !harmlessPackages[f.Pkg().Path()] {
		return false
	}
	if recv := f.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return false
	}
	for i := range f.Signature().Params().Len() {
		switch f.Signature().Params().At(i).Type().Underlying().(type) {
		case *types.Signature, *types.Interface:
			return false
		}
	}
	return true
}
