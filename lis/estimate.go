package lis

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/lislab/lislab/lis/auc"
)

// An estimator turns the scores of one protocol's lineages into rows.
type estimator struct {
	p        *Plan
	protocol Protocol
	updates  *updates
	arms     []arm
	seeds    []*lineageScores // by seed, sets of all folds together
	base     [][]area         // by seed and set, over the whole set
	failed   error            // why base could not be measured
}

// newEstimator joins the lineages of each seed: every set was scored by one.
func newEstimator(p *Plan, protocol Protocol, u *updates, done map[lineageID]*lineageScores, seeds int) *estimator {
	training := protocol.training()
	e := &estimator{p: p, protocol: protocol, updates: u, arms: p.arms(training)}
	var w auc.Workspace
	w.Workers = 1
	for seed := 1; seed <= seeds; seed++ {
		joined := p.newScores(training)
		for id, s := range done {
			if id.Training != training || id.Seed != seed {
				continue
			}
			for k := range p.sets {
				if s.base[k] == nil {
					continue
				}
				joined.base[k] = s.base[k]
				for a := range joined.arms {
					joined.arms[a][k] = s.arms[a][k]
				}
			}
		}
		e.seeds = append(e.seeds, joined)
		base := make([]area, len(p.sets))
		for k := range p.sets {
			a, err := p.measure(&w, joined.base[k], p.sets[k].labels, p.sets[k].rows)
			if err != nil && e.failed == nil {
				e.failed = fmt.Errorf("seed %d, t = %d: %w", seed, p.sets[k].t, err)
			}
			base[k] = a
		}
		e.base = append(e.base, base)
	}
	return e
}

// A scope is the part of the sets that a row is scored on.
type scope struct {
	name string
	sets []scopeSet // of the sets that have both classes in this scope
	n    int
	nPos int
	base [][]area // by seed and scopeSet
}

type scopeSet struct {
	k      int   // index into Plan.sets
	rows   []int // indices into the set's rows; nil for all of them
	labels []bool
	weight float64
}

// pick gives the values of the scope's rows.
func pick[T any](s *scopeSet, v []T) []T {
	if s.rows == nil {
		return v
	}
	out := make([]T, len(s.rows))
	for i, r := range s.rows {
		out[i] = v[r]
	}
	return out
}

func (e *estimator) scopeAll() *scope {
	s := &scope{name: "all", base: e.base}
	for k := range e.p.sets {
		set := &e.p.sets[k]
		s.add(scopeSet{k: k, labels: set.labels}, set.nPos)
	}
	s.weigh()
	return s
}

// scopeCold has the impressions that the filter lets through.
func (e *estimator) scopeCold(cold [][]bool) *scope {
	s := &scope{name: "cold"}
	for k := range e.p.sets {
		set := scopeSet{k: k, rows: []int{}}
		pos := 0
		for i, c := range cold[k] {
			if c {
				set.rows = append(set.rows, i)
				set.labels = append(set.labels, e.p.sets[k].labels[i])
				if e.p.sets[k].labels[i] {
					pos++
				}
			}
		}
		if e.p.measurable(set.labels, pick(&set, e.p.sets[k].rows)) {
			s.add(set, pos)
		}
	}
	s.weigh()
	return s
}

func (s *scope) add(set scopeSet, pos int) {
	s.sets = append(s.sets, set)
	s.n += len(set.labels)
	s.nPos += pos
}

func (s *scope) weigh() {
	for i := range s.sets {
		s.sets[i].weight = float64(len(s.sets[i].labels)) / float64(s.n)
	}
}

// days is the number of t in a scope.
func (s *scope) days(p *Plan) int {
	t := map[int]bool{}
	for i := range s.sets {
		t[p.sets[s.sets[i].k].t] = true
	}
	return len(t)
}

// open tells which impressions a gate lets through, set by set. Controls leak
// into rows that have been updated.
func (e *estimator) open(slots []int, g *gate) [][]bool {
	out := make([][]bool, len(e.p.sets))
	for k := range out {
		out[k] = g.opens(e.p, k, slots, e.updates)
	}
	return out
}

