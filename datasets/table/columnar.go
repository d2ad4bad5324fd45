package table

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/lislab/lislab/lis"
)

// A columnarFile gives the columns of one file group by group.
type columnarFile interface {
	schema() *arrow.Schema
	// rows in all, 0 where that is not known beforehand.
	rows() int
	// groups calls give for each group of rows in order; give may only be kept
	// waiting. A group's read calls each with the arrays of one field (as a
	// number in the schema), in the order of the rows, and may be called for
	// several fields at once.
	groups(ctx context.Context, give func(rows int, read func(field int, each func(arrow.Array) bool) error) error) error
	close()
}

// columnarReader reads files of typed columns: each column of each group of rows
// is a job of its own.
type columnarReader struct {
	o     *Options
	files []string
	open  func(ctx context.Context, path string, specs []*spec, o *Options) (columnarFile, error)
}

// group is what was read of one group of rows.
type group struct {
	file, row, rows int
	builders        []*builder
	errs            []error // of reading, not of cells
	ok              []bool
	done            sync.WaitGroup
}

func (r *columnarReader) read(ctx context.Context) (*Table, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newMeter(r.o.Progress, r.files)
	jobs := make(chan func())
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for job := range jobs {
				job()
			}
		})
	}
	defer workers.Wait()
	defer close(jobs)

	specs := make([]*spec, len(r.o.Want))
	for i, w := range r.o.Want {
		specs[i] = &spec{Want: w}
	}
	var groups []*group
	for i, path := range r.files {
		f, err := r.open(ctx, path, specs, r.o)
		if err != nil {
			return nil, err
		}
		defer f.close()
		names := fieldNames(f.schema())
		if len(specs) == 0 {
			for _, n := range names {
				specs = append(specs, &spec{Want: Want{Column: n}})
			}
		}
		fields, err := fieldsOf(path, names, specs)
		if err != nil {
			return nil, err
		}
		for k, s := range specs {
			if s.Kind == Any {
				s.Kind, s.List = naturalKind(f.schema().Field(fields[k]).Type)
			}
		}
		if err := findUnits(ctx, f, specs, fields); err != nil {
			return nil, err
		}
		row := 0
		said := int64(0)
		size := fileSize(path)
		err = f.groups(ctx, func(rows int, read func(int, func(arrow.Array) bool) error) error {
			g := &group{file: i, row: row, rows: rows, errs: make([]error, len(specs)), ok: make([]bool, len(specs))}
			row += rows
			for k, s := range specs {
				b, err := newBuilder(s, rows)
				if err != nil {
					return err
				}
				g.builders = append(g.builders, b)
				g.done.Add(1)
				jobs <- func() {
					defer g.done.Done()
					g.ok[k] = true
					g.errs[k] = read(fields[k], func(a arrow.Array) bool {
						g.ok[k] = ctx.Err() == nil && b.array(a)
						return g.ok[k]
					})
				}
			}
			groups = append(groups, g)
			if n := len(groups) - 2; n >= 0 {
				if err := r.check(groups[n], specs); err != nil {
					return err
				}
			}
			if all := f.rows(); all > 0 && row < all {
				now := int64(float64(size) * float64(row) / float64(all))
				m.add(now - said)
				said = now
			}
			return nil
		})
		for _, g := range groups {
			if g.file != i {
				continue
			}
			if e := r.check(g, specs); e != nil {
				return nil, e
			}
		}
		if err != nil {
			return nil, err
		}
		m.add(size - said)
		f.close()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := &Table{Columns: make([]Column, len(specs))}
	for _, g := range groups {
		t.places = append(t.places, place{r.files[g.file], t.Rows, g.row + 1, nil})
		t.Rows += g.rows
	}
	var wg sync.WaitGroup
	for k, s := range specs {
		wg.Add(1)
		jobs <- func() {
			defer wg.Done()
			parts := make([]*builder, len(groups))
			for i, g := range groups {
				parts[i] = g.builders[k]
			}
			t.Columns[k] = concat(s.Column, s.Kind, parts, nil)
		}
	}
	wg.Wait()
	return t, nil
}

// check waits for a group and gives its first error in the order of the rows.
func (r *columnarReader) check(g *group, specs []*spec) error {
	g.done.Wait()
	first, least := -1, 0
	for k, b := range g.builders {
		if g.errs[k] != nil {
			return ioError(r.files[g.file], g.errs[k])
		}
		if b.err != nil && !g.ok[k] && (first < 0 || b.rows < least) {
			first, least = k, b.rows
		}
	}
	if first < 0 {
		for k, b := range g.builders {
			if g.ok[k] && b.rows != g.rows {
				return &lis.InputError{Kind: lis.ErrIO, What: "the column has " + strconv.Itoa(b.rows) + " of " + strconv.Itoa(g.rows) + " rows", File: r.files[g.file], Column: specs[k].Column, Do: "write the file anew"}
			}
		}
		return nil
	}
	b := g.builders[first]
	return &lis.InputError{Kind: b.kind, What: b.err.Error(), File: r.files[g.file], Row: g.row + least + 1, Column: b.spec.Column, Do: doAbout(b.kind, b.spec)}
}

// findUnits looks at the first value of columns of numbers that are times.
func findUnits(ctx context.Context, f columnarFile, specs []*spec, fields []int) error {
	for k, s := range specs {
		if s.Kind != Time || s.unit != "" || s.TimeFormat != "" && s.TimeFormat != "auto" {
			continue
		}
		kind, _ := naturalKind(f.schema().Field(fields[k]).Type)
		if kind != Int && kind != Float {
			continue
		}
		err := f.groups(ctx, func(rows int, read func(int, func(arrow.Array) bool) error) error {
			if err := read(fields[k], func(a arrow.Array) bool {
				text := texts(a)
				for i := range a.Len() {
					if a.IsNull(i) {
						continue
					}
					if v, ok := parseFloat(text(nil, i)); ok {
						s.unit = unitOf(int64(v))
					}
					return false
				}
				return true
			}); err != nil {
				return ioError("", err)
			}
			if s.unit != "" {
				return errStop
			}
			return nil
		})
		if err != nil && err != errStop {
			return err
		}
	}
	return nil
}

// errStop ends an iteration that has found what it looked for.
var errStop = errors.New("stop")

func fieldNames(s *arrow.Schema) []string {
	names := make([]string, s.NumFields())
	for i, f := range s.Fields() {
		names[i] = f.Name
	}
	return names
}
