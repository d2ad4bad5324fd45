package cells

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strings"
)

// Names that the rewriter makes begin with mark. A notebook cannot use such
// names, so they collide with nothing.
const mark = "Λ"

// The rewriter's names, by what they stand for.
const (
	rtName       = mark + "rt"     // package rt
	runName      = mark + "run"    // the function that runs the cell
	exportMark   = mark + "_"      // before an unexported name, to export it
	implMark     = mark + "i_"     // a function's body, under its own name
	slotMark     = mark + "s_"     // a variable of the package: the address in the store
	oldMark      = mark + "o_"     // in the cell's body: a variable of an earlier cell
	newMark      = mark + "p_"     // in the cell's body: a variable the cell defines
	accessorMark = mark + "a_"     // a function that returns the address of a field
	structMark   = mark + "t"      // an alias of a struct type
	selfPath     = "lislab.cell/Λ" // the cell's own import path, until it is known
	rtPath       = "github.com/lislab/lislab/kernel/engine/rt"
)

// exported is the name by which other cells reach a type, a constant, a generic
// function or a method.
func exported(name string) string {
	if token.IsExported(name) {
		return name
	}
	return exportMark + name
}

// Plain turns the rewriter's names in a text (a stack trace, a panic's message)
// back into the notebook's own.
func Plain(text string) string {
	if !strings.Contains(text, mark) {
		return text
	}
	return plainNames.Replace(plainMethod.ReplaceAllString(text, "$1.$2"))
}

// plainMethod matches the name of a method's implementation.
var plainMethod = regexp.MustCompile(implMark + `([^\s(` + mark + `]+)` + mark + `([^\s(]+)`)

var plainNames = strings.NewReplacer(implMark, "", exportMark, "", runName, "cell", slotMark, "", oldMark, "", newMark, "")

// forbidden finds a name in the code that begins with mark.
func forbidden(n ast.Node) *ast.Ident {
	var found *ast.Ident
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && found == nil && strings.HasPrefix(id.Name, mark) {
			found = id
		}
		return found == nil
	})
	return found
}

// predeclared reports whether a name is one of Go's own, which the rewriter's
// code relies on.
func predeclared(name string) bool { return types.Universe.Lookup(name) != nil }
