package wire

import "encoding/json"

// ReplyStatus is the status of a reply.
type ReplyStatus string

// The statuses of a reply. Aborted is what a queued execute_request is told
// when a cell before it failed: the protocol calls it deprecated, but consoles
// and notebooks know it and leave the cell's prompt empty.
const (
	StatusOK      ReplyStatus = "ok"
	StatusError   ReplyStatus = "error"
	StatusAborted ReplyStatus = "aborted"
)

// Outcome is what every reply says first,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#request-reply.
// The kernel writes only OK with it; a reply that failed is an ErrorReply.
type Outcome struct {
	Status    ReplyStatus `json:"status"`
	EName     string      `json:"ename,omitempty"`
	EValue    string      `json:"evalue,omitempty"`
	Traceback []string    `json:"traceback,omitempty"`
}

// Done is the outcome of a request that was served.
var Done = Outcome{Status: StatusOK}

// ErrorReply is the reply to a request of any type that failed.
type ErrorReply struct {
	// Type is the reply's own message type.
	Type      Type        `json:"-"`
	Status    ReplyStatus `json:"status"`
	EName     string      `json:"ename"`
	EValue    string      `json:"evalue"`
	Traceback []string    `json:"traceback"`
	// ExecutionCount stands in an execute_reply alone.
	ExecutionCount *int `json:"execution_count,omitempty"`
}

// MessageType implements Content.
func (r *ErrorReply) MessageType() Type { return r.Type }

// ExecuteRequest asks to run a cell,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute.
type ExecuteRequest struct {
	Code            string            `json:"code"`
	Silent          bool              `json:"silent"`
	StoreHistory    bool              `json:"store_history"`
	UserExpressions map[string]string `json:"user_expressions"`
	AllowStdin      bool              `json:"allow_stdin"`
	StopOnError     bool              `json:"stop_on_error"`
}

// newExecuteRequest sets what the protocol takes for said where a request does
// not say it: history is stored and an error stops the queue.
func newExecuteRequest() *ExecuteRequest {
	return &ExecuteRequest{StoreHistory: true, StopOnError: true}
}

// MessageType implements Content.
func (*ExecuteRequest) MessageType() Type { return TypeExecuteRequest }

// ExecuteReply tells how a cell ended.
type ExecuteReply struct {
	Outcome
	ExecutionCount  int                       `json:"execution_count"`
	Payload         []Payload                 `json:"payload"`
	UserExpressions map[string]UserExpression `json:"user_expressions"`
}

// MessageType implements Content.
func (*ExecuteReply) MessageType() Type { return TypeExecuteReply }

// Payload asks a console for something beside the output: to page a text
// (source "page") or to fill the next input (source "set_next_input").
type Payload struct {
	Source string     `json:"source"`
	Data   MIMEBundle `json:"data,omitempty"`
	Start  *int       `json:"start,omitempty"`
	Text   string     `json:"text,omitempty"`
	// Replace tells set_next_input whether to replace the current input.
	Replace *bool `json:"replace,omitempty"`
}

// UserExpression is the value of one expression, or the error it gave.
type UserExpression struct {
	Status    ReplyStatus `json:"status"`
	Data      MIMEBundle  `json:"data,omitempty"`
	Metadata  Metadata    `json:"metadata,omitempty"`
	EName     string      `json:"ename,omitempty"`
	EValue    string      `json:"evalue,omitempty"`
	Traceback []string    `json:"traceback,omitempty"`
}

// InspectRequest asks what stands at the cursor, a position in code points,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#introspection.
type InspectRequest struct {
	Code        string `json:"code"`
	CursorPos   int    `json:"cursor_pos"`
	DetailLevel int    `json:"detail_level"`
}

// MessageType implements Content.
func (*InspectRequest) MessageType() Type { return TypeInspectRequest }

// InspectReply describes what stands at the cursor.
type InspectReply struct {
	Outcome
	Found    bool       `json:"found"`
	Data     MIMEBundle `json:"data"`
	Metadata Metadata   `json:"metadata"`
}

