package server

import (
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/wire"
)

// Streams are gathered for flushTime, or until there are flushSize bytes of
// them, and go out as one message.
const (
	flushTime = 25 * time.Millisecond
	flushSize = 256 << 10
)

// publisher writes iopub. Everything that is broadcast goes through it, under
// one lock: text that a cell has written is sent before whatever comes next,
// and the status that front ends show is that of the last message.
type publisher struct {
	session *wire.Session
	send    func(wire.Channel, *wire.Message) error

	mu      sync.Mutex
	pending wire.Stream // text that is not sent yet, of the request parent
	text    []byte
	parent  *wire.Message
	timer   *time.Timer
	running *wire.Message // the cell that runs, nil for none
}

func newPublisher(session *wire.Session, send func(wire.Channel, *wire.Message) error) *publisher {
	return &publisher{session: session, send: send}
}

// busy publishes that a request is being served.
func (p *publisher) busy(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if j.route.queue == cells {
		p.running = j.req
	}
	p.publishLocked(j.req, &wire.Status{ExecutionState: wire.Busy}, nil, nil)
}

// idle publishes that a request has been served. Where that is not the cell
// that runs, front ends would now show an idle kernel: busy follows once more
// in the cell's name.
func (p *publisher) idle(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == j.req {
		p.running = nil
	}
	p.publishLocked(j.req, &wire.Status{ExecutionState: wire.Idle}, nil, nil)
	if p.running != nil {
		p.publishLocked(p.running, &wire.Status{ExecutionState: wire.Busy}, nil, nil)
	}
}

// publish broadcasts content, caused by parent.
func (p *publisher) publish(parent *wire.Message, content wire.Content) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.publishLocked(parent, content, nil, nil)
}

// publishComm broadcasts a comm message, which has metadata and buffers.
func (p *publisher) publishComm(parent *wire.Message, content wire.Content, metadata wire.Metadata, buffers [][]byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.publishLocked(parent, content, metadata, buffers)
}

func (p *publisher) publishLocked(parent *wire.Message, content wire.Content, metadata wire.Metadata, buffers [][]byte) error {
	p.flushLocked()
	m := p.session.Message(parent, content)
	m.Identities = [][]byte{[]byte("kernel." + p.session.ID + "." + string(content.MessageType()))}
	m.Metadata = metadata
	m.Buffers = buffers
	return p.send(wire.IOPub, m)
}

// write adds text to a stream of the request parent.
func (p *publisher) write(parent *wire.Message, name, text string) {
	if text == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.parent != parent || p.pending.Name != name {
		p.flushLocked()
		p.parent, p.pending.Name = parent, name
	}
	if len(p.text) == 0 {
		if p.timer == nil {
			p.timer = time.AfterFunc(flushTime, p.flush)
		} else {
			p.timer.Reset(flushTime)
		}
	}
	p.text = append(p.text, text...)
	if len(p.text) >= flushSize {
		p.flushLocked()
	}
}

// flush sends the text that waits.
func (p *publisher) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flushLocked()
}

func (p *publisher) flushLocked() {
	if len(p.text) == 0 {
		return
	}
	p.timer.Stop()
	parent, stream := p.parent, &wire.Stream{Name: p.pending.Name, Text: string(p.text)}
	p.parent = nil
	if p.text = p.text[:0]; cap(p.text) > 4*flushSize {
		p.text = nil
	}
	p.publishLocked(parent, stream, nil, nil) // a stream can always be encoded
}
