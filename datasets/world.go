package datasets

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/lislab/lislab/lis"
)

// Labels says how a world's labels are drawn.
type Labels string

// The ways to draw labels.
const (
	// LabelsModel draws each label with the impression's true probability.
	LabelsModel Labels = "model"
	// LabelsCoin draws each label with World.CoinRate whatever the row. What is
	// shown to whom, and when, stays as with LabelsModel.
	LabelsCoin Labels = "coin"
)

// World holds every constant of a simulated feed. Users with slowly drifting
// tastes are shown short-lived items of authors and topics by a logging policy
// that prefers what they like; the label says whether they liked it. The true
// probability of every label is known, so that an estimate can be held against
// the truth. D0 gives the default; any field may then be changed.
//
// The probability that a user likes an item in a context is
//
//	P = σ(Intercept + Affinity·u·q/√LatentDim + b + user bias + context effect)
//
// with the user's latent u of that day, the item's latent q and quality b:
//
//	q = √TopicShare·T + √AuthorShare·A + √(1−TopicShare−AuthorShare)·(√α·c + √(1−α)·e)
//	b = QualitySD·(√s·Aq + √((1−s)·α)·bc + √((1−s)·(1−α))·be),  s = AuthorQualityShare
//
// where T, A, Aq belong to the item's topic and author, and c, e, bc, be are the
// item's own, all standard normal. c and bc show in the item's content
//
//	x = W·[√TopicShare·T + √AuthorShare·A + √((1−TopicShare−AuthorShare)·α)·c ; √s·Aq + √((1−s)·α)·bc]/√(LatentDim+1) + ContentNoise·noise
//
// and e, be nowhere: α is the share of the item-level part that content explains.
type World struct {
	// Seed draws the world: topics, authors, items, users and their drift.
	Seed uint64
	// LogSeed draws the log of that world: who comes when, what is shown, the
	// labels. Another LogSeed is another log of the same world.
	LogSeed uint64
	// Name of the log in results; "" means "feed".
	Name string

	// Start is 00:00 of day 0, a whole millisecond.
	Start time.Time
	// Days in the log, numbered from 0.
	Days int
	// WarmDays before day 0, on which items are born too.
	WarmDays int
	// Users, Authors and Topics there are.
	Users, Authors, Topics int
	// ItemsPerDay are born evenly within each day.
	ItemsPerDay int
	// ImpressionsPerDay are shown, at most one in each of as many equal parts of the day.
	ImpressionsPerDay int
	// LatentDim is the dimension of u and q.
	LatentDim int

	// AuthorPareto is the shape of the Pareto law (minimum 1) of the weights by
	// which an item's author is drawn.
	AuthorPareto float64
	// OtherTopic is the probability that an item takes a uniform topic instead
	// of its author's home topic, itself uniform.
	OtherTopic float64
	// TopicShare and AuthorShare are the parts of q's variance that topic and
	// author explain.
	TopicShare, AuthorShare float64
	// Alpha is the share of the item-level part of q and b that content explains.
	Alpha float64
	// QualitySD is the standard deviation of b; AuthorQualityShare the part of
	// its variance that the author explains.
	QualitySD, AuthorQualityShare float64
	// ContentDim is the dimension of x; ContentNoise the standard deviation of
	// its noise.
	ContentDim   int
	ContentNoise float64

	// Drift is ρ: each day u ← ρu + √(1−ρ²)·ε.
	Drift float64
	// UserBiasSD is the standard deviation of the users' biases.
	UserBiasSD float64
	// ActivitySD is σ of the log-normal weights by which users come.
	ActivitySD float64
	// Contexts are uniform, their effects normal with standard deviation ContextSD.
	Contexts  int
	ContextSD float64
	// Intercept of the logit.
	Intercept float64
	// Affinity multiplies u·q/√LatentDim.
	Affinity float64

	// An item of age a days is exposed by w·exp(−max(0,a−1)/τ), times a while
	// a < 1, and not past LifetimeCut·τ. w = min(ExposureMax, Pareto(ExposurePareto));
	// τ is log-normal with mean LifetimeDays and σ LifetimeSigma.
	ExposurePareto, ExposureMax              float64
	LifetimeDays, LifetimeSigma, LifetimeCut float64
	// Candidates are drawn by exposure, with replacement; shown is
	// argmax(PolicyGain·logit + Gumbel) of them.
	Candidates int
	PolicyGain float64

	// Labels; "" means LabelsModel.
	Labels Labels
	// CoinRate is the probability of a label 1 with LabelsCoin.
	CoinRate float64

	// Captions gives every item a caption in words; see Feed.Caption.
	Captions bool
}

// D0 is the default world, on which the published bands of the acceptance
// checks were measured. Seed is 1.
func D0() World {
	return World{
		Seed:  1,
		Start: time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC),
		Days:  61, WarmDays: 15,
		Users: 3000, Authors: 600, Topics: 40,
		ItemsPerDay: 200, ImpressionsPerDay: 30000,
		LatentDim:    8,
		AuthorPareto: 2, OtherTopic: 0.3,
		TopicShare: 0.25, AuthorShare: 0.20, Alpha: 0.5,
		QualitySD: 0.7, AuthorQualityShare: 0.3,
		ContentDim: 64, ContentNoise: 0.5,
		Drift: 0.99, UserBiasSD: 0.4, ActivitySD: 0.7,
		Contexts: 12, ContextSD: 0.3,
		Intercept: -1.6, Affinity: 1,
		ExposurePareto: 1.3, ExposureMax: 200,
		LifetimeDays: 5, LifetimeSigma: 0.8, LifetimeCut: 12,
		Candidates: 6, PolicyGain: 0.5,
		Labels: LabelsModel, CoinRate: 0.32,
	}
}

