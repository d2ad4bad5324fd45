package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/lis"
)

// ForestDisplay is a list of estimates, a line each, with their intervals.
type ForestDisplay struct {
	Rows []ForestRow
	// Kinds name the marks of a row, in order; the first is solid, the second
	// hollow. One kind has no key.
	Kinds []string
	// Threshold draws a band of differences that count as none; 0 for none.
	Threshold float64
	Title     string
	XLabel    string
	Theme     Theme // Height 0 fits the number of rows
}

// ForestRow is one line.
type ForestRow struct {
	Label string
	Marks []Estimate // one per kind; NaN leaves one out
	Color int
	// Note stands at the right end; "" shows the first mark's figure.
	Note string
}

// Estimate is a figure with its interval.
type Estimate struct{ Value, Low, High float64 }

func estimate(r lis.Row) Estimate { return Estimate{r.LIS, r.CILow, r.CIHigh} }

// figure writes an estimate as value ± half its interval.
func (e Estimate) figure() string {
	if math.IsNaN(e.Value) {
		return "–"
	}
	return minus(fmt.Sprintf("%.4f ± %.4f", e.Value, (e.High-e.Low)/2))
}

// minus writes negative numbers with a minus sign.
func minus(s string) string {
	if strings.HasPrefix(s, "-") && !strings.ContainsAny(strings.SplitN(s, " ", 2)[0], "123456789") {
		s = s[1:] // rounded to zero
	}
	return strings.ReplaceAll(s, "-", "−")
}

var missing = Estimate{math.NaN(), math.NaN(), math.NaN()}

// Forest shows every slot, filter and scope of res at one horizon, held-out
// solid and raw hollow.
func Forest(res *lis.Result, horizon int) *ForestDisplay {
	d := &ForestDisplay{Kinds: []string{"held-out", "raw"}, Threshold: res.Threshold, XLabel: "LIS (gain in AUC)", Title: fmt.Sprintf("LIS at horizon %d %s, with 95 %% intervals", horizon, periodName(res.Study.Period))}
	at := map[string]int{}
	colors := map[string]int{}
	for _, r := range res.Rows {
		if r.Horizon != horizon || r.Protocol != lis.HeldOut && r.Protocol != lis.Raw || r.Scope == "cold" && r.MaxUpdates == lis.Inf && r.Filter == "" {
			continue
		}
		label := rowLabel(r, len(logsOf(res)) > 1)
		i, ok := at[label]
		if !ok {
			i = len(d.Rows)
			at[label] = i
			if _, known := colors[r.Slot]; !known {
				colors[r.Slot] = len(colors)
			}
			d.Rows = append(d.Rows, ForestRow{Label: label, Marks: []Estimate{missing, missing}, Color: colors[r.Slot]})
		}
		kind := 0
		if r.Protocol == lis.Raw {
			kind = 1
		}
		d.Rows[i].Marks[kind] = estimate(r)
		if kind == 0 && r.Error != "" {
			d.Rows[i].Note = r.Error
		}
	}
	return d
}

// rowLabel says what a row leaks and where it is scored.
func rowLabel(r lis.Row, withLog bool) string {
	label := r.Slot
	if withLog {
		label = r.Log + ": " + label
	}
	filter := r.Filter
	if r.MaxUpdates != lis.Inf {
		filter = fmt.Sprintf("< %d updates", r.MaxUpdates)
	}
	if filter != "" {
		label += ", " + filter
	}
	if r.Scope == "cold" {
		label += ", scored there"
	}
	return label
}

func logsOf(res *lis.Result) []string {
	var names []string
	seen := map[string]bool{}
	for _, r := range res.Rows {
		if !seen[r.Log] {
			seen[r.Log] = true
			names = append(names, r.Log)
		}
	}
	return names
}

