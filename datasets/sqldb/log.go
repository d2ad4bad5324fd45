package sqldb

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/lis"
)

var nan = math.NaN()

// Log asks the process's database for a log, one impression per row of the
// answer. Columns name the answer's columns, as they name a file's: times may be
// timestamps, numbers or text, ids text, integers or booleans (floats are
// refused, for they do not say how an id was written), a slot of several ids
// per row a list under the name NAME[]. The rows may come in any order; where
// times are equal the answer's order counts, which a query without ORDER BY
// keeps from its files.
//
// Errors name the row of the answer and the column: lis.ErrUnknownColumn,
// lis.ErrMissingValue, lis.ErrBadTime, lis.ErrBadLabel, lis.ErrBadRow, and what
// lis.NewLog and Table refuse.
func Log(ctx context.Context, c lis.Columns, query string, args ...any) (*lis.Log, error) {
	t, err := Table(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return logOf(t, c)
}

// logOf makes a log of an answer.
func logOf(t *table.Table, c lis.Columns) (*lis.Log, error) {
	for _, f := range []struct {
		field *string
		name  string
	}{{&c.Time, "time"}, {&c.User, "user"}, {&c.Item, "item"}, {&c.Label, "label"}, {&c.Name, "query"}} {
		if *f.field == "" {
			*f.field = f.name
		}
	}
	r := answer{t: t}
	d := lis.Data{Name: c.Name, AllowDuplicates: c.AllowDuplicates}
	times, err := lis.NewTimeReader(c.TimeFormat, c.Timezone)
	if err != nil {
		return nil, err
	}
	d.Location = times.Location()
	d.Time = r.times(c.Time, times)
	d.User, d.Item = r.ids("user", c.User), r.ids("item", c.Item)
	d.Label = r.labels(c.Label, c.LabelAtLeast)
	for _, slot := range sorted(c.Slots) {
		d.Slots = append(d.Slots, r.ids(slot, c.Slots[slot]))
	}
	for _, name := range sorted(c.Numeric) {
		d.Numeric = append(d.Numeric, lis.NumericColumn{Name: name, Values: r.floats(c.Numeric[name])})
	}
	if c.Weight != "" {
		for _, w := range r.floats(c.Weight) {
			d.Weight = append(d.Weight, float32(w))
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return lis.NewLog(d)
}

func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// An answer reads columns until the first error, which it keeps.
type answer struct {
	t   *table.Table
	err error
}

func (r *answer) refuse(kind error, row int, column, what, do string) {
	if r.err == nil {
		r.err = &lis.InputError{Kind: kind, What: what, Row: row + 1, Column: column, Do: do}
	}
}

// column finds a column that has a value in every row; nil after an error.
func (r *answer) column(name string) *table.Column {
	c := r.t.Column(strings.TrimSuffix(name, "[]"))
	if c == nil {
		c = r.t.Column(name)
	}
	if c == nil {
		var names []string
		for i := range r.t.Columns {
			names = append(names, r.t.Columns[i].Name)
		}
		if r.err == nil {
			r.err = &lis.InputError{Kind: lis.ErrUnknownColumn, What: fmt.Sprintf("no column %q in the answer", name), Do: "its columns are " + strings.Join(names, ", ")}
		}
		return nil
	}
	if row := slices.Index(c.Null, true); row >= 0 {
		r.refuse(lis.ErrMissingValue, row, name, "no value", "leave such rows out with WHERE … IS NOT NULL")
		return nil
	}
	return c
}

func (r *answer) times(name string, reader *lis.TimeReader) []int64 {
	c := r.column(name)
	if c == nil {
		return nil
	}
	out := make([]int64, r.t.Rows)
	for i := range out {
		var err error
		switch c.Kind {
		case table.Time:
			out[i] = c.Ints[i]
		case table.Int:
			out[i], err = reader.Int(c.Ints[i])
		case table.Float:
			if v := c.Floats[i]; math.Abs(v) >= 1<<53 {
				err = fmt.Errorf("time %g is a float that has lost digits", v)
			} else {
				out[i], err = reader.Parse(strconv.FormatFloat(v, 'f', -1, 64))
			}
		case table.String:
			out[i], err = reader.Parse(c.Strings[i])
		default:
			err = fmt.Errorf("a %v is no time", c.Kind)
		}
		if err != nil {
			r.refuse(lis.ErrBadTime, i, name, err.Error(), "correct it in the query, or give TimeFormat")
			return nil
		}
	}
	return out
}

func (r *answer) ids(slot, name string) lis.Column {
	out := lis.Column{Name: slot}
	c := r.column(name)
	if c == nil {
		return out
	}
	if c.Kind == table.IDs {
		out.IDs, out.Index, out.Offsets = c.IDs, c.Index, c.Offsets
		return out
	}
	var at func(i int) string
	switch c.Kind {
	case table.String:
		at = func(i int) string { return c.Strings[i] }
	case table.Int:
		at = func(i int) string { return strconv.FormatInt(c.Ints[i], 10) }
	case table.Bool:
		at = func(i int) string { return strconv.FormatBool(c.Bools[i]) }
	default:
		r.refuse(lis.ErrBadRow, 0, name, fmt.Sprintf("ids of kind %v do not say how they were written", c.Kind), "cast them to VARCHAR in the query")
		return out
	}
	out.Index = make([]uint32, r.t.Rows)
	number := map[string]uint32{}
	for i := range out.Index {
		id := at(i)
		k, ok := number[id]
		if !ok {
			k = uint32(len(out.IDs))
			out.IDs = append(out.IDs, id)
			number[id] = k
		}
		out.Index[i] = k
	}
	return out
}

// numbers are the values of a column of numbers or booleans, by row.
func numbers(c *table.Column) func(i int) (float64, bool) {
	return func(i int) (float64, bool) {
		switch c.Kind {
		case table.Float:
			return c.Floats[i], true
		case table.Int:
			return float64(c.Ints[i]), true
		case table.Bool:
			if c.Bools[i] {
				return 1, true
			}
			return 0, true
		case table.String:
			v, err := strconv.ParseFloat(c.Strings[i], 64)
			return v, err == nil
		}
		return 0, false
	}
}

func (r *answer) labels(name string, atLeast *float64) []bool {
	c := r.column(name)
	if c == nil {
		return nil
	}
	out, at := make([]bool, r.t.Rows), numbers(c)
	for i := range out {
		v, ok := at(i)
		switch {
		case ok && atLeast != nil && !math.IsNaN(v):
			out[i] = v >= *atLeast
		case ok && atLeast == nil && v == 1:
			out[i] = true
		case ok && atLeast == nil && v == 0:
		default:
			r.refuse(lis.ErrBadLabel, i, name, "the label is neither 0 nor 1", "make it so in the query, or give LabelAtLeast for a number")
			return nil
		}
	}
	return out
}

func (r *answer) floats(name string) []float64 {
	c := r.column(name)
	if c == nil {
		return nil
	}
	out, at := make([]float64, r.t.Rows), numbers(c)
	for i := range out {
		v, ok := at(i)
		if !ok {
			r.refuse(lis.ErrBadRow, i, name, "this is no number", "cast it to DOUBLE in the query")
			return nil
		}
		out[i] = v
	}
	return out
}
