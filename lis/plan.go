package lis

import (
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/lislab/lislab/lis/ranker"
)

// held is one of how many impressions no held-out lineage is trained on.
const held = 10

// minScored impressions of both classes make a period worth scoring.
const minScored = 20

// Plan is what a study will do on a log, known before anything trains.
type Plan struct {
	// Study with every default filled in.
	Study Study
	// Periods is D, the number of periods in the log, empty ones included.
	Periods int
	// Origin is when period 0 begins.
	Origin time.Time
	// T lists the t that will be used; LeftOut those that will not, for lack of
	// 20 scored impressions of both classes in period t+1.
	T, LeftOut []int
	// Scored impressions and positives among them, over all t.
	Scored, Positives int
	// Lineages that will be trained.
	Lineages int
	// HalfWidth is the interval's half-width to be expected for each slot of
	// the study, 1.96·k/√Scored with k as measured on the simulated feed.
	HalfWidth map[string]float64
	// Warnings are complete sentences, each with what to do.
	Warnings []string

	log    *Log
	data   ranker.Data
	starts []int // rows of period p are starts[p]..starts[p+1]
	sets   []scoredSet
	slots  [][]int  // the slots leaked together, for each of Study.Slots; then each slot alone, for importance
	names  []string // of slots
	gates  []gate
	bare   bool // without importance

	firstShown []int64 // by item
	side       *sideInformation
}

// scoredSet is H_{t+1}, or fold's part of it.
type scoredSet struct {
	t, fold int // fold −1 without folds
	rows    []int32
	labels  []bool
	nPos    int
	// unique are the distinct ids of each slot, local each row's indices into
	// them; offsets as in a Column.
	unique  [][]uint32
	local   [][]uint32
	offsets [][]int
}

// NewPlan checks a study against a log and lays it out. Its errors are those
// that Sweep gives before it trains: usage, unknown-slot, one-class (all
// labels equal), horizon-past-end (an explicit T with t+n beyond the last
// period), too-few-periods (no t left; it names the largest horizon that would
// leave one).
func NewPlan(l *Log, s Study) (*Plan, error) {
	s, err := s.withDefaults(l)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(l.Label, !l.Label[0]) {
		y := 0
		if l.Label[0] {
			y = 1
		}
		return nil, &InputError{Kind: ErrOneClass, What: fmt.Sprintf("all %d labels of log %s are %d", l.Len(), l.Name, y), Do: "an AUC needs both classes; check the label's column or threshold"}
	}
	p := &Plan{log: l, data: l.rankerData()}
	if err := p.cutPeriods(s.Period); err != nil {
		return nil, err
	}
	if len(s.Horizons) == 0 {
		s.Horizons = p.horizons()
	}
	p.Study = s
	for _, name := range s.Slots {
		set, _ := l.slotSet(name) // checked above
		p.slots, p.names = append(p.slots, set), append(p.names, name)
	}
	for i := range l.Slots {
		p.slots, p.names = append(p.slots, []int{i}), append(p.names, l.Slots[i].Name)
	}
	for _, name := range sideNames {
		p.slots, p.names = append(p.slots, []int{1}), append(p.names, name)
	}
	if s.NewRanker != nil && slices.Contains(s.Protocols, P3) {
		if r, ok := s.ranker(1, &p.data).(ranker.Freezer); !ok {
			return nil, usage("implement ranker.Freezer", "p3 freezes a slot, which %T cannot", r)
		}
	}
	p.firstShown = l.firstShown()
	if err := p.makeGates(); err != nil {
		return nil, err
	}
	if err := p.chooseT(); err != nil {
		return nil, err
	}
	p.index()
	if slices.Contains(s.Protocols, P2) {
		p.side = p.newSideInformation()
	}
	p.Lineages = len(p.lineages())
	p.expect()
	return p, nil
}

// scaleRows of a log's first rows decide how its features are scaled.
const scaleRows = 1000

// rankerData is the log as a ranker sees it. Features are standardised by mean
// and standard deviation of the first rows, which no later row can change.
func (l *Log) rankerData() ranker.Data {
	d := ranker.Data{Label: l.Label, Weight: l.Weight}
	for _, c := range l.Slots {
		d.Slots = append(d.Slots, ranker.Slot(c))
	}
	for i, c := range l.Numeric {
		x := ranker.Dense{Name: c.Name, K: 1, Start: 0.02}
		if l.stored != nil {
			x.Vectors = l.stored.dense[i]
		} else {
			x.Vectors = make([]float32, len(c.Values))
			scale := scaleOf(c.Values)
			for i, v := range c.Values {
				x.Vectors[i] = scale(v)
			}
		}
		d.Dense = append(d.Dense, x)
	}
	return d
}

