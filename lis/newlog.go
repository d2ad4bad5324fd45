package lis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Times outside [minTime, maxTime) are absurd: a wrong unit, a missing value.
var (
	minTime = int64(0)
	maxTime = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
)

const (
	year         = int64(365.25 * 24 * float64(time.Hour))
	maxSpan      = 50 * year // no log is longer
	maxGap       = 10 * year // nor has stragglers that far from the rest
	maxDuplicate = 0.01      // share of rows equal to another in every column
)

// reservedNames are the columns of a frame and of a table of scores that no
// slot and no feature may be called.
var reservedNames = []string{"time", "day", "label", "weight", "row", "seed", "fold", "protocol", "base", "null"}

// NewLog validates d, sorts it by time (stably) and makes a log of it. It
// takes d's slices over. Ids are numbered by first appearance in time order,
// so the same impressions give the same log whatever the order of the source's
// rows (where all times differ).
//
// What is refused, by name, with the row and column of the first offence:
// missing-value (an empty id or "NaN", a NaN feature), bad-time (before 1970,
// from 2100 on, a span over 50 years, a few rows ten years away from the
// rest), bad-row (an infinite feature, a weight that is not positive, columns
// of different length, no rows at all), usage (two columns of one name, a
// reserved one), duplicate-rows (more than 1 % equal in every column).
func NewLog(d Data) (*Log, error) {
	b := builder{d: d}
	checkValues := func() error { return b.checkValues(make([]idCheck, len(b.columns()))) }
	for _, step := range []func() error{b.checkShape, checkValues, b.checkTimes} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	b.sort()
	l := b.log()
	equal, first := l.equalRowsOf(l.makeHash())
	if equal > 0 {
		first = int(l.Row[first])
	}
	if err := b.judgeDuplicates(l, equal, first); err != nil {
		return nil, err
	}
	return l, nil
}

// makeHash fills in Hash and finds, for each row, the row before it of the same
// time, user and item.
func (l *Log) makeHash() (before []int32) {
	before, ordinal := repeats(l)
	l.Hash = make([]uint64, l.Len())
	user, item := &l.Slots[0], &l.Slots[1]
	for i, t := range l.Time {
		l.Hash[i] = impressionHash(t, user.IDs[user.Index[i]], item.IDs[item.Index[i]], int(ordinal[i]))
	}
	return before
}

type builder struct {
	d     Data
	notes []string
	late  int // rows earlier than a row before them
}

func (b *builder) columns() []*Column {
	cols := []*Column{&b.d.User, &b.d.Item}
	for i := range b.d.Slots {
		cols = append(cols, &b.d.Slots[i])
	}
	return cols
}

// source is the data row of the source that row r of d was.
func (b *builder) source(r int) int {
	if b.d.Row != nil {
		return int(b.d.Row[r])
	}
	return r
}

// refuse makes the error for a data row (−1 for none) of the source.
func (b *builder) refuse(kind error, source int, column, what, do string) error {
	e := &InputError{Kind: kind, What: what, File: b.d.File, Column: column, Do: do}
	if source >= 0 {
		e.Row = source + 1
		switch {
		case b.d.FirstLine > 0:
			e.Row += b.d.FirstLine - 1
		case b.d.File != "":
			e.Row++
		}
	}
	return e
}

