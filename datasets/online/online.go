package online

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/abtest"
	"github.com/lislab/lislab/lis/ranker"
)

// Business is what the world earns by.
type Business string

// The businesses of the simulator.
const (
	// Feed shows the best Show of Candidates items per request. A shown item is
	// read with its label's probability; a read lasts exp(N(3 + ½z, 1)) seconds
	// and leads to an engagement with probability σ(−2 + z), z the item's true
	// logit less the log's mean.
	Feed Business = "feed"
	// Ads shows one of Candidates ads per request: ranked by bid × predicted
	// click rate, bids log-normal, and priced per click by the second (the least
	// bid that would have kept the place). ADVV is the advertisers' value of
	// their clicks, bid × an independent log-normal factor of mean 1.
	Ads Business = "ads"
)

// Options of an experiment. The zero value works.
type Options struct {
	Business Business // "" means Feed
	// From is the last day without the representation: from the day after, the
	// treatment's ranker has it. 0 means 14.
	From int
	// Start is the first day served, Days how many; both rankers have learned
	// from everything before. 0 means 22 and 14.
	Start, Days int
	// Share of the users in each arm; 0 means a tenth.
	Share float64
	// Candidates per request and how many of them are Shown; 0 means 20 and 3,
	// for Ads 10 and 1.
	Candidates, Show int
	// Rate of the representation's projection, as AIS chose it; 0 means 0.02.
	Rate float64
	// Seed of rankers and traffic, from 1; 0 means 1.
	Seed uint64
	// Dim and LearningRate of the ranker; 0 means 8 and 0.1.
	Dim          int
	LearningRate float64
	// Progress, if set, is told the days done.
	Progress lis.Progress
}

func (o Options) withDefaults() Options {
	set := func(v *int, to int) {
		if *v == 0 {
			*v = to
		}
	}
	if o.Business == "" {
		o.Business = Feed
	}
	set(&o.From, 14)
	set(&o.Start, 22)
	set(&o.Days, 14)
	if o.Share == 0 {
		o.Share = 0.1
	}
	if o.Business == Ads {
		set(&o.Candidates, 10)
		set(&o.Show, 1)
	}
	set(&o.Candidates, 20)
	set(&o.Show, 3)
	if o.Rate == 0 {
		o.Rate = 0.02
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	return o
}

// Lift is the true lift of one metric: the expectation over everything that
// users may do, of both rankers' choices for the same requests.
type Lift struct {
	Metric string
	// Lift is treatment/control − 1, SE its standard error over the days served.
	Lift, SE float64
}

// Outcome is an experiment and the truth beside it.
type Outcome struct {
	True []Lift
	// Experiment holds the users of both arms and what they did. The covariate
	// of a rate is the user's own label rate over the 14 days before, shrunk by
	// ten impressions; that of a sum is the user's likes in those days.
	Experiment *abtest.Experiment
	// Report is what a team would see of it.
	Report *abtest.Report
	// Requests both rankers answered, and Served days.
	Requests, Served int
	Business         Business
}

// Run serves a world with and without a representation. vectors has one vector
// per item of the feed, all of one length; each dimension is standardised over
// the items. Errors: lis.ErrUsage for options that do not fit the world,
// lis.ErrBadVectors, and ctx's.
func Run(ctx context.Context, f *datasets.Feed, vectors [][]float32, o Options) (*Outcome, error) {
	o = o.withDefaults()
	if err := o.check(f); err != nil {
		return nil, err
	}
	s, err := newSimulation(ctx, f, vectors, o)
	if err != nil {
		return nil, err
	}
	for day := o.Start; day < o.Start+o.Days; day++ {
		if err := s.serve(ctx, day); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(day-o.Start+1, o.Days, "days served")
		}
	}
	return s.outcome()
}

func (o *Options) check(f *datasets.Feed) error {
	bad := func(do, format string, args ...any) error {
		return &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf(format, args...), Do: do}
	}
	switch {
	case o.Business != Feed && o.Business != Ads:
		return bad("use feed or ads", "no business %q", o.Business)
	case o.From < 0 || o.Start <= o.From+1 || o.Days < 2 || o.Start+o.Days > f.World.Days:
		return bad("serve at least two days of the world, the first at least two after From", "from day %d, served %d..%d of a world of %d days", o.From, o.Start, o.Start+o.Days-1, f.World.Days)
	case !(o.Share > 0) || o.Share > 0.5:
		return bad("give each arm at most half of the users", "a share of %g", o.Share)
	case o.Show < 1 || o.Candidates < o.Show:
		return bad("show at most the candidates", "%d of %d candidates shown", o.Show, o.Candidates)
	case f.World.Labels == datasets.LabelsCoin:
		return bad("take labels=model", "labels drawn by coin have nothing to serve")
	}
	return nil
}

