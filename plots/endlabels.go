package plots

import (
	"image/color"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// endLabels name lines where they end, in a margin of their own to the right
// of the data; names that would touch are pushed apart and tied to their line
// by a thin stroke. This is the legend: it never covers data.
type endLabels struct {
	labels []endLabel
	sty    text.Style
	loose  bool // no strokes: the names stand in rows of their own
}

type endLabel struct {
	text  string
	y     float64 // where its line ends, in data units
	color color.Color
	bold  bool
	// from, if tied, is where its line ends, which else is at the right edge.
	from float64
	tied bool
}

func (e endLabels) style(l endLabel) text.Style {
	s := e.sty
	s.Color = l.color
	s.XAlign, s.YAlign = draw.XLeft, draw.YCenter
	if l.bold {
		s = bold(s)
	}
	return s
}

func (e endLabels) gap() vg.Length  { return e.sty.Font.Size * 1.4 }
func (e endLabels) step() vg.Length { return e.sty.Font.Size * 1.3 }

// GlyphBoxes reserve the margin.
func (e endLabels) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	var width vg.Length
	for _, l := range e.labels {
		width = max(width, e.style(l).Width(l.text))
	}
	if width == 0 {
		return nil
	}
	return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: e.gap() + width, Y: e.sty.Font.Size}}}}
}

// Plot draws the names.
func (e endLabels) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	labels := slices.DeleteFunc(slices.Clone(e.labels), func(l endLabel) bool { return math.IsNaN(l.y) })
	sort.SliceStable(labels, func(i, j int) bool { return labels[i].y < labels[j].y })
	want := make([]vg.Length, len(labels))
	for i, l := range labels {
		want[i] = ty(l.y)
	}
	at := spread(want, e.step(), c.Min.Y, c.Max.Y)
	for i, l := range labels {
		x, sty := c.Max.X, e.style(l)
		tie := draw.LineStyle{Color: alpha(l.color, 0.6), Width: sty.Font.Size * 0.07}
		if !e.loose {
			if l.tied {
				c.StrokeLine2(tie, tx(l.from)+sty.Font.Size*0.6, want[i], x+e.gap()*0.4, want[i])
			}
			c.StrokeLine2(tie, x+e.gap()*0.4, want[i], x+e.gap()*0.85, at[i])
		}
		// Centred on the height of small letters, not on ascent and descent.
		c.FillText(sty, vg.Point{X: x + e.gap(), Y: at[i] + sty.Font.Size*0.13}, l.text)
	}
}

// spread moves ascending positions as little as possible (least squares) so that neighbours
// are at least step apart and, where there is room, all within [lo, hi].
func spread(want []vg.Length, step, lo, hi vg.Length) []vg.Length {
	// Pool adjacent violators on want[i] − i·step, which must not fall.
	type pool struct {
		sum vg.Length
		n   int
	}
	var pools []pool
	for i, w := range want {
		pools = append(pools, pool{w - vg.Length(i)*step, 1})
		for k := len(pools) - 1; k > 0; k-- {
			a, b := pools[k-1], pools[k]
			if a.sum/vg.Length(a.n) <= b.sum/vg.Length(b.n) {
				break
			}
			pools = append(pools[:k-1], pool{a.sum + b.sum, a.n + b.n})
		}
	}
	top := hi - step*vg.Length(max(len(want)-1, 0)) // the last of them then stands at hi
	var at []vg.Length
	for _, q := range pools {
		base := max(lo, min(top, q.sum/vg.Length(q.n)))
		for range q.n {
			at = append(at, base+vg.Length(len(at))*step)
		}
	}
	return at
}
