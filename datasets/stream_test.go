package datasets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis"
)

// A stream's chunks, put together, are the log that Read gives: times, ids,
// labels, features, and the hash of every row.
func TestStreamAgreesWithRead(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	header := "ts,person,film,liked,tags[],price,w\n"
	b.WriteString(header)
	n := 40_000
	for i := range n {
		// Up to seven rows share a time.
		fmt.Fprintf(&b, "%d,u%d,i%d,%d,t%d|t%d,%d.5,1\n", 1_700_000_000+i/7, i%31, i*i%977, i%3%2, i%5, 5+i%2, i%100)
	}
	path := write(t, dir, "log.csv", b.String())
	c := lis.Columns{Time: "ts", User: "person", Item: "film", Label: "liked", Slots: map[string]string{"tag": "tags[]"}, Numeric: map[string]string{"price": "price"}, Weight: "w"}
	want, err := Read(background, path, c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenStream(path, c)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // it can be read again
		row, chunks := 0, 0
		last := int64(-1)
		for d, err := range s.Chunks(background) {
			if err != nil {
				t.Fatal(err)
			}
			chunks++
			if d.Time[0] <= last {
				t.Fatalf("chunk %d begins with the time that the one before ended with", chunks)
			}
			last = d.Time[len(d.Time)-1]
			for r := range d.Time {
				if d.Time[r] != want.Time[row+r] || d.Label[r] != want.Label[row+r] || d.Row[r] != want.Row[row+r] || d.Numeric[0].Values[r] != want.Numeric[0].Values[row+r] || d.Weight[r] != want.Weight[row+r] {
					t.Fatalf("row %d differs", row+r)
				}
				for k, col := range append([]lis.Column{d.User, d.Item}, d.Slots...) {
					if got, want := col.Row(r), want.Slots[k].Row(row+r); !slices.Equal(got, want) {
						t.Fatalf("row %d, slot %s: ids %v, Read numbers them %v", row+r, s.Slots[k], got, want)
					}
					if got := col.IDs[col.Row(r)[0]]; got != want.Slots[k].IDs[want.Slots[k].Row(row + r)[0]] {
						t.Fatalf("row %d, slot %s: id %s", row+r, s.Slots[k], got)
					}
				}
			}
			rows := len(d.Time)
			d.AllowDuplicates = true
			part, err := lis.NewLog(*d)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(part.Hash, want.Hash[row:row+rows]) {
				t.Fatalf("the hashes of chunk %d differ", chunks)
			}
			row += rows
		}
		if row != n || chunks < 2 {
			t.Errorf("%d rows in %d chunks", row, chunks)
		}
	}
}

func TestStreamRefusals(t *testing.T) {
	const header = "time,user,item,label\n"
	for name, c := range map[string]struct {
		text string
		kind error
		row  int
	}{
		"out of order": {header + "1700000002,u,i,1\n1700000001,u,i,0\n", lis.ErrBadTime, 3},
		"absurd time":  {header + "1700000002,u,i,1\n99999999999,u,i,0\n", lis.ErrBadTime, 3},
		"NaN":          {header + "1700000002,u,i,1\n1700000003,u,NaN,0\n", lis.ErrMissingValue, 3},
		"no item":      {header + "1700000002,u,i,1\n1700000003,u,,0\n", lis.ErrMissingValue, 3},
		"label":        {header + "1700000002,u,i,2\n", lis.ErrBadLabel, 2},
		"column":       {"time,user,item\n", lis.ErrUnknownColumn, 0},
	} {
		s, err := OpenStream(write(t, t.TempDir(), "x.csv", c.text), lis.Columns{})
		if err != nil {
			t.Fatal(err)
		}
		err = nil
		for _, e := range s.Chunks(background) {
			err = e
		}
		var e *lis.InputError
		if !errors.Is(err, c.kind) || !errors.As(err, &e) || e.Row != c.row {
			t.Errorf("%s: %v, expected %v on line %d", name, err, c.kind, c.row)
		}
	}
	if _, err := OpenStream("absent.parquet", lis.Columns{}); !errors.Is(err, lis.ErrNoSuchLog) {
		t.Errorf("absent: %v", err)
	}
	if _, err := OpenStream(write(t, t.TempDir(), "x.csv", header), lis.Columns{Timezone: "Nowhere"}); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("time zone: %v", err)
	}
	s, err := OpenStream(write(t, t.TempDir(), "x.csv", header), lis.Columns{})
	if err != nil {
		t.Fatal(err)
	}
	for d, err := range s.Chunks(background) {
		t.Errorf("an empty log gave %v, %v", d, err)
	}
}

// The log of a stream is Read's, and so is what is measured on it.
func TestStreamLogIsReads(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("ts,person,film,liked,tags[],price\n")
	for i := range 20_000 {
		fmt.Fprintf(&b, "%d,u%d,i%d,%d,t%d|t%d,%d.5\n", 1_700_000_000+i/3*200, i%31, i*i%97, i*i%97*i%3%2, i%5, 5+i%2, i%100)
		if i%11_000 == 10_999 {
			b.WriteString("a malformed row\n")
		}
	}
	path := write(t, dir, "log.csv", b.String())
	c := lis.Columns{Time: "ts", User: "person", Item: "film", Label: "liked", Slots: map[string]string{"tag": "tags[]"}, Numeric: map[string]string{"price": "price"}}
	want, err := Read(background, path, c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenStream(path, c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Log(background)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if got.Name != want.Name || got.SHA256() != want.SHA256() || !slices.Equal(got.Hash, want.Hash) || !slices.Equal(got.Row, want.Row) || !slices.Equal(got.Notes, want.Notes) {
		t.Fatalf("the stream's log is %v\nRead's %v", got, want)
	}
	study := lis.Study{Slots: []string{"item", "tag"}, Horizons: []int{0, 1, 2}, Seeds: 1}
	var text [2]strings.Builder
	for i, l := range []*lis.Log{got, want} {
		res, err := lis.Sweep(background, l, study)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.WriteCSV(&text[i]); err != nil {
			t.Fatal(err)
		}
	}
	if text[0].String() != text[1].String() {
		t.Errorf("the stream's sweep is\n%s, Read's\n%s", text[0].String(), text[1].String())
	}
}

// What only the log as a whole shows is refused by the file's own names.
func TestStreamLogRefusals(t *testing.T) {
	const header = "ts,user,item,label,price\n"
	for name, c := range map[string]struct {
		text string
		kind error
		says string
	}{
		"infinite feature": {header + "1700000001,u,i,1,3\n1700000002,u,i,1,1e300\n", lis.ErrBadRow, "row 2: 1e+300 is not a finite feature"},
		"far away":         {header + "1000000000,u,i,1,3\n" + strings.Repeat("1700000002,u,i,1,3\n", 300), lis.ErrBadTime, "row 1: 2001-09-09T01:46:40Z is years away"},
		"duplicates":       {header + strings.Repeat("1700000002,u,i,1,3\n", 300), lis.ErrDuplicateRows, "row 2: 299 of 300 rows"},
		"no rows":          {header, lis.ErrBadRow, "no rows"},
	} {
		path := write(t, t.TempDir(), "x.csv", c.text)
		s, err := OpenStream(path, lis.Columns{Time: "ts", Numeric: map[string]string{"price": "price"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Log(background)
		var e *lis.InputError
		if !errors.Is(err, c.kind) || !errors.As(err, &e) || !strings.Contains(e.What, c.says) || e.File != path {
			t.Errorf("%s: %v, expected %v that says %q", name, err, c.kind, c.says)
		}
	}
}
