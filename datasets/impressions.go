package datasets

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lislab/lislab/lis"
)

// Impressions are a drawn log with the truth beside it, one entry per row,
// ascending in time: row r here is row r of the Log made of it.
type Impressions struct {
	Feed                *Feed
	Time                []int64 // Unix nanoseconds, UTC; all differ, all whole milliseconds
	User, Item, Context []uint32
	Label               []bool
	// Probability is the true one of a label 1.
	Probability []float64
}

// Draw draws the log that World.LogSeed gives.
func (f *Feed) Draw(ctx context.Context) (*Impressions, error) {
	n := f.World.Days * f.World.ImpressionsPerDay
	m := &Impressions{
		Feed: f, Time: make([]int64, n),
		User: make([]uint32, n), Item: make([]uint32, n), Context: make([]uint32, n),
		Label: make([]bool, n), Probability: make([]float64, n),
	}
	// Days are drawn from streams of their own, so any worker may take any day.
	var next atomic.Int64
	var wg sync.WaitGroup
	failed := make([]error, f.World.Days)
	for range min(runtime.GOMAXPROCS(0), f.World.Days) {
		wg.Go(func() {
			var d dayDrawer
			for ctx.Err() == nil {
				day := int(next.Add(1)) - 1
				if day >= f.World.Days {
					return
				}
				failed[day] = d.draw(m, day)
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, err := range failed { // the first day's, whoever drew it
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

// dayDrawer holds the buffers of one worker.
type dayDrawer struct {
	cand   candidates
	logits []float64
	items  []int
}

func (d *dayDrawer) draw(m *Impressions, day int) error {
	f := m.Feed
	w := &f.World
	n := w.ImpressionsPerDay
	logSeed := mix64(w.Seed) + w.LogSeed
	src := source(logSeed, streamShown, day)
	r := rand.New(src)
	labels := source(logSeed, streamLabels, day)
	start := w.Start.UnixMilli() + int64(day)*msPerDay
	scale := w.Affinity / math.Sqrt(float64(w.LatentDim))
	d.logits = grow(d.logits, w.Candidates)
	d.items = grow(d.items, w.Candidates)
	part := -1
	for i := range n {
		row := day*n + i
		ms := jitter(src, i, n)
		t := float64(day) + float64(ms)/msPerDay
		if p := int(ms * partsPerDay / msPerDay); p != part {
			d.cand.part(f, day, p)
			part = p
		}
		user := f.users.draw(src)
		context := src.below(w.Contexts)
		own := w.Intercept + f.UserBias[user] + f.ContextEffect[context]
		u := f.UserLatent(user, day)
		best, least := 0, math.Inf(1)
		for k := range w.Candidates {
			item := d.cand.draw(src, t)
			if item < 0 {
				return &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("the feed has no item to show on day %d", day), Do: "raise items_per_day or lifetime_days"}
			}
			it := &f.Items[item]
			q := it.Latent[:len(u)]
			var dot float64
			for j, v := range u {
				dot += v * q[j]
			}
			logit := own + scale*dot + it.Quality
			d.items[k], d.logits[k] = item, logit
			// argmax(g·logit + Gumbel) = argmin(Exp(1)·exp(−g·logit)), for a
			// Gumbel variable is −log of an exponential one.
			if race := r.ExpFloat64() * math.Exp(-w.PolicyGain*logit); race < least {
				best, least = k, race
			}
		}
		p := w.CoinRate
		if w.Labels != LabelsCoin {
			p = sigmoid(d.logits[best])
		}
		m.Time[row] = (start + ms) * int64(time.Millisecond)
		m.User[row], m.Item[row], m.Context[row] = uint32(user), uint32(d.items[best]), uint32(context)
		m.Probability[row] = p
		m.Label[row] = labels.float64() < p
	}
	return nil
}

// jitter is a uniform whole millisecond within the i-th of n equal parts of a day.
func jitter(r *splitmix, i, n int) int64 {
	from, to := int64(i)*msPerDay/int64(n), int64(i+1)*msPerDay/int64(n)
	return from + int64(r.below(int(to-from)))
}

// Log makes a lis.Log of the impressions.
func (m *Impressions) Log() (*lis.Log, error) { return lis.NewLog(m.Data()) }

// Data are the impressions as columns: user, item, and the slots author, topic,
// context. The slices are copies or fresh, so that they may be given away.
func (m *Impressions) Data() lis.Data {
	f := m.Feed
	n := len(m.Time)
	author, topic := make([]uint32, n), make([]uint32, n)
	for r, i := range m.Item {
		author[r], topic[r] = f.Items[i].Author, f.Items[i].Topic
	}
	return lis.Data{
		Name: f.World.Name,
		Time: append([]int64(nil), m.Time...),
		User: lis.Column{Name: "user", IDs: numbered("u", f.World.Users), Index: append([]uint32(nil), m.User...)},
		Item: lis.Column{Name: "item", IDs: f.ItemIDs(), Index: append([]uint32(nil), m.Item...)},
		Slots: []lis.Column{
			{Name: "author", IDs: numbered("a", f.World.Authors), Index: author},
			{Name: "topic", IDs: numbered("t", f.World.Topics), Index: topic},
			{Name: "context", IDs: numbered("c", f.World.Contexts), Index: append([]uint32(nil), m.Context...)},
		},
		Label: append([]bool(nil), m.Label...),
	}
}

// Log draws the log and makes a lis.Log of it.
func (f *Feed) Log(ctx context.Context) (*lis.Log, error) {
	m, err := f.Draw(ctx)
	if err != nil {
		return nil, err
	}
	return m.Log()
}

// ItemIDs are the ids of the feed's items as a log writes them.
func (f *Feed) ItemIDs() []string { return numbered("i", len(f.Items)) }

// numbered gives the ids prefix0 … as a log writes them.
func numbered(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = prefix + strconv.Itoa(i)
	}
	return ids
}
