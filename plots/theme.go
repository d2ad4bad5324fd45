package plots

import (
	"image/color"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Theme is how large a drawing is and what it is drawn with. The zero Theme
// means Notebook.
type Theme struct {
	// Width and Height of the whole drawing.
	Width, Height vg.Length
	// Text is the size of axis labels and names; ticks are a little smaller, a
	// title a little larger.
	Text vg.Length
	// Line is the width of a data line, Mark the radius of a data mark.
	Line, Mark vg.Length
	// Ink is the colour of text and axes, Faint of what steps back (grid,
	// reference lines, secondary text), Paper of the background.
	Ink, Faint, Paper color.Color
	// Palette holds the colours of series, in order, all told apart by
	// colour-blind readers.
	Palette []color.Color
	// DPI of PNG files.
	DPI int
}

// The palette of Okabe and Ito (2008), without its yellow, which does not show
// on white; and the same hues, lighter, for a dark background.
var (
	okabeIto = []color.Color{
		rgb(0x0072b2), // blue
		rgb(0xd55e00), // vermilion
		rgb(0x009e73), // green
		rgb(0xaa4499), // purple
		rgb(0xe69f00), // orange
		rgb(0x56b4e9), // sky
		rgb(0x555555), // grey
	}
	okabeItoDark = []color.Color{
		rgb(0x56b4e9), // sky
		rgb(0xff8a3d), // vermilion
		rgb(0x2fd0a3), // green
		rgb(0xe38fd0), // purple
		rgb(0xf5c242), // orange
		rgb(0x8fb7ff), // blue
		rgb(0xbbbbbb), // grey
	}
)

// The presets.
var (
	// Notebook fits a cell's output on a laptop.
	Notebook = Theme{Width: 6.6 * vg.Inch, Height: 3.7 * vg.Inch, Text: 10, Line: 1.8, Mark: 2.6, Ink: rgb(0x222222), Faint: rgb(0x8a8a8a), Paper: color.White, Palette: okabeIto, DPI: 192}
	// Paper fits one column of a two-column page.
	Paper = Theme{Width: 3.4 * vg.Inch, Height: 2.3 * vg.Inch, Text: 7.5, Line: 1.1, Mark: 1.7, Ink: color.Black, Faint: rgb(0x777777), Paper: color.White, Palette: okabeIto, DPI: 300}
	// Slide fills a 16:9 slide under its title and is read from the last row.
	Slide = Theme{Width: 11.6 * vg.Inch, Height: 5.6 * vg.Inch, Text: 18, Line: 3.4, Mark: 5, Ink: rgb(0x222222), Faint: rgb(0x7a7a7a), Paper: color.White, Palette: okabeIto, DPI: 144}
	// Dark is Notebook on a dark page.
	Dark = Theme{Width: 6.6 * vg.Inch, Height: 3.7 * vg.Inch, Text: 10, Line: 1.8, Mark: 2.6, Ink: rgb(0xe6e6e6), Faint: rgb(0x9a9a9a), Paper: rgb(0x1b1d21), Palette: okabeItoDark, DPI: 192}
)

// filled is t with what is zero taken from Notebook.
func (t Theme) filled() Theme {
	d := Notebook
	if t.Width > 0 {
		d.Width = t.Width
	}
	if t.Height > 0 {
		d.Height = t.Height
	}
	if t.Text > 0 {
		d.Text = t.Text
	}
	if t.Line > 0 {
		d.Line = t.Line
	}
	if t.Mark > 0 {
		d.Mark = t.Mark
	}
	if t.Ink != nil {
		d.Ink = t.Ink
	}
	if t.Faint != nil {
		d.Faint = t.Faint
	}
	if t.Paper != nil {
		d.Paper = t.Paper
	}
	if len(t.Palette) > 0 {
		d.Palette = t.Palette
	}
	if t.DPI > 0 {
		d.DPI = t.DPI
	}
	return d
}

// color is the colour of series i.
func (t Theme) color(i int) color.Color { return t.Palette[i%len(t.Palette)] }

// marks go with the colours, so that a grey print still tells series apart.
var marks = []draw.GlyphDrawer{disc{}, square{}, triangle{}, diamond{}, disc{}, square{}, triangle{}}

func (t Theme) mark(i int) draw.GlyphDrawer { return marks[i%len(marks)] }

// style is the text style of a part of the drawing, scale times t.Text large.
func (t Theme) style(scale float64, clr color.Color, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color:   clr,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: t.Text * vg.Length(scale)},
		XAlign:  x,
		YAlign:  y,
		Handler: plot.DefaultTextHandler,
	}
}

func bold(s text.Style) text.Style {
	s.Font.Weight = xfont.WeightBold
	return s
}

// newPlot is an empty gonum plot in the theme.
func (t Theme) newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = t.Paper
	p.Title.TextStyle = bold(t.style(1.1, t.Ink, draw.XCenter, draw.YTop))
	p.Title.Padding = t.Text * 0.8
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle = t.style(1, t.Ink, draw.XCenter, draw.YBottom)
		a.Label.Padding = t.Text * 0.4
		a.Tick.Label.Font = t.style(0.92, t.Ink, draw.XCenter, draw.YTop).Font
		a.Tick.Label.Color = t.Ink
		a.Tick.LineStyle.Color = t.Faint
		a.Tick.Length = t.Text * 0.4
		a.LineStyle.Color = t.Faint
		a.LineStyle.Width = t.Line * 0.4
		a.Tick.LineStyle.Width = t.Line * 0.4
		a.Padding = t.Text * 0.5
	}
	p.Y.LineStyle.Width = 0
	p.Y.Tick.LineStyle.Width = 0
	p.Y.Tick.Length = t.Text * 0.3
	return p
}

func rgb(v uint32) color.Color {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}

// alpha is c with the opacity a in [0, 1].
func alpha(c color.Color, a float64) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = uint8(255*a + 0.5)
	return n
}
