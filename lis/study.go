package lis

import (
	"math"
	"time"

	"github.com/lislab/lislab/lis/ranker"
)

// Inf as MaxUpdates means no cold-start filter: every row is substituted.
const Inf = math.MaxInt

// Protocol names a way to leak, as it stands in a result's column protocol.
type Protocol string

// The protocols of a study.
const (
	HeldOut Protocol = "heldout" // scored on impressions no lineage was trained on; the default
	Raw     Protocol = "raw"     // the paper's: the lineage was trained on what is scored
	Fork    Protocol = "fork"    // the exact and dear reference of held-out
	// P2 gives the ranker side information from similar items as a feature, the
	// similarity taken from the future (horizon 7: behind a gap; 6: touching the
	// scored period, a deliberate mistake; −7: from the past). Its slots are
	// similar-rows, similar-clicks and similar-items.
	P2 Protocol = "p2"
	// P3 puts E_{t+n} into θ_{t−1}, freezes it and trains the rest on period t.
	P3 Protocol = "p3"
)

// The controls of a study, each a protocol of its own. All leak something that
// a sound measurement must not take for signal, into rows of ids that have
// been updated by t; none of them sees memorisation, except the coin.
const (
	ControlPermuted Protocol = "control-permuted" // the rows of t+n, exchanged between ids
	ControlRandom   Protocol = "control-random"   // normal rows of the same root mean square per coordinate
	ControlZero     Protocol = "control-zero"     // rows of zeros
	ControlPlacebo  Protocol = "control-placebo"  // rows of θ_t continued on labels permuted within each period
	ControlPast     Protocol = "control-past"     // rows of t−n
	ControlSeed     Protocol = "control-seed"     // rows of t+n of a lineage of another seed
	ControlNull     Protocol = "control-null"     // a slot of 12 ids drawn by hash: the noise floor
	ControlCoin     Protocol = "control-coin"     // raw LIS of labels drawn by coin
)

// Progress is told how far a long computation is: done of total, in a unit that
// label names. It is called from one goroutine at a time.
type Progress func(done, total int, label string)

// Study declares a sweep: the product of slots × horizons × filters, measured
// on one log. The zero value works, and each field says what zero means.
type Study struct {
	// Slots are what is leaked, each alone; "item+author" leaks two together.
	// Empty means each slot of the log alone.
	Slots []string `yaml:"slots" json:"slots"`
	// Horizons in periods. Empty means those of 0,1,3,7,14,30 that leave at
	// least a quarter of the periods as t.
	Horizons []int `yaml:"horizons" json:"horizons"`
	// MaxUpdates are the cold-start filters m: rows with fewer than m updates
	// by t are substituted; Inf means all. Empty means 1000, Inf.
	MaxUpdates []int `yaml:"max_updates" json:"max_updates"`
	// Filters are further filters beside MaxUpdates: conditions on what is known
	// when an impression is scored, joined by "&", such as "age<3" (periods since
	// the log first showed the item), "activity>=10" (the user's updates by t),
	// "updates>=1 & updates<10" (of the leaked slots by t), "topic=t7" (a slot) or
	// "price<5" (a feature).
	Filters []string `yaml:"filters" json:"filters,omitempty"`
	// Predicates are filters in Go.
	Predicates []Predicate `yaml:"-" json:"-"`
	// Seeds is the number of lineages per protocol; 0 means 3.
	Seeds int `yaml:"seeds" json:"seeds"`
	// FirstSeed numbers the seeds: FirstSeed, FirstSeed+1, …; 0 means 1.
	FirstSeed int `yaml:"first_seed" json:"first_seed"`
	// Protocols; empty means HeldOut and Raw. Raw alone is computed with HeldOut.
	Protocols []Protocol `yaml:"protocol" json:"protocol"`
	// Folds > 1 cross-fits: every impression is scored once. 0 means the fixed 10 %.
	Folds int `yaml:"folds" json:"folds"`
	// Period is the length of a period; 0 means 24 h.
	Period time.Duration `yaml:"period" json:"period"`
	// T gives first and last t, inclusive; nil means ⌊D/4⌋ .. D−1−max(1, n_max).
	T *[2]int `yaml:"t" json:"t"`
	// Controls adds every control as rows of their own.
	Controls bool `yaml:"controls" json:"controls"`
	// Ranker is "fm" (also "") or "deepfm".
	Ranker string `yaml:"ranker" json:"ranker"`
	// Dim is the embedding dimension; 0 means 8.
	Dim int `yaml:"dim" json:"dim"`
	// Buckets bounds the rows of each slot: ids share the row of their hash
	// modulo Buckets. 0 gives every id a row.
	Buckets int `yaml:"buckets" json:"buckets"`
	// LearningRate of Adagrad; 0 means 0.1.
	LearningRate float64 `yaml:"learning_rate" json:"learning_rate"`
	// Metric is "auc" (also "") or "gauc": the AUC within each user, weighted by
	// the user's impressions. The columns called auc then hold it.
	Metric string `yaml:"metric" json:"metric"`
	// Cluster says what the interval treats as one draw: "" the default (users
	// for the slot user, items for every other, both where user is leaked
	// together with another), "item", "user", "two-way", or "impression"
	// (DeLong's, too short where items repeat).
	Cluster string `yaml:"cluster" json:"cluster"`
	// Threshold above which |LIS| may be significant; 0 means 0.0010.
	Threshold float64 `yaml:"threshold" json:"threshold"`
	// Jobs is the number of cores; 0 means all. It changes no figure.
	Jobs int `yaml:"-" json:"-"`
	// Progress, if set, is told how far the sweep is.
	Progress Progress `yaml:"-" json:"-"`
	// Journal, if set, is a file that keeps finished lineages while the sweep
	// runs: the same sweep with the same journal goes on after a kill, to the
	// same bytes. Sweep leaves it behind; remove it when the result is safe.
	Journal string `yaml:"-" json:"-"`
	// NewRanker, if set, makes the lineages' rankers instead of Ranker, which
	// then is only its name.
	NewRanker func(seed uint64, d *ranker.Data) ranker.Ranker `yaml:"-" json:"-"`
}
