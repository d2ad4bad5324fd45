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
	"github.com/lislab/lislab/lis/ranker"
)

// Arm is one representation to be scored: a vector per id of the slot.
type Arm struct {
	Name string
	IDs  []string
	// Vec holds one vector per id, all of one length.
	Vec [][]float32
	// AsOf, if not nil, is the period up to which the content behind each
	// vector was known. Content from after both From and the id's first
	// impression is refused unless AISStudy.Future allows it.
	AsOf []int32
}

// AISStudy declares how representations are scored: each enters the ranker as
// one more field, through a projection that starts at exactly 0, from period
// From+1 on. All arms share the lineages, the t and the impressions.
type AISStudy struct {
	// Slot whose ids have the vectors; "" means item.
	Slot string
	// Arms, at least one. An arm named Bar, if any, is what the others have to
	// beat: a student of author and topic alone.
	Arms []Arm
	Bar  string
	// From is the last period without the feature: the arms are the base
	// continued with it. −1 means that the feature is there from the start;
	// vectors of any kind are then a second embedding of the id, and the number
	// to read is the difference to the random arm.
	From int
	// Taught are the ids that taught the representation; the scope unseen is
	// without them.
	Taught []string
	// T gives first and last t; nil means From+7 .. D−1−max(1, Horizon).
	T *[2]int
	// Horizon of the LIS beside AIS, in periods; 0 means the largest of 30, 14,
	// 7, 3, 1 that leaves a t.
	Horizon int
	// Rates are the projection's learning rates to choose from, per arm, by
	// progressive AUC on the periods From+2 .. first t; none means .002, .005, .01, .02, .05.
	Rates []float64
	// Future allows content that was not known at From, and labels it.
	Future bool
	// Seeds, Period, Dim, LearningRate, Threshold, Jobs, Progress as in Study.
	Seeds        int
	Period       time.Duration
	Dim          int
	LearningRate float64
	Threshold    float64
	Jobs         int
	Progress     Progress
}

// The scopes of AIS besides all: items that did not teach, items with fewer
// than ten updates by t, and items with none.
const (
	scopeAll    = "all"
	scopeUnseen = "unseen"
	scopeCold   = "c<10"
	scopeNew    = "c=0"
)

// The arms that are always there: random vectors of the same width.
const randomArm = "random"

var defaultRates = []float64{0.002, 0.005, 0.01, 0.02, 0.05}

// AIS scores representations. What is wrong with a vector is ErrBadVectors:
// twice the same id, a value that is not finite, vectors of several lengths or of 100
// values and more, an id that is scored or trained on without a vector, content
// from after From. The other errors are those of NewPlan.
func AIS(ctx context.Context, l *Log, s AISStudy) (*AISResult, error) {
	a, err := newAIS(l, s)
	if err != nil {
		return nil, err
	}
	return a.run(ctx)
}

// aisArm is an arm as the ranker sees it.
type aisArm struct {
	name  string
	dense ranker.Dense
	rate  float64
}

// aisRun is a study under way.
type aisRun struct {
	study AISStudy
	p     *Plan
	slot  int
	arms  []aisArm
	cold  *updates
	res   *AISResult
}

func newAIS(l *Log, s AISStudy) (*aisRun, error) {
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
	if len(s.Rates) == 0 {
		s.Rates = defaultRates
	}
	for _, r := range s.Rates {
		if !(r > 0) || r > 10 {
			return nil, usage("give a rate above 0, such as 0.02", "projection rate %g", r)
		}
	}
	if s.Seeds == 0 {
		s.Seeds = defaultSeeds
	}
	study := Study{Slots: []string{s.Slot}, MaxUpdates: []int{Inf}, Protocols: []Protocol{HeldOut}, Seeds: s.Seeds, Period: s.Period, Dim: s.Dim, LearningRate: s.LearningRate, Threshold: s.Threshold, Jobs: s.Jobs}
	stage, err := newStage(l, study)
	if err != nil {
		return nil, err
	}
	if s.From < -1 || s.From > stage.Periods-3 {
		return nil, &InputError{Kind: ErrTooFewPeriods, What: fmt.Sprintf("a feature from period %d on leaves nothing to score of log %s, whose last period is %d", s.From+1, l.Name, stage.Periods-1), Do: "start it earlier"}
	}
	if s.Horizon, err = s.horizon(stage.Periods); err != nil {
		return nil, err
	}
	study.Horizons = []int{0, s.Horizon}
	if s.T == nil {
		s.T = &[2]int{s.firstT(stage.Periods), stage.Periods - 1 - s.Horizon}
	}
	if s.T[0] < s.From+2 {
		return nil, usage(fmt.Sprintf("start at t = %d or later: the feature's rate is chosen on periods before it", s.From+2), "t = %d with the feature from period %d on", s.T[0], s.From+1)
	}
	study.T = s.T
	p, err := NewPlan(l, study)
	if err != nil {
		return nil, err
	}
	a := &aisRun{study: s, p: p, slot: slot}
	a.study.Threshold, a.study.Period, a.study.Dim, a.study.LearningRate = p.Study.Threshold, p.Study.Period, p.Study.Dim, p.Study.LearningRate
	a.res = &AISResult{Study: a.study, T: p.T, LeftOut: p.LeftOut, Threshold: p.Study.Threshold, Warnings: slices.Clone(p.Warnings)}
	return a, a.addArms()
}

