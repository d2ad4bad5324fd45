package plots

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"sort"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/lis"
)

// ColdStartDisplay is LIS within parts of the impressions, from the coldest on,
// above the share that each part is of all.
type ColdStartDisplay struct {
	Parts  []ColdPart
	Title  string
	XLabel string
	YLabel string
	Theme  Theme
}

// ColdPart is one part of the impressions.
type ColdPart struct {
	Label        string
	HeldOut, Raw Estimate // Raw may be NaN
	Share        float64  // of the scored impressions

	order float64
}

// ColdStart shows a slot at one horizon: the impressions whose rows a filter
// lets through, filter by filter. Filters by number of updates are nested, the
// last is all; further filters of the study are parts as they say.
func ColdStart(res *lis.Result, slot string, horizon int) *ColdStartDisplay {
	d := &ColdStartDisplay{YLabel: "LIS within", XLabel: "impressions whose " + slot + " has had", Title: fmt.Sprintf("Where %s rows of the future help: horizon %d %s", slot, horizon, periodName(res.Study.Period))}
	at := map[string]int{}
	for _, r := range res.Rows {
		if r.Slot != slot || r.Horizon != horizon || r.Scope != "cold" || r.Protocol != lis.HeldOut && r.Protocol != lis.Raw {
			continue
		}
		label, order := "any updates", math.Inf(1)
		if r.MaxUpdates != lis.Inf {
			label, order = fmt.Sprintf("< %d updates", r.MaxUpdates), float64(r.MaxUpdates)
		}
		if r.Filter != "" {
			label, order = r.Filter, float64(len(d.Parts))
		}
		i, ok := at[label]
		if !ok {
			i = len(d.Parts)
			at[label] = i
			d.Parts = append(d.Parts, ColdPart{Label: label, HeldOut: missing, Raw: missing, Share: r.Share, order: order})
		}
		if r.Protocol == lis.Raw {
			d.Parts[i].Raw = estimate(r)
		} else {
			d.Parts[i].HeldOut, d.Parts[i].Share = estimate(r), r.Share
		}
	}
	sort.SliceStable(d.Parts, func(i, j int) bool { return d.Parts[i].order < d.Parts[j].order })
	d.shorten(slot)
	return d
}

// bounds are a filter that bounds one figure: "age<3", "age>=1 & age<3".
var bounds = regexp.MustCompile(`^(?:(\w+)>=(\d+))?(?: & )?(?:(\w+)<(\d+))?$`)

// shorten names parts by their bounds alone where all bound the same figure,
// which the axis then names once.
func (d *ColdStartDisplay) shorten(slot string) {
	figure, labels := "", []string{}
	for _, p := range d.Parts {
		m := bounds.FindStringSubmatch(p.Label)
		if m == nil || m[1] != "" && m[3] != "" && m[1] != m[3] || m[1]+m[3] == "" {
			if !strings.Contains(p.Label, "updates") {
				d.XLabel = "impressions of " + slot + " with"
			}
			return
		}
		name := m[1] + m[3]
		label := "≥ " + m[2]
		switch {
		case m[1] != "" && m[3] != "":
			name, label = m[1], m[2]+" to < "+m[4]
		case m[3] != "":
			label = "< " + m[4]
		}
		if figure != "" && name != figure {
			return
		}
		figure, labels = name, append(labels, label)
	}
	for i, label := range labels {
		d.Parts[i].Label = label
	}
	d.XLabel = "impressions by " + figure
}

// Alt says in words what the drawing shows.
func (d *ColdStartDisplay) Alt() string {
	var b strings.Builder
	b.WriteString(d.Title + ".")
	for _, p := range d.Parts {
		fmt.Fprintf(&b, " %s (%.0f %% of the impressions): held-out %s", p.Label, 100*p.Share, p.HeldOut.figure())
		if !math.IsNaN(p.Raw.Value) {
			fmt.Fprintf(&b, ", raw %s", p.Raw.figure())
		}
		b.WriteString(".")
	}
	return b.String()
}

