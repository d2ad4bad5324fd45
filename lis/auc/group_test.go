package auc

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestWeightedEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l := sample(t, 60)
		w := rapid.SliceOfN(rapid.Float64Range(0, 5), len(s), len(s)).Draw(t, "weights")
		w[0], w[1] = 1, 1
		var u, all float64
		for i, x := range s {
			for j, y := range s {
				if l[i] && !l[j] {
					all += w[i] * w[j]
					if x > y {
						u += w[i] * w[j]
					} else if x == y {
						u += w[i] * w[j] / 2
					}
				}
			}
		}
		got, err := Weighted(s, l, w)
		if err != nil || math.Abs(got-u/all) > 1e-12 {
			t.Fatalf("Weighted = %v, %v, want %v", got, err, u/all)
		}
		for i := range w {
			w[i] = .5
		}
		if got, err = Weighted(s, l, w); err != nil || got != brute(s, l) {
			t.Fatalf("equal weights: %v, %v, want the AUC %v", got, err, brute(s, l))
		}
	})
}

func TestBadWeightsAreNamed(t *testing.T) {
	s, l := []float64{1, 2, 3}, []bool{true, false, true}
	for _, w := range [][]float64{{1, -1, 1}, {1, math.NaN(), 1}, {1, math.Inf(1), 1}} {
		var row *RowError
		if _, err := Weighted(s, l, w); !errors.Is(err, ErrWeight) || !errors.As(err, &row) || row.Index != 1 {
			t.Errorf("weights %v: %v", w, err)
		}
	}
	if _, err := Weighted(s, l, []float64{0, 1, 0}); !errors.Is(err, ErrOneClass) {
		t.Errorf("label 1 without weight: %v", err)
	}
	if _, err := Weighted(s, l, []float64{1}); !errors.Is(err, ErrLength) {
		t.Errorf("one weight: %v", err)
	}
}

// bruteGAUC takes the definition group by group.
func bruteGAUC(s []float64, l []bool, group []uint32) (r Grouped) {
	type rows struct {
		s []float64
		l []bool
	}
	groups := map[uint32]*rows{}
	for i, g := range group {
		if groups[g] == nil {
			groups[g] = new(rows)
		}
		groups[g].s, groups[g].l = append(groups[g].s, s[i]), append(groups[g].l, l[i])
	}
	for _, g := range groups {
		a := brute(g.s, g.l)
		if math.IsNaN(a) {
			r.LeftOut++
			continue
		}
		r.Groups++
		r.Impressions += len(g.s)
		r.Mean += a
		r.AUC += a * float64(len(g.s))
	}
	r.Mean /= float64(r.Groups)
	r.AUC /= float64(r.Impressions)
	return r
}

func sameGrouped(a, b Grouped) bool {
	return a.Groups == b.Groups && a.LeftOut == b.LeftOut && a.Impressions == b.Impressions && math.Abs(a.AUC-b.AUC) < 1e-12 && math.Abs(a.Mean-b.Mean) < 1e-12
}

func TestGAUCEqualsBruteForce(t *testing.T) {
	var w Workspace
	rapid.Check(t, func(t *rapid.T) {
		s, l := sample(t, 100)
		g := rapid.SliceOfN(rapid.OneOf(rapid.Uint32Range(0, 5), rapid.Just(uint32(math.MaxUint32))), len(s), len(s)).Draw(t, "group")
		want := bruteGAUC(s, l, g)
		got, err := w.GAUC(s, l, g)
		if want.Groups == 0 {
			if !errors.Is(err, ErrOneClass) {
				t.Fatalf("no group of two classes: %v", err)
			}
			return
		}
		if err != nil || !sameGrouped(got, want) {
			t.Fatalf("GAUC = %+v, %v, want %+v", got, err, want)
		}
	})
}

func TestGAUCDoesNotDependOnWorkers(t *testing.T) {
	const n = 200_000
	s, l := logits(n, 1)
	r := rand.New(rand.NewPCG(1, 1))
	g := make([]uint32, n)
	for i := range g {
		g[i] = uint32(r.IntN(2000))
	}
	one, err := (&Workspace{Workers: 1}).GAUC(s, l, g)
	if err != nil {
		t.Fatal(err)
	}
	three, err := (&Workspace{Workers: 3}).GAUC(s, l, g)
	if err != nil || one != three {
		t.Errorf("1 worker: %+v, 3 workers: %+v, %v", one, three, err)
	}
	if _, err := GAUC([]float64{1, math.NaN()}, []bool{true, false}, []uint32{0, 0}); !errors.Is(err, ErrNaN) {
		t.Errorf("NaN: %v", err)
	}
}

func TestHistogramIsWithinItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l := sample(t, 100)
		bins := rapid.IntRange(1, 64).Draw(t, "bins")
		whole, a, b := NewHistogram(-2, 2, bins), NewHistogram(-2, 2, bins), NewHistogram(-2, 2, bins)
		cut := rapid.IntRange(0, len(s)).Draw(t, "cut")
		for h, from := range map[*Histogram][2]int{whole: {0, len(s)}, a: {0, cut}, b: {cut, len(s)}} {
			if err := h.Add(s[from[0]:from[1]], l[from[0]:from[1]]); err != nil {
				t.Fatal(err)
			}
		}
		area, bound, err := whole.AUC()
		if err != nil || math.Abs(area-brute(s, l)) > bound+1e-15 {
			t.Fatalf("AUC = %v ± %v, %v, want %v", area, bound, err, brute(s, l))
		}
		if err := a.Merge(b); err != nil {
			t.Fatal(err)
		}
		if merged, _, err := a.AUC(); err != nil || merged != area {
			t.Fatalf("merged: %v, %v, want %v", merged, err, area)
		}
	})
}

func TestHistogramRefuses(t *testing.T) {
	h := NewHistogram(0, 1, 4)
	if _, _, err := h.AUC(); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty: %v", err)
	}
	if err := h.Add([]float64{.5, math.NaN()}, []bool{true, false}); !errors.Is(err, ErrNaN) {
		t.Errorf("NaN: %v", err)
	}
	if err := h.Add([]float64{.5}, nil); !errors.Is(err, ErrLength) {
		t.Errorf("lengths: %v", err)
	}
	if err := h.Merge(NewHistogram(0, 2, 4)); !errors.Is(err, ErrLength) {
		t.Errorf("other bins: %v", err)
	}
	if err := h.Add([]float64{.5}, []bool{true}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.AUC(); !errors.Is(err, ErrOneClass) {
		t.Errorf("one class: %v", err)
	}
}
