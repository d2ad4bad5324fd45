package wire

// MIMEBundle is one thing shown in several forms, by MIME type: strings, JSON
// values for the JSON types, base64 strings for images.
type MIMEBundle map[string]any

// ExecutionState is what a Status tells.
type ExecutionState string

// The states of a kernel.
const (
	Busy     ExecutionState = "busy"
	Idle     ExecutionState = "idle"
	Starting ExecutionState = "starting"
)

// Status tells that the kernel starts or ends a request,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-status.
type Status struct {
	ExecutionState ExecutionState `json:"execution_state"`
}

// MessageType implements Content.
func (*Status) MessageType() Type { return TypeStatus }

// Stream is text that a cell wrote to "stdout" or "stderr",
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#streams-stdout-stderr-etc.
type Stream struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// MessageType implements Content.
func (*Stream) MessageType() Type { return TypeStream }

// Transient is what a display says of itself that is not saved.
type Transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

// DisplayData shows something,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#display-data.
type DisplayData struct {
	Data      MIMEBundle `json:"data"`
	Metadata  Metadata   `json:"metadata"`
	Transient Transient  `json:"transient"`
}

// MessageType implements Content.
func (*DisplayData) MessageType() Type { return TypeDisplayData }

// UpdateDisplayData replaces what was shown under the same display_id.
type UpdateDisplayData struct {
	Data      MIMEBundle `json:"data"`
	Metadata  Metadata   `json:"metadata"`
	Transient Transient  `json:"transient"`
}

// MessageType implements Content.
func (*UpdateDisplayData) MessageType() Type { return TypeUpdateDisplayData }

// ExecuteInput tells every front end which code runs.
type ExecuteInput struct {
	Code           string `json:"code"`
	ExecutionCount int    `json:"execution_count"`
}

// MessageType implements Content.
func (*ExecuteInput) MessageType() Type { return TypeExecuteInput }

// ExecuteResult shows the value of a cell's last expression.
type ExecuteResult struct {
	ExecutionCount int        `json:"execution_count"`
	Data           MIMEBundle `json:"data"`
	Metadata       Metadata   `json:"metadata"`
	// Transient is nil for a result that no later update can name.
	Transient *Transient `json:"transient,omitempty"`
}

// MessageType implements Content.
func (*ExecuteResult) MessageType() Type { return TypeExecuteResult }

// Error tells that a cell failed,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#execution-errors.
type Error struct {
	EName     string   `json:"ename"`
	EValue    string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// MessageType implements Content.
func (*Error) MessageType() Type { return TypeError }

// ClearOutput removes what the cell has shown; with Wait, when something new comes.
type ClearOutput struct {
	Wait bool `json:"wait"`
}

// MessageType implements Content.
func (*ClearOutput) MessageType() Type { return TypeClearOutput }

// IOPubWelcome greets a subscriber: from here on it misses nothing (protocol 5.5).
type IOPubWelcome struct {
	Subscription string `json:"subscription"`
}

// MessageType implements Content.
func (*IOPubWelcome) MessageType() Type { return TypeIOPubWelcome }
