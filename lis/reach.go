package lis

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/lislab/lislab/lis/auc"
	"github.com/lislab/lislab/lis/student"
)

// The recipe of content-reachable LIS.
const (
	reachKappa      = 3  // κ: a student's row counts as so many updates
	reachMinUpdates = 30 // an item teaches the student from so many on
	reachLambda     = 20 // of the ridge
)

// ReachStudy declares how much content could reach, with nothing leaked.
type ReachStudy struct {
	// Slot whose ids have content; "" means item.
	Slot string
	// Content is a vector per id of the slot; its width is not bounded.
	Content Arm
	// Texts, if not nil, is a text per id of Content in place of its Vec: the
	// content is then the bag of the texts' tokens.
	Texts []string
	// Bar are the slots of which a student is given the ids instead, to be
	// beaten; none means every slot of the log but user, the slot itself and
	// those that vary from impression to impression of an item.
	Bar []string
	// T, Seeds, Period, Dim, LearningRate, Threshold, Jobs and Progress as in Study.
	T            *[2]int
	Seeds        int
	Period       time.Duration
	Dim          int
	LearningRate float64
	Threshold    float64
	Jobs         int
	Progress     Progress
}

// ReachResult is content-reachable LIS: what a ridge student of the content adds
// to today's rows beyond one of the ids of Bar.
type ReachResult struct {
	// LIS is Content − Bar; SE, CILow and CIHigh clustered and paired.
	LIS         float64 `json:"lis"`
	SE          float64 `json:"se"`
	CILow       float64 `json:"ci_low"`
	CIHigh      float64 `json:"ci_high"`
	P           float64 `json:"p"`
	Significant bool    `json:"significant"`
	// Content and Bar are each student's gain over the rows alone, with their
	// standard errors.
	Content   float64  `json:"content"`
	ContentSE float64  `json:"content_se"`
	Bar       float64  `json:"bar"`
	BarSE     float64  `json:"bar_se"`
	BarSlots  []string `json:"bar_slots"`
	Seeds     int      `json:"seeds"`
	Days      int      `json:"days"`
	N         int      `json:"n"`
	NPos      int      `json:"n_pos"`
	Threshold float64  `json:"threshold"`
	T         []int    `json:"t"`
	LeftOut   []int    `json:"t_left_out"`
}

