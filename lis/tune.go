package lis

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"

	"github.com/lislab/lislab/lis/auc"
	"github.com/lislab/lislab/lis/ranker"
)

// Candidates of Tune.
var (
	tuneDims  = []int{4, 8, 16}
	tuneRates = []float64{0.02, 0.05, 0.1, 0.2}
)

// Tuning is what Tune tried and what it chose.
type Tuning struct {
	// Study is the study with the chosen Dim and LearningRate.
	Study Study
	// Tried are all candidates, the best first.
	Tried []Tried
	// Periods is the number of periods that were scored, all before the first t.
	Periods int
}

// Tried is one candidate's progressive AUC: each period is scored before it is
// learned from.
type Tried struct {
	Dim          int
	LearningRate float64
	AUC          float64
}

// Tune chooses embedding dimension and learning rate by progressive AUC, one
// seed, on the periods before the first t alone and without the held
// impressions, so that no scored day and no held row has a say. A study that
// names a dimension or a rate keeps it. The errors are NewPlan's, and
// ErrTooFewPeriods where no period before the first t can be scored.
func Tune(ctx context.Context, l *Log, s Study) (*Tuning, error) {
	p, err := NewPlan(l, s)
	if err != nil {
		return nil, err
	}
	if s.NewRanker != nil {
		return nil, usage("tune it by hand", "a ranker of one's own has no dimension and rate to tune")
	}
	dims, rates := tuneDims, tuneRates
	if s.Dim != 0 {
		dims = []int{s.Dim}
	}
	if s.LearningRate != 0 {
		rates = []float64{s.LearningRate}
	}
	t := &Tuning{Study: s}
	for _, d := range dims {
		for _, r := range rates {
			t.Tried = append(t.Tried, Tried{Dim: d, LearningRate: r})
		}
	}
	jobs := s.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	periods := make([]int, len(t.Tried))
	m := &meter{report: s.Progress, label: "tuning", total: len(t.Tried) * p.starts[p.T[0]]}
	err = parallel(ctx, jobs, len(t.Tried), func(i int) (err error) {
		c := &t.Tried[i]
		study := p.Study
		study.Dim, study.LearningRate = c.Dim, c.LearningRate
		c.AUC, periods[i], err = p.progressive(ctx, study.ranker(1, &p.data), m)
		return err
	})
	if err != nil {
		return nil, err
	}
	if t.Periods = periods[0]; t.Periods == 0 {
		return nil, &InputError{Kind: ErrTooFewPeriods, What: fmt.Sprintf("none of the periods before t = %d can be scored", p.T[0]), Do: "start at a later t, or set dimension and rate"}
	}
	slices.SortStableFunc(t.Tried, func(a, b Tried) int {
		switch {
		case a.AUC > b.AUC:
			return -1
		case a.AUC < b.AUC:
			return 1
		}
		return 0
	})
	t.Study.Dim, t.Study.LearningRate = t.Tried[0].Dim, t.Tried[0].LearningRate
	return t, nil
}

// progressive scores each period before the first t and then learns it,
// without the held rows; the AUCs are weighted by their rows.
func (p *Plan) progressive(ctx context.Context, model ranker.Ranker, m *meter) (mean float64, periods int, err error) {
	l := &lineage{p: p, trained: m.trained}
	var weight float64
	for period := range p.T[0] {
		rows := p.rowsOf(period, func(row int) bool { return p.log.Hash[row]%held != 0 })
		labels := make([]bool, len(rows))
		for i, row := range rows {
			labels[i] = p.log.Label[row]
		}
		if period > 0 && slices.Contains(labels, true) && slices.Contains(labels, false) {
			a, err := auc.AUC32(ranker.Scores(model, &p.data, rows), labels)
			if err != nil {
				return 0, 0, err
			}
			mean += a * float64(len(rows))
			weight += float64(len(rows))
			periods++
		}
		if err := l.learn(ctx, model, &p.data, rows); err != nil {
			return 0, 0, err
		}
	}
	return mean / math.Max(weight, 1), periods, nil
}

func (t *Tuning) table() *table {
	out := &table{title: fmt.Sprintf("Progressive AUC of %d periods before the first t, held rows left out", t.Periods), header: []string{"dimension", "learning rate", "AUC"}}
	for _, c := range t.Tried {
		out.rows = append(out.rows, []string{strconv.Itoa(c.Dim), strconv.FormatFloat(c.LearningRate, 'g', -1, 64), fmt.Sprintf("%.4f", c.AUC)})
	}
	out.notes = []string{fmt.Sprintf("Chosen: dimension %d, learning rate %g.", t.Study.Dim, t.Study.LearningRate)}
	return out
}

// String is what was tried as a table for a terminal.
func (t *Tuning) String() string { return t.table().text() }

// HTML is what was tried as a table for notebooks.
func (t *Tuning) HTML() string { return t.table().html() }

// Markdown is what was tried as a table for documents.
func (t *Tuning) Markdown() string { return t.table().markdown() }
