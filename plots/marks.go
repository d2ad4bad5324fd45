package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Filled marks.

type disc struct{}

func (disc) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	var p vg.Path
	p.Move(vg.Point{X: at.X + s.Radius, Y: at.Y})
	p.Arc(at, s.Radius, 0, 2*math.Pi)
	p.Close()
	c.Fill(p)
}

type square struct{}

func (square) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	polygon(c, at, s.Radius*1.2, 4, math.Pi/4)
}

type triangle struct{}

func (triangle) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	polygon(c, at, s.Radius*1.3, 3, math.Pi/2)
}

type diamond struct{}

func (diamond) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	polygon(c, at, s.Radius*1.3, 4, 0)
}

// polygon fills a regular one of n corners, the first at angle turn.
func polygon(c *draw.Canvas, at vg.Point, radius vg.Length, n int, turn float64) {
	var p vg.Path
	for k := range n {
		a := turn + 2*math.Pi*float64(k)/float64(n)
		q := vg.Point{X: at.X + radius*vg.Length(math.Cos(a)), Y: at.Y + radius*vg.Length(math.Sin(a))}
		if k == 0 {
			p.Move(q)
		} else {
			p.Line(q)
		}
	}
	p.Close()
	c.Fill(p)
}

// series draws one line of a chart: a band between low and high, the line, and
// a mark at each point. Points that are NaN leave a gap.
type series struct {
	x, y, low, high []float64
	color           color.Color
	paper           color.Color
	mark            draw.GlyphDrawer
	radius, width   vg.Length
	dashed          bool
	bandAlpha       float64
}

func (s *series) add(x float64, e Estimate) {
	s.x, s.y, s.low, s.high = append(s.x, x), append(s.y, e.Value), append(s.low, e.Low), append(s.high, e.High)
}

func (s series) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	at := func(i int, v []float64) vg.Point { return vg.Point{X: tx(s.x[i]), Y: ty(v[i])} }
	for _, run := range runs(s.x, s.y) {
		if len(s.low) > 0 && s.bandAlpha > 0 {
			var top, bottom []vg.Point
			for i := run[0]; i < run[1]; i++ {
				if math.IsNaN(s.low[i]) || math.IsNaN(s.high[i]) {
					continue
				}
				top = append(top, at(i, s.high))
				bottom = append(bottom, at(i, s.low))
			}
			for i := len(bottom) - 1; i >= 0; i-- {
				top = append(top, bottom[i])
			}
			if len(top) >= 6 {
				c.FillPolygon(alpha(s.color, s.bandAlpha), top)
			} else if len(top) == 2 { // one point alone: its interval is a bar
				c.StrokeLines(draw.LineStyle{Color: s.color, Width: s.width * 0.7}, top)
			} else if len(top) == 4 {
				c.FillPolygon(alpha(s.color, s.bandAlpha), top)
			}
		}
		var line []vg.Point
		for i := run[0]; i < run[1]; i++ {
			line = append(line, at(i, s.y))
		}
		sty := draw.LineStyle{Color: s.color, Width: s.width}
		if s.dashed {
			sty.Width *= 0.8
			sty.Dashes = []vg.Length{s.width * 2.2, s.width * 1.8}
		}
		c.StrokeLines(sty, line)
		for _, pt := range line {
			stamp(&c, s.mark, pt, s.radius, s.color, s.paper, s.dashed, true)
		}
	}
}

// DataRange lets the axes hold the band as well as the line.
func (s series) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for i := range s.x {
		for _, v := range [][]float64{s.y, s.low, s.high} {
			if len(v) > 0 && !math.IsNaN(v[i]) {
				xmin, xmax = min(xmin, s.x[i]), max(xmax, s.x[i])
				ymin, ymax = min(ymin, v[i]), max(ymax, v[i])
			}
		}
	}
	return
}

// runs are the half-open ranges of points that are numbers.
func runs(x, y []float64) [][2]int {
	var out [][2]int
	start := -1
	for i := range y {
		switch ok := !math.IsNaN(x[i]) && !math.IsNaN(y[i]); {
		case ok && start < 0:
			start = i
		case !ok && start >= 0:
			out, start = append(out, [2]int{start, i}), -1
		}
	}
	if start >= 0 {
		out = append(out, [2]int{start, len(y)})
	}
	return out
}

// level is a horizontal reference line over the whole width.
type level struct {
	y      float64
	sty    draw.LineStyle
	shadow color.Color // fills between −y and y where set
}

func (l level) Plot(c draw.Canvas, p *plot.Plot) {
	_, ty := p.Transforms(&c)
	if l.shadow != nil {
		c.FillPolygon(l.shadow, []vg.Point{{X: c.Min.X, Y: ty(-l.y)}, {X: c.Max.X, Y: ty(-l.y)}, {X: c.Max.X, Y: ty(l.y)}, {X: c.Min.X, Y: ty(l.y)}})
	}
	c.StrokeLine2(l.sty, c.Min.X, ty(l.y), c.Max.X, ty(l.y))
}

// DataRange keeps the level in sight.
func (l level) DataRange() (xmin, xmax, ymin, ymax float64) {
	return math.Inf(1), math.Inf(-1), l.y, l.y
}

// rules are faint horizontal lines at the ticks of the vertical axis.
type rules struct{ sty draw.LineStyle }

func (r rules) Plot(c draw.Canvas, p *plot.Plot) {
	_, ty := p.Transforms(&c)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := ty(t.Value); !t.IsMinor() && c.ContainsY(y) {
			c.StrokeLine2(r.sty, c.Min.X, y, c.Max.X, y)
		}
	}
}
