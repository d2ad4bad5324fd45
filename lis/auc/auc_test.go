package auc

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// brute is the definition: every pair, ties half.
func brute(scores []float64, labels []bool) float64 {
	var u2, pairs float64
	for i, x := range scores {
		for j, y := range scores {
			if labels[i] && !labels[j] {
				pairs++
				switch {
				case x > y:
					u2 += 2
				case x == y:
					u2++
				}
			}
		}
	}
	return u2 / (2 * pairs)
}

// bruteInfluence is the derivative's definition: the mean of an impression's
// own comparisons minus the AUC, over its class's size.
func bruteInfluence(scores []float64, labels []bool) []float64 {
	a := brute(scores, labels)
	phi := make([]float64, len(scores))
	for i, x := range scores {
		var won, others, same float64
		for j, y := range scores {
			if labels[j] == labels[i] {
				same++
				continue
			}
			others++
			hi, lo := x, y
			if !labels[i] {
				hi, lo = y, x
			}
			if hi > lo {
				won++
			} else if hi == lo {
				won += .5
			}
		}
		phi[i] = (won/others - a) / same
	}
	return phi
}

// scoreGen draws from kinds of scores that break sorts: few values, near-ties
// one ulp apart, subnormals, both zeros, infinities and their neighbours.
func scoreGen() *rapid.Generator[float64] {
	edge := []float64{0, math.Copysign(0, -1), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 2 * math.SmallestNonzeroFloat64,
		0x1p-1022, math.Nextafter(0x1p-1022, 0), math.MaxFloat64, -math.MaxFloat64, math.Nextafter(math.MaxFloat64, 0), math.Inf(1), math.Inf(-1),
		1, math.Nextafter(1, 2), math.Nextafter(1, 0), .5, math.Nextafter(.5, 1), -1, math.Nextafter(-1, -2)}
	return rapid.OneOf(
		rapid.SampledFrom(edge),
		rapid.Map(rapid.IntRange(-3, 3), func(i int) float64 { return float64(i) / 4 }),
		rapid.Float64Range(-5, 5),
		rapid.Float64Range(0, 1),
		rapid.Float64(),
	)
}

// sample draws scores and labels of both classes.
func sample(t *rapid.T, most int) ([]float64, []bool) {
	n := rapid.IntRange(2, most).Draw(t, "n")
	s := rapid.SliceOfN(scoreGen(), n, n).Draw(t, "scores")
	l := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "labels")
	l[0], l[1] = true, false
	return s, l
}

func TestAUCEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l := sample(t, 200)
		got, err := AUC(s, l)
		if err != nil {
			t.Fatal(err)
		}
		if want := brute(s, l); got != want {
			t.Fatalf("AUC = %v, want %v", got, want)
		}
		s32, wide := make([]float32, len(s)), make([]float64, len(s))
		for i, x := range s {
			s32[i] = float32(x)
			wide[i] = float64(s32[i])
		}
		if got, err = AUC32(s32, l); err != nil || got != brute(wide, l) {
			t.Fatalf("AUC32 = %v, %v, want %v", got, err, brute(wide, l))
		}
	})
}

func TestInfluenceEqualsBruteForce(t *testing.T) {
	var w Workspace
	rapid.Check(t, func(t *rapid.T) {
		s, l := sample(t, 60)
		phi := make([]float64, len(s))
		a, err := w.Influence(phi, s, l)
		if err != nil || a != brute(s, l) {
			t.Fatalf("AUC = %v, %v, want %v", a, err, brute(s, l))
		}
		for i, want := range bruteInfluence(s, l) {
			if math.Abs(phi[i]-want) > 1e-15 {
				t.Fatalf("phi[%d] = %v, want %v", i, phi[i], want)
			}
		}
	})
}

func TestBadInputIsNamed(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name   string
		scores []float64
		labels []bool
		want   error
	}{
		{"empty", nil, nil, ErrEmpty},
		{"lengths", []float64{1, 2}, []bool{true}, ErrLength},
		{"all 0", []float64{1, 2}, []bool{false, false}, ErrOneClass},
		{"all 1", []float64{1, 2}, []bool{true, true}, ErrOneClass},
		{"NaN", []float64{1, nan}, []bool{true, false}, ErrNaN},
		{"leading NaN", []float64{nan, 1}, []bool{true, false}, ErrNaN},
		{"negative NaN", []float64{1, math.Copysign(nan, -1)}, []bool{true, false}, ErrNaN},
	} {
		_, err := AUC(c.scores, c.labels)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: AUC's error is %v, want %v", c.name, err, c.want)
		}
		_, err = Influence(make([]float64, len(c.scores)), c.scores, c.labels)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: Influence's error is %v, want %v", c.name, err, c.want)
		}
		var row *RowError
		if c.want == ErrNaN && (!errors.As(err, &row) || !math.IsNaN(c.scores[row.Index])) {
			t.Errorf("%s: %v does not point at the NaN", c.name, err)
		}
	}
}

