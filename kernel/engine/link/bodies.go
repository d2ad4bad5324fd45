package link

import (
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/instant"
)

// HelloBody is the first message a worker gets.
type HelloBody struct {
	// MemoryLimit in bytes; 0 is none. The worker ends itself above it.
	MemoryLimit uint64 `json:"memory_limit,omitempty"`
}

// HelloReply says what this worker is.
type HelloReply struct {
	PID     int    `json:"pid"`
	Version string `json:"version"` // of the messages
}

// RunBody is Go code for the interpreter.
type RunBody struct {
	Code string `json:"code"`
	// Name is what positions call the cell, as in "Cell [3]".
	Name string `json:"name"`
	// Line is the line of the cell where Code begins, from 0.
	Line int `json:"line,omitempty"`
	// Show asks for the value of the last expression.
	Show bool `json:"show,omitempty"`
	// Input says that somebody answers Input.
	Input bool `json:"input,omitempty"`
}

// RunReply is how code ended.
type RunReply struct {
	Err *engine.CellError `json:"err,omitempty"`
	// Interrupted says that an interrupt has ended it; Broken that it has not,
	// and that this worker must be replaced.
	Interrupted bool `json:"interrupted,omitempty"`
	Broken      bool `json:"broken,omitempty"`
	// Took is how long it ran.
	Took time.Duration `json:"took,omitempty"`
	// Names are the notebook's variables after the run.
	Names []string `json:"names,omitempty"`
}

// Unit is the compiled package of one cell.
type Unit struct {
	// Plugins to open, in order.
	Plugins []string `json:"plugins"`
	// Package is the import path under which the last of them has registered.
	Package string `json:"package"`
}

// CellBody is a checked cell to run.
type CellBody struct {
	// Before are earlier cells' declarations, which this worker has not run.
	Before []Unit `json:"before,omitempty"`
	// Unit or Program is the cell itself; with neither only Before is run.
	Unit    *Unit            `json:"unit,omitempty"`
	Program *instant.Program `json:"program,omitempty"`
	// Keys are those of the variables that the cell defines.
	Keys []string `json:"keys,omitempty"`
	// Show asks for the value of the last expression as a Result; with Capture
	// it is in the reply instead.
	Show    bool `json:"show,omitempty"`
	Capture bool `json:"capture,omitempty"`
	// Repeat asks to run the cell again and again for about this long, to
	// measure it.
	Repeat time.Duration `json:"repeat,omitempty"`
}

// CellReply is how a checked cell ended.
type CellReply struct {
	// Refused says that the program cannot run here; nothing has happened.
	Refused string `json:"refused,omitempty"`
	// Failure is nil where the cell ended well.
	Failure *Failure `json:"failure,omitempty"`
	// Reached are the keys of the variables that the cell really defined.
	Reached []string `json:"reached,omitempty"`
	// Abandoned says that a goroutine of the cell goes on.
	Abandoned bool `json:"abandoned,omitempty"`
	// Took is how long the cell itself ran, and Runs how often within that.
	Took time.Duration `json:"took,omitempty"`
	Runs int           `json:"runs,omitempty"`
	// Captured is the value that Capture asked for.
	Captured engine.Bundle `json:"captured"`
}

// FailureKind tells failures apart.
type FailureKind string

// The ways a cell fails in the worker.
const (
	Panicked    FailureKind = "panic"     // Text is the value, Stack the stack
	ReturnedErr FailureKind = "error"     // the last expression was an error of type Type
	Unchecked   FailureKind = "unchecked" // the error of type Type in the variable Name was never read
	Interrupted FailureKind = "interrupt"
	Exited      FailureKind = "goexit"   // the cell called runtime.Goexit
	OverMemory  FailureKind = "memory"   // Text says how much
	Internal    FailureKind = "internal" // the kernel's own fault
)

// Failure is why a cell failed.
type Failure struct {
	Kind FailureKind `json:"kind"`
	Type string      `json:"type,omitempty"`
	Text string      `json:"text,omitempty"`
	Name string      `json:"name,omitempty"`
	// Stack is what runtime/debug.Stack wrote; Line is the line of an instant
	// cell, 0 where there is none.
	Stack string `json:"stack,omitempty"`
	Line  int    `json:"line,omitempty"`
	// Goroutine says that it was not the cell's own goroutine that panicked.
	Goroutine bool `json:"goroutine,omitempty"`
}

// StreamBody is output.
type StreamBody struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// ValuesBody asks for variables by the keys of the store.
type ValuesBody struct {
	Vars []Var `json:"vars"`
}

// Var is a variable: its name in the notebook, its key and its type.
type Var struct {
	Name string `json:"name"`
	Key  string `json:"key"`
	Type string `json:"type"`
}

// CommandBody is a program to run with the cell's streams.
type CommandBody struct {
	Args []string `json:"args"`
	// Stdin is what the program reads.
	Stdin string `json:"stdin,omitempty"`
}

// EvaluateBody is one expression of user_expressions.
type EvaluateBody struct {
	Code string `json:"code"`
}

// EvaluateReply is its value.
type EvaluateReply struct {
	Value engine.Value `json:"value"`
}

// CompleteBody asks what may stand at Cursor, in code points.
type CompleteBody struct {
	Code   string `json:"code"`
	Cursor int    `json:"cursor"`
}

// ChildrenBody names a variable by its reference.
type ChildrenBody struct {
	Ref int `json:"ref"`
}

// NameBody names a variable, by its key too where it is compiled.
type NameBody struct {
	Name string `json:"name"`
	Key  string `json:"key,omitempty"`
}

// RichReply is a variable shown.
type RichReply struct {
	Bundle engine.Bundle `json:"bundle"`
	Error  string        `json:"error,omitempty"`
}

// SettingBody changes or reads the worker's surroundings.
type SettingBody struct {
	// Dir to change to; "" leaves it.
	Dir string `json:"dir,omitempty"`
	// Env is a variable to set, where Value is not nil, or to read; "" reads
	// all of them.
	Env   string  `json:"env,omitempty"`
	Value *string `json:"value,omitempty"`
}

// SettingReply is the state after the change.
type SettingReply struct {
	Dir   string   `json:"dir"`
	Env   []string `json:"env,omitempty"`
	Error string   `json:"error,omitempty"`
}

// FromFrontReply says whether the message was for a comm that the worker knows.
type FromFrontReply struct {
	Known bool `json:"known"`
}

// DisplayBody is something shown.
type DisplayBody struct {
	Bundle engine.Bundle `json:"bundle"`
	Update bool          `json:"update,omitempty"`
}

// ClearBody asks to remove what was shown.
type ClearBody struct {
	Wait bool `json:"wait,omitempty"`
}

// InputBody asks the person for a line.
type InputBody struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password,omitempty"`
}

// InputReplyBody is the answer.
type InputReplyBody struct {
	// Refused says that the front end takes no input.
	Refused bool   `json:"refused,omitempty"`
	Text    string `json:"text"`
	Error   string `json:"error,omitempty"`
}
