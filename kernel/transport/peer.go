package transport

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"

	"github.com/lislab/lislab/kernel/wire"
)

// peer is one connection of a front end to one of the sockets.
type peer struct {
	raw   net.Conn
	guard *guard
	conn  *zmq4.Conn
	id    string // the ZeroMQ identity: shared by one front end's connections
	lane  string // names this connection alone
	ch    wire.Channel
	out   *outbox

	mu     sync.Mutex
	topics map[string]bool // of an iopub subscriber
}

// shake greets a new connection to a socket of type t. The time a peer may take
// is limited, and so is the memory: whoever connects has not signed anything.
func shake(raw net.Conn, t zmq4.SocketType) (p *peer, err error) {
	defer func() {
		// zmq4 v0.17.0 indexes a peer's properties before it checks their
		// length.
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("transport: handshake: %v", r)
		}
	}()
	if err := raw.SetReadDeadline(time.Now().Add(handshakeTime)); err != nil {
		return nil, err
	}
	g := newGuard(raw)
	conn, err := zmq4.Open(g, null.Security(), t, nil, true, nil)
	if err != nil {
		return nil, err
	}
	if err := raw.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	g.shaken = true
	return &peer{
		raw: raw, guard: g, conn: conn,
		id:     conn.Peer.Meta["Identity"],
		out:    newOutbox(),
		topics: make(map[string]bool),
	}, nil
}

// read hands each message of the peer's to f until the connection ends.
func (p *peer) read(f func(frames [][]byte)) {
	defer p.guard.release()
	defer func() {
		// A frame of a hostile peer may make zmq4 panic; it costs that peer its
		// connection.
		_ = recover()
	}()
	for {
		m, err := p.conn.RecvMsg()
		if err != nil {
			return
		}
		if m.Type == zmq4.CmdMsg || len(m.Frames) == 0 {
			continue
		}
		f(m.Frames)
	}
}

// write sends what is in the outbox until it is closed or the connection ends.
func (p *peer) write() {
	for frames := p.out.pop(); frames != nil; frames = p.out.pop() {
		err := p.guard.message(func() error { return p.conn.SendMsg(zmq4.NewMsgFrom(frames...)) })
		if err != nil {
			p.raw.Close()
			return
		}
	}
	// What is on its way arrives even if the peer has sent what nobody read.
	if c, ok := p.raw.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
}

// send queues a message, and lets the peer go if it does not read.
func (p *peer) send(frames [][]byte) {
	if !p.out.push(frames) {
		p.raw.Close()
	}
}

// subscribed reports whether a message under topic is for the peer.
func (p *peer) subscribed(topic string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for t := range p.topics {
		if strings.HasPrefix(topic, t) {
			return true
		}
	}
	return false
}

// subscription takes a subscriber's message: byte 1 or 0, then the topic. It
// returns the topic and whether it is new.
func (p *peer) subscription(frames [][]byte) (topic string, added bool) {
	if len(frames) != 1 || len(frames[0]) == 0 || frames[0][0] > 1 {
		return "", false
	}
	topic = string(frames[0][1:])
	p.mu.Lock()
	defer p.mu.Unlock()
	if frames[0][0] == 0 {
		delete(p.topics, topic)
		return topic, false
	}
	added = !p.topics[topic]
	p.topics[topic] = true
	return topic, added
}
