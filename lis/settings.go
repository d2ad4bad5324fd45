package lis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lislab/lislab/lis/ranker"
)

// The defaults of a study.
const (
	defaultSeeds     = 3
	defaultPeriod    = 24 * time.Hour
	defaultDim       = 8
	defaultRate      = 0.1
	defaultThreshold = 0.0010
	maxPeriods       = 1 << 20
)

// defaultHorizons are tried where a study names none.
var defaultHorizons = []int{0, 1, 3, 7, 14, 30}

// withDefaults fills in what does not depend on the length of the log, and
// refuses what cannot be. Lists lose their repetitions and keep their order.
func (s Study) withDefaults(l *Log) (Study, error) {
	if len(s.Slots) == 0 {
		for i := range l.Slots {
			s.Slots = append(s.Slots, l.Slots[i].Name)
		}
	}
	if len(s.MaxUpdates) == 0 {
		s.MaxUpdates = []int{1000, Inf}
	}
	if len(s.Protocols) == 0 {
		s.Protocols = []Protocol{HeldOut, Raw}
	}
	if !slices.Contains(s.Protocols, HeldOut) {
		s.Protocols = append([]Protocol{HeldOut}, s.Protocols...)
	}
	s.Slots, s.Horizons, s.MaxUpdates, s.Filters, s.Protocols = distinct(s.Slots), distinct(s.Horizons), distinct(s.MaxUpdates), distinct(s.Filters), distinct(s.Protocols)
	slices.SortStableFunc(s.Protocols, func(a, b Protocol) int { return slices.Index(protocolOrder, a) - slices.Index(protocolOrder, b) })
	if s.Seeds == 0 {
		s.Seeds = defaultSeeds
	}
	if s.FirstSeed == 0 {
		s.FirstSeed = 1
	}
	if s.Period == 0 {
		s.Period = defaultPeriod
	}
	if s.Ranker == "" {
		s.Ranker = "fm"
	}
	if s.Metric == "" {
		s.Metric = "auc"
	}
	if s.Dim == 0 {
		s.Dim = defaultDim
	}
	if s.LearningRate == 0 {
		s.LearningRate = defaultRate
	}
	if s.Threshold == 0 {
		s.Threshold = defaultThreshold
	}
	return s, s.check(l)
}

// protocolOrder is the order of a result's rows.
var protocolOrder = []Protocol{HeldOut, Raw, Fork, P2, P3}

func distinct[T comparable](v []T) []T {
	var out []T
	for _, x := range v {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

func usage(do, format string, args ...any) error {
	return &InputError{Kind: ErrUsage, What: fmt.Sprintf(format, args...), Do: do}
}

func (s *Study) check(l *Log) error {
	for _, name := range s.Slots {
		if _, err := l.slotSet(name); err != nil {
			return err
		}
	}
	for _, n := range s.Horizons {
		if n < 0 {
			return usage("horizons are periods into the future, 0 or more", "horizon %d", n)
		}
	}
	for _, m := range s.MaxUpdates {
		if m < 1 {
			return usage("a filter lets rows with fewer updates through: 1 or more, or inf", "max updates %d", m)
		}
	}
	for _, p := range s.Protocols {
		if !slices.Contains(protocolOrder, p) {
			return usage("use heldout, raw, fork, p2 or p3", "no protocol %q", p)
		}
	}
	if s.T != nil && (s.T[0] < 0 || s.T[0] > s.T[1]) {
		return usage("give first and last t, the first not after the last", "t %d..%d", s.T[0], s.T[1])
	}
	if !slices.Contains([]string{"", "item", "user", "two-way", "impression"}, s.Cluster) {
		return usage("use item, user, two-way or impression", "no cluster %q", s.Cluster)
	}
	if s.Metric != "auc" && s.Metric != "gauc" {
		return usage("use auc or gauc", "no metric %q", s.Metric)
	}
	if s.NewRanker == nil && s.Ranker != "fm" && s.Ranker != "deepfm" {
		return usage("use fm or deepfm", "no ranker %q", s.Ranker)
	}
	if slices.Contains(s.Protocols, P2) && (s.NewRanker != nil || s.Ranker != "fm") {
		return usage("use the ranker fm", "p2 gives the ranker a feature, for which ranker %s has no room", s.Ranker)
	}
	switch {
	case s.FirstSeed < 0:
		return usage("give 1 or more", "first seed %d", s.FirstSeed)
	case s.Seeds < 0:
		return usage("give 1 or more", "%d seeds", s.Seeds)
	case s.Folds == 1 || s.Folds < 0:
		return usage("give 2 or more, or none", "%d folds", s.Folds)
	case s.Period < 0:
		return usage("give a length such as 24h", "period %v", s.Period)
	case s.Buckets < 0:
		return usage("give 1 or more, or 0 for a row per id", "%d buckets", s.Buckets)
	case s.Dim < 0 || s.Dim > 1024:
		return usage("give 1 to 1024", "dimension %d", s.Dim)
	case !(s.LearningRate > 0) || s.LearningRate > 10:
		return usage("give a rate above 0, such as 0.1", "learning rate %g", s.LearningRate)
	case !(s.Threshold > 0) || s.Threshold > 1:
		return usage("give a difference of AUCs above 0, such as 0.001", "threshold %g", s.Threshold)
	case s.Jobs < 0:
		return usage("give 1 or more, or 0 for all cores", "%d jobs", s.Jobs)
	}
	return nil
}

// slotSet finds the slots that are leaked together under a name such as
// "item+author".
func (l *Log) slotSet(name string) ([]int, error) {
	var set []int
	for part := range strings.SplitSeq(name, "+") {
		s, err := l.Slot(part)
		if err != nil {
			return nil, err
		}
		if slices.Contains(set, s) {
			return nil, usage("name each slot once", "slot %s twice in %q", part, name)
		}
		set = append(set, s)
	}
	return set, nil
}

// seed is the number of the k-th seed, k from 1.
func (s *Study) seed(k int) int { return max(s.FirstSeed, 1) - 1 + k }

// ranker makes a lineage's model.
func (s *Study) ranker(seed uint64, d *ranker.Data) ranker.Ranker {
	if s.NewRanker != nil {
		return s.NewRanker(seed, d)
	}
	o := ranker.Options{Seed: seed, Dim: s.Dim, LearningRate: s.LearningRate, Buckets: s.Buckets}
	if s.Ranker == "deepfm" {
		return ranker.NewDeepFM(o, d)
	}
	return ranker.NewFM(o, d)
}
