package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/lislab/lislab/lis"
)

// cells gives a column as text, "-" where there is no value.
func cells(c *Column) []string {
	out := make([]string, c.Len())
	for r := range out {
		switch {
		case c.Null != nil && c.Null[r]:
			out[r] = "-"
		case c.Kind == Time:
			out[r] = time.Unix(0, c.Ints[r]).UTC().Format(time.RFC3339Nano)
		case c.Kind == IDs && c.Offsets != nil:
			out[r] = joinIDs(c.IDs, c.Index[c.Offsets[r]:c.Offsets[r+1]])
		case c.Kind == IDs:
			out[r] = c.IDs[c.Index[r]]
		default:
			out[r] = string(c.text(r))
		}
	}
	return out
}

// What pyarrow writes, in three formats of files, is read with its types.
func TestTypesOfParquetAndArrow(t *testing.T) {
	want := []struct {
		name  string
		kind  Kind
		cells string
	}{
		{"i64", Int, "1 - -3"}, {"i32", Int, "7 8 9"}, {"u8", Int, "0 255 -"},
		{"f64", Float, "1.5 - -2.25"}, {"f32", Float, "0.5 - 4"}, {"flag", Bool, "true false -"},
		{"text", String, "é  -"}, {"large", String, "a b a"}, {"dict", String, "x - x"},
		{"when", Time, "2024-05-17T12:34:56.789Z - 1999-12-31T23:59:59Z"},
		{"local", Time, "2024-05-17T12:34:56.789Z - 1999-12-31T23:59:59Z"},
		{"date", Time, "2024-05-17T00:00:00Z - 1999-12-31T00:00:00Z"},
		{"tags", IDs, "a|b - b"}, {"numbers", IDs, "1|2 - 3"}, {"price", Float, "12.5 - -0.25"},
	}
	for _, name := range []string{"types.parquet", "types.arrow", "types.arrows"} {
		got, err := Read(background, []string{filepath.Join("testdata", name)}, Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Rows != 3 || len(got.Columns) != len(want) {
			t.Fatalf("%s: %d rows, %d columns", name, got.Rows, len(got.Columns))
		}
		for i, w := range want {
			c := &got.Columns[i]
			if text := strings.Join(cells(c), " "); c.Name != w.name || c.Kind != w.kind || text != w.cells {
				t.Errorf("%s: column %s is %v %q, expected %s %v %q", name, c.Name, c.Kind, text, w.name, w.kind, w.cells)
			}
		}
		if df := got.Frame(); df.Err != nil || df.Nrow() != 3 {
			t.Errorf("%s: frame %v", name, df.Err)
		}
	}
}

// Columns wanted as another kind, in an order of one's own.
func TestWantedKinds(t *testing.T) {
	for _, name := range []string{"types.parquet", "types.arrow"} {
		path := filepath.Join("testdata", name)
		got, err := Read(background, []string{path, path}, Options{Want: []Want{
			{Column: "dict", Kind: IDs}, {Column: "i32", Kind: IDs}, {Column: "tags[]", Kind: IDs, List: true}, {Column: "large[]", Kind: IDs, List: true},
			{Column: "i32", Kind: Float}, {Column: "local", Kind: Time, Timezone: "Europe/Berlin"}, {Column: "u8", Kind: String},
		}})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"x - x x - x", "7 8 9 7 8 9", "a|b - b a|b - b", "a b a a b a", "7 8 9 7 8 9",
			"2024-05-17T10:34:56.789Z - 1999-12-31T22:59:59Z 2024-05-17T10:34:56.789Z - 1999-12-31T22:59:59Z", "0 255 - 0 255 -"} {
			if text := strings.Join(cells(&got.Columns[i]), " "); text != want {
				t.Errorf("%s: column %d is %q, expected %q", name, i, text, want)
			}
		}
		if file, row := got.Where(4); file != path || row != 2 {
			t.Errorf("row 4 is said to be %s:%d", file, row)
		}
		for _, c := range []struct {
			want   Want
			kind   error
			row    int
			column string
		}{
			{Want{Column: "i64", Kind: Int, Required: true}, lis.ErrMissingValue, 2, "i64"},
			{Want{Column: "f64", Kind: Float, Required: true}, lis.ErrMissingValue, 2, "f64"},
			{Want{Column: "text", Kind: IDs, Required: true}, lis.ErrMissingValue, 2, "text"},
			{Want{Column: "dict", Kind: IDs, Required: true}, lis.ErrMissingValue, 2, "dict"},
			{Want{Column: "tags", Kind: IDs, List: true, Required: true}, lis.ErrMissingValue, 2, "tags"},
			{Want{Column: "when", Kind: Time, Required: true}, lis.ErrMissingValue, 2, "when"},
			{Want{Column: "i32", Kind: Bool, Bad: lis.ErrBadLabel}, lis.ErrBadLabel, 1, "i32"},
			{Want{Column: "f32", Kind: IDs}, lis.ErrBadRow, 1, "f32"},
			{Want{Column: "tags", Kind: IDs}, lis.ErrBadRow, 1, "tags"},
			{Want{Column: "large", Kind: Time, Bad: lis.ErrBadTime}, lis.ErrBadTime, 1, "large"},
			{Want{Column: "absent"}, lis.ErrUnknownColumn, 0, ""},
		} {
			_, err := Read(background, []string{path}, Options{Want: []Want{c.want}})
			var e *lis.InputError
			if !errors.As(err, &e) || !errors.Is(err, c.kind) || e.Row != c.row || e.Column != c.column {
				t.Errorf("%s, %+v: %v, expected %v in row %d", name, c.want, err, c.kind, c.row)
			}
		}
	}
}

