package cells

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
)

// What a cell declares again reaches the code of earlier cells. Variables and
// functions do so by themselves, through the store, as long as they keep their
// type. What has no place in the store (a type, a constant, a generic function)
// and what changed its type reaches earlier code by declaring that code again:
// the units that mention a changed name are carried into the cell and compiled
// with it, against the new meaning. Where one does not fit the new meaning it
// stays as it was, and a note says so.
//
// A type gets a new identity only if its definition changed, or a method was
// added to it. Running a cell again that declares the same type changes nothing.

// depend decides which declarations the cell really makes (c.own), and which
// earlier ones it has to make again (c.carried).
func (c *check) depend(units []*unit) {
	if c.changed == nil {
		c.changed = map[string]bool{}
	}
	declared := map[string]bool{}
	for _, u := range units {
		if u.recv == "" {
			for _, name := range u.names {
				declared[name] = true
			}
		}
	}
	for _, imp := range c.imports {
		for name, d := range c.from.names {
			if old := c.before.names[name]; d.path == imp.path && old != nil && (old.path != d.path || old.kind != d.kind) {
				c.changed[name] = true
			}
		}
	}
	for _, id := range topNames(c.src.stmts) {
		old := c.from.names[id.Name]
		if old != nil && old.kind != VarName || old == nil && c.s.ctx != nil && id.Name == c.s.ctx.Name() {
			c.changed[id.Name] = true
		}
	}
	for size := -1; size != len(c.changed); {
		size = len(c.changed)
		c.own, c.carried = nil, nil
		for _, u := range units {
			if !c.same(u) {
				c.own = append(c.own, u)
			}
		}
		c.carry(declared)
		for name, d := range c.from.names {
			if d.kind == VarName && !d.dot && d.pkg == nil && c.moves(d) {
				c.changed[name] = true
			}
		}
	}
}

// mentions reports whether any of names has changed.
func (c *check) mentions(names map[string]bool) bool {
	for name := range names {
		if c.changed[name] {
			return true
		}
	}
	return false
}

// same reports whether a declaration leaves everything as it is. It marks as
// changed what the declaration changes for others.
func (c *check) same(u *unit) bool {
	if u.recv != "" {
		return c.sameMethod(u)
	}
	same, late := true, true
	for _, name := range u.names {
		if name == "_" || name == "init" && u.isFunc() {
			same, late = false, true
			continue
		}
		old := c.from.names[name]
		if old == nil {
			same = false
			continue
		}
		if old.unit == nil || old.unit.text != u.text || c.changed[name] || c.mentions(old.unit.uses) {
			same = false
		}
		if old.kind != FuncName || old.key == "" || !u.isFunc() || u.generic() || old.unit.stext != u.stext || c.mentions(old.unit.sig) {
			late = false
		}
	}
	switch {
	case u.isFunc() && !u.generic() && late:
		// An ordinary function is bound again, even to the same code: earlier
		// callers must get it if it was bound to something else meanwhile.
		return false
	case same:
		return true
	}
	for _, name := range u.names {
		if c.from.names[name] != nil {
			c.changed[name] = true
		}
	}
	return false
}

func (u *unit) isFunc() bool {
	_, ok := u.decl.(*ast.FuncDecl)
	return ok
}

func (u *unit) generic() bool {
	f, ok := u.decl.(*ast.FuncDecl)
	return ok && f.Type.TypeParams != nil
}

// sameMethod is same for a method. A method that the type did not have, or that
// cannot be replaced in it, changes the type.
func (c *check) sameMethod(u *unit) bool {
	t := c.from.names[u.recv]
	if t == nil || t.kind != TypeName || t.unit == nil || c.changed[u.recv] {
		return false
	}
	for _, m := range c.from.methods[u.recv] {
		if m.name != u.names[0] {
			continue
		}
		if m.unit.text == u.text && m.key == "" && !c.mentions(m.unit.uses) {
			return true
		}
		if m.key != "" && m.unit.stext == u.stext && !c.mentions(m.unit.sig) && replaceable(u) {
			return false
		}
	}
	c.changed[u.recv] = true
	return false
}

// replaceable reports whether a method can be replaced in its type later: it has
// no type parameters, and does not call recover, which works only in the
// function that was deferred itself.
func replaceable(u *unit) bool {
	f := u.decl.(*ast.FuncDecl)
	if f.Name.Name == "_" || len(f.Recv.List) == 0 {
		return false
	}
	ok := true
	ast.Inspect(f.Recv, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.IndexExpr, *ast.IndexListExpr:
			ok = false
		}
		return ok
	})
	if f.Body == nil {
		return ok
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if _, lit := n.(*ast.FuncLit); lit {
			return false
		}
		if call, isCall := n.(*ast.CallExpr); isCall {
			if id, isIdent := ast.Unparen(call.Fun).(*ast.Ident); isIdent && id.Name == "recover" {
				ok = false
			}
		}
		return ok
	})
	return ok
}

