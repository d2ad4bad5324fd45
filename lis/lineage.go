package lis

import (
	"context"
	"math"
	"slices"

	"github.com/lislab/lislab/lis/ranker"
)

// trainChunk is the number of rows between two looks at the context.
const trainChunk = 8192

// lineageID names one lineage of a sweep.
type lineageID struct {
	Training Protocol // HeldOut or Raw: what it is trained on
	Seed     int      // the k-th of the study's, from 1
	Fold     int      // that it is not trained on; −1 where there are none
}

// training is the lineage that a protocol's rows come from.
func (p Protocol) training() Protocol {
	if p == Raw {
		return Raw
	}
	return HeldOut
}

// trainings are those that the plan's protocols need.
func (p *Plan) trainings() []Protocol {
	var out []Protocol
	for _, protocol := range p.protocols() {
		out = append(out, protocol.training())
	}
	return distinct(out)
}

// lineages lists those of the plan, seed by seed, so that an interrupted sweep
// has whole seeds.
func (p *Plan) lineages() []lineageID {
	var out []lineageID
	for seed := 1; seed <= p.Study.Seeds; seed++ {
		for _, training := range p.trainings() {
			if training == Raw {
				out = append(out, lineageID{Raw, seed, -1})
				continue
			}
			for _, fold := range p.folds() {
				out = append(out, lineageID{HeldOut, seed, fold})
			}
		}
	}
	return out
}

// scores tells whether a lineage scores a set: all sets, or those of its fold.
func (id lineageID) scores(s *scoredSet) bool {
	return id.Training == Raw || id.Fold == s.fold
}

// trains tells whether a lineage is trained on a row.
func (p *Plan) trains(id lineageID, row int) bool {
	return id.Training == Raw || !p.heldRow(row, id.Fold)
}

// lineageScores are the logits that one lineage gives: per set of the plan
// (nil for sets that it does not score) without and with each arm's leak.
type lineageScores struct {
	base [][]float32
	arms [][][]float32 // by arm, then set
}

// updates holds c_t per set and slot.
type updates struct {
	ids  [][][]int32 // [set][slot][distinct id]
	rows [][][]int32 // [set][slot][row]: of several ids the smallest
}

