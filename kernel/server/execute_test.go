package server_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lislab/lislab/kernel/server"
	"github.com/lislab/lislab/kernel/wire"
)

func TestCellPrintsAndHasResult(t *testing.T) {
	_, f := session(t)
	req := f.execute("print hello", "stderr careful", "print again", "result 42")
	f.begin(req, 1)
	f.stdout(req, "hello\n")
	if got := *iopub[*wire.Stream](f, req); got != (wire.Stream{Name: "stderr", Text: "careful\n"}) {
		t.Fatalf("stream is %+v, want careful on stderr", got)
	}
	f.stdout(req, "again\n") // order holds between streams
	r := iopub[*wire.ExecuteResult](f, req)
	if r.Data["text/plain"] != "42" || r.ExecutionCount != 1 || r.Metadata == nil || r.Transient != nil {
		t.Errorf("result is %+v, want 42 with count 1", r)
	}
	f.done(req, 1)
}

func TestFailedCellTellsOnce(t *testing.T) {
	_, f := session(t)
	req := f.execute("fail ZeroDivision by zero")
	f.begin(req, 1)
	if r := f.failed(req, "ZeroDivision"); r.ExecutionCount != 1 || r.EValue != "by zero" {
		t.Errorf("reply is %+v, want count 1 and the value", r)
	}
}

func TestEnginePanicFailsTheCell(t *testing.T) {
	_, f := session(t)
	req := f.execute("panic in the engine")
	f.begin(req, 1)
	if r := f.failed(req, "KernelError"); !strings.Contains(r.EValue, "in the engine") {
		t.Errorf("evalue is %q, want the panic's value", r.EValue)
	}
	req = f.execute("print alive")
	f.begin(req, 2)
	f.stdout(req, "alive\n")
	f.done(req, 2)
}

func TestSilentCellShowsNothingAndDoesNotCount(t *testing.T) {
	_, f := session(t)
	req := f.send(wire.Shell, &wire.ExecuteRequest{Code: "print x\nresult 1\ndisplay text/html x\nclear", Silent: true, StoreHistory: true})
	f.busy(req)
	f.done(req, 0)
	req = f.send(wire.Shell, &wire.ExecuteRequest{Code: "fail Quiet x", Silent: true})
	f.busy(req)
	if r := reply[*wire.ExecuteReply](f, wire.Shell, req); r.Status != wire.StatusError || r.EName != "Quiet" {
		t.Errorf("reply is %+v, want the error", r)
	}
	f.idle(req)
	if h := ask[*wire.HistoryReply](f, wire.Shell, &wire.HistoryRequest{AccessType: wire.HistoryTail}); len(h.History) != 0 {
		t.Errorf("history is %+v, want none: silent cells are not stored", h.History)
	}
}

func TestStoreHistoryFalseShowsAndDoesNotCount(t *testing.T) {
	k, f := session(t)
	req := f.execute("set x 1")
	f.begin(req, 1)
	f.done(req, 1)
	req = f.send(wire.Shell, &wire.ExecuteRequest{Code: "print shown", StoreHistory: false})
	f.begin(req, 1)
	f.stdout(req, "shown\n")
	f.done(req, 1)
	req = f.execute("set x 2")
	f.begin(req, 2)
	f.done(req, 2)
	h := ask[*wire.HistoryReply](f, wire.Shell, &wire.HistoryRequest{AccessType: wire.HistoryTail})
	if got := inputs(h); !slices.Equal(got, []string{"set x 1", "set x 2"}) {
		t.Errorf("history is %q, want the two that store", got)
	}
	var stored []bool
	for _, r := range k.engine.Requests() {
		stored = append(stored, r.StoreHistory)
	}
	if !slices.Equal(stored, []bool{true, false, true}) {
		t.Errorf("the engine was told %v", stored)
	}
}

func TestUserExpressions(t *testing.T) {
	_, f := session(t)
	req := f.send(wire.Shell, &wire.ExecuteRequest{Code: "set x seven", UserExpressions: map[string]string{"a": "x", "b": "y"}})
	f.begin(req, 0)
	r := f.done(req, 0)
	a, b := r.UserExpressions["a"], r.UserExpressions["b"]
	if a.Status != wire.StatusOK || a.Data["text/plain"] != "seven" {
		t.Errorf("a is %+v, want x's value", a)
	}
	if b.Status != wire.StatusError || b.EName != "NotSet" || b.EValue != "y" {
		t.Errorf("b is %+v, want its own error in a reply that is ok", b)
	}
}

