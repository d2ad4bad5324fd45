package notebook

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// Parameter is one -p name=value.
type Parameter struct {
	Name string
	// Value is a Go literal; a bare word is a string.
	Value string
}

// ParseParameter reads "name=value".
func ParseParameter(s string) (Parameter, error) {
	name, value, ok := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	switch {
	case !ok:
		return Parameter{}, fmt.Errorf("parameter %q is not of the form name=value", s)
	case !token.IsIdentifier(name) || name == "_":
		return Parameter{}, fmt.Errorf("parameter %q: %q cannot name a Go variable", s, name)
	}
	return Parameter{Name: name, Value: strings.TrimSpace(value)}, nil
}

// literal is the value as Go.
func (p Parameter) literal() string {
	if e, err := parser.ParseExpr(p.Value); err == nil && isLiteral(e) {
		return p.Value
	}
	return strconv.Quote(p.Value)
}

// isLiteral says whether e is a value written down: no name of the notebook's
// can be in it, so that a bare word stays a string.
func isLiteral(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return isLiteral(e.X)
	case *ast.UnaryExpr:
		return (e.Op == token.SUB || e.Op == token.ADD || e.Op == token.XOR || e.Op == token.NOT) && isLiteral(e.X)
	case *ast.Ident:
		return e.Name == "true" || e.Name == "false"
	case *ast.CompositeLit:
		for _, x := range e.Elts {
			if kv, ok := x.(*ast.KeyValueExpr); ok {
				if !isLiteral(kv.Key) && !isField(kv.Key) || !isLiteral(kv.Value) {
					return false
				}
				continue
			}
			if !isLiteral(x) {
				return false
			}
		}
		return true
	}
	return false
}

func isField(e ast.Expr) bool { _, ok := e.(*ast.Ident); return ok }

// injectedTag marks the cell that holds parameters, as papermill's does.
const injectedTag = "injected-parameters"

// Inject puts a cell with the parameters behind the one tagged "parameters",
// or first. One that an earlier run has put there goes.
func (nb *Notebook) Inject(params []Parameter) {
	if len(params) == 0 {
		return
	}
	nb.Cells = slices.DeleteFunc(nb.Cells, func(c *Cell) bool { return c.HasTag(injectedTag) })
	at := 0
	declared := map[string]bool{}
	if i := slices.IndexFunc(nb.Cells, func(c *Cell) bool { return c.HasTag("parameters") }); i >= 0 {
		at, declared = i+1, declares(nb.Cells[i].Source())
	}
	var b strings.Builder
	b.WriteString("// Parameters\n")
	for _, p := range params {
		// An assignment where the notebook has said which type it wants: 1 for
		// a float64 stays one.
		if declared[p.Name] {
			fmt.Fprintf(&b, "%s = %s\n", p.Name, p.literal())
		} else {
			fmt.Fprintf(&b, "var %s = %s\n", p.Name, p.literal())
		}
	}
	id := ""
	if len(nb.Cells) > 0 && nb.Cells[0].ID() != "" {
		id = injectedTag
	}
	nb.Cells = slices.Insert(nb.Cells, at, newCode(id, strings.TrimSuffix(b.String(), "\n"), injectedTag))
}

// declares lists the variables that a cell's top level declares.
func declares(code string) map[string]bool {
	names := map[string]bool{}
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p; func _() {\n"+code+"\n}", parser.SkipObjectResolution)
	if err != nil && f == nil {
		return names
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		for _, s := range fn.Body.List {
			switch s := s.(type) {
			case *ast.AssignStmt:
				for _, l := range s.Lhs {
					if id, ok := l.(*ast.Ident); ok && s.Tok == token.DEFINE {
						names[id.Name] = true
					}
				}
			case *ast.DeclStmt:
				if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
					for _, spec := range g.Specs {
						for _, id := range spec.(*ast.ValueSpec).Names {
							names[id.Name] = true
						}
					}
				}
			}
		}
	}
	return names
}
