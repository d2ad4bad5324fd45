package table

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/lislab/lislab/lis"
	"pgregory.net/rapid"
)

var background = context.Background()

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, name, text string, o Options) (*Table, error) {
	t.Helper()
	return ReadCSV(background, []string{write(t, name, text)}, o)
}

// Any table that encoding/csv writes is read back, cell by cell, whatever the
// chunks, the line ends and the separator.
func TestCSVAgreesWithEncodingCSV(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(2, 5).Draw(t, "columns")
		rows := rapid.IntRange(0, 40).Draw(t, "rows")
		cell := rapid.OneOf(
			rapid.StringMatching(`[a-c,"\n\t ]{0,6}`),
			rapid.StringMatching(`[0-9]{1,4}`),
			rapid.SampledFrom([]string{"", `"`, `""`, "é,ü", "a\nb", `x"y`, "-1.5e3"}),
		)
		header := make([]string, columns)
		for i := range header {
			header[i] = fmt.Sprintf("c%d", i)
		}
		var buf bytes.Buffer
		w := csv.NewWriter(&buf)
		w.UseCRLF = false
		if rapid.Bool().Draw(t, "tab") {
			w.Comma = '\t'
		}
		records := [][]string{}
		if err := w.Write(header); err != nil {
			t.Fatal(err)
		}
		for range rows {
			r := make([]string, columns)
			for i := range r {
				r[i] = cell.Draw(t, "cell")
			}
			records = append(records, r)
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		text := buf.String()
		path := filepath.Join(dir, "x.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var o Options
		o.chunk = rapid.IntRange(1, 200).Draw(t, "chunk")
		for i, h := range header {
			kind := String
			if i%2 == 1 {
				kind = IDs
			}
			o.Want = append(o.Want, Want{Column: h, Kind: kind})
		}
		got, err := ReadCSV(background, []string{path}, o)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if got.Rows != rows || got.Bad != 0 {
			t.Fatalf("%q: %d rows and %d bad, expected %d", text, got.Rows, got.Bad, rows)
		}
		line := 2
		for r, rec := range records {
			if _, at := got.Where(r); at != line {
				t.Fatalf("%q: row %d is said to be on line %d, is on %d", text, r, at, line)
			}
			line++
			for i := range rec {
				line += strings.Count(rec[i], "\n")
				c := &got.Columns[i]
				var v string
				if c.Kind == IDs {
					v = c.IDs[c.Index[r]]
				} else {
					v = c.Strings[r]
				}
				if v != rec[i] {
					t.Fatalf("%q: row %d column %d is %q, expected %q", text, r, i, v, rec[i])
				}
			}
		}
	})
}

// Chunks of any size and any number of files give the same table.
func TestCSVChunksDoNotShow(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,text,n,x,flag,when\r\n")
	for i := range 500 {
		fmt.Fprintf(&b, "u%d,\"line %d\nand, more\",%d,%g,%v,%d\r\n", i%37, i, i-250, float64(i)/8, i%3 == 0, 1_700_000_000+i)
		if i%50 == 7 {
			b.WriteString("\r\n")
		}
	}
	path := write(t, "x.csv", b.String())
	o := Options{Want: []Want{{Column: "id", Kind: IDs}, {Column: "text", Kind: String}, {Column: "n"}, {Column: "x"}, {Column: "flag"}, {Column: "when", Kind: Time}}}
	want, err := ReadCSV(background, []string{path}, o)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []Kind{IDs, String, Int, Float, Bool, Time}
	for i, k := range kinds {
		if want.Columns[i].Kind != k {
			t.Errorf("column %d is a %v, expected %v", i, want.Columns[i].Kind, k)
		}
	}
	if want.Rows != 500 || want.Columns[5].Ints[499] != 1_700_000_499e9 || want.Columns[1].Strings[3] != "line 3\nand, more" {
		t.Fatalf("wrong: %d rows, %v", want.Rows, want.Columns[5].Ints[499])
	}
	for _, chunk := range []int{1, 17, 100, 1000, 1 << 20} {
		o.chunk = chunk
		got, err := ReadCSV(background, []string{path}, o)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Columns, want.Columns) {
			t.Errorf("chunks of %d bytes give another table", chunk)
		}
		for r := range got.Rows {
			_, a := got.Where(r)
			if _, b := want.Where(r); a != b {
				t.Fatalf("chunks of %d bytes: row %d on line %d, else %d", chunk, r, a, b)
			}
		}
	}
	two, err := ReadCSV(background, []string{path, path}, o)
	if err != nil {
		t.Fatal(err)
	}
	if two.Rows != 1000 || !reflect.DeepEqual(two.Columns[0].IDs, want.Columns[0].IDs) || !reflect.DeepEqual(two.Columns[2].Ints[500:], want.Columns[2].Ints) {
		t.Error("two files are not one after the other")
	}
	if file, line := two.Where(500); file != path || line != 2 {
		t.Errorf("row 500 is said to be %s:%d", file, line)
	}
}

