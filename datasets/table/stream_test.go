package table

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis"
)

// A stream gives the rows that Read gives, in its order, from the same places.
func TestStreamAgreesWithRead(t *testing.T) {
	var csv, jsonl strings.Builder
	csv.WriteString("time,user,item,label,x\n")
	for r := range 5000 {
		fmt.Fprintf(&csv, "%d,u%d,%d,%d,%g\n", 1_700_000_000_000+r*1000, r%97, r%1009, r%3%2, float64(r)/8)
		fmt.Fprintf(&jsonl, `{"x":%g,"time":%d,"user":"u%d","item":%d,"label":%d}`+"\n", float64(r)/8, 1_700_000_000_000+r*1000, r%97, r%1009, r%3%2)
	}
	want := []Want{{Column: "time", Kind: Time, Required: true}, {Column: "user", Kind: IDs}, {Column: "item", Kind: IDs}, {Column: "label", Kind: Bool}, {Column: "x", Kind: Float}, {Column: "user", Kind: String}}
	columns := []string{"time", "user", "item", "label", "x", "user"}
	for _, path := range []string{write(t, "a.csv", csv.String()), write(t, "a.jsonl", jsonl.String()), writeParquet(t, 5000, 700, true)} {
		o := Options{Want: want, chunk: 3000}
		whole, err := Read(background, []string{path, path}, o)
		if err != nil {
			t.Fatal(err)
		}
		row, pieces, told := 0, 0, 0
		o.Progress = func(done, total int, _ string) { told = done*100/total + 1 }
		for piece, err := range Stream(background, []string{path, path}, o) {
			if err != nil {
				t.Fatal(err)
			}
			pieces++
			for k := range columns {
				if got, want := cells(&piece.Columns[k]), cellsFrom(&whole.Columns[k], row, piece.Rows); !slices.Equal(got, want) {
					t.Fatalf("%s, rows from %d, column %s: %v, expected %v", filepath.Base(path), row, columns[k], got[:3], want[:3])
				}
			}
			for _, r := range []int{0, piece.Rows - 1} {
				f1, l1 := piece.Where(r)
				f2, l2 := whole.Where(row + r)
				if f1 != f2 || l1 != l2 {
					t.Fatalf("row %d is said to be %s:%d, by Read %s:%d", row+r, f1, l1, f2, l2)
				}
			}
			row += piece.Rows
		}
		if row != 10_000 || pieces < 2 || told != 101 {
			t.Errorf("%s: %d rows in %d pieces, progress %d %%", filepath.Base(path), row, pieces, told-1)
		}
	}
}

func cellsFrom(c *Column, row, n int) []string { return cells(c)[row : row+n] }

func TestStreamOfArrow(t *testing.T) {
	for _, name := range []string{"types.arrow", "types.arrows"} {
		var text []string
		for piece, err := range Stream(background, []string{filepath.Join("testdata", name)}, Options{Want: []Want{{Column: "tags", Kind: IDs, List: true}, {Column: "dict", Kind: IDs}}}) {
			if err != nil {
				t.Fatal(err)
			}
			text = append(text, append(cells(&piece.Columns[0]), cells(&piece.Columns[1])...)...)
		}
		if want := []string{"a|b", "-", "x", "-", "b", "x"}; !reflect.DeepEqual(text, want) {
			t.Errorf("%s: %q, expected %q", name, text, want)
		}
	}
}

func TestStreamErrors(t *testing.T) {
	first := func(files []string, o Options) error {
		for _, err := range Stream(background, files, o) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	good := "a,b\n" + strings.Repeat("1,2\n", 2000)
	int64s := []Want{{Column: "a", Kind: Int, Required: true}}
	for name, c := range map[string]struct {
		err, kind error
		row       int
	}{
		"no columns":      {first([]string{"x.csv"}, Options{}), lis.ErrUsage, 0},
		"no kind":         {first([]string{"x.csv"}, Options{Want: []Want{{Column: "a"}}}), lis.ErrUsage, 0},
		"mixed":           {first([]string{"x.csv", "x.parquet"}, Options{Want: int64s}), lis.ErrUsage, 0},
		"arrays":          {first([]string{"x.npy"}, Options{Want: int64s}), lis.ErrUsage, 0},
		"absent":          {first([]string{"x.csv"}, Options{Want: int64s}), lis.ErrNoSuchLog, 0},
		"absent parquet":  {first([]string{"x.parquet"}, Options{Want: int64s}), lis.ErrNoSuchLog, 0},
		"bad cell":        {first([]string{write(t, "x.csv", good+"x,2\n"+good[4:])}, Options{Want: int64s, chunk: 100}), lis.ErrBadRow, 2002},
		"malformed":       {first([]string{write(t, "x.csv", good+"1\n"+good[4:])}, Options{Want: int64s, chunk: 100}), lis.ErrBadRow, 2002},
		"unclosed":        {first([]string{write(t, "x.csv", good+"\"1,2\n"+good[4:])}, Options{Want: int64s, chunk: 100, MaxBad: 1}), lis.ErrBadRow, 2002},
		"missing value":   {first([]string{"testdata/types.parquet"}, Options{Want: []Want{{Column: "i64", Kind: Int, Required: true}}}), lis.ErrMissingValue, 2},
		"missing, stream": {first([]string{"testdata/types.arrows"}, Options{Want: []Want{{Column: "u8", Kind: Int, Required: true}}}), lis.ErrMissingValue, 3},
	} {
		var e *lis.InputError
		if !errors.Is(c.err, c.kind) || !errors.As(c.err, &e) || e.Row != c.row {
			t.Errorf("%s: %v, expected %v on line %d", name, c.err, c.kind, c.row)
		}
	}
	data, err := os.ReadFile("testdata/types.parquet")
	if err != nil {
		t.Fatal(err)
	}
	if err := first([]string{write(t, "x.parquet", string(data[:len(data)-50]))}, Options{Want: int64s}); !errors.Is(err, lis.ErrIO) {
		t.Errorf("truncated: %v", err)
	}
}

// Breaking off and the end of a context stop a stream; nothing hangs.
func TestStreamStops(t *testing.T) {
	files := []string{write(t, "a.csv", "a,b\n"+strings.Repeat("1,2\n", 50_000))}
	parquet := []string{writeParquet(t, 200_000, 100_000, true)}
	for _, c := range []struct {
		files []string
		want  Want
	}{{files, Want{Column: "a", Kind: Int}}, {parquet, Want{Column: "x", Kind: Float}}} {
		n := 0
		for _, err := range Stream(background, c.files, Options{Want: []Want{c.want}, chunk: 1000}) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 1 {
				break
			}
		}
		ctx, cancel := context.WithCancel(background)
		defer cancel()
		var last error
		for _, err := range Stream(ctx, c.files, Options{Want: []Want{c.want}, chunk: 1000}) {
			last = err
			cancel()
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("%s: %v after the context ended", filepath.Base(c.files[0]), last)
		}
	}
}
