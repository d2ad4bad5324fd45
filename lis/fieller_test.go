package lis

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/lislab/lislab/lis/auc"
)

// The limits of Fieller's interval are the ratios ρ at which A − ρ·B is exactly
// 1.96 standard errors from 0, and it covers.
func TestFieller(t *testing.T) {
	const va, vb, cov = 0.04, 0.09, 0.02
	low, high := fieller(2, 3, va, vb, cov)
	for _, r := range []float64{low, high} {
		if z := math.Abs(2-3*r) / math.Sqrt(va-2*r*cov+r*r*vb); math.Abs(z-auc.Z95) > 1e-9 {
			t.Errorf("at %v the distance is %v standard errors", r, z)
		}
	}
	if l, h := fieller(1, 0.5, va, vb, cov); !math.IsNaN(l) || !math.IsNaN(h) {
		t.Errorf("0.5 ± 0.6 below: %v..%v, want not defined", l, h)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	held, n := 0, 4000
	for range n {
		b := rng.NormFloat64()
		a := cov/vb*math.Sqrt(vb)*b + math.Sqrt(va-cov*cov/vb)*rng.NormFloat64()
		if l, h := fieller(2+a, 3+math.Sqrt(vb)*b, va, vb, cov); l <= 2./3 && 2./3 <= h {
			held++
		}
	}
	if c := float64(held) / float64(n); c < 0.94 || c > 0.96 {
		t.Errorf("coverage %v, want 0.95", c)
	}
}
