package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lislab/lislab/kernel/server"
	"github.com/lislab/lislab/kernel/wire"
)

// past asks for history and shows each item as session/line input => output.
func past(f *frontend, r wire.HistoryRequest) []string {
	f.t.Helper()
	h := ask[*wire.HistoryReply](f, wire.Shell, &r)
	if h.Status != wire.StatusOK || h.History == nil {
		f.t.Errorf("history gave %+v", h)
	}
	var items []string
	for _, it := range h.History {
		s := fmt.Sprintf("%d/%d %s", it.Session, it.Line, it.Input)
		if it.Output != nil {
			s += " => " + *it.Output
		}
		items = append(items, s)
	}
	return items
}

// typed runs cells that show nothing but results.
func typed(f *frontend, code ...string) { typedFrom(f, 1, code...) }

// typedFrom runs them where the first has the number first.
func typedFrom(f *frontend, first int, code ...string) {
	f.t.Helper()
	for i, c := range code {
		req := f.execute(c)
		f.begin(req, first+i)
		if strings.HasPrefix(c, "result") {
			iopub[*wire.ExecuteResult](f, req)
		}
		f.done(req, first+i)
	}
}

func wantHistory(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: history is %q, want %q", what, got, want)
	}
}

func number(n int) *int { return &n }

// later runs f in a session of its own on the history in file.
func later(t *testing.T, file, name string, test func(t *testing.T, f *frontend)) {
	t.Run(name, func(t *testing.T) {
		_, f := sessionWith(t, server.Options{HistoryFile: file})
		test(t, f)
	})
}

func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deep", "history.jsonl")
	later(t, file, "first", func(t *testing.T, f *frontend) {
		wantHistory(t, "nothing yet", past(f, wire.HistoryRequest{AccessType: wire.HistoryTail, N: number(10)}))
		typed(f, "set a 1", "result 2", "set b é[1]\n")
	})
	later(t, file, "second", func(t *testing.T, f *frontend) {
		typed(f, "set a 1", "result 7")
		all := []string{"1/1 set a 1", "1/2 result 2", "1/3 set b é[1]\n", "2/1 set a 1", "2/2 result 7"}
		for _, test := range []struct {
			what string
			r    wire.HistoryRequest
			want []string
		}{
			{"tail", wire.HistoryRequest{AccessType: wire.HistoryTail, N: number(2)}, all[3:]},
			{"tail with outputs", wire.HistoryRequest{AccessType: wire.HistoryTail, N: number(4), Output: true}, []string{"1/2 result 2 => 2", all[2], all[3], "2/2 result 7 => 7"}},
			{"tail of more than there is", wire.HistoryRequest{AccessType: wire.HistoryTail, N: number(99), Raw: true}, all},
			{"tail without n", wire.HistoryRequest{AccessType: wire.HistoryTail}, all},
			{"tail of nothing", wire.HistoryRequest{AccessType: wire.HistoryTail, N: number(0)}, nil},
			{"this session by 0", wire.HistoryRequest{AccessType: wire.HistoryRange, Session: 0, Start: 1, Stop: number(3)}, all[3:]},
			{"this session by number", wire.HistoryRequest{AccessType: wire.HistoryRange, Session: 2, Start: 1, Stop: number(2)}, all[3:4]},
			{"the session before", wire.HistoryRequest{AccessType: wire.HistoryRange, Session: -1, Start: 2}, all[1:3]},
			{"the last line", wire.HistoryRequest{AccessType: wire.HistoryRange, Session: -1, Start: -1}, all[2:3]},
			{"no such session", wire.HistoryRequest{AccessType: wire.HistoryRange, Session: 9, Start: 1}, nil},
			{"stop is not in it", wire.HistoryRequest{AccessType: wire.HistoryRange, Start: 1, Stop: number(1)}, nil},
			{"search", wire.HistoryRequest{AccessType: wire.HistorySearch, Pattern: "set*"}, []string{all[0], all[2], all[3]}},
			{"search the last", wire.HistoryRequest{AccessType: wire.HistorySearch, Pattern: "set*", N: number(1)}, all[3:4]},
			{"search unique", wire.HistoryRequest{AccessType: wire.HistorySearch, Pattern: "set*", Unique: true}, []string{all[2], all[3]}},
			{"search any character", wire.HistoryRequest{AccessType: wire.HistorySearch, Pattern: "result ?"}, []string{all[1], all[4]}},
			{"search a set", wire.HistoryRequest{AccessType: wire.HistorySearch, Pattern: "*[0-37]"}, []string{all[0], all[1], all[3], all[4]}},
			{"search all but a set", wire.HistoryRequest{AccessType: wire.HistorySearch, Pattern: "result [!2]"}, all[4:]},
			{"search a bracket", wire.HistoryRequest{AccessType: wire.HistorySearch, Pattern: "*é[*"}, all[2:3]},
			{"search the whole", wire.HistoryRequest{AccessType: wire.HistorySearch, Pattern: "set"}, nil},
			{"search anything", wire.HistoryRequest{AccessType: wire.HistorySearch}, all},
		} {
			wantHistory(t, test.what, past(f, test.r), test.want...)
		}
		req := f.send(wire.Shell, &wire.HistoryRequest{AccessType: "dig"})
		f.busy(req)
		if r := reply[*wire.HistoryReply](f, wire.Shell, req); r.Status != wire.StatusError || r.EName != "BadRequest" {
			t.Errorf("hist_access_type dig gave %+v", r)
		}
		f.idle(req)
	})
}

func TestHistoryFileTornAnywhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	later(t, file, "whole", func(t *testing.T, f *frontend) { typed(f, "result 1", "result 2") })
	whole := readFile(t, file)
	before := map[bool]string{true: "1/1 result 1", false: ""}
	for cut := 0; cut < len(whole); cut += 7 {
		if err := os.WriteFile(file, []byte(whole[:cut]), 0o600); err != nil {
			t.Fatal(err)
		}
		later(t, file, fmt.Sprint("cut at ", cut), func(t *testing.T, f *frontend) {
			typed(f, "result 3")
			got := past(f, wire.HistoryRequest{AccessType: wire.HistoryTail})
			if last := got[len(got)-1]; !strings.HasSuffix(last, "/1 result 3") {
				t.Errorf("the last input is %q", last)
			}
			first := strings.Contains(whole[:cut], "result 1\"}")
			if len(got) > 1 != first || first && got[0] != before[true] {
				t.Errorf("history is %q after a cut that leaves %q", got, whole[:cut])
			}
		})
		// What was written after the tear is read again.
		later(t, file, fmt.Sprint("after ", cut), func(t *testing.T, f *frontend) {
			got := past(f, wire.HistoryRequest{AccessType: wire.HistoryTail})
			if len(got) == 0 || !strings.HasSuffix(got[len(got)-1], "/1 result 3") {
				t.Errorf("history is %q", got)
			}
		})
	}
}

func TestHistoryIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	var b strings.Builder
	const lines = 12000
	for i := range lines {
		fmt.Fprintf(&b, `{"session":3,"line":%d,"input":"x %d"}`+"\n", i+1, i)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	later(t, file, "compacts", func(t *testing.T, f *frontend) {
		got := past(f, wire.HistoryRequest{AccessType: wire.HistoryTail})
		if len(got) != 5000 || got[4999] != fmt.Sprintf("3/%d x %d", lines, lines-1) {
			t.Errorf("%d inputs are left, want the newest 5000", len(got))
		}
		typed(f, "set a 1")
	})
	if n := strings.Count(readFile(t, file), "\n"); n != 5002 {
		t.Errorf("the file has %d lines, want 5000 inputs, the session's start and its input", n)
	}
	if !strings.Contains(readFile(t, file), `{"session":4,"line":1,"input":"set a 1"}`) {
		t.Error("the session after 3 is not 4")
	}
}

// TestHistoryWithoutAPlace runs where the file cannot be made.
func TestHistoryWithoutAPlace(t *testing.T) {
	later(t, "/dev/null/history.jsonl", "nowhere", func(t *testing.T, f *frontend) {
		typed(f, "set a 1")
		wantHistory(t, "in memory", past(f, wire.HistoryRequest{AccessType: wire.HistoryTail}), "1/1 set a 1")
	})
}

// TestTwoKernelsShareTheHistory: each has a session of its own and neither
// overwrites what the other wrote.
func TestTwoKernelsShareTheHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	later(t, file, "both", func(t *testing.T, a *frontend) {
		typed(a, "set a 1")
		_, b := sessionWith(t, server.Options{HistoryFile: file})
		typed(b, "set b 1")
		typedFrom(a, 2, "set a 2")
	})
	later(t, file, "after", func(t *testing.T, f *frontend) {
		wantHistory(t, "both sessions", past(f, wire.HistoryRequest{AccessType: wire.HistoryTail}), "1/1 set a 1", "2/1 set b 1", "1/2 set a 2")
	})
}