// controls are the rows of a sweep's controls, each with what it must be.
var controls = []struct {
	protocol   lis.Protocol
	name, must string
}{
	{lis.HeldOut, "rows of the future", "the finding"},
	{lis.ControlPermuted, "permuted between ids", "must be below 0"},
	{lis.ControlRandom, "random of the same size", "must be below 0"},
	{lis.ControlZero, "zeros", "must be below 0"},
	{lis.ControlPlacebo, "a future of shuffled labels", "must not be above 0"},
	{lis.ControlPast, "rows of the past", "must be below 0"},
	{lis.ControlSeed, "another run's rows", "must not be above 0"},
	{lis.ControlNull, "a slot of drawn ids", "must be about 0"},
	{lis.ControlCoin, "raw, labels drawn by coin", "what raw says of noise"},
}

// Controls shows a slot's LIS at one horizon above its controls, and what each
// of them must be if the LIS is to be believed. The sweep needs Study.Controls.
func Controls(res *lis.Result, slot string, horizon int) *ForestDisplay {
	d := &ForestDisplay{Threshold: res.Threshold, XLabel: "gain in AUC", Title: fmt.Sprintf("Controls of %s at horizon %d %s", slot, horizon, periodName(res.Study.Period))}
	for _, c := range controls {
		for _, r := range res.Rows {
			here := r.Slot == slot || c.protocol == lis.ControlNull
			n := r.Horizon
			if c.protocol == lis.ControlPast {
				n = -n
			}
			if here && r.Protocol == c.protocol && n == horizon && r.MaxUpdates == lis.Inf && r.Filter == "" && r.Scope == "all" {
				color := 6
				if c.protocol == lis.HeldOut {
					color = 0
				} else if c.protocol == lis.ControlCoin {
					color = 1
				}
				d.Rows = append(d.Rows, ForestRow{Label: c.name, Marks: []Estimate{estimate(r)}, Color: color, Note: estimate(r).figure() + "  " + c.must})
				break
			}
		}
	}
	return d
}

func (d *ForestDisplay) theme() Theme {
	t := d.Theme.filled()
	if d.Theme.Height == 0 {
		t.Height = t.Text*vg.Length(2.1)*vg.Length(max(len(d.Rows), 2)) + t.Text*8
	}
	return t
}

// Alt says in words what the drawing shows.
func (d *ForestDisplay) Alt() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. %s.", d.Title, d.XLabel)
	for _, r := range d.Rows {
		for k, m := range r.Marks {
			if !math.IsNaN(m.Value) {
				name := r.Label
				if k < len(d.Kinds) {
					name += ", " + d.Kinds[k]
				}
				fmt.Fprintf(&b, " %s: %s.", name, m.figure())
			}
		}
	}
	return b.String()
}

// Plot is the display as a gonum plot. It is an error if it has no row.
func (d *ForestDisplay) Plot() (*plot.Plot, error) {
	if len(d.Rows) == 0 {
		return nil, errors.New("plots: nothing to draw: no row at that horizon; sweep it, for controls with Study.Controls")
	}
	t := d.theme()
	p := t.newPlot()
	p.Title.Text, p.X.Label.Text = d.Title, d.XLabel
	p.X.Tick.Marker = niceTicks{4}
	p.Y.Tick.Label.XAlign = draw.XRight
	hair := draw.LineStyle{Color: t.Faint, Width: t.Line * 0.45}
	if d.Threshold > 0 {
		p.Add(upright{x: d.Threshold, shadow: alpha(t.Faint, 0.14)})
	}
	p.Add(upright{x: 0, sty: hair})
	notes := endLabels{sty: t.style(0.92, t.Ink, draw.XLeft, draw.YCenter), loose: true}
	narrow := d.narrow(t, notes.sty)
	var ticks plot.ConstantTicks
	for i, r := range d.Rows {
		y := -float64(i)
		ticks = append(ticks, plot.Tick{Value: y, Label: r.Label})
		note := r.Note
		if (note == "" || narrow) && len(r.Marks) > 0 {
			note = r.Marks[0].figure()
		}
		notes.labels = append(notes.labels, endLabel{text: note, y: y, color: t.Ink})
		for k := len(r.Marks) - 1; k >= 0; k-- { // the first on top
			p.Add(whisker{at: r.Marks[k], y: y, color: t.color(r.Color), paper: t.Paper, mark: t.mark(r.Color), radius: t.Mark * 1.15, width: t.Line, hollow: k > 0})
		}
	}
	p.Y.Min, p.Y.Max = -float64(len(d.Rows))+0.4, 0.6
	p.Y.Tick.Marker = ticks
	p.X.Min, p.X.Max = widened(p.X.Min, p.X.Max, 0.02)
	p.Add(notes)
	if len(d.Kinds) > 1 {
		k := t.key()
		for i, name := range d.Kinds {
			if !slices.ContainsFunc(d.Rows, func(r ForestRow) bool { return i < len(r.Marks) && !math.IsNaN(r.Marks[i].Value) }) {
				continue
			}
			k.entries = append(k.entries, keyEntry{text: name, color: t.Ink, mark: disc{}, hollow: i > 0})
		}
		if d.Threshold > 0 {
			k.entries = append(k.entries, keyEntry{text: fmt.Sprintf("within ± %.4f: none", d.Threshold), color: alpha(t.Faint, 0.3)})
		}
		p.Add(k)
	}
	return p, nil
}

