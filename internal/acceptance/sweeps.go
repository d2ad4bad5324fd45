package main

import (
	"context"
	"fmt"
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/auc"
)

// worldCount worlds are drawn independently; every figure is a mean over them.
const worldCount = 8

// measured t of every item unless it says otherwise.
var t15to30 = &[2]int{15, 30}

// draw makes world k of a kind, with the truth beside the log.
func draw(ctx context.Context, w datasets.World, k int) (*datasets.Impressions, *lis.Log, error) {
	w.Seed, w.LogSeed = uint64(k), uint64(k)
	f, err := w.Make(ctx)
	if err != nil {
		return nil, nil, err
	}
	m, err := f.Draw(ctx)
	if err != nil {
		return nil, nil, err
	}
	l, err := m.Log()
	return m, l, err
}

// eachWorld calls f for worlds 1 to n, as many at a time as there are cores, and
// gives what f gave in their order. f works on one core.
func eachWorld[T any](ctx context.Context, n int, f func(ctx context.Context, k int) (T, error)) ([]T, error) {
	out := make([]T, n)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		g.Go(func() (err error) {
			if err = ctx.Err(); err == nil {
				out[i], err = f(ctx, i+1)
			}
			return err
		})
	}
	return out, g.Wait()
}

// sweepEach sweeps n worlds of a kind and gives the rows of each.
func sweepEach(ctx context.Context, n int, w datasets.World, s lis.Study) ([][]lis.Row, error) {
	return eachWorld(ctx, n, func(ctx context.Context, k int) ([]lis.Row, error) {
		_, l, err := draw(ctx, w, k)
		if err != nil {
			return nil, err
		}
		s := s
		s.Jobs = 1
		res, err := lis.Sweep(ctx, l, s)
		if err != nil {
			return nil, err
		}
		return res.Rows, nil
	})
}

// key finds a row of a result, scored on all impressions unless cold.
type key struct {
	protocol lis.Protocol
	slot     string
	horizon  int
}

// table holds the rows without filter of several worlds.
type table map[key][]float64

func (t table) add(rows []lis.Row) {
	for _, r := range rows {
		if r.MaxUpdates == lis.Inf && r.Filter == "" && r.Scope == "all" {
			k := key{r.Protocol, r.Slot, r.Horizon}
			t[k] = append(t[k], r.LIS)
		}
	}
}

// tableOf holds the rows of worlds in their order.
func tableOf(worlds [][]lis.Row) table {
	t := table{}
	for _, rows := range worlds {
		t.add(rows)
	}
	return t
}

