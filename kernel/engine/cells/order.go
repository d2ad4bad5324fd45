package cells

import (
	"go/ast"
	"go/token"
)

// initOrder puts the variables of a cell that holds nothing but declarations into
// the order in which a Go package would initialise them: each after those it
// needs, directly or through functions of the cell. A cell with any other
// statement runs from top to bottom.
func initOrder(stmts []ast.Stmt, units []*unit) []ast.Stmt {
	var specs []*ast.ValueSpec
	var single []ast.Stmt
	for _, s := range stmts {
		d, ok := s.(*ast.DeclStmt)
		if !ok {
			return stmts
		}
		g := d.Decl.(*ast.GenDecl)
		if g.Tok != token.VAR {
			return stmts
		}
		for _, spec := range g.Specs {
			specs = append(specs, spec.(*ast.ValueSpec))
			single = append(single, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: spec.Pos(), Tok: token.VAR, Specs: []ast.Spec{spec}}})
		}
	}
	declaredBy := map[string]int{}
	for i, spec := range specs {
		for _, id := range spec.Names {
			declaredBy[id.Name] = i
		}
	}
	funcs := map[string]ast.Node{}
	for _, u := range units {
		if u.isFunc() {
			name := u.names[0]
			if u.recv != "" {
				name = "." + name // called through a selector
			}
			funcs[name] = u.decl
		}
	}
	// needs collects the variables that code mentions.
	var needs func(n ast.Node, seen map[string]bool, into map[int]bool)
	needs = func(n ast.Node, seen map[string]bool, into map[int]bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			names := []string{}
			switch n := n.(type) {
			case *ast.Ident:
				names = append(names, n.Name)
			case *ast.SelectorExpr:
				names = append(names, "."+n.Sel.Name)
			}
			for _, name := range names {
				if i, ok := declaredBy[name]; ok {
					into[i] = true
				}
				if f := funcs[name]; f != nil && !seen[name] {
					seen[name] = true
					needs(f, seen, into)
				}
			}
			return true
		})
	}
	needed := make([]map[int]bool, len(specs))
	for i, spec := range specs {
		needed[i] = map[int]bool{}
		for _, v := range spec.Values {
			needs(v, map[string]bool{}, needed[i])
		}
		delete(needed[i], i) // x = x + 1 means the x of an earlier cell
	}
	out := make([]ast.Stmt, 0, len(specs))
	done := make([]bool, len(specs))
	for len(out) < len(specs) {
		next := -1
		for i := range specs {
			if !done[i] && allDone(needed[i], done) {
				next = i
				break
			}
		}
		if next < 0 { // they need each other: the text decides
			for i := range specs {
				if !done[i] {
					next = i
					break
				}
			}
		}
		done[next] = true
		out = append(out, single[next])
	}
	return out
}

func allDone(needed map[int]bool, done []bool) bool {
	for i := range needed {
		if !done[i] {
			return false
		}
	}
	return true
}
