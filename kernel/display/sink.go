package display

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
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

// Isolate, where the process that runs cells sets it, runs f and returns when
// it has ended; what f shows and prints goes to s, also from goroutines that f
// starts. It reports false, and has not run f, where it cannot do that.
// [Redirect] uses it.
var Isolate func(s Sink, f func()) bool

// Redirect runs f with its output going to s. Where Isolate cannot do it, that
// is only what the calling goroutine shows through this package.
func Redirect(s Sink, f func()) {
	if Isolate != nil && Isolate(s, f) {
		return
	}
	id := goroutine()
	before, nested := redirected.Load(id)
	redirected.Store(id, s)
	redirections.Add(1)
	defer func() {
		redirections.Add(-1)
		if nested {
			redirected.Store(id, before)
		} else {
			redirected.Delete(id)
		}
	}()
	f()
}

// The redirections that go on, by goroutine; they are counted so that nobody
// pays for looking where there is none.
var (
	redirected   sync.Map // goroutine -> Sink
	redirections atomic.Int64
)

// goroutine is the calling goroutine's number, from the first line of its
// stack ("goroutine 18 [running]:"), the one place where the runtime tells it.
func goroutine() string {
	var buf [32]byte
	line := buf[:runtime.Stack(buf[:], false)]
	_, line, _ = bytes.Cut(line, []byte(" "))
	number, _, _ := bytes.Cut(line, []byte(" "))
	return string(number)
}

// Current is the sink of the calling goroutine, or nil where there is none.
func Current() Sink {
	if redirections.Load() > 0 {
		if s, ok := redirected.Load(goroutine()); ok {
			return s.(Sink)
		}
	}
	if f := current.Load(); f != nil && *f != nil {
		return (*f)()
	}
	return nil
}

// fallback receives text where no sink is installed; nil is standard output.
var fallback io.Writer

// send shows b in the calling goroutine's sink.
func send(b Bundle, update bool) {
	if s := Current(); s != nil {
		s.Display(b, update)
		return
	}
	w := fallback
	if w == nil {
		w = os.Stdout
	}
	fmt.Fprintln(w, b.Data[MIMEText])
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
