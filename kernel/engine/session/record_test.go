package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/worker"
)

// TestMain makes this test binary its own worker.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		worker.Main(withWidgets)
	}
	os.Exit(m.Run())
}

// record keeps what a cell showed, as lines.
type record struct {
	mu    sync.Mutex
	lines []string
	html  string // of the result
	reply string // what Input answers
	mute  bool   // Input waits in vain
}

func (r *record) add(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

// Stream joins what goes to one stream without a break.
func (r *record) Stream(name, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.lines); n > 0 && strings.HasPrefix(r.lines[n-1], name+": ") {
		r.lines[n-1] += text
		return
	}
	r.lines = append(r.lines, name+": "+text)
}
func (r *record) Result(b engine.Bundle) {
	r.add("result: %v", b.Data["text/plain"])
	r.mu.Lock()
	defer r.mu.Unlock()
	if h, ok := b.Data["text/html"].(string); ok {
		r.html = h
	}
}
func (r *record) Display(b engine.Bundle, update bool) {
	r.add("display: %v %v", b.Data["text/plain"], update)
}
func (r *record) Clear(wait bool)           { r.add("clear: %v", wait) }
func (r *record) Comm(m engine.CommMessage) { r.add("comm: %s %s", m.Kind, m.ID) }
func (r *record) Input(ctx context.Context, prompt string, _ bool) (string, error) {
	if r.mute {
		<-ctx.Done()
		return "", ctx.Err()
	}
	if r.reply == "" {
		return "", errors.New("nobody there")
	}
	return r.reply, nil
}

// all are the lines, and the result's HTML as one more.
func (r *record) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.html == "" {
		return r.lines
	}
	return append(r.lines, "html: "+r.html)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "|")
}

// notebook runs cells one after the other.
type notebook struct {
	t     *testing.T
	s     *Session
	count int
}

func open(t *testing.T) *notebook {
	t.Helper()
	s, err := New(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &notebook{t: t, s: s}
}

// runIn runs one cell under ctx.
func (n *notebook) runIn(ctx context.Context, code string) (string, *engine.CellError) {
	out, err := n.recorded(ctx, code)
	return out.String(), err
}

// lines runs one cell and gives what it showed, one string for each output.
func (n *notebook) lines(code string) ([]string, *engine.CellError) {
	out, err := n.recorded(context.Background(), code)
	out.mu.Lock()
	defer out.mu.Unlock()
	return out.lines, err
}

func (n *notebook) recorded(ctx context.Context, code string) (*record, *engine.CellError) {
	n.count++
	out := &record{}
	reply := n.s.Execute(ctx, engine.Request{Code: code, Count: n.count, StoreHistory: true}, out)
	if (reply.Status == engine.Error) != (reply.Err != nil) {
		n.t.Fatalf("%s: status %s with error %v", code, reply.Status, reply.Err)
	}
	return out, reply.Err
}

// ok runs a cell that has to end well, and gives what it showed.
func (n *notebook) ok(code string) string {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	out, err := n.runIn(ctx, code)
	if err != nil {
		n.t.Fatalf("%s\nfailed: %v\n%s\nshown: %s", code, err, strings.Join(err.Traceback, "\n"), out)
	}
	return out
}

// fails runs a cell that has to fail as name.
func (n *notebook) fails(code, name string) *engine.CellError {
	n.t.Helper()
	out, err := n.runIn(context.Background(), code)
	if err == nil {
		n.t.Fatalf("%s\nended well, want %s\nshown: %s", code, name, out)
	}
	if err.Name != name {
		n.t.Fatalf("%s\nfailed with %v, want %s\n%s", code, err, name, strings.Join(err.Traceback, "\n"))
	}
	return err
}

// interrupted runs a cell and interrupts it after d; it has to end within a
// second of that.
func (n *notebook) interrupted(code string, d time.Duration) *engine.CellError {
	n.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(d, cancel)
	begin := time.Now()
	out, err := n.runIn(ctx, code)
	if err == nil || err.Name != "Interrupt" {
		n.t.Fatalf("%s\nended with %v, want Interrupt\nshown: %s", code, err, out)
	}
	if took := time.Since(begin) - d; took > time.Second {
		n.t.Errorf("%s\nended %s after the interrupt", code, took)
	}
	return err
}

// stopped runs a cell, interrupts it once it runs, and checks that it has ended
// within a second of that.
func (n *notebook) stopped(code string) *engine.CellError {
	n.t.Helper()
	if rest, ok := strings.CutPrefix(code, "%%bash\n"); ok {
		code = "%%bash\necho ready\n" + rest
	} else {
		code = "fmt.Println(\"ready\")\n" + code
	}
	n.count++
	out, ended := &record{}, make(chan engine.Reply, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	go func() { ended <- n.s.Execute(ctx, engine.Request{Code: code, Count: n.count, StoreHistory: true}, out) }()
	for !strings.Contains(out.String(), "ready") {
		select {
		case reply := <-ended:
			n.t.Fatalf("%s\nended with %+v before it ran\nshown: %s", code, reply.Err, out)
		case <-time.After(10 * time.Millisecond):
		}
	}
	time.Sleep(100 * time.Millisecond)
	begin := time.Now()
	cancel()
	err := (<-ended).Err
	if err == nil || err.Name != "Interrupt" {
		n.t.Fatalf("%s\nended with %v, want Interrupt\nshown: %s", code, err, out)
	}
	if took := time.Since(begin); took > time.Second {
		n.t.Errorf("%s\nended %s after the interrupt", code, took)
	}
	if got := out.String(); got != "stdout: ready\n" {
		n.t.Errorf("%s\nshowed %q", code, got)
	}
	return err
}

func (n *notebook) shows(code, want string) {
	n.t.Helper()
	if got := n.ok(code); got != want {
		n.t.Errorf("%s\nshowed %q\n  want %q", code, got, want)
	}
}
