package cells

import "github.com/lislab/lislab/kernel/engine/instant"

// Class tells what running a cell takes.
type Class int

const (
	// Empty cells hold nothing but white space and comments.
	Empty Class = iota
	// Declares: the cell only declares types, functions, constants and imports.
	// It is answered once it type-checks; its package has to be built and run
	// before the next cell that runs anything.
	Declares
	// Instant cells only call, assign, index, select and build literals: an
	// interpreter can run them on the same variables. They have a Package too.
	Instant
	// Compiled cells need the compiler.
	Compiled
)

func (c Class) String() string {
	return [...]string{"empty", "declares", "instant", "compiled"}[c]
}

// Kind is what a name of the notebook stands for.
type Kind int

// The kinds of names.
const (
	VarName Kind = iota
	FuncName
	TypeName
	ConstName
	ImportName
	MethodName
)

func (k Kind) String() string {
	return [...]string{"variable", "function", "type", "constant", "module", "method"}[k]
}

// Symbol is one name that a cell defines or uses.
type Symbol struct {
	Name string // "x"; for a method "T.Name"; for an import the package's path is in Type
	Kind Kind
	Type string // as Go writes it in a notebook: "int", "dataframe.DataFrame", "func(a int) string"
	Key  string // of the store in package rt; "" for what is not kept there
	Line int    // where the cell defines it, from 1; 0 in Uses
}

// Cell is one checked cell. It is immutable.
type Cell struct {
	N    int    // the number it was checked with, as in cell[3]
	Code string // as the front end sent it
	Class
	// Defines lists the names that the cell defines, in order; Uses those of
	// earlier cells that it mentions.
	Defines, Uses []Symbol
	// Shows is true where the last statement is an expression whose value is
	// the cell's result. A semicolon at the end of the cell suppresses it.
	Shows bool
	// Unread names the variables that hold the error of a top-level
	// "v, err := f()" which the cell never reads.
	Unread []Symbol
	// Notes are sentences for the person, such as what "go get" did.
	Notes []string
	// Program is an Instant cell for the interpreter.
	Program *instant.Program
	// Package is what to compile; nil for an Empty cell.
	Package *Package

	after *state
}

// Package is a cell as the compiler takes it.
type Package struct {
	// Path is the import path, lislab.cell/HASH: a hash of the source, so that
	// the same cell against the same definitions is the same package, in this
	// session and in the next.
	Path string
	// Source is the one Go file.
	Source []byte
	// Imports are the paths of the packages outside the notebook that Source
	// imports, Cells the packages of earlier cells.
	Imports []string
	Cells   []*Package
}
