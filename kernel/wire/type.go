package wire

// Channel is one of the protocol's sockets that carry messages. (The fifth, the
// heartbeat, carries bare bytes and never reaches this package.)
type Channel string

// The channels of the protocol,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#introduction.
const (
	Shell   Channel = "shell"   // requests, answered in order
	Control Channel = "control" // requests that must not wait behind a running cell
	IOPub   Channel = "iopub"   // what the kernel broadcasts to every front end
	Stdin   Channel = "stdin"   // the kernel's questions to the person at a cell
)

// Type is a message's msg_type.
type Type string

// The message types of protocol 5.4, the iopub_welcome of 5.5 and the usage
// messages of jupyter-resource-usage. Requests stand beside their replies.
const (
	TypeExecuteRequest    Type = "execute_request"
	TypeExecuteReply      Type = "execute_reply"
	TypeInspectRequest    Type = "inspect_request"
	TypeInspectReply      Type = "inspect_reply"
	TypeCompleteRequest   Type = "complete_request"
	TypeCompleteReply     Type = "complete_reply"
	TypeHistoryRequest    Type = "history_request"
	TypeHistoryReply      Type = "history_reply"
	TypeIsCompleteRequest Type = "is_complete_request"
	TypeIsCompleteReply   Type = "is_complete_reply"
	TypeConnectRequest    Type = "connect_request"
	TypeConnectReply      Type = "connect_reply"
	TypeCommInfoRequest   Type = "comm_info_request"
	TypeCommInfoReply     Type = "comm_info_reply"
	TypeKernelInfoRequest Type = "kernel_info_request"
	TypeKernelInfoReply   Type = "kernel_info_reply"
	TypeShutdownRequest   Type = "shutdown_request"
	TypeShutdownReply     Type = "shutdown_reply"
	TypeInterruptRequest  Type = "interrupt_request"
	TypeInterruptReply    Type = "interrupt_reply"
	TypeDebugRequest      Type = "debug_request"
	TypeDebugReply        Type = "debug_reply"
	TypeUsageRequest      Type = "usage_request"
	TypeUsageReply        Type = "usage_reply"

	TypeCommOpen  Type = "comm_open"
	TypeCommMsg   Type = "comm_msg"
	TypeCommClose Type = "comm_close"

	TypeStatus            Type = "status"
	TypeStream            Type = "stream"
	TypeDisplayData       Type = "display_data"
	TypeUpdateDisplayData Type = "update_display_data"
	TypeExecuteInput      Type = "execute_input"
	TypeExecuteResult     Type = "execute_result"
	TypeError             Type = "error"
	TypeClearOutput       Type = "clear_output"
	TypeDebugEvent        Type = "debug_event"
	TypeIOPubWelcome      Type = "iopub_welcome"

	TypeInputRequest Type = "input_request"
	TypeInputReply   Type = "input_reply"
)

// Content is the body of a message. Each message type has one Go type.
type Content interface {
	// MessageType is the msg_type under which the content travels.
	MessageType() Type
}

// Unknown is the content of a message whose type this package does not know,
// or of a known type whose content could not be read: its JSON, unread.
type Unknown struct {
	Type Type
	JSON []byte
}

// MessageType implements Content.
func (u *Unknown) MessageType() Type { return u.Type }

// MarshalJSON writes the JSON back as it came.
func (u *Unknown) MarshalJSON() ([]byte, error) {
	if len(u.JSON) == 0 {
		return []byte("{}"), nil
	}
	return u.JSON, nil
}
