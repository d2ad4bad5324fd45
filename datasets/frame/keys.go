package frame

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/lislab/lislab/lis"
)

// none is the code of a row with a missing value in its key.
const none = math.MaxUint32

// column is a frame's column without the copy that gota's Col makes.
func column(df dataframe.DataFrame, name string) (series.Series, error) {
	if df.Err != nil {
		return series.Series{}, &lis.InputError{Kind: lis.ErrBadRow, What: "the dataframe holds an error: " + df.Err.Error(), Do: "look at what made it", Err: df.Err}
	}
	names := df.Names()
	if slices.Index(names, name) < 0 {
		do := "the columns are " + strings.Join(names, ", ")
		for _, n := range names {
			if strings.EqualFold(n, name) {
				do = "did you mean " + n + "? " + do
			}
		}
		return series.Series{}, &lis.InputError{Kind: lis.ErrUnknownColumn, What: fmt.Sprintf("no column %q in the dataframe", name), Do: do}
	}
	return df.Col(name), nil
}

func columns(df dataframe.DataFrame, names []string) ([]series.Series, error) {
	if len(names) == 0 {
		return nil, &lis.InputError{Kind: lis.ErrUsage, What: "no column is named", Do: "name one at least"}
	}
	out := make([]series.Series, len(names))
	for i, n := range names {
		var err error
		if out[i], err = column(df, n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// coder numbers the keys of rows, made of several columns, in the order of
// first appearance: equal keys have equal numbers, over all rows it has seen.
type coder struct {
	columns []columnCoder
	pairs   []map[[2]uint32]uint32
}

// columnCoder numbers the values of one column.
type columnCoder struct {
	kind    series.Type
	texts   map[string]uint32
	numbers map[uint64]uint32
}

func newCoder(types []series.Type) *coder {
	c := &coder{pairs: make([]map[[2]uint32]uint32, len(types))}
	for i, t := range types {
		c.columns = append(c.columns, columnCoder{t, map[string]uint32{}, map[uint64]uint32{}})
		c.pairs[i] = map[[2]uint32]uint32{}
	}
	return c
}

func types(cols []series.Series) []series.Type {
	out := make([]series.Type, len(cols))
	for i, c := range cols {
		out[i] = c.Type()
	}
	return out
}

// codes numbers the rows; known only keeps to keys seen before, and gives none
// for others.
func (c *coder) codes(cols []series.Series, knownOnly bool) []uint32 {
	var out []uint32
	for i, col := range cols {
		codes := c.columns[i].codes(col, knownOnly)
		if i == 0 {
			out = codes
			continue
		}
		pairs := c.pairs[i]
		for r := range out {
			if out[r] == none || codes[r] == none {
				out[r] = none
				continue
			}
			key := [2]uint32{out[r], codes[r]}
			k, ok := pairs[key]
			if !ok {
				if knownOnly {
					out[r] = none
					continue
				}
				k = uint32(len(pairs))
				pairs[key] = k
			}
			out[r] = k
		}
	}
	return out
}

func (c *columnCoder) codes(s series.Series, knownOnly bool) []uint32 {
	out := make([]uint32, s.Len())
	for r := range out {
		e := s.Elem(r)
		out[r] = none
		if e.IsNA() {
			continue
		}
		switch c.kind {
		case series.String:
			out[r] = number(c.texts, e.String(), knownOnly)
		case series.Int:
			v, err := e.Int()
			if err == nil {
				out[r] = number(c.numbers, uint64(v), knownOnly)
			}
		case series.Bool:
			v, err := e.Bool()
			if err == nil {
				k := uint64(0)
				if v {
					k = 1
				}
				out[r] = number(c.numbers, k, knownOnly)
			}
		default:
			v := e.Float()
			if v == 0 {
				v = 0 // −0 equals 0
			}
			out[r] = number(c.numbers, math.Float64bits(v), knownOnly)
		}
	}
	return out
}

func number[K comparable](m map[K]uint32, key K, knownOnly bool) uint32 {
	k, ok := m[key]
	if !ok {
		if knownOnly {
			return none
		}
		k = uint32(len(m))
		m[key] = k
	}
	return k
}

// take gives the rows of a series in a new order; −1 is a row without a value.
func take(s series.Series, rows []int) series.Series {
	if s.Len() == 0 {
		empty := make([]string, len(rows))
		for i := range empty {
			empty[i] = "NaN"
		}
		return series.New(empty, s.Type(), s.Name)
	}
	at := slices.Clone(rows)
	for i, r := range at {
		at[i] = max(r, 0)
	}
	out := s.Subset(at)
	for i, r := range rows {
		if r < 0 {
			out.Elem(i).Set("NaN")
		}
	}
	return out
}
