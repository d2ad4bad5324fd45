// Package pieces cuts the rows of a log that is read in time order into pieces
// none of which ends between rows of equal time.
package pieces

import (
	"iter"
	"slices"

	"github.com/lislab/lislab/lis"
)

// Whole gives the rows of in, in pieces that are lis.NewStoredLog's chunks. A
// column's IDs grow from piece to piece and keep their numbers; a piece's slices
// are its own, those of IDs apart.
func Whole(in iter.Seq2[*lis.Data, error]) iter.Seq2[*lis.Data, error] {
	return func(yield func(*lis.Data, error) bool) {
		var late lis.Data // the rows of the last time seen, whose piece may go on
		for d, err := range in {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(d.Time) == 0 {
				continue
			}
			all := joinData(late, *d)
			cut, last := len(all.Time), all.Time[len(all.Time)-1]
			for cut > 0 && all.Time[cut-1] == last {
				cut--
			}
			all, late = cutData(all, cut)
			if len(all.Time) > 0 && !yield(&all, nil) {
				return
			}
		}
		if len(late.Time) > 0 {
			yield(&late, nil)
		}
	}
}

// slotsOf are the columns of ids: user, item, then the further ones.
func slotsOf(d *lis.Data) []*lis.Column {
	cols := []*lis.Column{&d.User, &d.Item}
	for i := range d.Slots {
		cols = append(cols, &d.Slots[i])
	}
	return cols
}

// joinData puts rows behind others.
func joinData(a, b lis.Data) lis.Data {
	if len(a.Time) == 0 {
		return b
	}
	for i, c := range slotsOf(&a) {
		more := slotsOf(&b)[i]
		if c.Offsets != nil {
			base := len(c.Index)
			for _, o := range more.Offsets[1:] {
				c.Offsets = append(c.Offsets, base+o)
			}
		}
		c.Index = append(c.Index, more.Index...)
		c.IDs = more.IDs // those seen so far
	}
	a.Time, a.Label, a.Row = append(a.Time, b.Time...), append(a.Label, b.Label...), append(a.Row, b.Row...)
	for i := range a.Numeric {
		a.Numeric[i].Values = append(a.Numeric[i].Values, b.Numeric[i].Values...)
	}
	if a.Weight != nil {
		a.Weight = append(a.Weight, b.Weight...)
	}
	return a
}

// cutData is the first n rows and the rest; the rest is copied, so that it can
// be appended to.
func cutData(d lis.Data, n int) (first, rest lis.Data) {
	first, rest = d, d
	first.Slots, rest.Slots = slices.Clone(d.Slots), slices.Clone(d.Slots)
	first.Numeric, rest.Numeric = slices.Clone(d.Numeric), slices.Clone(d.Numeric)
	for i, c := range slotsOf(&d) {
		f, r := slotsOf(&first)[i], slotsOf(&rest)[i]
		at := n
		if c.Offsets != nil {
			at = c.Offsets[n]
			f.Offsets = c.Offsets[: n+1 : n+1]
			r.Offsets = nil
			for _, o := range c.Offsets[n:] {
				r.Offsets = append(r.Offsets, o-at)
			}
		}
		f.Index, r.Index = c.Index[:at:at], slices.Clone(c.Index[at:])
	}
	first.Time, rest.Time = d.Time[:n:n], slices.Clone(d.Time[n:])
	first.Label, rest.Label = d.Label[:n:n], slices.Clone(d.Label[n:])
	first.Row, rest.Row = d.Row[:n:n], slices.Clone(d.Row[n:])
	for i, c := range d.Numeric {
		first.Numeric[i].Values, rest.Numeric[i].Values = c.Values[:n:n], slices.Clone(c.Values[n:])
	}
	if d.Weight != nil {
		first.Weight, rest.Weight = d.Weight[:n:n], slices.Clone(d.Weight[n:])
	}
	return first, rest
}
