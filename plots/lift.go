package plots

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/lis/abtest"
)

// LiftDisplay is an online test: the lift of each metric with its interval, the
// smallest that a test of this size sees, and, where they are known, the true
// lift and a reported one.
type LiftDisplay struct {
	Rows  []LiftRow
	Title string
	Theme Theme // Height 0 fits the number of rows
}

// LiftRow is one metric; lifts are shares: 0.01 is 1 %.
type LiftRow struct {
	Metric     string
	Lift       Estimate
	Detectable float64 // drawn as a band around 0; NaN for none
	True       float64 // NaN where nobody knows
	Reported   float64 // by somebody else; NaN for none
}

// Lift shows a report of an online test. True and Reported of its rows may be
// filled in.
func Lift(r *abtest.Report) *LiftDisplay {
	d := &LiftDisplay{Title: fmt.Sprintf("Lift of %d treated users over %d others", r.Treatment, r.Control)}
	for _, m := range r.Rows {
		d.Rows = append(d.Rows, LiftRow{Metric: m.Metric, Lift: Estimate{m.Lift, m.CILow, m.CIHigh}, Detectable: m.Detectable, True: math.NaN(), Reported: math.NaN()})
	}
	return d
}

func (d *LiftDisplay) theme() Theme {
	t := d.Theme.filled()
	if d.Theme.Height == 0 {
		t.Height = t.Text*vg.Length(3)*vg.Length(max(len(d.Rows), 1)) + t.Text*9
	}
	return t
}

func percent(v float64) string { return minus(fmt.Sprintf("%+.2f %%", 100*v)) }

// Alt says in words what the drawing shows.
func (d *LiftDisplay) Alt() string {
	var b strings.Builder
	b.WriteString(d.Title + ".")
	for _, r := range d.Rows {
		fmt.Fprintf(&b, " %s: %s (%s to %s)", r.Metric, percent(r.Lift.Value), percent(r.Lift.Low), percent(r.Lift.High))
		for _, more := range []struct {
			what string
			v    float64
		}{{"true", r.True}, {"reported", r.Reported}, {"smallest seen", r.Detectable}} {
			if !math.IsNaN(more.v) {
				fmt.Fprintf(&b, ", %s %s", more.what, percent(more.v))
			}
		}
		b.WriteString(".")
	}
	return b.String()
}

// Plot is the display as a gonum plot. It is an error if it has no row.
func (d *LiftDisplay) Plot() (*plot.Plot, error) {
	if len(d.Rows) == 0 {
		return nil, errors.New("plots: nothing to draw: the test has no metric")
	}
	t := d.theme()
	p := t.newPlot()
	p.Title.Text, p.X.Label.Text = d.Title, "lift"
	p.X.Tick.Marker = percentOf{niceTicks{5}}
	var ticks plot.ConstantTicks
	notes := endLabels{sty: t.style(0.92, t.Ink, draw.XLeft, draw.YCenter), loose: true}
	k := t.key(keyEntry{text: "this test", color: t.color(0), mark: disc{}})
	var anyTrue, anyReported, anyBand bool
	for i, r := range d.Rows {
		y := -float64(i)
		if !math.IsNaN(r.Detectable) {
			anyBand = true
			p.Add(bar{at: y, half: 0.34, from: -r.Detectable, to: r.Detectable, low: math.NaN(), high: math.NaN(), color: alpha(t.Faint, 0.16), flat: true})
		}
		ticks = append(ticks, plot.Tick{Value: y, Label: r.Metric})
		notes.labels = append(notes.labels, endLabel{text: minus(fmt.Sprintf("%+.2f ± %.2f %%", 100*r.Lift.Value, 50*(r.Lift.High-r.Lift.Low))), y: y, color: t.Ink})
	}
	p.Add(upright{x: 0, sty: draw.LineStyle{Color: t.Faint, Width: t.Line * 0.45}})
	for i, r := range d.Rows {
		y := -float64(i)
		p.Add(whisker{at: r.Lift, y: y, color: t.color(0), paper: t.Paper, mark: disc{}, radius: t.Mark * 1.15, width: t.Line})
		for _, e := range []struct {
			v     float64
			mark  draw.GlyphDrawer
			color int
			any   *bool
		}{{r.True, diamond{}, 2, &anyTrue}, {r.Reported, triangle{}, 1, &anyReported}} {
			if !math.IsNaN(e.v) {
				*e.any = true
				p.Add(whisker{at: Estimate{e.v, math.NaN(), math.NaN()}, y: y - 0.26, color: t.color(e.color), paper: t.Paper, mark: e.mark, radius: t.Mark * 1.15, width: t.Line})
			}
		}
	}
	if anyTrue {
		k.entries = append(k.entries, keyEntry{text: "the truth", color: t.color(2), mark: diamond{}})
	}
	if anyReported {
		k.entries = append(k.entries, keyEntry{text: "reported by the paper", color: t.color(1), mark: triangle{}})
	}
	if anyBand {
		k.entries = append(k.entries, keyEntry{text: "too small for this test to see", color: alpha(t.Faint, 0.3)})
	}
	p.Y.Tick.Marker = ticks
	p.Y.Min, p.Y.Max = -float64(len(d.Rows))+0.4, 0.6
	p.X.Min, p.X.Max = widened(p.X.Min, p.X.Max, 0.02)
	p.Add(notes, k)
	return p, nil
}
