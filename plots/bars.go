package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// bar is a rectangle in data units, with a whisker at its end where it has an
// interval. flat bars lie.
type bar struct {
	at, half   float64 // centre and half thickness on the axis of categories
	from, to   float64
	low, high  float64 // NaN for none
	color, ink color.Color
	rim        bool // outlined and faintly filled instead
	width      vg.Length
	flat       bool
}

func (b bar) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	pt := func(cat, v float64) vg.Point {
		if b.flat {
			return vg.Point{X: tx(v), Y: ty(cat)}
		}
		return vg.Point{X: tx(cat), Y: ty(v)}
	}
	corners := []vg.Point{pt(b.at-b.half, b.from), pt(b.at+b.half, b.from), pt(b.at+b.half, b.to), pt(b.at-b.half, b.to)}
	if b.rim {
		c.FillPolygon(alpha(b.color, 0.16), corners)
		c.StrokeLines(draw.LineStyle{Color: b.color, Width: b.width * 0.6, Dashes: []vg.Length{b.width * 1.6, b.width * 1.2}}, append(corners, corners[0]))
	} else {
		c.FillPolygon(b.color, corners)
	}
	if !math.IsNaN(b.low) && !math.IsNaN(b.high) && b.high > b.low {
		c.StrokeLines(draw.LineStyle{Color: b.ink, Width: b.width * 0.6}, []vg.Point{pt(b.at, b.low), pt(b.at, b.high)})
		for _, v := range []float64{b.low, b.high} {
			c.StrokeLines(draw.LineStyle{Color: b.ink, Width: b.width * 0.6}, []vg.Point{pt(b.at-b.half*0.25, v), pt(b.at+b.half*0.25, v)})
		}
	}
}

// DataRange keeps the bar and its whisker in sight.
func (b bar) DataRange() (xmin, xmax, ymin, ymax float64) {
	lo, hi := min(b.from, b.to), max(b.from, b.to)
	for _, v := range []float64{b.low, b.high} {
		if !math.IsNaN(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if b.flat {
		return lo, hi, b.at - b.half, b.at + b.half
	}
	return b.at - b.half, b.at + b.half, lo, hi
}