// Q is the world in which raw LIS rises with the horizon, as the paper's does:
// D0 with 1000 items a day, quality 1.5, mean lifetime 10 days and half the
// affinity. Its figures were measured with rankers of dimension 4 and rate 0.02.
func Q() World {
	w := D0()
	w.ItemsPerDay = 1000
	w.QualitySD = 1.5
	w.LifetimeDays = 10
	w.Affinity = 0.5
	return w
}

// D0Text is D0 whose items carry captions.
func D0Text() World {
	w := D0()
	w.Captions = true
	return w
}

// Log draws the world's log: slots user, item, author, topic, context, rows
// ascending in time. The same World gives the same log on any number of cores,
// and fewer Days give a prefix of it. Use Make to keep the truth as well.
func (w World) Log(ctx context.Context) (*lis.Log, error) {
	f, err := w.Make(ctx)
	if err != nil {
		return nil, err
	}
	return f.Log(ctx)
}

const msPerDay = 24 * 60 * 60 * 1000

// Validate says which constant cannot be, as lis.ErrUsage.
func (w World) Validate() error {
	bad := func(key string, value any, expected string) error {
		return &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("the feed's %s is %v, expected %s", key, value, expected), Do: "change " + key}
	}
	counts := []struct {
		key      string
		v        int
		min, max int
	}{
		{"days", w.Days, 1, 100_000},
		{"warm days", w.WarmDays, 1, 100_000},
		{"users", w.Users, 1, 1 << 30},
		{"authors", w.Authors, 1, 1 << 30},
		{"topics", w.Topics, 1, 1 << 30},
		{"items_per_day", w.ItemsPerDay, 1, 10_000_000},
		{"impressions_per_day", w.ImpressionsPerDay, 1, msPerDay},
		{"latent dimension", w.LatentDim, 1, 1024},
		{"content dimension", w.ContentDim, 1, 65536},
		{"contexts", w.Contexts, 1, 1 << 30},
		{"candidates", w.Candidates, 1, 100_000},
	}
	for _, c := range counts {
		if c.v < c.min || c.v > c.max {
			return bad(c.key, c.v, fmt.Sprintf("%d to %d", c.min, c.max))
		}
	}
	numbers := []struct {
		key      string
		v        float64
		min, max float64
	}{
		{"alpha", w.Alpha, 0, 1},
		{"drift", w.Drift, -1, 1},
		{"quality_sd", w.QualitySD, 0, 100},
		{"affinity", w.Affinity, -100, 100},
		{"topic share", w.TopicShare, 0, 1},
		{"author share", w.AuthorShare, 0, 1 - w.TopicShare},
		{"author quality share", w.AuthorQualityShare, 0, 1},
		{"other topic", w.OtherTopic, 0, 1},
		{"content noise", w.ContentNoise, 0, 1e6},
		{"user bias sd", w.UserBiasSD, 0, 100},
		{"activity sd", w.ActivitySD, 0, 10},
		{"context sd", w.ContextSD, 0, 100},
		{"intercept", w.Intercept, -100, 100},
		{"lifetime sigma", w.LifetimeSigma, 0, 10},
		{"policy gain", w.PolicyGain, -100, 100},
		{"coin rate", w.CoinRate, 0, 1},
	}
	for _, c := range numbers {
		if !(c.v >= c.min && c.v <= c.max) {
			return bad(c.key, c.v, fmt.Sprintf("a number from %g to %g", c.min, c.max))
		}
	}
	positive := []struct {
		key string
		v   float64
	}{
		{"author pareto", w.AuthorPareto},
		{"exposure pareto", w.ExposurePareto},
		{"exposure max", w.ExposureMax},
		{"lifetime_days", w.LifetimeDays},
		{"lifetime cut", w.LifetimeCut},
	}
	for _, c := range positive {
		if !(c.v > 0) || math.IsInf(c.v, 1) {
			return bad(c.key, c.v, "a number above 0")
		}
	}
	// What would not fit into memory is said before it is tried.
	if cells := float64(w.Users) * float64(w.Days) * float64(w.LatentDim); cells > 1<<30 {
		return bad("users × days × latent dimension", cells, "at most 2^30")
	}
	if rows := float64(w.Days) * float64(w.ImpressionsPerDay); rows > 1<<31 {
		return bad("impressions_per_day × days", rows, "at most 2^31")
	}
	if cells := float64(w.Days+w.WarmDays) * float64(w.ItemsPerDay) * float64(w.ContentDim); cells > 1<<31 {
		return bad("items × content dimension", cells, "at most 2^31")
	}
	if w.Labels != "" && w.Labels != LabelsModel && w.Labels != LabelsCoin {
		return bad("labels", w.Labels, strings.Join([]string{string(LabelsModel), string(LabelsCoin)}, " or "))
	}
	if w.Start.UnixNano()%int64(time.Millisecond) != 0 {
		return bad("start", w.Start, "a whole millisecond")
	}
	return nil
}
