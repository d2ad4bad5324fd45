package frame

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/lislab/lislab/lis"
)

// Join gives each row of left with each row of right that has the same key, in
// the order of left, then of right: left's columns, then right's without the
// key. It takes time in the sum of the rows, where gota's InnerJoin takes their
// product. A column of both that is not of the key is lis.ErrUsage: rename it.
func Join(left, right dataframe.DataFrame, on ...string) (dataframe.DataFrame, error) {
	return join(left, right, on, false)
}

// LeftJoin is Join, and keeps the rows of left that have no match, with cells
// without a value for right's columns.
func LeftJoin(left, right dataframe.DataFrame, on ...string) (dataframe.DataFrame, error) {
	return join(left, right, on, true)
}

func join(left, right dataframe.DataFrame, on []string, keep bool) (dataframe.DataFrame, error) {
	l, r, err := keyCodes(left, right, on)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	next, first := chains(r)
	var rows, matches []int
	for i, k := range l {
		m := -1
		if k != none && int(k) < len(first) {
			m = first[k]
		}
		if m < 0 {
			if keep {
				rows, matches = append(rows, i), append(matches, -1)
			}
			continue
		}
		for ; m >= 0; m = next[m] {
			rows, matches = append(rows, i), append(matches, m)
		}
	}
	return beside(left, right, rows, matches, on)
}

// keyCodes numbers the keys of both frames alike.
func keyCodes(left, right dataframe.DataFrame, on []string) (l, r []uint32, err error) {
	lc, err := columns(left, on)
	if err != nil {
		return nil, nil, err
	}
	rc, err := columns(right, on)
	if err != nil {
		return nil, nil, err
	}
	for i := range lc {
		if lc[i].Type() != rc[i].Type() {
			return nil, nil, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("the key is %v on the left and %v on the right", lc[i].Type(), rc[i].Type()), Column: on[i], Do: "read or mutate both as the same type"}
		}
	}
	c := newCoder(types(lc))
	r = c.codes(rc, false)
	return c.codes(lc, true), r, nil
}

// chains links the rows of each code in their order.
func chains(codes []uint32) (next, first []int) {
	next = make([]int, len(codes))
	for i := len(codes) - 1; i >= 0; i-- {
		next[i] = -1
		k := codes[i]
		if k == none {
			continue
		}
		for int(k) >= len(first) {
			first = append(first, -1)
		}
		next[i], first[k] = first[k], i
	}
	return next, first
}

// beside puts chosen rows of left and right side by side.
func beside(left, right dataframe.DataFrame, rows, matches []int, key []string) (dataframe.DataFrame, error) {
	var cols []series.Series
	names := left.Names()
	for _, n := range names {
		cols = append(cols, take(left.Col(n), rows))
	}
	for _, n := range right.Names() {
		if slices.Contains(key, n) {
			continue
		}
		if slices.Contains(names, n) {
			return dataframe.DataFrame{}, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("both frames have a column %q", n), Column: n, Do: "rename one of them (df.Rename), or add it to the key"}
		}
		cols = append(cols, take(right.Col(n), matches))
	}
	df := dataframe.New(cols...)
	return df, df.Err
}

// AsOfOptions say how AsOf matches. The zero value takes the last row up to and
// including the time.
type AsOfOptions struct {
	// By are columns that must be equal; none means any row may match.
	By []string
	// Before leaves out rows of the same time: what is known at a time does not
	// include what happens at it. Leave it false only where it does.
	Before bool
}

// AsOf gives each row of left with the last row of right that is not later: the
// state of right as it was known then. on is the time in both frames, whole
// numbers, numbers, or text that lis.TimeReader reads; neither frame need be
// sorted, and of rows of equal time the later row counts. Rows of left without
// a match keep cells without a value; right's on is left out.
func AsOf(left, right dataframe.DataFrame, on string, o AsOfOptions) (dataframe.DataFrame, error) {
	lt, err := column(left, on)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	rt, err := column(right, on)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	if lt.Type() != rt.Type() {
		return dataframe.DataFrame{}, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("the time is %v on the left and %v on the right", lt.Type(), rt.Type()), Column: on, Do: "read or mutate both as the same type"}
	}
	l, r := make([]uint32, lt.Len()), make([]uint32, rt.Len())
	if len(o.By) > 0 {
		if l, r, err = keyCodes(left, right, o.By); err != nil {
			return dataframe.DataFrame{}, err
		}
	}
	var matches []int
	if lt.Type() == series.Float {
		matches, err = asOf(lt.Float(), rt.Float(), l, r, o.Before), missing(lt, rt, on)
	} else {
		var lv, rv []int64
		if lv, err = ints(lt, on); err == nil {
			if rv, err = ints(rt, on); err == nil {
				matches = asOf(lv, rv, l, r, o.Before)
			}
		}
	}
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	rows := make([]int, len(matches))
	for i := range rows {
		rows[i] = i
	}
	return beside(left, right, rows, matches, append([]string{on}, o.By...))
}

// asOf finds for each left time its match, −1 for none.
func asOf[T cmp.Ordered](left, right []T, l, r []uint32, before bool) []int {
	order := make([]int, 0, len(right))
	for i, k := range r {
		if k != none {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(r[a], r[b]), cmp.Compare(right[a], right[b]))
	})
	matches := make([]int, len(left))
	for i, k := range l {
		matches[i] = -1
		if k == none {
			continue
		}
		// The first row of a later key or time; the one before it matches.
		n := sort.Search(len(order), func(j int) bool {
			row := order[j]
			if r[row] != k {
				return r[row] > k
			}
			return right[row] > left[i] || before && right[row] == left[i]
		})
		if n > 0 && r[order[n-1]] == k {
			matches[i] = order[n-1]
		}
	}
	return matches
}

// missing refuses times without a value.
func missing(l, r series.Series, on string) error {
	for _, s := range []series.Series{l, r} {
		for i := range s.Len() {
			if s.Elem(i).IsNA() {
				return noTime(i, on)
			}
		}
	}
	return nil
}

func noTime(row int, on string) error {
	return &lis.InputError{Kind: lis.ErrMissingValue, What: "the row has no time", Row: row + 1, Column: on, Do: "fill it in, or filter the row out"}
}
