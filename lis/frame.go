package lis

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// manyIDs ends the name of a frame's column that holds several ids per row.
const manyIDs = "[]"

// Frame is the log as a gota dataframe, one row per impression in time order:
// time (RFC 3339 text of one width, so that text order is time order; gota has
// no time type and loses digits of large integers), user, item, the further
// slots (a slot of several ids per row as NAME[], joined by "|"), label (0 or
// 1), the features, weight where there are weights, and row, the data row in
// the source. FromFrame(l.Frame(), Columns{}) gives the same log back.
func (l *Log) Frame() dataframe.DataFrame {
	cols := []series.Series{series.New(formatTimes(l.Time), series.String, "time")}
	for i := range l.Slots {
		cols = append(cols, l.Slots[i].series())
	}
	label := make([]int, l.Len())
	for i, y := range l.Label {
		if y {
			label[i] = 1
		}
	}
	cols = append(cols, series.New(label, series.Int, "label"))
	for _, c := range l.Numeric {
		cols = append(cols, series.New(c.Values, series.Float, c.Name))
	}
	if l.Weight != nil {
		w := make([]float64, l.Len())
		for i, v := range l.Weight {
			w[i] = float64(v)
		}
		cols = append(cols, series.New(w, series.Float, "weight"))
	}
	row := make([]int, l.Len())
	for i, r := range l.Row {
		row[i] = int(r)
	}
	return dataframe.New(append(cols, series.New(row, series.Int, "row"))...)
}

// formatTimes writes all times with the same number of digits, the fewest that
// lose nothing.
func formatTimes(t []int64) []string {
	layout := "2006-01-02T15:04:05.000000000Z"
	for _, c := range []struct {
		unit   int64
		layout string
	}{{1e3, "2006-01-02T15:04:05.000000Z"}, {1e6, "2006-01-02T15:04:05.000Z"}, {1e9, "2006-01-02T15:04:05Z"}} {
		if !slices.ContainsFunc(t, func(v int64) bool { return v%c.unit != 0 }) {
			layout = c.layout
		}
	}
	out := make([]string, len(t))
	for i, v := range t {
		out[i] = time.Unix(0, v).UTC().Format(layout)
	}
	return out
}

func (c *Column) series() series.Series {
	if c.Offsets == nil {
		out := make([]string, len(c.Index))
		for i, k := range c.Index {
			out[i] = c.IDs[k]
		}
		return series.New(out, series.String, c.Name)
	}
	out := make([]string, len(c.Offsets)-1)
	var parts []string
	for i := range out {
		parts = parts[:0]
		for _, k := range c.Row(i) {
			parts = append(parts, escapeID.Replace(c.IDs[k]))
		}
		out[i] = strings.Join(parts, "|")
	}
	return series.New(out, series.String, c.Name+manyIDs)
}

