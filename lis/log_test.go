package lis

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

const day = int64(24 * time.Hour)

// start is 2024-01-01.
var start = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()

// column makes a slot of texts.
func column(name string, ids ...string) Column {
	c := Column{Name: name}
	for i, id := range ids {
		c.IDs = append(c.IDs, id)
		c.Index = append(c.Index, uint32(i))
	}
	return c
}

// diffLogs compares all but where periods begin, which has no comparison.
func diffLogs(a, b *Log) string {
	return cmp.Diff(a, b, cmpopts.IgnoreFields(Log{}, "Location", "stored"))
}

func mustLog(t testing.TB, d Data) *Log {
	t.Helper()
	l, err := NewLog(d)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestHashIsFNV1aThenSplitMix(t *testing.T) {
	// FNV-1a of "a" is af63dc4c8601ec8c (the test vectors of its authors), and
	// SplitMix64 seeded with 0 first gives e220a8397b1dcdaf, its finaliser's
	// value of the golden gamma.
	if h := fnvString(fnvOffset, "a"); h != 0xaf63dc4c8601ec8c {
		t.Errorf("FNV-1a(a) = %x", h)
	}
	if h := splitMix(0x9e3779b97f4a7c15); h != 0xe220a8397b1dcdaf {
		t.Errorf("SplitMix64's first output = %x", h)
	}
	want := splitMix(fnvString(fnvOffset, "1704067200000000000\x00u1\x00i1\x000"))
	if h := impressionHash(1704067200000000000, "u1", "i1", 0); h != want {
		t.Errorf("impression hash = %x, want %x", h, want)
	}
}

func TestNewLogSortsStablyAndSaysSo(t *testing.T) {
	l := mustLog(t, Data{
		Time:  []int64{start + 2, start + 1, start + 2, start},
		User:  column("user", "c", "b", "d", "a"),
		Item:  column("item", "w", "x", "y", "z"),
		Label: []bool{true, false, false, true},
		Slots: []Column{{Name: "tags", IDs: []string{"p", "q", "unused"}, Index: []uint32{0, 1, 1, 0, 1}, Offsets: []int{0, 2, 3, 4, 5}}},
	})
	if diff := cmp.Diff([]string{"a", "b", "c", "d"}, l.Slots[0].IDs); diff != "" {
		t.Errorf("ids are not numbered by first appearance: %s", diff)
	}
	if diff := cmp.Diff([]int64{3, 1, 0, 2}, l.Row); diff != "" {
		t.Errorf("rows: %s", diff)
	}
	tags := l.Slots[2]
	if diff := cmp.Diff([]string{"q", "p"}, tags.IDs); diff != "" {
		t.Errorf("tags: %s", diff)
	}
	if diff := cmp.Diff([]uint32{1, 0}, tags.Row(2)); diff != "" {
		t.Errorf("tags of the third row: %s", diff)
	}
	if len(l.Notes) != 1 || !strings.Contains(l.Notes[0], "2 of 4") {
		t.Errorf("notes: %q", l.Notes)
	}
}

func TestOrdinalsTellRepeatedImpressionsApart(t *testing.T) {
	l := mustLog(t, Data{
		Time:  []int64{start, start, start},
		User:  Column{IDs: []string{"u"}, Index: []uint32{0, 0, 0}},
		Item:  Column{IDs: []string{"i", "j"}, Index: []uint32{0, 1, 0}},
		Label: []bool{true, false, false},
	})
	for i, ordinal := range []int{0, 0, 1} {
		want := impressionHash(start, "u", []string{"i", "j", "i"}[i], ordinal)
		if l.Hash[i] != want {
			t.Errorf("row %d: hash %x, want %x", i, l.Hash[i], want)
		}
	}
}

// rows of n impressions an hour apart, of one user and item each, with change
// applied.
func rows(n int, change func(*Data)) Data {
	d := Data{Name: "test", User: Column{}, Item: Column{}}
	for i := range n {
		d.Time = append(d.Time, start+int64(i)*int64(time.Hour))
		d.User.IDs = append(d.User.IDs, fmt.Sprint("u", i))
		d.Item.IDs = append(d.Item.IDs, fmt.Sprint("i", i))
		d.User.Index = append(d.User.Index, uint32(i))
		d.Item.Index = append(d.Item.Index, uint32(i))
		d.Label = append(d.Label, i%2 == 0)
	}
	if change != nil {
		change(&d)
	}
	return d
}

func TestNewLogRefusesByNameRowAndColumn(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name   string
		change func(*Data)
		kind   error
		says   string
	}{
		{"empty id", func(d *Data) { d.Item.IDs[2] = "" }, ErrMissingValue, "log.csv:4, column item"},
		{"NaN id", func(d *Data) { d.User.IDs[0] = "NaN" }, ErrMissingValue, "log.csv:2, column user"},
		{"zero byte", func(d *Data) { d.User.IDs[0] = "a\x00b" }, ErrBadRow, "zero byte"},
		{"before 1970", func(d *Data) { d.Time[1] = -1 }, ErrBadTime, "log.csv:3, column time"},
		{"seconds read as milliseconds", func(d *Data) { d.Time[1] = start / 1000 }, ErrBadTime, "log.csv:3"},
		{"from 2100 on", func(d *Data) { d.Time[3] = maxTime }, ErrBadTime, "2100-01-01"},
		{"a zero for a missing time", func(d *Data) { d.Time[9] = 0 }, ErrBadTime, "log.csv:11"},
		{"milliseconds for seconds", func(d *Data) {
			for i := range d.Time {
				d.Time[i] = int64(i) * year * 6
			}
		}, ErrBadTime, "over 50 years"},
		{"NaN feature", func(d *Data) {
			d.Numeric = []NumericColumn{{"price", []float64{0, nan, 0, 0, 0, 0, 0, 0, 0, 0}}}
		}, ErrMissingValue, "log.csv:3, column price"},
		{"infinite feature", func(d *Data) {
			d.Numeric = []NumericColumn{{"price", []float64{math.Inf(1), 0, 0, 0, 0, 0, 0, 0, 0, 0}}}
		}, ErrBadRow, "column price"},
		{"weight 0", func(d *Data) { d.Weight = make([]float32, 10) }, ErrBadRow, "weight 0"},
		{"short column", func(d *Data) { d.Label = d.Label[:9] }, ErrBadRow, "9 rows where time has 10"},
		{"no rows", func(d *Data) { *d = Data{File: "log.csv"} }, ErrBadRow, "no rows"},
		{"reserved name", func(d *Data) { d.Slots = []Column{d.Item}; d.Slots[0].Name = "label" }, ErrUsage, "taken"},
		{"plus in a name", func(d *Data) { d.Slots = []Column{d.Item}; d.Slots[0].Name = "a+b" }, ErrUsage, "a+b"},
		{"same name twice", func(d *Data) { d.Slots = []Column{d.Item}; d.Slots[0].Name = "item" }, ErrUsage, "item"},
		{"no ids", func(d *Data) {
			d.Slots = []Column{{Name: "tags", IDs: []string{"a"}, Index: []uint32{0}, Offsets: []int{0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}}
		}, ErrMissingValue, "log.csv:3, column tags"},
		{"duplicates", func(d *Data) {
			*d = Data{File: "log.csv", Time: []int64{start, start}, User: Column{IDs: []string{"u"}, Index: []uint32{0, 0}}, Item: Column{IDs: []string{"i"}, Index: []uint32{0, 0}}, Label: []bool{true, true}}
		}, ErrDuplicateRows, "1 of 2 rows (50.00 %)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewLog(rows(10, func(d *Data) { d.File = "log.csv"; tt.change(d) }))
			if !errors.Is(err, tt.kind) {
				t.Fatalf("error %v, want %v", err, tt.kind)
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %q does not say %q", err, tt.says)
			}
		})
	}
}

