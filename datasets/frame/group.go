package frame

import (
	"fmt"
	"math"
	"slices"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/lislab/lislab/lis"
)

// Unique gives the first row of each distinct key, in the order of the rows; no
// key named is all columns. Rows with a missing value in the key are all kept.
func Unique(df dataframe.DataFrame, key ...string) (dataframe.DataFrame, error) {
	if len(key) == 0 {
		key = df.Names()
	}
	cols, err := columns(df, key)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	codes := newCoder(types(cols)).codes(cols, false)
	var rows []int
	seen := map[uint32]bool{}
	for r, k := range codes {
		if k == none || !seen[k] {
			rows = append(rows, r)
			seen[k] = true
		}
	}
	return beside(df, dataframe.DataFrame{}, rows, nil, nil)
}

// Groups are a frame's rows by their key, in the order in which the keys first
// appear. Rows with a missing value in the key are in no group.
type Groups struct {
	df    dataframe.DataFrame
	key   []string
	code  []uint32 // of each row
	first []int    // row of each group
}

// GroupBy groups a frame's rows by one or more columns.
func GroupBy(df dataframe.DataFrame, key ...string) (*Groups, error) {
	cols, err := columns(df, key)
	if err != nil {
		return nil, err
	}
	g := &Groups{df: df, key: key}
	// Numbered anew: keys that have a missing part leave gaps.
	number := map[uint32]uint32{}
	g.code = newCoder(types(cols)).codes(cols, false)
	for r, k := range g.code {
		if k == none {
			continue
		}
		n, ok := number[k]
		if !ok {
			n = uint32(len(g.first))
			number[k] = n
			g.first = append(g.first, r)
		}
		g.code[r] = n
	}
	return g, nil
}

// Len is the number of groups.
func (g *Groups) Len() int { return len(g.first) }

// An Aggregate is a column that sums up each group.
type Aggregate struct {
	name   string // of the column it makes
	column string // what it sums up, "" for the rows themselves
	of     func(g *Groups, s series.Series) (series.Series, error)
}

// As gives the column another name.
func (a Aggregate) As(name string) Aggregate {
	a.name = name
	return a
}

// Count is the number of rows, as a column called count.
func Count() Aggregate {
	return Aggregate{name: "count", of: func(g *Groups, _ series.Series) (series.Series, error) {
		n := make([]int, g.Len())
		for _, k := range g.code {
			if k != none {
				n[k]++
			}
		}
		return series.New(n, series.Int, ""), nil
	}}
}

// Distinct is the number of distinct values of a column, called COLUMN_distinct.
func Distinct(column string) Aggregate {
	return Aggregate{name: column + "_distinct", column: column, of: func(g *Groups, s series.Series) (series.Series, error) {
		values := newCoder([]series.Type{s.Type()}).codes([]series.Series{s}, false)
		n := make([]int, g.Len())
		seen := map[[2]uint32]bool{}
		for r, k := range g.code {
			pair := [2]uint32{k, values[r]}
			if k != none && values[r] != none && !seen[pair] {
				seen[pair] = true
				n[k]++
			}
		}
		return series.New(n, series.Int, ""), nil
	}}
}

// Sum is the sum of a column of numbers, called COLUMN_sum. Missing values are
// left out here and in Mean, SD, Min and Max; a group without any has the sum 0
// and no value for the others.
func Sum(column string) Aggregate { return numeric(column, "sum") }

// Mean of a column of numbers, called COLUMN_mean.
func Mean(column string) Aggregate { return numeric(column, "mean") }

// SD is the standard deviation of a column of numbers, with n−1, called
// COLUMN_sd.
func SD(column string) Aggregate { return numeric(column, "sd") }

// Min is the least of a column of numbers, called COLUMN_min.
func Min(column string) Aggregate { return numeric(column, "min") }

// Max is the greatest of a column of numbers, called COLUMN_max.
func Max(column string) Aggregate { return numeric(column, "max") }

func numeric(column, what string) Aggregate {
	return Aggregate{name: column + "_" + what, column: column, of: func(g *Groups, s series.Series) (series.Series, error) {
		if s.Type() == series.String {
			return series.Series{}, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("the %s of text cannot be taken", what), Column: column, Do: "read the column as numbers"}
		}
		n, mean, m2 := make([]float64, g.Len()), make([]float64, g.Len()), make([]float64, g.Len())
		sum, least, most := make([]float64, g.Len()), make([]float64, g.Len()), make([]float64, g.Len())
		for r, k := range g.code {
			e := s.Elem(r)
			if k == none || e.IsNA() {
				continue
			}
			v := e.Float()
			if n[k] == 0 {
				least[k], most[k] = v, v
			}
			n[k]++
			sum[k] += v
			d := v - mean[k] // Welford's update
			mean[k] += d / n[k]
			m2[k] += d * (v - mean[k])
			least[k], most[k] = min(least[k], v), max(most[k], v)
		}
		out := map[string][]float64{"sum": sum, "mean": mean, "sd": m2, "min": least, "max": most}[what]
		for k := range out {
			switch {
			case what == "sum":
			case n[k] == 0 || what == "sd" && n[k] < 2:
				out[k] = math.NaN()
			case what == "sd":
				out[k] = math.Sqrt(m2[k] / (n[k] - 1))
			}
		}
		if s.Type() == series.Int && (what == "min" || what == "max") && !slices.ContainsFunc(out, math.IsNaN) && !slices.ContainsFunc(out, func(v float64) bool { return math.Abs(v) >= 1<<53 }) {
			whole := make([]int, len(out))
			for k, v := range out {
				whole[k] = int(v)
			}
			return series.New(whole, series.Int, ""), nil
		}
		return series.New(out, series.Float, ""), nil
	}}
}

// First is the value in the group's first row, called COLUMN_first.
func First(column string) Aggregate { return row(column, "first") }

// Last is the value in the group's last row, called COLUMN_last.
func Last(column string) Aggregate { return row(column, "last") }

func row(column, what string) Aggregate {
	return Aggregate{name: column + "_" + what, column: column, of: func(g *Groups, s series.Series) (series.Series, error) {
		rows := slices.Clone(g.first)
		if what == "last" {
			for r, k := range g.code {
				if k != none {
					rows[k] = r
				}
			}
		}
		return take(s, rows), nil
	}}
}

// Agg gives one row per group: the key's columns, then one for each aggregate.
func (g *Groups) Agg(aggregates ...Aggregate) (dataframe.DataFrame, error) {
	var cols []series.Series
	for _, name := range g.key {
		cols = append(cols, take(g.df.Col(name), g.first))
	}
	names := slices.Clone(g.key)
	for _, a := range aggregates {
		var s series.Series
		if a.column != "" {
			var err error
			if s, err = column(g.df, a.column); err != nil {
				return dataframe.DataFrame{}, err
			}
		}
		col, err := a.of(g, s)
		if err != nil {
			return dataframe.DataFrame{}, err
		}
		if slices.Contains(names, a.name) {
			return dataframe.DataFrame{}, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("two columns would be called %q", a.name), Column: a.name, Do: "name one of them otherwise with As"}
		}
		names = append(names, a.name)
		col.Name = a.name
		cols = append(cols, col)
	}
	df := dataframe.New(cols...)
	return df, df.Err
}