// scaleOf standardises a feature by its first rows.
func scaleOf(values []float64) func(float64) float32 {
	mean, sd := stat.PopMeanStdDev(values[:min(scaleRows, len(values))], nil)
	if sd == 0 {
		sd = 1
	}
	return func(v float64) float32 { return float32((v - mean) / sd) }
}

// Origin is 00:00 of the first impression's day, in the log's zone.
func (l *Log) Origin() time.Time {
	y, m, d := time.Unix(0, l.Time[0]).In(l.Location).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, l.Location)
}

func (p *Plan) cutPeriods(length time.Duration) error {
	l := p.log
	p.Origin = l.Origin()
	origin := p.Origin.UnixNano()
	of := func(row int) int { return int((l.Time[row] - origin) / int64(length)) }
	p.Periods = of(l.Len()-1) + 1
	if p.Periods > maxPeriods {
		return usage("make the period longer", "a period of %v cuts the log into %d periods", length, p.Periods)
	}
	p.starts = make([]int, p.Periods+1)
	for from, to := range l.spans() {
		for row := from; row < to; row++ {
			p.starts[of(row)+1] = row + 1
		}
	}
	for d := 1; d <= p.Periods; d++ {
		p.starts[d] = max(p.starts[d], p.starts[d-1])
	}
	return nil
}

// horizons are the default ones that leave at least a quarter of the periods as t.
func (p *Plan) horizons() []int {
	var out []int
	for _, n := range defaultHorizons {
		if t := p.Periods - max(1, n) - p.firstT(); n == 0 || 4*t >= p.Periods {
			out = append(out, n)
		}
	}
	return out
}

func (p *Plan) firstT() int { return p.Periods / 4 }

// maxHorizon is max(1, n_max): period t+1 is scored even where nothing is leaked.
// P2's window behind the gap ends after period t+1+sideGap.
func (p *Plan) maxHorizon() int {
	n := max(1, slices.Max(p.Study.Horizons))
	if slices.Contains(p.Study.Protocols, P2) {
		n = max(n, 1+sideGap)
	}
	return n
}

// chooseT finds the t of the study and the impressions scored for each.
func (p *Plan) chooseT() error {
	first, last := p.firstT(), p.Periods-1-p.maxHorizon()
	if t := p.Study.T; t != nil {
		first = t[0]
		if t[1] > last {
			return p.pastEnd(t[1])
		}
		last = t[1]
	}
	for t := first; t <= last; t++ {
		sets := p.scoredSets(t)
		p.log.forget(p.starts[t+1], p.starts[t+2])
		if len(sets) == 0 {
			p.LeftOut = append(p.LeftOut, t)
			continue
		}
		p.T = append(p.T, t)
		p.sets = append(p.sets, sets...)
	}
	if len(p.T) == 0 {
		return p.tooFew(first, last)
	}
	for i := range p.sets {
		p.Scored += len(p.sets[i].rows)
		p.Positives += p.sets[i].nPos
	}
	return nil
}

func (p *Plan) pastEnd(t int) error {
	n := p.maxHorizon()
	do := fmt.Sprintf("the largest horizon that works for t = %d is %d", t, p.Periods-1-t)
	if p.Periods-1-t < 1 {
		do = fmt.Sprintf("the last t of which period t+1 can be scored is %d", p.Periods-2)
	}
	return &InputError{Kind: ErrHorizonPastEnd, What: fmt.Sprintf("t = %d and horizon %d need period %d of log %s, whose last is %d", t, n, t+n, p.log.Name, p.Periods-1), Do: do}
}

// about is a large count in two digits, rounded up: so many do.
func about(n float64) string {
	digits := math.Pow(10, math.Floor(math.Log10(n))-1)
	return fmt.Sprintf("%.0f", math.Ceil(n/digits)*digits)
}

// tooFew explains why no t is left.
func (p *Plan) tooFew(first, last int) error {
	e := &InputError{Kind: ErrTooFewPeriods, What: fmt.Sprintf("log %s has %d periods of %s, which leave no t for horizon %d", p.log.Name, p.Periods, shortDuration(p.Study.Period.String()), p.maxHorizon())}
	if last >= first {
		e.What = fmt.Sprintf("none of t = %d..%d has %d scored impressions of both classes in period t+1", first, last, minScored)
	}
	for t := first; t <= p.Periods-2; t++ {
		if len(p.scoredSets(t)) > 0 {
			e.Do = fmt.Sprintf("the largest horizon that leaves one is %d", p.Periods-1-t)
			return e
		}
	}
	e.Do = "no horizon leaves one: take a longer period, or folds, which score every impression"
	return e
}

