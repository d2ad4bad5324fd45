package cells

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/lislab/lislab/kernel/engine/instant"
)

// program is the cell as operations that need no compiler; nil where it holds
// more than those.
func (c *check) program(e *emitter) *instant.Program {
	if len(c.own)+len(c.carried)+len(c.moved) > 0 {
		return nil
	}
	for _, imp := range c.imports {
		if imp.name == "_" { // for its effects
			return nil
		}
	}
	unread := map[string]bool{}
	for _, s := range c.cell.Unread {
		unread[s.Key] = true
	}
	p, err := instant.Translate(instant.Source{
		Stmts:  c.src.stmts,
		Info:   c.info,
		Key:    func(obj types.Object) (string, bool) { return e.instantKey(obj) },
		Unread: unread,
		Line:   func(pos token.Pos) int { return c.src.line(pos) },
	})
	if err != nil {
		return nil // the compiler takes what this does not
	}
	return p
}

// instantKey is where the interpreter finds what the notebook calls obj. A name
// of the notebook's that has no such place gets "", which nobody finds.
func (e *emitter) instantKey(obj types.Object) (key string, ok bool) {
	switch obj := obj.(type) {
	case *types.Var:
		if obj == e.s.ctx {
			return instant.ContextKey, true
		}
		if d := e.tops[obj]; d != nil {
			return d.key, true
		}
	case *types.TypeName:
		if home, ok := e.next.homes[obj]; ok {
			return e.pathOf(home) + "." + localName(obj.Name()), true
		}
	}
	if d := e.defs[obj]; d != nil && !d.dot {
		return d.key, true
	}
	return "", obj.Pkg() == e.s.pkg
}

// registerTypes tells package rt of the types that the cell declares, so that
// the interpreter can make values of them.
func (e *emitter) registerTypes() []ast.Stmt {
	var stmts []ast.Stmt
	for _, name := range sorted(e.objs) {
		t, ok := e.objs[name].(*types.TypeName)
		if !ok || t.IsAlias() || e.next.homes[t] != e.pkg {
			continue
		}
		if named, ok := t.Type().(*types.Named); !ok || named.TypeParams() != nil {
			continue
		}
		if i, ok := t.Type().Underlying().(*types.Interface); ok && !i.IsMethodSet() {
			continue // a constraint is the type of nothing
		}
		stmts = append(stmts, &ast.ExprStmt{X: &ast.CallExpr{Fun: e.rt("Type"), Args: []ast.Expr{quoted(selfPath + "." + localName(name)), e.nilPointer(ast.NewIdent(localName(name)))}}})
	}
	return stmts
}
