package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/cells"
)

// watched is a compiler that tells what it builds, once it is built.
type watched struct {
	Compiler
	mu    sync.Mutex
	built []*cells.Package
	more  chan struct{}
}

func (w *watched) Build(ctx context.Context, p *cells.Package) ([]string, error) {
	plugins, err := w.Compiler.Build(ctx, p)
	w.mu.Lock()
	w.built = append(w.built, p)
	w.mu.Unlock()
	w.more <- struct{}{}
	return plugins, err
}

// holding are the packages built so far whose source holds text.
func (w *watched) holding(text string) (paths []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.built {
		if strings.Contains(string(p.Source), text) {
			paths = append(paths, p.Path)
		}
	}
	return paths
}

// await waits until something is built whose source holds text.
func (w *watched) await(text string) []string {
	for len(w.holding(text)) == 0 {
		<-w.more
	}
	return w.holding(text)
}

// openWatched starts a notebook whose builds are watched.
func openWatched(t *testing.T) (*notebook, *watched) {
	w := &watched{more: make(chan struct{}, 1000)}
	n := openCompiled(t, func(o *Options) {
		open := o.Compiler
		o.Compiler = func(ctx context.Context, progress func(string)) (Compiler, error) {
			c, err := open(ctx, progress)
			w.Compiler = c
			return w, err
		}
	})
	return n, w
}

// began tells when a cell first shows something.
type began struct {
	record
	once sync.Once
	at   chan struct{}
}

func (b *began) Stream(name, text string) {
	b.record.Stream(name, text)
	b.once.Do(func() { close(b.at) })
}

// holds runs a cell that goes on until release is called, and then does last.
func holds(t *testing.T, n *notebook, last string) (release func() engine.Reply) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "go")
	out := &began{at: make(chan struct{})}
	replies := make(chan engine.Reply, 1)
	n.count++
	code := fmt.Sprintf("import (\"os\"; \"time\")\nprintln(\"on\")\nfor {\n\tif _, err := os.Stat(%q); err == nil { break }\n\ttime.Sleep(time.Millisecond)\n}\n%s", file, last)
	go func() { replies <- n.s.Execute(context.Background(), engine.Request{Code: code, Count: n.count}, out) }()
	<-out.at
	return func() engine.Reply {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return <-replies
	}
}

// TestQueuedCellsAreBuiltAhead lets a cell end only when those queued behind it
// are built: they then run from these builds.
func TestQueuedCellsAreBuiltAhead(t *testing.T) {
	n, w := openWatched(t)
	n.ok("sum := 0")
	queued := []string{"func ahead(i int) int { return 31 * i }", "for i := range 41 { sum += ahead(i) }\nsum"}
	release := holds(t, n, "sum = 100")
	n.s.Upcoming(queued)
	function, loop := w.await("31 * i"), w.await("range 41")
	if reply := release(); reply.Err != nil {
		t.Fatal(reply.Err)
	}
	n.s.Upcoming(queued[1:])
	n.shows(queued[0], "")
	n.s.Upcoming(nil)
	n.shows(queued[1], "result: 25520")
	for text, ahead := range map[string][]string{"31 * i": function, "range 41": loop} {
		if now := w.holding(text); !slices.Equal(slices.Compact(now), ahead) {
			t.Errorf("%q ran from %v, was built ahead as %v", text, now, ahead)
		}
	}
}

// TestNoStaleBuildRuns builds cells ahead for a notebook that then becomes
// another: by a cell that redefines what they use, and by one that fails before
// it defines what they use. They run from builds for the notebook as it is.
func TestNoStaleBuildRuns(t *testing.T) {
	n, w := openWatched(t)
	n.ok("x := 1\ntype T struct{ A int }\nfunc f() int { return 1 }")
	queued := []string{"x := 2.5\ntype T struct{ A, B float64 }\nfunc f() string { return \"f\" }", "for range 51 { x += 1 }\nx", "for range 52 { }\nprint(f())\nT{}"}
	release := holds(t, n, "")
	n.s.Upcoming(queued[1:]) // the first comes before them only later
	stale := slices.Concat(w.await("range 51"), w.await("range 52"))
	if reply := release(); reply.Err != nil {
		t.Fatal(reply.Err)
	}
	n.shows(queued[0], "")
	n.shows(queued[1], "result: 53.5")
	n.shows(queued[2], "stderr: f|result: {A:0 B:0}")
	for _, text := range []string{"range 51", "range 52"} {
		if now := w.holding(text); slices.Contains(stale, now[len(now)-1]) {
			t.Errorf("%q ran from a build for an earlier notebook", text)
		}
	}

	n.ok("y := 7")
	release = holds(t, n, "var m map[int]int\nm[1] = 1\ny := \"new\"")
	n.s.Upcoming([]string{"for range 1 { y += y }\nfor range 53 { }\ny"})
	w.await("range 53")
	if reply := release(); reply.Err == nil || reply.Err.Name != "panic" {
		t.Fatalf("the cell ended with %v", reply.Err)
	}
	n.s.Upcoming(nil)
	n.shows("for range 1 { y += y }\nfor range 53 { }\ny", "result: 14")
}