// MessageType implements Content.
func (*InspectReply) MessageType() Type { return TypeInspectReply }

// CompleteRequest asks what may stand at the cursor, in code points,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#completion.
type CompleteRequest struct {
	Code      string `json:"code"`
	CursorPos int    `json:"cursor_pos"`
}

// MessageType implements Content.
func (*CompleteRequest) MessageType() Type { return TypeCompleteRequest }

// CompleteReply lists what may replace the code points from CursorStart to
// CursorEnd.
type CompleteReply struct {
	Outcome
	Matches     []string           `json:"matches"`
	CursorStart int                `json:"cursor_start"`
	CursorEnd   int                `json:"cursor_end"`
	Metadata    CompletionMetadata `json:"metadata"`
}

// MessageType implements Content.
func (*CompleteReply) MessageType() Type { return TypeCompleteReply }

// CompletionMetadata says more of each match, by index. JupyterLab reads it.
type CompletionMetadata struct {
	Types []CompletionType `json:"_jupyter_types_experimental,omitempty"`
}

// CompletionType is the kind of one match.
type CompletionType struct {
	Start     int    `json:"start"`
	End       int    `json:"end"`
	Text      string `json:"text"`
	Type      string `json:"type"`
	Signature string `json:"signature,omitempty"`
	Doc       string `json:"documentation,omitempty"`
}

// The ways a history_request asks.
const (
	HistoryRange  = "range"
	HistoryTail   = "tail"
	HistorySearch = "search"
)

// HistoryRequest asks for earlier inputs,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#history.
type HistoryRequest struct {
	Output     bool   `json:"output"`
	Raw        bool   `json:"raw"`
	AccessType string `json:"hist_access_type"`
	Session    int    `json:"session"` // 0 is this one, negative counts back
	Start      int    `json:"start"`
	Stop       *int   `json:"stop"` // nil: to the end; the line at Stop is not in it
	N          *int   `json:"n"`    // nil: all
	Pattern    string `json:"pattern"`
	Unique     bool   `json:"unique"`
}

// MessageType implements Content.
func (*HistoryRequest) MessageType() Type { return TypeHistoryRequest }

// HistoryReply lists inputs, oldest first.
type HistoryReply struct {
	Outcome
	History []HistoryItem `json:"history"`
}

// MessageType implements Content.
func (*HistoryReply) MessageType() Type { return TypeHistoryReply }

// HistoryItem is one input. On the wire it is [session, line, input], or
// [session, line, [input, output]] where outputs were asked for.
type HistoryItem struct {
	Session, Line int
	Input         string
	WithOutput    bool
	Output        *string // nil where the cell had none
}

// MarshalJSON writes the item as the protocol's tuple.
func (h HistoryItem) MarshalJSON() ([]byte, error) {
	if h.WithOutput {
		return marshal([]any{h.Session, h.Line, []any{h.Input, h.Output}})
	}
	return marshal([]any{h.Session, h.Line, h.Input})
}

// UnmarshalJSON reads either form of the tuple.
func (h *HistoryItem) UnmarshalJSON(b []byte) error {
	var input json.RawMessage
	tuple := []any{&h.Session, &h.Line, &input}
	if err := json.Unmarshal(b, &tuple); err != nil {
		return err
	}
	h.WithOutput = len(input) > 0 && input[0] == '['
	if h.WithOutput {
		pair := []any{&h.Input, &h.Output}
		return json.Unmarshal(input, &pair)
	}
	return json.Unmarshal(input, &h.Input)
}

// IsCompleteRequest asks whether a console may send the code,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#code-completeness.
type IsCompleteRequest struct {
	Code string `json:"code"`
}

// MessageType implements Content.
func (*IsCompleteRequest) MessageType() Type { return TypeIsCompleteRequest }

// IsCompleteReply has a Status of its own: "complete", "incomplete", "invalid"
// or "unknown".
type IsCompleteReply struct {
	Status string `json:"status"`
	Indent string `json:"indent,omitempty"`
}

// MessageType implements Content.
func (*IsCompleteReply) MessageType() Type { return TypeIsCompleteReply }

