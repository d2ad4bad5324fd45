package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// delimiter stands between the routing frames and the signature.
var delimiter = []byte("<IDS|MSG>")

// maxIdentities is how many routing frames are looked through for the
// delimiter. A front end sends one, each proxy between adds one.
const maxIdentities = 16

// Reasons for which frames are not a message. None of them can be answered:
// the sender is not known to be one of ours, or not to be told.
var (
	ErrDelimiter = errors.New("wire: no <IDS|MSG> delimiter in the first frames")
	ErrCut       = errors.New("wire: message is cut: fewer than the five frames after the delimiter")
	ErrSignature = errors.New("wire: signature does not match")
	ErrHeader    = errors.New("wire: header is not a message header")
)

// ContentError tells that a message is signed and addressed well but that its
// content does not fit its type. The message that Decode returns beside it has
// an *Unknown content and may be answered.
type ContentError struct {
	Type Type
	Err  error
}

func (e *ContentError) Error() string {
	return fmt.Sprintf("wire: content of %s: %v", e.Type, e.Err)
}

// Unwrap returns the decoder's error.
func (e *ContentError) Unwrap() error { return e.Err }

// Codec turns messages into frames and back under one key. Its methods may be
// called from several goroutines.
type Codec struct {
	key []byte
}

// NewCodec returns a codec that signs with HMAC-SHA256 under key. An empty key
// switches signatures off, as the protocol has it.
func NewCodec(key string) *Codec { return &Codec{key: []byte(key)} }

// Encode returns the frames of m: identities, delimiter, signature, header,
// parent header, metadata, content, buffers. Strings that are not valid UTF-8
// come out valid, with U+FFFD in place of what was not.
func (c *Codec) Encode(m *Message) ([][]byte, error) {
	header, err := marshal(&m.Header)
	if err != nil {
		return nil, fmt.Errorf("wire: header of %s: %w", m.Header.Type, err)
	}
	parent := []byte("{}")
	if m.Parent != nil {
		if parent = m.Parent.raw; parent == nil {
			if parent, err = marshal(m.Parent); err != nil {
				return nil, fmt.Errorf("wire: parent header of %s: %w", m.Header.Type, err)
			}
		}
	}
	metadata := []byte("{}")
	if len(m.Metadata) > 0 {
		if metadata, err = marshal(m.Metadata); err != nil {
			return nil, fmt.Errorf("wire: metadata of %s: %w", m.Header.Type, err)
		}
	}
	content, err := marshal(m.Content)
	if err != nil {
		return nil, fmt.Errorf("wire: content of %s: %w", m.Header.Type, err)
	}
	frames := make([][]byte, 0, len(m.Identities)+6+len(m.Buffers))
	frames = append(frames, m.Identities...)
	frames = append(frames, delimiter, c.sign(header, parent, metadata, content), header, parent, metadata, content)
	return append(frames, m.Buffers...), nil
}

// Decode reads one message. It fails with ErrDelimiter, ErrCut, ErrSignature or
// ErrHeader where there is no message to answer, and with a *ContentError,
// beside the message, where there is.
func (c *Codec) Decode(frames [][]byte) (*Message, error) {
	at := -1
	for i := 0; i < len(frames) && i <= maxIdentities; i++ {
		if bytes.Equal(frames[i], delimiter) {
			at = i
			break
		}
	}
	if at < 0 {
		return nil, ErrDelimiter
	}
	parts := frames[at+1:]
	if len(parts) < 5 {
		return nil, ErrCut
	}
	signature, header, parent, metadata, content := parts[0], parts[1], parts[2], parts[3], parts[4]
	if len(c.key) > 0 && !hmac.Equal(signature, c.sign(header, parent, metadata, content)) {
		return nil, ErrSignature
	}
	m := &Message{Identities: frames[:at], Buffers: parts[5:]}
	if err := json.Unmarshal(header, &m.Header); err != nil || m.Header.ID == "" || m.Header.Type == "" {
		return nil, ErrHeader
	}
	m.Header.raw = header
	// A parent or metadata that cannot be read is none: nothing depends on it.
	p := new(Header)
	if err := json.Unmarshal(parent, p); err == nil && p.ID != "" {
		p.raw = parent
		m.Parent = p
	}
	if err := json.Unmarshal(metadata, &m.Metadata); err != nil {
		m.Metadata = nil
	}
	unread := &Unknown{Type: m.Header.Type}
	m.Content = unread
	var syntax json.RawMessage
	if err := json.Unmarshal(content, &syntax); err != nil {
		return m, &ContentError{Type: m.Header.Type, Err: err}
	}
	unread.JSON = content
	empty, ok := contents[m.Header.Type]
	if !ok {
		return m, nil
	}
	known := empty()
	if err := json.Unmarshal(content, known); err != nil {
		return m, &ContentError{Type: m.Header.Type, Err: err}
	}
	m.Content = known
	return m, nil
}

// sign returns the hexadecimal signature of the parts, empty without a key.
func (c *Codec) sign(parts ...[]byte) []byte {
	if len(c.key) == 0 {
		return nil
	}
	mac := hmac.New(sha256.New, c.key)
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.AppendEncode(nil, mac.Sum(nil))
}

// marshal writes JSON without the escapes that HTML pages need and front ends
// do not: a rendered table is mostly < and >.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
