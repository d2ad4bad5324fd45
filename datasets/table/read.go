package table

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/lislab/lislab/lis"
)

// Read reads files as one table, each by the format that its name says. All must
// be of one format. A name that says nothing is read as CSV.
func Read(ctx context.Context, files []string, o Options) (*Table, error) {
	format := FormatOf(files[0])
	for _, f := range files[1:] {
		if FormatOf(f) != format {
			return nil, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("%s and %s are of different formats", filepath.Base(files[0]), filepath.Base(f)), File: f, Do: "name files of one format"}
		}
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
