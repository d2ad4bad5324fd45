package plots

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/lis"
)

// cross is a mark with an interval in both directions and a name.
type cross struct {
	x, y   Estimate
	name   string
	series // colour, mark, radius, width, paper
}

func (m cross) Plot(c draw.Canvas, p *plot.Plot) {
	if math.IsNaN(m.x.Value) || math.IsNaN(m.y.Value) {
		return
	}
	tx, ty := p.Transforms(&c)
	at := vg.Point{X: tx(m.x.Value), Y: ty(m.y.Value)}
	sty := draw.LineStyle{Color: alpha(m.color, 0.55), Width: m.width * 0.7}
	if m.x.High > m.x.Low {
		c.StrokeLine2(sty, tx(m.x.Low), at.Y, tx(m.x.High), at.Y)
	}
	if m.y.High > m.y.Low {
		c.StrokeLine2(sty, at.X, ty(m.y.Low), at.X, ty(m.y.High))
	}
	stamp(&c, m.mark, at, m.radius, m.color, m.paper, false, false)
}

// DataRange keeps both intervals in sight.
func (m cross) DataRange() (xmin, xmax, ymin, ymax float64) {
	span := func(e Estimate) (lo, hi float64) {
		lo, hi = math.Inf(1), math.Inf(-1)
		for _, v := range []float64{e.Value, e.Low, e.High} {
			if !math.IsNaN(v) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
		return
	}
	xmin, xmax = span(m.x)
	ymin, ymax = span(m.y)
	return
}

// names writes the marks' names beside them, above or below where they would
// run into one another.
type names struct {
	marks []cross
	sty   text.Style
}

func (n names) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var taken []vg.Rectangle
	em := n.sty.Font.Size
	for _, m := range n.marks {
		if m.name == "" || math.IsNaN(m.x.Value) || math.IsNaN(m.y.Value) {
			continue
		}
		sty := n.sty
		sty.Color, sty.XAlign, sty.YAlign = m.color, draw.XLeft, draw.YBottom
		w := sty.Width(m.name)
		x, y := tx(m.x.Value), ty(m.y.Value)
		for _, at := range []vg.Point{{X: x + em*0.6, Y: y + em*0.35}, {X: x + em*0.6, Y: y - em*1.3}, {X: x - em*0.6 - w, Y: y + em*0.35}, {X: x - em*0.6 - w, Y: y - em*1.3}} {
			box := vg.Rectangle{Min: at, Max: vg.Point{X: at.X + w, Y: at.Y + em}}
			free := box.Min.X >= c.Min.X && box.Max.X <= c.Max.X+em*2
			for _, t := range taken {
				free = free && (box.Max.X < t.Min.X || box.Min.X > t.Max.X || box.Max.Y < t.Min.Y || box.Min.Y > t.Max.Y)
			}
			if free {
				taken = append(taken, box)
				// A line below would strike the name out.
				c.FillPolygon(alpha(m.paper, 0.75), []vg.Point{box.Min, {X: box.Max.X, Y: box.Min.Y}, box.Max, {X: box.Min.X, Y: box.Max.Y}})
				c.FillText(sty, at, m.name)
				break
			}
		}
	}
}

// SaturationDisplay is AIS against LIS: how much of what the future knows a
// representation gives.
type SaturationDisplay struct {
	Points []SaturationPoint
	Title  string
	Theme  Theme
}

// SaturationPoint is one representation.
type SaturationPoint struct {
	Label    string
	LIS, AIS Estimate
}

// Saturation shows the arms of res that are compared with the base ranker, in
// one scope ("all", "unseen", "c<10", "c=0").
func Saturation(res *lis.AISResult, scope string) *SaturationDisplay {
	d := &SaturationDisplay{Title: "What representations give of what the future knows: scope " + scope}
	for _, r := range res.Rows {
		if r.Scope == scope && r.Against == "base" {
			d.Points = append(d.Points, SaturationPoint{Label: r.Arm, LIS: Estimate{r.LIS, r.LIS - 1.96*r.LISSE, r.LIS + 1.96*r.LISSE}, AIS: Estimate{r.AIS, r.CILow, r.CIHigh}})
		}
	}
	return d
}