func TestDuplicatesAreCountedAndKept(t *testing.T) {
	d := rows(300, func(d *Data) {
		d.Time[7], d.User.IDs[7], d.Item.IDs[7], d.Label[7] = d.Time[6], "u6", "i6", d.Label[6]
	})
	l := mustLog(t, d)
	if l.Len() != 300 || len(l.Notes) != 1 || !strings.Contains(l.Notes[0], "1 of 300") {
		t.Errorf("%d rows, notes %q", l.Len(), l.Notes)
	}
}

func TestTimeReader(t *testing.T) {
	tests := []struct{ format, zone, in, want string }{
		{"auto", "", "1704067200", "2024-01-01T00:00:00Z"},
		{"auto", "", "1704067200.25", "2024-01-01T00:00:00.25Z"},
		{"auto", "", "1704067200001", "2024-01-01T00:00:00.001Z"},
		{"auto", "", "1704067200000001", "2024-01-01T00:00:00.000001Z"},
		{"auto", "", "1704067200000000001", "2024-01-01T00:00:00.000000001Z"},
		{"ms", "", "1000", "1970-01-01T00:00:01Z"},
		{"rfc3339", "", "2024-01-01T01:00:00+01:00", "2024-01-01T00:00:00Z"},
		{"auto", "Europe/Berlin", "2024-01-01 01:00:00", "2024-01-01T00:00:00Z"},
		{"auto", "", "2024-01-01", "2024-01-01T00:00:00Z"},
		{"auto", "", "yesterday", "error: cannot be read"},
		{"s", "", "2024-01-01", "error: no number of s"},
		{"auto", "", "", "error: empty"},
		{"auto", "", "99999999999999999999", "error: out of range"},
		{"s", "", "99999999999999", "error: out of range"},
		{"auto", "", "9999-01-01T00:00:00Z", "error: out of range"},
	}
	for _, tt := range tests {
		r, err := NewTimeReader(tt.format, tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		v, err := r.Parse(tt.in)
		got := time.Unix(0, v).UTC().Format(time.RFC3339Nano)
		if text, bad := strings.CutPrefix(tt.want, "error: "); bad {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s %q: got %s, %v; want an error with %q", tt.format, tt.in, got, err, text)
			}
		} else if err != nil || got != tt.want {
			t.Errorf("%s %q: got %s, %v; want %s", tt.format, tt.in, got, err, tt.want)
		}
	}
	r, _ := NewTimeReader("auto", "")
	if _, err := r.Parse("1704067200"); err != nil {
		t.Fatal(err)
	}
	if v, err := r.Parse("1704067200000"); err == nil {
		t.Errorf("seconds then milliseconds: %d, want an error", v)
	}
	if _, err := NewTimeReader("fortnights", ""); !errors.Is(err, ErrUsage) {
		t.Errorf("unknown format: %v", err)
	}
	if _, err := NewTimeReader("", "Mars/Olympus"); !errors.Is(err, ErrUsage) {
		t.Errorf("unknown zone: %v", err)
	}
}

