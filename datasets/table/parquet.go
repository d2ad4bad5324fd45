package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/lislab/lislab/lis"
)

// batchRows are read of a column at a time. (0 would mean the whole file.)
const batchRows = 1 << 16

// ReadParquet reads Parquet files as one table: the wanted columns alone, each
// column of each row group on its own core. Any finds kinds by the file's types:
// whole numbers, numbers (decimals too), flags, times (dates too), lists of ids,
// and text for the rest. A column wanted as another kind is read as if its
// values were text. Times that the file says to be local are read in the wanted
// time zone. Errors give the data row, from 1, in place of a line.
func ReadParquet(ctx context.Context, files []string, o Options) (*Table, error) {
	r := columnarReader{o: &o, files: files, open: openParquet}
	return r.read(ctx)
}

type parquetFile struct {
	path   string
	f      *os.File
	reader *pqarrow.FileReader
	sc     *arrow.Schema
}

func openParquet(_ context.Context, path string, specs []*spec, _ *Options) (columnarFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, ioError(path, err)
	}
	p := &parquetFile{path: path, f: f}
	if err := p.open(specs); err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

func (p *parquetFile) open(specs []*spec) (err error) {
	defer damaged(p.path, &err)
	raw, err := file.NewParquetReader(p.f)
	if err != nil {
		return p.broken(err)
	}
	props := pqarrow.ArrowReadProperties{BatchSize: batchRows, Parallel: true}
	// Ids that the file stores once per distinct value are looked at once. Where
	// it gave up storing them so, making up a dictionary would cost more.
	schema := raw.MetaData().Schema
	for i := range schema.NumColumns() {
		c := schema.Column(i)
		for _, s := range specs {
			if s.Kind == IDs && c.Path() == s.Column && c.PhysicalType() == parquet.Types.ByteArray && dictionaryCoded(raw, i) {
				props.SetReadDict(i, true)
			}
		}
	}
	if p.reader, err = pqarrow.NewFileReader(raw, props, memory.DefaultAllocator); err != nil {
		return p.broken(err)
	}
	if p.sc, err = p.reader.Schema(); err != nil {
		return p.broken(err)
	}
	return nil
}

// dictionaryCoded tells whether the values of a column are numbers into a
// dictionary in every page of the first row group.
func dictionaryCoded(raw *file.Reader, column int) bool {
	if raw.NumRowGroups() == 0 {
		return false
	}
	c, err := raw.MetaData().RowGroup(0).ColumnChunk(column)
	if err != nil || !c.HasDictionaryPage() {
		return false
	}
	for _, s := range c.EncodingStats() {
		data := strings.HasPrefix(s.PageType.String(), "DATA_PAGE")
		if data && s.Encoding != parquet.Encodings.RLEDict && s.Encoding != parquet.Encodings.PlainDict {
			return false
		}
	}
	return true
}

func (p *parquetFile) broken(err error) error {
	what := strings.TrimPrefix(err.Error(), "parquet: ")
	return &lis.InputError{Kind: lis.ErrIO, What: "the file is no whole Parquet file: " + what, File: p.path, Do: "fetch or write it anew", Err: err}
}

// damaged turns a panic over a damaged file into an error.
func damaged(path string, err *error) {
	if v := recover(); v != nil {
		*err = &lis.InputError{Kind: lis.ErrIO, What: fmt.Sprintf("the file is damaged: %v", v), File: path, Do: "fetch or write it anew"}
	}
}

func (p *parquetFile) schema() *arrow.Schema { return p.sc }

func (p *parquetFile) rows() int { return int(p.reader.ParquetReader().NumRows()) }

func (p *parquetFile) close() { p.f.Close() }

func (p *parquetFile) groups(ctx context.Context, give func(int, func(int, func(arrow.Array) bool) error) error) error {
	raw := p.reader.ParquetReader()
	for g := range raw.NumRowGroups() {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := int(raw.MetaData().RowGroup(g).NumRows())
		err := give(rows, func(field int, each func(arrow.Array) bool) error {
			return p.column(ctx, g, field, each)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *parquetFile) column(ctx context.Context, group, field int, each func(arrow.Array) bool) (err error) {
	defer damaged(p.path, &err)
	rr, err := p.reader.GetRecordReader(ctx, leaves(&p.reader.Manifest.Fields[field], nil), []int{group})
	if err != nil {
		return p.broken(err)
	}
	defer rr.Release()
	for rr.Next() {
		if !each(rr.RecordBatch().Column(0)) {
			return nil
		}
	}
	if err := rr.Err(); err != nil && !isEOF(err) {
		return p.broken(err)
	}
	return nil
}

// isEOF tells whether an iteration over batches just came to its end.
func isEOF(err error) bool { return errors.Is(err, io.EOF) }

// leaves are the columns of the file that make up a field.
func leaves(f *pqarrow.SchemaField, to []int) []int {
	if len(f.Children) == 0 {
		return append(to, f.ColIndex)
	}
	for i := range f.Children {
		to = leaves(&f.Children[i], to)
	}
	return to
}
