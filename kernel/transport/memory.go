package transport

import (
	"context"
	"sync"

	"github.com/lislab/lislab/kernel/wire"
)

// Memory is a transport within the process: a test holds one end of it, a
// kernel the other. Like ZeroMQ it routes replies by identity, broadcasts iopub
// and never makes the kernel wait.
type Memory struct {
	welcome Welcome
	in      chan Packet
	done    chan struct{}
	once    sync.Once

	mu      sync.Mutex
	clients map[string]*Client
}

// NewMemory returns a transport that nobody is connected to. welcome may be nil.
func NewMemory(welcome Welcome) *Memory {
	return &Memory{
		welcome: welcome,
		in:      make(chan Packet, 64),
		done:    make(chan struct{}),
		clients: make(map[string]*Client),
	}
}

// Client is a front end's end of a Memory.
type Client struct {
	memory *Memory
	id     string
	box    *outbox
}

// Connect returns a new front end that receives everything from here on.
func (m *Memory) Connect() *Client {
	c := &Client{memory: m, id: wire.NewID(), box: newOutbox()}
	m.mu.Lock()
	m.clients[c.id] = c
	m.mu.Unlock()
	if m.welcome != nil {
		c.push(wire.IOPub, m.welcome(""))
	}
	return c
}

// Send hands frames, without an identity, to the kernel.
func (c *Client) Send(ch wire.Channel, frames [][]byte) {
	select {
	case c.memory.in <- Packet{ch, append([][]byte{[]byte(c.id)}, frames...)}:
	case <-c.memory.done:
	}
}

// Recv waits for the next packet from the kernel, in the order in which the
// kernel sent them on whatever channel; nil frames are the end.
func (c *Client) Recv() Packet {
	frames := c.box.pop()
	if frames == nil {
		return Packet{}
	}
	return Packet{wire.Channel(frames[0]), frames[1:]}
}

// Leave disconnects the front end.
func (c *Client) Leave() {
	c.memory.mu.Lock()
	delete(c.memory.clients, c.id)
	c.memory.mu.Unlock()
	c.box.close()
}

func (c *Client) push(ch wire.Channel, frames [][]byte) {
	c.box.push(append([][]byte{[]byte(ch)}, frames...))
}

// Recv implements Transport.
func (m *Memory) Recv(ctx context.Context) (Packet, error) {
	select {
	case p := <-m.in:
		return p, nil
	case <-m.done:
		return Packet{}, ErrClosed
	case <-ctx.Done():
		return Packet{}, ctx.Err()
	}
}

// Send implements Transport.
func (m *Memory) Send(p Packet) error {
	select {
	case <-m.done:
		return ErrClosed
	default:
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if p.Channel == wire.IOPub {
		for _, c := range m.clients {
			c.push(p.Channel, p.Frames)
		}
		return nil
	}
	if c := m.clients[string(p.Frames[0])]; c != nil {
		c.push(p.Channel, p.Frames[1:])
	}
	return nil
}

// Ports implements Transport.
func (m *Memory) Ports() Ports { return Ports{} }

// Close implements Transport.
func (m *Memory) Close() error {
	m.once.Do(func() {
		close(m.done)
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, c := range m.clients {
			c.box.close()
		}
	})
	return nil
}
