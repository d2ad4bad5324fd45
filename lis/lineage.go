package lis

import (
	"context"
	"slices"

	"github.com/lislab/lislab/lis/ranker"
)

// trainChunk is the number of rows between two looks at the context.
const trainChunk = 8192

// lineageID names one lineage of a sweep.
type lineageID struct {
	Protocol Protocol
	Seed     int // from 1
	Fold     int // that it is not trained on; −1 where there are none
}

// lineages lists those of the plan, seed by seed, so that an interrupted sweep
// has whole seeds.
func (p *Plan) lineages() []lineageID {
	var out []lineageID
	for seed := 1; seed <= p.Study.Seeds; seed++ {
		for _, protocol := range p.Study.Protocols {
			if protocol == Raw {
				out = append(out, lineageID{protocol, seed, -1})
				continue
			}
			for _, fold := range p.folds() {
				out = append(out, lineageID{protocol, seed, fold})
			}
		}
	}
	return out
}

// scores tells whether a lineage scores a set: all sets, or those of its fold.
func (id lineageID) scores(s *scoredSet) bool {
	return id.Protocol == Raw || id.Fold == s.fold
}

// trains tells whether a lineage is trained on a row.
func (p *Plan) trains(id lineageID, row int) bool {
	return id.Protocol == Raw || !p.heldRow(row, id.Fold)
}

// arm is one way of leaking that has scores of its own. For a single slot one
// arm without filter serves every filter, which only picks between its scores
// and the base's; slots leaked together have an arm per filter.
type arm struct {
	slots      int // index into Plan.slots
	horizon    int
	maxUpdates int
}

func (p *Plan) arms() []arm {
	var out []arm
	for i, set := range p.slots {
		for _, n := range p.Study.Horizons {
			out = append(out, arm{i, n, Inf})
			for _, m := range p.Study.MaxUpdates {
				if len(set) > 1 && m != Inf {
					out = append(out, arm{i, n, m})
				}
			}
		}
	}
	return out
}

// lineageScores are the logits that one lineage gives: per set of the plan
// (nil for sets that it does not score) without and with each arm's leak.
type lineageScores struct {
	base [][]float32
	arms [][][]float32 // by arm, then set
}

// updates holds c_t of the rows of each set, per slot: [set][slot][row].
type updates [][][]int32

// countUpdates counts, for each scored impression, the training rows with its
// id by the end of t; of several ids the smallest count.
func (p *Plan) countUpdates(protocol Protocol) updates {
	out := make(updates, len(p.sets))
	folds := p.folds()
	if protocol == Raw {
		folds = []int{-1}
	}
	for _, fold := range folds {
		id := lineageID{protocol, 0, fold}
		counts := make([][]int32, len(p.log.Slots))
		for s := range counts {
			counts[s] = make([]int32, len(p.log.Slots[s].IDs))
		}
		row := 0
		for k := range p.sets {
			set := &p.sets[k]
			if !id.scores(set) {
				continue
			}
			for ; row < p.starts[set.t+1]; row++ {
				if !p.trains(id, row) {
					continue
				}
				for s := range counts {
					for _, i := range p.log.Slots[s].Row(row) {
						counts[s][i]++
					}
				}
			}
			out[k] = make([][]int32, len(counts))
			for s := range counts {
				c := make([]int32, len(set.rows))
				for i := range c {
					c[i] = 1<<31 - 1
					for _, u := range set.at(s, i) {
						c[i] = min(c[i], counts[s][set.unique[s][u]])
					}
				}
				out[k][s] = c
			}
		}
	}
	return out
}

// at gives the ids of scored row i as indices into unique.
func (s *scoredSet) at(slot, i int) []uint32 {
	if s.offsets[slot] == nil {
		return s.local[slot][i : i+1]
	}
	return s.local[slot][s.offsets[slot][i]:s.offsets[slot][i+1]]
}

// openSet is a set whose t has come and whose horizons are still coming: the
// state θ_t as far as its scores need it.
type openSet struct {
	k     int // index into Plan.sets
	dense []float32
	rows  [][]float32 // per slot, the rows of its unique ids
}

// lineage is one pass of one ranker over the log.
type lineage struct {
	p       *Plan
	id      lineageID
	model   ranker.Ranker
	arms    []arm
	updates updates
	out     *lineageScores
	open    []openSet
	x       []float32 // rows of all slots, impression by impression
	width   int
	offset  []int // of a slot's row within an impression's part of x
}

func (p *Plan) newLineage(id lineageID, u updates) *lineage {
	l := &lineage{p: p, id: id, arms: p.arms(), updates: u, model: p.Study.ranker(uint64(id.Seed), &p.data)}
	for s := range p.log.Slots {
		l.offset = append(l.offset, l.width)
		l.width += l.model.RowLen(s)
	}
	l.out = &lineageScores{base: make([][]float32, len(p.sets)), arms: make([][][]float32, len(l.arms))}
	for a := range l.arms {
		l.out.arms[a] = make([][]float32, len(p.sets))
	}
	return l
}