// writeParquet writes a log of n rows in groups.
func writeParquet(t testing.TB, n, group int, ascending bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.parquet")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "time", Type: arrow.PrimitiveTypes.Int64}, {Name: "user", Type: arrow.BinaryTypes.String},
		{Name: "item", Type: arrow.PrimitiveTypes.Int32}, {Name: "label", Type: arrow.PrimitiveTypes.Int8}, {Name: "x", Type: arrow.PrimitiveTypes.Float64},
	}, nil)
	w, err := pqarrow.NewFileWriter(schema, f, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for from := 0; from < n; from += group {
		for r := from; r < min(n, from+group); r++ {
			at := int64(r)
			if !ascending {
				at = int64(n - r)
			}
			b.Field(0).(*array.Int64Builder).Append(1_700_000_000_000 + at*1000)
			b.Field(1).(*array.StringBuilder).Append(fmt.Sprintf("u%d", r%97))
			b.Field(2).(*array.Int32Builder).Append(int32(r % 1009))
			b.Field(3).(*array.Int8Builder).Append(int8(r % 3 % 2))
			b.Field(4).(*array.Float64Builder).Append(float64(r) / 8)
		}
		if err := w.Write(b.NewRecordBatch()); err != nil {
			t.Fatal(err)
		}
		w.NewBufferedRowGroup()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// Row groups and cores do not show; numbers that are times have a unit.
func TestParquetGroups(t *testing.T) {
	wants := []Want{{Column: "time", Kind: Time, Required: true}, {Column: "user", Kind: IDs}, {Column: "item", Kind: IDs}, {Column: "label", Kind: Bool}, {Column: "x"}}
	var all []*Table
	for _, group := range []int{700, 5000} {
		said := 0
		got, err := ReadParquet(background, []string{writeParquet(t, 5000, group, true)}, Options{Want: wants, Progress: func(done, total int, _ string) {
			if done > total || done < said {
				t.Errorf("told %d of %d after %d", done, total, said)
			}
			said = done
		}})
		if err != nil {
			t.Fatal(err)
		}
		if said == 0 {
			t.Error("no progress was told")
		}
		all = append(all, got)
	}
	if !reflect.DeepEqual(all[0].Columns, all[1].Columns) {
		t.Error("other groups, another table")
	}
	if c := all[0].Columns; c[0].Ints[1] != 1_700_000_001e9 || c[1].IDs[1] != "u1" || c[2].IDs[3] != "3" || !c[3].Bools[1] || c[4].Floats[9] != 9.0/8 {
		t.Error("wrong values")
	}
}

// Truncated and damaged files are refused, whatever byte was hit.
func TestDamagedColumnarFiles(t *testing.T) {
	for _, name := range []string{"types.parquet", "types.arrow", "types.arrows"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := Read(background, []string{filepath.Join("testdata", name)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		step := max(1, len(data)/60)
		path := filepath.Join(t.TempDir(), name)
		for n := 0; n < len(data); n += step {
			if err := os.WriteFile(path, data[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := Read(background, []string{path}, Options{})
			if err == nil && (name != "types.arrows" || got.Rows == whole.Rows && n < len(data)-8) {
				t.Errorf("%s cut to %d of %d bytes: read without a word", name, n, len(data))
			}
			if err != nil && !errors.Is(err, lis.ErrIO) {
				t.Errorf("%s cut to %d bytes: %v, expected io", name, n, err)
			}
		}
	}
}

func TestNPY(t *testing.T) {
	for name, kind := range map[string]error{"cube": lis.ErrUsage, "complex": lis.ErrUsage, "absent": lis.ErrNoSuchLog} {
		if _, err := ReadNPY(filepath.Join("testdata", name+".npy")); !errors.Is(err, kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	data, err := os.ReadFile(filepath.Join("testdata", "f4.npy"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadNPY(write(t, "x.npy", string(data[:len(data)-1]))); !errors.Is(err, lis.ErrIO) {
		t.Errorf("truncated: %v", err)
	}
	got, err := Read(background, []string{"testdata/f4.npy"}, Options{Want: []Want{{Column: "1", Kind: String}}})
	if err != nil || !slices.Equal(got.Columns[0].Strings, []string{"0.25", "0.75", "1.25"}) {
		t.Errorf("as a table: %+v, %v", got, err)
	}
	side, err := Read(background, []string{"testdata/flags.npy", "testdata/u1.npy"}, Options{Want: []Want{{Column: "u1", Kind: IDs}, {Column: "flags"}}})
	if err != nil || !slices.Equal(side.Columns[0].IDs, []string{"0", "200"}) || !side.Columns[1].Bools[0] {
		t.Errorf("side by side: %+v, %v", side, err)
	}
	if _, err := Read(background, []string{"testdata/flags.npy", "testdata/unicode.npy"}, Options{}); !errors.Is(err, lis.ErrBadRow) {
		t.Errorf("arrays of different length: %v", err)
	}
}

func TestJSON(t *testing.T) {
	const text = `{"time": 1700000000, "user": "ann", "n": 1, "x": 0.5, "ok": true, "tags": ["a", 2], "extra": {"deep": [1, "}"]}}
{"user":"b\"\u00fc\\","time":1700000001,"n":-2,"x":1,"ok":false,"tags":[]}

 { "time" : 1700000002 , "user":"c", "n":null, "x":2e1, "late": "x" }
`
	path := write(t, "x.jsonl", text)
	for _, chunk := range []int{1, 1 << 20} {
		got, err := Read(background, []string{path}, Options{chunk: chunk, Want: []Want{
			{Column: "time", Kind: Time}, {Column: "user", Kind: IDs}, {Column: "n"}, {Column: "x"}, {Column: "ok"}, {Column: "tags[]", Kind: IDs, List: true}, {Column: "user", Kind: String},
		}})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"2023-11-14T22:13:20Z 2023-11-14T22:13:21Z 2023-11-14T22:13:22Z", `ann b"ü\ c`, "1 -2 -", "0.5 1 20", "true false -", "a|2 - -", `ann b"ü\ c`} {
			if s := strings.Join(cells(&got.Columns[i]), " "); s != want {
				t.Errorf("column %d is %q, expected %q", i, s, want)
			}
		}
		if _, line := got.Where(2); line != 4 {
			t.Errorf("row 2 is said to be on line %d", line)
		}
	}
	all, err := Read(background, []string{write(t, "y.jsonl", `{"a":1,"b":"007","t":[1]}`+"\n"+`{"c":true,"a":2}`+"\n")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if names := all.Names(); !slices.Equal(names, []string{"a", "b", "t", "c"}) || all.Columns[1].Kind != String || all.Columns[2].Offsets == nil || all.Columns[3].Kind != Bool {
		t.Errorf("columns %v: %+v", names, all.Columns)
	}
}

func TestJSONErrors(t *testing.T) {
	for _, c := range []struct {
		text  string
		want  Want
		kind  error
		row   int
		words string
	}{
		{"{\"a\":1}\n{\"a\":\n", Want{Column: "a"}, lis.ErrBadRow, 2, "no JSON object"},
		{"{\"a\":1}\n{\"a\":1} x\n", Want{Column: "a"}, lis.ErrBadRow, 2, "follows"},
		{"{\"a\":1}\n{\"a\":01}\n", Want{Column: "a"}, lis.ErrBadRow, 2, "01"},
		{"{\"a\":1}\n{\"a\":1,\"a\":2}\n", Want{Column: "a"}, lis.ErrBadRow, 2, "twice"},
		{"{\"a\":1}\n{\"a\":{}}\n", Want{Column: "a", Kind: IDs}, lis.ErrBadRow, 2, "object"},
		{"{\"a\":1}\n{\"a\":[1]}\n", Want{Column: "a", Kind: IDs}, lis.ErrBadRow, 2, "array"},
		{"{\"a\":1}\n{\"b\":1}\n", Want{Column: "a", Kind: IDs, Required: true}, lis.ErrMissingValue, 2, "empty"},
		{"{\"a\":1}\n", Want{Column: "b"}, lis.ErrUnknownColumn, 0, "columns are a"},
		{"[{\"a\":1}]\n", Want{Column: "a"}, lis.ErrBadRow, 1, "one JSON array"},
		{"a,b\n1,2\n", Want{Column: "a"}, lis.ErrBadRow, 1, "no line holds"},
		{"", Want{Column: "a"}, lis.ErrBadRow, 1, "no line holds"},
	} {
		_, err := Read(background, []string{write(t, "x.jsonl", c.text)}, Options{Want: []Want{c.want}})
		var e *lis.InputError
		if !errors.As(err, &e) || !errors.Is(err, c.kind) || e.Row != c.row || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%q: %v, expected %v on line %d with %q", c.text, err, c.kind, c.row, c.words)
		}
	}
}

// A string in a column of numbers makes it text; numbers keep how they are written.
func TestJSONWidens(t *testing.T) {
	var b bytes.Buffer
	for i := range 3000 {
		fmt.Fprintf(&b, "{\"a\":%d}\n", i)
	}
	b.WriteString("{\"a\":\"7\"}\n")
	got, err := Read(background, []string{write(t, "x.jsonl", b.String())}, Options{chunk: 1000})
	if err != nil || got.Columns[0].Kind != String || got.Columns[0].Strings[3000] != "7" {
		t.Errorf("%v", err)
	}
}

func TestFormatsStopWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	for _, path := range []string{"testdata/types.parquet", "testdata/types.arrow", "testdata/types.arrows", "testdata/f4.npy", write(t, "x.jsonl", "{\"a\":1}\n")} {
		if _, err := Read(ctx, []string{path}, Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := Read(background, []string{"a.csv", "b.parquet"}, Options{}); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("mixed formats: %v", err)
	}
}
