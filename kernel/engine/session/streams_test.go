package session

import (
	"strings"
	"sync"
	"testing"
	"time"
)

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