func TestPayloads(t *testing.T) {
	_, f := session(t)
	req := f.execute("page a text", "next more")
	f.begin(req, 1)
	p := f.done(req, 1).Payload
	if len(p) != 2 || p[0].Source != "page" || p[0].Data["text/plain"] != "a text" || p[0].Start == nil || *p[0].Start != 0 {
		t.Errorf("payload is %+v, want a page", p)
	}
	if len(p) == 2 && (p[1].Source != "set_next_input" || p[1].Text != "more" || p[1].Replace == nil) {
		t.Errorf("payload is %+v, want a next input", p[1])
	}
}

func TestDisplays(t *testing.T) {
	_, f := session(t)
	req := f.execute("display image/svg+xml <svg/>", "show p 10 %", "update p 20 %", "clear wait", "clear")
	f.begin(req, 1)
	if d := iopub[*wire.DisplayData](f, req); d.Data["image/svg+xml"] != "<svg/>" || d.Data["text/plain"] == nil || d.Metadata == nil {
		t.Errorf("display is %+v", d)
	}
	if d := iopub[*wire.DisplayData](f, req); d.Transient.DisplayID != "p" || d.Data["text/plain"] != "10 %" {
		t.Errorf("display is %+v, want p at 10 %%", d)
	}
	if d := iopub[*wire.UpdateDisplayData](f, req); d.Transient.DisplayID != "p" || d.Data["text/plain"] != "20 %" {
		t.Errorf("update is %+v, want p at 20 %%", d)
	}
	if c := iopub[*wire.ClearOutput](f, req); !c.Wait {
		t.Error("the first clear waits")
	}
	if c := iopub[*wire.ClearOutput](f, req); c.Wait {
		t.Error("the second clear does not wait")
	}
	f.done(req, 1)
	// An update from a later cell still names the display.
	req = f.execute("update p done")
	f.begin(req, 2)
	if d := iopub[*wire.UpdateDisplayData](f, req); d.Transient.DisplayID != "p" {
		t.Errorf("update is %+v, want p's", d)
	}
	f.done(req, 2)
}

func TestDisplayThatJSONCannotHold(t *testing.T) {
	_, f := session(t)
	req := f.execute("nan", "print on")
	f.begin(req, 1)
	if s := iopub[*wire.Stream](f, req); s.Name != "stderr" || !strings.Contains(s.Text, "not shown") || !strings.Contains(s.Text, "NaN") {
		t.Errorf("stream is %+v, want a word about NaN", s)
	}
	f.stdout(req, "on\n")
	f.done(req, 1)
}

func TestErrorStopsTheQueue(t *testing.T) {
	_, f := session(t)
	bad := f.execute("sleep 50ms", "fail Bad x")
	second, third := f.execute("print 2"), f.execute("print 3")
	f.begin(bad, 1)
	f.failed(bad, "Bad")
	f.aborted(second)
	f.aborted(third)
	// What is sent after the failure was told runs, and has the next number.
	after := f.execute("print 4")
	f.begin(after, 2)
	f.stdout(after, "4\n")
	f.done(after, 2)
}

func TestErrorStopsCellsInTransit(t *testing.T) {
	_, f := session(t)
	late := f.session.Message(nil, &wire.ExecuteRequest{Code: "print late", StoreHistory: true, StopOnError: true})
	bad := f.execute("fail Bad x")
	f.begin(bad, 1)
	f.failed(bad, "Bad")
	f.sendMessage(wire.Shell, late) // made before the failure, here after it
	f.aborted(late)
}

func TestErrorWithoutStopOnErrorLeavesTheQueue(t *testing.T) {
	_, f := session(t)
	bad := f.send(wire.Shell, &wire.ExecuteRequest{Code: "sleep 50ms\nfail Bad x", StoreHistory: true})
	next := f.execute("print 2")
	f.begin(bad, 1)
	f.failed(bad, "Bad")
	f.begin(next, 2)
	f.stdout(next, "2\n")
	f.done(next, 2)
}

func TestUpcomingCellsAreAnnounced(t *testing.T) {
	k, f := session(t)
	reqs := []*wire.Message{f.execute("sleep 100ms"), f.execute("print 2"), f.execute("print 3")}
	f.begin(reqs[0], 1)
	f.done(reqs[0], 1)
	for i, req := range reqs[1:] {
		f.begin(req, i+2)
		f.stdout(req, fmt.Sprintf("%d\n", i+2))
		f.done(req, i+2)
	}
	var seen bool
	for _, code := range k.engine.Announced() {
		seen = seen || slices.Equal(code, []string{"print 2", "print 3"})
	}
	if !seen {
		t.Errorf("the engine was told %q, never both waiting cells in order", k.engine.Announced())
	}
}

