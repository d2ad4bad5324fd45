package lis

// Row is one figure of a sweep: one log × protocol × slot × horizon ×
// max_updates × scope. Figures that do not apply are NaN.
type Row struct {
	Log        string
	Protocol   Protocol
	Slot       string // "item", or "item+author" for two leaked together
	Horizon    int    // periods
	MaxUpdates int    // Inf for no filter
	Filter     string // a further filter of the study; "" for one by updates
	Scope      string // "all", or "cold": the impressions whose rows the filter lets through
	Seeds      int
	Days       int // number of t
	N, NPos    int // scored impressions and positives over those t, counted once, not per seed
	Share      float64
	// AUCBase and AUCLeaked are means over t with w_t ∝ the row's own n at t,
	// then over seeds; LIS is their difference.
	AUCBase, AUCLeaked, LIS float64
	// SE is clustered and includes the between-seed part; CILow and CIHigh are
	// LIS ± 1.96 SE.
	SE, CILow, CIHigh float64
	// P is two-sided normal; PAdj is Benjamini–Hochberg over the rows of one
	// protocol and scope with horizon ≠ 0.
	P, PAdj     float64
	Significant bool
	Memorised   float64 // raw − held-out of the same key
	Error       string  // an error's name where the row could not be computed, with the figures NaN
}

// Result is what a sweep found: tidy rows, with the study that made them and
// everything a reader should be warned of.
type Result struct {
	Rows []Row
	// Study with every default filled in.
	Study Study
	// Importance of every slot of the log, the most important first.
	Importance []SlotImportance
	// T lists the t that were used; LeftOut those that were not, for lack of
	// scored impressions or of a class.
	T, LeftOut []int
	// Threshold is what |LIS| had to exceed; it includes the noise floor where
	// there is one (NoiseFloor, else NaN).
	Threshold, NoiseFloor float64
	// ColdShare is the share of scored impressions of items with fewer than ten
	// updates by t; NaN where it is not known.
	ColdShare float64
	// Content, if set, is content-reachable LIS on the same log, for the verdict.
	Content *ReachResult
	// Warnings are complete sentences, each with what to do.
	Warnings []string
	// Provenance is what OUT.json holds besides: versions, the log's SHA-256, ….
	Provenance map[string]any

	scores *scoreTable
}
