package lis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"
)

// Sweep measures a study on a log: one lineage per seed and protocol (and
// fold) serves every t, horizon, slot and filter. Lineages run in parallel on
// Study.Jobs cores; the result does not depend on how many.
//
// The errors before anything trains are NewPlan's. Where ctx ends first, Sweep
// stops within a second and gives ctx's error together with the rows of the
// seeds that were complete (nil where there are none).
func Sweep(ctx context.Context, l *Log, s Study) (*Result, error) {
	p, err := NewPlan(l, s)
	if err != nil {
		return nil, err
	}
	return p.Run(ctx)
}

// Run does what the plan says; see Sweep.
func (p *Plan) Run(ctx context.Context) (*Result, error) {
	began := time.Now()
	jobs := p.Study.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	counts := map[Protocol]updates{}
	for _, protocol := range p.Study.Protocols {
		counts[protocol] = p.countUpdates(protocol)
	}
	meter := p.newMeter()
	ids := p.lineages()
	scores := make([]*lineageScores, len(ids))
	err := parallel(ctx, jobs, len(ids), func(i int) (err error) {
		scores[i], err = p.newLineage(ids[i], counts[ids[i].Protocol]).run(ctx, meter.trained)
		return err
	})
	interrupted := err != nil && errors.Is(err, ctx.Err())
	if err != nil && !interrupted {
		return nil, err
	}
	done := map[lineageID]*lineageScores{}
	for i, id := range ids {
		if scores[i] != nil {
			done[id] = scores[i]
		}
	}
	seeds := p.wholeSeeds(done)
	if seeds == 0 {
		return nil, err
	}
	res := p.newResult()
	// An interrupted sweep still estimates what it has: it takes a moment.
	for _, protocol := range p.Study.Protocols {
		e, err := newEstimator(p, protocol, counts[protocol], done, seeds)
		if err != nil {
			return nil, err
		}
		rows, err := e.estimate(context.WithoutCancel(ctx), jobs, meter.estimated)
		if err != nil {
			return nil, err
		}
		res.Rows = append(res.Rows, rows...)
	}
	res.scores = &scoreTable{plan: p, done: done, seeds: seeds, updates: counts}
	res.finish()
	res.describe(p.log, time.Since(began))
	if interrupted {
		res.Warnings = append(res.Warnings, fmt.Sprintf("The sweep was interrupted: %d of %d seeds are in these rows. Run it again for the others.", seeds, p.Study.Seeds))
		return res, err
	}
	return res, nil
}

// wholeSeeds is the number of seeds, from the first, of which every lineage is done.
func (p *Plan) wholeSeeds(done map[lineageID]*lineageScores) int {
	missing := p.Study.Seeds
	for _, id := range p.lineages() {
		if done[id] == nil {
			missing = min(missing, id.Seed-1)
		}
	}
	return missing
}

// newResult is a result without rows.
func (p *Plan) newResult() *Result {
	return &Result{Study: p.Study, T: p.T, LeftOut: p.LeftOut, Threshold: p.Study.Threshold, NoiseFloor: math.NaN(), Warnings: append(append([]string(nil), p.log.Notes...), p.Warnings...)}
}

// finish computes what needs all rows: memorised parts, adjusted p-values,
// significance.
func (r *Result) finish() {
	type key struct {
		slot, scope string
		n, m        int
	}
	raw, honest := map[key]float64{}, map[key]float64{}
	for i := range r.Rows {
		row := &r.Rows[i]
		k := key{row.Slot, row.Scope, row.Horizon, row.MaxUpdates}
		switch row.Protocol {
		case Raw:
			raw[k] = row.LIS
		case HeldOut:
			honest[k] = row.LIS
		}
		row.Significant = math.Abs(row.LIS) > r.Threshold && (row.CILow > 0 || row.CIHigh < 0)
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		k := key{row.Slot, row.Scope, row.Horizon, row.MaxUpdates}
		a, ok := raw[k]
		b, both := honest[k]
		if ok && both && (row.Protocol == Raw || row.Protocol == HeldOut) {
			row.Memorised = a - b
		}
	}
	r.adjust()
}

// meter adds up progress over goroutines.
type meter struct {
	mu          sync.Mutex
	report      Progress
	done, total int
	label       string
}

// estimateCost is what one task of the estimate counts for beside trained rows.
const estimateCost = 20000

func (p *Plan) newMeter() *meter {
	m := &meter{report: p.Study.Progress}
	for _, id := range p.lineages() {
		share := 1.0
		switch {
		case id.Protocol != Raw && id.Fold < 0:
			share -= 1.0 / held
		case id.Protocol != Raw:
			share -= 1 / float64(p.Study.Folds)
		}
		m.total += int(share * float64(p.starts[p.lastPeriod()+1]))
	}
	m.total += estimateCost * len(p.Study.Protocols) * len(p.slots) * len(p.Study.MaxUpdates)
	m.label = fmt.Sprintf("%d lineages", p.Lineages)
	return m
}

func (m *meter) trained(rows int) { m.add(rows, m.label) }

func (m *meter) estimated() { m.add(estimateCost, "intervals") }

func (m *meter) add(n int, label string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done = min(m.done+n, m.total)
	if m.report != nil {
		m.report(m.done, m.total, label)
	}
}
