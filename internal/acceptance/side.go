package main

import (
	"context"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
)

// sideInformation checks that similar items tell the ranker nothing new, and
// that the check would see a leak: item 6. P3, a cross-check of substitution
// without a band of its own, is printed beside it.
func sideInformation(ctx context.Context, r *report) error {
	t := table{}
	for k := 1; k <= 4; k++ {
		_, l, err := draw(ctx, datasets.D0(), k)
		if err != nil {
			return err
		}
		res, err := lis.Sweep(ctx, l, lis.Study{Slots: []string{"item"}, Horizons: []int{7}, MaxUpdates: []int{lis.Inf}, T: t15to30, Seeds: 1, Protocols: []lis.Protocol{lis.HeldOut, lis.P2, lis.P3}})
		if err != nil {
			return err
		}
		t.add(res)
	}
	for _, s := range []string{"similar-rows", "similar-clicks", "similar-items"} {
		r.over(6, s+" behind a gap", t[key{lis.P2, s, 7}], -.002, .002)
		r.over(6, s+" from the past", t[key{lis.P2, s, -7}], none, inf)
		low := .001
		if s == "similar-items" {
			low = none
		}
		r.over(6, s+" touching the scored day", t[key{lis.P2, s, 6}], low, inf)
	}
	r.over(6, "P3, item n=7 (about .010)", t[key{lis.P3, "item", 7}], none, inf)
	return nil
}
