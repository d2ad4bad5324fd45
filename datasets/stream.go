package datasets

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"time"

	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/internal/pieces"
	"github.com/lislab/lislab/lis"
)

// A Stream is a log that is read a chunk at a time, in time order, as often as
// wanted: for logs larger than memory. What it keeps between chunks is each
// distinct id, once.
type Stream struct {
	// Name of the log in results.
	Name string
	// Slots are user, item, then the further ones by name.
	Slots []string

	files   []string
	columns lis.Columns
	options readOptions
}

// OpenStream opens the log that Read would read of path and columns, from
// Parquet, Arrow, JSON lines or CSV. The rows must lie in time order within the
// files, and the files in the order of their names: sort larger ones with SQL,
// COPY (SELECT * FROM 'log.parquet' ORDER BY time) TO 'sorted.parquet'.
func OpenStream(path string, c lis.Columns, opts ...Option) (*Stream, error) {
	files, err := table.Files(path)
	if err != nil {
		return nil, err
	}
	o := options(opts)
	c = withDefaults(o.of(c))
	if c.Name == "" {
		c.Name = logName(path)
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil {
		return nil, noTimezone(c.Timezone, err)
	}
	return &Stream{Name: c.Name, Slots: append([]string{"user", "item"}, sorted(c.Slots)...), files: files, columns: c, options: o}, nil
}

// maxTime is the end of the times that are believed, as for lis.NewLog.
var maxTime = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()

// Chunks reads the log from its beginning. Each chunk is a lis.Data whose rows
// follow those before in time; rows of equal time are always in one chunk, so
// that lis.NewLog of a chunk hashes its rows as NewLog of all would. An id has
// the same number in every chunk, by first appearance; a chunk's IDs are those
// seen so far. Row counts on over all files. A chunk's slices are its own, but
// for the texts of the ids.
//
// After an error there is no more. Rows out of order are lis.ErrBadTime, a slot
// of all one label is for the caller to see; else the errors are Read's.
func (s *Stream) Chunks(ctx context.Context) iter.Seq2[*lis.Data, error] {
	return s.chunks(ctx, new(table.Table))
}

// Log makes the log that Read makes, for one that is larger than memory: in one
// pass, into files in $TMPDIR, as lis.NewStoredLog says. Close it when done. Its
// errors are those of Chunks and of lis.NewStoredLog.
func (s *Stream) Log(ctx context.Context) (*lis.Log, error) {
	var read table.Table
	log, err := lis.NewStoredLog(s.chunks(ctx, &read), "")
	if err != nil {
		return nil, s.placed(err)
	}
	log.Notes = append(log.Notes, read.Notes()...)
	return log, nil
}

// placed says of an error what the file calls the column.
func (s *Stream) placed(err error) error {
	var e *lis.InputError
	if !errors.As(err, &e) || e.File != "" {
		return err
	}
	at := *e
	at.Column = columnOf(s.columns, e.Column)
	if e.Row > 0 {
		at.What = fmt.Sprintf("row %d: %s", e.Row, e.What)
		at.Row = 0 // of which file is not known
	}
	at.File = s.files[0]
	if len(s.files) > 1 {
		at.File = filepath.Dir(s.files[0])
	}
	return &at
}

// chunks adds up in read how many rows there were and how many were malformed.
func (s *Stream) chunks(ctx context.Context, read *table.Table) iter.Seq2[*lis.Data, error] {
	return pieces.Whole(s.pieces(ctx, read))
}

// pieces are the rows as they are read.
func (s *Stream) pieces(ctx context.Context, read *table.Table) iter.Seq2[*lis.Data, error] {
	return func(yield func(*lis.Data, error) bool) {
		o := s.options.table
		o.Want = wants(s.columns)
		last := int64(-1)
		for t, err := range table.Stream(ctx, s.files, o) {
			if err != nil {
				yield(nil, err)
				return
			}
			if read.Bad == 0 {
				read.FirstBad = t.FirstBad
			}
			row := int64(read.Rows)
			read.Rows, read.Bad = read.Rows+t.Rows, read.Bad+t.Bad
			d, err := makeData(t, s.columns)
			if err == nil {
				err = s.check(&d, t, last)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			d.Row = make([]int64, t.Rows)
			for r := range d.Row {
				d.Row[r] = row + int64(r)
			}
			last = d.Time[t.Rows-1]
			if !yield(&d, nil) {
				return
			}
		}
	}
}

// check refuses what NewLog would of a piece of a log that is read in order.
func (s *Stream) check(d *lis.Data, t *table.Table, last int64) error {
	refuse := func(kind error, r int, column, what, do string) error {
		file, line := t.Where(r)
		return &lis.InputError{Kind: kind, What: what, File: file, Row: line, Column: column, Do: do}
	}
	at := func(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339) }
	for r, ns := range d.Time {
		if ns < 0 || ns >= maxTime {
			return refuse(lis.ErrBadTime, r, s.columns.Time, at(ns)+" is not between 1970 and 2100", "check the column and its unit (--time-format)")
		}
		if ns < last {
			return refuse(lis.ErrBadTime, r, s.columns.Time, fmt.Sprintf("%s comes after %s, and a stream must be in time order", at(ns), at(last)),
				fmt.Sprintf("sort it: COPY (SELECT * FROM '%s' ORDER BY %s) TO 'sorted.parquet'", filepath.Base(s.files[0]), s.columns.Time))
		}
		last = ns
	}
	for _, c := range append([]lis.Column{d.User, d.Item}, d.Slots...) {
		if k := slices.Index(c.IDs, "NaN"); k >= 0 {
			if i := slices.Index(c.Index, uint32(k)); i >= 0 {
				r := i
				if c.Offsets != nil {
					r, _ = slices.BinarySearch(c.Offsets, i+1)
					r--
				}
				return refuse(lis.ErrMissingValue, r, c.Name, "no id", "give every row an id, or leave the row out")
			}
		}
	}
	return nil
}
