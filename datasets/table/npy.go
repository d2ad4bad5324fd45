package table

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lislab/lislab/internal/npy"
	"github.com/lislab/lislab/lis"
)

// ReadNPY reads a NumPy array of one or two dimensions as a table: a column per
// column, called 0, 1, …, or the file's name where there is only one dimension.
// Flags, whole numbers, float16 to float64, byte strings and Unicode strings are
// read, in either byte order, C or Fortran order. A file that is shorter or
// longer than its header says is lis.ErrIO, any other type lis.ErrUsage.
func ReadNPY(path string) (*Table, error) {
	s, err := openStream(path)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	a, err := npy.Read(bufio.NewReaderSize(s, 1<<16))
	if err != nil {
		kind := lis.ErrIO
		if errors.Is(err, npy.ErrType) {
			kind = lis.ErrUsage
		}
		var known *lis.InputError
		if errors.As(err, &known) {
			return nil, known
		}
		return nil, &lis.InputError{Kind: kind, What: strings.TrimPrefix(err.Error(), "npy: "), File: path, Do: "write it anew with numpy.save", Err: err}
	}
	name := filepath.Base(Plain(path))
	t := &Table{Rows: a.Rows, places: []place{{path, 0, 1, nil}}}
	for c := range a.Cols {
		col := Column{Name: strconv.Itoa(c)}
		if a.Dims == 1 {
			col.Name = strings.TrimSuffix(name, filepath.Ext(name))
		}
		switch a.Kind {
		case npy.Bool:
			col.Kind, col.Bools = Bool, every(a.Bools, c, a.Cols)
		case npy.Int:
			col.Kind, col.Ints = Int, every(a.Ints, c, a.Cols)
		case npy.Float:
			col.Kind, col.Floats = Float, every(a.Floats, c, a.Cols)
		case npy.Text:
			col.Kind, col.Strings = String, every(a.Texts, c, a.Cols)
		}
		t.Columns = append(t.Columns, col)
	}
	return t, nil
}

// every is each step-th value from the first on.
func every[T any](v []T, first, step int) []T {
	if step == 1 {
		return v
	}
	out := make([]T, 0, len(v)/step)
	for i := first; i < len(v); i += step {
		out = append(out, v[i])
	}
	return out
}

// readNPY reads arrays side by side, each named after its file: all must have
// the same number of rows. Wanted columns are taken by name.
func readNPY(ctx context.Context, files []string, o Options) (*Table, error) {
	t := &Table{}
	for i, path := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		one, err := ReadNPY(path)
		if err != nil {
			return nil, err
		}
		if i > 0 && one.Rows != t.Rows {
			return nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("the array has %d rows where the first one has %d", one.Rows, t.Rows), File: path, Do: "name arrays of the same rows"}
		}
		t.Rows = one.Rows
		t.Columns = append(t.Columns, one.Columns...)
	}
	t.places = []place{{files[0], 0, 1, nil}}
	return t.as(files, o.Want)
}

// as takes the wanted columns, as the wanted kinds.
func (t *Table) as(files []string, want []Want) (*Table, error) {
	if len(want) == 0 {
		return t, nil
	}
	out := &Table{Rows: t.Rows, places: t.places, Columns: make([]Column, len(want))}
	for i, w := range want {
		s := &spec{Want: w}
		fields, err := fieldsOf(files[0], t.Names(), []*spec{s})
		if err != nil {
			return nil, err
		}
		from := &t.Columns[fields[0]]
		if s.Kind == Any || s.Kind == from.Kind && s.Kind != Float {
			out.Columns[i] = *from
			continue
		}
		if s.Kind == IDs && from.Kind == Float {
			return nil, &lis.InputError{Kind: lis.ErrBadRow, What: "ids are floats, which do not say how they were written", File: files[0], Column: w.Column, Do: "write them as whole numbers or text"}
		}
		if s.Kind == Time && from.Kind == Int && t.Rows > 0 && (s.TimeFormat == "" || s.TimeFormat == "auto") {
			s.unit = unitOf(from.Ints[0])
		}
		b, err := newBuilder(s, t.Rows)
		if err != nil {
			return nil, err
		}
		for r := range t.Rows {
			if !b.cell(from.text(r)) {
				return nil, &lis.InputError{Kind: b.kind, What: b.err.Error(), File: files[0], Row: r + 1, Column: w.Column, Do: doAbout(b.kind, s)}
			}
		}
		out.Columns[i] = concat(w.Column, s.Kind, []*builder{b}, nil)
	}
	return out, nil
}

// text is a cell as it would be written.
func (c *Column) text(r int) []byte {
	switch c.Kind {
	case Bool:
		return strconv.AppendBool(nil, c.Bools[r])
	case Int:
		return strconv.AppendInt(nil, c.Ints[r], 10)
	case Float:
		return strconv.AppendFloat(nil, c.Floats[r], 'g', -1, 64)
	}
	return []byte(c.Strings[r])
}
