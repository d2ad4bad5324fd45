// Package link carries the messages between the kernel's supervisor and its
// worker, the child process that runs the cells: length-prefixed JSON over a
// socket pair, so that the child's standard streams stay the notebook's own.
package link

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// Kind tells messages apart. Each constant says which body goes with it.
type Kind string

// What the supervisor asks. Every request is answered by Done, with the same ID.
const (
	Hello      Kind = "hello"      // HelloBody; Done holds HelloReply
	Run        Kind = "run"        // RunBody; Done holds RunReply
	Cell       Kind = "cell"       // CellBody; Done holds CellReply
	Command    Kind = "command"    // CommandBody; Done holds RunReply
	Evaluate   Kind = "evaluate"   // EvaluateBody; Done holds EvaluateReply
	Complete   Kind = "complete"   // CompleteBody; Done holds engine.Completion
	Variables  Kind = "variables"  // none; Done holds []engine.Variable
	Values     Kind = "values"     // ValuesBody; Done holds []engine.Variable
	Children   Kind = "children"   // ChildrenBody; Done holds []engine.Variable
	Rich       Kind = "rich"       // NameBody; Done holds RichReply
	Setting    Kind = "setting"    // SettingBody; Done holds SettingReply
	Interrupt  Kind = "interrupt"  // none, for the cell in Cell; not answered
	InputReply Kind = "inputreply" // InputReplyBody, ID of the Input; not answered
	FromFront  Kind = "fromfront"  // engine.CommMessage; Done holds FromFrontReply
	Comms      Kind = "comms"      // none; Done holds map[string]string, id to target
)

// What the worker says, about the cell in Cell.
const (
	Done    Kind = "done"    // the answer to the request in ID
	Stream  Kind = "stream"  // StreamBody: output of a cell that is over
	Late    Kind = "late"    // Failure: a goroutine of a cell that is over has panicked
	Display Kind = "display" // DisplayBody
	Result  Kind = "result"  // engine.Bundle
	Clear   Kind = "clear"   // ClearBody
	Input   Kind = "input"   // InputBody; answered by InputReply with the same ID
	Comm    Kind = "comm"    // engine.CommMessage
)

// Message is one frame.
type Message struct {
	Kind Kind `json:"kind"`
	// ID pairs a request with its answer.
	ID uint64 `json:"id,omitempty"`
	// Cell is the run the message is about: a number that no two runs of one
	// session share. 0 is none.
	Cell int             `json:"cell,omitempty"`
	Body json.RawMessage `json:"body,omitempty"`
}

// Decode reads the body into v.
func (m Message) Decode(v any) error {
	if err := json.Unmarshal(m.Body, v); err != nil {
		return fmt.Errorf("link: body of %s: %w", m.Kind, err)
	}
	return nil
}

// MaxFrame is the largest message that is taken, in bytes. A picture in a
// display is the largest thing that travels; 1 GiB is far beyond.
const MaxFrame = 1 << 30

// Conn is one end of the link. Send may be called from any goroutine, Receive
// from one at a time.
type Conn struct {
	r  *bufio.Reader
	mu sync.Mutex
	w  io.Writer
}

// NewConn makes a Conn of a stream.
func NewConn(rw io.ReadWriter) *Conn {
	return &Conn{r: bufio.NewReaderSize(rw, 1<<16), w: rw}
}

// Send writes one message; body nil means none.
func (c *Conn) Send(kind Kind, id uint64, cell int, body any) error {
	m := Message{Kind: kind, ID: id, Cell: cell}
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("link: body of %s: %w", kind, err)
		}
		m.Body = raw
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("link: %s: %w", kind, err)
	}
	if len(raw) > MaxFrame {
		return fmt.Errorf("link: %s holds %d bytes, more than %d", kind, len(raw), MaxFrame)
	}
	frame := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(raw)), uint32(len(raw)))
	frame = append(frame, raw...)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = c.w.Write(frame)
	return err
}

// Receive reads one message. io.EOF says that the other side is gone.
func (c *Conn) Receive() (Message, error) {
	var head [4]byte
	if _, err := io.ReadFull(c.r, head[:]); err != nil {
		return Message{}, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n > MaxFrame {
		return Message{}, fmt.Errorf("link: frame of %d bytes is more than %d", n, MaxFrame)
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(c.r, raw); err != nil {
		return Message{}, err
	}
	var m Message
	if err := json.Unmarshal(raw, &m); err != nil {
		return Message{}, fmt.Errorf("link: frame: %w", err)
	}
	return m, nil
}
