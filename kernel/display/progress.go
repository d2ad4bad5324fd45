package display

import (
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Progress is a bar that moves in place. Its methods may be called from any
// goroutine, and as often as one likes: a bar is redrawn ten times a second at
// most. What it shows last depends on its counts alone, not on the time it
// took, so that a notebook run twice does not differ.
type Progress struct {
	mu          sync.Mutex
	id          string
	sink        Sink // nil: a line of text per tenth, to standard error
	done, total int
	label       string
	state       progressState
	shown       time.Time   // when it was last drawn
	pending     *time.Timer // draws what the limit held back
	samples     []sample    // for the time left, oldest first
	tenth       int         // of the total, last written where there is no sink
}

type progressState int

const (
	running progressState = iota
	finished
	failed
)

// sample is how far a bar was at a moment.
type sample struct {
	at   time.Time
	done int
}

const (
	redrawEvery = 100 * time.Millisecond
	sampleEvery = time.Second
	maxSamples  = 30 // so the time left follows the speed of the last half minute
	textCells   = 30 // length of the bar in text
)

// progressText receives the text where there is no sink.
var progressText io.Writer = os.Stderr

// live holds the bars that may still fail with their cell.
var live struct {
	sync.Mutex
	bars []*Progress
}

// NewProgress shows a bar of total steps. A total of 0 or less means that the
// end is not known: the steps are only counted.
func NewProgress(total int, label string) *Progress {
	p := &Progress{id: NewID(), sink: Current(), total: total, label: label}
	if p.sink != nil {
		live.Lock()
		live.bars = append(live.bars, p)
		live.Unlock()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note()
	p.draw(false)
	return p
}

// Set says how many steps are done.
func (p *Progress) Set(done int) { p.change(func() { p.done = done }) }

// Add says that n more steps are done.
func (p *Progress) Add(n int) { p.change(func() { p.done += n }) }

// Label changes the words before the bar.
func (p *Progress) Label(label string) { p.change(func() { p.label = label }) }

// Update sets everything at once. Its shape is that of the progress callbacks
// of long computations, func(done, total int, label string).
func (p *Progress) Update(done, total int, label string) {
	p.change(func() {
		p.done, p.total = done, total
		if label != "" {
			p.label = label
		}
	})
	if total > 0 && done >= total {
		p.Done()
	}
}

// Done settles the bar as it stands: complete where all steps are done, else
// stopped on the way. Later changes are ignored.
func (p *Progress) Done() { p.end(finished) }

// Fail turns the bar red where it stands. Later changes are ignored.
func (p *Progress) Fail() { p.end(failed) }

// Range counts from 0 to n-1 under a bar:
//
//	for i := range display.Range(100, "days") { … }
func Range(n int, label string) iter.Seq[int] {
	return func(yield func(int) bool) {
		p := NewProgress(n, label)
		for i := range n {
			if !yield(i) {
				break
			}
			p.Add(1)
		}
		p.Done()
	}
}

// CellEnded settles what the cell that wrote to s left behind: its unfinished bars
// are drawn as they stand, red where the cell failed. The process that runs cells calls it
// at each cell's end with the sink it had answered during that cell, which
// must be a pointer or otherwise comparable.
func CellEnded(s Sink, cellFailed bool) {
	live.Lock()
	var mine []*Progress
	live.bars = slices.DeleteFunc(live.bars, func(p *Progress) bool {
		if p.sink == s {
			mine = append(mine, p)
		}
		return p.sink == s
	})
	live.Unlock()
	for _, p := range mine {
		if cellFailed {
			p.Fail()
		} else {
			p.flush()
		}
	}
}

func (p *Progress) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state != running {
		return
	}
	f()
	p.note()
	if p.sink == nil {
		p.writeTenth()
		return
	}
	if wait := redrawEvery - time.Since(p.shown); wait > 0 {
		if p.pending == nil {
			p.pending = time.AfterFunc(wait, p.flush)
		}
		return
	}
	p.draw(true)
}

// flush draws a change that came too soon after the one before.
func (p *Progress) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pending != nil && p.state == running {
		p.draw(true)
	}
}

