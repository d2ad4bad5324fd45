package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/lislab/lislab/kernel/wire"
)

// The history file is cut to the newest historyLines inputs and historyBytes
// bytes when a kernel starts and finds twice that.
const (
	historyLines  = 5000
	historyBytes  = 4 << 20
	historyOutput = 2000 // bytes of an output that are kept
)

// historyLine names one input.
type historyLine struct{ session, line int }

// historyRecord is one line of the history file: a session's start (Line 0), an
// input, or the output of an input that was recorded before.
type historyRecord struct {
	Session int     `json:"session"`
	Line    int     `json:"line,omitempty"`
	Input   *string `json:"input,omitempty"`
	Output  *string `json:"output,omitempty"`
}

// history is the inputs of this session and the earlier ones. On disk it is a
// journal: whole lines appended under a lock that other kernels respect, a torn
// line skipped when read. It is read in the background: a kernel does not start
// later because much was typed before.
type history struct {
	path string // empty: in memory

	loaded  chan struct{} // closed once the file has been read
	mu      sync.Mutex
	session int
	items   []wire.HistoryItem // oldest first
}

// openHistory returns the history kept in the file at path. A file that cannot
// be read or written is as no file: a notebook runs without it.
func openHistory(path string) *history {
	h := &history{path: path, loaded: make(chan struct{}), session: 1}
	if path == "" {
		close(h.loaded)
		return h
	}
	go func() {
		defer close(h.loaded)
		h.load()
	}()
	return h
}

// load reads the file and takes the next session's number.
func (h *history) load() {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		h.path = ""
		return
	}
	err := h.locked(func() error {
		b, err := os.ReadFile(h.path)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		last, items := parseHistory(b)
		h.session, h.items = last+1, items
		if len(items) > 2*historyLines || len(b) > 2*historyBytes {
			if err := h.compact(); err != nil {
				return err
			}
		}
		return h.append(historyRecord{Session: h.session})
	})
	if err != nil {
		h.path = ""
	}
}

// parseHistory reads a history file: the highest session number and the inputs.
// Lines that are not records are skipped.
func parseHistory(b []byte) (last int, items []wire.HistoryItem) {
	at := make(map[historyLine]int)
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, len(b)+1)
	for lines.Scan() {
		var r historyRecord
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			continue
		}
		last = max(last, r.Session)
		name := historyLine{r.Session, r.Line}
		i, known := at[name]
		switch {
		case r.Input != nil:
			at[name] = len(items)
			items = append(items, wire.HistoryItem{Session: r.Session, Line: r.Line, Input: *r.Input, Output: r.Output})
		case r.Output != nil && known:
			items[i].Output = r.Output
		}
	}
	return last, items
}

// compact rewrites the file with the newest inputs, under the lock. The old
// file stays whole until the new one is.
func (h *history) compact() error {
	items := h.items
	if len(items) > historyLines {
		items = items[len(items)-historyLines:]
	}
	var lines [][]byte
	total := 0
	for _, it := range slices.Backward(items) {
		line, err := json.Marshal(historyRecord{it.Session, it.Line, &it.Input, it.Output})
		if err != nil {
			return err
		}
		if total += len(line) + 1; total > historyBytes && len(lines) > 0 {
			break
		}
		lines = append(lines, append(line, '\n'))
	}
	slices.Reverse(lines)
	h.items = slices.Clone(items[len(items)-len(lines):])
	tmp := h.path + ".new"
	if err := os.WriteFile(tmp, bytes.Join(lines, nil), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, h.path)
}

// locked runs f while no other kernel changes the file.
func (h *history) locked(f func() error) error {
	lock, err := os.OpenFile(h.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close() // and with it the lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return f()
}

// append writes one record, under the lock. A line torn by a crash is ended
// first.
func (h *history) append(r historyRecord) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(h.path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	end := make([]byte, 1)
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		if _, err := f.ReadAt(end, info.Size()-1); err == nil && end[0] != '\n' {
			line = append([]byte("\n"), line...)
		}
	}
	_, err = f.Write(append(line, '\n'))
	return err
}

// save appends a record; a disk that is full costs the record.
func (h *history) save(r historyRecord) {
	if h.path != "" {
		_ = h.locked(func() error { return h.append(r) })
	}
}

// add records an input of this session.
func (h *history) add(line int, input string) historyLine {
	<-h.loaded
	h.mu.Lock()
	defer h.mu.Unlock()
	h.items = append(h.items, wire.HistoryItem{Session: h.session, Line: line, Input: input})
	h.save(historyRecord{Session: h.session, Line: line, Input: &input})
	return historyLine{h.session, line}
}