// carry finds the earlier declarations that have to be made again. declared are
// the names that the cell declares.
func (c *check) carry(declared map[string]bool) {
	overridden := map[string]bool{}
	for _, u := range c.own {
		if u.recv != "" {
			overridden[u.recv+"."+u.names[0]] = true
		}
	}
	seen := map[*unit]bool{}
	add := func(u *unit) {
		if !seen[u] && !c.dropped[u] {
			seen[u] = true
			c.carried = append(c.carried, u)
		}
	}
	for _, name := range sorted(c.from.names) {
		d := c.from.names[name]
		u := d.unit
		if u == nil || d.dot || declared[name] || c.dropped[u] {
			continue
		}
		switch touched := c.mentions(u.uses); {
		case d.kind == FuncName && d.key != "":
			if touched {
				add(u)
			}
			if c.mentions(u.sig) {
				c.changed[name] = true
			}
		case touched, c.changed[name]:
			add(u)
			for _, n := range u.names {
				if old := c.from.names[n]; old != nil && old.unit == u {
					c.changed[n] = true
				}
			}
		}
	}
	for _, recv := range sorted(c.from.methods) {
		t := c.from.names[recv]
		if t == nil || t.kind != TypeName {
			continue
		}
		for _, m := range c.from.methods[recv] {
			if overridden[recv+"."+m.name] || c.dropped[m.unit] {
				continue
			}
			switch {
			case c.changed[recv]:
				// A cell that states a type again states its methods again; what
				// other cells added stays.
				if !declared[recv] || t.unit == nil || m.unit.src.name != t.unit.src.name || !c.declares(recv) {
					add(m.unit)
				} else {
					c.note("%s.%s (cell[%d]) went with the old %s: a cell that declares a type again has to declare its methods too", recv, m.name, m.unit.src.n, recv)
				}
			case !c.mentions(m.unit.uses):
			case m.key != "" && !c.mentions(m.unit.sig):
				add(m.unit)
			default:
				c.changed[recv] = true
			}
		}
	}
}

// declares reports whether the cell itself declares a type with a new text.
func (c *check) declares(name string) bool {
	for _, u := range c.own {
		if u.recv == "" && slices.Contains(u.names, name) {
			return u.text != c.from.names[name].unit.text
		}
	}
	return false
}

// drop gives up carrying declarations, because they do not fit.
func (c *check) drop(bad []*unit) {
	for _, u := range bad {
		c.dropped[u] = true
		name := u.names[0]
		if u.recv != "" {
			c.note("%s.%s (cell[%d]) does not fit the new %s and is gone", u.recv, name, u.src.n, u.recv)
			continue
		}
		c.note("%s (cell[%d]) does not fit what this cell changes and stays as it was", name, u.src.n)
		if d := c.from.names[name]; d != nil && d.kind == TypeName {
			for _, m := range c.from.methods[name] {
				c.dropped[m.unit] = true
			}
		}
	}
}

func (c *check) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(c.cell.Notes, s) {
		c.cell.Notes = append(c.cell.Notes, s)
	}
}

// sameLayout lists the types that are declared again with the memory layout they
// had: the same text, and nothing in it that changed otherwise.
func (c *check) sameLayout() map[string]bool {
	same := map[string]bool{}
	for _, u := range slices.Concat(c.own, c.carried) {
		if u.recv != "" || u.isFunc() {
			continue
		}
		for _, name := range u.names {
			if old := c.from.names[name]; old != nil && old.kind == TypeName && old.unit != nil && old.unit.text == u.text {
				same[name] = true
			}
		}
	}
	for size := -1; size != len(same); {
		size = len(same)
		for name := range same {
			for used := range c.from.names[name].unit.uses {
				if c.changed[used] && !same[used] {
					delete(same, name)
				}
			}
		}
	}
	return same
}

// moves reports whether a variable goes over to a new version of its type.
func (c *check) moves(d *def) bool {
	same := c.sameLayout()
	found := false
	return eachNotebookType(d.obj.Type(), c.s.pkg, func(t *types.TypeName) bool {
		if now := c.from.names[t.Name()]; now != nil && now.obj == t && c.changed[t.Name()] {
			found = true
			return same[t.Name()]
		}
		return true
	}) && found
}

