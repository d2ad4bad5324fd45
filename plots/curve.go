package plots

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/lis"
)

// A Line is one line of a chart with its interval.
type Line struct {
	Name string
	// X ascending; Y, Low and High have its length. NaN leaves a gap.
	X, Y, Low, High []float64
	// Color is the number of its colour in the theme's palette.
	Color int
	// Raw lines (of a lineage that was trained on what is scored) are dashed
	// and hollow.
	Raw bool
}

// CurveDisplay is LIS over the leakage horizon, a line per slot with its
// interval, raw beside held-out, and the threshold that a difference has to
// exceed.
type CurveDisplay struct {
	Lines []Line
	// Threshold is drawn as a dashed line; 0 for none. ThresholdName says which
	// it is.
	Threshold     float64
	ThresholdName string
	// At points out one horizon by an upright line; 0 for none.
	At     float64
	Title  string
	XLabel string
	YLabel string
	Theme  Theme
}

// Curve shows the rows of res without filter, scored on all impressions, and no
// controls. CurveOf shows any rows.
func Curve(res *lis.Result) *CurveDisplay {
	var rows []lis.Row
	for _, r := range res.Rows {
		measured := r.Protocol == lis.HeldOut || r.Protocol == lis.Raw || r.Protocol == lis.Fork
		if measured && r.MaxUpdates == lis.Inf && r.Filter == "" && r.Scope == "all" {
			rows = append(rows, r)
		}
	}
	c := CurveOf(rows)
	c.Threshold = res.Threshold
	if res.NoiseFloor >= res.Threshold {
		c.ThresholdName = "noise floor"
	}
	c.XLabel = "leakage horizon n (" + periodName(res.Study.Period) + ")"
	return c
}

// CurveOf shows any rows of a result as lines over the horizon: rows that
// differ in nothing but the horizon are one line.
func CurveOf(rows []lis.Row) *CurveDisplay {
	type key struct {
		log, slot, scope, filter string
		protocol                 lis.Protocol
		updates                  int
	}
	lines := map[key]*Line{}
	var keys []key
	colors := map[key]int{}
	for _, r := range rows {
		k := key{r.Log, r.Slot, r.Scope, r.Filter, r.Protocol, r.MaxUpdates}
		if lines[k] == nil {
			lines[k] = &Line{Raw: r.Protocol == lis.Raw}
			keys = append(keys, k)
			hue := k // raw has the colour of its held-out twin
			hue.protocol = ""
			if _, ok := colors[hue]; !ok {
				colors[hue] = len(colors)
			}
			lines[k].Color = colors[hue]
		}
		l := lines[k]
		l.X = append(l.X, float64(r.Horizon))
		l.Y = append(l.Y, r.LIS)
		l.Low = append(l.Low, r.CILow)
		l.High = append(l.High, r.CIHigh)
	}
	differ := func(f func(key) any) bool {
		for _, k := range keys {
			if f(k) != f(keys[0]) {
				return true
			}
		}
		return false
	}
	logs := differ(func(k key) any { return k.log })
	scopes := differ(func(k key) any { return k.scope })
	filters := differ(func(k key) any { return k.updates })
	c := &CurveDisplay{ThresholdName: "threshold", XLabel: "leakage horizon n (periods)", YLabel: "LIS (gain in AUC)"}
	for _, k := range keys {
		l := *lines[k]
		sort.Sort(byX(l))
		name := []string{k.slot}
		if logs {
			name = append([]string{k.log}, name...)
		}
		if filters && k.updates != lis.Inf {
			name = append(name, fmt.Sprintf("<%d updates", k.updates))
		}
		if k.filter != "" {
			name = append(name, k.filter)
		}
		if scopes && k.scope != "all" {
			name = append(name, k.scope)
		}
		switch k.protocol {
		case lis.HeldOut, "":
		default:
			name = append(name, string(k.protocol))
		}
		l.Name = strings.Join(name, ", ")
		c.Lines = append(c.Lines, l)
	}
	if len(keys) > 0 && !logs {
		c.Title = "What rows from the future would add: " + keys[0].log
	}
	return c
}

