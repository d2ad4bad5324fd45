package plots_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gonum.org/v1/plot/plotter"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/plots"
)

// A curve is plain data, so one can also be drawn from figures of one's own,
// and a gonum plot, so more can be added to it.
func ExampleCurveOf() {
	var rows []lis.Row
	for _, r := range []struct {
		n                int
		lis, low, higher float64
	}{{0, 0, 0, 0}, {1, .0065, .0049, .0081}, {7, .0112, .0096, .0128}, {30, .0122, .0106, .0138}} {
		rows = append(rows, lis.Row{Log: "films", Protocol: lis.HeldOut, Slot: "item", Horizon: r.n, MaxUpdates: lis.Inf, Scope: "all", LIS: r.lis, CILow: r.low, CIHigh: r.higher})
	}
	c := plots.CurveOf(rows)
	c.Threshold = 0.001

	p, err := c.Plot()
	if err != nil {
		fmt.Println(err)
		return
	}
	note, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: 7, Y: .014}}, Labels: []string{"a week"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	p.Add(note)
	dir, err := os.MkdirTemp("", "curve")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := p.Save(plots.Notebook.Width, plots.Notebook.Height, filepath.Join(dir, "films.svg")); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Alt())
	// Output: LIS (gain in AUC) over leakage horizon n (periods). item: 0.0122 at 30 (95% interval 0.0106 to 0.0138).
}

// A display is plain data: change what it says and how large it is, then draw it
// as often as wanted. Its words are for those who cannot see it.
func ExampleForest() {
	res := &lis.Result{Threshold: .001, Rows: []lis.Row{
		{Log: "films", Protocol: lis.HeldOut, Slot: "item", Horizon: 7, MaxUpdates: lis.Inf, Scope: "all", LIS: .0112, CILow: .0096, CIHigh: .0128},
		{Log: "films", Protocol: lis.Raw, Slot: "item", Horizon: 7, MaxUpdates: lis.Inf, Scope: "all", LIS: .0315, CILow: .0297, CIHigh: .0333},
	}}
	d := plots.Forest(res, 7)
	d.Theme = plots.Slide
	d.Title = "Films, a week ahead"
	fmt.Println(d.Alt())
	// Output: Films, a week ahead. LIS (gain in AUC). item, held-out: 0.0112 ± 0.0016. item, raw: 0.0315 ± 0.0018.
}

// Panels share their vertical axis, so that heights compare.
func ExampleNewGrid() {
	rows := func(slot string, gain float64) []lis.Row {
		return []lis.Row{{Log: "films", Protocol: lis.HeldOut, Slot: slot, Horizon: 7, MaxUpdates: lis.Inf, Scope: "all", LIS: gain, CILow: gain - .001, CIHigh: gain + .001}}
	}
	g := plots.NewGrid(2, plots.CurveOf(rows("item", .0112)), plots.CurveOf(rows("user", .0043)))
	dir, err := os.MkdirTemp("", "grid")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fmt.Println(g.Save(filepath.Join(dir, "slots.pdf")), len(g.Panels))
	// Output: <nil> 2
}

// The timeline draws the periods and folds of a study.
func ExampleTimelineOf() {
	res := &lis.Result{Study: lis.Study{Period: 7 * 24 * time.Hour, Folds: 4}}
	fmt.Println(plots.TimelineOf(res, "item", 3).Alt())
	// Output: A row of weeks. The ranker is trained on weeks 0 to t. The week t+1 is scored twice: by that ranker, and by the same ranker with its item rows replaced by those that the same run has after week t+3. What is held out: one of 4 folds, each in its turn; held-out LIS is scored on that fold of week t+1.
}
