package auc

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// shapes are inputs large enough for the parallel path, each of a kind that
// breaks a distribution sort or a comparison.
func shapes(n int) map[string][]float64 {
	r := rand.New(rand.NewPCG(5, 8))
	make := func(f func(i int) float64) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = f(i)
		}
		return s
	}
	normal := func(int) float64 { return r.NormFloat64() }
	edge := []float64{0, math.Copysign(0, -1), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, math.MaxFloat64, -math.MaxFloat64, math.Inf(1), math.Inf(-1), 1, math.Nextafter(1, 2)}
	sorted := make(normal)
	slices.Sort(sorted)
	return map[string][]float64{
		"logits":        make(normal),
		"probabilities": make(func(int) float64 { return 1 / (1 + math.Exp(3-r.NormFloat64())) }),
		"small":         make(func(int) float64 { return 1e-9 * math.Exp(3*r.NormFloat64()) }),
		"rounded":       make(func(int) float64 { return math.Round(r.NormFloat64()*1000) / 1000 }),
		"float32":       make(func(int) float64 { return float64(float32(r.Float64())) }),
		"few":           make(func(int) float64 { return float64(r.IntN(3)) }),
		"constant":      make(func(int) float64 { return 0.25 }),
		"one outlier":   make(func(i int) float64 { return map[bool]float64{true: 1e300, false: r.Float64()}[i == n/2] }),
		"near ties":     make(func(int) float64 { return math.Float64frombits(math.Float64bits(1) + uint64(r.IntN(4*n))) }),
		"subnormal":     make(func(int) float64 { return math.Float64frombits(uint64(r.IntN(n))) * float64(1-2*r.IntN(2)) }),
		"edges":         make(func(int) float64 { return edge[r.IntN(len(edge))] }),
		"any bits": make(func(int) float64 {
			for {
				if x := math.Float64frombits(r.Uint64()); x == x {
					return x
				}
			}
		}),
		"sorted": sorted,
	}
}

func TestFastEqualsPlain(t *testing.T) {
	for _, n := range []int{100, 3001, smallInput + 1, 150_000} {
		r := rand.New(rand.NewPCG(1, uint64(n)))
		labels := make([]bool, n)
		for i := range labels {
			labels[i] = r.IntN(3) == 0
		}
		var one Workspace
		for name, s := range shapes(n) {
			for _, workers := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s/%d/%d", name, n, workers), func(t *testing.T) {
					one.Workers = workers
					want, got := make([]float64, n), make([]float64, n)
					area, err := plainInfluence(want, s, labels)
					if err != nil {
						t.Fatal(err)
					}
					if a, err := one.AUC(s, labels); err != nil || a != area {
						t.Errorf("AUC = %v, %v, want %v", a, err, area)
					}
					if a, err := one.Influence(got, s, labels); err != nil || a != area {
						t.Errorf("Influence's AUC = %v, %v, want %v", a, err, area)
					}
					if !slices.Equal(got, want) {
						t.Error("influences differ")
					}
					narrow := make([]float32, n)
					for i, x := range s {
						narrow[i] = float32(x)
					}
					area, err = plainInfluence(want, narrow, labels)
					if err != nil {
						t.Fatal(err)
					}
					if a, err := one.AUC32(narrow, labels); err != nil || a != area {
						t.Errorf("AUC32 = %v, %v, want %v", a, err, area)
					}
					if a, err := one.Influence32(got, narrow, labels); err != nil || a != area || !slices.Equal(got, want) {
						t.Errorf("Influence32's AUC = %v, %v, want %v; or influences differ", a, err, area)
					}
				})
			}
		}
	}
}

// A whole octave of float32 in a few buckets: keys are dense and only counted.
func TestDenseKeysEqualPlain(t *testing.T) {
	const n = 300_000
	r := rand.New(rand.NewPCG(2, 3))
	s, l := make([]float32, n), make([]bool, n)
	for i := range s {
		s[i] = math.Float32frombits(math.Float32bits(1) + uint32(r.IntN(n/2)))
		l[i] = r.IntN(2) == 0
	}
	want, err := plainInfluence(nil, s, l)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := AUC32(s, l); err != nil || got != want {
		t.Errorf("AUC32 = %v, %v, want %v", got, err, want)
	}
}

func TestDeLongDoesNotDependOnWorkers(t *testing.T) {
	const n = 200_000
	a, l := logits(n, 1)
	b, _ := logits(n, 2)
	for i := range b {
		b[i] += a[i]
	}
	one, err := (&Workspace{Workers: 1}).DeLong(a, b, l)
	if err != nil {
		t.Fatal(err)
	}
	three, err := (&Workspace{Workers: 3}).DeLong(a, b, l)
	if err != nil || one != three {
		t.Errorf("1 worker: %+v\n3 workers: %+v, %v", one, three, err)
	}
	if one.SE <= 0 || one.SE > .01 {
		t.Errorf("SE = %v of %d impressions", one.SE, n)
	}
}

// Where the sorts of large inputs run, too, DeLong's exact sums are those of
// the influences, for every kind of scores.
func TestDeLongEqualsInfluencesAtSize(t *testing.T) {
	const n = smallInput + 5000
	a, l := logits(n, 3)
	for name, b := range shapes(n) {
		got, err := DeLong(a, b, l)
		if err != nil {
			t.Fatal(err)
		}
		before, after := make([]float64, n), make([]float64, n)
		base, err := plainInfluence(before, a, l)
		if err != nil {
			t.Fatal(err)
		}
		leaked, err := plainInfluence(after, b, l)
		if err != nil {
			t.Fatal(err)
		}
		var squares [2]float64
		var count [2]int
		for i := range l {
			class := 0
			if l[i] {
				class = 1
			}
			squares[class] += (after[i] - before[i]) * (after[i] - before[i])
			count[class]++
		}
		var v float64
		for class, k := range count {
			v += squares[class] * float64(k) / float64(k-1)
		}
		if got.Base != base || got.Leaked != leaked || math.Abs(got.SE/math.Sqrt(v)-1) > 1e-9 {
			t.Errorf("%s: %+v, want SE %v", name, got, math.Sqrt(v))
		}
	}
}

func TestDeLongOfOneScoringIsZero(t *testing.T) {
	a, l := logits(smallInput+1, 4)
	got, err := DeLong(a, a, l)
	if err != nil || got.Delta != 0 || got.SE != 0 || got.P != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