func TestDeLongEqualsItsComponents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, l := sample(t, 50)
		b := rapid.SliceOfN(scoreGen(), len(a), len(a)).Draw(t, "leaked")
		got, err := DeLong(a, b, l)
		var pos int
		for _, x := range l {
			if x {
				pos++
			}
		}
		neg := len(l) - pos
		if pos < 2 || neg < 2 {
			if !errors.Is(err, ErrOneClass) {
				t.Fatalf("one impression of a class: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		pa, pb := bruteInfluence(a, l), bruteInfluence(b, l)
		var v [2]float64
		for i := range pa {
			d := pb[i] - pa[i]
			if l[i] {
				v[1] += d * d
			} else {
				v[0] += d * d
			}
		}
		want := math.Sqrt(v[1]*float64(pos)/float64(pos-1) + v[0]*float64(neg)/float64(neg-1))
		if math.Abs(got.SE-want) > 1e-12 || got.Delta != brute(b, l)-brute(a, l) {
			t.Fatalf("got %+v, want SE %v", got, want)
		}
	})
}

func TestClusteredSumsBeforeSquaring(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, l := sample(t, 50)
		b := rapid.SliceOfN(scoreGen(), len(a), len(a)).Draw(t, "leaked")
		c := rapid.SliceOfN(rapid.Uint32Range(0, 7), len(a), len(a)).Draw(t, "cluster")
		got, err := Clustered(a, b, l, c)
		sums := map[uint32]float64{}
		pa, pb := bruteInfluence(a, l), bruteInfluence(b, l)
		for i := range pa {
			sums[c[i]] += pb[i] - pa[i]
		}
		k := float64(len(sums))
		if k < 2 {
			if !errors.Is(err, ErrClusters) {
				t.Fatalf("one cluster: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var v float64
		for _, x := range sums {
			v += x * x
		}
		if want := math.Sqrt(k / (k - 1) * v); math.Abs(got.SE-want) > 1e-12 || got.Clusters != len(sums) {
			t.Fatalf("got %+v, want SE %v of %v clusters", got, want, k)
		}
	})
}

func TestAdjustBH(t *testing.T) {
	// Sorted .01 .02 .03 .04 .05 .5: p·6/rank is .06 for the first five.
	got := AdjustBH([]float64{.03, .01, .5, .02, math.NaN(), .05, .04})
	want := []float64{.06, .06, .5, .06, math.NaN(), .06, .06}
	for i := range want {
		if math.IsNaN(want[i]) != math.IsNaN(got[i]) || math.Abs(got[i]-want[i]) > 1e-15 {
			t.Fatalf("AdjustBH = %v, want %v", got, want)
		}
	}
}

func TestPValue(t *testing.T) {
	for _, c := range [][3]float64{{0, 0, 1}, {0, 1, 1}, {1, 0, 0}, {1.959963984540054, 1, .05}, {-2.5758293035489004, 1, .01}} {
		if got := PValue(c[0], c[1]); math.Abs(got-c[2]) > 1e-15 {
			t.Errorf("PValue(%v, %v) = %v, want %v", c[0], c[1], got, c[2])
		}
	}
}

func TestReuseAllocatesNothing(t *testing.T) {
	s := []float64{.1, .4, .35, .8, .2}
	b := slices.Clone(s)
	slices.Reverse(b)
	l := []bool{false, false, true, true, false}
	c := []uint32{0, 1, 2, 0, 1}
	phi := make([]float64, len(s))
	var w Workspace
	if n := testing.AllocsPerRun(20, func() {
		if _, err := w.AUC(s, l); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Influence(phi, s, l); err != nil {
			t.Fatal(err)
		}
		if _, err := w.DeLong(s, b, l); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Clustered(s, b, l, c); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations per round, want 0", n)
	}
}

// Of a large input nothing is allocated anew but the few words of closures.
func TestReuseAllocatesNoBuffers(t *testing.T) {
	const n = smallInput + 1000
	s, l := logits(n, 6)
	b, _ := logits(n, 7)
	group := make([]uint32, n)
	for i := range group {
		group[i] = uint32(i % 500)
	}
	phi, s32 := make([]float64, n), make([]float32, n)
	for i, x := range s {
		s32[i] = float32(x)
	}
	w := Workspace{Workers: 1}
	for name, do := range map[string]func() error{
		"AUC":       func() error { _, err := w.AUC(s, l); return err },
		"AUC32":     func() error { _, err := w.AUC32(s32, l); return err },
		"Influence": func() error { _, err := w.Influence(phi, s, l); return err },
		"DeLong":    func() error { _, err := w.DeLong(s, b, l); return err },
		"Clustered": func() error { _, err := w.Clustered(s, b, l, group); return err },
		"GAUC":      func() error { _, err := w.GAUC(s, l, group); return err },
	} {
		if plain {
			t.Skip("the plain twins keep no buffers")
		}
		var before, after runtime.MemStats
		for range 2 { // the first call makes the buffers
			runtime.ReadMemStats(&before)
			if err := do(); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
		}
		if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 1<<13 {
			t.Errorf("%s: %d bytes in a repeated call on %d impressions", name, bytes, n)
		}
	}
}

// near are scores of both classes that lie next to each other in their own
// precision, around points where a sort by value, by exponent or by a scaled
// difference would merge or cross them: pROC's near-ties.
func near[F float](next func(F) F, points []F) (s []F, l []bool) {
	for i, x := range points {
		y := next(x)
		s = append(s, x, y, x, y)
		l = append(l, i%2 == 0, i%2 == 1, i%3 == 0, i%3 != 0)
	}
	return s, l
}

func TestNearTiesAreNoTies(t *testing.T) {
	points := []float64{0, math.Copysign(0, -1), 1e-320, -1e-320, 0x1p-1022, 1, -1, 1.0 / 3, 1e16, 1e300, -1e300, math.Nextafter(math.MaxFloat64, 0), -math.MaxFloat64}
	s, l := near(func(x float64) float64 { return math.Nextafter(x, math.Inf(1)) }, points)
	if got, err := AUC(s, l); err != nil || got != brute(s, l) {
		t.Errorf("AUC = %v, %v, want %v", got, err, brute(s, l))
	}
	narrow := make([]float32, len(points))
	for i, x := range points {
		narrow[i] = float32(max(-3e38, min(3e38, x)))
	}
	s32, l := near(func(x float32) float32 { return math.Nextafter32(x, float32(math.Inf(1))) }, narrow)
	wide := make([]float64, len(s32))
	for i, x := range s32 {
		wide[i] = float64(x)
	}
	if got, err := AUC32(s32, l); err != nil || got != brute(wide, l) {
		t.Errorf("AUC32 = %v, %v, want %v", got, err, brute(wide, l))
	}
	// Of two scores an ulp apart the order decides, of ±0 nothing.
	for i, x := range points {
		up := math.Nextafter(x, math.Inf(1))
		for _, c := range [][3]float64{{up, x, 1}, {x, up, 0}, {x, x, .5}} {
			if got, err := AUC(c[:2], []bool{true, false}); err != nil || got != c[2] {
				t.Errorf("point %d: AUC of %g over %g = %v, %v, want %v", i, c[0], c[1], got, err, c[2])
			}
		}
	}
	negative := math.Copysign(0, -1)
	for _, c := range [][3]float64{{0, negative, .5}, {negative, 0, .5}, {math.Inf(1), math.MaxFloat64, 1}, {-math.MaxFloat64, math.Inf(-1), 1}, {math.Inf(1), math.Inf(1), .5}} {
		if got, err := AUC(c[:2], []bool{true, false}); err != nil || got != c[2] {
			t.Errorf("AUC of %g over %g = %v, %v, want %v", c[0], c[1], got, err, c[2])
		}
	}
}

// An impression of weight 0 is one that is not there.
func TestZeroWeightIsAbsence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l := sample(t, 60)
		w := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0, 1, 2.5}), len(s), len(s)).Draw(t, "weights")
		w[0], w[1] = 1, 1
		var less, weights []float64
		var labels []bool
		for i := range s {
			if w[i] > 0 {
				less, weights, labels = append(less, s[i]), append(weights, w[i]), append(labels, l[i])
			}
		}
		with, err := Weighted(s, l, w)
		if err != nil {
			t.Fatal(err)
		}
		if without, err := Weighted(less, labels, weights); err != nil || math.Abs(with-without) > 1e-14 {
			t.Fatalf("%v, without the rows of weight 0 %v, %v", with, without, err)
		}
	})
}
