package lis

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/lislab/lislab/lis/ranker"
)

// fork continues a copy of θ_t over the following periods on everything but
// the set, and leaks its rows: the reference of held-out substitution, exact
// because nothing else is held back, and dear because every t needs its own.
func (l *lineage) fork(ctx context.Context, o *openSet) error {
	if !l.has(Fork) {
		return nil
	}
	set := &l.p.sets[o.k]
	model := l.model.Clone()
	for n := 0; n <= slices.Max(l.p.Study.Horizons); n++ {
		if n > 0 {
			rows := l.p.rowsOf(set.t+n, func(row int) bool { return n > 1 || !l.p.heldRow(row, set.fold) })
			if err := l.learn(ctx, model, &l.p.data, rows); err != nil {
				return err
			}
		}
		l.leak(o, Fork, n, l.tables(func(s int) []float32 { return modelRows(model, set, s) }))
	}
	return nil
}

// keepBefore clones θ_{t−1} for P3.
func (l *lineage) keepBefore(period int) {
	if !l.has(P3) {
		return
	}
	for k := range l.p.sets {
		if l.p.sets[k].t-1 == period && l.id.scores(&l.p.sets[k]) {
			l.before[k] = l.model.Clone()
		}
	}
}

// retrain is P3: θ_{t−1} with the leaked slots' whole tables put in and frozen
// learns period t.
func (l *lineage) retrain(ctx context.Context, o *openSet, period int) error {
	set := &l.p.sets[o.k]
	for a, arm := range l.arms {
		if arm.protocol != P3 || set.t+arm.horizon != period || arm.maxUpdates != Inf {
			continue
		}
		model := l.before[o.k].Clone().(ranker.Freezer)
		for _, s := range l.p.slots[arm.slots] {
			model.Freeze(l.model, s)
		}
		rows := l.p.rowsOf(set.t, func(row int) bool { return l.p.trains(l.id, row) })
		if err := l.learn(ctx, model, &l.p.data, rows); err != nil {
			return err
		}
		l.out.arms[a][o.k] = ranker.Scores(model, &l.p.data, set.rows)
	}
	if period == set.t+slices.Max(l.p.Study.Horizons) {
		delete(l.before, o.k)
	}
	return nil
}

// placebo continues a copy of θ_t as the lineage goes on, but on labels that
// are permuted within each period: training without signal.
func (l *lineage) placebo(ctx context.Context, o *openSet) error {
	if !l.has(ControlPlacebo) {
		return nil
	}
	set := &l.p.sets[o.k]
	model := l.model.Clone()
	d := l.p.data
	d.Label = slices.Clone(d.Label)
	n := l.p.controlHorizon()
	for period := set.t + 1; period <= set.t+n; period++ {
		rows := l.p.rowsOf(period, func(row int) bool { return l.p.trains(l.id, row) })
		r := l.random("placebo", period)
		r.Shuffle(len(rows), func(i, j int) {
			d.Label[rows[i]], d.Label[rows[j]] = d.Label[rows[j]], d.Label[rows[i]]
		})
		if err := l.learn(ctx, model, &d, rows); err != nil {
			return err
		}
	}
	l.leak(o, ControlPlacebo, n, l.tables(func(s int) []float32 { return modelRows(model, set, s) }))
	return nil
}

// random is a stream of its own for a purpose.
func (l *lineage) random(purpose string, number int) *rand.Rand {
	return rand.New(rand.NewPCG(fnvString(fnvOffset, fmt.Sprintf("%s\x00%d\x00%d", purpose, l.p.Study.seed(l.id.Seed), l.id.Fold)), uint64(number)))
}

// keepPast gathers the rows of the sets for which this period is t−n of the
// control, at −1 for those whose t−n is before the log.
func (l *lineage) keepPast(period int) {
	if !l.has(ControlPast) {
		return
	}
	n := l.p.controlHorizon()
	for k := range l.p.sets {
		set := &l.p.sets[k]
		if max(set.t-n, -1) != period || !l.id.scores(set) {
			continue
		}
		for s := range l.p.log.Slots {
			l.past[k] = append(l.past[k], modelRows(l.model, set, s))
		}
	}
}

// leakPast scores the control that leaks the rows of t−n.
func (l *lineage) leakPast(o *openSet) {
	if rows, ok := l.past[o.k]; ok {
		l.leak(o, ControlPast, -l.p.controlHorizon(), &tables{rows: rows})
		delete(l.past, o.k)
	}
}

// spoil makes rows for a control of those of t+n: exchanged between the ids
// that have been updated by t, normal with their root mean square in each
// coordinate, or zero.
func (l *lineage) spoil(k, slot int, protocol Protocol, rows []float32) []float32 {
	n := l.model.RowLen(slot)
	out := slices.Clone(rows)
	var seen []int
	for u, c := range l.updates.ids[k][slot] {
		if c > 0 {
			seen = append(seen, u)
		}
	}
	r := l.random(string(protocol)+l.p.log.Slots[slot].Name, l.p.sets[k].t)
	switch protocol {
	case ControlPermuted:
		for i, j := range r.Perm(len(seen)) {
			copy(out[seen[i]*n:(seen[i]+1)*n], rows[seen[j]*n:])
		}
	case ControlRandom:
		for j := range n {
			var ss float64
			for _, u := range seen {
				ss += float64(rows[u*n+j]) * float64(rows[u*n+j])
			}
			rms := math.Sqrt(ss / float64(max(1, len(seen))))
			for u := range len(rows) / n {
				out[u*n+j] = float32(rms * r.NormFloat64())
			}
		}
	case ControlZero:
		clear(out)
	}
	return out
}
