package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// key is a legend in a strip of its own above the data, in as many lines as the
// drawing's width asks for.
type key struct {
	entries []keyEntry
	sty     text.Style
	paper   color.Color
	radius  vg.Length
	width   vg.Length // of the drawing
}

// key is an empty legend in the theme.
func (t Theme) key(entries ...keyEntry) key {
	return key{entries: entries, sty: t.style(0.92, t.Ink, draw.XLeft, draw.YCenter), paper: t.Paper, radius: t.Mark * 1.15, width: t.Width - t.Text*1.6}
}

// keyEntry is a mark with its name; without a mark a patch of its colour.
type keyEntry struct {
	text   string
	color  color.Color
	mark   draw.GlyphDrawer
	hollow bool
	dashed bool // a short dashed line instead
}

// lines are the entries as they stand below one another.
func (k key) lines(p *plot.Plot) [][]keyEntry {
	room := k.width - leftOf(p)
	var lines [][]keyEntry
	x := room
	for _, e := range k.entries {
		w := k.sty.Font.Size*1.4 + k.sty.Width(e.text)
		if len(lines) == 0 || x+w > room {
			lines, x = append(lines, nil), 0
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], e)
		x += w + k.sty.Font.Size*1.8
	}
	return lines
}

// GlyphBoxes reserve the strip.
func (k key) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	if len(k.entries) == 0 {
		return nil
	}
	return []plot.GlyphBox{{X: 0.5, Y: 1, Rectangle: vg.Rectangle{Max: vg.Point{Y: k.sty.Font.Size * (0.5 + 1.5*vg.Length(len(k.lines(p))))}}}}
}

// Plot draws the entries from the left, line by line.
func (k key) Plot(c draw.Canvas, p *plot.Plot) {
	lines := k.lines(p)
	for i, line := range lines {
		k.line(c, line, c.Max.Y+k.sty.Font.Size*(1.3+1.5*vg.Length(len(lines)-1-i)))
	}
}

func (k key) line(c draw.Canvas, entries []keyEntry, y vg.Length) {
	em, x := k.sty.Font.Size, c.Min.X
	sty := k.sty
	sty.XAlign, sty.YAlign = draw.XLeft, draw.YCenter
	for _, e := range entries {
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
