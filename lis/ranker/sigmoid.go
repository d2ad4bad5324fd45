package ranker

import "math"

// sigmoid is 1/(1+exp(−x)) in plain arithmetic, so that it has the same bits
// on every machine: math.Exp does not, it uses fused multiply-add where there
// is one. The relative error is below 1e-7.
func sigmoid(x float32) float32 {
	z := float64(x)
	if z > 30 {
		return 1
	}
	if z < -80 {
		return 0
	}
	return float32(1 / (1 + exp(-z)))
}

// exp for |x| ≤ 80: exp(x) = 2^k·exp(r), |r| ≤ ln2/2, by its series to r^8.
// The conversions keep a compiler from fusing products and sums.
func exp(x float64) float64 {
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := x - float64(k*math.Ln2)
	p := 1.0 / 40320
	for _, c := range [...]float64{1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1, 1} {
		p = c + float64(p*r)
	}
	return p * math.Float64frombits(uint64(1023+int(k))<<52)
}
