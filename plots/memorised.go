package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/lis"
)

// MemorisedDisplay splits raw LIS: what is left on impressions the model was
// not trained on, and what was memorised.
type MemorisedDisplay struct {
	Rows   []MemorisedRow
	Title  string
	XLabel string
	Theme  Theme // Height 0 fits the number of rows
}

// MemorisedRow is one bar.
type MemorisedRow struct {
	Label        string
	HeldOut, Raw Estimate
}

// Memorised shows every slot of res at one horizon, without filter, scored on
// all impressions.
func Memorised(res *lis.Result, horizon int) *MemorisedDisplay {
	d := &MemorisedDisplay{Title: fmt.Sprintf("What raw LIS is made of: horizon %d %s", horizon, periodName(res.Study.Period)), XLabel: "raw LIS (gain in AUC)"}
	several := len(logsOf(res)) > 1
	raw := map[string]Estimate{}
	for _, r := range res.Rows {
		if r.Horizon != horizon || r.MaxUpdates != lis.Inf || r.Filter != "" || r.Scope != "all" {
			continue
		}
		switch name := rowLabel(r, several); r.Protocol {
		case lis.HeldOut:
			d.Rows = append(d.Rows, MemorisedRow{Label: name, HeldOut: estimate(r)})
		case lis.Raw:
			raw[name] = estimate(r)
		}
	}
	var both []MemorisedRow
	for _, r := range d.Rows {
		if e, ok := raw[r.Label]; ok && !math.IsNaN(e.Value) && !math.IsNaN(r.HeldOut.Value) {
			r.Raw = e
			both = append(both, r)
		}
	}
	d.Rows = both
	return d
}

func (d *MemorisedDisplay) theme() Theme {
	t := d.Theme.filled()
	if d.Theme.Height == 0 {
		t.Height = t.Text*vg.Length(3.2)*vg.Length(max(len(d.Rows), 1)) + t.Text*9
	}
	return t
}

// Alt says in words what the drawing shows.
func (d *MemorisedDisplay) Alt() string {
	var b strings.Builder
	b.WriteString(d.Title + ".")
	for _, r := range d.Rows {
		fmt.Fprintf(&b, " %s: raw %s, held-out %s, so %s memorised.", r.Label, r.Raw.figure(), r.HeldOut.figure(), r.share())
	}
	return b.String()
}

// share is the memorised part of raw LIS in words.
func (r MemorisedRow) share() string {
	if !(r.Raw.Value > 0) {
		return "nothing"
	}
	return fmt.Sprintf("%.0f %%", 100*min(1, max(0, 1-r.HeldOut.Value/r.Raw.Value)))
}

// Plot is the display as a gonum plot. It is an error if it has no row.
func (d *MemorisedDisplay) Plot() (*plot.Plot, error) {
	if len(d.Rows) == 0 {
		return nil, errors.New("plots: nothing to draw: no slot has a raw and a held-out row at that horizon, without filter")
	}
	t := d.theme()
	p := t.newPlot()
	p.Title.Text, p.X.Label.Text = d.Title, d.XLabel
	p.X.Tick.Marker = niceTicks{5}
	var ticks plot.ConstantTicks
	notes := endLabels{sty: t.style(0.92, t.Ink, draw.XLeft, draw.YCenter), loose: true}
	for i, r := range d.Rows {
		y := -float64(i)
		held, raw := r.HeldOut.Value, r.Raw.Value
		if raw > max(held, 0) {
			p.Add(bar{at: y, half: 0.3, from: max(held, 0), to: raw, low: r.Raw.Low, high: r.Raw.High, color: t.color(1), ink: t.Ink, rim: true, width: t.Line, flat: true})
		}
		p.Add(bar{at: y, half: 0.3, from: 0, to: held, low: r.HeldOut.Low, high: r.HeldOut.High, color: t.color(0), ink: t.Ink, width: t.Line, flat: true})
		ticks = append(ticks, plot.Tick{Value: y, Label: r.Label})
		notes.labels = append(notes.labels, endLabel{text: r.share() + " memorised", y: y, color: t.Ink})
	}
	p.Add(upright{x: 0, sty: draw.LineStyle{Color: t.Faint, Width: t.Line * 0.45}})
	p.Y.Tick.Marker = ticks
	p.Y.Min, p.Y.Max = -float64(len(d.Rows))+0.4, 0.6
	p.X.Min = min(0, p.X.Min)
	p.X.Max += (p.X.Max - p.X.Min) * 0.02
	p.Add(notes, t.key(
		keyEntry{text: "held-out: on impressions it was not trained on", color: t.color(0)},
		keyEntry{text: "memorised labels", color: mix(t.Paper, t.color(1), 0.25)},
	))
	return p, nil
}

// CoinDisplay sets raw LIS on data beside raw LIS on labels drawn by coin, where
// there is nothing to find, and held-out beside both.
type CoinDisplay struct {
	Groups []CoinGroup
	Title  string
	YLabel string
	Theme  Theme
}

// CoinGroup is one horizon.
type CoinGroup struct {
	Label                                   string
	RawData, RawCoin, HeldOutData, HeldCoin Estimate
	Reported                                float64 // NaN for none
}

// coinBars are a group's bars from left to right: what a legend and what a
// sentence calls them.
var coinBars = [4]struct{ legend, words string }{
	{"raw, coin flips", "raw on coin flips"},
	{"raw, data", "raw on data"},
	{"held-out, data", "held-out on data"},
	{"held-out, coin flips", "held-out on coin flips"},
}

func (g CoinGroup) bars() [4]Estimate {
	return [4]Estimate{g.RawCoin, g.RawData, g.HeldOutData, g.HeldCoin}
}

