package auc

import (
	"cmp"
	"math"
	"slices"
)

// PValue is the two-sided p of estimate ± se under a normal distribution: 1
// where both are 0 (an exact zero), 0 where only se is.
func PValue(estimate, se float64) float64 {
	switch {
	case estimate == 0:
		return 1
	case se == 0:
		return 0
	}
	return math.Erfc(math.Abs(estimate) / se / math.Sqrt2)
}

// AdjustBH gives the Benjamini–Hochberg (1995) adjusted p-values of p, in p's
// order: rejecting those ≤ q keeps the expected share of false rejections ≤ q.
// NaN entries are no tests: they stay NaN and are not counted.
func AdjustBH(p []float64) []float64 {
	adj := slices.Clone(p)
	order := make([]int, 0, len(p))
	for i, x := range p {
		if !math.IsNaN(x) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	m, least := float64(len(order)), 1.0
	for r := len(order) - 1; r >= 0; r-- {
		i := order[r]
		least = min(least, p[i]*m/float64(r+1))
		adj[i] = least
	}
	return adj
}
