package handoff

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/lislab/lislab/internal/whole"
	"github.com/lislab/lislab/lis"
)

// writeTable writes one record batch as a Parquet file, whole or not at all.
func writeTable(path string, schema *arrow.Schema, fill func(b *array.RecordBuilder)) error {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	fill(b)
	record := b.NewRecordBatch()
	defer record.Release()
	err := whole.File(path, func(w io.Writer) error {
		// Fixed properties: the same rows give the same bytes.
		props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCreatedBy("lislab"))
		// The writer closes what it writes to, and the file is not ours to close.
		pw, err := pqarrow.NewFileWriter(schema, struct{ io.Writer }{w}, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
		if err != nil {
			return err
		}
		if err := pw.Write(record); err != nil {
			return err
		}
		return pw.Close()
	})
	if err != nil {
		return &lis.InputError{Kind: lis.ErrIO, What: "cannot write: " + err.Error(), File: path, Do: "check the folder and the space on the disk", Err: err}
	}
	return nil
}

// readTable reads a Parquet file whole, with its metadata.
func readTable(path string) (arrow.Table, map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "cannot open: " + err.Error(), File: path, Do: "check the path", Err: err}
	}
	defer f.Close()
	unreadable := func(err error) error {
		return &lis.InputError{Kind: lis.ErrIO, What: "not a readable Parquet file: " + err.Error(), File: path, Do: "was it written to its end?", Err: err}
	}
	pf, err := file.NewParquetReader(f)
	if err != nil {
		return nil, nil, unreadable(err)
	}
	defer pf.Close()
	meta := map[string]string{}
	kv := pf.MetaData().KeyValueMetadata()
	for i, k := range kv.Keys() {
		meta[k] = kv.Values()[i]
	}
	r, err := pqarrow.NewFileReader(pf, pqarrow.ArrowReadProperties{BatchSize: 1 << 16}, memory.DefaultAllocator)
	if err != nil {
		return nil, nil, unreadable(err)
	}
	t, err := r.ReadTable(context.Background())
	if err != nil {
		return nil, nil, unreadable(err)
	}
	return t, meta, nil
}

// columns walks over the chunks of named columns of a table.
type columns struct {
	path  string
	table arrow.Table
}

func (c columns) find(name string) (*arrow.Chunked, error) {
	for i := range int(c.table.NumCols()) {
		if c.table.Column(i).Name() == name {
			return c.table.Column(i).Data(), nil
		}
	}
	var names []string
	for _, f := range c.table.Schema().Fields() {
		names = append(names, f.Name)
	}
	return nil, &lis.InputError{Kind: lis.ErrUnknownColumn, What: "no column " + name, File: c.path, Column: name, Do: fmt.Sprintf("the columns are %v", names)}
}

func (c columns) has(name string) bool {
	return len(c.table.Schema().FieldIndices(name)) > 0
}

// each calls f for every row of a column, the row counted from 0.
func (c columns) each(name string, f func(row int, a arrow.Array, i int) error) error {
	col, err := c.find(name)
	if err != nil {
		return err
	}
	row := 0
	for _, chunk := range col.Chunks() {
		for i := range chunk.Len() {
			if err := f(row, chunk, i); err != nil {
				return err
			}
			row++
		}
	}
	return nil
}

// wrong is the error for a value that is not of the expected type.
func (c columns) wrong(name string, row int, got arrow.Array, want string) error {
	return &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("%s where %s was expected", got.DataType(), want), File: c.path, Row: row + 1, Column: name, Do: "write the column with that type"}
}

// texts reads a column of strings. A null is refused.
func (c columns) texts(name string) ([]string, error) {
	var out []string
	err := c.each(name, func(row int, a arrow.Array, i int) error {
		if a.IsNull(i) {
			return &lis.InputError{Kind: lis.ErrMissingValue, What: "no value", File: c.path, Row: row + 1, Column: name, Do: "fill it or leave the row out"}
		}
		switch a := a.(type) {
		case *array.String:
			out = append(out, a.Value(i))
		case *array.LargeString:
			out = append(out, a.Value(i))
		default:
			// Ids are often stored as integers.
			if !arrow.IsInteger(a.DataType().ID()) {
				return c.wrong(name, row, a, "text")
			}
			out = append(out, a.ValueStr(i))
		}
		return nil
	})
	return out, err
}

// whole numbers of any width.
func (c columns) integers(name string) ([]int, error) {
	var out []int
	err := c.each(name, func(row int, a arrow.Array, i int) error {
		if a.IsNull(i) {
			return &lis.InputError{Kind: lis.ErrMissingValue, What: "no value", File: c.path, Row: row + 1, Column: name, Do: "fill it or leave the row out"}
		}
		switch a := a.(type) {
		case *array.Int8:
			out = append(out, int(a.Value(i)))
		case *array.Int16:
			out = append(out, int(a.Value(i)))
		case *array.Int32:
			out = append(out, int(a.Value(i)))
		case *array.Int64:
			out = append(out, int(a.Value(i)))
		default:
			return c.wrong(name, row, a, "a whole number")
		}
		return nil
	})
	return out, err
}

// vectors reads a column of lists of float32 or float64. A null list is nil.
func (c columns) vectors(name string) ([][]float32, error) {
	var out [][]float32
	err := c.each(name, func(row int, a arrow.Array, i int) error {
		l, ok := a.(array.ListLike)
		if !ok {
			return c.wrong(name, row, a, "list<float32>")
		}
		if a.IsNull(i) {
			out = append(out, nil)
			return nil
		}
		from, to := l.ValueOffsets(i)
		v := make([]float32, 0, to-from)
		values := l.ListValues()
		for j := int(from); j < int(to); j++ {
			if values.IsNull(j) {
				return badVector(c.path, row, "value %d is null", j-int(from))
			}
			switch values := values.(type) {
			case *array.Float32:
				v = append(v, values.Value(j))
			case *array.Float64:
				v = append(v, float32(values.Value(j)))
			default:
				return c.wrong(name, row, a, "list<float32>")
			}
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

func badVector(path string, row int, format string, args ...any) error {
	return &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf(format, args...), File: path, Row: row + 1, Column: "vec", Do: "every item needs one finite vector of the same length"}
}