// Alt says in words what the drawing shows.
func (d *SaturationDisplay) Alt() string {
	var b strings.Builder
	b.WriteString(d.Title + ".")
	for _, p := range d.Points {
		fmt.Fprintf(&b, " %s: AIS %s, LIS %s.", p.Label, p.AIS.figure(), p.LIS.figure())
	}
	return b.String()
}

// Plot is the display as a gonum plot. It is an error if it has no point.
func (d *SaturationDisplay) Plot() (*plot.Plot, error) {
	if len(d.Points) == 0 {
		return nil, errors.New("plots: nothing to draw: no arm of that scope is compared with the base")
	}
	t := d.theme()
	p := t.newPlot()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = d.Title, "LIS: what rows of the future give", "AIS: what the representation gives"
	p.X.Tick.Marker, p.Y.Tick.Marker = niceTicks{5}, niceTicks{5}
	p.Add(rules{draw.LineStyle{Color: alpha(t.Faint, 0.25), Width: t.Line * 0.35}}, level{y: 0, sty: draw.LineStyle{Color: t.Faint, Width: t.Line * 0.45}})
	var marks []cross
	for i, s := range d.Points {
		marks = append(marks, cross{x: s.LIS, y: s.AIS, name: s.Label, series: series{color: t.color(i), paper: t.Paper, mark: t.mark(i), radius: t.Mark * 1.2, width: t.Line}})
	}
	for _, m := range marks {
		p.Add(m)
	}
	p.X.Min = min(0, p.X.Min)
	p.X.Max += (p.X.Max - p.X.Min) * 0.08
	p.Y.Max += (p.Y.Max - p.Y.Min) * 0.08
	p.Add(rays{slopes: []float64{0.25, 0.5, 1}, sty: draw.LineStyle{Color: t.Faint, Width: t.Line * 0.4, Dashes: []vg.Length{t.Line * 1.4, t.Line * 1.4}}, text: t.style(0.85, t.Faint, draw.XLeft, draw.YCenter)})
	p.Add(names{marks, t.style(0.92, t.Ink, draw.XLeft, draw.YBottom)})
	return p, nil
}

// rays are lines through the origin, named by their slope in percent where
// they leave the data.
type rays struct {
	slopes []float64
	sty    draw.LineStyle
	text   text.Style
}

// GlyphBoxes reserve a margin for the names at the right and the top.
func (r rays) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	w := r.text.Width("saturation 100 %")
	return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: w + r.text.Font.Size, Y: 1}}}, {X: 0.5, Y: 1, Rectangle: vg.Rectangle{Max: vg.Point{X: 1, Y: r.text.Font.Size * 1.6}}}}
}

func (r rays) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for _, s := range r.slopes {
		x0, x1 := max(0, p.X.Min), p.X.Max
		name := fmt.Sprintf("saturation %.0f %%", 100*s)
		em := r.text.Font.Size
		if s*x1 <= p.Y.Max {
			c.StrokeLine2(r.sty, tx(x0), ty(s*x0), tx(x1), ty(s*x1))
			c.FillText(r.text, vg.Point{X: tx(x1) + em*0.5, Y: ty(s*x1) + em*0.13}, name)
			continue
		}
		x1 = p.Y.Max / s
		if x1 <= x0 {
			continue
		}
		c.StrokeLine2(r.sty, tx(x0), ty(s*x0), tx(x1), ty(s*x1))
		sty := r.text
		sty.XAlign, sty.YAlign = draw.XCenter, draw.YBottom
		c.FillText(sty, vg.Point{X: tx(x1), Y: ty(p.Y.Max) + em*0.5}, name)
	}
}

// WorldsDisplay asks which figure foretells what happens online: a panel per
// figure, a mark per world, against the true lift.
type WorldsDisplay struct {
	Worlds []World
	Title  string
	Theme  Theme
}