func (b *builder) checkShape() error {
	n := len(b.d.Time)
	if n == 0 {
		return b.refuse(ErrBadRow, -1, "", "the log has no rows", "")
	}
	if int64(n) > math.MaxInt32 {
		return b.refuse(ErrBadRow, -1, "", fmt.Sprintf("the log has %d rows, more than %d", n, math.MaxInt32), "sample it")
	}
	b.d.User.Name, b.d.Item.Name = "user", "item"
	seen := map[string]bool{}
	name := func(s string) error {
		switch {
		case s == "" || strings.HasSuffix(s, "[]") || strings.ContainsAny(s, "+,=:\n\""):
			return b.refuse(ErrUsage, -1, s, fmt.Sprintf("%q cannot name a slot or a feature", s), "use letters, digits and underscores")
		case seen[s] || slices.Contains(reservedNames, s):
			return b.refuse(ErrUsage, -1, s, fmt.Sprintf("the name %q is taken", s), "call the slot or feature otherwise")
		}
		seen[s] = true
		return nil
	}
	length := func(column string, got int) error {
		if got != n {
			return b.refuse(ErrBadRow, -1, column, fmt.Sprintf("%d rows where time has %d", got, n), "")
		}
		return nil
	}
	for i, c := range b.columns() {
		if err := name(c.Name); err != nil {
			return err
		}
		rows := len(c.Index)
		if c.Offsets != nil {
			if i < 2 {
				return b.refuse(ErrUsage, -1, c.Name, "user and item have one id per row", "give the ids as a slot of their own")
			}
			rows = len(c.Offsets) - 1
		}
		if err := length(c.Name, rows); err != nil {
			return err
		}
	}
	for i := range b.d.Numeric {
		c := &b.d.Numeric[i]
		if err := name(c.Name); err != nil {
			return err
		}
		if err := length(c.Name, len(c.Values)); err != nil {
			return err
		}
	}
	if err := length("label", len(b.d.Label)); err != nil {
		return err
	}
	if b.d.Weight != nil {
		if err := length("weight", len(b.d.Weight)); err != nil {
			return err
		}
	}
	if b.d.Row != nil {
		return length("row", len(b.d.Row))
	}
	return nil
}

// An idCheck knows which entries of a column's IDs may not be used.
type idCheck struct {
	known int // entries looked at
	bad   map[uint32]error
}

// more looks at the entries that were not there before.
func (c *idCheck) more(ids []string) {
	for k := c.known; k < len(ids); k++ {
		var err error
		switch id := ids[k]; {
		case id == "" || id == "NaN":
			err = ErrMissingValue
		case strings.IndexByte(id, 0) >= 0:
			err = ErrBadRow
		default:
			continue
		}
		if c.bad == nil {
			c.bad = map[uint32]error{}
		}
		c.bad[uint32(k)] = err
	}
	c.known = max(c.known, len(ids))
}

// checkValues looks at every cell but the times; ids holds what is known of each
// column of ids.
func (b *builder) checkValues(ids []idCheck) error {
	for i, c := range b.columns() {
		ids[i].more(c.IDs)
		bad := ids[i].bad
		check := func(r int, k uint32) error {
			switch {
			case int(k) >= len(c.IDs):
				return b.refuse(ErrBadRow, b.source(r), c.Name, fmt.Sprintf("id number %d of %d", k, len(c.IDs)), "")
			case len(bad) == 0:
				return nil
			case bad[k] == ErrMissingValue:
				return b.refuse(ErrMissingValue, b.source(r), c.Name, "no id", "give every row an id, or leave the row out")
			case bad[k] != nil:
				return b.refuse(bad[k], b.source(r), c.Name, fmt.Sprintf("the id %q holds a zero byte", c.IDs[k]), "")
			}
			return nil
		}
		if c.Offsets == nil {
			for r, k := range c.Index {
				if err := check(r, k); err != nil {
					return err
				}
			}
			continue
		}
		for r := range len(c.Offsets) - 1 {
			from, to := c.Offsets[r], c.Offsets[r+1]
			if from >= to || to > len(c.Index) {
				return b.refuse(ErrMissingValue, b.source(r), c.Name, "no ids", "give every row one id at least")
			}
			for _, k := range c.Index[from:to] {
				if err := check(r, k); err != nil {
					return err
				}
			}
		}
	}
	for _, c := range b.d.Numeric {
		for r, v := range c.Values {
			if math.IsNaN(v) {
				return b.refuse(ErrMissingValue, b.source(r), c.Name, "no value", "fill it in, or leave the row out")
			}
			if math.IsInf(v, 0) || math.Abs(v) > math.MaxFloat32 {
				return b.refuse(ErrBadRow, b.source(r), c.Name, fmt.Sprintf("%g is not a finite feature", v), "")
			}
		}
	}
	for r, v := range b.d.Weight {
		if !(v > 0) || math.IsInf(float64(v), 0) {
			return b.refuse(ErrBadRow, b.source(r), "weight", fmt.Sprintf("weight %g is not positive and finite", v), "")
		}
	}
	return nil
}

