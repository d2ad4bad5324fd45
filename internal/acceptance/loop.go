package main

import (
	"context"
	"fmt"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/datasets/worlds"
	"github.com/lislab/lislab/lis"
)

// loop checks what follows LIS: representations, what content could reach, and
// the online lift, in worlds that differ in what content explains: item 10.
func loop(ctx context.Context, r *report) error {
	const n = 4
	var list []datasets.World
	alphas := []float64{0, .25, .5, .75, 1}
	for k := 1; k <= n; k++ {
		for _, alpha := range alphas {
			w := datasets.D0()
			w.Alpha, w.Seed, w.LogSeed = alpha, uint64(k), uint64(k)
			list = append(list, w)
		}
		w := datasets.D0()
		w.Alpha, w.ItemsPerDay, w.Seed, w.LogSeed = 1, 1500, uint64(k), uint64(k)
		list = append(list, w)
	}
	res, err := worlds.Compare(ctx, list, worlds.Options{})
	if err != nil {
		return err
	}
	// pick gives one figure of the worlds of one kind, the last being the crowded one.
	pick := func(kind int, figure func(*worlds.Row) float64) []float64 {
		var out []float64
		for k := range n {
			out = append(out, figure(&res.Rows[k*(len(alphas)+1)+kind]))
		}
		return out
	}
	ais := func(x *worlds.Row) float64 { return x.AIS }
	reach := func(x *worlds.Row) float64 { return x.Reach }
	lift := func(x *worlds.Row) float64 { return x.Lift }
	r.over(10, "AIS at α = 0", pick(0, ais), -.0015, .0015)
	r.over(10, "AIS at α = .5", pick(2, ais), .002, .005)
	r.over(10, "AIS at α = 1", pick(4, ais), .006, .012)
	r.over(10, "true lift at α = 1", pick(4, lift), .015, .04)
	for i := 1; i < len(alphas); i++ {
		what := fmt.Sprintf("from α = %g to %g", alphas[i-1], alphas[i])
		r.over(10, "AIS rises "+what, difference(pick(i, ais), pick(i-1, ais)), 0, inf)
		r.over(10, "content-reachable LIS rises "+what, difference(pick(i, reach), pick(i-1, reach)), 0, inf)
	}
	r.over(10, "content-reachable LIS at α = 0", pick(0, reach), none, .001)
	crowded := len(alphas)
	r.over(10, "AIS − LIS at α = 1, 1500 items a day", difference(pick(crowded, ais), pick(crowded, func(x *worlds.Row) float64 { return x.LIS })), 0, inf)
	return nil
}

// text checks representations of captions: item 14.
func text(ctx context.Context, r *report) error {
	figures, none0 := map[string][]float64{}, map[string][]float64{}
	for k := 1; k <= 4; k++ {
		for _, alpha := range []float64{.5, 0} {
			into := figures
			if alpha == 0 {
				into = none0
			}
			if err := captions(ctx, uint64(k), alpha, into); err != nil {
				return err
			}
		}
	}
	r.over(14, "captions: ridge head − frozen encoder", difference(figures["head"], figures["frozen"]), 0, inf)
	r.over(14, "captions: tuned token table − ridge head", difference(figures["tuned"], figures["head"]), 0, inf)
	r.over(14, "captions: tuned token table", figures["tuned"], 0, inf)
	for _, k := range []int{9, 64} {
		name := fmt.Sprintf("random-%d", k)
		r.over(14, "captions: "+name, figures[name], -.001, .001)
	}
	nonzero := 0
	for _, x := range append(figures["zeros"], none0["zeros"]...) {
		if x != 0 {
			nonzero++
		}
	}
	r.exact(14, "captions: worlds in which vectors of zeros change an AUC", nonzero)
	for _, arm := range []string{"frozen", "head", "tuned"} {
		r.over(14, "captions at α = 0: "+arm, none0[arm], -.001, .001)
	}
	return nil
}

// captions adds the AIS of each arm in one world.
func captions(ctx context.Context, seed uint64, alpha float64, into map[string][]float64) error {
	w := datasets.D0Text()
	w.Alpha, w.Seed, w.LogSeed = alpha, seed, seed
	f, err := w.Make(ctx)
	if err != nil {
		return err
	}
	l, err := f.Log(ctx)
	if err != nil {
		return err
	}
	const from = 30
	prefs, err := lis.Export(ctx, l, lis.ExportOptions{Day: from})
	if err != nil {
		return err
	}
	ids, texts := f.ItemIDs(), f.Captions()
	frozen, err := lis.FrozenContent("frozen", ids, texts)
	if err != nil {
		return err
	}
	bag, err := lis.TextContent("tuned", ids, texts)
	if err != nil {
		return err
	}
	zeros := lis.Arm{Name: "zeros", IDs: ids, Vec: make([][]float32, len(ids))}
	for i := range zeros.Vec {
		zeros.Vec[i] = make([]float32, 9)
	}
	components, err := frozen.PCA(64)
	if err != nil {
		return err
	}
	components.Name = "frozen"
	arms := []lis.Arm{*components, zeros}
	for _, c := range []struct {
		name    string
		content *lis.Content
	}{{"head", frozen}, {"tuned", bag}} {
		taught, err := lis.Teach(prefs, c.content, "")
		if err != nil {
			return err
		}
		taught.Name = c.name
		arms = append(arms, taught.Arm)
	}
	res, err := lis.AIS(ctx, l, lis.AISStudy{Arms: arms, From: from, T: &[2]int{37, 52}, Horizon: 8, Seeds: 1})
	if err != nil {
		return err
	}
	for _, row := range res.Rows {
		if row.Scope == "all" && row.Against == "base" {
			into[row.Arm] = append(into[row.Arm], row.AIS)
		}
	}
	return nil
}