func TestCSVFindsKinds(t *testing.T) {
	for _, c := range []struct {
		cells string
		kind  Kind
	}{
		{"1 -2 3", Int},
		{"1 2.5 3", Float},
		{"1 nan 3", Int},
		{"1e3 -inf .5 5.", Float},
		{"true False TRUE", Bool},
		{"true 1", String},
		{"0 1 1", Int},
		{"007 8", String},                 // a code: as a number it would be 7
		{"+49 30", String},                // so is this
		{"0.5 0 -0.25", Float},            // but not this
		{"9223372036854775808 1", String}, // no int64, and a float would lose digits
		{"9007199254740993 0.5", String},
		{"9007199254740993 1", Int},
		{"1_000 2", String},
		{"0x10 2", String},
		{"NA NA", Int},
		{"a 1", String},
	} {
		cells := strings.Fields(c.cells)
		got, err := read(t, "x.csv", "y,x\n0,"+strings.Join(cells, "\n0,")+"\n", Options{})
		if err != nil {
			t.Fatal(err)
		}
		col := got.Column("x")
		if col.Kind != c.kind {
			t.Errorf("%s: found %v, expected %v", c.cells, col.Kind, c.kind)
			continue
		}
		for r, cell := range cells {
			if col.Kind == String && col.Strings[r] != cell {
				t.Errorf("%s: text is %q", c.cells, col.Strings[r])
			}
			if null := isNull([]byte(cell)) && col.Kind != String; null != (col.Null != nil && col.Null[r]) {
				t.Errorf("%s: row %d null is %v", c.cells, r, !null)
			}
		}
	}
}

// A cell that does not fit far behind the sample widens the column.
func TestCSVWidensLate(t *testing.T) {
	for late, kind := range map[string]Kind{"0.5": Float, "x": String, "": Int, "0012": String, "18446744073709551616": String} {
		text := "k,x\n" + strings.Repeat("0,7\n", 3000) + "0," + late + "\n"
		got, err := read(t, "x.csv", text, Options{chunk: 500})
		if err != nil {
			t.Fatal(err)
		}
		c := got.Column("x")
		if c.Kind != kind || c.Len() != 3001 {
			t.Errorf("late %q: %v of %d rows, expected %v", late, c.Kind, c.Len(), kind)
		}
	}
}

