package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/auc"
)

// redraws of one world's log.
const redraws = 80

// coverage checks the intervals: item 9. The world stays, log and model seeds
// change, and the truth is the mean over the redraws.
func coverage(ctx context.Context, r *report) error {
	slots := []string{"item", "user", "author", "topic", "context"}
	w := datasets.D0()
	w.Days = 38 // all that t = 15..30 and n = 7 look at
	type redraw struct {
		rows  []lis.Row
		boots map[string]float64 // of the first: bootstrap's standard error over the closed form's
	}
	drawn, err := eachWorld(ctx, redraws, func(ctx context.Context, k int) (redraw, error) {
		var d redraw
		w := w
		w.LogSeed = uint64(k)
		l, err := w.Log(ctx)
		if err != nil {
			return d, err
		}
		res, err := lis.Sweep(ctx, l, lis.Study{Slots: slots, Horizons: []int{7}, MaxUpdates: []int{lis.Inf}, Protocols: []lis.Protocol{lis.HeldOut}, T: t15to30, Seeds: 2, FirstSeed: 2*k - 1, Jobs: 1})
		if err != nil {
			return d, err
		}
		d.rows = slices.DeleteFunc(res.Rows, func(row lis.Row) bool { return row.Scope != "all" })
		if k > 1 {
			return d, nil
		}
		d.boots = map[string]float64{}
		for _, row := range d.rows {
			b, err := res.Bootstrap(row, 2000)
			if err != nil {
				return d, err
			}
			d.boots[row.Slot] = b.SE / b.Closed
		}
		return d, nil
	})
	if err != nil {
		return err
	}
	rows := map[string][]lis.Row{}
	for _, d := range drawn {
		for _, row := range d.rows {
			rows[row.Slot] = append(rows[row.Slot], row)
		}
	}
	for _, s := range slots {
		r.over(9, s+", bootstrap's standard error over the closed form's", []float64{drawn[0].boots[s]}, .9, 1.1)
	}
	for _, s := range slots {
		truth := 0.0
		for _, row := range rows[s] {
			truth += row.LIS / redraws
		}
		covered := 0.0
		for _, row := range rows[s] {
			if row.CILow <= truth && truth <= row.CIHigh {
				covered++
			}
		}
		low, high := wilson(covered, redraws)
		r.within(9, fmt.Sprintf("%s n=7, coverage of the 95 %% interval, %d redrawn logs", s, redraws), covered/redraws, low, high, .90, 1)
	}
	return nil
}

// wilson is the 95 % interval of a share of k in n (Wilson 1927), which stays
// within 0 and 1.
func wilson(k, n float64) (low, high float64) {
	z2, p := auc.Z95*auc.Z95, k/n
	mid := (p + z2/(2*n)) / (1 + z2/n)
	half := auc.Z95 / (1 + z2/n) * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	return mid - half, mid + half
}
