// Package engine says what a language has to do to stand behind a Jupyter
// kernel: one interface on one page, with no word of sockets or messages.
//
// The server calls an Engine; the Engine answers through the Output it is
// handed. Cursor positions are counted in Unicode code points, as the protocol
// counts them, never in bytes.
package engine

import (
	"context"
	"encoding/json"
)

// Engine runs the cells of one notebook. Execute is called for one cell at a
// time; every other method may be called from any goroutine at any time, also
// while a cell runs, and must not wait for that cell.
type Engine interface {
	// Info describes the language. It must answer at once: no build, no start
	// of a process is waited for.
	Info() Info
	// Execute runs one cell to its end and reports how it ended. Everything the
	// cell shows goes to out while it runs. When ctx is cancelled the cell is
	// interrupted: Execute returns within a second, with ename "Interrupt".
	Execute(ctx context.Context, req Request, out Output) Reply
	// Upcoming tells the engine which cells wait in the queue, oldest first, so
	// that it may prepare them. It returns at once.
	Upcoming(code []string)
	// Complete lists what may stand at the cursor.
	Complete(ctx context.Context, code string, cursor int) Completion
	// Inspect documents the name at the cursor; detail 1 asks for its source.
	Inspect(ctx context.Context, code string, cursor, detail int) Inspection
	// IsComplete says whether a console may send the code.
	IsComplete(code string) Completeness
	// Variables lists the notebook's variables by name, for a variables panel.
	Variables(ctx context.Context) ([]Variable, error)
	// Children lists the parts of the variable that a Variable.Ref names.
	Children(ctx context.Context, ref int) ([]Variable, error)
	// Rich renders one variable as a bundle.
	Rich(ctx context.Context, name string) (Bundle, error)
	// Comm hands a message of the front end's to the widget it is for. It may
	// answer through out at any later time. An open whose target nobody knows
	// is answered with a CommClose: a front end waits for seconds unless told.
	Comm(msg CommMessage, out Output)
	// Comms lists the open comms, id to target name.
	Comms() map[string]string
	// Reset forgets every variable, as a restart does.
	Reset() error
	// Close ends the engine and whatever process it started.
	Close() error
}

// Info is what kernel_info_reply says of the language.
type Info struct {
	Implementation, ImplementationVersion string
	Language, LanguageVersion             string // "go", "1.26.8"
	MIMEType, FileExtension               string // "text/x-go", ".go"
	PygmentsLexer, CodeMirrorMode         string
	NbconvertExporter                     string
	Banner                                string
	HelpLinks                             []HelpLink
}

// HelpLink is one entry of the front end's Help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Request is one cell to run.
type Request struct {
	Code string
	// Count is the number in the cell's prompt, as in "In [3]".
	Count int
	// Silent cells show no result and do not count.
	Silent bool
	// StoreHistory is false for cells that a front end runs on its own behalf.
	StoreHistory bool
	// AllowStdin is false where nobody would answer Output.Input.
	AllowStdin bool
	// CellID is the front end's own name of the cell ("" where it has none): a
	// cell that is run again has the same.
	CellID string
	// UserExpressions are evaluated after a cell that ended well.
	UserExpressions map[string]string
}

// Status of a reply.
type Status string

// The two ways a request ends.
const (
	OK    Status = "ok"
	Error Status = "error"
)

// Reply is how a cell ended.
type Reply struct {
	Status Status
	// Err is set where Status is Error.
	Err *CellError
	// Payload holds pager texts and the like.
	Payload []Payload
	// UserExpressions maps each asked name to a bundle or an error.
	UserExpressions map[string]Value
}

// CellError is what a failed cell shows. The server publishes it once.
type CellError struct {
	Name      string   // ename: "CompileError", "panic", "Interrupt", "WorkerDied", or an error value's own type
	Value     string   // evalue: one line
	Traceback []string // lines, may hold ANSI colours
}

func (e *CellError) Error() string { return e.Name + ": " + e.Value }

// Value is the answer to one user expression: Bundle, or Err where it failed.
type Value struct {
	Bundle Bundle
	Err    *CellError
}

// Payload is one entry of execute_reply's payload: a page for the pager.
type Payload struct {
	Source string // "page", "set_next_input"
	Bundle Bundle
	Start  int
	Text   string // for set_next_input
}

// Bundle is one thing shown in several forms. Keys of Data are MIME types;
// values are strings, except application/json and the +json types, which are
// JSON values, and images, which are base64 strings.
type Bundle struct {
	Data     map[string]any `json:"data"`
	Metadata map[string]any `json:"metadata"`
	// DisplayID names the display for a later update; "" for none.
	DisplayID string `json:"display_id,omitempty"`
}

// Output receives what one cell shows. Methods may be called from any
// goroutine and after the cell has ended (a background goroutine's output goes
// to the cell that started it). They never block on the front end, Input apart.
type Output interface {
	// Stream appends to "stdout" or "stderr".
	Stream(name, text string)
	// Result shows the value of the cell's last expression.
	Result(b Bundle)
	// Display shows b. With update it replaces what has b.DisplayID instead.
	Display(b Bundle, update bool)
	// Clear removes what the cell has shown so far; with wait, only when
	// something new comes.
	Clear(wait bool)
	// Input asks the person for a line. It is an error where stdin is not
	// allowed or ctx ends first.
	Input(ctx context.Context, prompt string, password bool) (string, error)
	// Comm sends a widget message to the front end.
	Comm(msg CommMessage)
}

// CommKind tells comm messages apart.
type CommKind string

// The kinds of comm messages.
const (
	CommOpen  CommKind = "comm_open"
	CommMsg   CommKind = "comm_msg"
	CommClose CommKind = "comm_close"
)

// CommMessage is a comm_open, comm_msg or comm_close, in either direction.
type CommMessage struct {
	Kind     CommKind        `json:"kind"`
	ID       string          `json:"comm_id"`
	Target   string          `json:"target_name,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
	Metadata map[string]any  `json:"metadata,omitempty"`
	Buffers  [][]byte        `json:"buffers,omitempty"`
}

// Completion is the answer to Complete. The code points Start to End are
// replaced by one of Items.
type Completion struct {
	Items      []CompletionItem
	Start, End int
}

// CompletionItem is one proposal.
type CompletionItem struct {
	Text      string
	Type      string // "function", "type", "variable", "constant", "module", "keyword", "magic", "field", "method"
	Signature string
	Doc       string
}

// Inspection is the answer to Inspect.
type Inspection struct {
	Found  bool
	Bundle Bundle
}

// Completeness is the answer to IsComplete.
type Completeness struct {
	Status string // "complete", "incomplete", "invalid", "unknown"
	Indent string // where incomplete: what the next line should start with
}

// Variable is one row of a variables panel.
type Variable struct {
	Name  string
	Value string // one line
	Type  string // as Go writes it
	Ref   int    // non-zero where Children has more
}
