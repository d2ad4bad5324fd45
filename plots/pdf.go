package plots

import (
	"image/color"
	"io"
	"strings"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgpdf"
)

// pdfCanvas mends three things of gonum's PDF canvas: it embeds one face only
// (a second one takes the first one's letters), it writes no letter outside
// ASCII, and it darkens translucent colours. Here bold faces and other letters
// are drawn as outlines, and colours keep their hue.
type pdfCanvas struct{ *vgpdf.Canvas }

func (c pdfCanvas) FillString(face font.Face, at vg.Point, s string) {
	if face.Font.Weight == xfont.WeightBold || strings.ContainsFunc(s, func(r rune) bool { return r > '~' }) {
		c.Fill(outline(face, at, s))
		return
	}
	c.Canvas.FillString(face, at, s)
}

func (c pdfCanvas) SetColor(clr color.Color) {
	c.Canvas.SetColor(straight{color.NRGBAModel.Convert(clr).(color.NRGBA)})
}

// straight is a colour whose RGBA is not multiplied by its opacity.
type straight struct{ color.NRGBA }

func (s straight) RGBA() (r, g, b, a uint32) {
	return uint32(s.R) * 0x101, uint32(s.G) * 0x101, uint32(s.B) * 0x101, uint32(s.A) * 0x101
}

// outline is the contour of a line of text.
func outline(face font.Face, at vg.Point, s string) vg.Path {
	var buf sfnt.Buffer
	var path vg.Path
	const units = 1000 // per em
	scale := face.Font.Size / units
	ppem := fixed.I(units)
	x := fixed.Int26_6(0)
	for _, r := range s {
		g, err := face.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		pt := func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: at.X + vg.Length(x+p.X)/64*scale, Y: at.Y - vg.Length(p.Y)/64*scale}
		}
		segments, err := face.Face.LoadGlyph(&buf, g, ppem, nil)
		if err != nil {
			continue
		}
		open := false
		var pen vg.Point
		for _, seg := range segments {
			switch seg.Op {
			case sfnt.SegmentOpMoveTo:
				if open {
					path.Close()
				}
				open, pen = true, pt(seg.Args[0])
				path.Move(pen)
			case sfnt.SegmentOpLineTo:
				pen = pt(seg.Args[0])
				path.Line(pen)
			case sfnt.SegmentOpQuadTo:
				// TrueType's contours are quadratic; a cubic with both its
				// controls two thirds of the way to q is the same curve.
				q, end := pt(seg.Args[0]), pt(seg.Args[1])
				path.CubeTo(between(pen, q, 2./3), between(end, q, 2./3), end)
				pen = end
			case sfnt.SegmentOpCubeTo:
				end := pt(seg.Args[2])
				path.CubeTo(pt(seg.Args[0]), pt(seg.Args[1]), end)
				pen = end
			}
		}
		if open {
			path.Close()
		}
		if advance, err := face.Face.GlyphAdvance(&buf, g, ppem, xfont.HintingNone); err == nil {
			x += advance
		}
	}
	return path
}

func between(a, b vg.Point, f float64) vg.Point {
	return vg.Point{X: a.X + (b.X-a.X)*vg.Length(f), Y: a.Y + (b.Y-a.Y)*vg.Length(f)}
}

// writePDF writes the picture as a PDF page of its own size.
func writePDF(w io.Writer, pic picture) error {
	t := pic.theme()
	c := pdfCanvas{vgpdf.New(t.Width, t.Height)}
	drawTo(pic, c)
	_, err := c.WriteTo(w)
	return err
}
