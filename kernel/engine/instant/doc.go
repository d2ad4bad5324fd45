// Package instant runs cells that need no compiler: those that go/types has
// accepted and that only call, assign, index, select, convert and build
// literals. Translate, in the supervisor, turns a checked cell into a Program;
// Link and Run, in the worker, run it on the variables that compiled cells use,
// by pointer, through reflection.
//
// It is no interpreter of Go. Which function is called, what type a constant
// has, which field a selector means: go/types has decided all that, and the
// Program only spells it out. So both paths cannot differ in how they read a
// cell, only in how they carry out one operation, and those are done by the
// same Go operation that compiled code uses (an index out of range panics with
// the runtime's own error). What it cannot do exactly as compiled code would,
// it refuses before anything has happened: a function literal, a loop, a
// generic call, a type that no loaded package holds. The cell is then compiled.
//
// gomacro was weighed for this path. It reads Go as of 1.18 on its own, with a
// type checker of its own: it rounds, prints and resolves some accepted cells
// in another way; it sees types that cells declare by reflection only, in a
// universe beside go/types' (their method sets and identities differ from what
// the cell was checked against); it keeps its state by goroutine, so that a
// blocked call cannot be abandoned. It stays the fallback where there is no
// toolchain (package interp), and its symbol tables serve here.
package instant