var escapeID = strings.NewReplacer(`\`, `\\`, `|`, `\|`)

// splitIDs undoes the joining of ids by "|", in which "\" escapes.
func splitIDs(s string) []string {
	if strings.IndexByte(s, '\\') < 0 {
		return strings.Split(s, "|")
	}
	var out []string
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '|':
			out = append(out, b.String())
			b.Reset()
		default:
			b.WriteByte(s[i])
		}
	}
	return append(out, b.String())
}

// FromFrame makes a log of a gota dataframe, one impression per row, in any
// order. Columns{} reads a frame as Frame writes it, also after a filter: the
// columns of text besides time, user and item are slots, those of floats
// features, "weight" and "row" what their names say. Any other Columns uses
// what it names and nothing else; slots keep the frame's order of columns.
//
// Ids may be text, integers or booleans; floats are refused, for they do not
// say how an id was written. The errors are NewLog's, ErrUnknownColumn, and
// ErrBadLabel; rows are counted from 1.
func FromFrame(df dataframe.DataFrame, c Columns) (*Log, error) {
	if df.Err != nil {
		return nil, &InputError{Kind: ErrBadRow, What: "the dataframe holds an error", Err: df.Err, Do: df.Err.Error()}
	}
	asWritten := reflect.DeepEqual(c, Columns{})
	c = c.withDefaults()
	if asWritten {
		c = asFrameWrites(df, c)
	}
	f := frameReader{df: df, columns: c}
	return f.log(asWritten)
}

// withDefaults fills in the names of columns that are left empty.
func (c Columns) withDefaults() Columns {
	for _, f := range []struct {
		field *string
		name  string
	}{{&c.Time, "time"}, {&c.User, "user"}, {&c.Item, "item"}, {&c.Label, "label"}} {
		if *f.field == "" {
			*f.field = f.name
		}
	}
	return c
}

// asFrameWrites finds slots and features by their types.
func asFrameWrites(df dataframe.DataFrame, c Columns) Columns {
	c.Slots, c.Numeric = map[string]string{}, map[string]string{}
	for i, name := range df.Names() {
		switch t := df.Types()[i]; {
		case name == "weight":
			c.Weight = name
		case slices.Contains([]string{"time", "user", "item", "label", "row"}, name):
		case t == series.String:
			c.Slots[strings.TrimSuffix(name, manyIDs)] = name
		case t == series.Float:
			c.Numeric[name] = name
		}
	}
	return c
}

type frameReader struct {
	df      dataframe.DataFrame
	columns Columns
}

func (f *frameReader) column(name string) (series.Series, error) {
	if !slices.Contains(f.df.Names(), name) {
		return series.Series{}, &InputError{Kind: ErrUnknownColumn, What: fmt.Sprintf("no column %q in the dataframe", name), Do: "the columns are " + strings.Join(f.df.Names(), ", ")}
	}
	return f.df.Col(name), nil
}

func refuseCell(kind error, row int, column, what, do string) error {
	return &InputError{Kind: kind, What: what, Row: row + 1, Column: column, Do: do}
}

func (f *frameReader) log(withRow bool) (*Log, error) {
	c := f.columns
	d := Data{Name: c.Name, AllowDuplicates: c.AllowDuplicates}
	if d.Name == "" {
		d.Name = "frame"
	}
	var err error
	if d.Time, d.Location, err = f.times(); err != nil {
		return nil, err
	}
	if d.User, err = f.ids("user", c.User); err != nil {
		return nil, err
	}
	if d.Item, err = f.ids("item", c.Item); err != nil {
		return nil, err
	}
	for _, name := range f.inOrder(c.Slots) {
		col, err := f.ids(name, c.Slots[name])
		if err != nil {
			return nil, err
		}
		d.Slots = append(d.Slots, col)
	}
	if d.Label, err = f.labels(); err != nil {
		return nil, err
	}
	for _, name := range f.inOrder(c.Numeric) {
		v, err := f.floats(c.Numeric[name])
		if err != nil {
			return nil, err
		}
		d.Numeric = append(d.Numeric, NumericColumn{name, v})
	}
	if c.Weight != "" {
		v, err := f.floats(c.Weight)
		if err != nil {
			return nil, err
		}
		d.Weight = make([]float32, len(v))
		for i := range v {
			d.Weight[i] = float32(v[i])
		}
	}
	if withRow && slices.Contains(f.df.Names(), "row") {
		if d.Row, err = f.rows(); err != nil {
			return nil, err
		}
	}
	return NewLog(d)
}

// inOrder gives the keys in the order of their columns in the frame, so that
// the order of slots is the table's and not a map's.
func (f *frameReader) inOrder(m map[string]string) []string {
	names := f.df.Names()
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	slices.SortStableFunc(keys, func(a, b string) int {
		return slices.Index(names, m[a]) - slices.Index(names, m[b])
	})
	return keys
}

func (f *frameReader) times() ([]int64, *time.Location, error) {
	s, err := f.column(f.columns.Time)
	if err != nil {
		return nil, nil, err
	}
	r, err := NewTimeReader(f.columns.TimeFormat, f.columns.Timezone)
	if err != nil {
		return nil, nil, err
	}
	out := make([]int64, s.Len())
	for i := range out {
		e := s.Elem(i)
		if e.IsNA() {
			return nil, nil, refuseCell(ErrMissingValue, i, f.columns.Time, "no time", "give every row a time, or leave the row out")
		}
		var err error
		switch v := e.Val().(type) {
		case int:
			out[i], err = r.Int(int64(v))
		case float64:
			if math.Abs(v) >= 1<<53 {
				err = fmt.Errorf("time %g is a float that has lost digits", v)
			} else {
				out[i], err = r.Parse(strconv.FormatFloat(v, 'f', -1, 64))
			}
		default:
			out[i], err = r.Parse(e.String())
		}
		if err != nil {
			return nil, nil, refuseCell(ErrBadTime, i, f.columns.Time, err.Error(), "correct the cell, or give TimeFormat")
		}
	}
	return out, r.Location(), nil
}

func (f *frameReader) ids(slot, column string) (Column, error) {
	s, err := f.column(column)
	if err != nil {
		return Column{}, err
	}
	out := Column{Name: slot, Index: make([]uint32, 0, s.Len())}
	if s.Type() == series.Float {
		return out, &InputError{Kind: ErrBadRow, What: "ids are floats, which do not say how they were written", Column: column, Do: "read the column as text (dataframe.WithTypes)"}
	}
	number := map[string]uint32{}
	add := func(id string) {
		k, ok := number[id]
		if !ok {
			k = uint32(len(out.IDs))
			out.IDs = append(out.IDs, id)
			number[id] = k
		}
		out.Index = append(out.Index, k)
	}
	many := strings.HasSuffix(column, manyIDs)
	if many {
		out.Offsets = make([]int, 1, s.Len()+1)
	}
	for i := range s.Len() {
		e := s.Elem(i)
		if e.IsNA() {
			return out, refuseCell(ErrMissingValue, i, column, "no id", "give every row an id, or leave the row out")
		}
		if !many {
			add(e.String())
			continue
		}
		for _, id := range splitIDs(e.String()) {
			add(id)
		}
		out.Offsets = append(out.Offsets, len(out.Index))
	}
	return out, nil
}

func (f *frameReader) labels() ([]bool, error) {
	s, err := f.column(f.columns.Label)
	if err != nil {
		return nil, err
	}
	out := make([]bool, s.Len())
	for i := range out {
		e := s.Elem(i)
		if e.IsNA() {
			return nil, refuseCell(ErrMissingValue, i, f.columns.Label, "no label", "give every row a label, or leave the row out")
		}
		if f.columns.LabelAtLeast != nil {
			v := e.Float()
			if math.IsNaN(v) {
				return nil, refuseCell(ErrBadLabel, i, f.columns.Label, fmt.Sprintf("label %q is no number", e.String()), "")
			}
			out[i] = v >= *f.columns.LabelAtLeast
			continue
		}
		switch v := e.Val(); v {
		case true, 1, 1.0, "1", "true":
			out[i] = true
		case false, 0, 0.0, "0", "false":
		default:
			return nil, refuseCell(ErrBadLabel, i, f.columns.Label, fmt.Sprintf("label %q is neither 0 nor 1", e.String()), "give LabelAtLeast to make a label of a number")
		}
	}
	return out, nil
}

func (f *frameReader) floats(column string) ([]float64, error) {
	s, err := f.column(column)
	if err != nil {
		return nil, err
	}
	out := make([]float64, s.Len())
	for i := range out {
		e := s.Elem(i)
		out[i] = e.Float()
		if math.IsNaN(out[i]) {
			if !e.IsNA() {
				return nil, refuseCell(ErrBadRow, i, column, fmt.Sprintf("%q is no number", e.String()), "")
			}
			return nil, refuseCell(ErrMissingValue, i, column, "no value", "fill it in, or leave the row out")
		}
	}
	return out, nil
}

func (f *frameReader) rows() ([]int64, error) {
	s := f.df.Col("row")
	out := make([]int64, s.Len())
	for i := range out {
		v, err := s.Elem(i).Int()
		if err != nil {
			return nil, refuseCell(ErrBadRow, i, "row", fmt.Sprintf("%q is no row number", s.Elem(i).String()), "rename the column, or give Columns")
		}
		out[i] = int64(v)
	}
	return out, nil
}
