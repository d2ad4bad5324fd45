package cells

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
)

// state is what the notebook has defined at one point. It is never changed, only
// replaced by a copy that knows more.
type state struct {
	names   map[string]*def     // what each name means now
	methods map[string][]method // by the name of the receiver's type
	structs []*structDef        // struct types that later cells cannot spell
	fields  map[*types.Var]*structDef
	homes   map[*types.TypeName]*Package // every type ever declared, and the package that declares it
}

func newState() *state {
	return &state{names: map[string]*def{}, methods: map[string][]method{}, fields: map[*types.Var]*structDef{}, homes: map[*types.TypeName]*Package{}}
}

func (s *state) clone() *state {
	return &state{names: maps.Clone(s.names), methods: maps.Clone(s.methods), structs: slices.Clip(s.structs), fields: maps.Clone(s.fields), homes: maps.Clone(s.homes)}
}

// def is one name of the notebook.
type def struct {
	name string
	kind Kind
	obj  types.Object // what the type checker knows it as
	line int          // where its cell defines it
	n    int          // the number of that cell

	// pkg is the package of the cell that declares a type, a constant or a
	// generic function, where other cells import it from.
	pkg *Package
	// key names a variable or an ordinary function in the store.
	key string
	// unit is the declaration, to be declared again where something it depends
	// on has changed; nil for variables and imports.
	unit *unit
	path string // of an import
	dot  bool   // an import into the notebook's own names
}

// generic reports whether d is a function with type parameters.
func (d *def) generic() bool {
	f, ok := d.obj.(*types.Func)
	return ok && f.Signature().TypeParams().Len() > 0
}

// unit is a declaration that can be moved to another cell: a type, a function, a
// method, or a group of constants.
type unit struct {
	src   *source
	decl  ast.Decl
	names []string        // what it declares
	recv  string          // for a method, the name of the receiver's type
	uses  map[string]bool // names of the notebook that it mentions
	sig   map[string]bool // for functions, those of them in the signature
	text  string          // as gofmt would print it, to tell whether it changed
	stext string          // the same of the signature alone
	key   string          // of a method that can be replaced, in the store
}

// method is one method of a notebook's type.
type method struct {
	name string
	unit *unit
	// key names its implementation in the store; "" where the method cannot be
	// replaced without a new type: it has type parameters, or recovers.
	key string
}

// structDef tells how other cells reach the unexported fields of a struct type:
// by accessors, functions of the declaring cell's package that return a field's
// address. The type itself stays as the notebook wrote it, so that printing and
// encoding it give what they should.
type structDef struct {
	typ    types.Type // the named type, or the struct type itself
	pkg    *Package   // nil while its own cell is rewritten
	name   string     // of the type in pkg: what accessors take
	access map[string]string
}
