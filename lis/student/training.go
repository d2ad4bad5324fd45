package student

import (
	"fmt"
	"math"
)

// Way is a way to train a student on the rows of the preference data.
type Way string

// The ways that are compared by how much of the score they bring back.
const (
	Unweighted Way = "unweighted" // ridge, every row counts the same
	Weighted   Way = "weighted"   // ridge, a row counts c/(c+100), c its updates
	HardFirst  Way = "hard-first" // ridge, refitted with the rows it missed most counting up to four times
	TwoLayer   Way = "two-layer"  // a network of one hidden layer, weighted
)

// UpdateWeights are c/(c+100) for each item's updates c: a row that has been
// updated often is nearer to what it will be.
func UpdateWeights(updates []int) []float64 {
	w := make([]float64, len(updates))
	for i, c := range updates {
		w[i] = float64(c) / (float64(c) + 100)
	}
	return w
}

// Options of a comparison of students. The zero value works.
type Options struct {
	Lambda float64 // of ridge; 0 means 20
	Folds  int     // 0 means 5
	Seed   uint64  // of the two-layer student's start and order
	Hidden int     // units of the two-layer student; 0 means 32
}

// Train teaches a student in one of the ways and gives every item its vector:
// an item that taught it, the vector of a student taught on the other folds.
// R² is per output and out of fold. updates is one count per item.
func Train(way Way, x Design, y [][]float64, updates []int, taught []int, fold []int8, o Options) (vectors [][]float64, r2 []float64, err error) {
	if o.Lambda == 0 {
		o.Lambda = 20
	}
	if o.Folds == 0 {
		o.Folds = 5
	}
	if o.Hidden == 0 {
		o.Hidden = 32
	}
	n, _ := x.Dims()
	weight := UpdateWeights(updates)
	ridge := func(weight []float64) func(items []int) (func(int) []float64, error) {
		return func(items []int) (func(int) []float64, error) {
			r, err := FitRidge(x, y, weight, items, o.Lambda)
			if err != nil {
				return nil, err
			}
			return func(i int) []float64 { return r.Predict(x, i) }, nil
		}
	}
	var fit func(items []int) (func(int) []float64, error)
	switch way {
	case Unweighted:
		fit = ridge(nil)
	case Weighted:
		fit = ridge(weight)
	case HardFirst:
		fit = func(items []int) (func(int) []float64, error) {
			first, err := ridge(weight)(items)
			if err != nil {
				return nil, err
			}
			return ridge(harder(y, weight, items, first))(items)
		}
	case TwoLayer:
		fit = func(items []int) (func(int) []float64, error) {
			net, err := FitNetwork(x, y, weight, items, o.Hidden, o.Seed)
			if err != nil {
				return nil, err
			}
			return func(i int) []float64 { return net.Predict(x, i) }, nil
		}
	default:
		return nil, nil, fmt.Errorf("student: no way %q to train; the ways are %s, %s, %s, %s", way, Unweighted, Weighted, HardFirst, TwoLayer)
	}
	vectors, _, err = outOfFold(n, y, weight, taught, fold, o.Folds, fit)
	if err != nil {
		return nil, nil, err
	}
	// R² is over the same weights for every way, so that the ways compare.
	return vectors, outOfFoldR2(y, vectors, weight, taught, fold, o.Folds), nil
}

// outOfFoldR2 is R2 over the taught items that belong to a fold.
func outOfFoldR2(y, vectors [][]float64, weight []float64, taught []int, fold []int8, folds int) []float64 {
	var items []int
	for _, i := range taught {
		if int(fold[i]) < folds {
			items = append(items, i)
		}
	}
	return R2(y, vectors, weight, items)
}

// harder multiplies each item's weight by its squared residual over the mean
// one, within ¼ … 4.
func harder(y [][]float64, weight []float64, items []int, predict func(int) []float64) []float64 {
	w := append([]float64(nil), weight...)
	residual, mean := make([]float64, len(w)), 0.0
	for _, i := range items {
		for k, p := range predict(i) {
			residual[i] += (y[i][k] - p) * (y[i][k] - p)
		}
		mean += residual[i] / float64(len(items))
	}
	if mean == 0 {
		return w
	}
	for _, i := range items {
		w[i] *= math.Min(4, math.Max(0.25, residual[i]/mean))
	}
	return w
}
