package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// key is a legend in a strip of its own above the data.
type key struct {
	entries []keyEntry
	sty     text.Style
	paper   color.Color
	radius  vg.Length
}

// keyEntry is a mark with its name; without a mark a patch of its colour.
type keyEntry struct {
	text   string
	color  color.Color
	mark   draw.GlyphDrawer
	hollow bool
	dashed bool // a short dashed line instead
}

func (k key) height() vg.Length { return k.sty.Font.Size * 2 }

// GlyphBoxes reserve the strip.
func (k key) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	if len(k.entries) == 0 {
		return nil
	}
	return []plot.GlyphBox{{X: 0.5, Y: 1, Rectangle: vg.Rectangle{Max: vg.Point{Y: k.height()}}}}
}

// Plot draws the entries in a row from the left.
func (k key) Plot(c draw.Canvas, _ *plot.Plot) {
	em := k.sty.Font.Size
	x, y := c.Min.X, c.Max.Y+em*1.3
	sty := k.sty
	sty.XAlign, sty.YAlign = draw.XLeft, draw.YCenter
	for _, e := range k.entries {
		at := vg.Point{X: x + em*0.5, Y: y}
		switch {
		case e.dashed:
			c.StrokeLine2(draw.LineStyle{Color: e.color, Width: em * 0.12, Dashes: []vg.Length{em * 0.25, em * 0.2}}, x, y, x+em, y)
		case e.mark == nil:
			c.FillPolygon(e.color, []vg.Point{{X: x, Y: y - em*0.35}, {X: x + em, Y: y - em*0.35}, {X: x + em, Y: y + em*0.35}, {X: x, Y: y + em*0.35}})
		default:
			stamp(&c, e.mark, at, k.radius, e.color, k.paper, e.hollow, false)
		}
		c.FillText(sty, vg.Point{X: x + em*1.4, Y: y + em*0.13}, e.text)
		x += em*1.4 + sty.Width(e.text) + em*1.8
	}
}

// stamp draws a mark, hollow or solid. rim draws an edge in the colour of the
// paper, so that a mark on a line or on another mark stays readable.
func stamp(c *draw.Canvas, mark draw.GlyphDrawer, at vg.Point, radius vg.Length, ink, paper color.Color, hollow, rim bool) {
	dot := func(clr color.Color, r vg.Length) {
		c.SetColor(clr)
		mark.DrawGlyph(c, draw.GlyphStyle{Color: clr, Radius: r}, at)
	}
	if rim {
		dot(paper, radius*1.35)
	}
	dot(ink, radius)
	if hollow {
		dot(paper, radius*0.55)
	}
}
