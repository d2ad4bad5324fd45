package ranker

import "slices"

// blockRows is the number of rows that are copied together: few enough that a
// period's ids leave most blocks alone, enough that a block is worth its
// header.
const (
	blockShift = 7
	blockRows  = 1 << blockShift
)

// rowBlocks are the rows of one slot: pad of vector, pad of its accumulators,
// weight, its accumulator. They come in blocks that copies of a table share
// until one of them writes, so that a snapshot costs what changes after it and
// not the whole table. More rows leave those that are there where they are.
type rowBlocks struct {
	stride int
	blocks [][]float32
	shared []bool // by block: another copy may read it
	n      int
}

func (b *rowBlocks) len() int { return b.n }

// extend adds zero rows up to n.
func (b *rowBlocks) extend(n int) {
	for b.n < n {
		if b.n%blockRows == 0 {
			b.blocks = append(b.blocks, make([]float32, 0, min(blockRows, max(n-b.n, blockRows/8))*b.stride))
			b.shared = append(b.shared, false)
		}
		last := len(b.blocks) - 1
		some := min(n-b.n, blockRows-b.n%blockRows)
		if size := len(b.blocks[last]) + some*b.stride; b.shared[last] || size > cap(b.blocks[last]) {
			b.blocks[last] = append(make([]float32, 0, blockRows*b.stride), b.blocks[last]...)
			b.shared[last] = false
		}
		b.blocks[last] = b.blocks[last][:len(b.blocks[last])+some*b.stride]
		b.n += some
	}
}

// at is row k, to be read.
func (b *rowBlocks) at(k uint32) []float32 {
	from := int(k%blockRows) * b.stride
	return b.blocks[k>>blockShift][from : from+b.stride]
}

// own is row k, to be written.
func (b *rowBlocks) own(k uint32) []float32 {
	if i := k >> blockShift; b.shared[i] {
		b.blocks[i] = slices.Clone(b.blocks[i])
		b.shared[i] = false
	}
	return b.at(k)
}

// share is a copy that shares all blocks. Each of the two copies a block before
// it writes there.
func (b *rowBlocks) share() rowBlocks {
	for i := range b.shared {
		b.shared[i] = true
	}
	c := *b
	c.blocks, c.shared = slices.Clone(b.blocks), slices.Clone(b.shared)
	return c
}
