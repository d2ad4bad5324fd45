package lis

import (
	"fmt"
	"math"
	"slices"

	"github.com/lislab/lislab/lis/auc"
)

// Merge lays the results of several logs side by side as one table. Rows keep
// their order and figures; p_adj is adjusted anew, over the rows of one
// protocol and scope of all logs. Study, T, LeftOut, Importance and thresholds are
// those of the first result, and Warnings say which log they are of. One result is
// returned as it is; none is misuse and panics.
func Merge(results ...*Result) *Result {
	if len(results) == 0 {
		panic("lis: nothing to merge")
	}
	if len(results) == 1 {
		return results[0]
	}
	first := results[0]
	m := &Result{Study: first.Study, T: first.T, LeftOut: first.LeftOut, Threshold: first.Threshold, NoiseFloor: first.NoiseFloor, ColdShare: first.ColdShare, Importance: first.Importance}
	var provenance []any
	for _, r := range results {
		m.Rows = append(m.Rows, r.Rows...)
		name := ""
		if len(r.Rows) > 0 {
			name = r.Rows[0].Log + ": "
		}
		for _, w := range r.Warnings {
			m.Warnings = append(m.Warnings, name+w)
		}
		if !slices.Equal(r.T, first.T) && len(r.T) > 0 {
			m.Warnings = append(m.Warnings, fmt.Sprintf("%sits t, %d in %d..%d, are not those of the first log. Compare the logs with that in mind.", name, len(r.T), r.T[0], r.T[len(r.T)-1]))
		}
		if r.Threshold > m.Threshold {
			m.Threshold = r.Threshold
		}
		if r.NoiseFloor > m.NoiseFloor || math.IsNaN(m.NoiseFloor) {
			m.NoiseFloor = r.NoiseFloor
		}
		provenance = append(provenance, r.Provenance)
	}
	m.Provenance = map[string]any{"sweeps": provenance}
	m.adjust()
	return m
}

// adjust sets p_adj over the rows of one protocol and scope with horizon ≠ 0.
func (r *Result) adjust() {
	families := map[string][]int{}
	for i, row := range r.Rows {
		if row.Horizon != 0 {
			f := string(row.Protocol) + "/" + row.Scope
			families[f] = append(families[f], i)
		}
	}
	for _, rows := range families {
		p := make([]float64, len(rows))
		for i, k := range rows {
			p[i] = r.Rows[k].P
		}
		for i, adj := range auc.AdjustBH(p) {
			r.Rows[rows[i]].PAdj = adj
		}
	}
}
