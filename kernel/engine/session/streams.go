package session

import (
	"bytes"
	"os"
	"regexp"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"
)

// stream is one of the worker's standard streams, read so that whatever was
// written before a message can be shown before it: the write has put it into
// the pipe, and drain empties the pipe.
type stream struct {
	f    *os.File
	raw  syscall.RawConn
	done chan struct{} // closed at the end of the stream

	mu   sync.Mutex // held from the read to the end of show
	buf  [1 << 16]byte
	rest []byte // the beginning of a code point whose end is not read yet
	show func(string)

	// first is drained before this stream is read: of two streams written at
	// about the same time the order is lost, and standard output is the one that
	// the other mostly follows.
	first *stream
}

func newStream(f *os.File, show func(string)) (*stream, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &stream{f: f, raw: raw, show: show, done: make(chan struct{})}, nil
}

// loop reads until every writer has closed the stream.
func (s *stream) loop() {
	defer close(s.done)
	defer s.f.Close()
	eof := false
	for !eof {
		err := s.raw.Read(func(fd uintptr) bool {
			if s.first != nil {
				s.first.drain()
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			n, again := s.read(fd)
			eof = n == 0 && !again
			return !again
		})
		if err != nil {
			return
		}
	}
}

// read takes one piece from the pipe and shows it; again says that there is
// none yet. s.mu is held.
func (s *stream) read(fd uintptr) (n int, again bool) {
	for {
		n, err := syscall.Read(int(fd), s.buf[:])
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return 0, true
		case err != nil || n <= 0:
			s.flush()
			return 0, false
		}
		s.add(s.buf[:n])
		return n, false
	}
}

// add shows what b completes.
func (s *stream) add(b []byte) {
	if len(s.rest) > 0 {
		b = append(s.rest, b...)
		s.rest = nil
	}
	if cut := len(b) - partial(b); cut < len(b) {
		s.rest = bytes.Clone(b[cut:])
		b = b[:cut]
	}
	if len(b) > 0 {
		s.show(string(bytes.ToValidUTF8(b, []byte("\uFFFD"))))
	}
}

// flush shows a code point that stayed incomplete. s.mu is held.
func (s *stream) flush() {
	if len(s.rest) > 0 {
		s.rest = nil
		s.show("\uFFFD")
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

// drain shows everything that was written before the call.
func (s *stream) drain() {
	// An error means that the stream has ended, and so is drained.
	_ = s.raw.Control(func(fd uintptr) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for total := 0; total < drainMost; {
			n, _ := s.read(fd)
			if n == 0 {
				return
			}
			total += n
		}
	})
}

// finish waits until a stream is read whose process has ended. Something else
// may still hold it, so the wait is short.
func (s *stream) finish() {
	select {
	case <-s.done:
	case <-time.After(200 * time.Millisecond):
		s.drain()
	}
}

// hold keeps back standard error that may be the Go runtime's report of the
// process's end, until it is known whether the process ends: then the report is
// the cell's error, and not its output.
type hold struct {
	show func(string)

	mu    sync.Mutex
	held  []byte
	timer *time.Timer
}

// holdFor is how long a process takes to die of what the runtime reports.
const holdFor = 150 * time.Millisecond

var reportStart = regexp.MustCompile(`(?m)^(panic: |fatal error: |runtime: |SIG[A-Z]+: |unexpected fault)`)

func newHold(show func(string)) *hold { return &hold{show: show} }

func (h *hold) add(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held != nil {
		h.held = append(h.held, s...)
		return
	}
	at := reportStart.FindStringIndex(s)
	if at == nil {
		h.show(s)
		return
	}
	if at[0] > 0 {
		h.show(s[:at[0]])
	}
	h.held = []byte(s[at[0]:])
	h.timer = time.AfterFunc(holdFor, h.release)
}

// release shows what was kept back.
func (h *hold) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held != nil {
		h.show(string(h.held))
		h.held = nil
	}
}

// take gives what was kept back, to be shown as an error.
func (h *hold) take() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := string(h.held)
	h.held = nil
	if h.timer != nil {
		h.timer.Stop()
	}
	return text
}
