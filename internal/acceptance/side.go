package main

import (
	"context"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
)

// sideInformation checks that similar items tell the ranker nothing new, and
// that the check would see a leak: item 6. P3, a cross-check of substitution,
// stands beside it.
func sideInformation(ctx context.Context, r *report) error {
	worlds, err := sweepEach(ctx, 4, datasets.D0(), lis.Study{Slots: []string{"item"}, Horizons: []int{7}, MaxUpdates: []int{lis.Inf}, T: t15to30, Seeds: 1, Protocols: []lis.Protocol{lis.HeldOut, lis.P2, lis.P3}})
	if err != nil {
		return err
	}
	t := tableOf(worlds)
	for _, s := range []string{"similar-rows", "similar-clicks", "similar-items"} {
		r.over(6, s+" behind a gap", t[key{lis.P2, s, 7}], -.002, .002)
		r.shown(6, s+" from the past", t[key{lis.P2, s, -7}])
		if touching := t[key{lis.P2, s, 6}]; s == "similar-items" { // item rows from before the day do not carry its clicks
			r.shown(6, s+" touching the scored day", touching)
		} else {
			r.over(6, s+" touching the scored day", touching, .001, inf)
		}
	}
	// Substitution's cross-check belongs in the band of what it checks.
	r.over(6, "P3, item n=7", t[key{lis.P3, "item", 7}], .008, .014)
	return nil
}