// eachNotebookType calls f for the types of cells that occur in t, until f
// returns false; it does not look into them. It reports whether f never did.
func eachNotebookType(t types.Type, pkg *types.Package, f func(*types.TypeName) bool) bool {
	seen := map[types.Type]bool{}
	var walk func(t types.Type) bool
	walk = func(t types.Type) bool {
		if t == nil || seen[t] {
			return true
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.Named:
			if t.Obj().Pkg() == pkg && !f(t.Obj()) {
				return false
			}
			for i := range t.TypeArgs().Len() {
				if !walk(t.TypeArgs().At(i)) {
					return false
				}
			}
			return true
		case *types.Alias:
			return walk(types.Unalias(t))
		case *types.Pointer:
			return walk(t.Elem())
		case *types.Slice:
			return walk(t.Elem())
		case *types.Array:
			return walk(t.Elem())
		case *types.Chan:
			return walk(t.Elem())
		case *types.Map:
			return walk(t.Key()) && walk(t.Elem())
		case *types.Struct:
			for i := range t.NumFields() {
				if !walk(t.Field(i).Type()) {
					return false
				}
			}
		case *types.Signature:
			return walk(t.Params()) && walk(t.Results())
		case *types.Tuple:
			for i := range t.Len() {
				if !walk(t.At(i).Type()) {
					return false
				}
			}
		case *types.Interface:
			for i := range t.NumExplicitMethods() {
				if !walk(t.ExplicitMethod(i).Type()) {
					return false
				}
			}
			for i := range t.NumEmbeddeds() {
				if !walk(t.EmbeddedType(i)) {
					return false
				}
			}
		}
		return true
	}
	return walk(t)
}

// moveVariables gives variables the new version of their type.
func (c *check) moveVariables() {
	to := map[*types.TypeName]types.Type{}
	for name := range c.sameLayout() {
		old, isType := c.from.names[name].obj.(*types.TypeName)
		if obj, ok := c.objs[name].(*types.TypeName); ok && isType {
			to[old] = obj.Type()
		}
	}
	if len(to) == 0 {
		return
	}
	for name, d := range c.from.names {
		if d.kind != VarName || d.dot || d.obj == nil {
			continue
		}
		if t, ok := substitute(d.obj.Type(), to); ok {
			moved2 := *d
			moved2.obj = types.NewVar(d.obj.Pos(), c.s.pkg, name, t)
			c.moved[name] = moved{old: d, new: &moved2}
		}
	}
}

// substitute replaces type names in a type. It reports whether there was
// anything to replace and all of it could be.
func substitute(t types.Type, to map[*types.TypeName]types.Type) (types.Type, bool) {
	changed, possible := false, true
	var sub func(t types.Type) types.Type
	tuple := func(t *types.Tuple) *types.Tuple {
		vars := make([]*types.Var, t.Len())
		for i := range vars {
			v := t.At(i)
			vars[i] = types.NewParam(v.Pos(), v.Pkg(), v.Name(), sub(v.Type()))
		}
		return types.NewTuple(vars...)
	}
	sub = func(t types.Type) types.Type {
		switch t := t.(type) {
		case *types.Named:
			target, ok := to[t.Obj()]
			if t.TypeArgs().Len() == 0 {
				if ok {
					changed = true
					return target
				}
				return t
			}
			origin := types.Type(t.Origin())
			if ok {
				changed = true
				origin = target
			}
			args := make([]types.Type, t.TypeArgs().Len())
			for i := range args {
				args[i] = sub(t.TypeArgs().At(i))
			}
			inst, err := types.Instantiate(nil, origin, args, false)
			if err != nil {
				possible = false
				return t
			}
			return inst
		case *types.Alias:
			if target, ok := to[t.Obj()]; ok {
				changed = true
				return target
			}
			before := changed
			changed = false
			u := sub(types.Unalias(t))
			hit := changed
			changed = before || hit
			if hit {
				return u
			}
			return t
		case *types.Pointer:
			return types.NewPointer(sub(t.Elem()))
		case *types.Slice:
			return types.NewSlice(sub(t.Elem()))
		case *types.Array:
			return types.NewArray(sub(t.Elem()), t.Len())
		case *types.Chan:
			return types.NewChan(t.Dir(), sub(t.Elem()))
		case *types.Map:
			return types.NewMap(sub(t.Key()), sub(t.Elem()))
		case *types.Signature:
			return types.NewSignatureType(nil, nil, nil, tuple(t.Params()), tuple(t.Results()), t.Variadic())
		case *types.Struct, *types.Interface:
			if mentionsAny(t, to) {
				possible = false
			}
		}
		return t
	}
	out := sub(t)
	if !changed || !possible {
		return t, false
	}
	return out, true
}

func mentionsAny(t types.Type, to map[*types.TypeName]types.Type) bool {
	for name := range to {
		if !eachNotebookType(t, name.Pkg(), func(n *types.TypeName) bool { return to[n] == nil }) {
			return true
		}
	}
	return false
}