// periodName is the plural of a period's length: "days", "weeks", "hours", or
// its length where it has no name.
func periodName(d time.Duration) string {
	switch d {
	case 0, 24 * time.Hour:
		return "days"
	case 7 * 24 * time.Hour:
		return "weeks"
	case time.Hour:
		return "hours"
	}
	return "periods of " + d.String()
}

func sortedKeys(set map[float64]bool) []float64 {
	keys := make([]float64, 0, len(set))
	for x := range set {
		keys = append(keys, x)
	}
	sort.Float64s(keys)
	return keys
}

type byX Line

func (l byX) Len() int           { return len(l.X) }
func (l byX) Less(i, j int) bool { return l.X[i] < l.X[j] }
func (l byX) Swap(i, j int) {
	for _, v := range [][]float64{l.X, l.Y, l.Low, l.High} {
		v[i], v[j] = v[j], v[i]
	}
}

// Alt says in words what the drawing shows.
func (c *CurveDisplay) Alt() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s over %s.", c.YLabel, c.XLabel)
	for _, l := range c.Lines {
		for i := len(l.X) - 1; i >= 0; i-- {
			if !math.IsNaN(l.Y[i]) {
				fmt.Fprintf(&b, " %s: %.4f at %g", l.Name, l.Y[i], l.X[i])
				if len(l.Low) > 0 {
					fmt.Fprintf(&b, " (95%% interval %.4f to %.4f)", l.Low[i], l.High[i])
				}
				b.WriteString(".")
				break
			}
		}
	}
	return b.String()
}

// Plot is the curve as a gonum plot, to which more may be added. It is an error
// if no line has a point.
func (c *CurveDisplay) Plot() (*plot.Plot, error) {
	t := c.theme()
	p := t.newPlot()
	p.Title.Text = c.Title
	p.X.Label.Text = c.XLabel
	p.Y.Label.Text = c.YLabel
	p.X.Scale = log1p{}
	p.Y.Tick.Marker = niceTicks{5}

	var points int
	at := map[float64]bool{}
	ends := endLabels{sty: t.style(0.95, t.Ink, draw.XLeft, draw.YCenter)}
	hair := draw.LineStyle{Color: t.Faint, Width: t.Line * 0.45}
	p.Add(rules{draw.LineStyle{Color: alpha(t.Faint, 0.25), Width: t.Line * 0.35}})
	p.Add(level{y: 0, sty: hair})
	if c.At != 0 {
		p.Add(upright{x: c.At, sty: draw.LineStyle{Color: alpha(t.Faint, 0.55), Width: t.Line}})
	}
	if c.Threshold > 0 {
		dashed := hair
		dashed.Dashes = []vg.Length{t.Line * 1.4, t.Line * 1.4}
		p.Add(level{y: c.Threshold, sty: dashed, shadow: alpha(t.Faint, 0.12)})
		ends.labels = append(ends.labels, endLabel{text: strings.TrimSpace(fmt.Sprintf("%s %.4f", c.ThresholdName, c.Threshold)), y: c.Threshold, color: t.Faint})
	}
	// Raw first, so that held-out lies on top.
	for _, raw := range []bool{true, false} {
		for _, l := range c.Lines {
			if l.Raw != raw {
				continue
			}
			s := series{x: l.X, y: l.Y, low: l.Low, high: l.High, color: t.color(l.Color), paper: t.Paper, mark: t.mark(l.Color), radius: t.Mark, width: t.Line, dashed: raw, bandAlpha: 0.2}
			if raw {
				s.bandAlpha = 0.12
			}
			last := math.NaN()
			for i, v := range l.Y {
				if !math.IsNaN(v) {
					points++
					at[l.X[i]] = true
					last = v
				}
			}
			if math.IsNaN(last) {
				continue
			}
			p.Add(s)
			ends.labels = append(ends.labels, endLabel{text: l.Name, y: last, color: t.color(l.Color), bold: !raw})
		}
	}
	if points == 0 {
		return nil, errors.New("plots: nothing to draw: no row without filter, scored on all impressions, has a figure; CurveOf draws other rows")
	}
	p.Add(ends)
	p.X.Tick.Marker = ticksAt(sortedKeys(at))
	// A little air above, and down to a round value below.
	p.Y.Max += (p.Y.Max - p.Y.Min) * 0.04
	return p, nil
}
