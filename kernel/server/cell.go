package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/wire"
)

// cell is where one request's output goes: an execute_request's, or a comm
// message's that a widget answers. It implements engine.Output and stays good
// after the request has been answered.
type cell struct {
	server     *Server
	req        *wire.Message
	count      int
	silent     bool
	allowStdin bool

	mu     sync.Mutex
	ended  bool
	tails  map[string]string // by stream: a rune that has begun and not ended
	bytes  int               // of streams shown or kept so far
	over   *overflow         // where streams go that are past the cap
	result string            // text/plain of the result, for the history
}

var _ engine.Output = (*cell)(nil)

// Stream implements engine.Output. Text that is cut within a rune waits for
// the rest of it.
func (c *cell) Stream(name, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.silent {
		return
	}
	text = c.tails[name] + text
	cut := incomplete(text)
	if c.tails == nil {
		c.tails = make(map[string]string)
	}
	c.tails[name] = text[len(text)-cut:]
	c.writeLocked(name, text[:len(text)-cut])
}

// writeLocked shows text as far as the cap allows and keeps the rest in a file.
func (c *cell) writeLocked(name, text string) {
	limit := c.server.options.OutputCap
	fits := min(len(text), max(0, limit-c.bytes))
	for fits > 0 && fits < len(text) && !utf8.RuneStart(text[fits]) {
		fits--
	}
	c.bytes += len(text)
	c.server.pub.write(c.req, name, text[:fits])
	if rest := text[fits:]; rest != "" {
		if c.over == nil {
			c.over = c.server.overflows.create()
			c.server.pub.write(c.req, "stderr", "\n"+c.over.note(limit)+"\n")
		}
		c.over.write(rest)
	}
}

// end shows what waits, once the request has been served.
func (c *cell) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for _, name := range slices.Sorted(maps.Keys(c.tails)) {
		c.writeLocked(name, c.tails[name])
	}
	c.tails = nil
}

// shown is the plain text of the cell's result.
func (c *cell) shown() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.result
}

// incomplete is how many bytes at the end of s begin a rune and do not end it.
func incomplete(s string) int {
	for i := 1; i <= min(len(s), utf8.UTFMax-1); i++ {
		if b := s[len(s)-i]; utf8.RuneStart(b) {
			if b >= utf8.RuneSelf && !utf8.FullRuneInString(s[len(s)-i:]) {
				return i
			}
			return 0
		}
	}
	return 0
}

// Result implements engine.Output.
func (c *cell) Result(b engine.Bundle) {
	if c.silent {
		return
	}
	if text, ok := b.Data["text/plain"].(string); ok {
		c.mu.Lock()
		c.result = text
		c.mu.Unlock()
	}
	content := &wire.ExecuteResult{
		ExecutionCount: c.count,
		Data:           filled[wire.MIMEBundle](b.Data),
		Metadata:       filled[wire.Metadata](b.Metadata),
	}
	if b.DisplayID != "" {
		content.Transient = &wire.Transient{DisplayID: b.DisplayID}
	}
	c.show(content)
}

// Display implements engine.Output.
func (c *cell) Display(b engine.Bundle, update bool) {
	if c.silent {
		return
	}
	shown := wire.DisplayData{
		Data:      filled[wire.MIMEBundle](b.Data),
		Metadata:  filled[wire.Metadata](b.Metadata),
		Transient: wire.Transient{DisplayID: b.DisplayID},
	}
	if update {
		u := wire.UpdateDisplayData(shown)
		c.show(&u)
		return
	}
	c.show(&shown)
}

// Clear implements engine.Output.
func (c *cell) Clear(wait bool) {
	if !c.silent {
		c.show(&wire.ClearOutput{Wait: wait})
	}
}

// show publishes what a cell shows. What cannot be written as JSON is told.
func (c *cell) show(content wire.Content) {
	if err := c.server.pub.publish(c.req, content); err != nil {
		c.Stream("stderr", fmt.Sprintf("not shown: %v\n", err))
	}
}

// Reasons for which a cell gets no input.
var (
	errNoStdin = errors.New("input: this front end does not take input (allow_stdin is false)")
	errEnded   = errors.New("input: the cell that asks has ended")
)

// Input implements engine.Output.
func (c *cell) Input(ctx context.Context, prompt string, password bool) (string, error) {
	if !c.allowStdin {
		return "", errNoStdin
	}
	c.mu.Lock()
	ended := c.ended
	c.mu.Unlock()
	if ended {
		return "", errEnded
	}
	return c.server.ask.input(ctx, c.req, prompt, password)
}

// Comm implements engine.Output.
func (c *cell) Comm(m engine.CommMessage) {
	var content wire.Content
	data := m.Data
	if len(data) == 0 {
		data = []byte("{}")
	}
	switch m.Kind {
	case engine.CommOpen:
		content = &wire.CommOpen{CommID: m.ID, TargetName: m.Target, Data: data}
	case engine.CommMsg:
		content = &wire.CommMsg{CommID: m.ID, Data: data}
	case engine.CommClose:
		content = &wire.CommClose{CommID: m.ID, Data: data}
	default:
		panic(fmt.Sprintf("server: comm message of kind %q", m.Kind))
	}
	if err := c.server.pub.publishComm(c.req, content, maps.Clone(m.Metadata), m.Buffers); err != nil {
		c.Stream("stderr", fmt.Sprintf("widget message not sent: %v\n", err))
	}
}
