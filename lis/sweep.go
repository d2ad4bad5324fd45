package lis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
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

// A part is a plan of its own within a sweep: the study's, or a control on
// another log.
type part struct {
	plan    *Plan
	as      Protocol // what its rows are called, where that is another name
	updates map[Protocol]*updates
	done    map[lineageID]*lineageScores
}

// Run does what the plan says; see Sweep.
func (p *Plan) Run(ctx context.Context) (*Result, error) {
	began := time.Now()
	jobs := p.Study.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	parts, err := p.parts()
	if err != nil {
		return nil, err
	}
	meter := newMeter(parts, p.Study.Progress)
	seeds, err := train(ctx, parts, jobs, meter)
	interrupted := err != nil && errors.Is(err, ctx.Err())
	if err != nil && !interrupted || seeds == 0 {
		return nil, err
	}
	// An interrupted sweep still estimates what it has: it takes a moment.
	res, failed := p.estimate(context.WithoutCancel(ctx), parts, seeds, jobs, meter)
	if failed != nil {
		return nil, failed
	}
	res.describe(p.log, time.Since(began))
	if interrupted {
		res.Warnings = append(res.Warnings, fmt.Sprintf("The sweep was interrupted: %d of %d seeds are in these rows. Run it again for the others.", seeds, p.Study.Seeds))
	}
	return res, err
}

// parts are the plan itself and the controls that need logs of their own.
func (p *Plan) parts() ([]*part, error) {
	parts := []*part{{plan: p}}
	if p.Study.Controls {
		controls, err := p.controlParts()
		if err != nil {
			return nil, err
		}
		parts = append(parts, controls...)
	}
	for _, part := range parts {
		part.updates, part.done = map[Protocol]*updates{}, map[lineageID]*lineageScores{}
		for _, training := range part.plan.trainings() {
			part.updates[training] = part.plan.countUpdates(training)
		}
	}
	return parts, nil
}

// train runs every lineage, seed by seed, and gives the number of seeds that
// are whole.
func train(ctx context.Context, parts []*part, jobs int, m *meter) (int, error) {
	type job struct {
		part   *part
		id     lineageID
		scores *lineageScores
	}
	var work []job
	seeds := parts[0].plan.Study.Seeds
	for seed := 1; seed <= seeds; seed++ {
		for _, part := range parts {
			for _, id := range part.plan.lineages() {
				if id.Seed == seed {
					work = append(work, job{part: part, id: id})
				}
			}
		}
	}
	record := func(int, lineageID, *lineageScores) error { return nil }
	if path := parts[0].plan.Study.Journal; path != "" {
		j, err := openJournal(path, parts[0].plan.journalID(), func(b []byte) bool {
			number, id, scores, ok := decodeScores(parts, b)
			for i := range work {
				if w := &work[i]; ok && w.part == parts[number] && w.id == id {
					w.scores = scores
					m.trained(w.part.plan.lineageRows(id))
				}
			}
			return ok
		})
		if err != nil {
			return 0, err
		}
		defer j.close()
		record = func(number int, id lineageID, s *lineageScores) error {
			return j.append(encodeScores(number, id, s))
		}
	}
	err := parallel(ctx, jobs, len(work), func(i int) (err error) {
		w := &work[i]
		if w.scores != nil {
			return nil
		}
		w.scores, err = w.part.plan.newLineage(w.id, w.part.updates[w.id.Training]).run(ctx, m.trained)
		if err != nil {
			return err
		}
		return record(slices.Index(parts, w.part), w.id, w.scores)
	})
	for _, w := range work {
		if w.scores != nil {
			w.part.done[w.id] = w.scores
		} else {
			seeds = min(seeds, w.id.Seed-1)
		}
	}
	return seeds, err
}

// estimate makes the result of the seeds that are whole.
func (p *Plan) estimate(ctx context.Context, parts []*part, seeds, jobs int, m *meter) (*Result, error) {
	res := p.newResult()
	for _, part := range parts {
		for _, protocol := range part.plan.protocols() {
			e := newEstimator(part.plan, protocol, part.updates[protocol.training()], part.done, seeds)
			rows, warning, err := e.estimate(ctx, jobs, m.estimated)
			if err != nil {
				return nil, err
			}
			res.Warnings = append(res.Warnings, warning...)
			if protocol == importance {
				res.Importance = importanceOf(rows)
				continue
			}
			if part.as != "" {
				rows = part.asControl(rows)
			}
			res.Rows = append(res.Rows, rows...)
		}
	}
	res.ColdShare = p.coldShare(parts[0].updates[HeldOut])
	res.scores = &scoreTable{plan: p, done: parts[0].done, seeds: seeds, updates: parts[0].updates}
	res.Finish()
	return res, nil
}

