package auc

import (
	"fmt"
	"math"
	"slices"
)

// Weighted is the AUC of impressions with weights ≥ 0, such as 1 over the
// probability of being logged:
//
//	Σ_{i: label 1} Σ_{j: label 0} w_i w_j ([s_i > s_j] + ½[s_i = s_j]) / (W₁ W₀).
//
// All slices are of one length. Errors: those of AUC; ErrWeight as a
// *RowError; ErrOneClass too where a class has no weight.
func Weighted(scores []float64, labels []bool, weights []float64) (float64, error) {
	return new(Workspace).Weighted(scores, labels, weights)
}

// Weighted is the function Weighted in w's buffers.
func (w *Workspace) Weighted(scores []float64, labels []bool, weights []float64) (float64, error) {
	if err := checkLengths(len(scores), len(labels), "labels"); err != nil {
		return 0, err
	}
	if err := checkLengths(len(scores), len(weights), "weights"); err != nil {
		return 0, err
	}
	if i := slices.IndexFunc(weights, func(x float64) bool { return !(x >= 0 && x <= math.MaxFloat64) }); i >= 0 {
		return 0, &RowError{ErrWeight, i}
	}
	e, err := ordered(w, scores, labels)
	if err != nil {
		return 0, err
	}
	var u2, pos, below float64
	for i := 0; i < len(e); {
		j := i
		var p, q float64
		for ; j < len(e) && e[j].key == e[i].key; j++ {
			if x := weights[e[j].ref&^labelBit]; e[j].ref&labelBit != 0 {
				p += x
			} else {
				q += x
			}
		}
		u2 += p * (2*below + q)
		below += q
		pos += p
		i = j
	}
	if pos == 0 || below == 0 {
		return 0, fmt.Errorf("%w: the weights of label 1 sum to %v, of label 0 to %v", ErrOneClass, pos, below)
	}
	return u2 / (2 * pos * below), nil
}

// ordered is the impressions in the order of their scores, ties in the order
// given, with the error that AUC would have.
func ordered[F float](w *Workspace, scores []F, labels []bool) ([]elem, error) {
	if plain {
		e, _, err := plainOrder(scores, labels)
		return e, err
	}
	if n := len(scores); n > smallInput {
		_, _, err := orderBig(&w.big, scores, labels, nil, w.workers(n))
		return w.big.elems, err
	}
	e, _, err := orderSmall(&w.order, scores, labels)
	return e, err
}
