package cells

import (
	"context"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"go/types"
	"strings"

	"github.com/lislab/lislab/kernel/engine"
)

// Inspect documents the name at the cursor, or the function whose call the cursor
// is in; detail 1 adds the source. It waits for no cell that runs.
func (s *Session) Inspect(ctx context.Context, code string, cursor, detail int) engine.Inspection {
	off := byteOffset(code, cursor)
	if in, at := literalAt(code, off); in.IsLiteral() && inImport(code, at) {
		end := strings.IndexAny(code[at+1:], "\"`")
		if end < 0 {
			end = len(code) - at - 1
		}
		return s.inspectPackage(code[at+1 : at+1+end])
	}
	s.mu.Lock()
	l := s.lookAt(code, off, false)
	var obj types.Object
	var owner types.Type
	if l.id != nil {
		obj = l.object(l.id)
		owner = l.ownerAt()
	}
	if obj == nil {
		obj, owner = l.callee(off)
	}
	if obj == nil { // what does not parse may still be a name
		obj = l.named(code, off)
	}
	s.mu.Unlock()
	if obj == nil || ctx.Err() != nil {
		return engine.Inspection{}
	}
	if p, ok := obj.(*types.PkgName); ok {
		return s.inspectPackage(p.Imported().Path())
	}
	return s.inspectObject(obj, owner, detail)
}

// ownerAt is the type that the identifier at the cursor is selected from.
func (l *look) ownerAt() types.Type {
	if n := len(l.parent); n > 0 {
		switch p := l.parent[n-1].(type) {
		case *ast.SelectorExpr:
			if sel := l.info.Selections[p]; sel != nil && p.Sel == l.id {
				t := sel.Recv()
				for _, i := range sel.Index()[:len(sel.Index())-1] { // through embedded fields
					if st, ok := pointed(t).Underlying().(*types.Struct); ok {
						t = st.Field(i).Type()
					}
				}
				return pointed(t)
			}
		case *ast.KeyValueExpr:
			if lit, ok := l.parent[max(n-2, 0)].(*ast.CompositeLit); ok {
				if t := l.typeOf(lit); t != nil {
					return pointed(t)
				}
			}
		}
	}
	return nil
}

// callee is the function whose call is the innermost around the cursor.
func (l *look) callee(off int) (obj types.Object, owner types.Type) {
	for _, n := range l.src.nodes() {
		ast.Inspect(n, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !(l.src.offset(call.Lparen) < off && off <= l.src.offset(call.Rparen)) {
				return true
			}
			id, parent := (*ast.Ident)(nil), []ast.Node(nil)
			switch f := ast.Unparen(call.Fun).(type) {
			case *ast.Ident:
				id = f
			case *ast.SelectorExpr:
				id, parent = f.Sel, []ast.Node{f}
			}
			if id != nil && l.object(id) != nil {
				at := look{check: l.check, id: id, parent: parent}
				obj, owner = l.object(id), at.ownerAt()
			}
			return true
		})
	}
	return obj, owner
}

// named looks the word at the cursor up by its text alone.
func (l *look) named(code string, off int) types.Object {
	end := off
	for end < len(code) && isWord(code[end]) {
		end++
	}
	start := off
	for start > 0 && isWord(code[start-1]) {
		start--
	}
	name := code[start:end]
	if before := exprBefore(code, start); before != "" {
		if d := l.from.names[before]; d != nil && d.kind == ImportName && !d.dot {
			return d.obj.(*types.PkgName).Imported().Scope().Lookup(name)
		}
		for _, p := range l.unimported(before) {
			if obj := p.Scope().Lookup(name); obj != nil && obj.Exported() {
				return obj
			}
		}
		return nil
	}
	if d := l.from.names[name]; d != nil {
		return d.obj
	}
	if obj := types.Universe.Lookup(name); obj != nil {
		return obj
	}
	if found := l.unimported(name); len(found) > 0 {
		return types.NewPkgName(token.NoPos, l.s.pkg, name, found[0])
	}
	return nil
}

func isWord(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// inspectPackage documents a package and lists what it exports.
func (s *Session) inspectPackage(path string) engine.Inspection {
	text := s.packageText(path)
	s.mu.Lock()
	p, err := s.importer.Import(path)
	s.mu.Unlock()
	if err != nil {
		return engine.Inspection{}
	}
	var list strings.Builder
	for _, name := range p.Scope().Names() {
		if obj := p.Scope().Lookup(name); obj.Exported() {
			fmt.Fprintf(&list, "%s\n", s.signature(obj))
		}
	}
	return bundle(fmt.Sprintf("package %s // import %q", p.Name(), path), text, list.String())
}

// signature is an object's declaration on one line.
func (s *Session) signature(obj types.Object) string {
	q := func(p *types.Package) string {
		if p == s.pkg || p == obj.Pkg() {
			return ""
		}
		return p.Name()
	}
	line := types.ObjectString(obj, q)
	if t, ok := obj.(*types.TypeName); ok && !t.IsAlias() {
		if under := types.TypeString(t.Type().Underlying(), q); len(under) > 60 {
			line = fmt.Sprintf("type %s %s{…}", types.TypeString(t.Type(), q), strings.SplitN(under, "{", 2)[0])
		}
	}
	return strings.TrimPrefix(line, "package ")
}

// inspectObject documents anything but a package.
func (s *Session) inspectObject(obj types.Object, owner types.Type, detail int) engine.Inspection {
	d, name := s.docsOf(obj, owner)
	head := s.signature(obj)
	text, source := "", ""
	if d != nil {
		text = d.of[name]
		if _, isVar := obj.(*types.Var); !isVar || detail > 0 {
			source = d.source(name)
		}
	}
	var more strings.Builder
	switch obj := obj.(type) {
	case *types.TypeName:
		if source != "" {
			head = source
		}
		set := types.NewMethodSet(types.NewPointer(obj.Type()))
		if types.IsInterface(obj.Type()) {
			set = types.NewMethodSet(obj.Type())
		}
		for i := range set.Len() {
			if m := set.At(i).Obj(); m.Exported() || m.Pkg() == s.pkg {
				fmt.Fprintln(&more, s.signature(m))
			}
		}
	case *types.Const:
		head += " // " + obj.Val().String()
	}
	if detail > 0 && source != "" {
		return bundle(source, text, more.String())
	}
	return bundle(head, text, more.String())
}

// bundle is a documentation page in the forms that front ends show.
func bundle(head, text, list string) engine.Inspection {
	if b, err := format.Source([]byte(head)); err == nil {
		head = strings.TrimSpace(string(b))
	}
	plain := head + "\n"
	md := "```go\n" + head + "\n```\n"
	if text != "" {
		plain += "\n" + strings.TrimSpace(text) + "\n"
		md += "\n" + markdown(text) + "\n"
	}
	if list != "" {
		plain += "\n" + list
		md += "\n```go\n" + strings.TrimSpace(list) + "\n```\n"
	}
	return engine.Inspection{Found: true, Bundle: engine.Bundle{Data: map[string]any{"text/plain": plain, "text/markdown": md}, Metadata: map[string]any{}}}
}
