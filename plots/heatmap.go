package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/lis"
)

// HeatmapDisplay is a table of figures, coloured by their size: slots down,
// horizons across.
type HeatmapDisplay struct {
	Rows, Columns []string
	// Cells[i][j] is the figure of Rows[i] at Columns[j], NaN for none.
	Cells [][]float64
	// Marked cells, the significant ones, stand out; the others step back.
	Marked         [][]bool
	Title          string
	XLabel, YLabel string
	Theme          Theme // Height 0 fits the number of rows
}

// Heatmap shows held-out LIS of every slot at every horizon but 0, without
// filter, scored on all impressions.
func Heatmap(res *lis.Result) *HeatmapDisplay {
	d := &HeatmapDisplay{XLabel: "leakage horizon n (" + periodName(res.Study.Period) + ")", Title: "Held-out LIS by slot and horizon"}
	several := len(logsOf(res)) > 1
	row, column := map[string]int{}, map[string]int{}
	type entry struct {
		i, j int
		r    lis.Row
	}
	var entries []entry
	for _, r := range res.Rows {
		if r.Protocol != lis.HeldOut || r.MaxUpdates != lis.Inf || r.Filter != "" || r.Scope != "all" || r.Horizon == 0 {
			continue
		}
		name := rowLabel(r, several)
		if _, ok := row[name]; !ok {
			row[name] = len(d.Rows)
			d.Rows = append(d.Rows, name)
		}
		n := fmt.Sprint(r.Horizon)
		if _, ok := column[n]; !ok {
			column[n] = len(d.Columns)
			d.Columns = append(d.Columns, n)
		}
		entries = append(entries, entry{row[name], column[n], r})
	}
	for range d.Rows {
		cells := make([]float64, len(d.Columns))
		for j := range cells {
			cells[j] = math.NaN()
		}
		d.Cells = append(d.Cells, cells)
		d.Marked = append(d.Marked, make([]bool, len(d.Columns)))
	}
	for _, e := range entries {
		d.Cells[e.i][e.j], d.Marked[e.i][e.j] = e.r.LIS, e.r.Significant
	}
	return d
}

func (d *HeatmapDisplay) theme() Theme {
	t := d.Theme.filled()
	if d.Theme.Height == 0 {
		t.Height = t.Text*vg.Length(3)*vg.Length(max(len(d.Rows), 1)) + t.Text*7.5
	}
	return t
}

// Alt says in words what the drawing shows.
func (d *HeatmapDisplay) Alt() string {
	var b strings.Builder
	b.WriteString(d.Title + ".")
	for i, name := range d.Rows {
		fmt.Fprintf(&b, " %s:", name)
		for j, v := range d.Cells[i] {
			star := ""
			if d.Marked[i][j] {
				star = "*"
			}
			if math.IsNaN(v) {
				fmt.Fprintf(&b, " none at %s,", d.Columns[j])
				continue
			}
			fmt.Fprintf(&b, " %s at %s,", minus(fmt.Sprintf("%.4f%s", v, star)), d.Columns[j])
		}
	}
	return strings.TrimSuffix(b.String(), ",") + ". * significant."
}

// Plot is the display as a gonum plot. It is an error if it has no cell.
func (d *HeatmapDisplay) Plot() (*plot.Plot, error) {
	if len(d.Rows) == 0 || len(d.Columns) == 0 {
		return nil, errors.New("plots: nothing to draw: no held-out row without filter, scored on all impressions, at a horizon above 0")
	}
	t := d.theme()
	p := t.newPlot()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = d.Title, d.XLabel, d.YLabel
	var xs, ys plot.ConstantTicks
	for j, name := range d.Columns {
		xs = append(xs, plot.Tick{Value: float64(j), Label: name})
	}
	for i, name := range d.Rows {
		ys = append(ys, plot.Tick{Value: -float64(i), Label: name})
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = xs, ys
	p.X.LineStyle.Width, p.X.Tick.LineStyle.Width, p.X.Padding, p.Y.Padding = 0, 0, 0, 0
	p.X.Min, p.X.Max = -0.5, float64(len(d.Columns))-0.5
	p.Y.Min, p.Y.Max = -float64(len(d.Rows))+0.5, 0.5
	p.Add(cells{d: d, t: t, sty: t.style(0.95, t.Ink, draw.XCenter, draw.YCenter)})
	return p, nil
}

type cells struct {
	d   *HeatmapDisplay
	t   Theme
	sty text.Style
}

func (h cells) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	most := 0.0
	for _, row := range h.d.Cells {
		for _, v := range row {
			if !math.IsNaN(v) {
				most = max(most, math.Abs(v))
			}
		}
	}
	gap := h.t.Text * 0.12
	for i, row := range h.d.Cells {
		for j, v := range row {
			x0, x1 := tx(float64(j)-0.5)+gap, tx(float64(j)+0.5)-gap
			y0, y1 := ty(-float64(i)-0.5)+gap, ty(-float64(i)+0.5)-gap
			fill := alpha(h.t.Faint, 0.12)
			label, ink := "–", h.t.Faint
			if !math.IsNaN(v) {
				hue := h.t.color(0)
				if v < 0 {
					hue = h.t.color(1)
				}
				share := 0.0
				if most > 0 {
					share = math.Abs(v) / most
				}
				fill = mix(h.t.Paper, hue, 0.06+0.6*share)
				label, ink = minus(fmt.Sprintf("%.4f", v)), readable(fill, h.t)
			}
			sty := h.sty
			sty.Color = ink
			if !math.IsNaN(v) && h.d.Marked[i][j] {
				sty, label = bold(sty), label+" *"
			}
			c.FillPolygon(fill, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
			c.FillText(sty, vg.Point{X: (x0 + x1) / 2, Y: (y0+y1)/2 + sty.Font.Size*0.13}, label)
		}
	}
}

// mix goes from a to b.
func mix(a, b color.Color, f float64) color.Color {
	x, y := color.NRGBAModel.Convert(a).(color.NRGBA), color.NRGBAModel.Convert(b).(color.NRGBA)
	m := func(p, q uint8) uint8 { return uint8(float64(p) + (float64(q)-float64(p))*f + 0.5) }
	return color.NRGBA{m(x.R, y.R), m(x.G, y.G), m(x.B, y.B), 255}
}

// readable is the ink, or the paper where that stands out more on the fill (by
// the relative luminance of WCAG 2).
func readable(fill color.Color, t Theme) color.Color {
	light := func(c color.Color) float64 {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		f := func(v uint8) float64 {
			x := float64(v) / 255
			if x <= 0.03928 {
				return x / 12.92
			}
			return math.Pow((x+0.055)/1.055, 2.4)
		}
		return 0.2126*f(n.R) + 0.7152*f(n.G) + 0.0722*f(n.B)
	}
	contrast := func(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }
	if l := light(fill); contrast(l, light(t.Paper)) > contrast(l, light(t.Ink)) {
		return t.Paper
	}
	return t.Ink
}