// coldShare is the share of scored impressions of items with few updates.
func (p *Plan) coldShare(u *updates) float64 {
	few := 0
	for k := range p.sets {
		for _, c := range u.rows[k][1] {
			if c < 10 {
				few++
			}
		}
	}
	return float64(few) / float64(p.Scored)
}

// newResult is a result without rows.
func (p *Plan) newResult() *Result {
	return &Result{Study: p.Study, T: p.T, LeftOut: p.LeftOut, Threshold: p.Study.Threshold, NoiseFloor: math.NaN(), ColdShare: math.NaN(), Warnings: append(append([]string(nil), p.log.Notes...), p.Warnings...)}
}

// Finish computes what needs all rows: memorised parts, adjusted p-values,
// significance.
func (r *Result) Finish() {
	type key struct {
		slot, filter, scope string
		n, m                int
	}
	for _, row := range r.Rows {
		if row.Protocol == ControlNull && !math.IsNaN(row.LIS) {
			r.NoiseFloor = math.Max(floorOf(r.NoiseFloor), math.Max(math.Abs(row.CILow), math.Abs(row.CIHigh)))
			r.Threshold = math.Max(r.Threshold, r.NoiseFloor)
		}
	}
	raw, honest := map[key]float64{}, map[key]float64{}
	for i := range r.Rows {
		row := &r.Rows[i]
		k := key{row.Slot, row.Filter, row.Scope, row.Horizon, row.MaxUpdates}
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
		k := key{row.Slot, row.Filter, row.Scope, row.Horizon, row.MaxUpdates}
		a, ok := raw[k]
		b, both := honest[k]
		if ok && both && (row.Protocol == Raw || row.Protocol == HeldOut) {
			row.Memorised = a - b
		}
	}
	r.adjust()
}

// floorOf is a noise floor that may not be there yet.
func floorOf(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
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

func newMeter(parts []*part, report Progress) *meter {
	m := &meter{report: report}
	lineages := 0
	for _, part := range parts {
		p := part.plan
		for _, id := range p.lineages() {
			m.total += p.lineageRows(id)
			lineages++
		}
		for _, protocol := range p.protocols() {
			m.total += estimateCost * len(p.slotsOf(protocol)) * len(p.gatesOf(protocol))
		}
	}
	m.label = fmt.Sprintf("%d lineages", lineages)
	return m
}

// lineageRows is about how many rows a lineage is trained on, its forks and
// controls included.
func (p *Plan) lineageRows(id lineageID) int {
	share := 1.0
	switch {
	case id.Training == HeldOut && id.Fold < 0:
		share -= 1.0 / held
	case id.Training == HeldOut:
		share -= 1 / float64(p.Study.Folds)
	}
	rows := share * float64(p.starts[p.lastPeriod()+1])
	if id.Training == Raw {
		return int(rows)
	}
	protocols := p.protocols()
	if slices.Contains(protocols, ControlSeed) {
		rows *= 2
	}
	for k := range p.sets {
		set := &p.sets[k]
		if !id.scores(set) {
			continue
		}
		if slices.Contains(protocols, Fork) {
			rows += float64(p.starts[set.t+slices.Max(p.Study.Horizons)+1] - p.starts[set.t+1])
		}
		if slices.Contains(protocols, P2) {
			rows += share * float64(len(sideNames)*len(sideHorizons)*(p.starts[set.t+1]-p.starts[max(0, set.t-sideTrain+1)]))
		}
		if slices.Contains(protocols, P3) {
			rows += share * float64(len(p.Study.Slots)*len(p.horizonsOf(P3))*(p.starts[set.t+1]-p.starts[set.t]))
		}
		if slices.Contains(protocols, ControlPlacebo) {
			rows += share * float64(p.starts[set.t+p.controlHorizon()+1]-p.starts[set.t+1])
		}
	}
	return int(rows)
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