// horizon is the study's, or the largest usual one that leaves a t.
func (s *AISStudy) horizon(periods int) (int, error) {
	if s.Horizon < 0 {
		return 0, usage("horizons are periods into the future", "horizon %d", s.Horizon)
	}
	if s.Horizon > 0 {
		return s.Horizon, nil
	}
	for i := range defaultHorizons {
		if n := defaultHorizons[len(defaultHorizons)-1-i]; n > 0 && s.firstT(periods)+n <= periods-1 {
			return n, nil
		}
	}
	return 0, &InputError{Kind: ErrTooFewPeriods, What: fmt.Sprintf("%d periods leave no t after period %d", periods, s.From+1), Do: "start the feature earlier, or take a shorter period"}
}

// firstT leaves a week, or a third of what is there, to warm up.
func (s *AISStudy) firstT(periods int) int {
	if s.T != nil {
		return s.T[0]
	}
	return s.From + max(2, min(7, (periods-s.From)/3))
}

// addArms checks the vectors, lines them up with the slot's ids and adds random
// ones of each width.
func (a *aisRun) addArms() error {
	if len(a.study.Arms) == 0 {
		return usage("give at least one", "no representation to score")
	}
	var widths []int
	for i := range a.study.Arms {
		arm := &a.study.Arms[i]
		if slices.ContainsFunc(a.arms, func(b aisArm) bool { return b.name == arm.Name }) || arm.Name == "" || strings.HasPrefix(arm.Name, randomArm) {
			return usage("give each arm a name of its own other than random", "an arm named %q", arm.Name)
		}
		d, err := a.dense(arm)
		if err != nil {
			return err
		}
		a.arms = append(a.arms, aisArm{name: arm.Name, dense: d})
		if !slices.Contains(widths, d.K) {
			widths = append(widths, d.K)
		}
	}
	if a.study.Bar != "" && !slices.ContainsFunc(a.arms, func(b aisArm) bool { return b.name == a.study.Bar }) {
		return usage("name one of the arms", "no arm %q to be the bar", a.study.Bar)
	}
	if len(widths) > 1 {
		a.res.Warnings = append(a.res.Warnings, fmt.Sprintf("The arms have %v dimensions. Arms of different width are not compared with each other: bring them to one width, by principal components.", widths))
	}
	for _, k := range widths {
		a.arms = append(a.arms, aisArm{name: randomName(k), dense: a.random(k)})
	}
	return nil
}

func randomName(k int) string { return fmt.Sprintf("%s-%d", randomArm, k) }

// maxArmDim is the length that vectors must stay below.
const maxArmDim = 100

