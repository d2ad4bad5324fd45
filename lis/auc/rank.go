package auc

import (
	"cmp"
	"math"
	"slices"
)

type float interface{ float32 | float64 }

// An elem is a scored impression on its way through a sort: key orders as the
// score does, ref is its index with the label in the top bit.
type elem struct {
	key uint64
	ref uint32
}

const labelBit = 1 << 31

// key maps a score to an integer of the same order; −0 and +0 to the same.
func key(x float64) uint64 {
	b := math.Float64bits(x + 0) // −0 + 0 is +0
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// load fills w.elems and counts the impressions of label 1.
func load[F float](w *Workspace, scores []F, labels []bool) (pos int, err error) {
	n := len(scores)
	w.elems = slices.Grow(w.elems[:0], n)[:n]
	labels = labels[:n]
	for i, x := range scores {
		if x != x {
			return 0, &RowError{ErrNaN, i}
		}
		ref := uint32(i)
		if labels[i] {
			ref |= labelBit
			pos++
		}
		w.elems[i] = elem{key(float64(x)), ref}
	}
	if pos == 0 || pos == n {
		return 0, oneClass(pos, n)
	}
	return pos, nil
}

func sortElems(e []elem) {
	slices.SortFunc(e, func(a, b elem) int { return cmp.Compare(a.key, b.key) })
}

// twiceU is Σ over label 1 of 2·(label 0 below) + (label 0 tied), of sorted
// elems. It fits in 64 bits up to 2³² impressions.
func twiceU(e []elem) (u2 uint64) {
	var below uint64
	for i := 0; i < len(e); {
		j, p := tie(e, i)
		q := uint64(j-i) - p
		u2 += p * (2*below + q)
		below += q
		i = j
	}
	return u2
}

// tie gives the end of the tied elements that begin at i, and the number of
// label 1 among them.
func tie(e []elem, i int) (j int, pos uint64) {
	k := e[i].key
	for j = i; j < len(e) && e[j].key == k; j++ {
		pos += uint64(e[j].ref >> 31)
	}
	return j, pos
}

// placements fills phi with the influences, of sorted elems.
func placements(phi []float64, e []elem, area float64, pos int) {
	neg := len(e) - pos
	invPos, invNeg := 1/float64(pos), 1/float64(neg)
	halfPos, halfNeg := invPos/2, invNeg/2
	var belowPos, belowNeg uint64
	for i := 0; i < len(e); {
		j, p := tie(e, i)
		q := uint64(j-i) - p
		phiPos := (float64(2*belowNeg+q)*halfNeg - area) * invPos
		phiNeg := (float64(2*(uint64(pos)-belowPos)-p)*halfPos - area) * invNeg
		for ; i < j; i++ {
			r := e[i].ref
			if r&labelBit != 0 {
				phi[r&^labelBit] = phiPos
			} else {
				phi[r] = phiNeg
			}
		}
		belowPos += p
		belowNeg += q
	}
}
