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
	res, err := worlds.Compare(ctx, list, worlds.Options{Ads: true})
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
	r.over(10, "AIS at α = 0", pick(0, ais), -.0015, .0015)
	r.over(10, "AIS at α = .5", pick(2, ais), .002, .005)
	r.over(10, "AIS at α = 1", pick(4, ais), .006, .012)
	r.over(10, "true lift at α = 1", pick(4, func(x *worlds.Row) float64 { return x.Lift }), .015, .04)
	for i := 1; i < len(alphas); i++ {
		what := fmt.Sprintf("from α = %g to %g", alphas[i-1], alphas[i])
		r.over(10, "AIS rises "+what, difference(pick(i, ais), pick(i-1, ais)), 0, inf)
		r.over(10, "content-reachable LIS rises "+what, difference(pick(i, reach), pick(i-1, reach)), 0, inf)
	}
	r.over(10, "content-reachable LIS at α = 0", pick(0, reach), none, .001)
	for i, alpha := range alphas {
		r.shown(10, fmt.Sprintf("LIS n=30 of unseen items at α = %g", alpha), pick(i, func(x *worlds.Row) float64 { return x.LIS }))
		r.shown(10, fmt.Sprintf("saturation at α = %g", alpha), pick(i, func(x *worlds.Row) float64 { return x.AIS / x.LIS }))
	}
	r.shown(10, "AIS of random vectors at α = .5", pick(2, func(x *worlds.Row) float64 { return x.Random }))
	for m, name := range []string{"reads", "seconds", "engagements", "CTR", "ADVV"} {
		lift := func(x *worlds.Row) float64 { return x.Online.True[1+m].Lift } // a lift of reads is one of their rate
		if m > 2 {
			lift = func(x *worlds.Row) float64 { return x.Ads.True[m-3].Lift }
		}
		r.over(10, "true lift of "+name+" at α = 1", pick(4, lift), 0, inf)
		r.over(10, "true lift of "+name+" at α = 0", pick(0, lift), -.01, .01)
	}
	crowded := len(alphas)
	r.shown(10, "LIS n=30 of unseen items at α = 1, 1500 items a day", pick(crowded, func(x *worlds.Row) float64 { return x.LIS }))
	r.shown(10, "content-reachable LIS at α = 1, 1500 items a day", pick(crowded, reach))
	r.over(10, "AIS − LIS at α = 1, 1500 items a day", difference(pick(crowded, ais), pick(crowded, func(x *worlds.Row) float64 { return x.LIS })), 0, inf)
	return nil
}

// verdicts checks what the tool advises where content explains nothing and where
// it explains everything: the last word of item 10's worlds.
func verdicts(ctx context.Context, r *report) error {
	for _, c := range []struct {
		alpha float64
		what  string
		wrong func(lis.Decision) bool
	}{
		{0, "worlds of α = 0 whose verdict is to train", func(d lis.Decision) bool { return d == lis.Train }},
		{1, "worlds of α = 1 whose verdict is not to train", func(d lis.Decision) bool { return d != lis.Train }},
	} {
		w := datasets.D0()
		w.Alpha = c.alpha
		verdicts, err := eachWorld(ctx, 4, func(ctx context.Context, k int) (*lis.Verdict, error) {
			return verdict(ctx, w, uint64(k), lis.Study{Horizons: []int{7, 30}, T: t15to30})
		})
		if err != nil {
			return err
		}
		wrong := 0
		for _, v := range verdicts {
			if c.wrong(v.Decision) {
				wrong++
			}
		}
		r.exact(10, c.what, wrong)
	}
	return nil
}

// verdict is what the whole path says of a world: a sweep of its items by a
// study of t and horizons, and what their content could reach on the same periods.
func verdict(ctx context.Context, w datasets.World, seed uint64, s lis.Study) (*lis.Verdict, error) {
	w.Seed, w.LogSeed = seed, seed
	f, err := w.Make(ctx)
	if err != nil {
		return nil, err
	}
	l, err := f.Log(ctx)
	if err != nil {
		return nil, err
	}
	s.Slots, s.MaxUpdates, s.Jobs = []string{"item"}, []int{lis.Inf}, 1
	res, err := lis.Sweep(ctx, l, s)
	if err != nil {
		return nil, err
	}
	content := lis.Arm{Name: "content", IDs: f.ItemIDs()}
	for i := range f.Items {
		content.Vec = append(content.Vec, f.Content(i))
	}
	if res.Content, err = lis.ContentReachable(ctx, l, lis.ReachStudy{Content: content, T: s.T, Seeds: s.Seeds, Jobs: 1}); err != nil {
		return nil, err
	}
	return res.Verdict(), nil
}

