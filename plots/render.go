package plots

import (
	"bytes"
	"fmt"
	"html"
	"io"
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
	Plot() (*plot.Plot, error)
	// Alt says in words what the drawing shows, for those who cannot see it.
	Alt() string
	theme() Theme
}

// drawTo draws the picture, or, where it cannot be drawn, the reason in its
// place: a cell that shows a drawing must not show nothing.
func drawTo(pic picture, c vg.CanvasSizer) {
	dc := draw.New(c)
	t := pic.theme()
	p, err := pic.Plot()
	if err != nil {
		p = t.newPlot()
		p.HideAxes()
		p.Title.Text = err.Error()
		p.Title.TextStyle = t.style(1, t.Ink, draw.XCenter, draw.YTop)
	}
	m := t.Text * 0.8 // a margin around all
	dc.SetColor(t.Paper)
	dc.Fill(dc.Rectangle.Path())
	p.Draw(draw.Crop(dc, m, -m, m, -m))
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

// save writes the picture to a file: .svg, .png or .pdf by its ending.
func save(pic picture, path string) error {
	if _, err := pic.Plot(); err != nil {
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