func TestCSVCompressed(t *testing.T) {
	const text = "a,b\n1,x\n2,y\n"
	var gz, zs bytes.Buffer
	zw := gzip.NewWriter(&gz)
	zw.Write([]byte(text))
	zw.Close()
	sw, err := zstd.NewWriter(&zs)
	if err != nil {
		t.Fatal(err)
	}
	sw.Write([]byte(text))
	sw.Close()
	for name, data := range map[string]string{"x.csv": text, "x.csv.gz": gz.String(), "x.csv.zst": zs.String(), "named-badly.csv": gz.String(), "bom.csv": "\xef\xbb\xbf" + text, "no-newline.csv": strings.TrimSuffix(text, "\n")} {
		got, err := read(t, name, data, Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Rows != 2 || got.Column("a") == nil || got.Column("a").Ints[1] != 2 || got.Column("b").Strings[0] != "x" {
			t.Errorf("%s: %+v", name, got.Columns)
		}
	}
	cut := gz.String()[:gz.Len()-9]
	if _, err := read(t, "x.csv.gz", cut, Options{}); !errors.Is(err, lis.ErrIO) || !strings.Contains(err.Error(), "ends too early") {
		t.Errorf("a truncated gzip: %v", err)
	}
	damaged := bytes.Clone(gz.Bytes())
	damaged[len(damaged)-6] ^= 1
	if _, err := read(t, "x.csv.gz", string(damaged), Options{}); !errors.Is(err, lis.ErrIO) {
		t.Errorf("a damaged gzip: %v", err)
	}
}

// Every wrong input is refused by name with file, line and column.
func TestCSVErrors(t *testing.T) {
	id := []Want{{Column: "id", Kind: IDs, Required: true}}
	num := []Want{{Column: "n", Kind: Float, Required: true}}
	when := []Want{{Column: "t", Kind: Time, Required: true, Bad: lis.ErrBadTime}}
	yes := []Want{{Column: "y", Kind: Bool, Required: true, Bad: lis.ErrBadLabel}}
	for _, c := range []struct {
		text   string
		want   []Want
		kind   error
		row    int
		column string
		words  string
	}{
		{"id,n\na,1\n,2\n", id, lis.ErrMissingValue, 3, "id", "empty"},
		{"id,n\na,1\nb,x\n", num, lis.ErrBadRow, 3, "n", `"x" is no number`},
		{"id,n\na,1\nb, \n", num, lis.ErrMissingValue, 3, "n", "empty"},
		{"id,n\na,1\nb,NaN\n", num, lis.ErrMissingValue, 3, "n", "empty"},
		{"id,n\n\"a\nb\",1\nc,zz\n", num, lis.ErrBadRow, 4, "n", "zz"},
		{"id,n\n\n\na,q\n", num, lis.ErrBadRow, 4, "n", "q"},
		{"id;n\na;1\n", id, lis.ErrUnknownColumn, 0, "", "separated by comma or tab"},
		{"ID,n\na,1\n", id, lis.ErrUnknownColumn, 0, "", "did you mean ID?"},
		{"id,n,id\na,1,b\n", id, lis.ErrUnknownColumn, 1, "", "two columns"},
		{"id,n\na,1,3\n", id, lis.ErrBadRow, 2, "", "3 fields, expected 2"},
		{"id,n\na\n", id, lis.ErrBadRow, 2, "", "1 fields, expected 2"},
		{"id,n\nb,2\n\"a,1\nc,4\n", id, lis.ErrBadRow, 3, "", "not closed"},
		{"id,n\n\"a\"b,1\n", id, lis.ErrBadRow, 2, "", "closing quotation mark"},
		{"", id, lis.ErrBadRow, 0, "", "empty"},
		{"\xff\xfei\x00d\x00", id, lis.ErrBadRow, 1, "", "UTF-16"},
		{"t\n1700000000\n1700000000000\n", when, lis.ErrBadTime, 3, "t", "looks like ms"},
		{"t\n2024-01-01\nyesterday\n", when, lis.ErrBadTime, 3, "t", "yesterday"},
		{"t\n2024-02-30T00:00:00Z\n", when, lis.ErrBadTime, 2, "t", "2024-02-30"},
		{"y\n1\n2\n", yes, lis.ErrBadLabel, 3, "y", `"2"`},
	} {
		_, err := read(t, "x.csv", c.text, Options{Want: c.want})
		var e *lis.InputError
		if !errors.As(err, &e) || !errors.Is(err, c.kind) || e.Row != c.row || e.Column != c.column || !strings.Contains(err.Error(), c.words) || !strings.HasSuffix(e.File, "x.csv") {
			t.Errorf("%q: %v, expected %v at line %d column %q with %q", c.text, err, c.kind, c.row, c.column, c.words)
		}
	}
	if _, err := Files(filepath.Join(t.TempDir(), "absent.csv")); !errors.Is(err, lis.ErrNoSuchLog) {
		t.Errorf("absent: %v", err)
	}
	if _, err := Files(filepath.Join(t.TempDir(), "*.csv")); !errors.Is(err, lis.ErrNoSuchLog) {
		t.Errorf("glob: %v", err)
	}
}

// The first bad cell in the order of the file is the one that is named.
func TestCSVNamesTheFirst(t *testing.T) {
	text := "n\n" + strings.Repeat("1\n", 500) + "x\n" + strings.Repeat("1\n", 500) + "y\n"
	for range 5 {
		_, err := read(t, "x.csv", text, Options{chunk: 50, Want: []Want{{Column: "n", Kind: Int}}})
		var e *lis.InputError
		if !errors.As(err, &e) || e.Row != 502 {
			t.Fatalf("got %v, expected line 502", err)
		}
	}
}

func TestCSVCountsMalformedRows(t *testing.T) {
	rows := strings.Repeat("a,1\n", 30_000)
	got, err := read(t, "x.csv", "id,n\n"+rows+"a\nb,2,3\n"+rows, Options{chunk: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	if got.Bad != 2 || got.Rows != 60_000 || len(got.Notes()) != 1 || !strings.Contains(got.Notes()[0], "2 of 60002 rows are malformed") || !strings.Contains(got.Notes()[0], "30002") {
		t.Errorf("%d bad of %d: %v", got.Bad, got.Rows, got.Notes())
	}
	if _, line := got.Where(30_000); line != 30_004 {
		t.Errorf("the row after them is said to be on line %d", line)
	}
	if _, err := read(t, "x.csv", "id,n\n"+rows+"a\n", Options{MaxBad: -1}); !errors.Is(err, lis.ErrBadRow) {
		t.Errorf("none allowed: %v", err)
	}
	// A stray mark that eats rows counts for all it has eaten.
	eaten := "id,n\n" + rows + "\"a,1\n" + strings.Repeat("a,1\n", 50) + "a\" x,1\n" + rows
	if _, err := read(t, "x.csv", eaten, Options{}); !errors.Is(err, lis.ErrBadRow) || !strings.Contains(err.Error(), "30002") {
		t.Errorf("eaten rows: %v", err)
	}
	if _, err := read(t, "x.csv", "id,n\n"+rows+"\"a,1\n", Options{}); !errors.Is(err, lis.ErrBadRow) || !strings.Contains(err.Error(), "not closed") {
		t.Errorf("an open end: %v", err)
	}
}

func TestCSVLists(t *testing.T) {
	got, err := read(t, "x.csv", "tags[],n\na|b,1\nb,2\n\"c\\|d|a|a\\\\\",3\n", Options{chunk: 1, Want: []Want{{Column: "tags[]", Kind: IDs, List: true}}})
	if err != nil {
		t.Fatal(err)
	}
	c := got.Columns[0]
	want := [][]string{{"a", "b"}, {"b"}, {"c|d", "a", `a\`}}
	for r := range want {
		var row []string
		for _, k := range c.Index[c.Offsets[r]:c.Offsets[r+1]] {
			row = append(row, c.IDs[k])
		}
		if !reflect.DeepEqual(row, want[r]) {
			t.Errorf("row %d is %q, expected %q", r, row, want[r])
		}
	}
	if s := c.Series().Records(); s[2] != `c\|d|a|a\\` {
		t.Errorf("written back as %q", s[2])
	}
}

func TestParseNumbersLikeStrconv(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[-+]?[0-9]{0,22}(\.[0-9]{0,22})?([eE][-+]?[0-9]{1,3})?`).Draw(t, "s")
		want, err := strconv.ParseFloat(s, 64)
		got, ok := parseFloat([]byte(s))
		if ok != (err == nil) || ok && math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%q: %v %v, strconv says %v %v", s, got, ok, want, err)
		}
		wantInt, err := strconv.ParseInt(s, 10, 64)
		gotInt, ok := parseInt([]byte(s))
		if ok != (err == nil) || ok && gotInt != wantInt {
			t.Fatalf("%q: %v %v, strconv says %v %v", s, gotInt, ok, wantInt, err)
		}
	})
}

// Full-precision numbers come back to the last bit.
func TestParseFloatRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "v")
		if rapid.Bool().Draw(t, "small") {
			v = math.Mod(v, 1)
		}
		for _, format := range []byte("gf") {
			got, ok := parseFloat(strconv.AppendFloat(nil, v, format, -1, 64))
			if !ok && !math.IsInf(v, 0) || ok && math.Float64bits(got) != math.Float64bits(v) {
				t.Fatalf("%v came back as %v", v, got)
			}
		}
		digits := rapid.StringMatching(`[0-9]{1,10}\.[0-9]{8,12}`).Draw(t, "digits")
		want, err := strconv.ParseFloat(digits, 64)
		if got, ok := parseFloat([]byte(digits)); !ok || err != nil || got != want {
			t.Fatalf("%s is %v, expected %v", digits, got, want)
		}
	})
}