// difference is a − b, world by world.
func difference(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

var (
	inf  = math.Inf(1)
	none = math.Inf(-1)
)

// sweeps checks what held-out and raw substitution give on D0: items 1 to 4.
func sweeps(ctx context.Context, r *report) error {
	type world struct {
		rows   []lis.Row
		oracle float64
	}
	worlds, err := eachWorld(ctx, worldCount, func(ctx context.Context, k int) (w world, err error) {
		m, l, err := draw(ctx, datasets.D0(), k)
		if err != nil {
			return w, err
		}
		res, err := lis.Sweep(ctx, l, lis.Study{Slots: []string{"item", "user", "author", "topic", "context", "item+author+topic"}, Horizons: []int{0, 1, 3, 7, 14, 30}, MaxUpdates: []int{10, 100, 1000, lis.Inf}, T: t15to30, Jobs: 1})
		if err != nil {
			return w, err
		}
		w.rows = res.Rows
		w.oracle, err = oracleAUC(m, 16, 31)
		return w, err
	})
	if err != nil {
		return err
	}
	t := table{}
	var oracle, base []float64
	notZero := 0
	for _, w := range worlds {
		t.add(w.rows)
		oracle = append(oracle, w.oracle)
		base = append(base, w.rows[0].AUCBase)
		for _, row := range w.rows {
			if row.Horizon == 0 && row.N > 0 && (row.LIS != 0 || row.SE != 0 || row.CILow != 0 || row.CIHigh != 0) {
				notZero++
			}
		}
	}
	r.exact(1, "rows with horizon 0 that are not exactly 0", notZero)
	r.over(1, "oracle AUC per day, days 16–31", oracle, .770, .800)
	r.over(1, "base AUC of the FM there", base, .66, .70)

	held := func(slot string, n int) []float64 { return t[key{lis.HeldOut, slot, n}] }
	raw := func(slot string, n int) []float64 { return t[key{lis.Raw, slot, n}] }
	r.over(2, "item held-out n=1", held("item", 1), .004, .008)
	r.over(2, "item held-out n=7", held("item", 7), .008, .014)
	r.over(2, "item held-out n=30", held("item", 30), .009, .015)
	r.over(2, "item held-out n=3 − n=1", difference(held("item", 3), held("item", 1)), 0, inf)
	r.over(2, "item held-out n=7 − n=3", difference(held("item", 7), held("item", 3)), 0, inf)
	r.over(2, "item held-out n=30 − n=7", difference(held("item", 30), held("item", 7)), -.0005, inf)

	r.over(3, "item raw n=7", raw("item", 7), .026, .038)
	double := difference(raw("item", 7), held("item", 7))
	r.over(3, "item raw − 2·held-out n=7", difference(double, held("item", 7)), 0, inf)
	r.over(3, "item raw n=1 − n=30", difference(raw("item", 1), raw("item", 30)), 0, inf)

	r.over(4, "user held-out n=1", held("user", 1), none, .0015)
	r.over(4, "user held-out n=7", held("user", 7), .003, .0055)
	r.over(4, "user held-out n=30", held("user", 30), .006, .011)
	r.over(4, "author held-out n=7", held("author", 7), .002, .0045)
	for _, n := range []int{1, 3, 7, 14, 30} {
		r.over(4, fmt.Sprintf("topic held-out n=%d", n), held("topic", n), -.0025, .0025)
	}
	r.over(4, "item − user held-out n=7", difference(held("item", 7), held("user", 7)), 0, inf)
	r.over(4, "user − author held-out n=7", difference(held("user", 7), held("author", 7)), 0, inf)
	r.over(4, "author − topic held-out n=7", difference(held("author", 7), held("topic", 7)), 0, inf)
	return nil
}

// deepFM repeats the item's held-out row with the other ranker. No item asks for
// it, so it is counted with the row that it repeats. Another implementation
// measured these values; each band is theirs ± .0020, about three standard errors
// of a difference between two means of four worlds (worlds differ by .0009). Ours
// come out lower, at .92 to .97 of the FM's on the same worlds where theirs are above
// it; other starts and rates of the layers, plain gradient steps, weights among the
// inputs, no gradient from the layers to the vectors, and layers without the FM's
// products all left n = 1 within .0048 … .0055 and n = 7 within .0085 … .0096.
func deepFM(ctx context.Context, r *report) error {
	theirs := []struct {
		n   int
		lis float64
	}{{1, .0072}, {3, .0097}, {7, .0115}, {14, .0115}, {30, .0115}}
	worlds, err := sweepEach(ctx, 4, datasets.D0(), lis.Study{Slots: []string{"item"}, Horizons: []int{1, 3, 7, 14, 30}, MaxUpdates: []int{lis.Inf}, Protocols: []lis.Protocol{lis.HeldOut}, T: t15to30, Ranker: "deepfm", Seeds: 2})
	if err != nil {
		return err
	}
	t := tableOf(worlds)
	var base []float64
	for _, rows := range worlds {
		base = append(base, rows[0].AUCBase)
	}
	r.shown(2, "DeepFM: base AUC", base)
	for _, x := range theirs {
		r.over(2, fmt.Sprintf("DeepFM: item held-out n=%d", x.n), t[key{lis.HeldOut, "item", x.n}], about(x.lis, -.002), about(x.lis, .002))
	}
	return nil
}

// oracleAUC is the mean over days of the AUC of the true probabilities.
func oracleAUC(m *datasets.Impressions, first, last int) (float64, error) {
	per := m.Feed.World.ImpressionsPerDay
	var mean float64
	for day := first; day <= last; day++ {
		from, to := day*per, (day+1)*per
		a, err := auc.AUC(m.Probability[from:to], m.Label[from:to])
		if err != nil {
			return 0, err
		}
		mean += a / float64(last-first+1)
	}
	return mean, nil
}

// worldQ checks the world in which raw LIS rises: item 11.
func worldQ(ctx context.Context, r *report) error {
	worlds, err := sweepEach(ctx, 4, datasets.Q(), lis.Study{Slots: []string{"item"}, Horizons: []int{1, 7, 30}, MaxUpdates: []int{lis.Inf}, T: t15to30, Dim: 4, LearningRate: .02})
	if err != nil {
		return err
	}
	t := tableOf(worlds)
	for _, c := range []struct {
		n         int
		raw, held float64
	}{{1, .018, .007}, {7, .026, .016}, {30, .030, .022}} {
		r.over(11, fmt.Sprintf("world Q item raw n=%d", c.n), t[key{lis.Raw, "item", c.n}], about(c.raw, -.004), about(c.raw, .004))
		r.over(11, fmt.Sprintf("world Q item held-out n=%d", c.n), t[key{lis.HeldOut, "item", c.n}], about(c.held, -.004), about(c.held, .004))
	}
	return nil
}

// about is x + d to four decimals, as a band is published.
func about(x, d float64) float64 { return math.Round((x+d)*1e4) / 1e4 }

// coinFlips checks what the protocols say of labels that nothing explains: item 12.
func coinFlips(ctx context.Context, r *report) error {
	slots, horizons := []string{"item", "user", "author", "topic", "context"}, []int{1, 3, 7, 14, 30}
	w := datasets.D0()
	w.Labels = datasets.LabelsCoin
	worlds, err := sweepEach(ctx, 4, w, lis.Study{Slots: slots, Horizons: horizons, MaxUpdates: []int{lis.Inf}, T: t15to30})
	if err != nil {
		return err
	}
	t := tableOf(worlds)
	for _, s := range slots {
		for _, n := range horizons {
			r.over(12, fmt.Sprintf("coin flips, %s held-out n=%d", s, n), t[key{lis.HeldOut, s, n}], -.003, .003)
		}
	}
	r.over(12, "coin flips, item raw n=7", t[key{lis.Raw, "item", 7}], .05, inf)
	r.over(12, "coin flips, user raw n=7", t[key{lis.Raw, "user", 7}], .02, inf)
	r.over(12, "coin flips, author raw n=1", t[key{lis.Raw, "author", 1}], .01, inf)
	return nil
}
