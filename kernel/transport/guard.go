package transport

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Limits of what one peer may make the kernel hold or wait for.
const (
	maxMessage     = 512 << 20        // bytes of one message, buffers included
	maxFrames      = 4096             // frames of one message
	maxGreeting    = 4 << 10          // bytes of one frame before the handshake is done
	handshakeTime  = 10 * time.Second // from accept to a finished handshake
	writeTime      = 30 * time.Second // for one write to a peer that does not read
	greetingLength = 64               // bytes of a ZMTP 3 greeting
)

var errTooLarge = errors.New("transport: peer announces a message larger than is accepted")

// guard is a peer's connection as zmq4.Conn sees it. zmq4 trusts the lengths
// that a peer announces and reserves the memory; guard follows the frames as
// they pass (RFC 23, ZMTP 3.0) and breaks off before that. It also joins the
// many small writes of one message into one.
type guard struct {
	net.Conn
	r *bufio.Reader
	w *bufio.Writer

	// wmu is held while one message is written. The reader holds it between a
	// PING it has read and its next read: zmq4 writes the PONG in between.
	wmu     sync.Mutex
	ponging bool

	// The state of the frame walk; used by the reading goroutine alone.
	shaken bool // the handshake is done
	left   int  // bytes of the current greeting or body still to come
	header []byte
	need   int // length of the frame header being read
	flags  byte
	total  int // bytes and frames of the message so far
	frames int
}

// Bits of a frame's first byte.
const (
	frameMore    = 1
	frameLong    = 2
	frameCommand = 4
)

func newGuard(c net.Conn) *guard {
	return &guard{
		Conn: c,
		r:    bufio.NewReaderSize(c, 32<<10),
		w:    bufio.NewWriterSize(c, 32<<10),
		left: greetingLength,
		need: 2,
	}
}

// Read passes bytes on once it knows that the frame they belong to is allowed.
func (g *guard) Read(p []byte) (int, error) {
	if g.ponging {
		g.ponging = false
		err := g.w.Flush()
		g.wmu.Unlock()
		if err != nil {
			return 0, err
		}
	}
	n, err := g.r.Read(p)
	if walkErr := g.walk(p[:n]); walkErr != nil {
		return 0, walkErr
	}
	if err == nil && g.shaken && g.flags&frameCommand != 0 && g.left == 0 && len(g.header) == 0 && n > 0 {
		g.wmu.Lock()
		g.ponging = true
		g.flags = 0
	}
	return n, err
}

// walk follows the frames in b.
func (g *guard) walk(b []byte) error {
	for len(b) > 0 {
		if g.left > 0 {
			n := min(g.left, len(b))
			g.left -= n
			b = b[n:]
			continue
		}
		g.header = append(g.header, b[0])
		b = b[1:]
		if len(g.header) == 1 {
			g.flags = g.header[0]
			g.need = 2
			if g.flags&frameLong != 0 {
				g.need = 9
			}
		}
		if len(g.header) < g.need {
			continue
		}
		size := uint64(g.header[1])
		if g.need == 9 {
			size = binary.BigEndian.Uint64(g.header[1:])
		}
		g.header = g.header[:0]
		limit := uint64(maxMessage)
		if !g.shaken {
			limit = maxGreeting
		}
		if size > limit-min(limit, uint64(g.total)) || g.frames >= maxFrames {
			return errTooLarge
		}
		g.left = int(size)
		g.total += int(size)
		g.frames++
		if g.flags&frameMore == 0 {
			g.total, g.frames = 0, 0
		}
	}
	return nil
}

// Write buffers; Flush sends. Before the handshake is done each write goes out.
func (g *guard) Write(p []byte) (int, error) {
	if err := g.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return 0, err
	}
	n, err := g.w.Write(p)
	if err == nil && !g.shaken {
		err = g.w.Flush()
	}
	return n, err
}

// message runs write, which writes one message, and sends it as a whole.
func (g *guard) message(write func() error) error {
	g.wmu.Lock()
	defer g.wmu.Unlock()
	if err := write(); err != nil {
		return err
	}
	if err := g.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	return g.w.Flush()
}

// release gives back the write lock when reading ends on a PING.
func (g *guard) release() {
	if g.ponging {
		g.ponging = false
		g.wmu.Unlock()
	}
}

var _ io.ReadWriter = (*guard)(nil)
