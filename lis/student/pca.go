package student

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
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
	x := mat.NewDense(n, features, nil)
	mean := make([]float64, features)
	for i, v := range vectors {
		x.SetRow(i, v)
		for f, a := range v {
			mean[f] += a / float64(n)
		}
	}
	var pc stat.PC
	if !pc.PrincipalComponents(x, nil) {
		return nil, fmt.Errorf("student: the principal components of %d vectors did not converge", n)
	}
	var loadings mat.Dense
	pc.VectorsTo(&loadings)
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, k)
	}
	for c := range k {
		load, largest := mat.Col(nil, c, &loadings), 0.0
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
