package datasets

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Traffic draws the requests of one day of a world, outside any log: who comes
// when and in which context, and which items could be shown. It is what an
// online experiment in the simulator serves. One goroutine may use it.
type Traffic struct {
	// At is the time of the current request in days since Start, User and
	// Context who asks and where.
	At            float64
	User, Context int

	feed *Feed
	day  int
	n, i int
	src  *splitmix
	rng  *rand.Rand
	cand candidates
	part int
}

// Traffic makes a day's requests; another seed gives other requests of the
// same day. The day is one of the world's.
func (f *Feed) Traffic(day, requests int, seed uint64) *Traffic {
	src := source(mix64(f.World.Seed)+seed, streamRequests, day)
	return &Traffic{feed: f, day: day, n: requests, src: src, rng: rand.New(src), part: -1}
}

// Next moves on to the next request, and is false after the last.
func (t *Traffic) Next() bool {
	if t.i == t.n {
		return false
	}
	ms := jitter(t.src, t.i, t.n)
	t.i++
	t.At = float64(t.day) + float64(ms)/msPerDay
	if p := int(ms * partsPerDay / msPerDay); p != t.part {
		t.cand.part(t.feed, t.day, p)
		t.part = p
	}
	t.User, t.Context = t.feed.users.draw(t.src), t.src.below(t.feed.World.Contexts)
	return true
}

// Candidates appends n items drawn by exposure at the time of the request, each
// at most once, to dst. It appends fewer where fewer are exposed.
func (t *Traffic) Candidates(dst []int, n int) []int {
	start := len(dst)
	for tries := 0; len(dst)-start < n && tries < 50*n; tries++ {
		item := t.cand.draw(t.src, t.At)
		if item < 0 {
			break
		}
		if !slices.Contains(dst[start:], item) {
			dst = append(dst, item)
		}
	}
	return dst
}

// Logged is the item that the world's logging policy shows, −1 where none is
// exposed.
func (t *Traffic) Logged() int {
	w := &t.feed.World
	best, least := -1, math.Inf(1)
	for range w.Candidates {
		item := t.cand.draw(t.src, t.At)
		if item < 0 {
			return -1
		}
		race := t.rng.ExpFloat64() * math.Exp(-w.PolicyGain*t.Logit(item))
		if race < least {
			best, least = item, race
		}
	}
	return best
}

// Logit is the true logit of a label 1 for an item shown at the request.
func (t *Traffic) Logit(item int) float64 {
	return t.feed.Logit(t.User, item, t.Context, t.day)
}

// Uniform draws from [0, 1), Normal from N(0, 1): what the person does next.
func (t *Traffic) Uniform() float64 { return t.src.float64() }

// Normal draws from N(0, 1).
func (t *Traffic) Normal() float64 { return t.rng.NormFloat64() }
