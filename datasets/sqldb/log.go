package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/internal/pieces"
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
	db, err := shared()
	if err != nil {
		return nil, err
	}
	return LogOf(ctx, db, c, query, args...)
}

// LogOf is Log on a database of one's own: a file that Open opened, or a cluster
// that hs2.Open did, whose lists are to be joined by "|" in the query.
func LogOf(ctx context.Context, db *sql.DB, c lis.Columns, query string, args ...any) (*lis.Log, error) {
	t, err := TableOf(ctx, db, query, args...)
	if err != nil {
		return nil, err
	}
	d, err := dataOf(t, withDefaults(c), 0, numbers{})
	if err != nil {
		return nil, err
	}
	return lis.NewLog(d)
}

// pieceRows are fetched at a time.
const pieceRows = 1 << 17

// StoredLog is LogOf for an answer that is larger than memory, as lis.NewStoredLog
// keeps it: close it when done. The query must give its rows in time order (ORDER
// BY ts, with what tells rows of equal time apart after it); out of order is
// lis.ErrBadTime.
func StoredLog(ctx context.Context, db *sql.DB, c lis.Columns, query string, args ...any) (*lis.Log, error) {
	c = withDefaults(c)
	known := numbers{}
	rows := 0
	return lis.NewStoredLog(pieces.Whole(func(yield func(*lis.Data, error) bool) {
		for t, err := range tables(ctx, db, pieceRows, query, args) {
			if err != nil {
				yield(nil, err)
				return
			}
			d, err := dataOf(t, c, rows, known)
			for r := range t.Rows {
				d.Row = append(d.Row, int64(rows+r))
			}
			if rows += t.Rows; !yield(&d, err) || err != nil {
				return
			}
		}
	}), "")
}

// numbers hold the ids of each slot so far, and their numbers.
type numbers map[string]*numbering

type numbering struct {
	of  map[string]uint32
	ids []string
}

func (n *numbering) add(id string) uint32 {
	k, ok := n.of[id]
	if !ok {
		k = uint32(len(n.ids))
		n.ids = append(n.ids, id)
		n.of[id] = k
	}
	return k
}

// slot gives the numbering of a slot.
func (n numbers) slot(name string) *numbering {
	if n[name] == nil {
		n[name] = &numbering{of: map[string]uint32{}}
	}
	return n[name]
}

// withDefaults fills in the names that were left empty.
func withDefaults(c lis.Columns) lis.Columns {
	for _, f := range []struct {
		field *string
		name  string
	}{{&c.Time, "time"}, {&c.User, "user"}, {&c.Item, "item"}, {&c.Label, "label"}, {&c.Name, "query"}} {
		if *f.field == "" {
			*f.field = f.name
		}
	}
	return c
}

// dataOf makes rows of a log of those of an answer, the first of which is row
// number from; known are the ids of the rows before, and get those of these.
func dataOf(t *table.Table, c lis.Columns, from int, known numbers) (lis.Data, error) {
	r := answer{t: t, from: from, known: known}
	d := lis.Data{Name: c.Name, AllowDuplicates: c.AllowDuplicates}
	times, err := lis.NewTimeReader(c.TimeFormat, c.Timezone)
	if err != nil {
		return d, err
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
	return d, r.err
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
	t    *table.Table
	from int

	known numbers
	err   error
}

func (r *answer) refuse(kind error, row int, column, what, do string) {
	if r.err == nil {
		r.err = &lis.InputError{Kind: kind, What: what, Row: r.from + row + 1, Column: column, Do: do}
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
	known := r.known.slot(slot)
	var at func(i int) string
	n := r.t.Rows
	switch c.Kind {
	case table.IDs:
		n = len(c.Index)
		out.Offsets = c.Offsets
		at = func(i int) string { return c.IDs[c.Index[i]] }
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
	out.Index = make([]uint32, n)
	for i := range out.Index {
		out.Index[i] = known.add(at(i))
	}
	out.IDs = known.ids
	return out
}

// numbersOf are the values of a column of numbers or booleans, by row.
func numbersOf(c *table.Column) func(i int) (float64, bool) {
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
	out, at := make([]bool, r.t.Rows), numbersOf(c)
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
	out, at := make([]float64, r.t.Rows), numbersOf(c)
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