// drawLog draws a small log with everything that a log can hold.
func drawLog(t *rapid.T) *Log {
	n := rapid.IntRange(1, 30).Draw(t, "n")
	unit := rapid.SampledFrom([]int64{1, 1e3, 1e6, 1e9}).Draw(t, "unit")
	d := Data{Name: "frame", AllowDuplicates: true}
	ids := []string{"a", "b|c", `d\e`, "f,g", "7", "true"}
	slot := func(name string, many bool) Column {
		c := Column{Name: name, IDs: ids}
		if many {
			c.Offsets = []int{0}
		}
		for range n {
			k := 1
			if many {
				k = rapid.IntRange(1, 3).Draw(t, "ids")
			}
			for range k {
				c.Index = append(c.Index, uint32(rapid.IntRange(0, len(ids)-1).Draw(t, name)))
			}
			if many {
				c.Offsets = append(c.Offsets, len(c.Index))
			}
		}
		return c
	}
	d.User, d.Item = slot("user", false), slot("item", false)
	d.Slots = []Column{slot("zeta", false), slot("tags", true), slot("alpha", false)}
	feature, weights := NumericColumn{Name: "x"}, rapid.Bool().Draw(t, "weights")
	for range n {
		d.Time = append(d.Time, start+rapid.Int64Range(0, 1000).Draw(t, "time")*unit)
		d.Label = append(d.Label, rapid.Bool().Draw(t, "label"))
		feature.Values = append(feature.Values, rapid.Float64Range(-1e9, 1e9).Draw(t, "x"))
		if weights {
			d.Weight = append(d.Weight, rapid.Float32Range(.1, 10).Draw(t, "weight"))
		}
	}
	d.Numeric = []NumericColumn{feature}
	l, err := NewLog(d)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFrameRoundTripIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLog(t)
		back, err := FromFrame(l.Frame(), Columns{AllowDuplicates: true, Slots: map[string]string{"zeta": "zeta", "alpha": "alpha", "tags": "tags[]"}, Numeric: map[string]string{"x": "x"}, Weight: weightColumn(l)})
		if err != nil {
			t.Fatal(err)
		}
		l.Notes, back.Notes, back.Row = nil, nil, l.Row
		if diff := diffLogs(l, back); diff != "" {
			t.Fatal(diff)
		}
	})
}

func weightColumn(l *Log) string {
	if l.Weight == nil {
		return ""
	}
	return "weight"
}

