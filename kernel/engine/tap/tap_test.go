package tap

import (
	"os"
	"strings"
	"sync"
	"testing"
)

// pipe makes a tap that shows into a string.
func pipe(t *testing.T) (w *os.File, s *Tap, shown func() string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	var mu sync.Mutex
	var b strings.Builder
	s, err = New(r, func(text string) {
		mu.Lock()
		defer mu.Unlock()
		b.WriteString(text)
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, s, func() string {
		mu.Lock()
		defer mu.Unlock()
		return b.String()
	}
}

func write(t *testing.T, f *os.File, text string) {
	t.Helper()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func TestDrainShowsWhatWasWritten(t *testing.T) {
	w, s, shown := pipe(t)
	go s.Loop()
	for i := range 200 {
		text := strings.Repeat("x", i*7) + "\n"
		before := shown()
		write(t, w, text)
		s.Drain()
		if got := shown(); got != before+text {
			t.Fatalf("write %d: %d bytes shown, want %d", i, len(got), len(before)+len(text))
		}
	}
}

func TestTapJoinsCodePoints(t *testing.T) {
	w, s, shown := pipe(t)
	for _, part := range []string{"a\xe4", "\xb8", "\x96b\xf0\x9f", "\x98\x80", "\xff", "c\xe4\xb8"} {
		write(t, w, part)
		s.Drain()
	}
	if got := shown(); got != "a世b😀\ufffdc" {
		t.Errorf("shown %q", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s.Loop()
	if got := shown(); got != "a世b😀\ufffdc\ufffd" {
		t.Errorf("at the end shown %q", got)
	}
}