func (d *ColdStartDisplay) panels() ([][]*plot.Plot, error) {
	if len(d.Parts) == 0 {
		return nil, errors.New("plots: nothing to draw: no row of that slot and horizon is scored on a filter's impressions")
	}
	t := d.theme()
	top, bottom := t.newPlot(), t.newPlot()
	top.Title.Text = d.Title
	top.Y.Label.Text, bottom.Y.Label.Text, bottom.X.Label.Text = d.YLabel, "share", d.XLabel
	rule := rules{draw.LineStyle{Color: alpha(t.Faint, 0.25), Width: t.Line * 0.35}}
	top.Add(rule, level{y: 0, sty: draw.LineStyle{Color: t.Faint, Width: t.Line * 0.45}})
	bottom.Add(rule)
	held := series{color: t.color(0), paper: t.Paper, mark: t.mark(0), radius: t.Mark, width: t.Line, bandAlpha: 0.2}
	raw := series{color: t.color(1), paper: t.Paper, mark: t.mark(1), radius: t.Mark, width: t.Line, bandAlpha: 0.12, dashed: true}
	var names, blank plot.ConstantTicks
	shares := endLabels{}
	anyRaw := false
	for i, p := range d.Parts {
		x := float64(i)
		held.add(x, p.HeldOut)
		raw.add(x, p.Raw)
		anyRaw = anyRaw || !math.IsNaN(p.Raw.Value)
		bottom.Add(bar{at: x, half: 0.28, from: 0, to: p.Share, low: math.NaN(), high: math.NaN(), color: alpha(t.Faint, 0.55), width: t.Line})
		bottom.Add(writing{x: x, y: p.Share, dy: t.Text * 0.35, text: fmt.Sprintf("%.0f %%", 100*p.Share), sty: t.style(0.9, t.Ink, draw.XCenter, draw.YBottom)})
		names = append(names, plot.Tick{Value: x, Label: p.Label})
		blank = append(blank, plot.Tick{Value: x})
	}
	if anyRaw {
		top.Add(raw)
		shares.labels = append(shares.labels, endLabel{text: "raw", y: last(raw.y), color: t.color(1), from: float64(len(d.Parts) - 1), tied: true})
	}
	top.Add(held)
	shares.labels = append(shares.labels, endLabel{text: "held-out", y: last(held.y), color: t.color(0), bold: true, from: float64(len(d.Parts) - 1), tied: true})
	shares.sty = t.style(0.95, t.Ink, draw.XLeft, draw.YCenter)
	top.Add(shares)
	top.X.Tick.Marker, bottom.X.Tick.Marker = blank, names
	top.X.Tick.Length = 0
	top.Y.Tick.Marker = niceTicks{4}
	bottom.Y.Tick.Marker = percentTicks{}
	bottom.Y.Min, bottom.Y.Max = 0, 1.15
	for _, p := range []*plot.Plot{top, bottom} {
		p.X.Min, p.X.Max = -0.5, float64(len(d.Parts))-0.5
	}
	return [][]*plot.Plot{{top}, {bottom}}, nil
}

func last(v []float64) float64 {
	for i := len(v) - 1; i >= 0; i-- {
		if !math.IsNaN(v[i]) {
			return v[i]
		}
	}
	return math.NaN()
}

// percentTicks label a share.
type percentTicks struct{}

func (percentTicks) Ticks(lo, hi float64) []plot.Tick {
	var out []plot.Tick
	for _, v := range []float64{0, 0.5, 1} {
		if v >= lo && v <= hi {
			out = append(out, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f %%", 100*v)})
		}
	}
	return out
}

// writing is text at a point of the data, moved by dx, dy.
type writing struct {
	x, y   float64
	dx, dy vg.Length
	text   string
	sty    text.Style
}

func (w writing) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	c.FillText(w.sty, vg.Point{X: tx(w.x) + w.dx, Y: ty(w.y) + w.dy}, w.text)
}
