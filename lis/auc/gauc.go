package auc

import (
	"slices"
	"sync/atomic"
)

// Grouped is the AUC within groups, such as the impressions of one user or of
// one request.
type Grouped struct {
	AUC         float64 // mean of the groups' AUCs, each weighted by its impressions
	Mean        float64 // unweighted mean of the groups' AUCs
	Groups      int     // groups of both classes, which count
	LeftOut     int     // groups of one class, which have no AUC
	Impressions int     // in the groups that count
}

// GAUC computes the AUC of each group by itself and averages. group holds an
// index per impression, dense indices from 0 being fastest. The error is
// ErrOneClass where no group has both classes, else as AUC's.
func GAUC(scores []float64, labels []bool, group []uint32) (Grouped, error) {
	return new(Workspace).GAUC(scores, labels, group)
}

// grouping are the buffers of GAUC.
type grouping struct {
	words   []uint64
	offsets []uint32 // worker × half group
	ends    []uint32 // per half group
	u2, pos []uint64
	dense   []uint32
	workers []wordWorker[uint64]
}

// groupsPerTurn is how many groups a worker takes at a time.
const groupsPerTurn = 256

// GAUC is the function GAUC in w's buffers.
func (w *Workspace) GAUC(scores []float64, labels []bool, group []uint32) (Grouped, error) {
	n := len(scores)
	if err := checkLengths(n, len(labels), "labels"); err != nil {
		return Grouped{}, err
	}
	if err := checkLengths(n, len(group), "groups"); err != nil {
		return Grouped{}, err
	}
	g, k := &w.groups, w.workers(n)
	groups := int(slices.Max(group)) + 1
	if groups > 4*n+1024 {
		group, groups = g.compact(group)
	}
	if err := g.distribute(scores, labels, group, groups, k); err != nil {
		return Grouped{}, err
	}
	g.score(groups, k)
	var r Grouped
	var sum, weighted float64
	for i := range groups {
		from, to := g.bounds(i)
		all, pos := uint64(to-from), g.pos[i]
		if all == 0 {
			continue
		}
		if pos == 0 || pos == all {
			r.LeftOut++
			continue
		}
		a := float64(g.u2[i]) / (2 * float64(pos) * float64(all-pos))
		r.Groups++
		r.Impressions += int(all)
		sum += a
		weighted += a * float64(all)
	}
	if r.Groups == 0 {
		return r, ErrOneClass
	}
	r.AUC, r.Mean = weighted/float64(r.Impressions), sum/float64(r.Groups)
	return r, nil
}

// compact renumbers sparse groups in the order of their first impression.
func (g *grouping) compact(group []uint32) ([]uint32, int) {
	g.dense = slices.Grow(g.dense[:0], len(group))[:len(group)]
	seen := make(map[uint32]uint32)
	for i, x := range group {
		d, ok := seen[x]
		if !ok {
			d = uint32(len(seen))
			seen[x] = d
		}
		g.dense[i] = d
	}
	return g.dense, len(seen)
}

// distribute moves each impression's word to its group: first the group's
// negative scores, then the others, so that words order both.
func (g *grouping) distribute(scores []float64, labels []bool, group []uint32, groups, k int) error {
	n, m := len(scores), 2*groups
	g.words = slices.Grow(g.words[:0], n)[:n]
	g.offsets = slices.Grow(g.offsets[:0], k*m)[:k*m]
	clear(g.offsets)
	var nan atomic.Bool
	spread(k, func(i int) {
		from, to := share(n, i, k)
		counts, group := g.offsets[i*m:(i+1)*m], group[from:to]
		for r, x := range scores[from:to] {
			if x != x {
				nan.Store(true)
				return
			}
			counts[uint64(group[r])<<1|key(x)>>63]++
		}
	})
	if nan.Load() {
		return firstNaN(scores)
	}
	var at uint32
	for j := range m {
		for i := range k {
			c := &g.offsets[i*m+j]
			*c, at = at, at+*c
		}
	}
	spread(k, func(i int) {
		from, to := share(n, i, k)
		next, group, labels := g.offsets[i*m:(i+1)*m], group[from:to], labels[from:to]
		for r, x := range scores[from:to] {
			kx := key(x)
			var l uint64
			if labels[r] {
				l = 1
			}
			j := uint64(group[r])<<1 | kx>>63
			g.words[next[j]] = kx<<1 | l
			next[j]++
		}
	})
	g.ends = g.offsets[(k-1)*m:]
	return nil
}

// bounds are where group i's words lie; half says where its scores ≥ 0 begin.
func (g *grouping) bounds(i int) (from, to uint32) {
	if i > 0 {
		from = g.ends[2*i-1]
	}
	return from, g.ends[2*i+1]
}

func (g *grouping) half(i int) uint32 { return g.ends[2*i] }

// score fills u2 and pos of each group.
func (g *grouping) score(groups, k int) {
	g.u2, g.pos = slices.Grow(g.u2[:0], groups)[:groups], slices.Grow(g.pos[:0], groups)[:groups]
	if k > len(g.workers) {
		g.workers = make([]wordWorker[uint64], k)
	}
	var turn atomic.Int64
	spread(k, func(i int) {
		w := &g.workers[i]
		for {
			from := int(turn.Add(groupsPerTurn)) - groupsPerTurn
			if from >= groups {
				return
			}
			for j := from; j < min(groups, from+groupsPerTurn); j++ {
				from, to := g.bounds(j)
				half := g.half(j)
				w.tmp = slices.Grow(w.tmp[:0], int(to-from))
				u2, pos := scoreWords(&w.counters, g.words[from:half], w.tmp[:half-from])
				u, p := scoreWords(&w.counters, g.words[half:to], w.tmp[:to-half])
				g.u2[j] = u2 + u + 2*p*(uint64(half-from)-pos)
				g.pos[j] = pos + p
			}
		}
	})
}
