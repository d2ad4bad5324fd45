package student

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func random(rng *rand.Rand, n, k int) [][]float64 {
	v := make([][]float64, n)
	for i := range v {
		v[i] = make([]float64, k)
		for j := range v[i] {
			v[i][j] = rng.NormFloat64()
		}
	}
	return v
}

// The minimum has no slope: the derivative of the loss by every coefficient and
// by the intercept is zero.
func TestRidgeIsTheMinimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n, f, k := rapid.IntRange(1, 30).Draw(t, "items"), rapid.IntRange(1, 6).Draw(t, "features"), rapid.IntRange(1, 3).Draw(t, "outputs")
		lambda := rapid.Float64Range(0.01, 50).Draw(t, "lambda")
		x, y, w := random(rng, n, f), random(rng, n, k), make([]float64, n)
		for i := range w {
			w[i] = rng.Float64() + 0.01
		}
		d, err := NewDense(x)
		if err != nil {
			t.Fatal(err)
		}
		r, err := FitRidge(d, y, w, nil, lambda)
		if err != nil {
			t.Fatal(err)
		}
		for o := range k {
			slope, intercept := make([]float64, f), 0.0
			for i := range n {
				e := w[i] * (y[i][o] - r.Predict(d, i)[o])
				intercept += e
				for j := range f {
					slope[j] += e * x[i][j]
				}
			}
			if math.Abs(intercept) > 1e-8 {
				t.Fatalf("slope by the intercept %v", intercept)
			}
			for j := range f {
				if g := slope[j] - lambda*r.Coefficients.At(j, o); math.Abs(g) > 1e-8 {
					t.Fatalf("slope by coefficient %d: %v", j, g)
				}
			}
		}
	})
}

func TestSparseIsDense(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	b := NewBag([]string{"a b c", "a b", "c d d", "D, e!", "e a"}, 10)
	if want := []string{"a", "b", "c", "d", "e"}; !reflect.DeepEqual(b.Vocabulary, want) {
		t.Fatalf("vocabulary %v, want %v", b.Vocabulary, want)
	}
	texts := []string{"a b", "d d x", "", "E c A", "b"}
	s := b.Sparse(texts)
	full := make([][]float64, len(texts))
	for i := range texts {
		full[i] = make([]float64, 5)
		for _, f := range b.Features(texts[i]) {
			full[i][f] = 1
		}
	}
	d, err := NewDense(full)
	if err != nil {
		t.Fatal(err)
	}
	y, w := random(rng, 5, 2), []float64{1, 2, 0.5, 1, 3}
	for _, items := range [][]int{nil, {0, 2, 4}} {
		one, err1 := FitRidge(s, y, w, items, 2)
		two, err2 := FitRidge(d, y, w, items, 2)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if !mat.EqualApprox(one.Coefficients, two.Coefficients, 1e-12) {
			t.Errorf("items %v: sparse and dense coefficients differ", items)
		}
		for i := range texts {
			if p, q := one.Predict(s, i), two.Predict(d, i); math.Abs(p[0]-q[0])+math.Abs(p[1]-q[1]) > 1e-12 {
				t.Errorf("item %d: %v and %v", i, p, q)
			}
		}
	}
}

func TestVocabularyKeepsTheFrequent(t *testing.T) {
	if got, want := NewBag([]string{"b a", "b a", "b c", "c", "once"}, 2).Vocabulary, []string{"a", "b"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v: b thrice, then a before c", got, want)
	}
	if got, want := Tokens("Amélie's 2nd-best: L'été!"), []string{"amélie", "s", "2nd", "best", "l", "été"}; !reflect.DeepEqual(got, want) {
		t.Errorf("tokens %v, want %v", got, want)
	}
}

// problem makes targets of which content explains a known share: half of a
// linear part's variance plus noise as large.
func problem(seed uint64, n int) (x Design, y [][]float64, updates, taught []int, fold []int8) {
	rng := rand.New(rand.NewPCG(seed, 3))
	vectors, b := random(rng, n, 6), random(rng, 6, 2)
	y = make([][]float64, n)
	for i := range y {
		y[i] = []float64{rng.NormFloat64(), 0}
		for f, a := range vectors[i] {
			y[i][0] += a * b[f][0] / math.Sqrt(sumsq(b, 0))
			y[i][1] += a * b[f][1]
		}
		updates = append(updates, 30+rng.IntN(1000))
		fold = append(fold, int8(rng.IntN(5)))
		if i%4 != 0 {
			taught = append(taught, i)
		}
	}
	d, err := NewDense(vectors)
	if err != nil {
		panic(err)
	}
	return d, y, updates, taught, fold
}

