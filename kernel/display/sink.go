package display

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/lislab/lislab/kernel/engine"
)

// Bundle is one thing shown in several forms, by MIME type.
type Bundle = engine.Bundle

// Sink receives what a cell shows. Its methods may be called from any
// goroutine, and after the cell has ended.
type Sink = engine.Output

// current answers which sink the calling goroutine writes to.
var current atomic.Pointer[func() Sink]

// Install makes lookup decide, at each call and in the calling goroutine,
// where output goes; lookup may answer nil for "nowhere but standard output".
// The process that runs cells calls it once. The returned function puts back
// what was there before.
func Install(lookup func() Sink) (restore func()) {
	old := current.Swap(&lookup)
	return func() { current.Store(old) }
}

// SetSink sends all output to one sink, whichever goroutine it comes from; nil
// takes the sink away.
func SetSink(s Sink) (restore func()) {
	return Install(func() Sink { return s })
}

// Current is the sink of the calling goroutine, or nil where there is none.
func Current() Sink {
	if f := current.Load(); f != nil && *f != nil {
		return (*f)()
	}
	return nil
}

// fallback receives text where no sink is installed.
var fallback io.Writer = os.Stdout

// send shows b in the calling goroutine's sink.
func send(b Bundle, update bool) {
	if s := Current(); s != nil {
		s.Display(b, update)
		return
	}
	fmt.Fprintln(fallback, b.Data[MIMEText])
}

// ErrNoInput is returned by [Input] and [Password] where nobody can answer.
var ErrNoInput = errors.New("display: nobody to ask: this code does not run in a notebook cell that allows input")

// Input shows prompt and waits for a line from the person at the notebook. It
// is an error where the front end allows no input (nbclient and nbconvert do
// not), or where the cell is interrupted.
func Input(prompt string) (string, error) { return ask(prompt, false) }

// Password is Input with the answer hidden while it is typed.
func Password(prompt string) (string, error) { return ask(prompt, true) }

func ask(prompt string, password bool) (string, error) {
	s := Current()
	if s == nil {
		return "", ErrNoInput
	}
	return s.Input(context.Background(), prompt, password)
}
