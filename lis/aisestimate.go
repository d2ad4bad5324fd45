package lis

import (
	"math"
	"slices"

	"github.com/lislab/lislab/lis/auc"
)

// contrasts holds, for one scope, the AUCs and influences of several scorings
// of the same impressions, so that any difference between them has a paired,
// clustered interval.
type contrasts struct {
	scope *scope
	p     *Plan
	kind  string
	// value is the pooled AUC by scoring and seed; phi the influences averaged
	// over seeds, by scoring and scopeSet.
	value [][]float64
	phi   [][][]float64
}

// newContrasts computes the influences of scorings, each by seed and set.
func (p *Plan) newContrasts(s *scope, kind string, scorings [][][][]float32) (*contrasts, error) {
	c := &contrasts{scope: s, p: p, kind: kind}
	var w auc.Workspace
	w.Workers = 1
	for _, bySeed := range scorings {
		value := make([]float64, len(bySeed))
		phi := make([][]float64, len(s.sets))
		for i := range s.sets {
			set := &s.sets[i]
			phi[i] = make([]float64, len(set.labels))
			for seed := range bySeed {
				a, err := influence(&w, pick(set, bySeed[seed][set.k]), set.labels)
				if err != nil {
					return nil, err
				}
				value[seed] += set.weight * a.auc
				for j, x := range a.phi {
					phi[i][j] += x * set.weight / float64(len(bySeed))
				}
			}
		}
		c.value = append(c.value, value)
		c.phi = append(c.phi, phi)
	}
	return c, nil
}

// level is the AUC of a scoring, averaged over seeds.
func (c *contrasts) level(k int) float64 {
	m := 0.0
	for _, x := range c.value[k] {
		m += x / float64(len(c.value[k]))
	}
	return m
}

// difference is Σ coefficient·AUC over scorings, with its variance: clustered,
// plus what the seeds differ by.
func (c *contrasts) difference(coefficients map[int]float64) (value, variance float64) {
	v := c.p.newVariance(c.kind)
	for i := range c.scope.sets {
		phi := make([]float64, len(c.scope.sets[i].labels))
		for k := range c.phi { // in order: sums of floats must not depend on a map's
			f, ok := coefficients[k]
			if !ok {
				continue
			}
			for j, x := range c.phi[k][i] {
				phi[j] += f * x
			}
		}
		v.add(c.p, &c.scope.sets[i], phi)
	}
	seeds := make([]float64, len(c.value[0]))
	for k := range c.value {
		if f, ok := coefficients[k]; ok {
			for s, x := range c.value[k] {
				seeds[s] += f * x
			}
		}
	}
	for _, x := range seeds {
		value += x / float64(len(seeds))
	}
	return value, v.variance() + seedVariance(seeds)
}

// fieller is the 95 % interval of a/b from their joint normal distribution
// (Fieller 1954). It is not defined, NaN, where b's own interval contains 0.
func fieller(a, b, varA, varB, cov float64) (low, high float64) {
	z2 := auc.Z95 * auc.Z95
	g := b*b - z2*varB
	if !(g > 0) {
		return math.NaN(), math.NaN()
	}
	mid := (a*b - z2*cov) / g
	root := math.Sqrt(max(0, mid*mid-(a*a-z2*varA)/g))
	return mid - root, mid + root
}

