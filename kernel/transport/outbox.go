package transport

import "sync"

// maxBacklog is how many bytes may wait for one front end. One that falls
// behind further is let go: it may connect again and goes on from there.
const maxBacklog = 256 << 20

// outbox is the messages that wait for one front end.
type outbox struct {
	mu     sync.Mutex
	more   sync.Cond
	msgs   [][][]byte
	bytes  int
	closed bool
}

func newOutbox() *outbox {
	o := new(outbox)
	o.more.L = &o.mu
	return o
}

// push adds a message. It is false where the backlog is too long.
func (o *outbox) push(frames [][]byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return true
	}
	size := 0
	for _, f := range frames {
		size += len(f)
	}
	if o.bytes > 0 && o.bytes+size > maxBacklog {
		return false
	}
	o.msgs = append(o.msgs, frames)
	o.bytes += size
	o.more.Signal()
	return true
}

// pop waits for the next message; it is nil once the outbox is closed and empty.
func (o *outbox) pop() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.msgs) == 0 {
		if o.closed {
			return nil
		}
		o.more.Wait()
	}
	m := o.msgs[0]
	o.msgs[0] = nil
	if o.msgs = o.msgs[1:]; len(o.msgs) == 0 {
		o.msgs = nil
	}
	for _, f := range m {
		o.bytes -= len(f)
	}
	return m
}

// close lets pop hand out what is there, then end.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.more.Broadcast()
	o.mu.Unlock()
}
