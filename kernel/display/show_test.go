package display

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShownInOrder(t *testing.T) {
	r := record(t)
	Show(1, card{"x"})
	HTML("<b>")
	ShowAs("a", "first")
	Clear(true)
	Update("a", "second")
	LaTeX("x^2")
	var got []string
	for _, e := range r.take() {
		s := e.what + " " + e.text
		if e.bundle.DisplayID != "" {
			s += " as " + e.bundle.DisplayID
		}
		got = append(got, s)
	}
	want := []string{"display 1", "display display.card{…}", "display <text/html>", "display first as a", "clear ", "update second as a", "display $$x^2$$"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestNewIDsDiffer(t *testing.T) {
	if a, b := NewID(), NewID(); a == b {
		t.Error("two displays would share a name")
	}
}

func TestWithoutSinkTextGoesToStandardOutput(t *testing.T) {
	var out bytes.Buffer
	fallback = &out
	t.Cleanup(func() { fallback = nil })
	Show(5)
	Clear(false)
	Markdown("*m*")
	if out.String() != "5\n*m*\n" {
		t.Errorf("got %q", out.String())
	}
	if _, err := Input("? "); err != ErrNoInput {
		t.Errorf("got %v", err)
	}
}

func TestSinkIsAskedAtEachCall(t *testing.T) {
	a, b := &recorder{}, &recorder{}
	now := a
	defer Install(func() Sink { return now })()
	Show(1)
	now = b
	Show(2)
	if len(a.take()) != 1 || len(b.take()) != 1 {
		t.Error("each call belongs to the sink of its moment")
	}
}

func TestInput(t *testing.T) {
	r := record(t)
	r.answer = "Ada"
	name, err := Input("name? ")
	if name != "Ada" || err != nil {
		t.Errorf("got %q, %v", name, err)
	}
	if _, err := Password("secret: "); err != nil {
		t.Error(err)
	}
	want := []event{{what: "input", text: "name? "}, {what: "input", text: "secret: ", wait: true}}
	if d := cmp.Diff(want, r.take(), cmp.AllowUnexported(event{})); d != "" {
		t.Error(d)
	}
}

func TestRedirect(t *testing.T) {
	cell := record(t)
	inner, innermost := &recorder{}, &recorder{}
	Redirect(inner, func() {
		Show(1)
		Redirect(innermost, func() { Show(2) })
		done := make(chan bool)
		go func() { Show("of another goroutine"); close(done) }()
		<-done
		Show(3)
	})
	Show(4)
	for i, want := range [][]string{
		{"display of another goroutine", "display 4"}, {"display 1", "display 3"}, {"display 2"},
	} {
		if d := cmp.Diff(want, texts([]*recorder{cell, inner, innermost}[i].take())); d != "" {
			t.Errorf("sink %d: -want +got\n%s", i, d)
		}
	}
	Isolate = func(s Sink, f func()) bool { defer SetSink(s)(); f(); return true }
	t.Cleanup(func() { Isolate = nil })
	Redirect(inner, func() { Show(5) })
	if got := texts(inner.take()); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}
