package wire

import "encoding/json"

// DebugRequest is a request of the Debug Adapter Protocol or one of Jupyter's
// additions to it,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#debug-request.
type DebugRequest struct {
	Type      string          `json:"type"`
	Seq       int             `json:"seq"`
	Command   string          `json:"command"`
	Arguments json.RawMessage `json:"arguments,omitempty"`
}

// MessageType implements Content.
func (*DebugRequest) MessageType() Type { return TypeDebugRequest }

// DebugReply is the adapter protocol's response: Success stands for a status.
type DebugReply struct {
	Type       string `json:"type"` // "response"
	Seq        int    `json:"seq"`
	RequestSeq int    `json:"request_seq"`
	Success    bool   `json:"success"`
	Command    string `json:"command"`
	Message    string `json:"message,omitempty"` // why, where Success is false
	Body       any    `json:"body,omitempty"`    // one of the Debug… bodies
	// Status repeats Success as every other reply says it.
	Status ReplyStatus `json:"status"`
}

// MessageType implements Content.
func (*DebugReply) MessageType() Type { return TypeDebugReply }

// DebugEvent is an event of the adapter protocol.
type DebugEvent struct {
	Type  string `json:"type"` // "event"
	Seq   int    `json:"seq"`
	Event string `json:"event"`
}

// MessageType implements Content.
func (*DebugEvent) MessageType() Type { return TypeDebugEvent }

// DebugInfoBody answers debugInfo.
type DebugInfoBody struct {
	IsStarted      bool     `json:"isStarted"`
	HashMethod     string   `json:"hashMethod"`
	HashSeed       int      `json:"hashSeed"`
	TmpFilePrefix  string   `json:"tmpFilePrefix"`
	TmpFileSuffix  string   `json:"tmpFileSuffix"`
	Breakpoints    []any    `json:"breakpoints"`
	StoppedThreads []int    `json:"stoppedThreads"`
	RichRendering  bool     `json:"richRendering"`
	ExceptionPaths []string `json:"exceptionPaths"`
	CopyToGlobals  bool     `json:"copyToGlobals"`
}

// DebugVariablesBody answers inspectVariables and variables.
type DebugVariablesBody struct {
	Variables []DebugVariable `json:"variables"`
}

// DebugVariable is one row of the variables panel.
type DebugVariable struct {
	Name         string `json:"name"`
	Value        string `json:"value"`
	Type         string `json:"type"`
	Reference    int    `json:"variablesReference"`
	EvaluateName string `json:"evaluateName"`
}

// DebugRichBody answers richInspectVariables.
type DebugRichBody struct {
	Data     MIMEBundle `json:"data"`
	Metadata Metadata   `json:"metadata"`
}

// DebugDumpCellBody answers dumpCell.
type DebugDumpCellBody struct {
	SourcePath string `json:"sourcePath"`
}

// DebugBreakpointsBody answers setBreakpoints and setExceptionBreakpoints.
type DebugBreakpointsBody struct {
	Breakpoints []any `json:"breakpoints"`
}

// DebugModulesBody answers modules.
type DebugModulesBody struct {
	Modules      []any `json:"modules"`
	TotalModules int   `json:"totalModules"`
}

// DebugCapabilitiesBody answers initialize: what the adapter can do.
type DebugCapabilitiesBody struct {
	SupportsConfigurationDoneRequest bool `json:"supportsConfigurationDoneRequest"`
}
