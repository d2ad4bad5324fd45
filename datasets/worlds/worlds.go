package worlds

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/datasets/online"
	"github.com/lislab/lislab/lis"
)

// Options of a comparison. The zero value works.
type Options struct {
	// From is the last day without the representation, taught on that day's
	// rows; 0 means 14.
	From int
	// T are the first and last t scored; nil means 21..30.
	T *[2]int
	// Horizon of LIS; 0 means 30.
	Horizon int
	// Seeds of lineages; 0 means 1: the worlds differ more than the seeds.
	Seeds int
	// NoOnline leaves out the online part, half of the time it takes.
	NoOnline bool
	// Ads serves advertisements besides, with the same representation.
	Ads bool
	// Jobs is the number of worlds measured at a time; 0 means as many as cores.
	Jobs int
	// Progress, if set, is told the worlds done.
	Progress lis.Progress
}

func (o Options) withDefaults() Options {
	if o.From == 0 {
		o.From = 14
	}
	if o.T == nil {
		o.T = &[2]int{21, 30}
	}
	if o.Horizon == 0 {
		o.Horizon = 30
	}
	if o.Seeds == 0 {
		o.Seeds = 1
	}
	if o.Jobs == 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	return o
}

// Row is what one world shows. AIS and LIS are scored on items that did not
// teach the student, on the same impressions.
type Row struct {
	World datasets.World
	// LIS at the study's horizon; Reach is content-reachable LIS; AIS that of a
	// student of the content; each with its standard error.
	LIS, LISSE, Reach, ReachSE, AIS, AISSE float64
	// Saturation is AIS/LIS with a Fieller interval; NaN where not defined.
	Saturation, SaturationLow, SaturationHigh float64
	// Random is the AIS of random vectors of the student's width: about 0, or
	// AIS means nothing.
	Random float64
	// R2 is the student's out-of-fold R² of the linear weight, Rate what AIS
	// chose for its projection.
	R2, Rate float64
	// Lift is the true online lift of reads, with its standard error over the
	// days served; NaN without the online part.
	Lift, LiftSE float64
	// Online is the experiment; nil without the online part.
	Online *online.Outcome
	// Ads is that of advertisements; nil where Options.Ads is not set.
	Ads *online.Outcome
}

// Measure measures one world: the log, LIS, what content could reach, a student
// taught out of fold, its AIS, and the same student serving users.
func Measure(ctx context.Context, w datasets.World, o Options) (*Row, error) {
	o = o.withDefaults()
	f, err := w.Make(ctx)
	if err != nil {
		return nil, err
	}
	l, err := f.Log(ctx)
	if err != nil {
		return nil, err
	}
	ids, vec := f.ItemIDs(), make([][]float32, len(f.Items))
	for i := range vec {
		vec[i] = f.Content(i)
	}
	content, err := lis.VectorContent("content", ids, vec)
	if err != nil {
		return nil, err
	}
	reach, err := lis.ContentReachable(ctx, l, lis.ReachStudy{Content: lis.Arm{Name: "content", IDs: ids, Vec: vec}, Seeds: o.Seeds, Jobs: 1})
	if err != nil {
		return nil, err
	}
	prefs, err := lis.Export(ctx, l, lis.ExportOptions{Day: o.From})
	if err != nil {
		return nil, err
	}
	student, err := lis.Teach(prefs, content, "")
	if err != nil {
		return nil, err
	}
	student.Name = "student"
	res, err := lis.AIS(ctx, l, lis.AISStudy{Arms: []lis.Arm{student.Arm}, From: o.From, Taught: student.Items, T: o.T, Horizon: o.Horizon, Seeds: o.Seeds, Jobs: 1})
	if err != nil {
		return nil, err
	}
	r := res.Row("student", "base", "unseen")
	if r == nil {
		return nil, fmt.Errorf("worlds: no impression of an item that did not teach")
	}
	row := &Row{
		World: w, LIS: r.LIS, LISSE: r.LISSE, Reach: reach.LIS, ReachSE: reach.SE, AIS: r.AIS, AISSE: r.SE,
		Saturation: r.Saturation, SaturationLow: r.SaturationLow, SaturationHigh: r.SaturationHigh,
		Random: res.Row(fmt.Sprintf("random-%d", r.K), "base", "unseen").AIS, R2: student.R2[0], Rate: r.Rate, Lift: nan, LiftSE: nan,
	}
	if o.NoOnline {
		return row, nil
	}
	serve := online.Options{From: o.From, Rate: r.Rate, Seed: w.Seed}
	row.Online, err = online.Run(ctx, f, student.Vec, serve)
	if err != nil {
		return nil, err
	}
	if o.Ads {
		serve.Business = online.Ads
		if row.Ads, err = online.Run(ctx, f, student.Vec, serve); err != nil {
			return nil, err
		}
	}
	for _, t := range row.Online.True {
		if t.Metric == "reads" {
			row.Lift, row.LiftSE = t.Lift, t.SE
		}
	}
	return row, nil
}

// Compare measures worlds, several at a time, and gives them in their order.
// The first error ends it.
func Compare(ctx context.Context, list []datasets.World, o Options) (*Result, error) {
	o = o.withDefaults()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	rows := make([]*Row, len(list))
	var mu sync.Mutex
	done := 0
	var wg sync.WaitGroup
	free := make(chan struct{}, o.Jobs)
	for i, w := range list {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			row, err := Measure(ctx, w, o)
			if err != nil {
				cancel(fmt.Errorf("world %s: %w", describe(w), err))
				return
			}
			mu.Lock()
			defer mu.Unlock()
			rows[i] = row
			done++
			if o.Progress != nil {
				o.Progress(done, len(list), "worlds")
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	r := &Result{Horizon: o.Horizon}
	for _, row := range rows {
		r.Rows = append(r.Rows, *row)
	}
	return r, nil
}

// Thirteen are worlds that differ in what decides: the share of an item that
// content explains, how many items there are and how long they live, and how
// much of what people like is the item's quality. Seeds are seed, seed+1, ….
func Thirteen(seed uint64) []datasets.World {
	var out []datasets.World
	add := func(change func(*datasets.World)) {
		w := datasets.D0()
		change(&w)
		w.Seed = seed + uint64(len(out))
		w.LogSeed = w.Seed
		out = append(out, w)
	}
	for _, alpha := range []float64{0, 0.25, 0.5, 0.75, 1} {
		add(func(w *datasets.World) { w.Alpha = alpha })
	}
	for _, alpha := range []float64{0, 0.5, 1} {
		add(func(w *datasets.World) { w.Alpha, w.ItemsPerDay = alpha, 1500 })
	}
	for _, alpha := range []float64{0, 1} {
		add(func(w *datasets.World) { w.Alpha, w.ItemsPerDay = alpha, 60 })
	}
	add(func(w *datasets.World) { w.LifetimeDays = 15 })
	add(func(w *datasets.World) { w.LifetimeDays = 2 })
	add(func(w *datasets.World) { w.QualitySD = 1.4 })
	return out
}
