package table

import (
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Frame is the table as a gota dataframe: Int as gota's Int, Float as Float,
// Bool as Bool, String and IDs as String, Time as text in RFC 3339 (gota has no
// time; text of one width sorts as time does), lists joined by "|" under the
// column's name and "[]". Rows without a value are gota's NaN. Integers keep
// all their digits: read them back by Int, for Float loses those beyond 2^53.
func (t *Table) Frame() dataframe.DataFrame {
	// New copies every cell. So it is given one series per type, whatever is in
	// it, and the cells are set in the copies.
	cols, blanks := make([]series.Series, len(t.Columns)), map[series.Type]series.Series{}
	sets := make([]func(e series.Element, r int), len(t.Columns))
	for i := range t.Columns {
		name, kind, set := t.Columns[i].cells()
		if _, ok := blanks[kind]; !ok {
			blanks[kind] = series.New(make([]bool, t.Rows), kind, "")
		}
		cols[i], sets[i] = blanks[kind], set
		cols[i].Name = name
	}
	df := dataframe.New(cols...)
	if df.Err != nil {
		return df
	}
	var wg sync.WaitGroup
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, set := range sets {
		wg.Go(func() {
			turn <- struct{}{}
			for r := range t.Rows {
				set(df.Elem(r, i), r)
			}
			<-turn
		})
	}
	wg.Wait()
	return df
}

// Series is the column as a gota series; see Table.Frame.
func (c *Column) Series() series.Series {
	name, kind, set := c.cells()
	s := series.New(make([]bool, c.Len()), kind, name)
	for r := range c.Len() {
		set(s.Elem(r), r)
	}
	return s
}

// cells says what the column is called in gota, of which type it is there, and
// how a cell is set, by an element that is used again: given as a plain value
// every cell would cost an allocation.
func (c *Column) cells() (name string, kind series.Type, set func(e series.Element, r int)) {
	name, kind = c.Name, series.String
	switch c.Kind {
	case Bool:
		kind = series.Bool
		v := &boolCell{}
		set = func(e series.Element, r int) { v.v = c.Bools[r]; e.Set(v) }
	case Int:
		kind = series.Int
		v := &intCell{}
		set = func(e series.Element, r int) { v.v = int(c.Ints[r]); e.Set(v) }
	case Float:
		kind = series.Float
		v := &floatCell{}
		set = func(e series.Element, r int) { v.v = c.Floats[r]; e.Set(v) }
	default:
		v := &textCell{}
		text := c.texts()
		if c.Offsets != nil {
			name += "[]"
		}
		set = func(e series.Element, r int) {
			if v.v = text(r); v.v == missing {
				e.Set(missing) // gota takes this text for no value
				return
			}
			e.Set(v)
		}
	}
	if c.Null == nil {
		return name, kind, set
	}
	value := set
	return name, kind, func(e series.Element, r int) {
		if c.Null[r] {
			e.Set(missing)
			return
		}
		value(e, r)
	}
}

// missing is how gota writes that there is no value.
const missing = "NaN"

// The cells carry a value into a gota element, which asks for nothing but the
// value in its own type.
type (
	boolCell struct {
		series.Element
		v bool
	}
	intCell struct {
		series.Element
		v int
	}
	floatCell struct {
		series.Element
		v float64
	}
	textCell struct {
		series.Element
		v string
	}
)

func (c *boolCell) Bool() (bool, error) { return c.v, nil }
func (c *intCell) Int() (int, error)    { return c.v, nil }
func (c *floatCell) Float() float64     { return c.v }
func (c *textCell) String() string      { return c.v }

// texts gives the text of a row of a column of text, ids, lists or times.
func (c *Column) texts() func(row int) string {
	switch {
	case c.Kind == String:
		return func(r int) string { return c.Strings[r] }
	case c.Kind == Time:
		format := timeFormat(c.Ints)
		return func(r int) string { return time.Unix(0, c.Ints[r]).UTC().Format(format) }
	case c.Offsets != nil:
		return func(r int) string { return joinIDs(c.IDs, c.Index[c.Offsets[r]:c.Offsets[r+1]]) }
	}
	return func(r int) string { return c.IDs[c.Index[r]] }
}

// Len is the number of rows.
func (c *Column) Len() int {
	switch c.Kind {
	case Bool:
		return len(c.Bools)
	case Float:
		return len(c.Floats)
	case String:
		return len(c.Strings)
	case IDs:
		if c.Offsets != nil {
			return len(c.Offsets) - 1
		}
		return len(c.Index)
	}
	return len(c.Ints)
}

// joinIDs is the inverse of a List column's splitting.
func joinIDs(ids []string, index []uint32) string {
	var b []byte
	for i, k := range index {
		if i > 0 {
			b = append(b, '|')
		}
		for j := range len(ids[k]) {
			if c := ids[k][j]; c == '|' || c == '\\' {
				b = append(b, '\\')
			}
			b = append(b, ids[k][j])
		}
	}
	return string(b)
}

// timeFormat writes all times with the same number of digits, the fewest that
// lose nothing.
func timeFormat(ns []int64) string {
	digits := 0
	for _, v := range ns {
		switch {
		case v%1e3 != 0:
			digits = 9
		case v%1e6 != 0:
			digits = max(digits, 6)
		case v%1e9 != 0:
			digits = max(digits, 3)
		}
	}
	layout := "2006-01-02T15:04:05"
	if digits > 0 {
		layout += "." + strconv.Itoa(1e9)[1:1+digits]
	}
	return layout + "Z"
}