func TestProgressEndsAtTheTotal(t *testing.T) {
	path := write(t, "x.csv", "a,b\n"+strings.Repeat("1,2\n", 20_000))
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	last, calls := 0, 0
	o := Options{chunk: 1000, Progress: func(done, total int, label string) {
		if done < last || total != int(st.Size()) || label != "bytes" {
			t.Fatalf("told %d of %d %s after %d", done, total, label, last)
		}
		last, calls = done, calls+1
	}}
	if _, err := ReadCSV(background, []string{path}, o); err != nil {
		t.Fatal(err)
	}
	if last != int(st.Size()) || calls < 10 {
		t.Errorf("told %d times, at last %d", calls, last)
	}
}

func TestCSVStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	if _, err := ReadCSV(ctx, []string{write(t, "x.csv", "a\n1\n")}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestFrame(t *testing.T) {
	got, err := read(t, "x.csv", "n,x,s,b,t\n9007199254740993,1.5,007,true,1700000000\n,,,,\n", Options{
		Want: []Want{{Column: "n"}, {Column: "x"}, {Column: "s"}, {Column: "b"}, {Column: "t", Kind: Time}},
	})
	if err != nil {
		t.Fatal(err)
	}
	df := got.Frame()
	if df.Err != nil {
		t.Fatal(df.Err)
	}
	want := [][]string{{"n", "x", "s", "b", "t"}, {"9007199254740993", "1.500000", "007", "true", "2023-11-14T22:13:20Z"}, {"NaN", "NaN", "", "NaN", "NaN"}}
	if r := df.Records(); !reflect.DeepEqual(r, want) {
		t.Errorf("frame is %v", r)
	}
	if v, err := df.Col("n").Elem(0).Int(); err != nil || v != 9007199254740993 {
		t.Errorf("int is %v, %v", v, err)
	}
}