// lastPeriod is the last that any score needs.
func (p *Plan) lastPeriod() int { return p.T[len(p.T)-1] + slices.Max(p.Study.Horizons) }

// run passes over the log once: train on a period, keep the rows that period's
// scores need, score what this period's rows are leaked into.
func (l *lineage) run(ctx context.Context, trained func(rows int)) (*lineageScores, error) {
	for period := 0; period <= l.p.lastPeriod(); period++ {
		if err := l.train(ctx, period, trained); err != nil {
			return nil, err
		}
		for k := range l.p.sets {
			if s := &l.p.sets[k]; s.t == period && l.id.scores(s) {
				l.openSet(k)
			}
		}
		for i := range l.open {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			l.leak(&l.open[i], period)
		}
		l.open = slices.DeleteFunc(l.open, func(o openSet) bool {
			return l.p.sets[o.k].t+slices.Max(l.p.Study.Horizons) <= period
		})
	}
	return l.out, nil
}

func (l *lineage) train(ctx context.Context, period int, trained func(rows int)) error {
	rows := make([]int32, 0, trainChunk)
	for row := l.p.starts[period]; row < l.p.starts[period+1]; row++ {
		if l.p.trains(l.id, row) {
			rows = append(rows, int32(row))
		}
		if len(rows) == trainChunk || row+1 == l.p.starts[period+1] {
			if err := ctx.Err(); err != nil {
				return err
			}
			l.model.Train(&l.p.data, rows)
			trained(len(rows))
			rows = rows[:0]
		}
	}
	return nil
}

// gather copies the model's rows of a set's distinct ids of a slot.
func (l *lineage) gather(set *scoredSet, slot int) []float32 {
	n := l.model.RowLen(slot)
	out := make([]float32, n*len(set.unique[slot]))
	for i, id := range set.unique[slot] {
		l.model.Row(out[i*n:(i+1)*n], slot, id)
	}
	return out
}

func (l *lineage) openSet(k int) {
	set := &l.p.sets[k]
	o := openSet{k: k, dense: l.model.Dense()}
	for s := range l.p.log.Slots {
		o.rows = append(o.rows, l.gather(set, s))
	}
	l.open = append(l.open, o)
	l.fill(set, o.rows)
	l.out.base[k] = l.score(set, &o)
}

// fill lays out x from the rows of every slot.
func (l *lineage) fill(set *scoredSet, rows [][]float32) {
	l.x = slices.Grow(l.x[:0], l.width*len(set.rows))[:l.width*len(set.rows)]
	for s := range rows {
		l.put(set, s, rows[s], nil)
	}
}

// put writes a slot's rows into x, for the impressions for which only is true
// (nil for all). An impression of several ids gets the mean of their rows.
func (l *lineage) put(set *scoredSet, slot int, rows []float32, only []bool) {
	n := l.model.RowLen(slot)
	for i := range set.rows {
		if only != nil && !only[i] {
			continue
		}
		dst := l.x[i*l.width+l.offset[slot]:][:n]
		if set.offsets[slot] == nil {
			copy(dst, rows[int(set.local[slot][i])*n:])
			continue
		}
		ids := set.at(slot, i)
		clear(dst)
		for _, u := range ids {
			for j, v := range rows[int(u)*n : int(u+1)*n] {
				dst[j] += float32(v / float32(len(ids)))
			}
		}
	}
}

func (l *lineage) score(set *scoredSet, o *openSet) []float32 {
	out := make([]float32, len(set.rows))
	l.model.Score(out, o.dense, l.x, &l.p.data, set.rows)
	return out
}

// leak scores the arms whose leaked rows are this period's.
func (l *lineage) leak(o *openSet, period int) {
	set := &l.p.sets[o.k]
	var leaked [][]float32 // per slot, gathered when first needed
	for a, arm := range l.arms {
		if set.t+arm.horizon != period {
			continue
		}
		if leaked == nil {
			leaked = make([][]float32, len(l.p.log.Slots))
			l.fill(set, o.rows)
		}
		slots := l.p.slots[arm.slots]
		for _, s := range slots {
			if leaked[s] == nil {
				leaked[s] = l.gather(set, s)
			}
			l.put(set, s, leaked[s], below(l.updates[o.k][s], arm.maxUpdates))
		}
		l.out.arms[a][o.k] = l.score(set, o)
		for _, s := range slots {
			l.put(set, s, o.rows[s], nil)
		}
	}
}

// below tells where a count is below m; nil stands for everywhere.
func below(counts []int32, m int) []bool {
	if m == Inf {
		return nil
	}
	out := make([]bool, len(counts))
	for i, c := range counts {
		out[i] = int(c) < m
	}
	return out
}