// World is what was measured of one world; NaN where it was not.
type World struct {
	Name            string
	LIS, Reach, AIS Estimate
	Lift            Estimate // true, as a share: 0.01 is 1 %
	Group           int      // worlds of a group share colour and mark
}

// NewWorlds shows worlds in the order given.
func NewWorlds(worlds ...World) *WorldsDisplay {
	return &WorldsDisplay{Worlds: worlds, Title: "Which figure foretells the lift?"}
}

// Alt says in words what the drawing shows.
func (d *WorldsDisplay) Alt() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d worlds. Rank correlation with the true lift:", d.Title, len(d.Worlds))
	for _, c := range worldColumns {
		fmt.Fprintf(&b, " %s %s,", c.name, minus(fmt.Sprintf("%.2f", d.correlation(c.of))))
	}
	return strings.TrimSuffix(b.String(), ",") + "."
}

var worldColumns = []struct {
	name string
	of   func(World) Estimate
}{
	{"LIS", func(w World) Estimate { return w.LIS }},
	{"content-reachable LIS", func(w World) Estimate { return w.Reach }},
	{"AIS", func(w World) Estimate { return w.AIS }},
}

// correlation is Spearman's, over the worlds that have both figures; NaN below
// three.
func (d *WorldsDisplay) correlation(of func(World) Estimate) float64 {
	var x, y []float64
	for _, w := range d.Worlds {
		if v := of(w).Value; !math.IsNaN(v) && !math.IsNaN(w.Lift.Value) {
			x, y = append(x, v), append(y, w.Lift.Value)
		}
	}
	if len(x) < 3 {
		return math.NaN()
	}
	return stat.Correlation(ranks(x), ranks(y), nil)
}

// ranks gives ties their mean rank.
func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return v[order[a]] < v[order[b]] })
	out := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j-1) / 2
		}
		i = j
	}
	return out
}

func (d *WorldsDisplay) panels() ([][]*plot.Plot, error) {
	if len(d.Worlds) == 0 {
		return nil, errors.New("plots: nothing to draw: no worlds")
	}
	t := d.theme()
	var row []*plot.Plot
	for i, c := range worldColumns {
		p := t.newPlot()
		p.Title.Text = c.name
		if r := d.correlation(c.of); !math.IsNaN(r) {
			p.Title.Text += minus(fmt.Sprintf("\nrank correlation %.2f", r))
		}
		p.X.Label.Text = "gain in AUC"
		if i == 0 {
			p.Y.Label.Text = "true lift"
		}
		p.X.Tick.Marker, p.Y.Tick.Marker = niceTicks{3}, percentOf{niceTicks{5}}
		p.Add(rules{draw.LineStyle{Color: alpha(t.Faint, 0.25), Width: t.Line * 0.35}}, level{y: 0, sty: draw.LineStyle{Color: t.Faint, Width: t.Line * 0.45}})
		p.X.Padding = t.Text
		var marks []cross
		for _, w := range d.Worlds {
			m := cross{x: c.of(w), y: w.Lift, name: w.Name, series: series{color: t.color(w.Group), paper: t.Paper, mark: t.mark(w.Group), radius: t.Mark, width: t.Line}}
			marks = append(marks, m)
			p.Add(m)
		}
		p.X.Min, p.X.Max = widened(p.X.Min, p.X.Max, 0.04)
		p.Add(names{marks, t.style(0.72, t.Ink, draw.XLeft, draw.YBottom)})
		row = append(row, p)
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range row {
		lo, hi = min(lo, p.Y.Min), max(hi, p.Y.Max)
	}
	for _, p := range row {
		p.Y.Min, p.Y.Max = lo, hi+(hi-lo)*0.05
	}
	return [][]*plot.Plot{row}, nil
}

// percentOf labels shares as percent.
type percentOf struct{ plot.Ticker }

func (t percentOf) Ticks(lo, hi float64) []plot.Tick {
	ticks := t.Ticker.Ticks(100*lo, 100*hi)
	for i := range ticks {
		ticks[i].Value /= 100
		if ticks[i].Label != "" {
			ticks[i].Label += " %"
		}
	}
	return ticks
}
