// Package echo is an engine without a language, for tests of whatever stands
// in front of an engine: words in the code say what a cell does.
//
// Each line of a cell is one command, its words split at spaces:
//
//	print TEXT…            a line on stdout (stderr TEXT… on stderr)
//	raw HEX                bytes on stdout, as they are
//	lines N                N lines on stdout
//	bytes N                N bytes on stdout, in lines of 80
//	result TEXT…           the cell's result, as text/plain
//	display MIME TEXT…     a display; show ID TEXT… and update ID TEXT… one with an id
//	clear, clear wait      clear_output
//	nan                    a display that JSON cannot hold
//	set NAME VALUE…        a variable
//	page TEXT…             a payload for the pager; next TEXT… for the next input
//	sleep DURATION         until interrupted
//	stubborn DURATION      not even interrupted
//	later DURATION TEXT…   a line on stdout from a goroutine, after the cell
//	input PROMPT…          asks, and prints the answer; password PROMPT… hidden
//	comm KIND ID TARGET    a comm message to the front end
//	fail NAME TEXT…        the cell fails
//	panic TEXT…            the engine itself panics
//
// Any other word is printed. A name that was set may be inspected, completed
// and used as a user expression.
package echo

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/engine"
)

// Target is the comm target that the engine knows: it sends each message back
// with its buffers in reverse order.
const Target = "echo"

// Engine is the echo engine. The zero value is not ready: use New.
type Engine struct {
	mu       sync.Mutex
	vars     map[string]string
	comms    map[string]string
	upcoming [][]string
	closed   bool
	requests []engine.Request
	later    sync.WaitGroup
}

var _ engine.Engine = (*Engine)(nil)

// New returns an echo engine.
func New() *Engine {
	return &Engine{vars: make(map[string]string), comms: make(map[string]string)}
}

// Requests lists what Execute was asked, in order.
func (e *Engine) Requests() []engine.Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.requests)
}

// Announced lists what Upcoming was told, in order.
func (e *Engine) Announced() [][]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.upcoming)
}

// Closed reports whether Close was called.
func (e *Engine) Closed() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.closed
}

// Info implements engine.Engine.
func (e *Engine) Info() engine.Info {
	return engine.Info{
		Implementation: "echo", ImplementationVersion: "1.0",
		Language: "echo", LanguageVersion: "1.0",
		MIMEType: "text/plain", FileExtension: ".echo",
		Banner:    "echo: says what it is told",
		HelpLinks: []engine.HelpLink{{Text: "echo", URL: "https://example.org"}},
	}
}

// Execute implements engine.Engine.
func (e *Engine) Execute(ctx context.Context, req engine.Request, out engine.Output) engine.Reply {
	e.mu.Lock()
	e.requests = append(e.requests, req)
	e.mu.Unlock()
	reply := engine.Reply{Status: engine.OK}
	for line := range strings.Lines(req.Code) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "" {
			continue
		}
		payload, err := e.command(ctx, out, word, rest)
		if ctx.Err() != nil {
			err = &engine.CellError{Name: "Interrupt", Value: "interrupted", Traceback: []string{"Interrupt: interrupted"}}
		}
		if err != nil {
			return engine.Reply{Status: engine.Error, Err: err}
		}
		if payload != nil {
			reply.Payload = append(reply.Payload, *payload)
		}
	}
	reply.UserExpressions = make(map[string]engine.Value)
	for name, expr := range req.UserExpressions {
		reply.UserExpressions[name] = e.value(expr)
	}
	return reply
}

// command runs one line.
func (e *Engine) command(ctx context.Context, out engine.Output, word, rest string) (*engine.Payload, *engine.CellError) {
	first, second, _ := strings.Cut(rest, " ")
	switch word {
	case "print":
		out.Stream("stdout", rest+"\n")
	case "stderr":
		out.Stream("stderr", rest+"\n")
	case "raw":
		b, err := hex.DecodeString(rest)
		if err != nil {
			return nil, failure("BadHex", err.Error())
		}
		out.Stream("stdout", string(b))
	case "lines":
		for i := range number(rest) {
			out.Stream("stdout", fmt.Sprintf("line %d\n", i))
		}
	case "bytes":
		line := strings.Repeat("x", 79) + "\n"
		for n := number(rest); n > 0; n -= len(line) {
			out.Stream("stdout", line[:min(n, len(line))])
		}
	case "result":
		out.Result(text(rest))
	case "display":
		out.Display(engine.Bundle{Data: map[string]any{first: second, "text/plain": second}}, false)
	case "show", "update":
		b := text(second)
		b.DisplayID = first
		out.Display(b, word == "update")
	case "clear":
		out.Clear(rest == "wait")
	case "nan":
		out.Display(engine.Bundle{Data: map[string]any{"application/json": math.NaN()}}, false)
	case "set":
		e.mu.Lock()
		e.vars[first] = second
		e.mu.Unlock()
	case "page":
		return &engine.Payload{Source: "page", Bundle: text(rest)}, nil
	case "next":
		return &engine.Payload{Source: "set_next_input", Text: rest}, nil
	case "sleep":
		select {
		case <-time.After(duration(rest)):
		case <-ctx.Done():
		}
	case "stubborn":
		time.Sleep(duration(rest))
	case "later":
		e.later.Go(func() {
			time.Sleep(duration(first))
			out.Stream("stdout", second+"\n")
		})
	case "input", "password":
		answer, err := out.Input(ctx, rest, word == "password")
		if err != nil {
			return nil, failure("InputError", err.Error())
		}
		out.Stream("stdout", answer+"\n")
	case "comm":
		id, target, _ := strings.Cut(second, " ")
		e.mu.Lock()
		e.comms[id] = target
		e.mu.Unlock()
		out.Comm(engine.CommMessage{
			Kind: engine.CommKind(first), ID: id, Target: target, Data: json.RawMessage(`{"from":"cell"}`),
			Metadata: map[string]any{"version": "2.1.0"}, Buffers: [][]byte{{0, 255}},
		})
	case "fail":
		return nil, failure(first, second)
	case "panic":
		panic(rest)
	default:
		out.Stream("stdout", strings.TrimSpace(word+" "+rest)+"\n")
	}
	return nil, nil
}