func TestManyLinesAreFewMessages(t *testing.T) {
	_, f := session(t)
	req := f.execute("lines 10000")
	f.begin(req, 1)
	var got strings.Builder
	messages := 0
	for !strings.HasSuffix(got.String(), "line 9999\n") {
		got.WriteString(iopub[*wire.Stream](f, req).Text)
		messages++
	}
	f.done(req, 1)
	if lines := strings.Count(got.String(), "\n"); lines != 10000 || messages > 50 {
		t.Errorf("%d lines came in %d messages, want 10000 in at most 50", lines, messages)
	}
}

func TestTextAppearsWhileTheCellRuns(t *testing.T) {
	_, f := session(t)
	req := f.execute("print first", "sleep 1h")
	f.begin(req, 1)
	f.stdout(req, "first\n")
	ask[*wire.InterruptReply](f, wire.Control, &wire.InterruptRequest{})
	f.failed(req, "Interrupt")
}

func TestInvalidUTF8IsMadeValid(t *testing.T) {
	_, f := session(t)
	// A rune cut in two arrives whole; what is no rune at all is replaced.
	req := f.execute("raw e282", "raw ac0a", "raw ff61", "raw c3")
	f.begin(req, 1)
	f.stdout(req, "€\n\ufffda\ufffd")
	f.done(req, 1)
}

func TestOutputPastTheCap(t *testing.T) {
	dir := t.TempDir()
	_, f := sessionWith(t, server.Options{OutputCap: 1000, OverflowDir: dir})
	req := f.execute("bytes 5000", "print more", "result still shown")
	f.begin(req, 1)
	f.stdout(req, strings.Repeat(strings.Repeat("x", 79)+"\n", 12)+strings.Repeat("x", 40))
	note := iopub[*wire.Stream](f, req)
	if note.Name != "stderr" || !strings.Contains(note.Text, "1000 bytes") || !strings.Contains(note.Text, dir) {
		t.Fatalf("note is %+v, want it to name the cap and the file", note)
	}
	iopub[*wire.ExecuteResult](f, req)
	f.done(req, 1)
	_, path, _ := strings.Cut(strings.TrimRight(strings.TrimSpace(note.Text), "]"), "rest is in ")
	if rest := readFile(t, path); len(rest) != 4000+len("more\n") || !strings.HasSuffix(rest, "xmore\n") {
		t.Errorf("the file has %d bytes, want the 4005 past the cap", len(rest))
	}
}

// TestHundredMegabytes prints more than a front end could hold: it is shown up to
// the usual cap, the rest is in a file, and the session goes on.
func TestHundredMegabytes(t *testing.T) {
	const size = 100_000_000
	_, f := sessionWith(t, server.Options{OverflowDir: t.TempDir()})
	req := f.execute(fmt.Sprintf("bytes %d", size))
	f.begin(req, 1)
	shown, messages := 0, 0
	var note string
	for note == "" {
		m := iopub[*wire.Stream](f, req)
		if messages++; m.Name == "stderr" {
			note = m.Text
		} else {
			shown += len(m.Text)
		}
	}
	f.done(req, 1)
	_, path, _ := strings.Cut(strings.TrimRight(strings.TrimSpace(note), "]"), "rest is in ")
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if shown == 0 || shown > size/5 || int64(shown)+st.Size() != size {
		t.Errorf("%d bytes shown in %d messages, %d in the file", shown, messages, st.Size())
	}
	next := f.execute("print still here")
	f.begin(next, 2)
	f.stdout(next, "still here\n")
	f.done(next, 2)
}

func TestLateOutputGoesToItsCell(t *testing.T) {
	_, f := session(t)
	first := f.execute("later 100ms from the first")
	f.begin(first, 1)
	f.done(first, 1)
	second := f.execute("sleep 300ms")
	f.begin(second, 2)
	f.stdout(first, "from the first\n")
	f.done(second, 2)
}

func TestCellIDReachesTheEngine(t *testing.T) {
	k, f := session(t)
	m := f.session.Message(nil, &wire.ExecuteRequest{Code: "print x"})
	m.Metadata = wire.Metadata{"cellId": "abc", "deletedCells": []any{}}
	f.sendMessage(wire.Shell, m)
	f.begin(m, 0)
	f.stdout(m, "x\n")
	f.done(m, 0)
	if got := k.engine.Requests()[0].CellID; got != "abc" {
		t.Errorf("the engine was told cell %q, want abc", got)
	}
}

func inputs(h *wire.HistoryReply) []string {
	var in []string
	for _, it := range h.History {
		in = append(in, it.Input)
	}
	return in
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
