package table

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/lislab/lislab/lis"
)

// Stream reads files as Read does, a piece at a time, in the order of the rows:
// what is in memory does not grow with the files, but for each distinct id, kept
// once: ids are numbered alike in all pieces, by first appearance, and a piece's
// IDs are those seen so far. Each Table belongs to the caller; its Where gives
// the rows' places. Every wanted column must say its kind. Files are read ahead
// on all cores; breaking off stops them. After an error there is no more. Of
// malformed rows too many for Options.MaxBad are an error at the end, so that
// what was read until then should not be believed.
func Stream(ctx context.Context, files []string, o Options) iter.Seq2[*Table, error] {
	return func(yield func(*Table, error) bool) {
		if err := streamable(files, &o); err != nil {
			yield(nil, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stopped := false
		give := func(t *Table) error {
			if !yield(t, nil) {
				stopped = true
				return errStop
			}
			return nil
		}
		var err error
		switch FormatOf(files[0]) {
		case Parquet, Arrow:
			err = streamColumns(ctx, files, &o, give)
		default:
			err = streamText(ctx, files, &o, give)
		}
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}

func streamable(files []string, o *Options) error {
	format := FormatOf(files[0])
	for _, f := range files {
		if FormatOf(f) != format {
			return &lis.InputError{Kind: lis.ErrUsage, What: "the files are of different formats", File: f, Do: "name files of one format"}
		}
	}
	if format == NPY {
		return &lis.InputError{Kind: lis.ErrUsage, What: "arrays stand side by side and cannot be streamed", File: files[0], Do: "write them as one Parquet file"}
	}
	for _, w := range o.Want {
		if w.Kind == Any {
			return &lis.InputError{Kind: lis.ErrUsage, What: "a streamed column must say its kind", Column: w.Column, Do: "set Want.Kind"}
		}
	}
	if len(o.Want) == 0 {
		return &lis.InputError{Kind: lis.ErrUsage, What: "a stream must say which columns are wanted", Do: "set Options.Want"}
	}
	return nil
}

func streamText(ctx context.Context, files []string, o *Options, give func(*Table) error) error {
	rows, bad := 0, 0
	var firstBad error
	ids := dicts(len(o.Want))
	r := textReader{o: o, files: files}
	r.emit = func(c *chunk, specs []*spec, line int) error {
		if c.badRows > 0 && bad == 0 {
			firstBad = r.badRow(c, line)
		}
		if c.cut {
			return r.badRow(c, line)
		}
		rows, bad = rows+c.rows, bad+c.badRows
		if c.rows == 0 {
			return nil
		}
		t := &Table{Rows: c.rows, Bad: c.badRows, places: []place{{files[c.file], 0, line, c.at}}}
		if t.Bad > 0 {
			t.FirstBad = firstBad
		}
		for k, s := range specs {
			t.Columns = append(t.Columns, concat(s.Column, s.Kind, c.builders[k:k+1], ids[k]))
		}
		return give(t)
	}
	open := func(s *textSource) (chunkParser, error) { return newCSVFile(s, o) }
	if FormatOf(files[0]) == JSON {
		open = func(s *textSource) (chunkParser, error) { return newJSONFile(s, o) }
	}
	if _, err := r.read(ctx, open); err != nil {
		return err
	}
	return (&Table{Rows: rows, Bad: bad, FirstBad: firstBad}).checkBad(o)
}

// dicts number the ids of n columns over all pieces.
func dicts(n int) []*dict {
	out := make([]*dict, n)
	for i := range out {
		out[i] = &dict{}
	}
	return out
}

// A batchFile gives whole rows of a file, some at a time.
type batchFile interface {
	columnarFile
	batches(ctx context.Context, fields []int, each func(arrow.RecordBatch) error) error
}

func streamColumns(ctx context.Context, files []string, o *Options, give func(*Table) error) error {
	specs := make([]*spec, len(o.Want))
	for i, w := range o.Want {
		specs[i] = &spec{Want: w}
	}
	m := newMeter(o.Progress, files)
	open := openParquet
	if FormatOf(files[0]) == Arrow {
		open = openArrow
	}
	ids := dicts(len(specs))
	for _, path := range files {
		if err := streamFile(ctx, path, o, specs, ids, open, m, give); err != nil {
			return err
		}
	}
	return nil
}

func streamFile(ctx context.Context, path string, o *Options, specs []*spec, ids []*dict, open func(context.Context, string, []*spec, *Options) (columnarFile, error), m *meter, give func(*Table) error) error {
	f, err := open(ctx, path, specs, o)
	if err != nil {
		return err
	}
	defer f.close()
	names := fieldNames(f.schema())
	fields, err := fieldsOf(path, names, specs)
	if err != nil {
		return err
	}
	if err := findUnits(ctx, f, specs, fields); err != nil {
		return err
	}
	row, said, size := 0, int64(0), fileSize(path)
	err = f.(batchFile).batches(ctx, fields, func(batch arrow.RecordBatch) error {
		t, err := tableOf(batch, specs, ids, names, fields, place{path, 0, row + 1, nil})
		if err != nil {
			return err
		}
		row += t.Rows
		if all := f.rows(); all > 0 && row < all {
			now := int64(float64(size) * float64(row) / float64(all))
			m.add(now - said)
			said = now
		}
		return give(t)
	})
	if err == nil {
		m.add(size - said)
	}
	return err
}

// tableOf reads the cells of a batch, a column on each core.
func tableOf(batch arrow.RecordBatch, specs []*spec, ids []*dict, names []string, fields []int, from place) (*Table, error) {
	g := &group{rows: int(batch.NumRows()), errs: make([]error, len(specs)), ok: make([]bool, len(specs))}
	t := &Table{Rows: g.rows, Columns: make([]Column, len(specs)), places: []place{from}}
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for k, s := range specs {
		b, err := newBuilder(s, g.rows)
		if err != nil {
			return nil, err
		}
		if s.Kind == IDs {
			b.ids = ids[k] // pieces are read one after the other
		}
		g.builders = append(g.builders, b)
		var col arrow.Array
		for i, f := range batch.Schema().Fields() {
			if f.Name == names[fields[k]] {
				col = batch.Column(i)
			}
		}
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			if g.ok[k] = b.array(col); g.ok[k] {
				t.Columns[k] = concat(s.Column, s.Kind, []*builder{b}, ids[k])
			}
		})
	}
	wg.Wait()
	for k, b := range g.builders {
		b.rows += t.Columns[k].Len() // concat has emptied it
	}
	r := columnarReader{files: []string{from.file}}
	g.row = from.line - 1
	return t, r.check(g, specs)
}

func (p *parquetFile) batches(ctx context.Context, fields []int, each func(arrow.RecordBatch) error) (err error) {
	defer damaged(p.path, &err)
	var columns []int
	seen := map[int]bool{}
	for _, f := range fields {
		if !seen[f] {
			seen[f] = true
			columns = leaves(&p.reader.Manifest.Fields[f], columns)
		}
	}
	rr, err := p.reader.GetRecordReader(ctx, columns, nil)
	if err != nil {
		return p.broken(err)
	}
	defer rr.Release()
	return ahead(ctx, rr, each, p.broken)
}

// ahead reads the next batches while one is being worked on.
func ahead(ctx context.Context, rr array.RecordReader, each func(arrow.RecordBatch) error, broken func(error) error) error {
	ctx, cancel := context.WithCancel(ctx)
	batches := make(chan arrow.RecordBatch, 1)
	var failed error
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(batches)
		defer func() {
			if v := recover(); v != nil {
				failed = broken(fmt.Errorf("it is damaged: %v", v))
			}
		}()
		for ctx.Err() == nil && rr.Next() {
			batch := rr.RecordBatch()
			batch.Retain()
			select {
			case batches <- batch:
			case <-ctx.Done():
				return
			}
		}
		if err := rr.Err(); err != nil && !isEOF(err) {
			failed = broken(err)
		}
	})
	defer reader.Wait()
	defer cancel()
	for batch := range batches {
		err := each(batch)
		batch.Release()
		if err != nil {
			return err
		}
	}
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}