// The arms.
const (
	control = iota
	treatment
	others // everyone else, on the logging policy
)

type simulation struct {
	o    Options
	feed *datasets.Feed
	log  *datasets.Impressions
	arm  []int // by user
	// data are the impressions the arms' rankers learn from, data[treatment]
	// with the representation; they share all else.
	data   [2]ranker.Data
	models [2]ranker.Ranker
	mean   float64 // true logit over the log's impressions before Start
	// rate and likes of each user over the 14 days before Start: the rate
	// shrunk by ten impressions of the average.
	rate, likes []float64

	sums  [2][][]float64 // [arm][metric][user]: what users did
	truth [2][][]float64 // [arm][metric][day]: expectations, same requests
	count int
}

func (s *simulation) metrics() []string {
	if s.o.Business == Ads {
		return []string{"ADVV", "clicks", "shows", "spend"}
	}
	return []string{"reads", "seconds", "engagements", "shows"}
}

// newSimulation draws the log, splits the users and trains both rankers up to Start.
func newSimulation(ctx context.Context, f *datasets.Feed, vectors [][]float32, o Options) (*simulation, error) {
	field, err := standardised(f, vectors)
	if err != nil {
		return nil, err
	}
	m, err := f.Draw(ctx)
	if err != nil {
		return nil, err
	}
	s := &simulation{o: o, feed: f, log: m}
	s.arm = make([]int, f.World.Users)
	for u := range s.arm {
		switch x := hashUser(o.Seed, u); {
		case x < o.Share:
			s.arm[u] = control
		case x < 2*o.Share:
			s.arm[u] = treatment
		default:
			s.arm[u] = others
		}
	}
	start := func(day int) int {
		ns := f.World.Start.AddDate(0, 0, day).UnixNano()
		return sort.Search(len(m.Time), func(r int) bool { return m.Time[r] >= ns })
	}
	rows := start(o.Start)
	s.habits(start(o.Start-14), rows)
	n := 0.0
	for r := range rows {
		s.mean += math.Log(m.Probability[r] / (1 - m.Probability[r]))
		n++
	}
	s.mean /= n

	// The columns as the feed numbers them: the requests to come name users and
	// items that this log may not hold.
	d := m.Data()
	base := ranker.Data{Label: d.Label[:rows:rows]}
	for _, c := range append([]lis.Column{d.User, d.Item}, d.Slots...) {
		base.Slots = append(base.Slots, ranker.Slot{Name: c.Name, IDs: c.IDs, Index: c.Index[:rows:rows]})
	}
	options := ranker.Options{Seed: o.Seed, Dim: o.Dim, LearningRate: o.LearningRate}
	model := ranker.NewFM(options, &base)
	field.Index, field.Rate = base.Slots[1].Index, o.Rate
	split := start(o.From + 1)
	if err := train(ctx, model, &base, 0, split); err != nil {
		return nil, err
	}
	s.data[control] = base
	s.data[treatment] = base
	s.data[treatment].Dense = []ranker.Dense{field}
	s.models[treatment] = model.WithDense(&field)
	s.models[control] = model
	for k := range s.models {
		if err := train(ctx, s.models[k], &s.data[k], split, rows); err != nil {
			return nil, err
		}
		for range s.metrics() {
			s.sums[k] = append(s.sums[k], make([]float64, f.World.Users))
			s.truth[k] = append(s.truth[k], make([]float64, o.Days))
		}
	}
	return s, nil
}

func train(ctx context.Context, m ranker.Ranker, d *ranker.Data, from, to int) error {
	const chunk = 8192
	rows := make([]int32, 0, chunk)
	for r := from; r < to; r++ {
		rows = append(rows, int32(r))
		if len(rows) == chunk || r == to-1 {
			if err := ctx.Err(); err != nil {
				return err
			}
			m.Train(d, rows)
			rows = rows[:0]
		}
	}
	return ctx.Err()
}