// heldRow tells whether the held-out lineage of a fold (−1 without folds) is
// not trained on a row.
func (p *Plan) heldRow(row, fold int) bool {
	if fold < 0 {
		return p.log.Hash[row]%held == 0
	}
	return p.log.Hash[row]%uint64(p.Study.Folds) == uint64(fold)
}

// folds are the numbers of the folds, or −1 alone.
func (p *Plan) folds() []int {
	if p.Study.Folds == 0 {
		return []int{-1}
	}
	out := make([]int, p.Study.Folds)
	for f := range out {
		out[f] = f
	}
	return out
}

// scoredSets are the parts of period t+1 that hold enough to be scored.
func (p *Plan) scoredSets(t int) []scoredSet {
	var out []scoredSet
	for _, fold := range p.folds() {
		s := scoredSet{t: t, fold: fold}
		for row := p.starts[t+1]; row < p.starts[t+2]; row++ {
			if p.heldRow(row, fold) {
				s.rows = append(s.rows, int32(row))
				s.labels = append(s.labels, p.log.Label[row])
				if p.log.Label[row] {
					s.nPos++
				}
			}
		}
		if len(s.rows) >= minScored && p.measurable(s.labels, s.rows) {
			out = append(out, s)
		}
	}
	return out
}

// index finds the distinct ids of every set.
func (p *Plan) index() {
	slots := p.log.Slots
	place := make([][]uint32, len(slots))
	stamp := make([][]int32, len(slots))
	for s := range slots {
		place[s], stamp[s] = make([]uint32, len(slots[s].IDs)), make([]int32, len(slots[s].IDs))
	}
	for k := range p.sets {
		set := &p.sets[k]
		set.unique, set.local, set.offsets = make([][]uint32, len(slots)), make([][]uint32, len(slots)), make([][]int, len(slots))
		for s := range slots {
			if slots[s].Offsets != nil {
				set.offsets[s] = []int{0}
			}
			for _, row := range set.rows {
				for _, id := range slots[s].Row(int(row)) {
					if stamp[s][id] != int32(k+1) {
						stamp[s][id] = int32(k + 1)
						place[s][id] = uint32(len(set.unique[s]))
						set.unique[s] = append(set.unique[s], id)
					}
					set.local[s] = append(set.local[s], place[s][id])
				}
				if slots[s].Offsets != nil {
					set.offsets[s] = append(set.offsets[s], len(set.local[s]))
				}
			}
		}
		p.log.forget(p.starts[set.t+1], p.starts[set.t+2])
	}
}

// halfWidthK is k of the expected half-width 1.96·k/√n, measured on the
// simulated feed.
func halfWidthK(slots []string) float64 {
	switch {
	case slices.Contains(slots, "item"):
		return .22
	case slices.Contains(slots, "user"):
		return .10
	}
	return .05
}

// expect computes what the study can resolve.
func (p *Plan) expect() {
	p.HalfWidth = map[string]float64{}
	widest, slot := 0.0, ""
	for i, name := range p.Study.Slots {
		var names []string
		for _, s := range p.slots[i] {
			names = append(names, p.log.Slots[s].Name)
		}
		w := 1.96 * halfWidthK(names) / math.Sqrt(float64(p.Scored))
		p.HalfWidth[name] = w
		if w > widest {
			widest, slot = w, name
		}
	}
	if len(p.LeftOut) > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("%d of %d t were left out: fewer than %d scored impressions, or one class, in period t+1.", len(p.LeftOut), len(p.LeftOut)+len(p.T), minScored))
	}
	if widest > p.Study.Threshold {
		need := float64(p.Scored) * math.Pow(widest/p.Study.Threshold, 2)
		do := "Take a longer log."
		if p.Study.Folds == 0 {
			do = fmt.Sprintf("Cross-fit (folds): every impression is then scored, %d times as many.", held)
		}
		p.Warnings = append(p.Warnings, fmt.Sprintf("%d scored impressions are expected to give slot %s an interval of ±%.4f, wider than the threshold %.4f; ±%.4f takes about %s. %s", p.Scored, slot, widest, p.Study.Threshold, p.Study.Threshold, about(need), do))
	}
	if few := 100; p.Positives < few || p.Scored-p.Positives < few {
		p.Warnings = append(p.Warnings, fmt.Sprintf("Of %d scored impressions %d are positive; below %d of a class the normal interval is rough. Take a longer log or folds.", p.Scored, p.Positives, few))
	}
}
