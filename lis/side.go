package lis

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/lislab/lislab/lis/ranker"
)

// Side information from similar items, protocol P2: a feature for each item
// made of its neighbours, the items that the same users clicked. Which items
// are neighbours is taken from a window of other days; what is said of them,
// from the days before. A copy of θ_{t−7} gets the feature and learns the
// periods t−6..t with each period's own, then scores period t+1. The base is
// θ_t, which is what the same copy becomes where the feature is 0.
const (
	sideWindow    = 7   // periods that a window of clicks is long
	sideGap       = 7   // the last period after the scored one that a window may reach
	sideTrain     = 7   // periods that learn with the feature
	sideNeighbour = 10  // neighbours at most
	sideShrink    = 25  // in co/√(c_i·c_j + 25)
	sideTogether  = 2   // users who must have clicked both
	sideClicks    = 60  // clicked items per user and window at most
	sideRate      = .02 // of the feature's projection
)

// sideNames are the kinds of feature: mean rows of the neighbours' own slots
// (such as author and topic), their clicks, mean item rows.
var sideNames = []string{"similar-rows", "similar-clicks", "similar-items"}

// sideHorizons are the windows for a period τ: strictly after it (τ+1..τ+7),
// touching it (τ..τ+6), and the past (τ−7..τ−1). Each is called by the last
// period it has after τ, or the first before it.
var sideHorizons = []int{sideGap, sideGap - 1, -sideWindow}

// sideInformation is what P2 needs of the log alone.
type sideInformation struct {
	first int // the first period that has features
	// neighbours by period from first, window and item, as items.
	neighbours [][][][]uint32
	// shown and clicked by period from first and item, in the periods before.
	shown, clicked [][]int32
	slots          []int // the slots that are properties of an item
	of             [][]uint32
}

// newSideInformation finds every period's neighbours.
func (p *Plan) newSideInformation() *sideInformation {
	s := &sideInformation{first: max(0, p.T[0]-sideTrain+1)}
	items := len(p.log.Slots[1].IDs)
	s.slots, s.of = p.itemSlots()
	shown, clicked := make([]int32, items), make([]int32, items)
	row := 0
	for period := s.first; period <= p.T[len(p.T)-1]+1; period++ {
		for ; row < p.starts[period]; row++ {
			item := p.log.Slots[1].Index[row]
			shown[item]++
			if p.log.Label[row] {
				clicked[item]++
			}
		}
		s.shown, s.clicked = append(s.shown, slices.Clone(shown)), append(s.clicked, slices.Clone(clicked))
		var windows [][][]uint32
		for _, h := range sideHorizons {
			from := period + h - sideWindow + 1
			if h < 0 {
				from = period + h
			}
			windows = append(windows, p.neighbours(from, from+sideWindow))
		}
		s.neighbours = append(s.neighbours, windows)
	}
	return s
}

// itemSlots are the further slots that give every item one id throughout, and
// that id.
func (p *Plan) itemSlots() (slots []int, of [][]uint32) {
	const none = math.MaxUint32
	item := &p.log.Slots[1]
next:
	for s := 2; s < len(p.log.Slots); s++ {
		c := &p.log.Slots[s]
		if c.Offsets != nil {
			continue
		}
		ids := make([]uint32, len(item.IDs))
		for i := range ids {
			ids[i] = none
		}
		for row, i := range item.Index {
			if ids[i] != none && ids[i] != c.Index[row] {
				continue next
			}
			ids[i] = c.Index[row]
		}
		slots, of = append(slots, s), append(of, ids)
	}
	return slots, of
}

// neighbours finds, for each item clicked in periods from..to−1, the best by
// co/√(c_i·c_j + 25), c the users who clicked an item and co those who clicked
// both. All rows count, held ones too: without them a window that touches the
// scored period could not be told from one that does not.
func (p *Plan) neighbours(from, to int) [][]uint32 {
	from, to = max(0, from), min(to, p.Periods)
	items, users := len(p.log.Slots[1].IDs), len(p.log.Slots[0].IDs)
	byUser := make([][]uint32, users)
	byItem := make([][]uint32, items)
	for row := p.starts[from]; from < to && row < p.starts[to]; row++ {
		u, i := p.log.Slots[0].Index[row], p.log.Slots[1].Index[row]
		if p.log.Label[row] && len(byUser[u]) < sideClicks && !slices.Contains(byUser[u], i) {
			byUser[u] = append(byUser[u], i)
			byItem[i] = append(byItem[i], u)
		}
	}
	type candidate struct {
		item uint32
		near float64
	}
	out := make([][]uint32, items)
	together := make([]int32, items)
	var touched []uint32
	var best []candidate
	for i := range byItem {
		touched, best = touched[:0], best[:0]
		for _, u := range byItem[i] {
			for _, j := range byUser[u] {
				if together[j] == 0 {
					touched = append(touched, j)
				}
				together[j]++
			}
		}
		for _, j := range touched {
			if co := together[j]; co >= sideTogether && int(j) != i {
				best = append(best, candidate{j, float64(co) / math.Sqrt(float64(len(byItem[i])*len(byItem[j]))+sideShrink)})
			}
			together[j] = 0
		}
		slices.SortFunc(best, func(a, b candidate) int {
			return cmp.Or(cmp.Compare(b.near, a.near), cmp.Compare(a.item, b.item))
		})
		for _, c := range best[:min(sideNeighbour, len(best))] {
			out[i] = append(out[i], c.item)
		}
	}
	return out
}

