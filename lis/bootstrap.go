package lis

import (
	"fmt"
	"math"
	"slices"

	"github.com/lislab/lislab/lis/auc"
)

// Bootstrapped is a row's LIS by resampling its clusters.
type Bootstrapped struct {
	// SE is the standard deviation over replicates; CILow and CIHigh are their
	// 2.5 and 97.5 % quantiles. What seeds differ by is not in them.
	SE, CILow, CIHigh float64
	// Closed is the closed form of the same: the row's standard error without
	// what seeds differ by.
	Closed float64
	// Replicates that were defined: both classes in every period.
	Replicates int
}

// Bootstrap resamples whole clusters of a row of this result, the same in
// every period and seed, and measures LIS anew each time: the check of the
// closed-form interval. The row's weights of periods stay. It wants scores,
// so a result that was read from a file, a control, a joint filter, GAUC and
// two-way clusters are refused with ErrUsage.
func (r *Result) Bootstrap(row Row, replicates int) (*Bootstrapped, error) {
	if r.scores == nil {
		return nil, usage("run the sweep to get its scores", "this result has no scores")
	}
	t := r.scores
	p := t.plan
	slots := slices.Index(p.names[:len(p.Study.Slots)], row.Slot)
	g := slices.IndexFunc(p.gates, func(g gate) bool { return g.maxUpdates == row.MaxUpdates && g.name == row.Filter })
	if !row.Protocol.measures() || slots < 0 || g < 0 || !slices.Contains(p.Study.Horizons, row.Horizon) {
		return nil, usage("take a row of heldout, raw or fork from its Rows", "no row %s %s n=%d to resample in this result", row.Protocol, row.Slot, row.Horizon)
	}
	kind := p.clusterOf(slots)
	if p.Study.Metric != "auc" || kind != "item" && kind != "user" {
		return nil, usage("resample a row of AUC clustered by item or user", "the bootstrap has no %s clusters of %s", kind, p.Study.Metric)
	}
	slot := 0
	if kind == "item" {
		slot = 1
	}
	training := row.Protocol.training()
	e := newEstimator(p, row.Protocol, t.updates[training], t.done, t.seeds)
	open := e.open(p.slots[slots], &p.gates[g])
	s := e.scopeAll()
	if row.Scope == "cold" {
		s = e.scopeCold(open)
	}
	leaked := e.leaked(slots, row.Horizon, &p.gates[g], open)
	v := p.newVariance(kind)
	sums := make([]float64, replicates)
	var w auc.Workspace
	for i := range s.sets {
		set := &s.sets[i]
		rows := pick(set, p.sets[set.k].rows)
		cluster := make([]uint32, len(rows))
		for j, row := range rows {
			cluster[j] = p.log.Slots[slot].Index[row]
		}
		phi := make([]float64, len(rows))
		for seed := range e.seeds {
			before, after := pick(set, e.seeds[seed].base[set.k]), pick(set, leaked(seed, set.k))
			b, err := auc.Bootstrap(wide(before), wide(after), set.labels, cluster, auc.BootstrapOptions{Replicates: replicates})
			if err != nil {
				return nil, fmt.Errorf("lis: t = %d: %w", p.sets[set.k].t, err)
			}
			x, err := influence(&w, before, set.labels)
			if err != nil {
				return nil, err
			}
			y, err := influence(&w, after, set.labels)
			if err != nil {
				return nil, err
			}
			share := set.weight / float64(len(e.seeds))
			for j := range phi {
				phi[j] += share * (y.phi[j] - x.phi[j])
			}
			for k := range sums {
				sums[k] += share * (b.Leaked[k] - b.Base[k])
			}
		}
		v.add(p, set, phi)
	}
	sums = slices.DeleteFunc(sums, math.IsNaN)
	if len(sums) < 2 {
		return nil, usage("score more impressions", "no replicate has both classes in every period")
	}
	slices.Sort(sums)
	out := &Bootstrapped{Closed: math.Sqrt(v.variance()), Replicates: len(sums), CILow: sums[len(sums)/40], CIHigh: sums[len(sums)-1-len(sums)/40]}
	var mean, ss float64
	for _, x := range sums {
		mean += x / float64(len(sums))
	}
	for _, x := range sums {
		ss += (x - mean) * (x - mean)
	}
	out.SE = math.Sqrt(ss / float64(len(sums)-1))
	return out, nil
}

func wide(v []float32) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}
