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

// arrowFile holds the record batches of one file; they are few and large, and
// their decoding shares dictionaries, so that they are read one after the other.
type arrowFile struct {
	path    string
	sc      *arrow.Schema
	n       int
	batches []arrow.RecordBatch
}

func openArrow(ctx context.Context, path string, _ []*spec, _ *Options) (columnarFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, ioError(path, err)
	}
	defer f.Close()
	a := &arrowFile{path: path}
	magic := make([]byte, 6)
	if _, err := io.ReadFull(f, magic); err == nil && bytes.Equal(magic, []byte("ARROW1")) {
		return a, a.readFile(ctx, f)
	}
	s, err := openStream(path)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return a, a.readStream(ctx, s)
}

func (a *arrowFile) readFile(ctx context.Context, f *os.File) (err error) {
	defer damaged(a.path, &err)
	r, err := ipc.NewFileReader(f)
	if err != nil {
		return a.broken(err)
	}
	defer r.Close()
	a.sc = r.Schema()
	for i := range r.NumRecords() {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch, err := r.RecordBatchAt(i)
		if err != nil {
			return a.broken(err)
		}
		a.keep(batch)
	}
	return nil
}

func (a *arrowFile) readStream(ctx context.Context, s io.Reader) (err error) {
	defer damaged(a.path, &err)
	r, err := ipc.NewReader(s)
	if err != nil {
		return a.broken(err)
	}
	defer r.Release()
	a.sc = r.Schema()
	for r.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.RecordBatch().Retain()
		a.keep(r.RecordBatch())
	}
	if err := r.Err(); err != nil && !errors.Is(err, io.EOF) {
		return a.broken(err)
	}
	return nil
}

func (a *arrowFile) keep(batch arrow.RecordBatch) {
	a.batches = append(a.batches, batch)
	a.n += int(batch.NumRows())
}

func (a *arrowFile) broken(err error) error {
	var known *lis.InputError
	if errors.As(err, &known) {
		return err
	}
	return &lis.InputError{Kind: lis.ErrIO, What: "the file is no whole Arrow file: " + err.Error(), File: a.path, Do: "fetch or write it anew", Err: err}
}

func (a *arrowFile) schema() *arrow.Schema { return a.sc }

func (a *arrowFile) rows() int { return a.n }

func (a *arrowFile) close() { a.batches = nil }

func (a *arrowFile) groups(ctx context.Context, give func(int, func(int, func(arrow.Array) bool) error) error) error {
	for _, batch := range a.batches {
		err := give(int(batch.NumRows()), func(field int, each func(arrow.Array) bool) error {
			each(batch.Column(field))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