// narrow reports whether labels and notes would leave the marks too little room;
// the notes are then figures alone.
func (d *ForestDisplay) narrow(t Theme, sty text.Style) bool {
	var label, note vg.Length
	for _, r := range d.Rows {
		label, note = max(label, sty.Width(r.Label)), max(note, sty.Width(r.Note))
	}
	return label+note > t.Width*0.7
}

// widened is a range with a share of its length added at both ends.
func widened(lo, hi, share float64) (float64, float64) {
	more := (hi - lo) * share
	return lo - more, hi + more
}

// whisker is a mark with a horizontal interval.
type whisker struct {
	at            Estimate
	y             float64
	color, paper  color.Color
	mark          draw.GlyphDrawer
	radius, width vg.Length
	hollow        bool
}

func (w whisker) Plot(c draw.Canvas, p *plot.Plot) {
	if math.IsNaN(w.at.Value) {
		return
	}
	tx, ty := p.Transforms(&c)
	y := ty(w.y)
	sty := draw.LineStyle{Color: w.color, Width: w.width}
	if w.hollow {
		sty.Width *= 0.6
	}
	if !math.IsNaN(w.at.Low) && !math.IsNaN(w.at.High) {
		c.StrokeLine2(sty, tx(w.at.Low), y, tx(w.at.High), y)
	}
	stamp(&c, w.mark, vg.Point{X: tx(w.at.Value), Y: y}, w.radius, w.color, w.paper, w.hollow, false)
}

// DataRange keeps the interval in sight.
func (w whisker) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), w.y, w.y
	for _, v := range []float64{w.at.Value, w.at.Low, w.at.High} {
		if !math.IsNaN(v) {
			xmin, xmax = min(xmin, v), max(xmax, v)
		}
	}
	return
}

// upright is a vertical reference line, or a band from −x to x where shadow is
// set.
type upright struct {
	x      float64
	sty    draw.LineStyle
	shadow color.Color
}

func (u upright) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	if u.shadow != nil {
		c.FillPolygon(u.shadow, []vg.Point{{X: tx(-u.x), Y: c.Min.Y}, {X: tx(u.x), Y: c.Min.Y}, {X: tx(u.x), Y: c.Max.Y}, {X: tx(-u.x), Y: c.Max.Y}})
		return
	}
	c.StrokeLine2(u.sty, tx(u.x), c.Min.Y, tx(u.x), c.Max.Y)
}

// DataRange keeps the line in sight.
func (u upright) DataRange() (xmin, xmax, ymin, ymax float64) {
	lo := u.x
	if u.shadow != nil {
		lo = -u.x
	}
	return lo, u.x, math.Inf(1), math.Inf(-1)
}
