package main

import (
	"context"
	"fmt"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
)

// controls checks what must not look like signal, the fork that held-out
// substitution stands for, and how LIS falls with the updates seen: items 5, 7
// and 8.
func controls(ctx context.Context, r *report) error {
	slots, horizons := []string{"item", "user", "author", "topic", "context"}, []int{1, 3, 7, 14, 30}
	buckets := []string{"updates=0", "updates>=1 & updates<10", "updates>=10 & updates<100", "updates>=100 & updates<1000", "updates>=1000"}
	worlds, err := sweepEach(ctx, 4, datasets.D0(), lis.Study{Slots: slots, Horizons: horizons, MaxUpdates: []int{lis.Inf}, Filters: buckets, T: t15to30, Protocols: []lis.Protocol{lis.HeldOut, lis.Fork}, Controls: true})
	if err != nil {
		return err
	}
	t := tableOf(worlds)
	seen := map[string][]float64{}
	for _, rows := range worlds {
		for _, row := range rows {
			if row.Protocol == lis.HeldOut && row.Slot == "item" && row.Horizon == 7 && row.Scope == "cold" {
				seen[row.Filter] = append(seen[row.Filter], row.LIS)
			}
		}
	}
	most := map[string]float64{"topic": -.004, "context": 0}
	for _, s := range slots {
		below, ok := most[s]
		if !ok {
			below = -.02
		}
		r.over(5, s+" permuted rows", t[key{lis.ControlPermuted, s, 7}], none, below)
		r.over(5, s+" random rows", t[key{lis.ControlRandom, s, 7}], none, below)
		r.over(5, s+" zero rows", t[key{lis.ControlZero, s, 7}], none, 0)
		r.over(5, s+" placebo future", t[key{lis.ControlPlacebo, s, 7}], none, 0)
		r.over(5, s+" independent seed", t[key{lis.ControlSeed, s, 7}], none, 0)
	}
	r.over(5, "item past rows, n = −7", t[key{lis.ControlPast, "item", -7}], none, -.01)
	for _, n := range horizons {
		r.over(5, fmt.Sprintf("null slot n=%d", n), t[key{lis.ControlNull, "null", n}], -.001, .001)
	}
	for _, s := range slots {
		for _, n := range horizons {
			r.over(7, fmt.Sprintf("%s fork − held-out n=%d", s, n), difference(t[key{lis.Fork, s, n}], t[key{lis.HeldOut, s, n}]), -.0015, .0015)
		}
	}
	for i, b := range buckets {
		switch i {
		case 0:
			r.over(8, "item n=7, "+b, seen[b], .03, inf)
		case len(buckets) - 1:
			r.over(8, "item n=7, "+b, seen[b], none, .003)
		default:
			r.shown(8, "item n=7, "+b, seen[b])
		}
		if i > 0 {
			r.over(8, "item n=7, falling to "+b, difference(seen[buckets[i-1]], seen[b]), 0, inf)
		}
	}
	return nil
}
