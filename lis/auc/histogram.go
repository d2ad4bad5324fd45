package auc

import (
	"fmt"
	"math"
)

// A Histogram counts scores by bin and label: all that is left of a log too
// large to sort. Histograms of one shape add, across files and machines. The
// AUC that it gives takes scores of one bin as ties; how far from the exact
// AUC that can lead is known.
type Histogram struct {
	// Lo and Hi bound the bins, which are of equal width. A score outside
	// counts in the outermost bin; it too may cost no more than the bound says.
	Lo, Hi   float64
	Pos, Neg []uint64 // one count per bin, by label
}

// NewHistogram has the given number of bins between lo and hi, which must be
// finite with lo < hi. It panics otherwise.
func NewHistogram(lo, hi float64, bins int) *Histogram {
	if !(lo < hi) || math.IsInf(hi-lo, 0) || bins < 1 {
		panic(fmt.Sprintf("auc: histogram of %d bins from %v to %v", bins, lo, hi))
	}
	return &Histogram{lo, hi, make([]uint64, bins), make([]uint64, bins)}
}

// Bin of a score that is not NaN.
func (h *Histogram) Bin(score float64) int {
	n := float64(len(h.Pos))
	return int(math.Floor(max(0, min(n-1, (score-h.Lo)/(h.Hi-h.Lo)*n))))
}

// Add counts impressions. Errors are ErrLength, and ErrNaN as a *RowError, and
// leave the histogram as it was.
func (h *Histogram) Add(scores []float64, labels []bool) error {
	if len(scores) != len(labels) {
		return checkLengths(len(scores), len(labels), "labels")
	}
	for i, x := range scores {
		if x != x {
			return &RowError{ErrNaN, i}
		}
	}
	for i, x := range scores {
		if b := h.Bin(x); labels[i] {
			h.Pos[b]++
		} else {
			h.Neg[b]++
		}
	}
	return nil
}

// Merge adds the counts of o. The error is ErrLength where o has other bins.
func (h *Histogram) Merge(o *Histogram) error {
	if h.Lo != o.Lo || h.Hi != o.Hi || len(h.Pos) != len(o.Pos) {
		return fmt.Errorf("%w: %d bins of %v..%v, and %d of %v..%v", ErrLength, len(h.Pos), h.Lo, h.Hi, len(o.Pos), o.Lo, o.Hi)
	}
	for b := range h.Pos {
		h.Pos[b] += o.Pos[b]
		h.Neg[b] += o.Neg[b]
	}
	return nil
}

// AUC counts pairs within a bin half, and gives besides the largest possible
// distance to the exact AUC: half of the share of such pairs, reached where
// every bin is perfectly ordered, or perfectly wrong. Errors: ErrEmpty and
// ErrOneClass.
func (h *Histogram) AUC() (area, bound float64, err error) {
	var u2, tied, below, pos float64
	for b := range h.Pos {
		p, q := float64(h.Pos[b]), float64(h.Neg[b])
		u2 += p * (2*below + q)
		tied += p * q
		below += q
		pos += p
	}
	switch {
	case pos+below == 0:
		return 0, 0, ErrEmpty
	case pos == 0 || below == 0:
		return 0, 0, oneClass(int(pos), int(pos+below))
	}
	pairs := 2 * pos * below
	return u2 / pairs, tied / pairs, nil
}