// estimate fills in the result's rows.
func (a *aisRun) estimate(base []*lineageScores, models []*aisModel) error {
	e := &estimator{p: a.p}
	taught := map[uint32]bool{}
	ids := map[string]bool{}
	for _, id := range a.study.Taught {
		ids[id] = true
	}
	for i, id := range a.p.log.Slots[a.slot].IDs {
		taught[uint32(i)] = ids[id]
	}
	in := func(keep func(set *scoredSet, k, i int) bool) [][]bool {
		out := make([][]bool, len(a.p.sets))
		for k := range a.p.sets {
			set := &a.p.sets[k]
			out[k] = make([]bool, len(set.rows))
			for i := range out[k] {
				out[k][i] = keep(set, k, i)
			}
		}
		return out
	}
	scopes := []*scope{e.scopeAll()}
	add := func(name string, keep func(set *scoredSet, k, i int) bool) {
		s := e.scopeCold(in(keep))
		s.name = name
		scopes = append(scopes, s)
	}
	if len(ids) > 0 {
		add(scopeUnseen, func(set *scoredSet, _, i int) bool { return !taught[a.p.log.Slots[a.slot].Index[set.rows[i]]] })
	}
	add(scopeCold, func(_ *scoredSet, k, i int) bool { return a.cold.rows[k][a.slot][i] < 10 })
	add(scopeNew, func(_ *scoredSet, k, i int) bool { return a.cold.rows[k][a.slot][i] == 0 })

	// Scorings: 0 the base, 1 the leak, then the arms.
	leak := -1
	for i, arm := range a.p.arms(HeldOut) {
		if arm.horizon == a.study.Horizon {
			leak = i
		}
	}
	scorings := make([][][][]float32, 2+len(a.arms))
	for seed := range base {
		scorings[0] = append(scorings[0], base[seed].base)
		scorings[1] = append(scorings[1], base[seed].arms[leak])
		for _, m := range models {
			if m.seed == seed {
				scorings[2+m.arm] = append(scorings[2+m.arm], m.scores)
			}
		}
	}
	all := scopes[0].n
	for i, s := range scopes {
		if s.n == 0 {
			continue
		}
		scored := scorings
		if i == 0 {
			scored = slices.Concat(scorings, a.permutedScorings(base, models))
		}
		c, err := a.p.newContrasts(s, a.p.clusterOf(0), scored)
		if err != nil {
			return err
		}
		a.rows(c, all)
		if i == 0 {
			a.importances(c, len(scorings))
		}
	}
	a.res.finish()
	return nil
}

// rows adds a scope's rows: each arm against the base, against random vectors of its
// width and against the bar.
func (a *aisRun) rows(c *contrasts, all int) {
	lis, lisVar := c.difference(map[int]float64{1: 1, 0: -1})
	for k, arm := range a.arms {
		against := map[string]int{againstBase: 0}
		for j, other := range a.arms {
			if j == k || other.dense.K != arm.dense.K || arm.name == randomName(arm.dense.K) {
				continue
			}
			if other.name == randomName(arm.dense.K) || other.name == a.study.Bar {
				against[other.name] = 2 + j
			}
		}
		for _, name := range append([]string{againstBase}, a.names()...) {
			j, ok := against[name]
			if !ok {
				continue
			}
			r := AISRow{Log: a.p.log.Name, Arm: arm.name, K: arm.dense.K, Rate: arm.rate, Against: name, Scope: c.scope.name, Seeds: a.study.Seeds, Days: c.scope.days(a.p), N: c.scope.n, NPos: c.scope.nPos, Share: float64(c.scope.n) / float64(all), Horizon: a.study.Horizon}
			r.AUCBase, r.AUCWith = c.level(j), c.level(2+k)
			value, variance := c.difference(map[int]float64{2 + k: 1, j: -1})
			r.AIS, r.SE = value, math.Sqrt(variance)
			r.CILow, r.CIHigh = r.AIS-auc.Z95*r.SE, r.AIS+auc.Z95*r.SE
			r.P = auc.PValue(r.AIS, r.SE)
			r.Significant = math.Abs(r.AIS) > a.res.Threshold && (r.CILow > 0 || r.CIHigh < 0)
			r.LIS, r.LISSE = lis, math.Sqrt(lisVar)
			r.Saturation, r.SaturationLow, r.SaturationHigh = math.NaN(), math.NaN(), math.NaN()
			if name == againstBase && math.Abs(lis) > auc.Z95*r.LISSE {
				_, sum := c.difference(map[int]float64{2 + k: 1, 0: -2, 1: 1})
				cov := (sum - variance - lisVar) / 2
				r.Saturation = value / lis
				r.SaturationLow, r.SaturationHigh = fieller(value, lis, variance, lisVar, cov)
			}
			a.res.Rows = append(a.res.Rows, r)
		}
	}
}

func (a *aisRun) names() []string {
	var out []string
	for _, arm := range a.arms {
		out = append(out, arm.name)
	}
	return out
}
