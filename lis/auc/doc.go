// Package auc says how well scores order labels, and how sure one may be of
// it: the area under the ROC curve, exact with ties, and every interval that
// lislab prints.
//
// The AUC of n scored impressions, P of label 1 and N of label 0, is
//
//	AUC = (1/PN) Σ_{i: label 1} Σ_{j: label 0} [s_i > s_j] + ½[s_i = s_j],
//
// computed through the integer 2U = Σ_i (2·below_i + tied_i), so that it is
// the correctly rounded quotient of two integers whatever the order of the
// rows, the number of cores or the size of the input.
//
// Uncertainty comes from influence functions. That of one impression is
//
//	φ_i = (V10_i − AUC)/P for label 1,  φ_j = (V01_j − AUC)/N for label 0,
//
// with V10_i the share of the other class scored below i and V01_j the share
// scored above j, ties counting half (the components of DeLong, DeLong and
// Clarke-Pearson 1988). Σφ² estimates the variance where impressions are
// independent; where they come in clusters (impressions of one user, of one
// item), φ is summed within a cluster first. Influences of a difference of two
// AUCs on the same impressions are differences of influences, and they add
// over periods with the periods' weights.
//
// Every function takes float64 scores; those ending in 32 take float32 and
// give what the exactly widened scores would give. Scores may be any finite
// number or an infinity; −0 and +0 tie. NaN, no impressions, labels of one
// class and slices of different lengths are errors: ErrNaN, ErrEmpty,
// ErrOneClass, ErrLength.
package auc
