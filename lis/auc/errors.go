package auc

import (
	"errors"
	"fmt"
	"math"
)

// The named errors of bad data. Ask with errors.Is.
var (
	ErrEmpty    = errors.New("auc: no impressions")
	ErrOneClass = errors.New("auc: labels of one class only")
	ErrNaN      = errors.New("auc: score is NaN")
	ErrLength   = errors.New("auc: slices of different lengths")
	ErrWeight   = errors.New("auc: weight is not a finite number ≥ 0")
	ErrTooMany  = errors.New("auc: more than 2³¹−1 impressions")
	ErrClusters = errors.New("auc: fewer than two clusters")
)

// A RowError is bad data at one impression: Err is ErrNaN or ErrWeight,
// Index the impression's 0-based position in the slices given.
type RowError struct {
	Err   error
	Index int
}

func (e *RowError) Error() string { return fmt.Sprintf("%v (impression %d, from 0)", e.Err, e.Index) }

// Unwrap gives the named error.
func (e *RowError) Unwrap() error { return e.Err }

// checkLengths refuses slices of different lengths and empty ones. what names
// the second slice.
func checkLengths(scores, other int, what string) error {
	if scores != other {
		return fmt.Errorf("%w: %d scores, %d %s", ErrLength, scores, other, what)
	}
	if scores == 0 {
		return ErrEmpty
	}
	if scores > math.MaxInt32 {
		return fmt.Errorf("%w: %d; add them to a Histogram", ErrTooMany, scores)
	}
	return nil
}

// oneClass says which class is there.
func oneClass(pos, n int) error {
	if pos == 0 {
		return fmt.Errorf("%w: all %d are 0", ErrOneClass, n)
	}
	return fmt.Errorf("%w: all %d are 1", ErrOneClass, n)
}
