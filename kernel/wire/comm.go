package wire

import "encoding/json"

// CommOpen opens a comm, in either direction,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages.
// Its data is the business of the comm's two ends and is not read here.
type CommOpen struct {
	CommID       string          `json:"comm_id"`
	TargetName   string          `json:"target_name"`
	TargetModule string          `json:"target_module,omitempty"`
	Data         json.RawMessage `json:"data"`
}

// MessageType implements Content.
func (*CommOpen) MessageType() Type { return TypeCommOpen }

// CommMsg is a message over an open comm.
type CommMsg struct {
	CommID string          `json:"comm_id"`
	Data   json.RawMessage `json:"data"`
}

// MessageType implements Content.
func (*CommMsg) MessageType() Type { return TypeCommMsg }

// CommClose ends a comm.
type CommClose struct {
	CommID string          `json:"comm_id"`
	Data   json.RawMessage `json:"data"`
}

// MessageType implements Content.
func (*CommClose) MessageType() Type { return TypeCommClose }

// CommInfoRequest asks which comms are open; TargetName limits the answer.
type CommInfoRequest struct {
	TargetName string `json:"target_name"`
}

// MessageType implements Content.
func (*CommInfoRequest) MessageType() Type { return TypeCommInfoRequest }

// CommInfoReply lists the open comms by id.
type CommInfoReply struct {
	Outcome
	Comms map[string]CommInfo `json:"comms"`
}

// MessageType implements Content.
func (*CommInfoReply) MessageType() Type { return TypeCommInfoReply }

// CommInfo is the target of one open comm.
type CommInfo struct {
	TargetName string `json:"target_name"`
}