// standardised makes the representation a field over the feed's items.
func standardised(f *datasets.Feed, vectors [][]float32) (ranker.Dense, error) {
	if len(vectors) != len(f.Items) || len(vectors[0]) == 0 {
		return ranker.Dense{}, &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("%d vectors for %d items", len(vectors), len(f.Items)), Do: "give one vector per item of the feed"}
	}
	k := len(vectors[0])
	d := ranker.Dense{Name: "representation", K: k, Vectors: make([]float32, k*len(vectors))}
	mean, square := make([]float64, k), make([]float64, k)
	for i, v := range vectors {
		if len(v) != k {
			return d, &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("item %d has %d values, item 0 has %d", i, len(v), k), Do: "give vectors of one length"}
		}
		for j, x := range v {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return d, &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("value %d of item %d is %v", j, i, x), Do: "give finite vectors"}
			}
			mean[j] += float64(x) / float64(len(vectors))
			square[j] += float64(x) * float64(x) / float64(len(vectors))
		}
	}
	for i, v := range vectors {
		for j, x := range v {
			sd := math.Sqrt(max(0, square[j]-mean[j]*mean[j]))
			if sd > 1e-9*math.Abs(mean[j]) {
				d.Vectors[i*k+j] = float32((float64(x) - mean[j]) / sd)
			}
		}
	}
	return d, nil
}

// habits finds each user's rate and likes over the log's rows.
func (s *simulation) habits(from, to int) {
	shown, liked := make([]float64, len(s.arm)), make([]float64, len(s.arm))
	all := 0.0
	for r := from; r < to; r++ {
		u := s.log.User[r]
		shown[u]++
		if s.log.Label[r] {
			liked[u]++
			all++
		}
	}
	all /= float64(max(1, to-from))
	s.rate, s.likes = make([]float64, len(s.arm)), liked
	for u := range s.rate {
		s.rate[u] = (liked[u] + 10*all) / (shown[u] + 10)
	}
}

// hashUser puts a user at a fixed place in [0, 1).
func hashUser(seed uint64, user int) float64 {
	z := seed*0x9e3779b97f4a7c15 + uint64(user)*0xd6e8feb86659fd93 + 1
	for range 2 {
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
	}
	return float64(z>>11) * 0x1p-53
}

// shown is an impression of the day being served.
type shown struct {
	user, item, context int
	read                bool
}

// serve answers a day's requests and lets both rankers learn from all that was
// shown.
func (s *simulation) serve(ctx context.Context, day int) error {
	requests := s.feed.World.ImpressionsPerDay / 3
	traffic := s.feed.Traffic(day, requests, s.o.Seed)
	var night []shown
	var items []int
	for traffic.Next() {
		if s.arm[traffic.User] == others {
			for range 3 {
				if item := traffic.Logged(); item >= 0 {
					night = append(night, shown{traffic.User, item, traffic.Context, traffic.Uniform() < sigmoid(traffic.Logit(item))})
				}
			}
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		s.count++
		items = traffic.Candidates(items[:0], s.o.Candidates)
		night = s.answer(traffic, items, day-s.o.Start, night)
	}
	return s.learn(ctx, night)
}

// answer scores a request's candidates by both rankers, adds each one's
// expectation to the truth, and shows the user what its own arm's ranker chose.
func (s *simulation) answer(t *datasets.Traffic, items []int, day int, night []shown) []shown {
	bids := make([]float64, len(items))
	for i := range bids {
		bids[i] = math.Exp(0.5 * t.Normal())
	}
	for arm := range s.models {
		chosen, price := s.choose(arm, t, items, bids)
		for _, c := range chosen {
			for m, x := range s.expected(t, items[c], bids[c], price) {
				s.truth[arm][m][day] += x
			}
		}
		if s.arm[t.User] != arm {
			continue
		}
		for _, c := range chosen {
			read, did := s.does(t, items[c], bids[c], price)
			for m, x := range did[:len(s.sums[arm])] {
				s.sums[arm][m][t.User] += x
			}
			night = append(night, shown{t.User, items[c], t.Context, read})
		}
	}
	return night
}

// choose gives the places of the best candidates by an arm's ranker, and the
// price of a click on the first.
func (s *simulation) choose(arm int, t *datasets.Traffic, items []int, bids []float64) (best []int, price float64) {
	d := ranker.Data{}
	rows := make([]int32, len(items))
	index := make([][]uint32, len(s.data[arm].Slots))
	for i, item := range items {
		rows[i] = int32(i)
		for k, id := range s.ids(t.User, item, t.Context) {
			index[k] = append(index[k], id)
		}
	}
	for k, slot := range s.data[arm].Slots {
		d.Slots = append(d.Slots, ranker.Slot{Name: slot.Name, IDs: slot.IDs, Index: index[k]})
	}
	for _, field := range s.data[arm].Dense {
		field.Index = index[1]
		d.Dense = append(d.Dense, field)
	}
	scores := ranker.Scores(s.models[arm], &d, rows)
	order := make([]int, len(items))
	value := make([]float64, len(items))
	for i := range order {
		order[i] = i
		value[i] = float64(scores[i])
		if s.o.Business == Ads {
			value[i] = bids[i] * sigmoid(value[i])
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case value[a] > value[b]:
			return -1
		case value[a] < value[b]:
			return 1
		}
		return 0
	})
	if s.o.Business == Ads && len(order) > 1 {
		price = value[order[1]] / sigmoid(float64(scores[order[0]]))
	}
	return order[:min(s.o.Show, len(order))], price
}

