package student

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// PCA gives each vector's first k principal components, in order of variance.
// Each component's sign makes its largest loading positive, so that the same
// vectors always give the same numbers.
func PCA(vectors [][]float64, k int) ([][]float64, error) {
	d, err := NewDense(vectors)
	if err != nil {
		return nil, err
	}
	n, features := d.Dims()
	if k < 1 || k > min(n, features) {
		return nil, fmt.Errorf("student: %d components of %d vectors of %d values", k, n, features)
	}
	mean := make([]float64, features)
	for _, v := range vectors {
		for f, a := range v {
			mean[f] += a / float64(n)
		}
	}
	// The eigenvectors of the covariance: with many more vectors than values it
	// is far cheaper than a decomposition of the table itself.
	cov := mat.NewSymDense(features, nil)
	centred := mat.NewVecDense(features, nil)
	for _, v := range vectors {
		for f, a := range v {
			centred.SetVec(f, a-mean[f])
		}
		cov.SymRankOne(cov, 1/float64(n), centred)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(cov, true) {
		return nil, fmt.Errorf("student: the principal components of %d vectors did not converge", n)
	}
	var loadings mat.Dense
	eigen.VectorsTo(&loadings)
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, k)
	}
	for c := range k {
		load, largest := mat.Col(nil, features-1-c, &loadings), 0.0 // ascending eigenvalues
		for _, a := range load {
			if abs(a) > abs(largest) {
				largest = a
			}
		}
		for i, v := range vectors {
			s := 0.0
			for f, a := range v {
				s += (a - mean[f]) * load[f]
			}
			if largest < 0 {
				s = -s
			}
			out[i][c] = s
		}
	}
	return out, nil
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}
