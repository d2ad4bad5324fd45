package auc

import "slices"

// A splitter maps keys to buckets of about equal numbers of elements, in the
// keys' order, so that each bucket can be sorted by itself in cache. The key
// space is cut into 65 536 cells by sign, exponent and the first bits of the
// mantissa (four of float64, seven of float32); within a cell scores are near enough to uniform that a linear
// map spreads them. How many buckets a cell gets is read off a sample, which
// decides the speed and never the result. No bucket holds scores of both
// signs, so within a bucket the key but for its top bit orders it.
type splitter struct {
	// cells holds the cell's first bucket in the high half and the number of
	// its buckets in the low half, both with fracBits bits after the point.
	cells   []uint64
	sampled []uint32
	buckets int
}

const (
	cellBits   = 16
	fracBits   = 16
	sampleSize = 1 << 14
	// bucketSize is the number of elements aimed at; maxBuckets keeps the
	// places being written to within the second-level TLB.
	bucketSize = 1 << 10
	maxBuckets = 1 << 10
)

// bucket of a key.
func (s *splitter) bucket(k uint64) int {
	c := s.cells[k>>(64-cellBits)]
	return int((c>>32 + k>>(32-cellBits)&(1<<32-1)*(c&(1<<32-1))>>32) >> fracBits)
}

// fit chooses the buckets for scores.
func fit[F float](s *splitter, scores []F) {
	const cells = 1 << cellBits
	s.cells = slices.Grow(s.cells[:0], cells)[:cells]
	s.sampled = slices.Grow(s.sampled[:0], cells)[:cells]
	clear(s.sampled)
	n := len(scores)
	size := min(n, sampleSize)
	for i := range size {
		// Steps of n/size with a scrambled offset, against periodic inputs.
		from, to := share(n, i, size)
		at := from + int(uint64(i)*0x9E3779B97F4A7C15>>33)%(to-from)
		s.sampled[key(scores[at])>>(64-cellBits)]++
	}
	want := uint64(max(1, min(maxBuckets, n/bucketSize)))
	scale := want << fracBits / uint64(size)
	var at uint64
	for c := range s.cells {
		if c == cells/2 { // the least non-negative score opens a new bucket
			at = (at>>fracBits + 1) << fracBits
		}
		width := uint64(s.sampled[c]) * scale
		s.cells[c] = at<<32 | width
		at += width
	}
	s.buckets = int(at>>fracBits) + 1
}
