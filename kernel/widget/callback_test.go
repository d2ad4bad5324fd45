package widget

import (
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/lislab/lislab/kernel/display"
)

func TestCallbacks(t *testing.T) {
	p := newPage(t)
	got := make(chan any, 100)
	n := NewIntSlider("", 0, 30, 7)
	n.OnChange(func(v int) { got <- v })
	d := NewDropdown("", []string{"a", "b"})
	d.OnChange(func(v any) { got <- v })
	NewHBox(n, d).Show()
	p.move(n, `{"value":8}`)
	if v := <-got; v != 8 {
		t.Errorf("heard %v", v)
	}
	p.move(n, `{"value":8}`) // nothing new
	n.SetValue(9)
	if v := <-got; v != 9 {
		t.Errorf("heard %v", v)
	}
	p.move(d, `{"index":1}`)
	if v := <-got; v != "b" {
		t.Errorf("heard %v", v)
	}
}

func TestSlowCallbackSeesTheNewest(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("", 0, 1000, 0)
	started, goOn := make(chan bool), make(chan bool)
	var seen []int
	done := make(chan bool)
	n.OnChange(func(v int) {
		if seen = append(seen, v); len(seen) == 1 {
			close(started)
			<-goOn
			return
		}
		close(done)
	})
	n.Show()
	p.move(n, `{"value":1}`)
	<-started
	for _, v := range []string{"2", "3", "999"} {
		p.move(n, `{"value":`+v+`}`)
	}
	close(goOn)
	<-done
	if len(seen) != 2 || seen[1] != 999 {
		t.Errorf("saw %v", seen)
	}
}

func TestEveryClickCounts(t *testing.T) {
	p := newPage(t)
	b := NewButton("go")
	var clicks atomic.Int32
	all := make(chan bool)
	b.OnClick(func() {
		if clicks.Add(1) == 5 {
			close(all)
		}
	})
	b.Show()
	for range 5 {
		p.send(b, `{"method":"custom","content":{"event":"click"}}`)
	}
	<-all
}

func TestCallbacksTakeTurns(t *testing.T) {
	p := newPage(t)
	var inside, most atomic.Int32
	done := make(chan bool, 100)
	busy := func(int) {
		most.Store(max(most.Load(), inside.Add(1)))
		runtime.Gosched()
		inside.Add(-1)
		done <- true
	}
	var ns []*IntSlider
	for range 4 {
		n := NewIntSlider("", 0, 1000, 0)
		n.OnChange(busy)
		n.Show()
		ns = append(ns, n)
	}
	for _, n := range ns {
		p.move(n, `{"value":1}`)
	}
	for range ns {
		<-done
	}
	if most.Load() != 1 {
		t.Errorf("%d callbacks at once", most.Load())
	}
}

func TestPanickingCallback(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("horizon", 0, 30, 7)
	n.OnChange(func(v int) {
		if v == 8 {
			panic("eight")
		}
		display.Show(v)
	})
	n.Show()
	p.move(n, `{"value":8}`)
	p.until("the panic to be told", func() bool { n, _ := p.counts(); return n == 1 })
	if !strings.HasPrefix(p.text[0], "stderr: panic in a callback of horizon = 8: eight\n") || !strings.Contains(p.text[0], "callback_test.go:") {
		t.Errorf("told %q", p.text[0])
	}
	if strings.Contains(p.text[0], "runner.go") || strings.Contains(p.text[0], "runtime.") {
		t.Errorf("frames of no interest in %q", p.text[0])
	}
	p.move(n, `{"value":9}`)
	p.until("the next call", func() bool { _, n := p.counts(); return n == 2 })
}

// TestEndedGoroutine has a callback's goroutine ended from inside, as a guard
// ends the goroutines of an interrupted cell.
func TestEndedGoroutine(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("", 0, 30, 7)
	n.OnChange(func(v int) {
		if v == 8 {
			runtime.Goexit()
		}
		display.Show(v)
	})
	n.Show()
	p.move(n, `{"value":8}`)
	r := n.handlers[0].run
	p.until("its end", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.alive {
			p.nudge() // nobody else says when it is over
			runtime.Gosched()
		}
		return !r.alive
	})
	p.move(n, `{"value":9}`)
	p.until("the next call", func() bool { _, n := p.counts(); return n == 2 })
}

func TestClosedWidgetCallsNobody(t *testing.T) {
	newPage(t)
	n := NewIntSlider("", 0, 30, 7)
	n.OnChange(func(int) { t.Error("called") })
	r := n.handlers[0].run
	n.Close()
	n.SetValue(8)
	r.post(func() { t.Error("called") })
	n.Close()
}
