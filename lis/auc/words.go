package auc

import (
	"math/bits"
	"slices"
)

// A word is a score's key without its top bit, above the label's bit: 64 bits
// for float64, 32 for float32. Words of scores of one sign order as the scores
// do, so a word alone is enough to sort a bucket and to score it.
type word interface{ uint32 | uint64 }

const (
	// smallBucket is the size up to which insertion sort is the fastest way.
	smallBucket = 24
	// maxDigit bounds the counters of one distribution: 64 kB of them.
	maxDigit = 14
)

// counters are the digit counters of nested distributions, one set per depth.
type counters struct {
	sets  [][]uint32
	depth int
}

func (c *counters) push(n int) []uint32 {
	if c.depth == len(c.sets) {
		c.sets = append(c.sets, nil)
	}
	s := slices.Grow(c.sets[c.depth][:0], n)[:n]
	clear(s)
	c.sets[c.depth] = s
	c.depth++
	return s
}

func (c *counters) pop() { c.depth-- }

// sortWords sorts a, by distribution over the range of its words and then by
// insertion, and gives the slice that holds the result: a, or tmp of at least
// its length. Words equal but for the label may come in any order.
func sortWords[W word](c *counters, a, tmp []W) []W {
	n := len(a)
	tmp = tmp[:n]
	if n <= smallBucket {
		insertWords(a)
		return a
	}
	lo, hi := limits(a)
	if lo>>1 == hi>>1 {
		return a
	}
	digit := min(bits.Len(uint(n-1)), maxDigit)
	shift := max(0, bits.Len64(uint64(hi-lo))-digit) & 63
	counts := c.push(1 << digit)
	for _, x := range a {
		counts[(x-lo)>>shift]++
	}
	var at, most uint32
	for i, k := range counts {
		counts[i] = at
		at += k
		most = max(most, k)
	}
	for _, x := range a {
		d := (x - lo) >> shift
		tmp[counts[d]] = x
		counts[d]++
	}
	if most > smallBucket {
		var from uint32
		for _, to := range counts {
			if to-from > smallBucket {
				part := tmp[from:to]
				if sorted := sortWords(c, part, a[from:to]); &sorted[0] != &part[0] {
					copy(part, sorted)
				}
			}
			from = to
		}
	}
	c.pop()
	insertWords(tmp)
	return tmp
}

func limits[W word](a []W) (lo, hi W) {
	lo, hi = a[0], a[0]
	for _, x := range a {
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi
}

// scoreWords gives 2U and the number of label 1 of an unsorted bucket. Where
// its keys are dense, as those of float32 are, it counts each key by label and
// sorts nothing.
func scoreWords[W word](c *counters, a, tmp []W) (u2, pos uint64) {
	if len(a) <= smallBucket {
		insertWords(a)
		return twiceUWords(a)
	}
	lo, hi := limits(a)
	lo &^= 1
	if span := uint64(hi - lo); span >= 1<<17 || span/4 > uint64(len(a)) {
		return twiceUWords(sortWords(c, a, tmp))
	}
	counts := c.push((int(hi-lo) | 1) + 1)
	defer c.pop()
	for _, x := range a {
		counts[x-lo]++
	}
	var below uint64 // twice the label 0 below
	for i := 0; i < len(counts); i += 2 {
		q, p := uint64(counts[i]), uint64(counts[i+1])
		u2 += p * (below + q)
		below += 2 * q
		pos += p
	}
	return u2, pos
}

func insertWords[W word](a []W) {
	for i := 1; i < len(a); i++ {
		x := a[i]
		j := i
		for ; j > 0 && a[j-1] > x; j-- {
			a[j] = a[j-1]
		}
		a[j] = x
	}
}

// twiceUWords is twiceU of sorted words, with the number of label 1.
func twiceUWords[W word](a []W) (u2, pos uint64) {
	var below uint64 // twice the label 0 below
	for i := 0; i < len(a); {
		x := a[i]
		i++
		p := uint64(x & 1)
		if i == len(a) || a[i]>>1 != x>>1 {
			u2 += below & -p
			below += 2 - 2*p
			pos += p
			continue
		}
		n := uint64(1)
		for ; i < len(a) && a[i]>>1 == x>>1; i++ {
			p += uint64(a[i] & 1)
			n++
		}
		u2 += p * (below + n - p)
		below += 2 * (n - p)
		pos += p
	}
	return u2, pos
}
