package datasets

import (
	"context"
	"math"
	"math/rand/v2"
	"sort"
)

// Item is one item of a feed and all that is true of it.
type Item struct {
	Born          float64 // days since Start, negative before day 0
	Author, Topic uint32
	Quality       float64   // b
	Latent        []float64 // q, LatentDim long
	Weight        float64   // w of its exposure
	Lifetime      float64   // τ of its exposure, in days
}

// Feed is a world with everything in it drawn but the log: what the simulator
// knows and no ranker may see. It is not changed by any method and may be used
// from several goroutines.
type Feed struct {
	World World
	// Items in the order of birth. Item i is written "i" and its index in a log.
	Items []Item
	// AuthorTopic is each author's home topic.
	AuthorTopic []uint32
	// ContextEffect is the effect on the logit of each context.
	ContextEffect []float64
	// UserBias and UserActivity of each user; activity is the weight by which
	// users come.
	UserBias, UserActivity []float64

	content []float32 // ContentDim per item
	signal  []float64 // LatentDim+1 per item: what content shows, before W and noise
	latent  []float64 // users' u: day-major, LatentDim per user
	users   aliasTable
}

// Make draws the world. It fails with lis.ErrUsage where a constant cannot be,
// and with ctx's error.
func (w World) Make(ctx context.Context) (*Feed, error) {
	if w.Name == "" {
		w.Name = "feed"
	}
	if w.Labels == "" {
		w.Labels = LabelsModel
	}
	if err := w.Validate(); err != nil {
		return nil, err
	}
	f := &Feed{World: w}
	f.makeItems()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.makeUsers()
	return f, ctx.Err()
}

// pareto draws from the Pareto law with minimum 1: P(X > x) = x^−shape.
func pareto(r *rand.Rand, shape float64) float64 { return math.Pow(1-r.Float64(), -1/shape) }

func normals(r *rand.Rand, out []float64) {
	for i := range out {
		out[i] = r.NormFloat64()
	}
}

func (f *Feed) makeItems() {
	w := &f.World
	d := w.LatentDim
	topics := make([]float64, w.Topics*d)
	normals(random(w.Seed, streamTopics, 0), topics)

	r := random(w.Seed, streamAuthors, 0)
	authors := make([]float64, w.Authors*d)
	normals(r, authors)
	authorQuality := make([]float64, w.Authors)
	normals(r, authorQuality)
	weight := make([]float64, w.Authors)
	f.AuthorTopic = make([]uint32, w.Authors)
	for a := range weight {
		weight[a] = pareto(r, w.AuthorPareto)
		f.AuthorTopic[a] = uint32(r.IntN(w.Topics))
	}
	byWeight := newAliasTable(weight)

	projection := make([]float64, w.ContentDim*(d+1))
	normals(random(w.Seed, streamProjection, 0), projection)

	n := (w.WarmDays + w.Days) * w.ItemsPerDay
	f.Items = make([]Item, n)
	f.content = make([]float32, n*w.ContentDim)
	f.signal = make([]float64, n*(d+1))
	latents := make([]float64, n*d)

	own := math.Sqrt(1 - w.TopicShare - w.AuthorShare)
	seen, unseen := math.Sqrt(w.Alpha), math.Sqrt(1-w.Alpha)
	sT, sA := math.Sqrt(w.TopicShare), math.Sqrt(w.AuthorShare)
	bA, bOwn := math.Sqrt(w.AuthorQualityShare), math.Sqrt(1-w.AuthorQualityShare)
	logMean := math.Log(w.LifetimeDays) - w.LifetimeSigma*w.LifetimeSigma/2
	scale := 1 / math.Sqrt(float64(d+1))
	c, e := make([]float64, d), make([]float64, d)

	i := 0
	for day := -w.WarmDays; day < w.Days; day++ {
		// A stream per day of birth: a longer log has the same items before.
		src := source(w.Seed, streamItems, day)
		r := rand.New(src)
		noise := random(w.Seed, streamContent, day)
		for k := range w.ItemsPerDay {
			it := &f.Items[i]
			it.Born = float64(day) + (float64(k)+0.5)/float64(w.ItemsPerDay)
			it.Author = uint32(byWeight.draw(src))
			it.Topic = f.AuthorTopic[it.Author]
			if other := uint32(r.IntN(w.Topics)); r.Float64() < w.OtherTopic {
				it.Topic = other
			}
			normals(r, c)
			normals(r, e)
			bc, be := r.NormFloat64(), r.NormFloat64()
			it.Latent = latents[i*d : (i+1)*d : (i+1)*d]
			s := f.signal[i*(d+1) : (i+1)*(d+1)]
			T, A := topics[int(it.Topic)*d:], authors[int(it.Author)*d:]
			for j := range d {
				s[j] = sT*T[j] + sA*A[j] + own*seen*c[j]
				it.Latent[j] = s[j] + own*unseen*e[j]
			}
			s[d] = bA*authorQuality[it.Author] + bOwn*seen*bc
			it.Quality = w.QualitySD * (s[d] + bOwn*unseen*be)
			it.Weight = min(w.ExposureMax, pareto(r, w.ExposurePareto))
			it.Lifetime = math.Exp(logMean + w.LifetimeSigma*r.NormFloat64())

			x := f.content[i*w.ContentDim : (i+1)*w.ContentDim]
			for j := range x {
				row := projection[j*(d+1) : (j+1)*(d+1)]
				var sum float64
				for l, v := range s {
					sum += row[l] * v
				}
				x[j] = float32(sum*scale + w.ContentNoise*noise.NormFloat64())
			}
			i++
		}
	}
}