// dense lines an arm up with the slot's ids and standardises each dimension
// over the items of the log.
func (a *aisRun) dense(arm *Arm) (ranker.Dense, error) {
	ids := a.p.log.Slots[a.slot].IDs
	bad := func(format string, args ...any) error {
		return &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("arm %s: ", arm.Name) + fmt.Sprintf(format, args...), Do: "give every id of the log one finite vector of the same length"}
	}
	if len(arm.IDs) != len(arm.Vec) || len(arm.IDs) == 0 || (arm.AsOf != nil && len(arm.AsOf) != len(arm.IDs)) {
		return ranker.Dense{}, bad("%d ids, %d vectors, %d periods", len(arm.IDs), len(arm.Vec), len(arm.AsOf))
	}
	k := len(arm.Vec[0])
	if k == 0 || k >= maxArmDim {
		return ranker.Dense{}, bad("vectors of %d values, want 1 to %d", k, maxArmDim-1)
	}
	at := make(map[string]int, len(arm.IDs))
	for i, id := range arm.IDs {
		if _, twice := at[id]; twice {
			return ranker.Dense{}, bad("id %q twice", id)
		}
		at[id] = i
		if len(arm.Vec[i]) != k {
			return ranker.Dense{}, bad("id %q has %d values, the first has %d", id, len(arm.Vec[i]), k)
		}
		for j, x := range arm.Vec[i] {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return ranker.Dense{}, bad("value %d of id %q is %v", j, id, x)
			}
		}
	}
	first := a.p.firstPeriods(a.slot)
	d := ranker.Dense{Name: "representation", K: k, Vectors: make([]float32, k*len(ids)), Index: a.p.log.Slots[a.slot].Index}
	mean, square, n := make([]float64, k), make([]float64, k), 0.0
	late := 0
	for i, id := range ids {
		if first[i] < 0 {
			continue
		}
		v, ok := at[id]
		if !ok {
			return ranker.Dense{}, bad("id %q of log %s has no vector", id, a.p.log.Name)
		}
		if arm.AsOf != nil && int(arm.AsOf[v]) > max(a.study.From, first[i]) {
			late++
		}
		n++
		for j, x := range arm.Vec[v] {
			d.Vectors[i*k+j] = x
			mean[j] += float64(x)
			square[j] += float64(x) * float64(x)
		}
	}
	if late > 0 {
		if !a.study.Future {
			return ranker.Dense{}, &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("arm %s: the content of %d ids is from after period %d and after their first impression: content from the future", arm.Name, late, a.study.From), Do: "give content as of that period, or allow it, and it is labelled"}
		}
		a.res.Warnings = append(a.res.Warnings, fmt.Sprintf("Arm %s has content from the future: that of %d ids is from after period %d. Its AIS is not what an online system could have.", arm.Name, late, a.study.From))
	}
	for j := range mean {
		mean[j] /= n
		sd := math.Sqrt(max(0, square[j]/n-mean[j]*mean[j]))
		if sd <= 1e-9*math.Abs(mean[j]) || sd == 0 {
			sd = math.Inf(1) // a dimension that does not vary says nothing
		}
		for i := range ids {
			if first[i] >= 0 {
				d.Vectors[i*k+j] = float32((float64(d.Vectors[i*k+j]) - mean[j]) / sd)
			}
		}
	}
	return d, nil
}

// firstPeriods are the periods of the first impression of each of a slot's ids, −1
// where there is none.
func (p *Plan) firstPeriods(slot int) []int {
	first := make([]int, len(p.log.Slots[slot].IDs))
	for i := range first {
		first[i] = -1
	}
	for period := range p.Periods {
		for row := p.starts[period]; row < p.starts[period+1]; row++ {
			if i := p.log.Slots[slot].Index[row]; first[i] < 0 {
				first[i] = period
			}
		}
	}
	return first
}

// random gives each id a vector drawn from a hash of it.
func (a *aisRun) random(k int) ranker.Dense {
	ids := a.p.log.Slots[a.slot].IDs
	d := ranker.Dense{Name: "representation", K: k, Vectors: make([]float32, k*len(ids)), Index: a.p.log.Slots[a.slot].Index}
	for i, id := range ids {
		h := hashID(randomArm + "\x00" + id)
		for j := range k {
			// The sum of four uniforms: near enough to normal for a control.
			var x float64
			for range 4 {
				h = splitMix(h + 0x9e3779b97f4a7c15)
				x += float64(h>>11)/(1<<53) - 0.5
			}
			d.Vectors[i*k+j] = float32(x * math.Sqrt(3))
		}
	}
	return d
}

// aisModel is one arm at one rate in one lineage.
type aisModel struct {
	seed, arm int
	rate      float64
	lin       *lineage
	// auc and rows are the progressive AUC, weighted, of the days before the
	// first scored one.
	auc, rows float64
	scores    [][]float32 // by set
	// permuted are the scores with the representation exchanged between
	// impressions, then with the slot's rows, by set.
	permuted [2][][]float32
}

