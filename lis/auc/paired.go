package auc

import (
	"fmt"
	"math"
	"slices"
)

// Z95 is the normal distribution's 97.5 % quantile as it is used for every
// interval: ci = estimate ± Z95·se.
const Z95 = 1.96

// Paired is what two scorings of the same impressions differ by.
type Paired struct {
	Base, Leaked float64 // the two AUCs
	Delta        float64 // Leaked − Base
	SE           float64 // of Delta
	CILow        float64 // Delta − 1.96 SE
	CIHigh       float64 // Delta + 1.96 SE
	P            float64 // two-sided, normal; 1 where Delta and SE are both 0
	Clusters     int     // number of clusters; 0 for DeLong
}

func newPaired(base, leaked, variance float64, clusters int) Paired {
	d, se := leaked-base, math.Sqrt(variance)
	return Paired{base, leaked, d, se, d - Z95*se, d + Z95*se, PValue(d, se), clusters}
}

// Clustered compares two scorings of the same impressions, with the variance
// K/(K−1)·Σ_clusters(Σφ)² of the paired influences. cluster holds dense
// indices from 0. Errors: those of AUC, and ErrClusters.
func Clustered(base, leaked []float64, labels []bool, cluster []uint32) (Paired, error) {
	return new(Workspace).Clustered(base, leaked, labels, cluster)
}

// Clustered is the function Clustered in w's buffers.
func (w *Workspace) Clustered(base, leaked []float64, labels []bool, cluster []uint32) (Paired, error) {
	if err := checkLengths(len(base), len(cluster), "clusters"); err != nil {
		return Paired{}, err
	}
	a, b, err := w.pair(base, leaked, labels)
	if err != nil {
		return Paired{}, err
	}
	w.sum.Reset()
	if err := w.sum.Add(w.phi[0], cluster, 1); err != nil {
		return Paired{}, err
	}
	k := w.sum.Clusters()
	if k < 2 {
		return Paired{}, ErrClusters
	}
	return newPaired(a, b, w.sum.Variance(), k), nil
}

// pair leaves the influences of leaked − base in w.phi[0].
func (w *Workspace) pair(base, leaked []float64, labels []bool) (a, b float64, err error) {
	n := len(base)
	if err := checkLengths(n, len(leaked), "leaked scores"); err != nil {
		return 0, 0, err
	}
	for i := range w.phi {
		w.phi[i] = slices.Grow(w.phi[i][:0], n)[:n]
	}
	if a, err = w.Influence(w.phi[1], base, labels); err != nil {
		return 0, 0, fmt.Errorf("base: %w", err)
	}
	if b, err = w.Influence(w.phi[0], leaked, labels); err != nil {
		return 0, 0, fmt.Errorf("leaked: %w", err)
	}
	if k := w.workers(n); k == 1 {
		w.subtract(0, n)
	} else {
		spread(k, func(i int) { w.subtract(share(n, i, k)) })
	}
	return a, b, nil
}

// subtract takes the influences of base off those of leaked.
func (w *Workspace) subtract(from, to int) {
	phi := w.phi[0][from:to]
	for j, x := range w.phi[1][from:to] {
		phi[j] -= x
	}
}
