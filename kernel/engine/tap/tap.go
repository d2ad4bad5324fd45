// Package tap reads pipes so that whatever was written before a moment can be
// shown before what comes after it: the write has put it into the pipe, and
// Drain empties the pipe.
package tap

import (
	"bytes"
	"os"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"
)

// Tap reads one pipe.
type Tap struct {
	f    *os.File
	raw  syscall.RawConn
	done chan struct{} // closed at the end of the stream

	mu   sync.Mutex // held from the read to the end of show
	buf  [1 << 16]byte
	rest []byte // the beginning of a code point whose end is not read yet
	show func(string)

	first *Tap // drained before this one is read; may be nil
}

// New makes a tap on the reading end of a pipe. Text goes to show, whole code
// points at a time, by whichever goroutine reads it, one at a time.
func New(f *os.File, show func(string)) (*Tap, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &Tap{f: f, raw: raw, show: show, done: make(chan struct{})}, nil
}

// After has first drained before t is read: of two pipes written at about the
// same time the order is lost, and this says which comes first. To be called
// before Loop.
func (t *Tap) After(first *Tap) { t.first = first }

// Loop reads until every writer has closed the stream.
func (t *Tap) Loop() {
	defer close(t.done)
	defer t.f.Close()
	eof := false
	for !eof {
		err := t.raw.Read(func(fd uintptr) bool {
			if t.first != nil {
				t.first.Drain()
			}
			t.mu.Lock()
			defer t.mu.Unlock()
			n, again := t.read(fd)
			eof = n == 0 && !again
			return !again
		})
		if err != nil {
			return
		}
	}
}

// read takes one piece from the pipe and shows it; again says that there is
// none yet. t.mu is held.
func (t *Tap) read(fd uintptr) (n int, again bool) {
	for {
		n, err := syscall.Read(int(fd), t.buf[:])
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return 0, true
		case err != nil || n <= 0:
			t.flush()
			return 0, false
		}
		t.add(t.buf[:n])
		return n, false
	}
}

// add shows what b completes.
func (t *Tap) add(b []byte) {
	if len(t.rest) > 0 {
		b = append(t.rest, b...)
		t.rest = nil
	}
	if cut := len(b) - partial(b); cut < len(b) {
		t.rest = bytes.Clone(b[cut:])
		b = b[:cut]
	}
	if len(b) > 0 {
		t.show(string(bytes.ToValidUTF8(b, []byte("\uFFFD"))))
	}
}

// flush shows a code point that stayed incomplete. t.mu is held.
func (t *Tap) flush() {
	if len(t.rest) > 0 {
		t.rest = nil
		t.show("\uFFFD")
	}
}

// partial is the length of an incomplete code point at the end of b.
func partial(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// drainMost bounds what one drain reads, in bytes, where somebody writes
// without end: more than a pipe can hold.
const drainMost = 4 << 20

// Drain shows everything that was written before the call.
func (t *Tap) Drain() {
	// An error means that the stream has ended, and so is drained.
	_ = t.raw.Control(func(fd uintptr) {
		t.mu.Lock()
		defer t.mu.Unlock()
		for total := 0; total < drainMost; {
			n, _ := t.read(fd)
			if n == 0 {
				return
			}
			total += n
		}
	})
}

// Finish waits until a stream is read whose process has ended. Something else
// may still hold it, so the wait is short.
func (t *Tap) Finish() {
	select {
	case <-t.done:
	case <-time.After(200 * time.Millisecond):
		t.Drain()
	}
}
