package rt

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"sync"
)

// AskLine asks the person at the notebook for a line, on behalf of the calling
// goroutine's cell. The worker sets it.
var AskLine func() (string, error)

// Stdin is what os.Stdin means in a cell where something reads it: the lines
// that the person types, or the notebook's own file where it has put one in
// os.Stdin.
func Stdin() io.Reader {
	if ours(os.Stdin) {
		return typed
	}
	return os.Stdin
}

// Scan is fmt.Scan on Stdin, for cells that are not compiled.
func Scan(a ...any) (int, error) { return fmt.Fscan(Stdin(), a...) }

// Scanln is fmt.Scanln on Stdin.
func Scanln(a ...any) (int, error) { return fmt.Fscanln(Stdin(), a...) }

// Scanf is fmt.Scanf on Stdin.
func Scanf(format string, a ...any) (int, error) { return fmt.Fscanf(Stdin(), format, a...) }

// ForgetTyped drops what was typed and not read: a new cell begins with none.
func ForgetTyped() { typed.forget() }

// typed reads lines as they are asked for, never ahead.
var typed = &lines{buf: bufio.NewReader(&line{})}

type lines struct {
	mu  sync.Mutex
	buf *bufio.Reader
}

func (l *lines) forget() {
	if l.mu.TryLock() { // else somebody reads, and what comes is theirs
		l.buf.Reset(&line{})
		l.mu.Unlock()
	}
}

func (l *lines) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Read(p)
}

// ReadRune and UnreadRune let the functions of fmt read no further than they
// need to.
func (l *lines) ReadRune() (rune, int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.ReadRune()
}

func (l *lines) UnreadRune() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.UnreadRune()
}

// line reads one line after the other.
type line struct{ rest string }

func (l *line) Read(p []byte) (int, error) {
	if l.rest == "" {
		if AskLine == nil {
			return 0, io.EOF
		}
		text, err := AskLine()
		if err != nil {
			return 0, err
		}
		l.rest = text + "\n"
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}
