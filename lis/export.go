package lis

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lislab/lislab/lis/ranker"
)

// ItemFolds is the number of item folds of preference data.
const ItemFolds = 5

// Preference is what a representation is taught of one item.
type Preference struct {
	ItemID string
	// Updates are the training rows with the item up to the day of export.
	Updates int32
	// Fold is the item's fold by hash, 0 … ItemFolds−1: an item's own vector
	// comes from a student taught on the other folds.
	Fold int8
	// Row is the item's embedding row, the linear weight first, then the vector.
	Row []float32
	// FirstDay and LastDay are the periods of its first and last impression up
	// to the day of export.
	FirstDay, LastDay int32
}

// Preferences is the preference data of one slot: rows of a table as they stood
// after one period, for the items that were updated often enough.
type Preferences struct {
	Items []Preference // in the order of ItemID
	// Slot whose rows these are, and Day, the period after which they were taken.
	Slot string
	Day  int
	// Lineage is the SHA-256 of what the lineage was trained on and how.
	Lineage string
	Seed    int
	Rate    float64
	// MinUpdates an item needed to be exported.
	MinUpdates int
	// ExclusionSHA256 of the list of items left out; "" where there was none.
	ExclusionSHA256 string
}

// ExportOptions say which rows to export. The zero value works but for Day.
type ExportOptions struct {
	Slot string // "" means item
	// Day is the period after which the rows are taken.
	Day int
	// MinUpdates an item needs; 0 means 30.
	MinUpdates int
	// Exclude lists items that must not be taught, such as those of an online
	// experiment to come.
	Exclude []string
	// Seed of the lineage, from 1; 0 means 1.
	Seed int
	// Period, Ranker, Dim and LearningRate as in Study.
	Period       time.Duration
	Ranker       string
	Dim          int
	LearningRate float64
}

// Export trains a held-out lineage up to the end of a period and takes its rows:
// the preference data that LIS validated. The errors are unknown-slot, usage,
// too-few-periods where Day is not a period of the log, and missing-value where
// no item passes.
func Export(ctx context.Context, l *Log, o ExportOptions) (*Preferences, error) {
	if o.Slot == "" {
		o.Slot = "item"
	}
	if o.MinUpdates == 0 {
		o.MinUpdates = 30
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	slot, err := l.Slot(o.Slot)
	if err != nil {
		return nil, err
	}
	p, err := newStage(l, Study{Slots: []string{o.Slot}, Period: o.Period, Ranker: o.Ranker, Dim: o.Dim, LearningRate: o.LearningRate})
	if err != nil {
		return nil, err
	}
	if o.Day < 0 || o.Day >= p.Periods {
		return nil, &InputError{Kind: ErrTooFewPeriods, What: fmt.Sprintf("log %s has periods 0..%d and no period %d", l.Name, p.Periods-1, o.Day), Do: "export after a period of the log"}
	}
	if o.MinUpdates < 1 || o.Seed < 1 {
		return nil, usage("give 1 or more", "min updates %d, seed %d", o.MinUpdates, o.Seed)
	}
	id := lineageID{HeldOut, o.Seed, -1}
	lin := p.newLineage(id, nil)
	for period := 0; period <= o.Day; period++ {
		if err := lin.train(ctx, period); err != nil {
			return nil, err
		}
	}
	out := &Preferences{Slot: o.Slot, Day: o.Day, Seed: o.Seed, Rate: p.Study.LearningRate, MinUpdates: o.MinUpdates, Lineage: p.lineageHash(id)}
	excluded := map[string]bool{}
	for _, e := range o.Exclude {
		excluded[e] = true
	}
	if len(o.Exclude) > 0 {
		list := slices.Clone(o.Exclude)
		slices.Sort(list)
		out.ExclusionSHA256 = hexSum(strings.Join(slices.Compact(list), "\n"))
	}
	count, first, last := p.seen(slot, o.Day)
	for i, c := range count {
		if int(c) < o.MinUpdates || excluded[l.Slots[slot].IDs[i]] {
			continue
		}
		x := Preference{ItemID: l.Slots[slot].IDs[i], Updates: c, Row: make([]float32, lin.model.RowLen(slot)), FirstDay: first[i], LastDay: last[i]}
		x.Fold = int8(hashID(x.ItemID) % ItemFolds)
		lin.model.Row(x.Row, slot, uint32(i))
		out.Items = append(out.Items, x)
	}
	if len(out.Items) == 0 {
		return nil, &InputError{Kind: ErrMissingValue, What: fmt.Sprintf("no %s has %d updates by period %d (%d excluded)", o.Slot, o.MinUpdates, o.Day, len(excluded)), Do: "lower the minimum, or export after a later period"}
	}
	slices.SortFunc(out.Items, func(a, b Preference) int { return cmp.Compare(a.ItemID, b.ItemID) })
	return out, nil
}

// newStage is a plan that scores nothing: the log cut into periods, for what
// trains lineages of its own.
func newStage(l *Log, s Study) (*Plan, error) {
	s, err := s.withDefaults(l)
	if err != nil {
		return nil, err
	}
	p := &Plan{log: l, data: l.rankerData(), Study: s, bare: true}
	return p, p.cutPeriods(s.Period)
}

// lineageHash names a lineage: the same log, settings and seed give the same.
func (p *Plan) lineageHash(id lineageID) string {
	s := &p.Study
	return hexSum(fmt.Sprintf("%s %s %d %d %s %d %g %v", p.log.SHA256(), id.Training, id.Seed, id.Fold, s.Ranker, s.Dim, s.LearningRate, s.Period))
}

func hexSum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// hashID is the hash of an id by which items are put into folds.
func hashID(id string) uint64 { return splitMix(fnvString(fnvOffset, id)) }

// seen counts, per id of a slot, the rows of held-out training up to the end of
// a period, and finds the periods of its first and last impression (−1 where
// there is none).
func (p *Plan) seen(slot, day int) (count, first, last []int32) {
	n := len(p.log.Slots[slot].IDs)
	count, first, last = make([]int32, n), make([]int32, n), make([]int32, n)
	for i := range first {
		first[i], last[i] = -1, -1
	}
	for period := 0; period <= day; period++ {
		for row := p.starts[period]; row < p.starts[period+1]; row++ {
			trained := !p.heldRow(row, -1)
			for _, i := range p.log.Slots[slot].Row(row) {
				if trained {
					count[i]++
				}
				if first[i] < 0 {
					first[i] = int32(period)
				}
				last[i] = int32(period)
			}
		}
	}
	return count, first, last
}

// withDense is the data with one more dense field, indexed by a slot's ids.
func withDense(d ranker.Data, field ranker.Dense) ranker.Data {
	d.Dense = append(slices.Clone(d.Dense), field)
	return d
}
