package plots

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/lis"
)

// TimelineDisplay explains a leak: what the ranker was trained on, which
// impressions are scored, and where the leaked rows come from.
type TimelineDisplay struct {
	// Horizon is n, in periods.
	Horizon int
	// Slot whose rows are leaked.
	Slot string
	// Unit is what a period is called; "" means day.
	Unit string
	// Folds, if more than 1, are held out in turn instead of a tenth.
	Folds int
	Theme Theme
}

// Timeline explains the leak of a slot's rows from n days ahead.
func Timeline(slot string, n int) *TimelineDisplay { return &TimelineDisplay{Horizon: n, Slot: slot} }

// TimelineOf explains the leak of a slot's rows from n periods ahead, with the
// periods and folds of the study of res.
func TimelineOf(res *lis.Result, slot string, n int) *TimelineDisplay {
	unit, _, _ := strings.Cut(periodName(res.Study.Period), "s")
	return &TimelineDisplay{Horizon: n, Slot: slot, Unit: unit, Folds: res.Study.Folds}
}

func (d *TimelineDisplay) unit() string {
	if d.Unit == "" {
		return "day"
	}
	return d.Unit
}

// held says what is held out, and which part of a period that is.
func (d *TimelineDisplay) held() (what, part string) {
	if d.Folds > 1 {
		return fmt.Sprintf("held out: one of %d folds, each in its turn", d.Folds), "fold"
	}
	return "held out: a tenth of every " + d.unit() + ", never trained on", "tenth"
}

func (d *TimelineDisplay) theme() Theme {
	t := d.Theme.filled()
	if d.Theme.Height == 0 {
		t.Height = t.Width * 0.44
	}
	t.Text = min(t.Text, t.Width/49) // the words have to fit their boxes
	return t
}

// Alt says in words what the drawing shows.
func (d *TimelineDisplay) Alt() string {
	what, part := d.held()
	u := d.unit()
	return fmt.Sprintf("A row of %ss. The ranker is trained on %ss 0 to t. The %s t+1 is scored twice: by that ranker, and by the same ranker with its %s rows replaced by "+
		"those that the same run has after %s t+%d. What is %s; held-out LIS is scored on that %s of %s t+1.", u, u, u, d.Slot, u, d.Horizon, what, part, u)
}

// Plot is the display as a gonum plot. It has no error.
func (d *TimelineDisplay) Plot() (*plot.Plot, error) {
	t := d.theme()
	p := t.newPlot()
	p.HideAxes()
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 100, 0, 44
	p.X.Padding, p.Y.Padding = 0, 0
	p.Add(timeline{d, t})
	return p, nil
}

type timeline struct {
	d *TimelineDisplay
	t Theme
}

// Plot draws on a board of 100 × 44: days as boxes, the held-out tenth at the
// foot of each.
func (l timeline) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	at := func(x, y float64) vg.Point { return vg.Point{X: tx(x), Y: ty(y)} }
	t := l.t
	blue, red, faint := t.color(0), t.color(1), t.Faint
	rect := func(x0, y0, x1, y1 float64, fill, rim any) {
		pts := []vg.Point{at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)}
		if f, ok := fill.(color.Color); ok {
			c.FillPolygon(f, pts)
		}
		if r, ok := rim.(color.Color); ok {
			c.StrokeLines(draw.LineStyle{Color: r, Width: t.Line * 0.6}, append(pts, pts[0]))
		}
	}
	write := func(x, y float64, s string, sty text.Style) { c.FillText(sty, at(x, y), s) }
	mid := t.style(0.95, t.Ink, draw.XCenter, draw.YCenter)
	left := t.style(0.95, t.Ink, draw.XLeft, draw.YCenter)

	const top, foot, tenth = 27.0, 19.0, 21.2 // a day's box, and where its held-out part ends
	box := func(x0, x1 float64, fill color.Color, label string) {
		rect(x0, tenth, x1, top, fill, nil)
		rect(x0, foot, x1, tenth-0.3, alpha(red, 0.3), nil)
		write((x0+x1)/2, (top+tenth)/2+0.2, label, mid)
	}
	unit, n := l.d.unit(), l.d.Horizon
	what, part := l.d.held()
	trained := alpha(blue, 0.34)
	later := alpha(blue, 0.14)
	for i, label := range []string{unit + " 0", "1", "…", "t−1", "t"} {
		x := 4 + float64(i)*8
		box(x, x+7.4, trained, label)
	}
	box(46, 55, alpha(faint, 0.2), "t+1")
	for i, label := range []string{"t+2", "…"} {
		if n >= 3+i { // else t+n comes at once
			x := 56.0 + float64(i)*9
			box(x, x+8.4, later, label)
		}
	}
	if n >= 2 {
		box(74, 86, later, fmt.Sprintf("t+%d", n))
	}
	rect(46, foot, 55, tenth-0.3, nil, red)
	rect(45.4, foot-0.6, 55.6, top+0.6, nil, t.Ink)

	arrow := func(from, to vg.Point, clr color.Color) {
		c.StrokeLine2(draw.LineStyle{Color: clr, Width: t.Line * 0.8}, from.X, from.Y, to.X, to.Y)
		dx, dy := to.X-from.X, to.Y-from.Y
		n := vg.Length(math.Hypot(float64(dx), float64(dy)))
		if n == 0 {
			return
		}
		dx, dy = dx/n*t.Text*0.6, dy/n*t.Text*0.6
		c.FillPolygon(clr, []vg.Point{to, {X: to.X - dx - dy*0.5, Y: to.Y - dy + dx*0.5}, {X: to.X - dx + dy*0.5, Y: to.Y - dy - dx*0.5}})
	}
	// The two states of one run, and the leak between them.
	rect(18, 33.5, 42, 41, alpha(blue, 0.12), blue)
	write(30, 38.6, "ranker after "+unit+" t", bold(mid))
	write(30, 35.7, "with its "+l.d.Slot+" rows", mid)
	rect(64, 33.5, 98, 41, alpha(blue, 0.05), blue)
	write(81, 38.6, fmt.Sprintf("the same run after %s t+%d", unit, n), bold(mid))
	write(81, 35.7, "with its "+l.d.Slot+" rows", mid)
	arrow(at(30, top+0.4), at(30, 33.3), blue)
	if n >= 2 {
		arrow(at(80, top+0.4), at(80, 33.3), blue)
	} else {
		arrow(at(55, top+0.8), at(70, 33.3), blue)
	}
	arrow(at(63.6, 37.2), at(42.6, 37.2), red)
	write(53, 38.9, "the leak", bold(t.style(0.95, red, draw.XCenter, draw.YCenter)))
	// What is compared, where.
	write(44, 14.6, "scored twice, by the ranker as it is and with the leaked rows:", left)
	write(44, 11.2, "LIS is the gain in AUC", bold(left))
	c.StrokeLine2(draw.LineStyle{Color: t.Ink, Width: t.Line * 0.5}, tx(50.5), ty(foot-0.8), tx(50.5), ty(16.2))
	rect(4, 5.3, 7, 7.1, trained, nil)
	write(8.2, 6.4, "trained on", left)
	rect(21, 5.3, 24, 7.1, later, nil)
	write(25.2, 6.4, "trained on later", left)
	rect(46, 5.3, 49, 7.1, alpha(red, 0.3), nil)
	write(50.2, 6.4, what, left)
	write(4, 2.2, fmt.Sprintf("raw scores impressions that the later rows were trained on; held-out scores the %s of %s t+1 that they were not", part, unit), t.style(0.85, faint, draw.XLeft, draw.YCenter))
}