func (b *builder) checkTimes() error {
	t := b.d.Time
	for r := range t {
		if err := b.checkTime(r); err != nil {
			return err
		}
	}
	for r := 1; r < len(t); r++ {
		if t[r] < t[r-1] {
			b.late++
		}
	}
	return b.checkSpan(slices.Min(t), slices.Max(t))
}

func (b *builder) checkTime(r int) error {
	if v := b.d.Time[r]; v < minTime || v >= maxTime {
		return b.refuse(ErrBadTime, b.source(r), "time", fmt.Sprintf("%s is not between 1970 and 2100", when(v)), "check the column and its unit (--time-format)")
	}
	return nil
}

// checkSpan looks at the times as a whole, from lo to hi.
func (b *builder) checkSpan(lo, hi int64) error {
	t := b.d.Time
	if r := straggler(t, lo, hi); r >= 0 {
		return b.refuse(ErrBadTime, b.source(r), "time", fmt.Sprintf("%s is years away from the other rows", when(t[r])), "correct it, or leave the row out")
	}
	if hi-lo > maxSpan {
		return b.refuse(ErrBadTime, b.source(slices.Index(t, hi)), "time", fmt.Sprintf("the log runs from %s to %s, over 50 years", when(lo), when(hi)), "check the column and its unit (--time-format)")
	}
	return nil
}

// straggler finds a row that is more than maxGap away from the next in time,
// on the side of the gap that holds fewer than 1 % of the rows; else −1.
func straggler(t []int64, lo, hi int64) int {
	if hi-lo <= maxGap {
		return -1
	}
	sorted := t
	if !slices.IsSorted(t) {
		sorted = slices.Clone(t)
		slices.Sort(sorted)
	}
	few := max(1, len(t)/100)
	for i := 1; i < len(sorted); i++ {
		if sorted[i]-sorted[i-1] <= maxGap {
			continue
		}
		if i <= few && i < len(sorted)-i {
			return slices.Index(t, lo)
		}
		if len(sorted)-i <= few && len(sorted)-i < i {
			return slices.Index(t, hi)
		}
	}
	return -1
}

func when(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339) }

// sort puts every column in time order, ties in the order of the source.
func (b *builder) sort() {
	d := &b.d
	if d.Row == nil {
		d.Row = make([]int64, len(d.Time))
		for i := range d.Row {
			d.Row[i] = int64(i)
		}
	}
	if b.late == 0 {
		return
	}
	b.notes = append(b.notes, fmt.Sprintf("The rows were not in time order: %d of %d came after a later one. They were sorted by time, ties in the order of the source.", b.late, len(d.Time)))
	order := make([]int32, len(d.Time))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(i, j int32) int { return cmp.Compare(d.Time[i], d.Time[j]) })
	d.Time = gather(d.Time, order)
	d.Label = gather(d.Label, order)
	d.Row = gather(d.Row, order)
	if d.Weight != nil {
		d.Weight = gather(d.Weight, order)
	}
	for i := range d.Numeric {
		d.Numeric[i].Values = gather(d.Numeric[i].Values, order)
	}
	for _, c := range b.columns() {
		*c = c.rows(order)
	}
}

// rows is the column of the rows of order.
func (c *Column) rows(order []int32) Column {
	out := Column{Name: c.Name, IDs: c.IDs}
	if c.Offsets == nil {
		out.Index = gather(c.Index, order)
		return out
	}
	out.Offsets = make([]int, 1, len(order)+1)
	for _, r := range order {
		out.Index = append(out.Index, c.Row(int(r))...)
		out.Offsets = append(out.Offsets, len(out.Index))
	}
	return out
}

