package session

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// pipe makes a stream that shows into a string.
func pipe(t *testing.T) (w *os.File, s *stream, shown func() string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	var mu sync.Mutex
	var b strings.Builder
	s, err = newStream(r, func(text string) {
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
	go s.loop()
	for i := range 200 {
		text := strings.Repeat("x", i*7) + "\n"
		before := shown()
		write(t, w, text)
		s.drain()
		if got := shown(); got != before+text {
			t.Fatalf("write %d: %d bytes shown, want %d", i, len(got), len(before)+len(text))
		}
	}
}

func TestStreamJoinsCodePoints(t *testing.T) {
	w, s, shown := pipe(t)
	for _, part := range []string{"a\xe4", "\xb8", "\x96b\xf0\x9f", "\x98\x80", "\xff", "c\xe4\xb8"} {
		write(t, w, part)
		s.drain()
	}
	if got := shown(); got != "a世b😀\ufffdc" {
		t.Errorf("shown %q", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s.loop()
	if got := shown(); got != "a世b😀\ufffdc\ufffd" {
		t.Errorf("at the end shown %q", got)
	}
}

func TestHold(t *testing.T) {
	var mu sync.Mutex
	var shown string
	h := newHold(func(s string) { mu.Lock(); shown += s; mu.Unlock() })
	get := func() string { mu.Lock(); defer mu.Unlock(); return shown }
	h.add("fine\nfatal error: concurrent map writes\n\ngoroutine 1")
	h.add(" [running]\n")
	if got := get(); got != "fine\n" {
		t.Errorf("shown %q at once", got)
	}
	if got := h.take(); got != "fatal error: concurrent map writes\n\ngoroutine 1 [running]\n" {
		t.Errorf("kept %q", got)
	}
	h.release()
	if got := get(); got != "fine\n" {
		t.Errorf("shown %q after a crash", got)
	}
	h.add("panic: only printed\n")
	for end := time.Now().Add(5 * time.Second); get() != "fine\npanic: only printed\n" && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if got := get(); got != "fine\npanic: only printed\n" {
		t.Errorf("shown %q where nothing crashed", got)
	}
}

func TestUserFrames(t *testing.T) {
	stack := `goroutine 7 [running]:
runtime/debug.Stack()
	/usr/local/go/src/runtime/debug/stack.go:26 +0x5e
main.deeper(...)
	cell_0123:7
lislab.cell/abc.outer({0x1, 0x2})
	/tmp/x/cell_0123:12 +0x25
main.run()
	/x/cell.go:3 +0x1
created by main.main in goroutine 1
	/x/worker.go:3 +0x1`
	got := strings.Join(userFrames(stack), "|")
	if got != "\tcell_0123:7 in main.deeper|\tcell_0123:12 in lislab.cell/abc.outer" {
		t.Errorf("%q", got)
	}
}