func (a *aisRun) run(ctx context.Context) (*AISResult, error) {
	jobs := a.study.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	a.cold = a.p.countUpdates(HeldOut)
	seeds := a.study.Seeds
	report := func(done int, label string) {
		if a.study.Progress != nil {
			a.study.Progress(done, 3*seeds, label)
		}
	}
	base := make([]*lineageScores, seeds)
	err := parallel(ctx, jobs, seeds, func(i int) (err error) {
		base[i], err = a.p.newLineage(lineageID{HeldOut, i + 1, -1}, a.cold).run(ctx, func(int) {})
		return err
	})
	if err != nil {
		return nil, err
	}
	report(seeds, "base")
	models, err := a.models(ctx, jobs)
	if err != nil {
		return nil, err
	}
	if err := parallel(ctx, jobs, len(models), func(i int) error { return models[i].warm(ctx, a) }); err != nil {
		return nil, err
	}
	report(2*seeds, "choosing rates")
	a.choose(models)
	models = slices.DeleteFunc(models, func(m *aisModel) bool { return m.rate != a.arms[m.arm].rate })
	if err := parallel(ctx, jobs, len(models), func(i int) error { return models[i].run(ctx, a) }); err != nil {
		return nil, err
	}
	report(3*seeds, "representations")
	return a.res, a.estimate(base, models)
}

// stage makes a lineage whose model has an arm's field.
func (a *aisRun) stage(seed, arm int, model ranker.Ranker) *lineage {
	p := *a.p
	p.data = withDense(p.data, a.arms[arm].dense)
	lin := p.newLineage(lineageID{HeldOut, seed, -1}, a.cold)
	lin.model = model
	return lin
}

// models makes every arm at every rate of every seed, as it starts after From.
func (a *aisRun) models(ctx context.Context, jobs int) ([]*aisModel, error) {
	perSeed := len(a.arms) * len(a.study.Rates)
	models := make([]*aisModel, a.study.Seeds*perSeed)
	err := parallel(ctx, jobs, a.study.Seeds, func(i int) error {
		base := a.p.newLineage(lineageID{HeldOut, i + 1, -1}, a.cold)
		for period := 0; period <= a.study.From; period++ {
			if err := base.train(ctx, period); err != nil {
				return err
			}
		}
		for k := range a.arms {
			for j, rate := range a.study.Rates {
				d := a.arms[k].dense
				d.Rate = rate
				models[i*perSeed+k*len(a.study.Rates)+j] = &aisModel{seed: i, arm: k, rate: rate, lin: a.stage(i+1, k, base.model.(*ranker.Model).WithDense(&d))}
			}
		}
		return nil
	})
	return models, err
}

// warm trains a model up to the first t, scoring each period before it is
// learned from.
func (m *aisModel) warm(ctx context.Context, a *aisRun) error {
	for period := a.study.From + 1; period <= a.p.T[0]; period++ {
		if period > a.study.From+1 {
			if err := m.progressive(period); err != nil {
				return err
			}
		}
		if err := m.lin.train(ctx, period); err != nil {
			return err
		}
	}
	return nil
}

// progressive adds the AUC of a period that the model has not seen.
func (m *aisModel) progressive(period int) error {
	p := m.lin.p
	var rows []int32
	var labels []bool
	for row := p.starts[period]; row < p.starts[period+1]; row++ {
		rows = append(rows, int32(row))
		labels = append(labels, p.log.Label[row])
	}
	if !slices.Contains(labels, true) || !slices.Contains(labels, false) {
		return nil
	}
	x, err := auc.AUC32(ranker.Scores(m.lin.model, &p.data, rows), labels)
	if err != nil {
		return fmt.Errorf("lis: period %d: %w", period, err)
	}
	m.auc += x * float64(len(rows))
	m.rows += float64(len(rows))
	return nil
}

// choose gives each arm the rate with the best progressive AUC over seeds; the
// smallest of equals.
func (a *aisRun) choose(models []*aisModel) {
	for k := range a.arms {
		best := math.Inf(-1)
		for _, rate := range a.study.Rates {
			total := 0.0
			for _, m := range models {
				if m.arm == k && m.rate == rate && m.rows > 0 {
					total += m.auc / m.rows
				}
			}
			if total > best {
				best, a.arms[k].rate = total, rate
			}
		}
	}
}

// run goes on from the first t and scores the sets.
func (m *aisModel) run(ctx context.Context, a *aisRun) error {
	m.scores = make([][]float32, len(a.p.sets))
	m.permuted = [2][][]float32{make([][]float32, len(a.p.sets)), make([][]float32, len(a.p.sets))}
	for period := a.p.T[0]; period <= a.p.T[len(a.p.T)-1]; period++ {
		if period > a.p.T[0] {
			if err := m.lin.train(ctx, period); err != nil {
				return err
			}
		}
		for k := range a.p.sets {
			if a.p.sets[k].t == period {
				m.scores[k] = ranker.Scores(m.lin.model, &m.lin.p.data, a.p.sets[k].rows)
				m.permute(a, k)
			}
		}
	}
	m.lin = nil
	return nil
}
