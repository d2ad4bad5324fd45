//go:build !plain

package ranker

import (
	"os"

	"golang.org/x/sys/cpu"
)

// vectors tells whether the functions below run in place of their plain twins.
var vectors = cpu.X86.HasAVX2 && os.Getenv("LISLAB_PLAIN") == ""

// forwardRows is forward for slots of one id each: bias, plus the weights of n
// rows in order, plus plainInteract of their vectors, whose sum it leaves in
// sum. rows points to the rows; those at ahead are fetched into the cache.
//
//go:noescape
func forwardRows(rows, ahead **float32, n, pad int, sum *float32, bias float32) float32

// descendRows is plainDescend on the vectors and step on the weights of n rows.
//
//go:noescape
func descendRows(rows **float32, n, pad int, sum *float32, slope, rate float32)

//go:noescape
func interactVectors(sum *float32, pad int, vecs *[]float32, n int) float32

//go:noescape
func descendVector(v, acc, ref, sum, extra *float32, n int, slope, x, rate float32)

//go:noescape
func learnVector(v, acc, in *float32, n int, d, rate float32)

//go:noescape
func dotVectors(s *[lanes]float32, a, b *float32, n int)

//go:noescape
func addScaled(out, in *float32, n int, d float32)

func interact(sum []float32, vecs [][]float32) float32 {
	if !vectors || len(vecs) == 0 {
		return plainInteract(sum, vecs)
	}
	return interactVectors(&sum[0], len(sum), &vecs[0], len(vecs))
}

func descend(v, acc, ref, sum []float32, g, rate float32) {
	if !vectors {
		plainDescend(v, acc, ref, sum, g, rate)
		return
	}
	descendVector(&v[0], &acc[0], &ref[0], &sum[0], nil, len(sum), g, 0, rate)
}

func descendDeep(v, acc, ref, sum, extra []float32, g, x, rate float32) {
	if !vectors {
		plainDescendDeep(v, acc, ref, sum, extra, g, x, rate)
		return
	}
	descendVector(&v[0], &acc[0], &ref[0], &sum[0], &extra[0], len(sum), g, x, rate)
}

// whole is the part of n that vectors cover.
func whole(n int) int {
	if !vectors {
		return 0
	}
	return n / lanes * lanes
}

func dot(a, b []float32) float32 {
	n := whole(len(a))
	if n == 0 {
		return plainDot([lanes]float32{}, a, b)
	}
	var s [lanes]float32
	dotVectors(&s, &a[0], &b[0], n)
	return plainDot(s, a[n:], b[n:])
}

func adagrad(v, acc, in []float32, d, rate float32) {
	n := whole(len(v))
	if n > 0 {
		learnVector(&v[0], &acc[0], &in[0], n, d, rate)
	}
	plainAdagrad(v[n:], acc[n:], in[n:], d, rate)
}

func add(out, in []float32, d float32) {
	n := whole(len(out))
	if n > 0 {
		addScaled(&out[0], &in[0], n, d)
	}
	plainAdd(out[n:], in[n:], d)
}

// trainRows is Train for a factorisation machine whose slots have one id each.
// Rows of impressions some way ahead are on their way from memory while one is
// learned. It is false, and has done nothing, where that is not the case.
func (m *Model) trainRows(d *Data, rows []int32) bool {
	if !vectors || !m.single(d) || len(rows) == 0 {
		return false
	}
	n := len(m.tables)
	w := &m.work
	if w.rows == nil {
		w.rows = make([]*float32, n*aheadBy)
	}
	gather := func(i int) {
		to := w.rows[i%aheadBy*n:][:n]
		for s := range to {
			t := &m.tables[s]
			to[s] = &t.own(t.index(d.Slots[s].Index[rows[i]]))[0]
		}
	}
	for i := range min(aheadBy, len(rows)) {
		gather(i)
	}
	sum := &w.sum[0]
	for i, r := range rows {
		now := w.rows[i%aheadBy*n:][:n]
		next := w.rows[(i+aheadBy-1)%aheadBy*n:][:n]
		g := m.slope(d, r, forwardRows(&now[0], &next[0], n, m.pad, sum, m.bias[0]))
		descendRows(&now[0], n, m.pad, sum, g, m.rate)
		step(&m.bias[0], &m.bias[1], g, m.rate)
		if i+aheadBy < len(rows) {
			gather(i + aheadBy)
		}
	}
	clear(w.rows)
	return true
}

// aheadBy is how many impressions the memory is given to fetch rows.
const aheadBy = 8

// single tells whether every slot has one id per impression, nothing is frozen
// and there is nothing else in the model.
func (m *Model) single(d *Data) bool {
	if m.deep != nil || len(m.dense) > 0 || len(m.tables) == 0 {
		return false
	}
	for s := range m.tables {
		if d.Slots[s].Offsets != nil || m.tables[s].frozen {
			return false
		}
	}
	return true
}
