package session

import (
	"slices"
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
	want := []frame{{"cell_0123", 7, "main.deeper", 1}, {"cell_0123", 12, "lislab.cell/abc.outer", 1}}
	if got := userFrames(stack); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	recursion := "goroutine 7 [running]:\nmain.rec(0x2)\n\tcell_0123:2 +0x1\nmain.rec(0x1)\n\tcell_0123:2 +0x1\n...97 frames elided...\nmain.rec(0x0)\n\tcell_0123:2 +0x1\nmain.cell()\n\tcell_0456:1 +0x1"
	want = []frame{{"cell_0123", 2, "main.rec", 100}, {"cell_0456", 1, "main.cell", 1}}
	if got := userFrames(recursion); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestFunctionText(t *testing.T) {
	for function, want := range map[string]string{
		"main.cell": "", "main.f": " in f", "main.(*T).M": " in (*T).M", "main.f[...]": " in f[...]",
		"main.cell.func1": " in a function literal", "main.cell.func1.2": " in a function literal",
		"main.f.func2.1": " in a function literal of f", "main.f.gowrap1": " in a function literal of f",
	} {
		if got := functionText(function); got != want {
			t.Errorf("%s: %q, want %q", function, got, want)
		}
	}
}

func TestCalledIn(t *testing.T) {
	stack := `goroutine 10 [running]:
internal/sync.fatal({0x562f3eef25fe?, 0x0?})
	$GOROOT/src/runtime/panic.go:1191 +0x18
sync.(*Mutex).Unlock(...)
	$GOROOT/src/sync/mutex.go:65 +0x25
reflect.Value.call({0x562f40f34880?, 0x6a25999c98?, 0x1?}, {0x562f3eeaa4a8, 0x4}, {0x0, 0x0, 0x6a25999c98?})
	$GOROOT/src/reflect/value.go:586 +0xf10
main.later(0x1)
	x.go:1 +0x1`
	if got := strings.Join(calledIn(stack), "|"); got != "  in sync.(*Mutex).Unlock" {
		t.Errorf("%q", got)
	}
}