// result records what an input gave; an empty output is none.
func (h *history) result(at historyLine, output string) {
	if output == "" {
		return
	}
	if len(output) > historyOutput {
		output = strings.ToValidUTF8(output[:historyOutput], "") + "…"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range slices.Backward(h.items) {
		if it := &h.items[i]; it.Session == at.session && it.Line == at.line {
			it.Output = &output
			break
		}
	}
	h.save(historyRecord{Session: at.session, Line: at.line, Output: &output})
}

// close waits until the file has been read.
func (h *history) close() { <-h.loaded }

// tail is the last n inputs.
func (h *history) tail(n int) []wire.HistoryItem {
	return h.items[max(0, len(h.items)-n):]
}

// lines is the inputs of one session from start to before stop. Session 0 is
// this one, -1 the one before it; a negative start or stop counts from the end.
func (h *history) lines(session, start int, stop *int) []wire.HistoryItem {
	if session <= 0 {
		session += h.session
	}
	var of []wire.HistoryItem
	for _, it := range h.items {
		if it.Session == session {
			of = append(of, it)
		}
	}
	if len(of) == 0 {
		return nil
	}
	past := of[len(of)-1].Line + 1
	absolute := func(line int) int {
		if line < 0 {
			return past + line
		}
		return line
	}
	end := past
	if stop != nil {
		end = absolute(*stop)
	}
	begin := absolute(start)
	return slices.DeleteFunc(of, func(it wire.HistoryItem) bool { return it.Line < begin || it.Line >= end })
}

// search is the last n inputs that match a glob as a whole: * is any text, ?
// any character, [ab] one of several. With unique an input counts once, where
// it came last.
func (h *history) search(pattern string, n int, unique bool) ([]wire.HistoryItem, error) {
	re, err := glob(pattern)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	var found []wire.HistoryItem
	for _, it := range slices.Backward(h.items) {
		if len(found) == n {
			break
		}
		if re.MatchString(it.Input) && !(unique && seen[it.Input]) {
			seen[it.Input] = true
			found = append(found, it)
		}
	}
	slices.Reverse(found)
	return found, nil
}

// glob turns a glob into a regular expression for whole texts.
func glob(pattern string) (*regexp.Regexp, error) {
	if pattern == "" {
		pattern = "*"
	}
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for rest := []rune(pattern); len(rest) > 0; {
		c := rest[0]
		rest = rest[1:]
		switch c {
		case '*':
			b.WriteString(`.*`)
		case '?':
			b.WriteString(`.`)
		case '[':
			end := slices.Index(rest, ']')
			if end <= 0 || string(rest[:end]) == "!" || string(rest[:end]) == "^" {
				b.WriteString(`\[`)
				continue
			}
			class := string(rest[:end])
			rest = rest[end+1:]
			b.WriteByte('[')
			if class[0] == '!' || class[0] == '^' {
				b.WriteByte('^')
				class = class[1:]
			}
			b.WriteString(strings.NewReplacer(`\`, `\\`, `[`, `\[`, `^`, `\^`).Replace(class))
			b.WriteByte(']')
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	b.WriteString(`\z`)
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, fmt.Errorf("history: pattern %q: %w", pattern, err)
	}
	return re, nil
}

// historyRequest serves history_request.
func (s *Server) historyRequest(_ context.Context, _ *wire.Message, r *wire.HistoryRequest) (wire.Content, error) {
	h := s.history
	<-h.loaded
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.items)
	if r.N != nil {
		n = max(0, *r.N)
	}
	var found []wire.HistoryItem
	var err error
	switch r.AccessType {
	case wire.HistoryTail:
		found = h.tail(n)
	case wire.HistoryRange:
		found = h.lines(r.Session, r.Start, r.Stop)
	case wire.HistorySearch:
		found, err = h.search(r.Pattern, n, r.Unique)
	default:
		err = fmt.Errorf("history: hist_access_type %q: want %q, %q or %q", r.AccessType, wire.HistoryTail, wire.HistoryRange, wire.HistorySearch)
	}
	if err != nil {
		return nil, &wire.ContentError{Type: wire.TypeHistoryRequest, Err: err}
	}
	reply := &wire.HistoryReply{Outcome: wire.Done, History: make([]wire.HistoryItem, len(found))}
	for i, it := range found {
		if it.WithOutput = r.Output; !r.Output {
			it.Output = nil
		}
		reply.History[i] = it
	}
	return reply, nil
}
