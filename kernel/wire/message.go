package wire

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Version is the protocol's version that this package speaks.
const Version = "5.4"

// Header names a message,
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#message-header.
type Header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     Type   `json:"msg_type"`
	Version  string `json:"version"`
	// SubshellID is set on a request for a subshell (protocol 5.5).
	SubshellID *string `json:"subshell_id,omitempty"`

	// raw is the header's JSON as it came, which a child of the message repeats
	// to the letter: front ends put keys of their own in it.
	raw json.RawMessage
}

// Time returns the header's date, and false where it has none that can be read.
func (h *Header) Time() (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, h.Date)
	return t, err == nil
}

// Metadata is a message's metadata: open by the protocol's definition.
type Metadata map[string]any

// Message is one message in either direction.
type Message struct {
	// Identities are the frames before the delimiter: on shell, control and
	// stdin the route to one front end, on iopub the topic.
	Identities [][]byte
	Header     Header
	// Parent is the header of the message that caused this one; nil for none.
	Parent   *Header
	Metadata Metadata
	Content  Content
	Buffers  [][]byte
}

// Session makes the messages of one kernel: its id stands in each of their
// headers, for as long as the process lives.
type Session struct {
	ID       string
	Username string
}

// NewSession returns a session with a new random id.
func NewSession(username string) *Session {
	return &Session{ID: NewID(), Username: username}
}

// Message returns a new message of the session with content c, caused by
// parent (nil for none). Routing and parent are set here and nowhere else: a
// reply goes back along the identities its request came by.
func (s *Session) Message(parent *Message, c Content) *Message {
	m := &Message{
		Header: Header{
			ID:       NewID(),
			Session:  s.ID,
			Username: s.Username,
			Date:     Date(time.Now()),
			Type:     c.MessageType(),
			Version:  Version,
		},
		Content: c,
	}
	if parent != nil {
		m.Identities = parent.Identities
		m.Parent = &parent.Header
	}
	return m
}

// Date writes a time as headers do.
func Date(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z07:00") }

// NewID returns 128 random bits in hexadecimal, as the ids of messages,
// sessions and comms are written.
func NewID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}
