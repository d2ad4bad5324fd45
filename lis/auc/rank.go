package auc

import (
	"math"
	"unsafe"
)

type float interface{ float32 | float64 }

// key maps a score to an integer of the same order, and −0 and +0 to the same.
// A float32's key has its 32 bits at the top.
func key[F float](x F) uint64 {
	x += 0 // −0 + 0 is +0
	if unsafe.Sizeof(x) == 4 {
		b := math.Float32bits(float32(x))
		return uint64(b^(uint32(int32(b)>>31)|1<<31)) << 32
	}
	b := math.Float64bits(float64(x))
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// twiceU is Σ over label 1 of 2·(label 0 below) + (label 0 tied), of sorted
// elems, and the number of label 1. It fits in 64 bits up to 2³¹ impressions.
func twiceU(e []elem) (u2, pos uint64) {
	var below uint64
	for i := 0; i < len(e); {
		j, p := tie(e, i)
		q := uint64(j-i) - p
		u2 += p * (2*below + q)
		below += q
		pos += p
		i = j
	}
	return u2, pos
}

// tie gives the end of the tied elements that begin at i, and the number of
// label 1 among them.
func tie(e []elem, i int) (j int, pos uint64) {
	k := e[i].key
	pos = uint64(e[i].ref >> 31)
	for j = i + 1; j < len(e) && e[j].key == k; j++ {
		pos += uint64(e[j].ref >> 31)
	}
	return j, pos
}

// influences turns ranks into influence functions of an AUC of pos and neg
// impressions.
type influences struct {
	area     float64
	pos, neg uint64
}

// fill writes the influences of sorted elems that have belowPos and belowNeg
// impressions below them.
func (f influences) fill(phi []float64, e []elem, belowPos, belowNeg uint64) {
	invPos, invNeg := 1/float64(f.pos), 1/float64(f.neg)
	halfPos, halfNeg := invPos/2, invNeg/2
	for i := 0; i < len(e); {
		j, p := tie(e, i)
		q := uint64(j-i) - p
		phiPos := (float64(2*belowNeg+q)*halfNeg - f.area) * invPos
		phiNeg := (float64(2*(f.pos-belowPos)-p)*halfPos - f.area) * invNeg
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
