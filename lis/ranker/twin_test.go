//go:build amd64 && !plain

package ranker

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// onBoth runs f with the vectors and without.
func onBoth(t *testing.T, f func() *Model) (fast, slow *Model) {
	if !vectors {
		t.Skip("this processor has no AVX2, or LISLAB_PLAIN is set")
	}
	fast = f()
	vectors = false
	defer func() { vectors = true }()
	return fast, f()
}

// drawn are n impressions of several slots of one id each, with labels that
// follow the first two.
func drawn(n int, ids []int) *Data {
	r := rand.New(rand.NewPCG(1, 2))
	d := &Data{Weight: make([]float32, n)}
	taste := make([][]float64, 2)
	for s, k := range ids {
		slot := Slot{Name: fmt.Sprint(s), Index: make([]uint32, n)}
		for i := range k {
			slot.IDs = append(slot.IDs, fmt.Sprint(i))
			if s < 2 {
				taste[s] = append(taste[s], r.NormFloat64())
			}
		}
		for i := range n {
			slot.Index[i] = uint32(float64(k) * r.Float64() * r.Float64())
		}
		d.Slots = append(d.Slots, slot)
	}
	for i := range n {
		u, v := taste[0][d.Slots[0].Index[i]], taste[1][d.Slots[1].Index[i]]
		d.Label = append(d.Label, r.Float64() < 1/(1+math.Exp(1-u-v-u*v)))
		d.Weight[i] = .5 + r.Float32()
	}
	return d
}

// TestVectorsEqualPlain: every parameter and accumulator has the same bits, and
// so has every score.
func TestVectorsEqualPlain(t *testing.T) {
	rows := upTo(100_000)
	plainly := drawn(len(rows), []int{3000, 15000, 600, 40, 12})
	wide := world(20_000, 9)
	frozen := func(o Options) func() *Model {
		return func() *Model {
			m, from := NewFM(o, plainly), NewFM(Options{Seed: 9, Dim: o.Dim}, plainly)
			m.Train(plainly, rows[:1000])
			m.Freeze(from, 1)
			m.Train(plainly, rows[1000:20_000])
			return m
		}
	}
	train := func(make func(Options, *Data) *Model, o Options, d *Data) func() *Model {
		return func() *Model {
			m := make(o, d)
			m.Train(d, upTo(len(d.Label)))
			return m
		}
	}
	for name, c := range map[string]struct {
		d     *Data
		train func() *Model
	}{
		"fm":            {plainly, train(NewFM, Options{}, plainly)},
		"fm dim 16":     {plainly, train(NewFM, Options{Dim: 16}, plainly)},
		"fm dim 5":      {plainly, train(NewFM, Options{Dim: 5}, plainly)},
		"fm buckets":    {plainly, train(NewFM, Options{Buckets: 500}, plainly)},
		"fm frozen":     {plainly, frozen(Options{Dim: 12})},
		"fm wide":       {wide, train(NewFM, Options{Dim: 12}, wide)},
		"deepfm":        {wide, train(NewDeepFM, Options{}, wide)},
		"deepfm dim 5":  {wide, train(NewDeepFM, Options{Dim: 5}, wide)},
		"deepfm dim 16": {wide, train(NewDeepFM, Options{Dim: 16}, wide)},
	} {
		t.Run(name, func(t *testing.T) {
			fast, slow := onBoth(t, c.train)
			for s := range fast.tables {
				if !slices.Equal(allRows(fast, s), allRows(slow, s)) {
					t.Errorf("rows of slot %d differ", s)
				}
			}
			if fast.bias != slow.bias || !slices.Equal(fast.Dense(), slow.Dense()) {
				t.Error("dense parts differ")
			}
			scored := upTo(300)
			fast, slow = onBoth(t, func() *Model { return fast })
			a := Scores(fast, c.d, scored)
			vectors = false
			b := Scores(slow, c.d, scored)
			vectors = true
			if !slices.Equal(a, b) {
				t.Error("scores differ")
			}
		})
	}
}

// TestVectorsStayInside: kernels write where they are told and nowhere else.
func TestVectorsStayInside(t *testing.T) {
	if !vectors {
		t.Skip("this processor has no AVX2, or LISLAB_PLAIN is set")
	}
	const guard = float32(12345)
	for _, n := range []int{8, 16, 24, 40} {
		buf := func() []float32 {
			v := make([]float32, n+16)
			for i := range v {
				v[i] = guard
			}
			for i := range n {
				v[8+i] = float32(i%7) * .1
			}
			return v
		}
		in := func(v []float32) []float32 { return v[8 : 8+n : 8+n] }
		v, acc, ref, sum, extra := buf(), buf(), buf(), buf(), buf()
		interact(in(sum), [][]float32{in(v), in(ref)})
		descend(in(v), in(acc), in(ref), in(sum), .3, .1)
		descendDeep(in(v), in(acc), in(ref), in(sum), in(extra), .3, .5, .1)
		adagrad(in(v), in(acc), in(ref), .2, .1)
		add(in(ref), in(sum), .5)
		for name, b := range map[string][]float32{"v": v, "acc": acc, "ref": ref, "sum": sum, "extra": extra} {
			for i := range 8 {
				if b[i] != guard || b[8+n+i] != guard {
					t.Errorf("n = %d: %s was written outside", n, name)
				}
			}
		}
	}
}
