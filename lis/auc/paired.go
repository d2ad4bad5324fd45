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

// DeLong compares two scorings of the same impressions, taken as independent
// of each other: DeLong's test with its n−1 denominators. Clusters make its
// interval too short (86–93 % coverage where items repeat); see Clustered.
// Errors: those of AUC; ErrOneClass too where a class has a single impression,
// which has no variance.
func DeLong(base, leaked []float64, labels []bool) (Paired, error) {
	return new(Workspace).DeLong(base, leaked, labels)
}

// DeLong is the function DeLong in w's buffers.
func (w *Workspace) DeLong(base, leaked []float64, labels []bool) (Paired, error) {
	a, b, err := w.pair(base, leaked, labels)
	if err != nil {
		return Paired{}, err
	}
	n, k := len(labels), w.workers(len(labels))
	w.parts = slices.Grow(w.parts[:0], n/partSize+1)[:n/partSize+1]
	if k == 1 {
		w.square(labels, 0, len(w.parts))
	} else {
		spread(k, func(i int) {
			from, to := share(len(w.parts), i, k)
			w.square(labels, from, to)
		})
	}
	var sum squaresOf
	for _, p := range w.parts {
		sum.negSq += p.negSq
		sum.posSq += p.posSq
		sum.pos += p.pos
	}
	pos, neg := sum.pos, n-sum.pos
	if pos < 2 || neg < 2 {
		return Paired{}, fmt.Errorf("%w: a variance needs two impressions of each, there are %d of label 0 and %d of label 1", ErrOneClass, neg, pos)
	}
	// φ is a component's deviation over n, so Σφ²·n/(n−1) is s²/n.
	v := sum.negSq*float64(neg)/float64(neg-1) + sum.posSq*float64(pos)/float64(pos-1)
	return newPaired(a, b, v, 0), nil
}

// partSize is the number of impressions whose squares are summed together, so
// that the order of a sum does not depend on the number of workers.
const partSize = 1 << 14

// squaresOf are sums of squared influences by label.
type squaresOf struct {
	negSq, posSq float64
	pos          int
}

// square fills the parts from..to−1.
func (w *Workspace) square(labels []bool, from, to int) {
	for j := from; j < to; j++ {
		end := min(len(labels), (j+1)*partSize)
		w.parts[j] = squares(w.phi[0][j*partSize:end], labels[j*partSize:end])
	}
}

func squares(phi []float64, labels []bool) (s squaresOf) {
	labels = labels[:len(phi)]
	for i, x := range phi {
		x *= x
		var p float64
		if labels[i] {
			p = x
			s.pos++
		}
		s.posSq += p
		s.negSq += x - p
	}
	return s
}