// ids are an impression's in the order of the log's slots.
func (s *simulation) ids(user, item, context int) [5]uint32 {
	it := &s.feed.Items[item]
	return [5]uint32{uint32(user), uint32(item), it.Author, it.Topic, uint32(context)}
}

// expected are the metrics' expectations for a shown item.
func (s *simulation) expected(t *datasets.Traffic, item int, bid, price float64) []float64 {
	logit := t.Logit(item)
	p, z := sigmoid(logit), logit-s.mean
	if s.o.Business == Ads {
		return []float64{p * bid, p, 1, p * price}
	}
	return []float64{p, p * math.Exp(3+z/2+0.5), p * sigmoid(z-2), 1}
}

// does draws what the user does with a shown item.
func (s *simulation) does(t *datasets.Traffic, item int, bid, price float64) (read bool, did [4]float64) {
	logit := t.Logit(item)
	z := logit - s.mean
	read = t.Uniform() < sigmoid(logit)
	if s.o.Business == Ads {
		did[2] = 1
		if read {
			did[0], did[1], did[3] = bid*math.Exp(0.5*t.Normal()-0.125), 1, price
		}
		return read, did
	}
	did[3] = 1
	if read {
		did[0], did[1] = 1, math.Exp(3+z/2+t.Normal())
		if t.Uniform() < sigmoid(z-2) {
			did[2] = 1
		}
	}
	return read, did
}

// learn appends the night's impressions and trains both rankers on them.
func (s *simulation) learn(ctx context.Context, night []shown) error {
	d := &s.data[control]
	from := len(d.Label)
	for _, x := range night {
		for k, id := range s.ids(x.user, x.item, x.context) {
			d.Slots[k].Index = append(d.Slots[k].Index, id)
		}
		d.Label = append(d.Label, x.read)
	}
	s.data[treatment].Slots, s.data[treatment].Label = d.Slots, d.Label
	s.data[treatment].Dense[0].Index = d.Slots[1].Index
	for k := range s.models {
		if err := train(ctx, s.models[k], &s.data[k], from, len(d.Label)); err != nil {
			return err
		}
	}
	return nil
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// outcome puts the experiment and the truth together.
func (s *simulation) outcome() (*Outcome, error) {
	out := &Outcome{Requests: s.count, Served: s.o.Days, Business: s.o.Business, Experiment: &abtest.Experiment{}}
	e := out.Experiment
	names := s.metrics()
	metrics := map[string]*abtest.Metric{}
	rate := abtest.Metric{Name: "read rate"}
	if s.o.Business == Ads {
		rate.Name = "CTR"
	}
	truth := map[string]Lift{}
	for m, name := range names {
		metrics[name] = &abtest.Metric{Name: name}
		truth[name] = lift(name, s.truth[control][m], s.truth[treatment][m])
	}
	for u, arm := range s.arm {
		if arm == others {
			continue
		}
		e.Treated = append(e.Treated, arm == treatment)
		for m, name := range names {
			metrics[name].Value = append(metrics[name].Value, s.sums[arm][m][u])
			metrics[name].Covariate = append(metrics[name].Covariate, s.likes[u])
		}
		rate.Covariate = append(rate.Covariate, s.rate[u])
	}
	hits, sums := "reads", []string{"reads", "seconds", "engagements"}
	if s.o.Business == Ads {
		hits, sums = "clicks", []string{"ADVV", "spend"}
	}
	// Both arms show as much per request: the true lift of a rate is its sum's.
	rate.Value, rate.Denominator = metrics[hits].Value, metrics["shows"].Value
	e.Metrics = append(e.Metrics, rate)
	out.True = append(out.True, Lift{rate.Name, truth[hits].Lift, truth[hits].SE})
	for _, name := range sums {
		e.Metrics = append(e.Metrics, *metrics[name])
		out.True = append(out.True, truth[name])
	}
	var err error
	out.Report, err = abtest.Lift(e)
	return out, err
}

// lift is Σ treatment/Σ control − 1, with a standard error from the days' spread (the
// delta method on a ratio of sums).
func lift(name string, c, t []float64) Lift {
	var sc, st float64
	for d := range c {
		sc += c[d]
		st += t[d]
	}
	r := st / sc
	var v float64
	for d := range c {
		e := t[d] - r*c[d]
		v += e * e
	}
	n := float64(len(c))
	return Lift{name, r - 1, math.Sqrt(v*n/(n-1)) / sc}
}
