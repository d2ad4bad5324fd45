package auc

import (
	"slices"
	"sync/atomic"
	"unsafe"
)

// A layout is where each bucket of a large input begins, per worker: one pass
// over the scores counts, and a second one, the caller's, moves.
type layout struct {
	split   splitter
	offsets []uint32 // worker × bucket
	ends    []uint32 // per bucket, once its elements are moved
}

// plan counts the buckets of scores with k workers. The error is ErrNaN.
func plan[F float](l *layout, scores []F, k int) error {
	fit(&l.split, scores)
	n, m := len(scores), l.split.buckets
	l.offsets = slices.Grow(l.offsets[:0], k*m)[:k*m]
	clear(l.offsets)
	var nan atomic.Bool
	spread(k, func(i int) {
		from, to := share(n, i, k)
		counts, split := l.starts(i), &l.split
		for _, x := range scores[from:to] {
			if x != x {
				nan.Store(true)
				return
			}
			counts[split.bucket(key(x))]++
		}
	})
	if nan.Load() {
		return firstNaN(scores)
	}
	var at uint32
	for j := range m {
		for i := range k {
			c := &l.offsets[i*m+j]
			*c, at = at, at+*c
		}
	}
	l.ends = l.starts(k - 1)
	return nil
}

// starts are the places at which worker i puts its next element of each bucket.
func (l *layout) starts(i int) []uint32 {
	m := l.split.buckets
	return l.offsets[i*m : (i+1)*m]
}

// each runs do for every bucket that is not empty, on k workers, in no order.
func (l *layout) each(k int, do func(worker, bucket int, from, to uint32)) {
	var turn atomic.Int64
	spread(k, func(i int) {
		for j := int(turn.Add(1)) - 1; j < len(l.ends); j = int(turn.Add(1)) - 1 {
			var from uint32
			if j > 0 {
				from = l.ends[j-1]
			}
			if to := l.ends[j]; to > from {
				do(i, j, from, to)
			}
		}
	})
}

// bucketTotals are what the buckets add to the whole.
type bucketTotals struct{ u2, pos, neg []uint64 }

func (t *bucketTotals) reset(m int) {
	for _, s := range []*[]uint64{&t.u2, &t.pos, &t.neg} {
		*s = slices.Grow((*s)[:0], m)[:m]
		clear(*s)
	}
}

// sum gives 2U and the numbers of either label, and leaves in pos and neg
// those below each bucket. All are integers: the number of workers that made
// them changes nothing.
func (t *bucketTotals) sum() (u2 uint64, pos, neg int) {
	var p, q uint64
	for j, u := range t.u2 {
		u2 += u + 2*q*t.pos[j]
		t.pos[j], p = p, p+t.pos[j]
		t.neg[j], q = q, q+t.neg[j]
	}
	return u2, int(p), int(q)
}

// bigAUC is the exact AUC of a large input by words: each bucket is sorted and
// scored in cache by whoever is free.
type bigAUC[F float, W word] struct {
	layout  layout
	totals  bucketTotals
	words   []W
	workers []wordWorker[W]
}

type wordWorker[W word] struct {
	counters counters
	tmp      []W
}

func (b *bigAUC[F, W]) area(scores []F, labels []bool, k int) (float64, error) {
	if err := plan(&b.layout, scores, k); err != nil {
		return 0, err
	}
	n := len(scores)
	b.words = slices.Grow(b.words[:0], n)[:n]
	b.totals.reset(b.layout.split.buckets)
	if k > len(b.workers) {
		b.workers = make([]wordWorker[W], k)
	}
	spread(k, func(i int) {
		from, to := share(n, i, k)
		b.move(b.layout.starts(i), scores[from:to], labels[from:to])
	})
	b.layout.each(k, func(i, j int, from, to uint32) {
		w, t := &b.workers[i], &b.totals
		w.tmp = slices.Grow(w.tmp[:0], int(to-from))
		t.u2[j], t.pos[j] = scoreWords(&w.counters, b.words[from:to], w.tmp[:to-from])
		t.neg[j] = uint64(to-from) - t.pos[j]
	})
	u2, pos, neg := b.totals.sum()
	if pos == 0 || neg == 0 {
		return 0, oneClass(pos, n)
	}
	return quotient(u2, pos, neg), nil
}

// move puts each word to its bucket's next place.
func (b *bigAUC[F, W]) move(next []uint32, scores []F, labels []bool) {
	words, split, shift := b.words, &b.layout.split, 64-8*unsafe.Sizeof(W(0))
	labels = labels[:len(scores)]
	for r, x := range scores {
		k := key(x)
		j := split.bucket(k)
		var l W
		if labels[r] {
			l = 1
		}
		words[next[j]] = W(k>>shift)<<1 | l
		next[j]++
	}
}

// bigOrder orders a large input as elems, which know their impression.
type bigOrder struct {
	layout  layout
	totals  bucketTotals
	elems   []elem
	workers []elemWorker
}

type elemWorker struct {
	counters counters
	tmp      []elem
}

// orderBig sorts the elems of scores within buckets, and the buckets among
// themselves; places, where it is not nil, are the elems'. The error is ErrNaN
// or ErrOneClass.
func orderBig[F float](b *bigOrder, scores []F, labels []bool, places []uint32, k int) (u2 uint64, pos int, err error) {
	if err := plan(&b.layout, scores, k); err != nil {
		return 0, 0, err
	}
	n := len(scores)
	b.elems = slices.Grow(b.elems[:0], n)[:n]
	b.totals.reset(b.layout.split.buckets)
	if k > len(b.workers) {
		b.workers = make([]elemWorker, k)
	}
	spread(k, func(i int) {
		from, to := share(n, i, k)
		elems, next, split := b.elems, b.layout.starts(i), &b.layout.split
		labels := labels[from:to]
		for r, x := range scores[from:to] {
			k := key(x)
			j := split.bucket(k)
			ref := uint32(from + r)
			if labels[r] {
				ref |= labelBit
			}
			e := elem{key: k, ref: ref}
			if places != nil {
				e.place = places[from+r]
			}
			elems[next[j]] = e
			next[j]++
		}
	})
	b.layout.each(k, func(i, j int, from, to uint32) {
		w, t, a := &b.workers[i], &b.totals, b.elems[from:to]
		w.tmp = slices.Grow(w.tmp[:0], len(a))
		if sorted := sortElems(&w.counters, a, w.tmp[:len(a)]); &sorted[0] != &a[0] {
			copy(a, sorted)
		}
		t.u2[j], t.pos[j] = twiceU(a)
		t.neg[j] = uint64(len(a)) - t.pos[j]
	})
	u2, pos, neg := b.totals.sum()
	if pos == 0 || neg == 0 {
		return 0, 0, oneClass(pos, n)
	}
	return u2, pos, nil
}

// firstNaN is the error of scores that hold one.
func firstNaN[F float](scores []F) error {
	return &RowError{ErrNaN, slices.IndexFunc(scores, func(x F) bool { return x != x })}
}
