package link

import "github.com/lislab/lislab/kernel/engine"

// HelloBody is the first message a worker gets.
type HelloBody struct {
	// MemoryLimit in bytes; 0 is none. The worker ends itself above it.
	MemoryLimit uint64 `json:"memory_limit,omitempty"`
}

// HelloReply says what this worker is.
type HelloReply struct {
	PID int `json:"pid"`
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
	// Broken says that this worker must be replaced: what it ran cannot be
	// stopped.
	Broken bool `json:"broken,omitempty"`
	// Names are the notebook's variables after the run.
	Names []string `json:"names,omitempty"`
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

// NameBody names a variable.
type NameBody struct {
	Name string `json:"name"`
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
	Text  string `json:"text"`
	Error string `json:"error,omitempty"`
}
