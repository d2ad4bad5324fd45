// Package figure shows gonum plots as a drawing and a picture of one size that
// fits a notebook's column. Import it for its effect: it registers with
// kernel/display.
package figure

import (
	"bytes"
	"fmt"
	"image/png"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/lislab/lislab/kernel/display"
)

// The size at which a plot is shown, in CSS pixels (1/96 inch). The picture
// has twice as many, for screens that show them.
const (
	Width  = 640
	Height = 400
	scale  = 2
)

const margin = 6 * vg.Inch / 72

func init() { display.Register(Bundle) }

// Bundle is p as SVG and PNG at the default size; the PNG is made where
// display.Of wants it.
func Bundle(p *plot.Plot) display.Bundle { return Sized(p, Width, Height) }

// Sized is p as SVG and PNG, width × height CSS pixels.
func Sized(p *plot.Plot, width, height int) display.Bundle {
	w, h := vg.Length(width)*vg.Inch/96, vg.Length(height)*vg.Inch/96
	return display.Bundle{
		Data: map[string]any{
			display.MIMEText: describe(p),
			display.MIMESVG:  drawing(p, w, h),
			display.MIMEPNG:  func() any { return picture(p, w, h) },
		},
		Metadata: map[string]any{
			display.MIMEPNG: map[string]any{"width": width, "height": height},
		},
	}
}

func describe(p *plot.Plot) string {
	s := "plot"
	if p.Title.Text != "" {
		s += fmt.Sprintf(" %q", p.Title.Text)
	}
	if p.X.Label.Text != "" || p.Y.Label.Text != "" {
		s += fmt.Sprintf(": %s against %s", named(p.Y.Label.Text, "y"), named(p.X.Label.Text, "x"))
	}
	return s
}

func named(label, axis string) string {
	if label == "" {
		return axis
	}
	return label
}

// paint draws p with a margin, so that no letter touches the edge.
func paint(p *plot.Plot, c draw.Canvas) {
	if p.BackgroundColor != nil {
		c.SetColor(p.BackgroundColor)
		c.Fill(c.Rectangle.Path())
	}
	p.Draw(draw.Crop(c, margin, -margin, margin, -margin))
}

// fontFallbacks names, for gonum's fonts, ones of the same widths: most
// readers' machines do not have Liberation.
var fontFallbacks = strings.NewReplacer(
	"font-family:Liberation Serif;", "font-family:Liberation Serif,Times New Roman,Times,serif;",
	"font-family:Liberation Sans;", "font-family:Liberation Sans,Arial,Helvetica,sans-serif;",
	"font-family:Liberation Mono;", "font-family:Liberation Mono,Courier New,Courier,monospace;",
)

func drawing(p *plot.Plot, w, h vg.Length) string {
	c := vgsvg.New(w, h)
	paint(p, draw.New(c))
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		panic(err) // display.Of reports it; a bytes.Buffer does not fail
	}
	s := buf.String()
	if at := strings.Index(s, "<svg"); at > 0 { // a prologue has no place inside a page
		s = s[at:]
	}
	return fontFallbacks.Replace(s)
}

// encoder trades a few kilobytes for a quarter of the time.
var encoder = png.Encoder{CompressionLevel: png.BestSpeed}

func picture(p *plot.Plot, w, h vg.Length) []byte {
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(96*scale))
	paint(p, draw.New(c))
	var buf bytes.Buffer
	if err := encoder.Encode(&buf, c.Image()); err != nil {
		panic(err) // as above
	}
	return buf.Bytes()
}