func failure(name, value string) *engine.CellError {
	return &engine.CellError{Name: name, Value: value, Traceback: []string{name + ": " + value}}
}

func text(s string) engine.Bundle {
	return engine.Bundle{Data: map[string]any{"text/plain": s}}
}

// number is s as a number, 0 where it is none.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// duration is s as a duration, 0 where it is none.
func duration(s string) time.Duration {
	d, _ := time.ParseDuration(s)
	return d
}

// value evaluates an expression: a variable's name.
func (e *Engine) value(name string) engine.Value {
	e.mu.Lock()
	defer e.mu.Unlock()
	v, ok := e.vars[name]
	if !ok {
		return engine.Value{Err: failure("NotSet", name)}
	}
	return engine.Value{Bundle: text(v)}
}

// Upcoming implements engine.Engine.
func (e *Engine) Upcoming(code []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.upcoming = append(e.upcoming, code)
}

// Complete implements engine.Engine: the variables that begin with the word
// before the cursor.
func (e *Engine) Complete(_ context.Context, code string, cursor int) engine.Completion {
	runes := []rune(code)[:cursor]
	start := cursor
	for start > 0 && runes[start-1] != ' ' && runes[start-1] != '\n' {
		start--
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	c := engine.Completion{Start: start, End: cursor}
	for _, name := range slices.Sorted(maps.Keys(e.vars)) {
		if strings.HasPrefix(name, string(runes[start:])) {
			c.Items = append(c.Items, engine.CompletionItem{Text: name, Type: "variable", Signature: "string", Doc: e.vars[name]})
		}
	}
	return c
}

// Inspect implements engine.Engine: the variable whose name ends at the cursor.
// detail is added to what it says.
func (e *Engine) Inspect(_ context.Context, code string, cursor, detail int) engine.Inspection {
	words := strings.Fields(string([]rune(code)[:cursor]))
	if len(words) == 0 {
		return engine.Inspection{}
	}
	v := e.value(words[len(words)-1])
	if v.Err != nil {
		return engine.Inspection{}
	}
	if detail > 0 {
		v.Bundle.Data["text/plain"] = fmt.Sprintf("%v, in detail", v.Bundle.Data["text/plain"])
	}
	return engine.Inspection{Found: true, Bundle: v.Bundle}
}

// IsComplete implements engine.Engine: a line that ends with a backslash goes
// on, and the word "invalid" makes code invalid.
func (e *Engine) IsComplete(code string) engine.Completeness {
	switch {
	case strings.HasSuffix(strings.TrimRight(code, "\n"), `\`):
		return engine.Completeness{Status: "incomplete", Indent: "  "}
	case strings.Contains(code, "invalid"):
		return engine.Completeness{Status: "invalid"}
	}
	return engine.Completeness{Status: "complete"}
}

// Variables implements engine.Engine.
func (e *Engine) Variables(context.Context) ([]engine.Variable, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var vars []engine.Variable
	for i, name := range slices.Sorted(maps.Keys(e.vars)) {
		vars = append(vars, engine.Variable{Name: name, Value: e.vars[name], Type: "string", Ref: i + 1})
	}
	return vars, nil
}

// Children implements engine.Engine: the length of a variable.
func (e *Engine) Children(ctx context.Context, ref int) ([]engine.Variable, error) {
	vars, err := e.Variables(ctx)
	if err != nil || ref < 1 || ref > len(vars) {
		return nil, fmt.Errorf("no variable %d", ref)
	}
	return []engine.Variable{{Name: "len", Value: strconv.Itoa(len(vars[ref-1].Value)), Type: "int"}}, nil
}

// Rich implements engine.Engine.
func (e *Engine) Rich(_ context.Context, name string) (engine.Bundle, error) {
	v := e.value(name)
	if v.Err != nil {
		return engine.Bundle{}, v.Err
	}
	return v.Bundle, nil
}

// Comm implements engine.Engine.
func (e *Engine) Comm(m engine.CommMessage, out engine.Output) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch m.Kind {
	case engine.CommOpen:
		if m.Target != Target {
			out.Comm(engine.CommMessage{Kind: engine.CommClose, ID: m.ID})
			return
		}
		e.comms[m.ID] = m.Target
	case engine.CommMsg:
		if e.comms[m.ID] == "" {
			return
		}
		slices.Reverse(m.Buffers)
		out.Stream("stdout", "comm message\n")
		out.Comm(m)
	case engine.CommClose:
		delete(e.comms, m.ID)
	}
}

// Comms implements engine.Engine.
func (e *Engine) Comms() map[string]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.comms)
}

// Reset implements engine.Engine.
func (e *Engine) Reset() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.vars)
	return nil
}

// Close implements engine.Engine.
func (e *Engine) Close() error {
	e.later.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	return nil
}
