package display

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func texts(es []event) []string {
	var s []string
	for _, e := range es {
		s = append(s, e.what+" "+e.text)
	}
	return s
}

func bar(full int) string {
	return "[" + strings.Repeat("█", full) + strings.Repeat("░", textCells-full) + "]"
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		p := NewProgress(10, "days")
		time.Sleep(time.Second)
		p.Set(1) // drawn
		p.Set(2) // held back …
		p.Add(1)
		time.Sleep(redrawEvery) // … and drawn here
		synctest.Wait()
		time.Sleep(time.Second)
		p.Set(10)
		p.Done()
		p.Set(3) // ignored
		es := r.take()
		want := []string{
			"display days " + bar(0) + " 0 of 10",
			"update days " + bar(3) + " 1 of 10, 9 s left",
			"update days " + bar(9) + " 3 of 10, 3 s left",
			"update days " + bar(30) + " 10 of 10",
			"update days " + bar(30) + " 10 of 10, done",
		}
		if d := cmp.Diff(want, texts(es)); d != "" {
			t.Errorf("-want +got\n%s", d)
		}
		for _, e := range es[1:] {
			if e.bundle.DisplayID == "" || e.bundle.DisplayID != es[0].bundle.DisplayID {
				t.Error("a bar has one display")
			}
		}
		if html := es[4].bundle.Data[MIMEHTML].(string); !strings.Contains(html, `aria-valuenow="100"`) || !strings.Contains(html, "--jp-success-color1") {
			t.Errorf("got %s", html)
		}
	})
}

func TestProgressManyChangesFewMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		for range Range(10_000, "") {
			time.Sleep(100 * time.Microsecond) // one second in all
		}
		if n := len(r.take()); n < 8 || n > 13 {
			t.Errorf("%d messages in a second", n)
		}
	})
}

func TestProgressTurnsRedWithItsCell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine, other := &recorder{}, &recorder{}
		restore := SetSink(mine)
		p := NewProgress(4, "<a>")
		NewProgress(1, "finished").Done()
		SetSink(other)
		NewProgress(4, "of another cell")
		restore()
		time.Sleep(time.Second)
		p.Set(1)
		mine.take()
		other.take()
		CellEnded(mine, true)
		p.Set(2)
		time.Sleep(time.Second)
		es := mine.take()
		if d := cmp.Diff([]string{"update <a> " + bar(7) + " 1 of 4, failed"}, texts(es)); d != "" {
			t.Fatal(d)
		}
		html := es[0].bundle.Data[MIMEHTML].(string)
		if !strings.Contains(html, "--jp-error-color1") || !strings.Contains(html, "&lt;a&gt;") {
			t.Errorf("got %s", html)
		}
		if len(other.take()) != 0 {
			t.Error("another cell's bar changed")
		}
		CellEnded(other, false)
		if len(other.take()) != 0 {
			t.Error("a bar of a cell that ended well stays as it is")
		}
		defer SetSink(other)()
		q := NewProgress(0, "steps")
		q.Set(7)
		other.take()
		CellEnded(other, false)
		if d := cmp.Diff([]string{"update steps 7"}, texts(other.take())); d != "" {
			t.Errorf("a change just before the end of its cell: %s", d)
		}
	})
}

func TestProgressOfUnknownLengthAndStopped(t *testing.T) {
	r := record(t)
	p := NewProgress(0, "rows")
	p.Set(7)
	p.Done()
	q := NewProgress(0, "")
	q.Update(1, 3, "named later")
	q.Done()
	for i := range Range(5, "broken off") {
		if i == 2 {
			break
		}
	}
	NewProgress(0, "").Update(3, 3, "ends by itself")
	got := texts(r.take())
	want := []string{
		"display rows 0", "update rows 7, done",
		"display 0", "update named later " + bar(10) + " 1 of 3, stopped",
		"display broken off " + bar(0) + " 0 of 5", "update broken off " + bar(12) + " 2 of 5, stopped",
		"display 0", "update ends by itself " + bar(30) + " 3 of 3, done",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestProgressWithoutSink(t *testing.T) {
	var out bytes.Buffer
	progressText = &out
	t.Cleanup(func() { progressText = os.Stderr })
	for range Range(100, "") {
		continue
	}
	if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); len(lines) != 10 || lines[9] != bar(30)+" 100 of 100, done" {
		t.Errorf("got\n%s", out.String())
	}
}

func TestInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Millisecond: "1 s", 42 * time.Second: "42 s", 90 * time.Second: "2 min",
		65 * time.Minute: "1 h 5 min", 72 * time.Hour: "3 days",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}