// rows computes the rows of one set of slots and one gate, over all horizons
// and both scopes; a control's over all impressions alone.
func (e *estimator) rows(slots int, g *gate, all *scope) ([]Row, error) {
	if e.failed != nil {
		return nil, e.failed
	}
	open := e.open(e.p.slots[slots], g)
	scopes := []*scope{all}
	var w auc.Workspace
	w.Workers = 1
	if e.protocol.measures() {
		cold := e.scopeCold(open)
		if cold.n == all.n {
			cold.base = all.base
		} else if err := e.influences(&w, cold); err != nil {
			return nil, err
		}
		scopes = append(scopes, cold)
	}
	var out []Row
	for _, n := range e.p.horizonsOf(e.protocol) {
		leaked := e.leaked(slots, n, g, open)
		for _, s := range scopes {
			row, err := e.row(&w, slots, n, g, s, leaked)
			if err != nil {
				return nil, err
			}
			row.Share = float64(row.N) / float64(all.n)
			out = append(out, row)
		}
	}
	return out, nil
}

// influences fills in the base of a scope.
func (e *estimator) influences(w *auc.Workspace, s *scope) error {
	for seed := range e.seeds {
		base := make([]area, len(s.sets))
		for i := range s.sets {
			a, err := e.p.measure(w, pick(&s.sets[i], e.seeds[seed].base[s.sets[i].k]), s.sets[i].labels, pick(&s.sets[i], e.p.sets[s.sets[i].k].rows))
			if err != nil {
				return err
			}
			base[i] = a
		}
		s.base = append(s.base, base)
	}
	return nil
}

// leaked finds the scores of an arm behind a gate, by seed and set.
func (e *estimator) leaked(slots, n int, g *gate, open [][]bool) func(seed, k int) []float32 {
	own := arm{e.protocol, slots, n, g.maxUpdates}
	if a := slices.Index(e.arms, own); a >= 0 && g.name == "" {
		return func(seed, k int) []float32 { return e.seeds[seed].arms[a][k] }
	}
	own.maxUpdates = Inf
	a := slices.Index(e.arms, own)
	return func(seed, k int) []float32 {
		out := slices.Clone(e.seeds[seed].base[k])
		for i, c := range open[k] {
			if c {
				out[i] = e.seeds[seed].arms[a][k][i]
			}
		}
		return out
	}
}

// row estimates one row: AUCs are per set, weighted by its scored impressions;
// the interval is the paired influence function's, averaged over seeds and
// summed within clusters over all sets, plus what the seeds differ by.
func (e *estimator) row(w *auc.Workspace, slots, n int, g *gate, s *scope, leaked func(seed, k int) []float32) (Row, error) {
	p := e.p
	r := Row{Log: p.log.Name, Protocol: e.protocol, Slot: p.names[slots], Horizon: n, MaxUpdates: g.maxUpdates, Filter: g.name, Scope: s.name, Seeds: len(e.seeds), Days: s.days(p), N: s.n, NPos: s.nPos}
	r.clearFigures()
	if len(s.sets) == 0 {
		return r, nil
	}
	same := true // bit for bit
	lis := make([]float64, len(e.seeds))
	var base, leak float64
	v := p.newVariance(p.clusterOf(slots))
	for i := range s.sets {
		set := &s.sets[i]
		phi := make([]float64, len(set.labels))
		for seed := range e.seeds {
			scores := pick(set, leaked(seed, set.k))
			before := &s.base[seed][i]
			after := *before
			if !slices.Equal(scores, pick(set, e.seeds[seed].base[set.k])) {
				same = false
				var err error
				if after, err = p.measure(w, scores, set.labels, pick(set, p.sets[set.k].rows)); err != nil {
					return r, err
				}
			}
			base += set.weight * before.auc
			leak += set.weight * after.auc
			lis[seed] += set.weight * (after.auc - before.auc)
			for j := range phi {
				phi[j] += (after.phi[j] - before.phi[j]) * set.weight / float64(len(e.seeds))
			}
		}
		v.add(p, set, phi)
	}
	r.AUCBase, r.AUCLeaked = base/float64(len(e.seeds)), leak/float64(len(e.seeds))
	r.LIS = r.AUCLeaked - r.AUCBase
	if same {
		r.AUCLeaked, r.LIS, r.SE, r.CILow, r.CIHigh, r.P = r.AUCBase, 0, 0, 0, 0, 1
		return r, nil
	}
	r.SE = math.Sqrt(v.variance() + seedVariance(lis))
	r.CILow, r.CIHigh = r.LIS-auc.Z95*r.SE, r.LIS+auc.Z95*r.SE
	r.P = auc.PValue(r.LIS, r.SE)
	return r, nil
}

