package student

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Ridge is a linear student with an intercept: y ≈ Intercept + xᵀ·Coefficients.
type Ridge struct {
	Coefficients *mat.Dense // features × outputs
	Intercept    []float64  // one per output
}

// FitRidge minimises Σ wᵢ‖yᵢ − a − xᵢᵀB‖² + λ‖B‖² over the items listed (nil:
// all); the intercept is not shrunk. y holds one row of outputs per item of the
// design, weight one non-negative number per item (nil: all 1). It solves the
// normal equations by Cholesky, which λ > 0 makes well posed.
func FitRidge(x Design, y [][]float64, weight []float64, items []int, lambda float64) (*Ridge, error) {
	n, features := x.Dims()
	if len(y) != n || (weight != nil && len(weight) != n) {
		return nil, fmt.Errorf("student: %d items, %d targets and %d weights", n, len(y), len(weight))
	}
	if !(lambda > 0) {
		return nil, fmt.Errorf("student: λ = %v, want a positive number", lambda)
	}
	if items == nil {
		items = make([]int, n)
		for i := range items {
			items[i] = i
		}
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("student: no item to learn from")
	}
	outputs := len(y[items[0]])
	meanX, meanY, total := make([]float64, features), make([]float64, outputs), 0.0
	gram := mat.NewSymDense(features, nil)
	xy := mat.NewDense(features, outputs, nil)
	for _, i := range items {
		w := 1.0
		if weight != nil {
			w = weight[i]
		}
		total += w
		x.scaled(i, w, meanX)
		for k, v := range y[i] {
			meanY[k] += w * v
		}
		x.gram(i, w, gram)
		x.axpy(i, w, y[i], xy)
	}
	if !(total > 0) {
		return nil, fmt.Errorf("student: the weights add up to %v", total)
	}
	for f := range meanX {
		meanX[f] /= total
	}
	for k := range meanY {
		meanY[k] /= total
	}
	// Centring afterwards keeps sparse designs sparse: Σw(x−x̄)(x−x̄)ᵀ = Σwxxᵀ − Wx̄x̄ᵀ.
	raw := gram.RawSymmetric()
	for i := range features {
		for j := i; j < features; j++ {
			raw.Data[i*raw.Stride+j] -= total * meanX[i] * meanX[j]
		}
		raw.Data[i*raw.Stride+i] += lambda
		row := xy.RawRowView(i)
		for k := range row {
			row[k] -= total * meanX[i] * meanY[k]
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(gram) {
		return nil, fmt.Errorf("student: the normal equations of %d features and %d items are not positive definite at λ = %v; raise λ", features, len(items), lambda)
	}
	r := &Ridge{Coefficients: mat.NewDense(features, outputs, nil), Intercept: meanY}
	if err := chol.SolveTo(r.Coefficients, xy); err != nil {
		return nil, fmt.Errorf("student: solving the normal equations: %w; raise λ", err)
	}
	for f := range features {
		for k, b := range r.Coefficients.RawRowView(f) {
			r.Intercept[k] -= meanX[f] * b
		}
	}
	return r, nil
}

// Predict is the student's output for one item of a design, len = outputs.
func (r *Ridge) Predict(x Design, item int) []float64 {
	out := append([]float64(nil), r.Intercept...)
	x.apply(item, r.Coefficients, out)
	return out
}

// outOfFold gives every item a vector of a student that did not learn from it.
// taught lists the items with a target, in folds 0..folds−1 by fold (one per
// item); an item of fold f gets the student of the other folds. Items outside
// taught get the student of all of taught. R2 per output is out of fold, over
// taught and weighted as the fit was.
func outOfFold(n int, y [][]float64, weight []float64, taught []int, fold []int8, folds int, fit func(items []int) (func(item int) []float64, error)) ([][]float64, []float64, error) {
	vectors := make([][]float64, n)
	for f := range int8(folds) {
		var others, own []int
		for _, i := range taught {
			if fold[i] == f {
				own = append(own, i)
			} else {
				others = append(others, i)
			}
		}
		if len(own) == 0 {
			continue
		}
		predict, err := fit(others)
		if err != nil {
			return nil, nil, fmt.Errorf("fold %d: %w", f, err)
		}
		for _, i := range own {
			vectors[i] = predict(i)
		}
	}
	r2 := R2(y, vectors, weight, taught)
	predict, err := fit(taught)
	if err != nil {
		return nil, nil, err
	}
	for i := range vectors {
		if vectors[i] == nil {
			vectors[i] = predict(i)
		}
	}
	return vectors, r2, nil
}

// R2 is, per output, 1 − Σw(y−ŷ)²/Σw(y−ȳ)² over the items listed: 1 is perfect,
// 0 is no better than the mean. It is NaN where an output does not vary.
func R2(y, predicted [][]float64, weight []float64, items []int) []float64 {
	if len(items) == 0 {
		return nil
	}
	r2 := make([]float64, len(y[items[0]]))
	for k := range r2 {
		var total, mean, residual, spread float64
		at := func(i int) float64 {
			if weight == nil {
				return 1
			}
			return weight[i]
		}
		for _, i := range items {
			total += at(i)
			mean += at(i) * y[i][k]
		}
		mean /= total
		for _, i := range items {
			d, s := y[i][k]-predicted[i][k], y[i][k]-mean
			residual += at(i) * d * d
			spread += at(i) * s * s
		}
		r2[k] = math.NaN()
		if spread > 0 {
			r2[k] = 1 - residual/spread
		}
	}
	return r2
}
