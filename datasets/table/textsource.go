package table

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/lislab/lislab/lis"
)

// textSource gives a file's text in pieces of whole records.
type textSource struct {
	path string
	s    *stream
	r    io.Reader
	rest []byte // read and not yet given out
	eof  bool
	size int
	told int64
}

func newTextSource(ctx context.Context, path string, size int) (*textSource, error) {
	s, err := openStream(path)
	if err != nil {
		return nil, err
	}
	return &textSource{path: path, s: s, r: contextReader{ctx, s}, size: size}, nil
}

func (t *textSource) close() { t.s.Close() }

// progress is the number of bytes of the file read since it was last asked for.
func (t *textSource) progress() int64 {
	n := t.s.raw.n.Load()
	d := n - t.told
	t.told = n
	return d
}

// fill reads until rest holds want bytes or the file ends.
func (t *textSource) fill(want int) error {
	for len(t.rest) < want && !t.eof {
		if cap(t.rest) < want {
			t.rest = append(make([]byte, 0, want+want/8), t.rest...)
		}
		n, err := t.r.Read(t.rest[len(t.rest):min(want, cap(t.rest))])
		t.rest = t.rest[:len(t.rest)+n]
		if err == io.EOF {
			t.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// peekLine is the first line of what is left, its end included; io.EOF where
// the file ends in it.
func (t *textSource) peekLine() ([]byte, error) {
	for want := 1 << 12; ; want *= 2 {
		if err := t.fill(want); err != nil {
			return nil, err
		}
		if n := bytes.IndexByte(t.rest, '\n'); n >= 0 {
			return t.rest[:n+1], nil
		}
		if t.eof {
			return t.rest, io.EOF
		}
		if want > maxRecord {
			return nil, t.endless()
		}
	}
}

func (t *textSource) skip(n int) { t.rest = t.rest[n:] }

// peekChunk is the first piece, which next gives again.
func (t *textSource) peekChunk(p chunkParser) ([]byte, error) {
	for want := t.size; ; want *= 2 {
		if err := t.fill(want); err != nil {
			return nil, err
		}
		if n := p.cut(t.rest, t.eof); n > 0 || t.eof {
			return t.rest[:n], nil
		}
		if want > maxRecord {
			return nil, t.endless()
		}
	}
}

// next gives the next piece in a buffer of its own, taken from free where there
// is one, and io.EOF with the last.
func (t *textSource) next(p chunkParser, free <-chan []byte) ([]byte, error) {
	head, err := t.peekChunk(p)
	if err != nil {
		return nil, err
	}
	given, rest := t.rest, t.rest[len(head):]
	var buf []byte
	select {
	case buf = <-free:
	default:
	}
	t.rest = append(buf[:0], rest...)
	if t.eof && len(rest) == 0 {
		err = io.EOF
	}
	return given[:len(head)], err
}

func (t *textSource) endless() error {
	return &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("a row is longer than %d MB", maxRecord>>20), File: t.path, Do: "look for a quotation mark that is never closed"}
}
