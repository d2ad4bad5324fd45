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
	cols := make([]series.Series, len(t.Columns))
	var wg sync.WaitGroup
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range t.Columns {
		wg.Go(func() {
			turn <- struct{}{}
			cols[i] = t.Columns[i].Series()
			<-turn
		})
	}
	wg.Wait()
	return dataframe.New(cols...)
}

// Series is the column as a gota series; see Table.Frame.
func (c *Column) Series() series.Series {
	switch c.Kind {
	case Bool:
		return c.withNulls(series.New(c.Bools, series.Bool, c.Name))
	case Int:
		ints := make([]int, len(c.Ints))
		for r, v := range c.Ints {
			ints[r] = int(v)
		}
		return c.withNulls(series.New(ints, series.Int, c.Name))
	case Float:
		return series.New(c.Floats, series.Float, c.Name)
	case Time:
		return c.withNulls(series.New(formatTimes(c.Ints), series.String, c.Name))
	case IDs:
		name := c.Name
		texts := make([]string, c.Len())
		if c.Offsets == nil {
			for r, k := range c.Index {
				texts[r] = c.IDs[k]
			}
		} else {
			name += "[]"
			for r := range texts {
				texts[r] = joinIDs(c.IDs, c.Index[c.Offsets[r]:c.Offsets[r+1]])
			}
		}
		return c.withNulls(series.New(texts, series.String, name))
	}
	return c.withNulls(series.New(c.Strings, series.String, c.Name))
}

// withNulls sets NaN where there is no value; setting by element alone keeps
// the others as they are.
func (c *Column) withNulls(s series.Series) series.Series {
	for r, null := range c.Null {
		if null {
			s.Elem(r).Set("NaN")
		}
	}
	return s
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

// formatTimes writes all with the same number of digits, the fewest that lose
// nothing.
func formatTimes(ns []int64) []string {
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
	layout += "Z"
	out := make([]string, len(ns))
	for i, v := range ns {
		out[i] = time.Unix(0, v).UTC().Format(layout)
	}
	return out
}
