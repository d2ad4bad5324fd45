package auc

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// scalarReplicate is the plain twin of one replicate: a loop over the sorted
// impressions with that replicate's own weights.
func scalarReplicate(scores []float64, labels []bool, cluster []uint32, seed uint64, replicate int) float64 {
	e, _, err := plainOrder(scores, labels)
	if err != nil {
		return math.NaN()
	}
	weight := func(x elem) uint64 {
		return packedWeights(seed, int(cluster[x.ref&^labelBit]), replicate/lanes) >> (8 * (replicate % lanes)) & 255
	}
	var u2, pos, below uint64
	for i := 0; i < len(e); {
		j := i
		var p, q uint64
		for ; j < len(e) && e[j].key == e[i].key; j++ {
			if e[j].ref&labelBit != 0 {
				p += weight(e[j])
			} else {
				q += weight(e[j])
			}
		}
		u2 += p * (2*below + q)
		below += q
		pos += p
		i = j
	}
	if pos == 0 || below == 0 {
		return math.NaN()
	}
	return float64(u2) / (2 * float64(pos) * float64(below))
}

func TestBootstrapEqualsScalarLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, l := sample(t, 300)
		c := rapid.SliceOfN(rapid.Uint32Range(0, 20), len(s), len(s)).Draw(t, "cluster")
		c[0], c[1] = 0, 1
		seed := rapid.Uint64().Draw(t, "seed")
		n := rapid.IntRange(1, 50).Draw(t, "replicates")
		b, err := Bootstrap(s, nil, l, c, BootstrapOptions{Replicates: n, Seed: seed})
		if errors.Is(err, ErrOneClass) {
			return // a small draw may leave no class its weight
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Base) != n {
			t.Fatalf("%d replicates, want %d", len(b.Base), n)
		}
		for r, got := range b.Base {
			want := scalarReplicate(s, l, c, seed, r)
			if math.Float64bits(got) != math.Float64bits(want) && !(got != got && want != want) {
				t.Fatalf("replicate %d: %v, want %v", r, got, want)
			}
		}
	})
}

// Runs too long for bytes: few distinct scores, in the parallel path.
func TestBootstrapOfTiesEqualsScalarLoop(t *testing.T) {
	const n = smallInput + 1000
	r := rand.New(rand.NewPCG(9, 9))
	s, l, c := make([]float64, n), make([]bool, n), make([]uint32, n)
	for i := range s {
		s[i], l[i], c[i] = float64(r.IntN(40)), r.IntN(4) == 0, uint32(r.IntN(500))
		if r.IntN(2) == 0 { // and long runs of one class without ties
			s[i] = float64(i) * 1e-3
			l[i] = i/1000%2 == 0
		}
	}
	b, err := Bootstrap(s, nil, l, c, BootstrapOptions{Replicates: 40, Seed: 3, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, replicate := range []int{0, 7, 8, 31, 32, 39} {
		if want := scalarReplicate(s, l, c, 3, replicate); b.Base[replicate] != want {
			t.Errorf("replicate %d: %v, want %v", replicate, b.Base[replicate], want)
		}
	}
}

// clusteredLog has users with tastes of their own, so impressions of one user
// are not independent.
func clusteredLog(users, each int, seed uint64) (base, leaked []float64, labels []bool, user []uint32) {
	r := rand.New(rand.NewPCG(seed, 4))
	for u := range users {
		bias, gain := r.NormFloat64(), .3*r.NormFloat64()
		for range each {
			z := r.NormFloat64()
			base = append(base, z)
			leaked = append(leaked, z+gain)
			labels = append(labels, r.Float64() < 1/(1+math.Exp(-z-bias)))
			user = append(user, uint32(u))
		}
	}
	return base, leaked, labels, user
}

func TestBootstrapAgreesWithClosedForm(t *testing.T) {
	base, leaked, labels, user := clusteredLog(300, 20, 1)
	closed, err := Clustered(base, leaked, labels, user)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Bootstrap(base, leaked, labels, user, BootstrapOptions{Replicates: 2000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if ratio := b.SE / closed.SE; ratio < .9 || ratio > 1.1 {
		t.Errorf("bootstrap SE %v, closed form %v", b.SE, closed.SE)
	}
	plainSE, err := DeLong(base, leaked, labels)
	if err != nil {
		t.Fatal(err)
	}
	if plainSE.SE > .8*closed.SE {
		t.Errorf("clusters change nothing: DeLong %v, clustered %v", plainSE.SE, closed.SE)
	}
}

// Coverage over redrawn logs, the truth being the mean over the redraws: the
// clustered interval holds it about as often as it says.
func TestClusteredIntervalCovers(t *testing.T) {
	const redraws = 300
	var truth float64
	var got [redraws]Paired
	for i := range got {
		base, leaked, labels, user := clusteredLog(100, 10, uint64(i+10))
		p, err := Clustered(base, leaked, labels, user)
		if err != nil {
			t.Fatal(err)
		}
		got[i] = p
		truth += p.Delta / redraws
	}
	covered := 0
	for _, p := range got {
		if p.CILow <= truth && truth <= p.CIHigh {
			covered++
		}
	}
	if share := float64(covered) / redraws; share < .91 || share > .99 {
		t.Errorf("covers %.3f of the time, want about .95", share)
	}
}

func TestPoissonWeights(t *testing.T) {
	// Limits, at which a table of the top bits could slip by one.
	for k, limit := range poissonLimit {
		if limit < 1<<32 {
			if poisson(uint32(limit)) != uint64(k+1) || poisson(uint32(limit-1)) != uint64(k) {
				t.Errorf("limit %d: weights %d and %d", k, poisson(uint32(limit-1)), poisson(uint32(limit)))
			}
		}
	}
	if most := poisson(math.MaxUint32); most*packedRun > 255 {
		t.Errorf("a weight of %d overflows a run of %d", most, packedRun)
	}
	var sum, sq float64
	const n = 20000
	for c := range n {
		for l, w := 0, packedWeights(1, c, 0); l < lanes; l, w = l+1, w>>8 {
			x := float64(w & 255)
			sum += x
			sq += x * x
		}
	}
	mean := sum / (n * lanes)
	variance := sq/(n*lanes) - mean*mean
	if math.Abs(mean-1) > .01 || math.Abs(variance-1) > .02 {
		t.Errorf("mean %v, variance %v, want 1 and 1", mean, variance)
	}
}

func TestBootstrapRefuses(t *testing.T) {
	s, l := []float64{1, 2}, []bool{true, false}
	if _, err := Bootstrap(s, nil, l, []uint32{4, 4}, BootstrapOptions{}); !errors.Is(err, ErrClusters) {
		t.Errorf("one cluster: %v", err)
	}
	if _, err := Bootstrap(s, []float64{1}, l, []uint32{0, 1}, BootstrapOptions{}); !errors.Is(err, ErrLength) {
		t.Errorf("lengths: %v", err)
	}
	if _, err := Bootstrap([]float64{1, math.NaN()}, nil, l, []uint32{0, 1}, BootstrapOptions{}); !errors.Is(err, ErrNaN) {
		t.Errorf("NaN: %v", err)
	}
	if _, err := Bootstrap(nil, nil, nil, nil, BootstrapOptions{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty: %v", err)
	}
}
