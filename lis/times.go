package lis

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones must not depend on the machine
)

// A TimeReader turns times as written in a source into Unix nanoseconds. It
// remembers the unit that the first number had, so that a column in which
// seconds and milliseconds are mixed is an error and not a wrong number. It is
// not safe for concurrent use.
type TimeReader struct {
	format string
	loc    *time.Location
	unit   string // what "auto" found numbers to be; "" before the first
}

// unitNanos is the number of nanoseconds in each unit of a numeric time.
var unitNanos = map[string]int64{"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1}

// timeLayouts are what text may look like where it is not a number; those
// without a zone are read in the reader's location.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// NewTimeReader makes a reader for a format: "s", "ms", "us" or "ns" since
// 1970, "rfc3339" (the zone may be missing, the clock too), or "auto" (also
// ""), which tells a number's unit from its size: below 1e11 seconds, below
// 1e14 milliseconds, below 1e17 microseconds, else nanoseconds. timezone is
// the IANA name for times without a zone; "" means UTC. The errors are ErrUsage.
func NewTimeReader(format, timezone string) (*TimeReader, error) {
	if format == "" {
		format = "auto"
	}
	if format != "auto" && format != "rfc3339" && unitNanos[format] == 0 {
		return nil, &InputError{Kind: ErrUsage, What: fmt.Sprintf("no time format %q", format), Do: "use auto, s, ms, us, ns or rfc3339"}
	}
	loc, err := time.LoadLocation(timezone)
	if err != nil {
		return nil, &InputError{Kind: ErrUsage, What: fmt.Sprintf("no time zone %q", timezone), Do: "use an IANA name such as Europe/Berlin", Err: err}
	}
	return &TimeReader{format: format, loc: loc}, nil
}

// Location is the zone of times without one.
func (r *TimeReader) Location() *time.Location { return r.loc }

// Parse reads one time. The error says what was wrong with it, without a
// place: the caller knows file, row and column.
func (r *TimeReader) Parse(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, fmt.Errorf("time is empty")
	}
	if isNumber(s) && r.format != "rfc3339" {
		return r.number(s)
	}
	if r.format != "auto" && r.format != "rfc3339" {
		return 0, fmt.Errorf("time %q is no number of %s", s, r.format)
	}
	for _, l := range timeLayouts {
		if t, err := time.ParseInLocation(l, s, r.loc); err == nil {
			if y := t.Year(); y < 1678 || y > 2261 {
				return 0, fmt.Errorf("time %q is out of range", s)
			}
			return t.UnixNano(), nil
		}
	}
	return 0, fmt.Errorf("time %q cannot be read as %s", s, r.format)
}

// Int reads one time that is a number already.
func (r *TimeReader) Int(v int64) (int64, error) {
	if r.format == "rfc3339" {
		return 0, fmt.Errorf("time %d is a number, not rfc3339", v)
	}
	unit, err := r.unitOf(v)
	if err != nil {
		return 0, err
	}
	m := unitNanos[unit]
	if v > math.MaxInt64/m || v < math.MinInt64/m {
		return 0, fmt.Errorf("time %d %s is out of range", v, unit)
	}
	return v * m, nil
}

// number reads decimal text, with as many digits after the point as
// nanoseconds can hold.
func (r *TimeReader) number(s string) (int64, error) {
	whole, frac, _ := strings.Cut(s, ".")
	v, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("time %q is out of range", s)
	}
	t, err := r.Int(v)
	if err != nil || frac == "" {
		return t, err
	}
	unit, _ := r.unitOf(v)
	scale := unitNanos[unit]
	for _, c := range frac {
		scale /= 10
		if whole[0] == '-' {
			t -= int64(c-'0') * scale
		} else {
			t += int64(c-'0') * scale
		}
	}
	return t, nil
}

func (r *TimeReader) unitOf(v int64) (string, error) {
	if r.format != "auto" {
		return r.format, nil
	}
	u := "ns"
	switch a := max(v, -v); {
	case a < 1e11:
		u = "s"
	case a < 1e14:
		u = "ms"
	case a < 1e17:
		u = "us"
	}
	if r.unit == "" {
		r.unit = u
	}
	if u != r.unit {
		return "", fmt.Errorf("time %d looks like %s where the rows before it look like %s", v, u, r.unit)
	}
	return u, nil
}

// isNumber tells whether s is [-]digits[.digits].
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, frac, point := strings.Cut(s, ".")
	return digits(whole) && (!point || digits(frac))
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