// ContentReachable measures, at each t and with nothing leaked, the gain on the
// held-out impressions of t+1 from replacing row i by (c·E_i + κ·student(x_i))/(c+κ),
// c its updates by t and κ = 3; minus the same for a student of the ids of Bar. The
// student is a ridge regression (λ = 20) of θ_t's rows with at least 30 updates,
// weighted by c/(c+100). It orders worlds as a trained representation does, at
// almost no cost. The errors are those of NewPlan, and ErrBadVectors.
func ContentReachable(ctx context.Context, l *Log, s ReachStudy) (*ReachResult, error) {
	if s.Slot == "" {
		s.Slot = "item"
	}
	slot, err := l.Slot(s.Slot)
	if err != nil {
		return nil, err
	}
	if l.Slots[slot].Offsets != nil {
		return nil, usage("score a slot of one id per impression", "slot %s has several ids per impression", s.Slot)
	}
	p, err := NewPlan(l, Study{Slots: []string{s.Slot}, Horizons: []int{0}, MaxUpdates: []int{Inf}, Protocols: []Protocol{HeldOut}, T: s.T, Seeds: s.Seeds, Period: s.Period, Dim: s.Dim, LearningRate: s.LearningRate, Threshold: s.Threshold})
	if err != nil {
		return nil, err
	}
	p.bare = true
	if err := p.notFromFuture(slot, &s.Content); err != nil {
		return nil, err
	}
	content, err := contentDesign(l, slot, &s.Content, s.Texts)
	if err != nil {
		return nil, err
	}
	bar, names, err := barDesign(l, slot, s.Bar)
	if err != nil {
		return nil, err
	}
	r := &reach{p: p, slot: slot, designs: []student.Design{content, bar}}
	jobs := s.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	seeds := p.Study.Seeds
	scorings := make([][][][]float32, 3) // base, content, bar
	for k := range scorings {
		scorings[k] = make([][][]float32, seeds)
	}
	meter := newMeter([]*part{{plan: p}}, p.Study.Progress)
	err = parallel(ctx, jobs, seeds, func(i int) error {
		got, err := r.lineage(ctx, i+1, func(n int) {
			if s.Progress != nil {
				meter.report = s.Progress
			}
			meter.trained(n)
		})
		for k := range got {
			scorings[k][i] = got[k]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	all := (&estimator{p: p}).scopeAll()
	c, err := p.newContrasts(all, p.clusterOf(0), scorings)
	if err != nil {
		return nil, err
	}
	out := &ReachResult{BarSlots: names, Seeds: seeds, Days: all.days(p), N: all.n, NPos: all.nPos, Threshold: p.Study.Threshold, T: p.T, LeftOut: p.LeftOut}
	value, variance := c.difference(map[int]float64{1: 1, 2: -1})
	out.LIS, out.SE = value, math.Sqrt(variance)
	out.CILow, out.CIHigh = out.LIS-auc.Z95*out.SE, out.LIS+auc.Z95*out.SE
	out.P = auc.PValue(out.LIS, out.SE)
	out.Significant = math.Abs(out.LIS) > out.Threshold && (out.CILow > 0 || out.CIHigh < 0)
	out.Content, variance = c.difference(map[int]float64{1: 1, 0: -1})
	out.ContentSE = math.Sqrt(variance)
	out.Bar, variance = c.difference(map[int]float64{2: 1, 0: -1})
	out.BarSE = math.Sqrt(variance)
	return out, nil
}

// notFromFuture refuses content that was not known by the first scored t, nor by
// an id's first impression.
func (p *Plan) notFromFuture(slot int, arm *Arm) error {
	if arm.AsOf == nil {
		return nil
	}
	if len(arm.AsOf) != len(arm.IDs) {
		return &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("content of %d ids as of %d periods", len(arm.IDs), len(arm.AsOf)), Do: "give one period per id"}
	}
	first := p.firstPeriods(slot)
	asof := make(map[string]int, len(arm.IDs))
	for i, id := range arm.IDs {
		asof[id] = int(arm.AsOf[i])
	}
	late := 0
	for i, id := range p.log.Slots[slot].IDs {
		if first[i] >= 0 && asof[id] > max(p.T[0], first[i]) {
			late++
		}
	}
	if late > 0 {
		return &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("the content of %d ids is from after period %d and after their first impression: content from the future", late, p.T[0]), Do: "give content as of that period"}
	}
	return nil
}

// contentDesign lines vectors or texts up with a slot's ids. Ids that no row uses
// may lack them.
func contentDesign(l *Log, slot int, arm *Arm, texts []string) (student.Design, error) {
	given, what := len(arm.Vec), "vector"
	if texts != nil {
		given, what = len(texts), "text"
	}
	if len(arm.IDs) == 0 || len(arm.IDs) != given {
		return nil, &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("content of %d ids with %d %ss", len(arm.IDs), given, what), Do: "give one per id"}
	}
	at := make(map[string]int, len(arm.IDs))
	for i, id := range arm.IDs {
		if _, twice := at[id]; twice {
			return nil, &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("content of id %q twice", id), Do: "give one " + what + " per id"}
		}
		at[id] = i
	}
	ids := l.Slots[slot].IDs
	used := make([]bool, len(ids))
	for _, i := range l.Slots[slot].Index {
		used[i] = true
	}
	of := make([]int, len(ids)) // −1: none
	for i, id := range ids {
		v, ok := at[id]
		if !ok && used[i] {
			return nil, &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("id %q of log %s has no content", id, l.Name), Do: "give one " + what + " per id"}
		}
		if of[i] = v; !ok {
			of[i] = -1
		}
	}
	if texts != nil {
		return bagDesign(of, texts)
	}
	x := make([][]float64, len(ids))
	for i, v := range of {
		x[i] = make([]float64, len(arm.Vec[0]))
		if v < 0 {
			continue
		}
		if len(arm.Vec[v]) != len(x[i]) {
			return nil, &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("content of id %q has %d values, that of the first %d", ids[i], len(arm.Vec[v]), len(x[i])), Do: "give vectors of one length"}
		}
		for k, a := range arm.Vec[v] {
			x[i][k] = float64(a)
		}
	}
	d, err := student.NewDense(x)
	if err != nil {
		return nil, &InputError{Kind: ErrBadVectors, What: err.Error(), Do: "give finite vectors", Err: err}
	}
	return d, nil
}

// bagDesign is a bag of the tokens of each id's text, of its index in texts.
func bagDesign(of []int, texts []string) (student.Design, error) {
	bag := student.NewBag(texts, bagSize)
	if len(bag.Vocabulary) == 0 {
		return nil, &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("no word occurs in two of %d texts", len(texts)), Do: "give texts that share words"}
	}
	mine := make([]string, len(of))
	for i, v := range of {
		if v >= 0 {
			mine[i] = texts[v]
		}
	}
	return bag.Sparse(mine), nil
}

