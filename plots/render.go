package plots

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A picture is what every display of this package is to its renderings.
type picture interface {
	// panels are the gonum plots of the drawing, by rows and columns; nil
	// leaves a place empty.
	panels() ([][]*plot.Plot, error)
	// Alt says in words what the drawing shows, for those who cannot see it.
	Alt() string
	// theme is complete: no field is zero.
	theme() Theme
}

// one is the panels of a display that is a single plot.
func one(p *plot.Plot, err error) ([][]*plot.Plot, error) {
	if err != nil {
		return nil, err
	}
	return [][]*plot.Plot{{p}}, nil
}

// drawTo draws the picture, or, where it cannot be drawn, the reason in its
// place: a cell that shows a drawing must not show nothing.
func drawTo(pic picture, c vg.CanvasSizer) {
	dc := draw.New(c)
	t := pic.theme()
	plots, err := pic.panels()
	if err != nil {
		plots = [][]*plot.Plot{{t.message(err.Error())}}
	}
	m := t.Text * 0.8 // a margin around all
	dc.SetColor(t.Paper)
	dc.Fill(dc.Rectangle.Path())
	dc = draw.Crop(dc, m, -m, m, -m)
	if len(plots) == 1 && len(plots[0]) == 1 {
		fit(plots[0][0], dc)
		plots[0][0].Draw(dc)
		return
	}
	tiles := draw.Tiles{Rows: len(plots), Cols: len(plots[0]), PadX: t.Text * 1.5, PadY: t.Text}
	for i, row := range plots {
		for j, p := range row {
			if p != nil {
				fit(p, tiles.At(dc, j, i))
			}
		}
	}
	for i, row := range plot.Align(plots, tiles, dc) {
		for j, cell := range row {
			if plots[i][j] != nil {
				plots[i][j].Draw(cell)
			}
		}
	}
}

// message is a plot that shows nothing but a text, broken into lines.
func (t Theme) message(text string) *plot.Plot {
	p := t.newPlot()
	p.HideAxes()
	sty := t.style(1, t.Ink, draw.XCenter, draw.YTop)
	p.Title.Text, p.Title.TextStyle = wrap(text, sty, t.Width-4*t.Text), sty
	return p
}

// svg is the picture as a self-contained SVG element.
func svg(pic picture) string {
	t := pic.theme()
	c := vgsvg.New(t.Width, t.Height)
	drawTo(pic, c)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		panic("plots: writing to memory failed: " + err.Error())
	}
	s := b.String()
	// Without the XML prologue it may stand inside HTML. The letters' measures
	// are Liberation Sans's, which Arial and Helvetica share.
	if i := strings.Index(s, "<svg"); i > 0 {
		s = s[i:]
	}
	s = strings.ReplaceAll(s, "font-family:Liberation Sans;", "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")
	return strings.Replace(s, ">", ` role="img">`+"\n<title>"+html.EscapeString(pic.Alt())+"</title>", 1)
}

// png is the picture as a PNG file of the theme's resolution.
func png(pic picture) []byte {
	t := pic.theme()
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(t.Width, t.Height), vgimg.UseDPI(t.DPI), vgimg.UseBackgroundColor(t.Paper))}
	drawTo(pic, c)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		panic("plots: writing to memory failed: " + err.Error())
	}
	return b.Bytes()
}

// bundle is what a page has to know beside the picture: its text, and the size
// it is to have. The picture itself comes by SVG and PNG.
func bundle(pic picture) (data, metadata map[string]any) {
	t := pic.theme()
	px := func(l vg.Length) int { return int(math.Round(float64(l / vg.Inch * 96))) }
	return map[string]any{"text/plain": pic.Alt()}, map[string]any{"image/png": map[string]any{"width": px(t.Width), "height": px(t.Height)}}
}

// save writes the picture to a file: .svg, .png or .pdf by its ending.
func save(pic picture, path string) error {
	if _, err := pic.panels(); err != nil {
		return err
	}
	var write func(io.Writer) error
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".svg":
		write = func(w io.Writer) error { _, err := io.WriteString(w, svg(pic)); return err }
	case ".png":
		write = func(w io.Writer) error { _, err := w.Write(png(pic)); return err }
	case ".pdf":
		write = func(w io.Writer) error { return writePDF(w, pic) }
	default:
		return fmt.Errorf("plots: cannot write %s: the ending must be .svg, .png or .pdf", path)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = write(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
