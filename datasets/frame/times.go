package frame

import (
	"fmt"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/lislab/lislab/lis"
)

// ints are a column's whole numbers or times, in nanoseconds where they are text.
func ints(s series.Series, name string) ([]int64, error) {
	out := make([]int64, s.Len())
	reader, err := lis.NewTimeReader("", "")
	if err != nil {
		return nil, err
	}
	for i := range out {
		e := s.Elem(i)
		if e.IsNA() {
			return nil, noTime(i, name)
		}
		if s.Type() == series.String {
			if out[i], err = reader.Parse(e.String()); err != nil {
				return nil, &lis.InputError{Kind: lis.ErrBadTime, What: err.Error(), Row: i + 1, Column: name, Do: "correct the cell, or filter the row out"}
			}
			continue
		}
		v, err := e.Int()
		if err != nil {
			return nil, &lis.InputError{Kind: lis.ErrBadTime, What: fmt.Sprintf("%q is no whole number", e.String()), Row: i + 1, Column: name, Do: "read the column as text or whole numbers"}
		}
		out[i] = int64(v)
	}
	return out, nil
}

// Times reads a column of times, text or whole numbers, in a format and time
// zone of lis.NewTimeReader ("" is auto and UTC). A cell that is no time is
// lis.ErrBadTime with its row, one without a value lis.ErrMissingValue.
func Times(df dataframe.DataFrame, name, format, timezone string) ([]time.Time, error) {
	s, err := column(df, name)
	if err != nil {
		return nil, err
	}
	reader, err := lis.NewTimeReader(format, timezone)
	if err != nil {
		return nil, err
	}
	out := make([]time.Time, s.Len())
	for i := range out {
		e := s.Elem(i)
		if e.IsNA() {
			return nil, noTime(i, name)
		}
		var ns int64
		switch s.Type() {
		case series.Int:
			var v int
			if v, err = e.Int(); err == nil {
				ns, err = reader.Int(int64(v))
			}
		case series.String:
			ns, err = reader.Parse(e.String())
		default:
			err = fmt.Errorf("times are %v, expected text or whole numbers", s.Type())
		}
		if err != nil {
			return nil, &lis.InputError{Kind: lis.ErrBadTime, What: err.Error(), Row: i + 1, Column: name, Do: "correct the cell, or name the format"}
		}
		out[i] = time.Unix(0, ns).In(reader.Location())
	}
	return out, nil
}

// TimeColumn makes a column of times: text in RFC 3339 with nanoseconds, in UTC,
// all of one width, so that the order of the text is the order of time. (gota
// has no times, and would make NaN of a []time.Time.)
func TimeColumn(name string, times []time.Time) series.Series {
	text := make([]string, len(times))
	for i, t := range times {
		text[i] = t.UTC().Format("2006-01-02T15:04:05.000000000Z")
	}
	return series.New(text, series.String, name)
}

// Period numbers the periods that times fall into, counted from 00:00 of the
// first time's day in its own zone, as a sweep counts them: a column of whole
// numbers. period is 24 hours where it is 0.
func Period(name string, times []time.Time, period time.Duration) series.Series {
	if period <= 0 {
		period = 24 * time.Hour
	}
	numbers := make([]int, len(times))
	if len(times) == 0 {
		return series.New(numbers, series.Int, name)
	}
	first := times[0]
	for _, t := range times {
		if t.Before(first) {
			first = t
		}
	}
	origin := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, first.Location())
	for i, t := range times {
		numbers[i] = int(t.Sub(origin) / period)
	}
	return series.New(numbers, series.Int, name)
}
