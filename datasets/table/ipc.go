package table

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/lislab/lislab/lis"
)

// ReadArrow reads files of Arrow's IPC format as one table, of the file kind
// (which Feather 2 is) or the stream kind, the latter also compressed as a
// whole. Otherwise as ReadParquet.
func ReadArrow(ctx context.Context, files []string, o Options) (*Table, error) {
	r := columnarReader{o: &o, files: files, open: openArrow}
	return r.read(ctx)
}

// arrowFile is one file. Its batches are decoded one after the other, because
// they share dictionaries.
type arrowFile struct {
	path string
	sc   *arrow.Schema
}

func openArrow(ctx context.Context, path string, _ []*spec, _ *Options) (columnarFile, error) {
	a := &arrowFile{path: path}
	err := a.read(ctx, func(sc *arrow.Schema, _ arrow.RecordBatch) error {
		a.sc = sc
		return errStop
	})
	if err != nil && err != errStop {
		return nil, err
	}
	return a, nil
}

// read calls each with the schema alone, then with every batch; a batch is
// released after the call.
func (a *arrowFile) read(ctx context.Context, each func(*arrow.Schema, arrow.RecordBatch) error) (err error) {
	f, err := os.Open(a.path)
	if err != nil {
		return ioError(a.path, err)
	}
	defer f.Close()
	defer damaged(a.path, &err)
	magic := make([]byte, 6)
	if _, err := io.ReadFull(f, magic); err == nil && bytes.Equal(magic, []byte("ARROW1")) {
		return a.readFile(ctx, f, each)
	}
	s, err := openStream(a.path)
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := ipc.NewReader(s)
	if err != nil {
		return a.broken(err)
	}
	defer r.Release()
	if err := each(r.Schema(), nil); err != nil {
		return err
	}
	for r.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := each(r.Schema(), r.RecordBatch()); err != nil {
			return err
		}
	}
	if err := r.Err(); err != nil && !isEOF(err) {
		return a.broken(err)
	}
	return nil
}

func (a *arrowFile) readFile(ctx context.Context, f *os.File, each func(*arrow.Schema, arrow.RecordBatch) error) error {
	r, err := ipc.NewFileReader(f)
	if err != nil {
		return a.broken(err)
	}
	defer r.Close()
	if err := each(r.Schema(), nil); err != nil {
		return err
	}
	for i := range r.NumRecords() {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch, err := r.RecordBatchAt(i)
		if err != nil {
			return a.broken(err)
		}
		err = each(r.Schema(), batch)
		batch.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *arrowFile) broken(err error) error {
	var known *lis.InputError
	if errors.As(err, &known) {
		return err
	}
	return &lis.InputError{Kind: lis.ErrIO, What: "the file is no whole Arrow file: " + err.Error(), File: a.path, Do: "fetch or write it anew", Err: err}
}

func (a *arrowFile) schema() *arrow.Schema { return a.sc }

func (a *arrowFile) rows() int { return 0 }

func (a *arrowFile) close() {}

func (a *arrowFile) batches(ctx context.Context, _ []int, each func(arrow.RecordBatch) error) error {
	return a.read(ctx, func(_ *arrow.Schema, batch arrow.RecordBatch) error {
		if batch == nil {
			return nil
		}
		return each(batch)
	})
}

func (a *arrowFile) groups(ctx context.Context, give func(int, func(int, func(arrow.Array) bool) error) error) error {
	return a.batches(ctx, nil, func(batch arrow.RecordBatch) error {
		batch.Retain() // its columns are read later; the garbage collector frees them
		return give(int(batch.NumRows()), func(field int, each func(arrow.Array) bool) error {
			each(batch.Column(field))
			return nil
		})
	})
}