// clearFigures marks every figure as not applicable.
func (r *Row) clearFigures() {
	nan := math.NaN()
	r.AUCBase, r.AUCLeaked, r.LIS, r.SE, r.CILow, r.CIHigh, r.P, r.PAdj, r.Memorised = nan, nan, nan, nan, nan, nan, nan, nan, nan
}

// seedVariance is the variance of the mean over seeds; 0 for one seed.
func seedVariance(lis []float64) float64 {
	s := float64(len(lis))
	if s < 2 {
		return 0
	}
	var mean, v float64
	for _, x := range lis {
		mean += x / s
	}
	for _, x := range lis {
		v += (x - mean) * (x - mean)
	}
	return v / (s - 1) / s
}

// clusterOf is the kind of cluster for a set of slots.
func (p *Plan) clusterOf(slots int) string {
	if p.Study.Cluster != "" {
		return p.Study.Cluster
	}
	const user = 0 // the log's first slot
	switch set := p.slots[slots]; {
	case !slices.Contains(set, user):
		return "item"
	case len(set) == 1:
		return "user"
	}
	return "two-way"
}

// variance adds influences within clusters.
type variance struct {
	kind       string
	item, user auc.ClusterSum
	square     float64 // Σφ² over impressions
	n          float64
}

func (p *Plan) newVariance(kind string) *variance { return &variance{kind: kind} }

func (v *variance) add(p *Plan, s *scopeSet, phi []float64) {
	set := &p.sets[s.k]
	cluster := func(sum *auc.ClusterSum, slot int) {
		c := pick(s, set.local[slot])
		ids := make([]uint32, len(c))
		for i, u := range c {
			ids[i] = set.unique[slot][u]
		}
		if err := sum.Add(phi, ids, 1); err != nil {
			panic(err) // lengths are equal by construction
		}
	}
	if v.kind == "item" || v.kind == "two-way" {
		cluster(&v.item, 1)
	}
	if v.kind == "user" || v.kind == "two-way" {
		cluster(&v.user, 0)
	}
	for _, x := range phi {
		v.square += x * x
	}
	v.n += float64(len(phi))
}

func (v *variance) variance() float64 {
	impression := v.n / (v.n - 1) * v.square
	switch v.kind {
	case "item":
		return v.item.Variance()
	case "user":
		return v.user.Variance()
	case "two-way":
		return auc.TwoWayVariance(v.item.Variance(), v.user.Variance(), impression)
	}
	return impression
}

// estimate computes every row of a protocol, spread over jobs, and says where
// it could not.
func (e *estimator) estimate(ctx context.Context, jobs int, done func()) (out []Row, warning []string, err error) {
	gates := e.p.gatesOf(e.protocol)
	horizons := len(e.p.horizonsOf(e.protocol))
	all := e.scopeAll()
	slots := e.p.slotsOf(e.protocol)
	rows := make([][]Row, len(slots)*len(gates))
	failures := make([]error, len(rows))
	err = parallel(ctx, jobs, len(rows), func(i int) error {
		s, g := slots[i/len(gates)], &gates[i%len(gates)]
		if rows[i], failures[i] = e.rows(s, g, all); failures[i] != nil {
			rows[i] = e.errorRows(s, g)
		}
		done()
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, f := range failures {
		if f != nil {
			warning = append(warning, fmt.Sprintf("Rows of %s are errors: %v. The ranker gives scores that are no numbers; lower its rate, or look at its features.", e.protocol, f))
			break
		}
	}
	// Tasks ran by slot and gate; rows go by slot, horizon, gate, scope.
	for s := range slots {
		for n := range horizons {
			for g := range gates {
				r := rows[s*len(gates)+g]
				scopes := len(r) / horizons
				out = append(out, r[scopes*n:scopes*(n+1)]...)
			}
		}
	}
	return out, warning, nil
}

// errorRows stand where scores could not be measured.
func (e *estimator) errorRows(slots int, g *gate) []Row {
	scopes := []string{"all"}
	if e.protocol.measures() {
		scopes = append(scopes, "cold")
	}
	var out []Row
	for _, n := range e.p.horizonsOf(e.protocol) {
		for _, s := range scopes {
			r := Row{Log: e.p.log.Name, Protocol: e.protocol, Slot: e.p.names[slots], Horizon: n, MaxUpdates: g.maxUpdates, Filter: g.name, Scope: s, Seeds: len(e.seeds), Share: math.NaN(), Error: ErrMissingValue.Error()}
			r.clearFigures()
			out = append(out, r)
		}
	}
	return out
}
