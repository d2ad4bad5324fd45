package instant

// ContextKey is the key of the predeclared variable ctx.
const ContextKey = "ctx"

// Program is a cell as the worker runs it: a tree of operations over numbered
// types. It holds nothing that JSON could not carry.
type Program struct {
	Types []Type `json:"types,omitempty"`
	Body  []Node `json:"body"`
	// Valued is true where the last statement is an expression with values.
	Valued bool `json:"valued,omitempty"`
}

// Node is one operation; which of the fields matter depends on Op.
type Node struct {
	Op   Op     `json:"o"`
	Args []Node `json:"a,omitempty"`
	// Type is an index into Program.Types, plus one; 0 is none.
	Type int `json:"t,omitempty"`
	// Str is a name, a key of the store, an operator or a constant's value.
	Str string `json:"s,omitempty"`
	// Pkg is the import path of the package that Str is from.
	Pkg string `json:"p,omitempty"`
	// Path are field numbers, from the outermost struct inwards.
	Path []int `json:"f,omitempty"`
	// Flag is explained at each Op that uses it.
	Flag bool `json:"b,omitempty"`
	// Line of the cell, from 1, where something there can panic.
	Line int `json:"l,omitempty"`
}

// Op is an operation.
type Op string

// Statements.
const (
	opExpr   Op = "expr"   // Args[0] for its effect, or as the result
	opAssign Op = "assign" // the first half of Args is assigned the second; with Flag the second half is one node with several values
	opUpdate Op = "update" // Args[0] Str= Args[1]; Str is the operator without =
	opSend   Op = "send"   // Args[0] <- Args[1]
	opCheck  Op = "check"  // fails where the error variable of key Str is not nil
)

// Places: what can be assigned to. Each but opBlank and opDefine is a value too.
const (
	opBlank  Op = "blank"
	opDefine Op = "define" // a new variable of key Str, of Type or of its value's type
	opVar    Op = "var"    // the variable of key Str
	opGlobal Op = "global" // the variable Str of package Pkg
	opField  Op = "field"  // of Args[0] along Path, through pointers
	opIndex  Op = "index"  // Args[0][Args[1]]; with Flag the two-valued form of a map
	opDeref  Op = "deref"  // *Args[0]
)

// Values.
const (
	opConst   Op = "const"   // Str as constant.Value.ExactString writes it, of Type; with Flag a quoted string
	opNil     Op = "nil"     // of Type
	opSymbol  Op = "symbol"  // the function Str of package Pkg
	opFunc    Op = "func"    // the notebook's function of key Str
	opMethod  Op = "method"  // Str of Args[0], reached along Path; with Flag its receiver is a pointer
	opCall    Op = "call"    // Args[0](Args[1:]...); with Flag the last one is spread
	opTuple   Op = "tuple"   // Args[0](Args[1]...) where Args[1] has several values
	opBuiltin Op = "builtin" // Str(Args...), Type where the first argument is one; with Flag the last one is spread
	opConvert Op = "convert" // Type(Args[0])
	opAssert  Op = "assert"  // Args[0].(Type), two-valued
	opStruct  Op = "struct"  // Type with field Path[i] set to Args[i]
	opList    Op = "list"    // a slice or array of Type with element Path[i] set to Args[i]; Str is its length
	opMap     Op = "map"     // of Type, with keys and values in turn
	opAddr    Op = "addr"    // &Args[0]
	opUnary   Op = "unary"   // Str Args[0]
	opBinary  Op = "binary"  // Args[0] Str Args[1]
	opAnd     Op = "and"     // Args[0] && Args[1]
	opOr      Op = "or"      // Args[0] || Args[1]
	opSlice   Op = "slice"   // Args[0][low:high:max]; a bound that is not there is an opNil without Type
	opReceive Op = "receive" // <-Args[0]; with Flag two-valued
)

// Type says how to find or make a reflect.Type. Elem and the like are indices
// into Program.Types, plus one.
type Type struct {
	// Kind is a reflect.Kind's name, "named" for a type of a package, "cell" for
	// one of the notebook's.
	Kind string `json:"k"`
	Pkg  string `json:"p,omitempty"`
	// Name of a named type, key of a cell's.
	Name string `json:"n,omitempty"`
	Elem int    `json:"e,omitempty"`
	Key  int    `json:"m,omitempty"`
	Len  int64  `json:"l,omitempty"`
	// Dir of a channel, as reflect.ChanDir.
	Dir      int     `json:"d,omitempty"`
	In       []int   `json:"i,omitempty"`
	Out      []int   `json:"r,omitempty"`
	Variadic bool    `json:"v,omitempty"`
	Fields   []Field `json:"f,omitempty"`
}

// Field of a struct type.
type Field struct {
	Name     string `json:"n"`
	Type     int    `json:"t"`
	Tag      string `json:"g,omitempty"`
	Embedded bool   `json:"e,omitempty"`
}