// captionWorlds are drawn for item 14.
const captionWorlds = 4

// text checks representations of captions: item 14.
func text(ctx context.Context, r *report) error {
	figures, none0 := map[string][]float64{}, map[string][]float64{}
	for alpha, into := range map[float64]map[string][]float64{.5: figures, 0: none0} {
		worlds, err := eachWorld(ctx, captionWorlds, func(ctx context.Context, k int) (map[string]float64, error) { return captions(ctx, uint64(k), alpha) })
		if err != nil {
			return err
		}
		for _, arms := range worlds {
			for arm, ais := range arms {
				into[arm] = append(into[arm], ais)
			}
		}
	}
	r.over(14, "captions: ridge head − frozen encoder", difference(figures["head"], figures["frozen"]), 0, inf)
	r.over(14, "captions: tuned token table − ridge head", difference(figures["tuned"], figures["head"]), 0, inf)
	for _, arm := range []string{"frozen", "frozen-9", "head", "tuned"} {
		r.shown(14, "captions: "+arm, figures[arm])
	}
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
	for _, arm := range []string{"frozen", "frozen-9", "head", "tuned", "random-9", "random-64"} {
		r.over(14, "captions at α = 0: "+arm, none0[arm], -.001, .001)
	}
	return nil
}

// captions gives the AIS of each arm in one world: the frozen encoder brought to
// 64 dimensions, and to as many as a student has; a ridge head on those 64; a
// ridge on the bag of tokens.
func captions(ctx context.Context, seed uint64, alpha float64) (map[string]float64, error) {
	w := datasets.D0Text()
	w.Alpha, w.Seed, w.LogSeed = alpha, seed, seed
	f, err := w.Make(ctx)
	if err != nil {
		return nil, err
	}
	l, err := f.Log(ctx)
	if err != nil {
		return nil, err
	}
	const from = 30
	prefs, err := lis.Export(ctx, l, lis.ExportOptions{Day: from})
	if err != nil {
		return nil, err
	}
	ids, texts := f.ItemIDs(), f.Captions()
	frozen, err := lis.FrozenContent("frozen", ids, texts)
	if err != nil {
		return nil, err
	}
	bag, err := lis.TextContent("tuned", ids, texts)
	if err != nil {
		return nil, err
	}
	zeros := lis.Arm{Name: "zeros", IDs: ids, Vec: make([][]float32, len(ids))}
	for i := range zeros.Vec {
		zeros.Vec[i] = make([]float32, 9)
	}
	components, err := frozen.PCA(64)
	if err != nil {
		return nil, err
	}
	components.Name = "frozen"
	few, err := frozen.PCA(9)
	if err != nil {
		return nil, err
	}
	few.Name = "frozen-9"
	encoded, err := lis.VectorContent("head", components.IDs, components.Vec)
	if err != nil {
		return nil, err
	}
	arms := []lis.Arm{*components, *few, zeros}
	for _, c := range []struct {
		name    string
		content *lis.Content
	}{{"head", encoded}, {"tuned", bag}} {
		taught, err := lis.Teach(prefs, c.content, "")
		if err != nil {
			return nil, err
		}
		taught.Name = c.name
		arms = append(arms, taught.Arm)
	}
	res, err := lis.AIS(ctx, l, lis.AISStudy{Arms: arms, From: from, T: &[2]int{37, 52}, Horizon: 8, Seeds: 1, Jobs: 1})
	if err != nil {
		return nil, err
	}
	into := map[string]float64{}
	for _, row := range res.Rows {
		if row.Scope == "all" && row.Against == "base" {
			into[row.Arm] = row.AIS
		}
	}
	return into, nil
}