func (p *Progress) end(s progressState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state != running {
		return
	}
	p.state = s
	if p.sink == nil {
		fmt.Fprintln(progressText, p.text())
		return
	}
	p.draw(true)
	live.Lock()
	live.bars = slices.DeleteFunc(live.bars, func(q *Progress) bool { return q == p })
	live.Unlock()
}

// note records how far the bar is, for the time left.
func (p *Progress) note() {
	now := time.Now()
	if n := len(p.samples); n > 0 && now.Sub(p.samples[n-1].at) < sampleEvery {
		return
	}
	p.samples = append(p.samples, sample{now, p.done})
	if len(p.samples) > maxSamples {
		p.samples = p.samples[1:]
	}
}

// left is the time to the end at the speed of the oldest sample until now; 0
// where it cannot be told.
func (p *Progress) left() time.Duration {
	if p.total <= 0 || len(p.samples) == 0 {
		return 0
	}
	from := p.samples[0]
	steps, took := p.done-from.done, time.Since(from.at)
	if steps <= 0 || took < sampleEvery {
		return 0
	}
	return time.Duration(float64(took) / float64(steps) * float64(max(p.total-p.done, 0)))
}

func (p *Progress) draw(update bool) {
	if p.pending != nil {
		p.pending.Stop()
		p.pending = nil
	}
	p.shown = time.Now()
	if p.sink == nil {
		return
	}
	p.sink.Display(Bundle{
		Data:      map[string]any{MIMEText: p.text(), MIMEHTML: p.html()},
		Metadata:  map[string]any{},
		DisplayID: p.id,
	}, update)
}

func (p *Progress) writeTenth() {
	if p.total <= 0 {
		return
	}
	if t := 10 * p.done / p.total; t > p.tenth && p.done < p.total {
		p.tenth = t
		fmt.Fprintln(progressText, p.text())
	}
}

// share is how much is done, from 0 to 1.
func (p *Progress) share() float64 {
	if p.total <= 0 {
		if p.state == finished {
			return 1
		}
		return 0
	}
	return min(max(float64(p.done)/float64(p.total), 0), 1)
}

// words is what stands after the bar.
func (p *Progress) words() string {
	s := fmt.Sprint(p.done)
	if p.total > 0 {
		s = fmt.Sprintf("%d of %d", p.done, p.total)
	}
	switch p.state {
	case failed:
		return s + ", failed"
	case finished:
		if p.total > 0 && p.done < p.total {
			return s + ", stopped"
		}
		return s + ", done"
	}
	if left := p.left(); left > 0 {
		s += ", " + inWords(left) + " left"
	}
	return s
}

func (p *Progress) text() string {
	var s strings.Builder
	if p.label != "" {
		s.WriteString(p.label + " ")
	}
	if p.total > 0 {
		full := int(p.share() * textCells)
		s.WriteString("[" + strings.Repeat("█", full) + strings.Repeat("░", textCells-full) + "] ")
	}
	s.WriteString(p.words())
	return s.String()
}

func (p *Progress) html() string {
	colour := "var(--jp-brand-color1,#1976d2)"
	switch p.state {
	case failed:
		colour = "var(--jp-error-color1,#d32f2f)"
	case finished:
		colour = "var(--jp-success-color1,#388e3c)"
	}
	var s strings.Builder
	s.WriteString(`<div style="display:flex;align-items:center;gap:0.7em">`)
	if p.label != "" {
		s.WriteString("<span>" + escape(p.label) + "</span>")
	}
	if p.total > 0 {
		percent := fmt.Sprintf("%.4g", 100*p.share())
		s.WriteString(`<span role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="` + percent +
			`" style="display:inline-block;width:16em;height:0.7em;border-radius:0.35em;overflow:hidden;background:var(--jp-layout-color3,#bdbdbd)">` +
			`<span style="display:block;height:100%;width:` + percent + `%;background:` + colour + `"></span></span>`)
	}
	words := `<span`
	if p.state == failed {
		words += ` style="color:` + colour + `"`
	}
	s.WriteString(words + ">" + escape(p.words()) + "</span></div>")
	return s.String()
}

// inWords is a duration to the accuracy that a person waiting wants.
func inWords(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(1, int(d.Seconds()+0.5)))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()+0.5))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24+0.5))
}