func gather[T any](v []T, order []int32) []T {
	out := make([]T, len(order))
	for i, r := range order {
		out[i] = v[r]
	}
	return out
}

// log numbers the ids by first appearance and puts the columns together.
func (b *builder) log() *Log {
	l := &Log{Name: b.d.Name, Time: b.d.Time, Label: b.d.Label, Numeric: b.d.Numeric, Weight: b.d.Weight, Row: b.d.Row, Location: b.d.Location, Notes: b.notes}
	if l.Location == nil {
		l.Location = time.UTC
	}
	for _, c := range b.columns() {
		l.Slots = append(l.Slots, renumber(*c))
	}
	return l
}

// renumber numbers ids by first appearance, drops those unused and merges
// entries of the same text.
func renumber(c Column) Column {
	const unseen = math.MaxUint32
	number := make([]uint32, len(c.IDs))
	for k := range number {
		number[k] = unseen
	}
	byText := make(map[string]uint32, len(c.IDs))
	var ids []string
	for i, k := range c.Index {
		if number[k] == unseen {
			to, ok := byText[c.IDs[k]]
			if !ok {
				to = uint32(len(ids))
				ids = append(ids, c.IDs[k])
				byText[c.IDs[k]] = to
			}
			number[k] = to
		}
		c.Index[i] = number[k]
	}
	c.IDs = ids
	return c
}

// repeats finds, for each row, the row before it of the same time, user and
// item (−1 for none), and its ordinal among those.
func repeats(l *Log) (before []int32, ordinal []int32) {
	before, ordinal = make([]int32, l.Len()), make([]int32, l.Len())
	user, item := l.Slots[0].Index, l.Slots[1].Index
	type pair struct{ user, item uint32 }
	last := map[pair]int32{}
	for from := 0; from < l.Len(); {
		to := from + 1
		for to < l.Len() && l.Time[to] == l.Time[from] {
			to++
		}
		before[from] = -1
		if to-from > 1 {
			clear(last)
			for i := from; i < to; i++ {
				p := pair{user[i], item[i]}
				j, ok := last[p]
				if !ok {
					before[i] = -1
				} else {
					before[i], ordinal[i] = j, ordinal[j]+1
				}
				last[p] = int32(i)
			}
		}
		from = to
	}
	return before, ordinal
}

// equalRowsOf looks, for each row that repeats time, user and item, for an
// earlier one that is equal in every column; first is −1 where there is none.
func (l *Log) equalRowsOf(before []int32) (count, first int) {
	first = -1
	for i := range before {
		for j := before[i]; j >= 0; j = before[j] {
			if l.equalRows(i, int(j)) {
				if count++; first < 0 {
					first = i
				}
				break
			}
		}
	}
	return count, first
}

// judgeDuplicates refuses too many equal rows, of which the source's row first
// is one, and notes few.
func (b *builder) judgeDuplicates(l *Log, count, first int) error {
	if count == 0 {
		return nil
	}
	share := float64(count) / float64(l.Len())
	what := fmt.Sprintf("%d of %d rows (%.2f %%) are equal to an earlier row in every column", count, l.Len(), 100*share)
	if share > maxDuplicate && !b.d.AllowDuplicates {
		return b.refuse(ErrDuplicateRows, first, "", what, "remove them, or allow them (--allow-duplicates)")
	}
	l.Notes = append(l.Notes, what+"; they were kept.")
	return nil
}

func (l *Log) equalRows(i, j int) bool {
	for s := range l.Slots {
		if !slices.Equal(l.Slots[s].Row(i), l.Slots[s].Row(j)) {
			return false
		}
	}
	for _, c := range l.Numeric {
		if c.Values[i] != c.Values[j] {
			return false
		}
	}
	return l.Label[i] == l.Label[j] && (l.Weight == nil || l.Weight[i] == l.Weight[j])
}
