package auc

import (
	"fmt"
	"math/bits"
	"slices"
)

// DeLong compares two scorings of the same impressions, taken as independent
// of each other: DeLong's test with its n−1 denominators. Clusters make its
// interval too short (86–93 % coverage where items repeat); see Clustered.
// Errors: those of AUC; ErrOneClass too where a class has a single impression,
// which has no variance.
//
// A component is an integer over twice the size of the other class, so the
// sums of their differences and of their squares are integers too, and exact.
func DeLong(base, leaked []float64, labels []bool) (Paired, error) {
	return new(Workspace).DeLong(base, leaked, labels)
}

// DeLong is the function DeLong in w's buffers.
func (w *Workspace) DeLong(base, leaked []float64, labels []bool) (Paired, error) {
	n := len(base)
	if err := checkLengths(n, len(leaked), "leaked scores"); err != nil {
		return Paired{}, err
	}
	if err := checkLengths(n, len(labels), "labels"); err != nil {
		return Paired{}, err
	}
	w.places = slices.Grow(w.places[:0], n)[:n]
	a, err := w.ranked(base, labels, nil)
	if err != nil {
		return Paired{}, fmt.Errorf("base: %w", err)
	}
	w.place(a)
	b, err := w.ranked(leaked, labels, w.places)
	if err != nil {
		return Paired{}, fmt.Errorf("leaked: %w", err)
	}
	if a.pos < 2 || a.neg < 2 {
		return Paired{}, fmt.Errorf("%w: a variance needs two impressions of each, there are %d of label 0 and %d of label 1", ErrOneClass, a.neg, a.pos)
	}
	neg, pos := w.differences(b)
	v := neg.variance(a.neg, a.pos) + pos.variance(a.pos, a.neg)
	return newPaired(quotient(a.u2, a.pos, a.neg), quotient(b.u2, b.pos, b.neg), v, 0), nil
}

// ranks are the elements of a scoring in order, where orderSmall (in elems) or
// orderBig (in the workspace) left them.
type ranks struct {
	u2       uint64
	pos, neg int
	elems    []elem
}

// ranked orders a scoring; the elements get places where they are not nil.
func (w *Workspace) ranked(scores []float64, labels []bool, places []uint32) (r ranks, err error) {
	n := len(scores)
	switch {
	case plain:
		r.elems, r.pos, err = plainOrder(scores, labels)
	case n > smallInput:
		r.u2, r.pos, err = orderBig(&w.big, scores, labels, places, w.workers(n))
	default:
		r.elems, r.pos, err = orderSmall(&w.order, scores, labels)
	}
	if r.elems != nil {
		r.u2, _ = twiceU(r.elems)
	}
	if places != nil {
		for i := range r.elems {
			r.elems[i].place = places[r.elems[i].ref&^labelBit]
		}
	}
	r.neg = n - r.pos
	return r, err
}

// place leaves in w.places twice each impression's component: of label 1, how
// many of label 0 are below it, of label 0, how many of label 1 are above it,
// ties counting half.
func (w *Workspace) place(r ranks) {
	if r.elems != nil {
		fillPlaces(w.places, r.elems, 0, 0, uint64(r.pos))
		return
	}
	b := &w.big
	b.layout.each(w.workers(len(w.places)), func(_, j int, from, to uint32) {
		fillPlaces(w.places, b.elems[from:to], b.totals.pos[j], b.totals.neg[j], uint64(r.pos))
	})
}

// fillPlaces takes sorted elems that have belowPos and belowNeg impressions
// below them.
func fillPlaces(places []uint32, e []elem, belowPos, belowNeg, pos uint64) {
	for i := 0; i < len(e); {
		j, p := tie(e, i)
		q := uint64(j-i) - p
		ofPos, ofNeg := uint32(2*belowNeg+q), uint32(2*(pos-belowPos)-p)
		for ; i < j; i++ {
			r := e[i].ref
			places[r&^labelBit] = ofNeg ^ (ofNeg^ofPos)&isPos(r)
		}
		belowPos += p
		belowNeg += q
	}
}

// moments are the sum of integers and of their squares.
type moments struct {
	sum          int64
	squares      uint64 // the lower half
	squaresUpper uint64
}

func (m *moments) add(d int64) {
	m.sum += d
	var carry uint64
	m.squares, carry = bits.Add64(m.squares, uint64(d*d), 0)
	m.squaresUpper += carry
}

func (m *moments) merge(o moments) {
	m.sum += o.sum
	var carry uint64
	m.squares, carry = bits.Add64(m.squares, o.squares, 0)
	m.squaresUpper += o.squaresUpper + carry
}

// without takes back what has been added to o.
func (m moments) without(o moments) moments {
	var borrow uint64
	m.sum -= o.sum
	m.squares, borrow = bits.Sub64(m.squares, o.squares, 0)
	m.squaresUpper -= o.squaresUpper + borrow
	return m
}

// variance of the mean of n components, which are the integers over twice
// others: (n·Σd² − (Σd)²) / (n²·(n−1)·(2·others)²), its numerator exact.
func (m *moments) variance(n, others int) float64 {
	upper, lower := bits.Mul64(m.squares, uint64(n))
	upper += m.squaresUpper * uint64(n)
	abs := uint64(max(m.sum, -m.sum))
	sumUpper, sumLower := bits.Mul64(abs, abs)
	lower, borrow := bits.Sub64(lower, sumLower, 0)
	upper, _ = bits.Sub64(upper, sumUpper, borrow)
	x, c := float64(n), 2*float64(others)
	return (float64(upper)*(1<<64) + float64(lower)) / (x * x * (x - 1)) / (c * c)
}

// differences are the moments, by label, of the places of r less those that its
// elements brought along.
func (w *Workspace) differences(r ranks) (neg, pos moments) {
	if r.elems != nil {
		var m [2]moments
		addDifferences(&m, r.elems, 0, 0, uint64(r.pos))
		return m[0].without(m[1]), m[1]
	}
	b, k := &w.big, w.workers(len(w.places))
	// Apart by a cache line and more: each worker adds to its own.
	sums := make([][4][2]moments, k)
	b.layout.each(k, func(i, j int, from, to uint32) {
		addDifferences(&sums[i][0], b.elems[from:to], b.totals.pos[j], b.totals.neg[j], uint64(r.pos))
	})
	var all moments
	for i := range sums {
		all.merge(sums[i][0][0])
		pos.merge(sums[i][0][1])
	}
	return all.without(pos), pos
}

// isPos has all bits set where the label of ref is 1: labels come as they may,
// and a branch on them would be mispredicted.
func isPos(ref uint32) uint32 { return uint32(int32(ref) >> 31) }

// addDifferences goes through sorted elems as fillPlaces does, and adds to the
// moments of all of them and of those of label 1.
func addDifferences(to *[2]moments, e []elem, belowPos, belowNeg, pos uint64) {
	all, some := to[0], to[1]
	for i := 0; i < len(e); {
		j, p := tie(e, i)
		q := uint64(j-i) - p
		ofPos, ofNeg := uint32(2*belowNeg+q), uint32(2*(pos-belowPos)-p)
		for ; i < j; i++ {
			mask := isPos(e[i].ref)
			d := int64(ofNeg^(ofNeg^ofPos)&mask) - int64(e[i].place)
			all.add(d)
			some.add(d & int64(int32(mask)))
		}
		belowPos += p
		belowNeg += q
	}
	to[0], to[1] = all, some
}