// ConnectRequest asks for the ports (deprecated since 5.1, still answered).
type ConnectRequest struct{}

// MessageType implements Content.
func (*ConnectRequest) MessageType() Type { return TypeConnectRequest }

// ConnectReply lists the ports, 0 where there are none.
type ConnectReply struct {
	Outcome
	ShellPort   int `json:"shell_port"`
	IOPubPort   int `json:"iopub_port"`
	StdinPort   int `json:"stdin_port"`
	HBPort      int `json:"hb_port"`
	ControlPort int `json:"control_port"`
}

// MessageType implements Content.
func (*ConnectReply) MessageType() Type { return TypeConnectReply }

// KernelInfoRequest asks who is there,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-info.
type KernelInfoRequest struct{}

// MessageType implements Content.
func (*KernelInfoRequest) MessageType() Type { return TypeKernelInfoRequest }

// KernelInfoReply describes the kernel and its language.
type KernelInfoReply struct {
	Outcome
	ProtocolVersion       string       `json:"protocol_version"`
	Implementation        string       `json:"implementation"`
	ImplementationVersion string       `json:"implementation_version"`
	LanguageInfo          LanguageInfo `json:"language_info"`
	Banner                string       `json:"banner"`
	Debugger              bool         `json:"debugger"`
	HelpLinks             []HelpLink   `json:"help_links"`
	SupportedFeatures     []string     `json:"supported_features"`
}

// MessageType implements Content.
func (*KernelInfoReply) MessageType() Type { return TypeKernelInfoReply }

// LanguageInfo is what nbclient copies into a notebook's metadata.
type LanguageInfo struct {
	Name              string `json:"name"`
	Version           string `json:"version"`
	MIMEType          string `json:"mimetype"`
	FileExtension     string `json:"file_extension"`
	PygmentsLexer     string `json:"pygments_lexer,omitempty"`
	CodeMirrorMode    string `json:"codemirror_mode,omitempty"`
	NbconvertExporter string `json:"nbconvert_exporter,omitempty"`
}

// HelpLink is an entry of the front end's Help menu.
type HelpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// ShutdownRequest asks the kernel to end,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-shutdown.
type ShutdownRequest struct {
	Restart bool `json:"restart"`
}

// MessageType implements Content.
func (*ShutdownRequest) MessageType() Type { return TypeShutdownRequest }

// ShutdownReply is sent to who asked and on iopub to everyone else.
type ShutdownReply struct {
	Outcome
	Restart bool `json:"restart"`
}

// MessageType implements Content.
func (*ShutdownReply) MessageType() Type { return TypeShutdownReply }

// InterruptRequest asks to stop the running cell,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-interrupt.
type InterruptRequest struct{}

// MessageType implements Content.
func (*InterruptRequest) MessageType() Type { return TypeInterruptRequest }

// InterruptReply tells that the interrupt was taken.
type InterruptReply struct{ Outcome }

// MessageType implements Content.
func (*InterruptReply) MessageType() Type { return TypeInterruptReply }

// UsageRequest asks what the kernel uses; jupyter-resource-usage sends it.
type UsageRequest struct{}

// MessageType implements Content.
func (*UsageRequest) MessageType() Type { return TypeUsageRequest }

// UsageReply tells what the kernel and the processes it started use.
type UsageReply struct {
	Outcome
	Hostname string  `json:"hostname"`
	PID      int     `json:"pid"`
	CPU      float64 `json:"kernel_cpu"`    // per cent of one core since the last request
	Memory   int64   `json:"kernel_memory"` // bytes resident
	CPUCount int     `json:"cpu_count"`
}

// MessageType implements Content.
func (*UsageReply) MessageType() Type { return TypeUsageReply }

// InputRequest asks the person at the cell for a line,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-stdin-router-dealer-channel.
type InputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"`
}

// MessageType implements Content.
func (*InputRequest) MessageType() Type { return TypeInputRequest }

// InputReply is the line.
type InputReply struct {
	Value string `json:"value"`
}

// MessageType implements Content.
func (*InputReply) MessageType() Type { return TypeInputReply }
