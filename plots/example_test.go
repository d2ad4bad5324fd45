package plots_test

import (
	"fmt"
	"os"
	"path/filepath"

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