// Coin shows a slot of two sweeps, of a log and of the same log with its labels
// drawn by coin, at every horizon but 0. With coins nil it takes the rows of
// data's own control (Study.Controls), which has no held-out twin.
func Coin(data, coins *lis.Result, slot string) *CoinDisplay {
	d := &CoinDisplay{Title: "What each protocol says of data, and of coin flips: " + slot, YLabel: "LIS (gain in AUC)"}
	unit := strings.TrimSuffix(periodName(data.Study.Period), "s")
	at, reported := map[int]int{}, map[int]float64{}
	group := func(n int) *CoinGroup {
		i, ok := at[n]
		if !ok {
			i = len(d.Groups)
			at[n] = i
			label := fmt.Sprintf("%d %s", n, unit)
			if n != 1 {
				label += "s"
			}
			d.Groups = append(d.Groups, CoinGroup{Label: label, RawData: missing, RawCoin: missing, HeldOutData: missing, HeldCoin: missing, Reported: math.NaN()})
		}
		return &d.Groups[i]
	}
	if slot == "item" && unit == "day" { // what the paper reports, for its horizons
		reported[7], reported[30] = lis.PaperItem7, lis.PaperItem30
	}
	plain := func(r lis.Row) bool {
		return r.Slot == slot && r.Horizon > 0 && r.MaxUpdates == lis.Inf && r.Filter == "" && r.Scope == "all"
	}
	for _, r := range data.Rows {
		if !plain(r) {
			continue
		}
		switch r.Protocol {
		case lis.Raw:
			group(r.Horizon).RawData = estimate(r)
		case lis.HeldOut:
			group(r.Horizon).HeldOutData = estimate(r)
		case lis.ControlCoin:
			if coins == nil {
				group(r.Horizon).RawCoin = estimate(r)
			}
		}
	}
	if coins != nil {
		for _, r := range coins.Rows {
			if !plain(r) {
				continue
			}
			switch r.Protocol {
			case lis.Raw:
				group(r.Horizon).RawCoin = estimate(r)
			case lis.HeldOut:
				group(r.Horizon).HeldCoin = estimate(r)
			}
		}
	}
	for n, i := range at {
		if v, ok := reported[n]; ok {
			d.Groups[i].Reported = v
		}
	}
	return d
}

// Alt says in words what the drawing shows.
func (d *CoinDisplay) Alt() string {
	var b strings.Builder
	b.WriteString(d.Title + ".")
	for _, g := range d.Groups {
		var said []string
		for k, e := range g.bars() {
			if !math.IsNaN(e.Value) {
				said = append(said, coinBars[k].words+" "+e.figure())
			}
		}
		fmt.Fprintf(&b, " %s: %s.", g.Label, strings.Join(said, ", "))
	}
	return b.String()
}

func (d *CoinDisplay) theme() Theme { return d.Theme.filled() }

// Plot is the display as a gonum plot. It is an error if it has no group.
func (d *CoinDisplay) Plot() (*plot.Plot, error) {
	if len(d.Groups) == 0 {
		return nil, errors.New("plots: nothing to draw: the slot has no row without filter at a horizon above 0")
	}
	t := d.theme()
	p := t.newPlot()
	p.Title.Text, p.Y.Label.Text, p.X.Label.Text = d.Title, d.YLabel, "leakage horizon"
	p.Y.Tick.Marker = niceTicks{5}
	p.Add(rules{draw.LineStyle{Color: alpha(t.Faint, 0.25), Width: t.Line * 0.35}})
	var ticks plot.ConstantTicks
	for i, g := range d.Groups {
		x := float64(i)
		for k, e := range g.bars() {
			if math.IsNaN(e.Value) {
				continue
			}
			b := bar{at: x + (float64(k)-1.5)*0.2, half: 0.085, to: e.Value, low: e.Low, high: e.High, color: t.color(1), ink: t.Ink, width: t.Line}
			if k >= 2 {
				b.color = t.color(0)
			}
			b.rim = k == 0 || k == 3
			p.Add(b)
		}
		if !math.IsNaN(g.Reported) {
			p.Add(stroke{x0: x - 0.42, x1: x + 0.42, y: g.Reported, sty: draw.LineStyle{Color: t.Ink, Width: t.Line * 0.6, Dashes: []vg.Length{t.Line, t.Line}}})
		}
		ticks = append(ticks, plot.Tick{Value: x, Label: g.Label})
	}
	p.Add(level{y: 0, sty: draw.LineStyle{Color: t.Faint, Width: t.Line * 0.45}})
	p.X.Tick.Marker = ticks
	p.X.Min, p.X.Max = -0.5, float64(len(d.Groups))-0.5
	p.Y.Max += (p.Y.Max - p.Y.Min) * 0.06
	k := t.key()
	for i, c := range []color.Color{mix(t.Paper, t.color(1), 0.25), t.color(1), t.color(0), mix(t.Paper, t.color(0), 0.25)} {
		if slices.ContainsFunc(d.Groups, func(g CoinGroup) bool { return !math.IsNaN(g.bars()[i].Value) }) {
			k.entries = append(k.entries, keyEntry{text: coinBars[i].legend, color: c})
		}
	}
	for _, g := range d.Groups {
		if !math.IsNaN(g.Reported) {
			k.entries = append(k.entries, keyEntry{text: "the paper", color: t.Ink, dashed: true})
			break
		}
	}
	p.Add(k)
	return p, nil
}

// stroke is a horizontal line between two points of the data.
type stroke struct {
	x0, x1, y float64
	sty       draw.LineStyle
}

func (s stroke) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	c.StrokeLine2(s.sty, tx(s.x0), ty(s.y), tx(s.x1), ty(s.y))
}

// DataRange keeps the line in sight.
func (s stroke) DataRange() (xmin, xmax, ymin, ymax float64) { return s.x0, s.x1, s.y, s.y }