// countUpdates counts, for each scored impression, the training rows with its
// id by the end of t.
func (p *Plan) countUpdates(training Protocol) *updates {
	out := &updates{make([][][]int32, len(p.sets)), make([][][]int32, len(p.sets))}
	folds := p.folds()
	if training == Raw {
		folds = []int{-1}
	}
	for _, fold := range folds {
		id := lineageID{training, 0, fold}
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
			from := row
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
			p.log.forget(from, row)
			for s := range counts {
				ids, rows := make([]int32, len(set.unique[s])), make([]int32, len(set.rows))
				for u, id := range set.unique[s] {
					ids[u] = counts[s][id]
				}
				for i := range rows {
					rows[i] = math.MaxInt32
					for _, u := range set.at(s, i) {
						rows[i] = min(rows[i], ids[u])
					}
				}
				out.ids[k], out.rows[k] = append(out.ids[k], ids), append(out.rows[k], rows)
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
	rows  [][]float32 // per slot, the rows of its distinct ids
}

// lineage is one pass of one ranker over the log.
type lineage struct {
	p       *Plan
	id      lineageID
	model   ranker.Ranker
	other   ranker.Ranker // of another seed, in step with model, for the control; else nil
	arms    []arm
	updates *updates
	out     *lineageScores
	open    []openSet
	past    map[int][][]float32   // by set, rows of t−n for the control
	before  map[int]ranker.Ranker // by set, θ_{t−1} for P3
	side    sideLineage
	x       []float32 // rows of all slots, impression by impression
	width   int
	offset  []int // of a slot's row within an impression's part of x
	trained func(rows int)
}

// otherSeed is added to a lineage's seed for the one that a control compares
// it with.
const otherSeed = 1 << 20

func (p *Plan) newLineage(id lineageID, u *updates) *lineage {
	l := &lineage{p: p, id: id, arms: p.arms(id.Training), updates: u, model: p.Study.ranker(uint64(p.Study.seed(id.Seed)), &p.data), past: map[int][][]float32{}, before: map[int]ranker.Ranker{}, trained: func(int) {}}
	if l.has(ControlSeed) {
		l.other = p.Study.ranker(uint64(p.Study.seed(id.Seed)+otherSeed), &p.data)
	}
	for s := range p.log.Slots {
		l.offset = append(l.offset, l.width)
		l.width += l.model.RowLen(s)
	}
	l.out = p.newScores(id.Training)
	return l
}

func (p *Plan) newScores(training Protocol) *lineageScores {
	out := &lineageScores{base: make([][]float32, len(p.sets)), arms: make([][][]float32, len(p.arms(training)))}
	for a := range out.arms {
		out.arms[a] = make([][]float32, len(p.sets))
	}
	return out
}

// has tells whether any arm is of a protocol.
func (l *lineage) has(protocol Protocol) bool {
	return slices.ContainsFunc(l.arms, func(a arm) bool { return a.protocol == protocol })
}

// lastPeriod is the last that any score needs.
func (p *Plan) lastPeriod() int { return p.T[len(p.T)-1] + slices.Max(p.Study.Horizons) }

// run passes over the log once: train on a period, keep the rows that period's
// scores need, score what this period's rows are leaked into.
func (l *lineage) run(ctx context.Context, trained func(rows int)) (*lineageScores, error) {
	l.trained = trained
	l.keep(-1)
	for period := 0; period <= l.p.lastPeriod(); period++ {
		if err := l.train(ctx, period); err != nil {
			return nil, err
		}
		l.keep(period)
		for k := range l.p.sets {
			if s := &l.p.sets[k]; s.t == period && l.id.scores(s) {
				if err := l.openSet(ctx, k); err != nil {
					return nil, err
				}
			}
		}
		for i := range l.open {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			l.leakFuture(&l.open[i], period)
			if err := l.retrain(ctx, &l.open[i], period); err != nil {
				return nil, err
			}
		}
		l.open = slices.DeleteFunc(l.open, func(o openSet) bool {
			return l.p.sets[o.k].t+slices.Max(l.p.Study.Horizons) <= period
		})
	}
	return l.out, nil
}

// keep puts by what later scores need of the state after a period (−1: before
// the first).
func (l *lineage) keep(period int) {
	l.keepPast(period)
	l.keepBefore(period)
	l.keepSide(period)
}

// rowsOf are the rows of a period for which keep is true.
func (p *Plan) rowsOf(period int, keep func(row int) bool) []int32 {
	rows := make([]int32, 0, p.starts[period+1]-p.starts[period])
	for row := p.starts[period]; row < p.starts[period+1]; row++ {
		if keep(row) {
			rows = append(rows, int32(row))
		}
	}
	return rows
}

// train passes over a period.
func (l *lineage) train(ctx context.Context, period int) error {
	rows := l.p.rowsOf(period, func(row int) bool { return l.p.trains(l.id, row) })
	defer l.p.log.forget(l.p.starts[period], l.p.starts[period+1])
	if l.other != nil {
		if err := l.learn(ctx, l.other, &l.p.data, rows); err != nil {
			return err
		}
	}
	return l.learn(ctx, l.model, &l.p.data, rows)
}

// learn teaches a model rows of d, with a look at ctx now and then.
func (l *lineage) learn(ctx context.Context, model ranker.Ranker, d *ranker.Data, rows []int32) error {
	for chunk := range slices.Chunk(rows, trainChunk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		model.Train(d, chunk)
		l.trained(len(chunk))
	}
	return ctx.Err()
}

// modelRows copies a model's rows of a set's distinct ids of a slot.
func modelRows(model ranker.Ranker, set *scoredSet, slot int) []float32 {
	n := model.RowLen(slot)
	out := make([]float32, n*len(set.unique[slot]))
	for i, id := range set.unique[slot] {
		model.Row(out[i*n:(i+1)*n], slot, id)
	}
	return out
}

// tables are a model's rows of a set, slot by slot, gathered when first needed.
type tables struct {
	rows [][]float32
	of   func(slot int) []float32
}

func (l *lineage) tables(of func(slot int) []float32) *tables {
	return &tables{make([][]float32, len(l.p.log.Slots)), of}
}

func (t *tables) slot(s int) []float32 {
	if t.rows[s] == nil {
		t.rows[s] = t.of(s)
	}
	return t.rows[s]
}

// state is θ_t as far as a set's scores need it.
func (l *lineage) state(k int) openSet {
	o := openSet{k: k, dense: l.model.Dense()}
	for s := range l.p.log.Slots {
		o.rows = append(o.rows, modelRows(l.model, &l.p.sets[k], s))
	}
	return o
}

// openSet keeps θ_t for a set, and scores what does not wait for the future.
func (l *lineage) openSet(ctx context.Context, k int) error {
	set := &l.p.sets[k]
	o := l.state(k)
	l.open = append(l.open, o)
	l.fill(set, o.rows)
	l.out.base[k] = l.score(set, &o)
	l.permute(&o)
	l.leakPast(&o)
	if err := l.fork(ctx, &o); err != nil {
		return err
	}
	if err := l.placebo(ctx, &o); err != nil {
		return err
	}
	return l.scoreSide(ctx, &o)
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

// leakFuture scores the arms whose leaked rows are this period's.
func (l *lineage) leakFuture(o *openSet, period int) {
	set := &l.p.sets[o.k]
	n := period - set.t
	own := l.tables(func(s int) []float32 { return modelRows(l.model, set, s) })
	l.leak(o, l.id.Training, n, own)
	for _, c := range []Protocol{ControlPermuted, ControlRandom, ControlZero} {
		l.leak(o, c, n, l.tables(func(s int) []float32 { return l.spoil(o.k, s, c, own.slot(s)) }))
	}
	if l.other != nil {
		l.leak(o, ControlSeed, n, l.tables(func(s int) []float32 { return modelRows(l.other, set, s) }))
	}
}

// leak scores the arms of a protocol and horizon with the rows they leak.
func (l *lineage) leak(o *openSet, protocol Protocol, n int, from *tables) {
	set := &l.p.sets[o.k]
	filled := false
	for a, arm := range l.arms {
		if arm.protocol != protocol || arm.horizon != n {
			continue
		}
		if !filled {
			l.fill(set, o.rows)
			filled = true
		}
		slots := l.p.slots[arm.slots]
		for _, s := range slots {
			only := below(l.updates.rows[o.k][s], arm.maxUpdates)
			if !protocol.measures() {
				only = updated(l.updates.rows[o.k][s])
			}
			l.put(set, s, from.slot(s), only)
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

// updated tells where a count is not 0.
func updated(counts []int32) []bool {
	out := make([]bool, len(counts))
	for i, c := range counts {
		out[i] = c > 0
	}
	return out
}