func TestZeroColumnsReadWhatFrameWrites(t *testing.T) {
	d := rows(50, func(d *Data) {
		d.Name = "frame"
		d.Slots = []Column{{Name: "tags", IDs: []string{"a", "b"}, Index: make([]uint32, 100), Offsets: make([]int, 51)}, d.User}
		d.Slots[1].Name = "author"
		for i := range d.Slots[0].Index {
			d.Slots[0].Index[i] = uint32(i % 3 % 2)
		}
		for i := range d.Slots[0].Offsets {
			d.Slots[0].Offsets[i] = 2 * i
		}
		d.Numeric = []NumericColumn{{"x", make([]float64, 50)}}
		rand.New(rand.NewPCG(1, 2)).Shuffle(50, func(i, j int) { d.Time[i], d.Time[j] = d.Time[j], d.Time[i] })
	})
	l := mustLog(t, d)
	back, err := FromFrame(l.Frame(), Columns{})
	if err != nil {
		t.Fatal(err)
	}
	l.Notes = nil
	if diff := diffLogs(l, back); diff != "" {
		t.Fatal(diff)
	}
	half, err := FromFrame(l.Frame().Filter(dataframe.F{Colname: "label", Comparator: series.Eq, Comparando: 1}), Columns{})
	if err != nil {
		t.Fatal(err)
	}
	same, err := l.Filter(func(i int) bool { return l.Label[i] })
	if err != nil {
		t.Fatal(err)
	}
	if diff := diffLogs(same, half); diff != "" {
		t.Fatal(diff)
	}
}

func TestFromFrameRefusesByName(t *testing.T) {
	csv := func(s string) dataframe.DataFrame { return dataframe.ReadCSV(strings.NewReader(s)) }
	seven := 7.0
	tests := []struct {
		name string
		df   dataframe.DataFrame
		c    Columns
		kind error
		says string
	}{
		{"no such column", csv("time,user,item,label\n1704067200,1,2,0\n"), Columns{Item: "film"}, ErrUnknownColumn, `no column "film"`},
		{"label", csv("time,user,item,label\n1704067200,1,2,2\n"), Columns{}, ErrBadLabel, "row 1, column label"},
		{"label as a float", csv("time,user,item,label\n1704067200,1,2,0.5\n"), Columns{}, ErrBadLabel, "neither 0 nor 1"},
		{"missing label", csv("time,user,item,label\n1704067200,1,2,1\n1704067200,1,2,NaN\n"), Columns{}, ErrMissingValue, "row 2, column label"},
		{"text as rating", csv("time,user,item,label\n1704067200,1,2,good\n"), Columns{LabelAtLeast: &seven}, ErrBadLabel, "good"},
		{"time", csv("time,user,item,label\n1704067200,1,2,1\nsoon,1,2,1\n"), Columns{}, ErrBadTime, "row 2, column time"},
		{"float ids", csv("time,user,item,label\n1704067200,1.5,2,1\n"), Columns{}, ErrBadRow, "column user"},
		{"error", csv(""), Columns{}, ErrBadRow, "holds an error"},
		{"feature", csv("time,user,item,label,x\n1704067200,1,2,1,a\n"), Columns{Numeric: map[string]string{"x": "x"}}, ErrBadRow, "column x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := FromFrame(tt.df, tt.c)
			if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("error %v, want %v with %q", err, tt.kind, tt.says)
			}
		})
	}
}

func TestOrderOfTheSourceDoesNotMatterWhereTimesDiffer(t *testing.T) {
	plain := mustLog(t, rows(40, nil))
	order := rand.New(rand.NewPCG(3, 4)).Perm(40)
	shuffled := mustLog(t, rows(40, func(d *Data) {
		r := make([]int32, 40)
		d.Row = make([]int64, 40)
		for i, j := range order {
			r[i], d.Row[i] = int32(j), int64(j)
		}
		d.Time, d.Label = gather(d.Time, r), gather(d.Label, r)
		d.User, d.Item = d.User.rows(r), d.Item.rows(r)
	}))
	shuffled.Notes = nil
	if diff := diffLogs(plain, shuffled); diff != "" {
		t.Fatal(diff)
	}
}

func TestLogShowsWhatIsInIt(t *testing.T) {
	day := int64(24 * time.Hour)
	l, err := NewLog(Data{Name: "shop", Time: []int64{day, 2 * day, 3 * day}, Label: []bool{true, false, false},
		User: Column{IDs: []string{"a", "b"}, Index: []uint32{0, 1, 0}}, Item: Column{IDs: []string{"x"}, Index: []uint32{0, 0, 0}},
		Numeric: []NumericColumn{{"price", []float64{1, 2, 3}}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"text": l.String(), "html": l.HTML(), "markdown": l.Markdown()} {
		for _, want := range []string{"Log shop: 3 impressions, 1 positive (33.3 %), 1970-01-02 00:00:00 to 1970-01-04 00:00:00", "user", "1.5", "price"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, text)
			}
		}
	}
}