func (f *Feed) makeUsers() {
	w := &f.World
	d := w.LatentDim
	r := random(w.Seed, streamUsers, 0)
	f.UserBias = make([]float64, w.Users)
	f.UserActivity = make([]float64, w.Users)
	f.latent = make([]float64, w.Days*w.Users*d)
	for u := range w.Users {
		f.UserBias[u] = w.UserBiasSD * r.NormFloat64()
		f.UserActivity[u] = math.Exp(w.ActivitySD * r.NormFloat64())
		normals(r, f.latent[u*d:(u+1)*d])
	}
	f.users = newAliasTable(f.UserActivity)
	fresh := math.Sqrt(1 - w.Drift*w.Drift)
	for day := 1; day < w.Days; day++ {
		r := random(w.Seed, streamDrift, day)
		before := f.latent[(day-1)*w.Users*d : day*w.Users*d]
		now := f.latent[day*w.Users*d : (day+1)*w.Users*d]
		for j := range now {
			now[j] = w.Drift*before[j] + fresh*r.NormFloat64()
		}
	}
	f.ContextEffect = make([]float64, w.Contexts)
	r = random(w.Seed, streamContexts, 0)
	for c := range f.ContextEffect {
		f.ContextEffect[c] = w.ContextSD * r.NormFloat64()
	}
}

// Content is item i's content vector x, ContentDim long. The caller must not
// change it.
func (f *Feed) Content(i int) []float32 {
	k := f.World.ContentDim
	return f.content[i*k : (i+1)*k : (i+1)*k]
}

// UserLatent is a user's u on a day of the log. The caller must not change it.
func (f *Feed) UserLatent(user, day int) []float64 {
	d := f.World.LatentDim
	k := (day*f.World.Users + user) * d
	return f.latent[k : k+d : k+d]
}

// Logit is the true logit of a label 1 on a day of the log.
func (f *Feed) Logit(user, item, context, day int) float64 {
	it := &f.Items[item]
	var dot float64
	for j, u := range f.UserLatent(user, day) {
		dot += u * it.Latent[j]
	}
	return f.World.Intercept + f.World.Affinity*dot/math.Sqrt(float64(f.World.LatentDim)) + it.Quality + f.UserBias[user] + f.ContextEffect[context]
}

// Probability is the true probability of a label 1 on a day of the log, with
// LabelsCoin the coin's.
func (f *Feed) Probability(user, item, context, day int) float64 {
	if f.World.Labels == LabelsCoin {
		return f.World.CoinRate
	}
	return sigmoid(f.Logit(user, item, context, day))
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// bornBefore counts the items born before t, in days.
func (f *Feed) bornBefore(t float64) int {
	return sort.Search(len(f.Items), func(i int) bool { return f.Items[i].Born >= t })
}

// aliasTable draws 0..n-1 with given weights in constant time (Walker's method,
// Vose's construction).
type aliasTable struct{ c candidates }

func newAliasTable(weights []float64) aliasTable {
	var t aliasTable
	t.c.bound = weights
	var total float64
	for _, w := range weights {
		total += w
	}
	t.c.build(total)
	t.c.work, t.c.mass = nil, nil
	return t
}

func (t *aliasTable) draw(r *splitmix) int {
	z := r.Uint64()
	k := uint32(z >> 32 * uint64(len(t.c.keep)) >> 32)
	if uint32(z) > t.c.keep[k] {
		k = t.c.alias[k]
	}
	return int(k)
}