func sumsq(b [][]float64, k int) float64 {
	s := 0.0
	for _, r := range b {
		s += r[k] * r[k]
	}
	return s
}

func TestEveryWayFindsWhatContentExplains(t *testing.T) {
	x, y, updates, taught, fold := problem(5, 3000)
	for _, way := range []Way{Unweighted, Weighted, HardFirst, TwoLayer} {
		vectors, r2, err := Train(way, x, y, updates, taught, fold, Options{})
		if err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		if math.Abs(r2[0]-0.5) > 0.06 {
			t.Errorf("%s: R² of the half-explained output %.3f, want 0.5", way, r2[0])
		}
		if r2[1] < 0.97 {
			t.Errorf("%s: R² of the output without noise %.3f", way, r2[1])
		}
		for i, v := range vectors {
			if len(v) != 2 {
				t.Fatalf("%s: item %d has no vector", way, i)
			}
		}
		again, _, err := Train(way, x, y, updates, taught, fold, Options{})
		if err != nil || !reflect.DeepEqual(vectors, again) {
			t.Errorf("%s: a second run gives other numbers", way)
		}
	}
	if _, _, err := Train("magic", x, y, updates, taught, fold, Options{}); err == nil || !strings.Contains(err.Error(), "hard-first") {
		t.Errorf("an unknown way: %v", err)
	}
}

// An item's own target must not reach its vector: changing it changes nothing.
func TestOutOfFold(t *testing.T) {
	x, y, updates, taught, fold := problem(9, 200)
	before, _, err := Train(Weighted, x, y, updates, taught, fold, Options{})
	if err != nil {
		t.Fatal(err)
	}
	i := taught[7]
	y[i] = []float64{1000, -1000}
	after, _, err := Train(Weighted, x, y, updates, taught, fold, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before[i], after[i]) {
		t.Errorf("item %d: its own target moved its vector from %v to %v", i, before[i], after[i])
	}
	j := taught[8]
	for _, k := range taught {
		if fold[k] != fold[i] {
			j = k
		}
	}
	if reflect.DeepEqual(before[j], after[j]) {
		t.Errorf("item %d of another fold did not notice", j)
	}
}

func TestPCA(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	v := random(rng, 300, 3)
	for i := range v {
		v[i][1] *= 10
		v[i][2] *= 3
	}
	p, err := PCA(v, 2)
	if err != nil {
		t.Fatal(err)
	}
	var c float64
	for i := range p {
		c += p[i][0] * v[i][1]
	}
	if c <= 0 || math.Abs(p[5][0]) < 0.9*math.Abs(v[5][1])-1 {
		t.Errorf("the first component is not the widest coordinate: %v of %v", p[5], v[5])
	}
	if _, err := PCA(v, 4); err == nil {
		t.Error("4 components of 3 values went through")
	}
}

func TestRefusals(t *testing.T) {
	if _, err := NewDense([][]float64{{1, 2}, {3, math.NaN()}}); err == nil || !strings.Contains(err.Error(), "vector 1") {
		t.Errorf("NaN: %v", err)
	}
	if _, err := NewDense([][]float64{{1, 2}, {3}}); err == nil {
		t.Error("a short vector went through")
	}
	d, _ := NewDense([][]float64{{1}, {2}})
	y := [][]float64{{1}, {2}}
	for name, fit := range map[string]func() error{
		"λ = 0":        func() error { _, err := FitRidge(d, y, nil, nil, 0); return err },
		"no items":     func() error { _, err := FitRidge(d, y, nil, []int{}, 1); return err },
		"zero weights": func() error { _, err := FitRidge(d, y, []float64{0, 0}, nil, 1); return err },
		"few targets":  func() error { _, err := FitRidge(d, y[:1], nil, nil, 1); return err },
	} {
		if fit() == nil {
			t.Errorf("%s went through", name)
		}
	}
}

func TestEncode(t *testing.T) {
	v := Encode([]string{"rain snow", "snow, RAIN", "hail", ""}, 384)
	dot := func(a, b []float64) (s float64) {
		for k := range a {
			s += a[k] * b[k]
		}
		return s
	}
	if math.Abs(dot(v[0], v[1])-1) > 1e-12 || math.Abs(dot(v[0], v[2])) > 0.2 || dot(v[3], v[3]) != 0 {
		t.Errorf("same tokens %v, other tokens %v, none %v; want 1, about 0, 0", dot(v[0], v[1]), dot(v[0], v[2]), dot(v[3], v[3]))
	}
}
