package lis

import (
	"errors"
	"fmt"
	"strings"
)

// The named errors. Every refusal of bad input wraps one of them, so that a
// program asks errors.Is(err, lis.ErrBadTime) and a person reads the name in
// the message. Name gives the word that the command line prints.
var (
	ErrUsage          = errors.New("usage")
	ErrUnknownSlot    = errors.New("unknown-slot")
	ErrUnknownColumn  = errors.New("unknown-column")
	ErrUnknownKey     = errors.New("unknown-key")
	ErrBadTime        = errors.New("bad-time")
	ErrBadLabel       = errors.New("bad-label")
	ErrBadRow         = errors.New("bad-row")
	ErrMissingValue   = errors.New("missing-value")
	ErrOneClass       = errors.New("one-class")
	ErrHorizonPastEnd = errors.New("horizon-past-end")
	ErrTooFewPeriods  = errors.New("too-few-periods")
	ErrNoSuchLog      = errors.New("no-such-log")
	ErrDuplicateRows  = errors.New("duplicate-rows")
	ErrBadVectors     = errors.New("bad-vectors")
	ErrChecksum       = errors.New("checksum")
	ErrUnsafePath     = errors.New("unsafe-path")
	ErrIO             = errors.New("io")
	errAll            = []error{ErrUsage, ErrUnknownSlot, ErrUnknownColumn, ErrUnknownKey, ErrBadTime, ErrBadLabel, ErrBadRow, ErrMissingValue, ErrOneClass, ErrHorizonPastEnd, ErrTooFewPeriods, ErrNoSuchLog, ErrDuplicateRows, ErrBadVectors, ErrChecksum, ErrUnsafePath, ErrIO}
)

// Name is the name of the kind of error that err wraps ("bad-time", …), or ""
// where it wraps none of the named ones.
func Name(err error) string {
	for _, e := range errAll {
		if errors.Is(err, e) {
			return e.Error()
		}
	}
	return ""
}

// Named is the named error that Name gives name for; ErrIO, the one for what no
// rule foresaw, where there is none.
func Named(name string) error {
	for _, e := range errAll {
		if e.Error() == name {
			return e
		}
	}
	return ErrIO
}

// An InputError says what was wrong with an input, where, and what to do.
// Its text reads "NAME: what (FILE:ROW, column); what to do".
type InputError struct {
	Kind   error  // one of the named errors
	What   string // what was wrong and what was expected
	File   string // "" where there is none
	Row    int    // 1-based line of the file (the header is line 1), 1-based data row where there is no file; 0 where there is none
	Column string // "" where there is none
	Do     string // what to do about it; "" where nothing is to be said
	Err    error  // what lies beneath; may be nil
}

func (e *InputError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v: %s", e.Kind, e.What)
	if w := e.where(); w != "" {
		fmt.Fprintf(&b, " (%s)", w)
	}
	if e.Do != "" {
		b.WriteString("; " + e.Do)
	}
	return b.String()
}

func (e *InputError) where() string {
	var parts []string
	switch {
	case e.File != "" && e.Row > 0:
		parts = append(parts, fmt.Sprintf("%s:%d", e.File, e.Row))
	case e.File != "":
		parts = append(parts, e.File)
	case e.Row > 0:
		parts = append(parts, fmt.Sprintf("row %d", e.Row))
	}
	if e.Column != "" {
		parts = append(parts, "column "+e.Column)
	}
	return strings.Join(parts, ", ")
}

// Unwrap gives the named error and what lies beneath it.
func (e *InputError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}
