package table

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/lislab/lislab/lis"
)

// Read reads files as one table, by the format that their names say; all must be
// of one format. Rows come one file after the other, but arrays of NumPy (.npy)
// stand side by side, each a column of its file's name. A name that says nothing
// is read as CSV.
func Read(ctx context.Context, files []string, o Options) (*Table, error) {
	format := FormatOf(files[0])
	for _, f := range files[1:] {
		if FormatOf(f) != format {
			return nil, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("%s and %s are of different formats", filepath.Base(files[0]), filepath.Base(f)), File: f, Do: "name files of one format"}
		}
	}
	switch format {
	case JSON:
		return ReadJSON(ctx, files, o)
	case Parquet:
		return ReadParquet(ctx, files, o)
	case Arrow:
		return ReadArrow(ctx, files, o)
	case NPY:
		return readNPY(ctx, files, o)
	}
	return ReadCSV(ctx, files, o)
}

// Notes say what a reader of the table should know: malformed rows left out.
func (t *Table) Notes() []string {
	if t.Bad == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d of %d rows are malformed and were left out; the first: %v.", t.Bad, t.Rows+t.Bad, t.FirstBad)}
}
