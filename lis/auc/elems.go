package auc

import (
	"math"
	"math/bits"
	"slices"
)

// An elem is a scored impression on its way through a sort: key orders as the
// score does, ref is its index with the label in the top bit, and place, where
// it is wanted, the impression's place in another scoring.
type elem struct {
	key   uint64
	ref   uint32
	place uint32
}

const labelBit = 1 << 31

// maxLinear bounds the counters of spreadLinear.
const maxLinear = 1 << 16

// orderSmall loads scores and labels as elems in the scores' order, and counts
// label 1. The error is ErrNaN or ErrOneClass. Scores are first spread by their value, which is close to even for
// the logits and probabilities that rankers give.
func orderSmall[F float](o *orderer, scores []F, labels []bool) ([]elem, int, error) {
	n := len(scores)
	o.grow(n)
	a, tmp := o.elems[0], o.elems[1]
	labels = labels[:n]
	lo, hi := scores[0], scores[0]
	nan, pos := false, 0
	for i, x := range scores {
		nan = nan || x != x
		lo, hi = min(lo, x), max(hi, x)
		if labels[i] {
			pos++
		}
	}
	if nan {
		return nil, 0, firstNaN(scores)
	}
	if pos == 0 || pos == n {
		return nil, 0, oneClass(pos, n)
	}
	m := 1 << bits.Len(uint(min(n, maxLinear)-1))
	scale := float64(m) / (float64(hi) - float64(lo))
	if !(scale > 0 && scale <= math.MaxFloat64) { // infinite scores, a range too wide or too narrow to divide by
		for i, x := range scores {
			ref := uint32(i)
			if labels[i] {
				ref |= labelBit
			}
			a[i] = elem{key: key(x), ref: ref}
		}
		return sortElems(&o.counters, a, tmp), pos, nil
	}
	counts := o.counters.push(m + 1)
	defer o.counters.pop()
	for _, x := range scores {
		counts[int((float64(x)-float64(lo))*scale)]++
	}
	most := startsOf(counts)
	for i, x := range scores {
		d := int((float64(x) - float64(lo)) * scale)
		ref := uint32(i)
		if labels[i] {
			ref |= labelBit
		}
		a[counts[d]] = elem{key: key(x), ref: ref}
		counts[d]++
	}
	finishElems(&o.counters, a, tmp, counts, most)
	return a, pos, nil
}

// startsOf turns counts into the index at which each begins, and gives the largest.
func startsOf(counts []uint32) (most uint32) {
	var at uint32
	for i, k := range counts {
		counts[i] = at
		at += k
		most = max(most, k)
	}
	return most
}

// sortElems sorts a by key, by distribution over the range of the keys and
// then by insertion, and gives the slice that holds the result: a, or tmp of
// at least its length.
func sortElems(c *counters, a, tmp []elem) []elem {
	n := len(a)
	tmp = tmp[:n]
	if n <= smallBucket {
		insertElems(a)
		return a
	}
	lo, hi := a[0].key, a[0].key
	for i := range a {
		lo, hi = min(lo, a[i].key), max(hi, a[i].key)
	}
	if lo == hi {
		return a
	}
	digit := min(bits.Len(uint(n-1)), maxDigit)
	shift := max(0, bits.Len64(hi-lo)-digit) & 63
	counts := c.push(1 << digit)
	defer c.pop()
	for i := range a {
		counts[(a[i].key-lo)>>shift]++
	}
	most := startsOf(counts)
	for _, x := range a {
		d := (x.key - lo) >> shift
		tmp[counts[d]] = x
		counts[d]++
	}
	finishElems(c, tmp, a, counts, most)
	return tmp
}

// finishElems sorts a, whose parts end at ends and are in order among
// themselves.
func finishElems(c *counters, a, tmp []elem, ends []uint32, most uint32) {
	if most > smallBucket {
		var from uint32
		for _, to := range ends {
			if to-from > smallBucket {
				part := a[from:to]
				if sorted := sortElems(c, part, tmp[from:to]); &sorted[0] != &part[0] {
					copy(part, sorted)
				}
			}
			from = to
		}
	}
	insertElems(a)
}

func insertElems(a []elem) {
	for i := 1; i < len(a); i++ {
		x := a[i]
		if a[i-1].key <= x.key {
			continue
		}
		j := i
		for ; j > 0 && a[j-1].key > x.key; j-- {
			a[j] = a[j-1]
		}
		a[j] = x
	}
}

// An orderer is what it takes to order elems in one goroutine.
type orderer struct {
	counters counters
	elems    [2][]elem
}

func (o *orderer) grow(n int) {
	for i := range o.elems {
		o.elems[i] = slices.Grow(o.elems[i][:0], n)[:n]
	}
}
