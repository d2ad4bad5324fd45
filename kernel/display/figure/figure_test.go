package figure

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/kernel/display"
)

func curve(t testing.TB) *plot.Plot {
	p := plot.New()
	p.Title.Text = "LIS"
	p.X.Label.Text = "horizon"
	l, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 2}, {X: 2, Y: 1}})
	if err != nil {
		t.Fatal(err)
	}
	p.Add(l)
	return p
}

func TestPlot(t *testing.T) {
	b := display.Of(curve(t))
	if got, want := b.Data[display.MIMEText], `plot "LIS": y against horizon`; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	svg := b.Data[display.MIMESVG].(string)
	if !strings.HasPrefix(svg, `<svg width="480pt" height="300pt"`) {
		t.Errorf("starts %q", svg[:60])
	}
	if !strings.Contains(svg, "font-family:Liberation Serif,Times New Roman,") {
		t.Error("no font to fall back on")
	}
	raw, err := base64.StdEncoding.DecodeString(b.Data[display.MIMEPNG].(string))
	if err != nil {
		t.Fatal(err)
	}
	c, err := png.DecodeConfig(bytes.NewReader(raw))
	if err != nil || c.Width != 2*Width || c.Height != 2*Height {
		t.Errorf("picture is %d × %d, %v", c.Width, c.Height, err)
	}
	want := map[string]any{display.MIMEPNG: map[string]any{"width": Width, "height": Height}}
	if d := cmp.Diff(want, b.Metadata); d != "" {
		t.Error(d)
	}
	if again := display.Of(curve(t)); cmp.Diff(b, again) != "" {
		t.Error("the same plot is drawn otherwise the second time")
	}
}

type faulty struct{}

func (faulty) Plot(draw.Canvas, *plot.Plot) { panic("no ink") }

func TestPanickingPlotter(t *testing.T) {
	p := curve(t)
	p.Add(faulty{})
	b := display.Of(p)
	if got := b.Data[display.MIMEText].(string); !strings.Contains(got, "panicked: no ink") {
		t.Errorf("got %q", got)
	}
}

func BenchmarkPlot(b *testing.B) {
	p := curve(b)
	var n int
	for b.Loop() {
		n = len(display.Of(p).Data[display.MIMEPNG].(string))
	}
	b.ReportMetric(float64(n), "base64-bytes")
}
