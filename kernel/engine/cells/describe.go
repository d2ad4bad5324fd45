package cells

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// describe fills in what the engine asks of a checked cell.
func (c *check) describe(e *emitter) {
	cell := c.cell
	cell.Package = e.pkg
	for _, imp := range c.imports {
		if d := c.from.names[importName(c, imp)]; d != nil {
			cell.Defines = append(cell.Defines, c.symbol(d))
		}
	}
	for _, u := range c.own {
		for _, name := range u.names {
			switch {
			case name == "_" || name == "init" && u.isFunc():
			case u.recv != "":
				cell.Defines = append(cell.Defines, Symbol{Name: u.recv + "." + name, Kind: MethodName, Line: c.src.line(u.decl.Pos())})
			default:
				if d := c.next.names[name]; d != nil {
					cell.Defines = append(cell.Defines, c.symbol(d))
				}
			}
		}
	}
	for _, d := range c.order {
		s := c.symbol(d)
		cell.Defines = append(cell.Defines, s)
		if c.neverReadError(e, d) {
			cell.Unread = append(cell.Unread, s)
		}
	}
	used := map[string]bool{}
	for _, obj := range c.info.Uses {
		d := e.defs[obj]
		if d != nil && c.from.names[d.name] != nil && (c.from.names[d.name] == d || c.moved[d.name].new == d) {
			used[d.name] = true
		}
	}
	for _, name := range sorted(used) {
		s := c.symbol(c.from.names[name])
		s.Line = 0
		cell.Uses = append(cell.Uses, s)
	}
	cell.Class = c.class(e)
	cell.after = c.next
}

// importName is the name that an import has in the notebook.
func importName(c *check, imp importSpec) string {
	if imp.name != "" {
		return imp.name
	}
	if p, err := c.s.importer.Import(imp.path); err == nil {
		return p.Name()
	}
	return ""
}

func (c *check) neverReadError(e *emitter, d *def) bool {
	return e.neverRead(d) && slices.ContainsFunc(c.src.stmts, func(s ast.Stmt) bool {
		a, ok := s.(*ast.AssignStmt)
		if !ok || a.Tok != token.DEFINE {
			return false
		}
		ids := idents(a.Lhs)
		return len(ids) > 1 && ids[len(ids)-1].Name == d.name && len(e.unread(a.Pos(), ids, a.Rhs)) > 0
	})
}

// symbol describes a definition.
func (c *check) symbol(d *def) Symbol {
	s := Symbol{Name: d.name, Kind: d.kind, Key: d.key, Line: d.line}
	switch obj := d.obj.(type) {
	case *types.PkgName:
		s.Type = obj.Imported().Path()
	case *types.Func:
		s.Type = c.typeString(obj.Type())
		if d.dot {
			s.Key = ""
		}
	case *types.TypeName:
		s.Type = c.typeString(obj.Type().Underlying())
	default:
		s.Type = c.typeString(obj.Type())
	}
	return s
}

// typeString writes a type as a notebook would.
func (c *check) typeString(t types.Type) string { return c.s.typeString(t) }

// class tells what running the cell takes.
func (c *check) class(e *emitter) Class {
	if len(c.src.stmts) == 0 {
		if e.runsMain() || len(e.inits) > 0 {
			return Compiled
		}
		return Declares
	}
	if c.cell.Program = c.program(e); c.cell.Program != nil {
		return Instant
	}
	return Compiled
}
