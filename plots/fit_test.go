package plots

import (
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

func TestWrap(t *testing.T) {
	sty := Notebook.style(1, Notebook.Ink, draw.XCenter, draw.YTop)
	title := "What representations give of what the future knows"
	if got := wrap(title, sty, 1000); got != title {
		t.Errorf("broken without need: %q", got)
	}
	got := strings.Split(wrap(title, sty, sty.Width(title)*0.95), "\n")
	if len(got) != 2 || sty.Width(got[1]) < sty.Width(got[0])*0.6 {
		t.Errorf("%q: not two lines of about the same length", got)
	}
	if got := wrap("content-reachable\nLIS", sty, 1); got != "content-reachable\nLIS" {
		t.Errorf("%q: a word was broken or lost", got)
	}
}

// Labels below the axis do not run into one another, however narrow a drawing is.
func TestFitThinsLabels(t *testing.T) {
	for name, pic := range gallery(t) {
		for _, width := range []vg.Length{160, 240, 480} {
			th := Paper
			th.Width = width
			themed(pic, th)
			panels, err := pic.panels()
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range panels[0] {
				c := draw.New(sized{&recorder.Canvas{}, width, th.Height})
				fit(p, c)
				data := p.DataCanvas(c)
				tx, _ := p.Transforms(&data)
				ticks := p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max)
				if crowded(ticks, p.X.Tick.Label, tx) {
					t.Errorf("%s, %v wide: labels touch: %v", name, width, ticks)
				}
			}
		}
	}
}