// sideLineage is what P2 keeps of a lineage: models to start from, and the
// features of the periods to come.
type sideLineage struct {
	start    map[int]ranker.Ranker // by set, θ_{t−7}
	features map[int][][]ranker.Dense
}

// keepSide clones θ_{t−7} and makes the features of the next period, by what
// is known before it.
func (l *lineage) keepSide(period int) {
	if !l.has(P2) {
		return
	}
	if l.side.start == nil {
		l.side = sideLineage{map[int]ranker.Ranker{}, map[int][][]ranker.Dense{}}
	}
	for k := range l.p.sets {
		if set := &l.p.sets[k]; max(-1, set.t-sideTrain) == period && l.id.scores(set) {
			l.side.start[k] = l.model.Clone()
		}
	}
	next := period + 1
	delete(l.side.features, period-sideTrain)
	if i := next - l.p.side.first; i >= 0 && i < len(l.p.side.neighbours) {
		for kind := range sideNames {
			var windows []ranker.Dense
			for w := range sideHorizons {
				windows = append(windows, l.sideFeature(i, kind, w))
			}
			l.side.features[next] = append(l.side.features[next], windows)
		}
	}
}

// sideFeature makes one kind of feature for every item: a vector of zeros
// where it has no neighbours.
func (l *lineage) sideFeature(i, kind, window int) ranker.Dense {
	side := l.p.side
	slots, of := side.slots, side.of
	const times = 5
	switch kind {
	case 1:
		slots = nil
	case 2:
		slots, of = []int{1}, nil
	}
	k := 0
	for _, s := range slots {
		k += l.model.RowLen(s)
	}
	if kind == 1 {
		k = 3
	}
	items := side.neighbours[i][window]
	d := ranker.Dense{Name: sideNames[kind], K: k, Vectors: make([]float32, k*len(items)), Index: l.p.log.Slots[1].Index, Rate: sideRate}
	for item, near := range items {
		v := d.Vectors[item*k : (item+1)*k]
		share := 1 / float32(len(near))
		for _, j := range near {
			if kind == 1 {
				shown, clicked := float64(side.shown[i][j]), float64(side.clicked[i][j])
				v[0] += share * float32(3*(clicked+3)/(shown+10))
				v[1] += share * float32(math.Log1p(shown)/5)
				v[2] = 1
				continue
			}
			at := 0
			for x, s := range slots {
				id := j
				if of != nil {
					id = of[x][j]
				}
				n := l.model.RowLen(s)
				row := make([]float32, n)
				l.model.Row(row, s, id)
				for c, value := range row {
					v[at+c] += float32(share * times * value)
				}
				at += n
			}
		}
	}
	return d
}

// scoreSide runs P2's arms for a set.
func (l *lineage) scoreSide(ctx context.Context, o *openSet) error {
	set := &l.p.sets[o.k]
	for a, arm := range l.arms {
		if arm.protocol != P2 {
			continue
		}
		kind, window := slices.Index(sideNames, l.p.names[arm.slots]), slices.Index(sideHorizons, arm.horizon)
		features := func(period int) *ranker.Data {
			d := l.p.data
			d.Dense = append(slices.Clone(d.Dense), l.side.features[period][kind][window])
			return &d
		}
		first := max(0, set.t-sideTrain+1)
		start, ok := l.side.start[o.k].(*ranker.Model)
		if !ok {
			panic(fmt.Sprintf("lis: P2 with a ranker %T", l.side.start[o.k])) // refused by Study.check
		}
		d := features(first)
		model := start.WithDense(&d.Dense[len(d.Dense)-1])
		for period := first; period <= set.t; period++ {
			rows := l.p.rowsOf(period, func(row int) bool { return l.p.trains(l.id, row) })
			if err := l.learn(ctx, model, features(period), rows); err != nil {
				return err
			}
		}
		l.out.arms[a][o.k] = ranker.Scores(model, features(set.t+1), set.rows)
	}
	delete(l.side.start, o.k)
	return nil
}
