package plots

import (
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// fit makes a plot's letters fit the canvas that it is about to be drawn on: a
// title too long for it is broken into lines, and of labels below the axis that
// would run into one another, words go below each other, and then some go.
func fit(p *plot.Plot, c draw.Canvas) {
	p.Title.Text = wrap(p.Title.Text, p.Title.TextStyle, c.Max.X-c.Min.X)
	if p.X.Tick.Marker == nil {
		return
	}
	data := p.DataCanvas(c)
	tx, _ := p.Transforms(&data)
	ticks := p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max)
	sty := p.X.Tick.Label
	if !crowded(ticks, sty, tx) {
		return
	}
	fitted := make(plot.ConstantTicks, len(ticks))
	copy(fitted, ticks)
	for i, t := range fitted {
		if at := strings.LastIndexByte(t.Label, ' '); at > 0 && !strings.HasSuffix(t.Label, " %") {
			fitted[i].Label = t.Label[:at] + "\n" + t.Label[at+1:]
		}
	}
	for last := len(fitted) - 1; crowded(fitted, sty, tx) && last > 0; last-- {
		// From the right, so that the farthest keeps its label.
		if fitted[last].Label != "" {
			for i := last - 1; i >= 0 && crowded([]plot.Tick{fitted[i], fitted[last]}, sty, tx); i-- {
				fitted[i].Label = ""
			}
		}
	}
	p.X.Tick.Marker = fitted
}

// crowded reports whether two neighbours' labels touch.
func crowded(ticks []plot.Tick, sty text.Style, tx func(float64) vg.Length) bool {
	end, any := vg.Length(0), false
	for _, t := range ticks {
		if t.Label == "" {
			continue
		}
		half := sty.Width(t.Label) / 2
		if any && tx(t.Value)-half < end+sty.Font.Size*0.4 {
			return true
		}
		end, any = tx(t.Value)+half, true
	}
	return false
}

// wrap breaks the lines of s so that none is wider, where words allow, and the
// parts of a line are about as long as each other.
func wrap(s string, sty text.Style, width vg.Length) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		parts := broken(line, sty, width)
		for narrower := width * 0.95; len(parts) > 1 && narrower > width/2; narrower *= 0.95 {
			next := broken(line, sty, narrower)
			if len(next) > len(parts) {
				break
			}
			parts = next
		}
		out = append(out, parts...)
	}
	return strings.Join(out, "\n")
}

// broken is a line in as few parts as keep within the width.
func broken(line string, sty text.Style, width vg.Length) []string {
	parts := []string{""}
	for _, w := range strings.Fields(line) {
		last := &parts[len(parts)-1]
		if next := strings.TrimSpace(*last + " " + w); *last == "" || sty.Width(next) <= width {
			*last = next
		} else {
			parts = append(parts, w)
		}
	}
	return parts
}

// leftOf is the room that a plot's vertical axis takes beside the data.
func leftOf(p *plot.Plot) vg.Length {
	var room vg.Length
	if p.Y.Label.Text != "" {
		room = p.Y.Label.TextStyle.Height(p.Y.Label.Text) + p.Y.Label.Padding
	}
	var widest vg.Length
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		widest = max(widest, p.Y.Tick.Label.Width(t.Label))
	}
	return room + widest + p.Y.Tick.Length + p.Y.Padding
}