// barDesign is the one-hot design of the slots that belong to an id. Without names it
// takes every slot, other than user, of which each id of the slot has one value.
func barDesign(l *Log, slot int, names []string) (student.Design, []string, error) {
	chosen := names
	if len(chosen) == 0 {
		for s := range l.Slots {
			if s != 0 && s != slot && l.Slots[s].Offsets == nil {
				if _, constant := valuesOf(l, slot, s); constant {
					chosen = append(chosen, l.Slots[s].Name)
				}
			}
		}
	}
	var columns [][]string
	for _, name := range chosen {
		s, err := l.Slot(name)
		if err != nil {
			return nil, nil, err
		}
		if s == slot || l.Slots[s].Offsets != nil {
			return nil, nil, usage("name slots of one id per impression, other than the slot itself", "slot %s as the bar", name)
		}
		v, _ := valuesOf(l, slot, s)
		columns = append(columns, v)
	}
	if len(columns) == 0 {
		// Without such slots the bar is a student that knows nothing but the mean row.
		columns = [][]string{make([]string, len(l.Slots[slot].IDs))}
	}
	return student.OneHot(columns...), chosen, nil
}

// valuesOf is, for each id of a slot, its id in another slot at its first
// impression ("" where it has none), and whether that never changes.
func valuesOf(l *Log, slot, other int) (values []string, constant bool) {
	const none = math.MaxUint32
	first := make([]uint32, len(l.Slots[slot].IDs))
	for i := range first {
		first[i] = none
	}
	constant = true
	for row, i := range l.Slots[slot].Index {
		v := l.Slots[other].Index[row]
		if first[i] == none {
			first[i] = v
		} else if first[i] != v {
			constant = false
		}
	}
	values = make([]string, len(first))
	for i, v := range first {
		if v != none {
			values[i] = l.Slots[other].IDs[v]
		}
	}
	return values, constant
}

type reach struct {
	p       *Plan
	slot    int
	designs []student.Design
}

// lineage trains one lineage and scores each set by its rows as they are and as
// each student moves them.
func (r *reach) lineage(ctx context.Context, seed int, trained func(int)) ([][][]float32, error) {
	p := r.p
	lin := p.newLineage(lineageID{HeldOut, seed, -1}, nil)
	lin.trained = trained
	out := make([][][]float32, 1+len(r.designs))
	for k := range out {
		out[k] = make([][]float32, len(p.sets))
	}
	counts := make([]int, len(p.log.Slots[r.slot].IDs))
	n := lin.model.RowLen(r.slot)
	for period := 0; period <= p.T[len(p.T)-1]; period++ {
		if err := lin.train(ctx, period); err != nil {
			return nil, err
		}
		for row := p.starts[period]; row < p.starts[period+1]; row++ {
			if !p.heldRow(row, -1) {
				counts[p.log.Slots[r.slot].Index[row]]++
			}
		}
		for k := range p.sets {
			set := &p.sets[k]
			if set.t != period {
				continue
			}
			o := lin.state(k)
			lin.fill(set, o.rows)
			out[0][k] = lin.score(set, &o)
			rows, err := r.taught(lin, counts)
			if err != nil {
				return nil, fmt.Errorf("lis: t = %d: %w", period, err)
			}
			for d, design := range r.designs {
				moved := slices.Clone(o.rows[r.slot])
				for u, id := range set.unique[r.slot] {
					c := float64(counts[id])
					for j, v := range rows[d].Predict(design, int(id)) {
						moved[u*n+j] = float32((c*float64(moved[u*n+j]) + reachKappa*v) / (c + reachKappa))
					}
				}
				lin.put(set, r.slot, moved, nil)
				out[1+d][k] = lin.score(set, &o)
			}
		}
	}
	return out, nil
}

// taught fits each design's student to the lineage's rows.
func (r *reach) taught(lin *lineage, counts []int) ([]*student.Ridge, error) {
	n := lin.model.RowLen(r.slot)
	var items []int
	y := make([][]float64, len(counts))
	row := make([]float32, n)
	for i, c := range counts {
		if c < reachMinUpdates {
			continue
		}
		items = append(items, i)
		lin.model.Row(row, r.slot, uint32(i))
		y[i] = make([]float64, n)
		for j, v := range row {
			y[i][j] = float64(v)
		}
	}
	if len(items) == 0 {
		return nil, &InputError{Kind: ErrMissingValue, What: fmt.Sprintf("no %s has %d updates", r.p.log.Slots[r.slot].Name, reachMinUpdates), Do: "start at a later t"}
	}
	weight := student.UpdateWeights(counts)
	var out []*student.Ridge
	for _, d := range r.designs {
		fit, err := student.FitRidge(d, y, weight, items, reachLambda)
		if err != nil {
			return nil, err
		}
		out = append(out, fit)
	}
	return out, nil
}

// String is the result in one sentence, with its parts.
func (r *ReachResult) String() string {
	bar := "no slot of the item"
	if len(r.BarSlots) > 0 {
		bar = strings.Join(r.BarSlots, ", ")
	}
	return fmt.Sprintf("content-reachable LIS %+.4f ± %.4f (content %+.4f ± %.4f, minus %s %+.4f ± %.4f), n = %d over %d t, %d seeds",
		r.LIS, auc.Z95*r.SE, r.Content, auc.Z95*r.ContentSE, bar, r.Bar, auc.Z95*r.BarSE, r.N, r.Days, r.Seeds)
}
