package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/lislab/lislab/kernel/wire"
)

// lingerTime is how long Close waits for front ends to take what is queued.
const lingerTime = time.Second

// ZMQ is the transport over ZeroMQ. The wire protocol is go-zeromq's; the
// patterns (ROUTER, XPUB, REP) are here, because go-zeromq's own sockets greet
// one peer at a time, so that a connection that says nothing locks everyone
// out, because they do not tell who subscribed, so that nobody could be
// welcomed, and because they cannot be closed without losing what is queued.
type ZMQ struct {
	in      chan Packet
	welcome Welcome
	ports   Ports

	done      chan struct{}
	closeOnce sync.Once
	listeners []net.Listener
	accepting sync.WaitGroup // accept loops
	serving   sync.WaitGroup // connections

	mu       sync.Mutex
	closed   bool
	greeting map[net.Conn]bool // connected, not yet greeted
	peers    map[*peer]bool
	lanes    map[string]*peer // on shell and control, by lane
	stdin    map[string]*peer // by identity; the latest counts
	subs     map[*peer]bool
}

// socket is one of the five sockets.
type socket struct {
	channel wire.Channel // empty for the heartbeat
	typ     zmq4.SocketType
	port    *int
}

// Listen opens the five sockets of c. welcome, which may be nil, makes the
// greeting of each new subscriber of iopub.
func Listen(c Connection, welcome Welcome) (*ZMQ, error) {
	z := &ZMQ{
		in:       make(chan Packet, 64),
		welcome:  welcome,
		ports:    c.Ports,
		done:     make(chan struct{}),
		greeting: make(map[net.Conn]bool),
		peers:    make(map[*peer]bool),
		lanes:    make(map[string]*peer),
		stdin:    make(map[string]*peer),
		subs:     make(map[*peer]bool),
	}
	for _, s := range []socket{
		{wire.Shell, zmq4.Router, &z.ports.Shell},
		{wire.Control, zmq4.Router, &z.ports.Control},
		{wire.Stdin, zmq4.Router, &z.ports.Stdin},
		{wire.IOPub, zmq4.XPub, &z.ports.IOPub},
		{"", zmq4.Rep, &z.ports.HB},
	} {
		l, err := c.listen(s.port)
		if err != nil {
			z.Close()
			return nil, fmt.Errorf("kernel socket %s: %w", s.name(), err)
		}
		z.listeners = append(z.listeners, l)
		z.accepting.Add(1)
		go z.accept(l, s)
	}
	return z, nil
}

func (s socket) name() string {
	if s.channel == "" {
		return "heartbeat"
	}
	return string(s.channel)
}

// Ports implements Transport.
func (z *ZMQ) Ports() Ports { return z.ports }

// Recv implements Transport.
func (z *ZMQ) Recv(ctx context.Context) (Packet, error) {
	select {
	case p := <-z.in:
		return p, nil
	case <-z.done:
		return Packet{}, ErrClosed
	case <-ctx.Done():
		return Packet{}, ctx.Err()
	}
}

// Send implements Transport.
func (z *ZMQ) Send(p Packet) error {
	if len(p.Frames) == 0 {
		return errors.New("transport: packet without frames")
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.closed {
		return ErrClosed
	}
	if p.Channel == wire.IOPub {
		topic := string(p.Frames[0])
		for s := range z.subs {
			if s.subscribed(topic) {
				s.send(p.Frames)
			}
		}
		return nil
	}
	if len(p.Frames) < 3 {
		return errors.New("transport: packet without a route")
	}
	// Several front ends may share an identity, as the clients of one
	// jupyter_client manager do, so a reply is sent where its request came from.
	// A question goes to the stdin of the front end with that identity.
	to := z.lanes[string(p.Frames[1])]
	if p.Channel == wire.Stdin {
		to = z.stdin[string(p.Frames[0])]
	}
	if to != nil {
		to.send(p.Frames[2:])
	}
	return nil
}

// Close implements Transport.
func (z *ZMQ) Close() error {
	z.closeOnce.Do(func() {
		for _, l := range z.listeners {
			l.Close()
		}
		z.accepting.Wait()
		z.mu.Lock()
		z.closed = true
		for raw := range z.greeting {
			raw.Close()
		}
		for p := range z.peers {
			p.out.close()
		}
		z.mu.Unlock()
		close(z.done)
		served := make(chan struct{})
		go func() { z.serving.Wait(); close(served) }()
		select {
		case <-served:
		case <-time.After(lingerTime):
			z.mu.Lock()
			for p := range z.peers {
				p.raw.Close()
			}
			z.mu.Unlock()
			<-served
		}
	})
	return nil
}

// accept takes connections to s until its listener is closed.
func (z *ZMQ) accept(l net.Listener, s socket) {
	defer z.accepting.Done()
	for {
		raw, err := l.Accept()
		switch {
		case err == nil:
			z.serving.Add(1)
			go z.serve(raw, s)
		case errors.Is(err, net.ErrClosed):
			return
		default:
			// Out of file descriptors, say: others may be freed meanwhile.
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// serve carries one connection from its greeting to its end.
func (z *ZMQ) serve(raw net.Conn, s socket) {
	defer z.serving.Done()
	defer raw.Close()
	if !z.enter(raw) {
		return
	}
	p, err := shake(raw, s.typ)
	if !z.join(raw, p, s, err) {
		return
	}
	defer z.leave(p, s)

	var writing sync.WaitGroup
	writing.Go(p.write)
	p.read(func(frames [][]byte) { z.take(p, s, frames) })
	p.out.close()
	raw.Close()
	writing.Wait()
}

// enter notes a connection that is not greeted yet; it is false once z is closed.
func (z *ZMQ) enter(raw net.Conn) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	if !z.closed {
		z.greeting[raw] = true
	}
	return !z.closed
}

// join makes a greeted connection a peer of socket s.
func (z *ZMQ) join(raw net.Conn, p *peer, s socket, err error) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	delete(z.greeting, raw)
	if err != nil || z.closed {
		return false
	}
	p.ch, p.lane = s.channel, wire.NewID()
	if p.id == "" {
		p.id = p.lane
	}
	z.peers[p] = true
	switch s.channel {
	case wire.IOPub:
		z.subs[p] = true
	case wire.Stdin:
		z.stdin[p.id] = p
	default:
		z.lanes[p.lane] = p
	}
	return true
}

// leave forgets a peer.
func (z *ZMQ) leave(p *peer, s socket) {
	z.mu.Lock()
	defer z.mu.Unlock()
	delete(z.peers, p)
	delete(z.subs, p)
	delete(z.lanes, p.lane)
	if s.channel == wire.Stdin && z.stdin[p.id] == p {
		delete(z.stdin, p.id)
		for other := range z.peers { // an earlier one with the same identity is back
			if other.id == p.id && other.ch == wire.Stdin {
				z.stdin[p.id] = other
			}
		}
	}
}

// take handles one message of a peer's.
func (z *ZMQ) take(p *peer, s socket, frames [][]byte) {
	switch s.channel {
	case "":
		p.send(frames)
	case wire.IOPub:
		if topic, added := p.subscription(frames); added && z.welcome != nil {
			p.send(z.welcome(topic))
		}
	default:
		packet := Packet{s.channel, append([][]byte{[]byte(p.id), []byte(p.lane)}, frames...)}
		select {
		case z.in <- packet:
		case <-z.done:
		}
	}
}
