package frame

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/lislab/lislab/lis"
	"pgregory.net/rapid"
)

func must(t testing.TB) func(dataframe.DataFrame, error) dataframe.DataFrame {
	return func(df dataframe.DataFrame, err error) dataframe.DataFrame {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return df
	}
}

// small draws a frame with a key of two columns, some of it missing, and a value.
func small(t *rapid.T, value string) dataframe.DataFrame {
	n := rapid.IntRange(1, 12).Draw(t, "rows")
	k, j, v := make([]string, n), make([]string, n), make([]int, n)
	for i := range n {
		k[i] = rapid.SampledFrom([]string{"a", "b", "c", "NaN"}).Draw(t, "k")
		j[i] = rapid.SampledFrom([]string{"0", "1", "NaN"}).Draw(t, "j")
		v[i] = rapid.IntRange(0, 5).Draw(t, "v")
	}
	return dataframe.New(series.New(k, series.String, "k"), series.New(j, series.Int, "j"), series.New(v, series.Int, value))
}

func keyOf(df dataframe.DataFrame, r int) string {
	k, j := df.Elem(r, 0), df.Elem(r, 1)
	if k.IsNA() || j.IsNA() {
		return ""
	}
	return k.String() + "," + j.String()
}

// Joins agree with nested loops, row for row.
func TestJoinsAgreeWithNestedLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, right := small(t, "x"), small(t, "y")
		for _, keep := range []bool{false, true} {
			var want [][]string
			for l := range left.Nrow() {
				matched := false
				for r := range right.Nrow() {
					if key := keyOf(left, l); key != "" && key == keyOf(right, r) {
						matched = true
						want = append(want, append(left.Records()[l+1], right.Elem(r, 2).String()))
					}
				}
				if !matched && keep {
					want = append(want, append(left.Records()[l+1], "NaN"))
				}
			}
			do := Join
			if keep {
				do = LeftJoin
			}
			got, err := do(left, right, "k", "j")
			if len(want) == 0 {
				if got.Nrow() != 0 {
					t.Fatalf("%d rows, expected none", got.Nrow())
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if rows := got.Records()[1:]; !reflect.DeepEqual(rows, want) {
				t.Fatalf("keep %v: got %v, expected %v", keep, rows, want)
			}
		}
	})
}

func TestAsOfAgreesWithLooking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, right := small(t, "t"), small(t, "t")
		right = right.Mutate(series.New(rapid.SliceOfN(rapid.IntRange(100, 999), right.Nrow(), right.Nrow()).Draw(t, "state"), series.Int, "state"))
		for _, before := range []bool{false, true} {
			got, err := AsOf(left, right, "t", AsOfOptions{By: []string{"k", "j"}, Before: before})
			if err != nil {
				t.Fatal(err)
			}
			for l := range left.Nrow() {
				want, at := "NaN", -1
				lt, _ := left.Elem(l, 2).Int()
				for r := range right.Nrow() {
					rt, _ := right.Elem(r, 2).Int()
					if key := keyOf(left, l); key == "" || key != keyOf(right, r) || rt > lt || before && rt == lt || rt < at {
						continue
					}
					at, want = rt, right.Elem(r, 3).String()
				}
				if s := got.Col("state").Elem(l).String(); s != want {
					t.Fatalf("before %v, row %d: %s, expected %s", before, l, s, want)
				}
			}
		}
	})
}

// What is known of an item on a day does not include the day.
func TestAsOfTexts(t *testing.T) {
	left := dataframe.New(series.New([]string{"2024-01-02", "2024-01-01T12:00:00Z", "2023-12-31"}, series.String, "when"))
	right := dataframe.New(series.New([]string{"2024-01-02", "2024-01-01"}, series.String, "when"), series.New([]string{"two", "one"}, series.String, "price"))
	for before, want := range map[bool][]string{false: {"two", "one", "NaN"}, true: {"one", "one", "NaN"}} {
		df := must(t)(AsOf(left, right, "when", AsOfOptions{Before: before}))
		if got := df.Col("price").Records(); !slices.Equal(got, want) {
			t.Errorf("before %v: %v, expected %v", before, got, want)
		}
	}
	floats := dataframe.New(series.New([]float64{0.5, 2.5}, series.Float, "when"))
	states := dataframe.New(series.New([]float64{1}, series.Float, "when"), series.New([]int{7}, series.Int, "n"))
	if got := must(t)(AsOf(floats, states, "when", AsOfOptions{})).Col("n").Records(); !slices.Equal(got, []string{"NaN", "7"}) {
		t.Errorf("numbers: %v", got)
	}
}

func TestGroupByAgreesWithMaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		df := small(t, "x")
		g, err := GroupBy(df, "k", "j")
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		values := map[string][]float64{}
		for r := range df.Nrow() {
			if k := keyOf(df, r); k != "" {
				if values[k] == nil {
					order = append(order, k)
				}
				values[k] = append(values[k], df.Elem(r, 2).Float())
			}
		}
		if g.Len() != len(order) {
			t.Fatalf("%d groups, expected %d", g.Len(), len(order))
		}
		if len(order) == 0 {
			return
		}
		got, err := g.Agg(Count(), Sum("x"), Mean("x"), SD("x"), Min("x"), Max("x"), Distinct("x").As("kinds"), First("x"), Last("x"))
		if err != nil {
			t.Fatal(err)
		}
		for i, k := range order {
			v := values[k]
			var sum, ss float64
			for _, x := range v {
				sum += x
			}
			mean := sum / float64(len(v))
			for _, x := range v {
				ss += (x - mean) * (x - mean)
			}
			sd := math.NaN()
			if len(v) > 1 {
				sd = math.Sqrt(ss / float64(len(v)-1))
			}
			distinct := slices.Compact(slices.Sorted(slices.Values(v)))
			want := []float64{float64(len(v)), sum, mean, sd, slices.Min(v), slices.Max(v), float64(len(distinct)), v[0], v[len(v)-1]}
			if keyOf(got, i) != k {
				t.Fatalf("group %d is %s, expected %s", i, keyOf(got, i), k)
			}
			for c, w := range want {
				if x := got.Elem(i, c+2).Float(); math.Abs(x-w) > 1e-12 && !(math.IsNaN(x) && math.IsNaN(w)) {
					t.Fatalf("group %s: %s is %g, expected %g", k, got.Names()[c+2], x, w)
				}
			}
		}
	})
}

func TestUnique(t *testing.T) {
	df := dataframe.New(series.New([]string{"a", "b", "a", "NaN", "NaN"}, series.String, "k"), series.New([]int{1, 2, 3, 4, 5}, series.Int, "x"))
	if got := must(t)(Unique(df, "k")).Col("x").Records(); !slices.Equal(got, []string{"1", "2", "4", "5"}) {
		t.Errorf("by key: %v", got)
	}
	if got := must(t)(Unique(df)); got.Nrow() != 5 {
		t.Errorf("by all columns: %d rows", got.Nrow())
	}
}

// Keys keep all their digits, and values their types.
func TestKeysOfEveryType(t *testing.T) {
	big := dataframe.New(series.New([]int{9007199254740993, 9007199254740992}, series.Int, "id"), series.New([]bool{true, false}, series.Bool, "b"), series.New([]float64{math.Copysign(0, -1), 1}, series.Float, "f"))
	names := dataframe.New(series.New([]int{9007199254740992, 9007199254740993}, series.Int, "id"), series.New([]string{"even", "odd"}, series.String, "name"))
	got := must(t)(Join(big, names, "id"))
	if r := got.Col("name").Records(); !slices.Equal(r, []string{"odd", "even"}) {
		t.Errorf("by id: %v", r)
	}
	zero := dataframe.New(series.New([]float64{0}, series.Float, "f"), series.New([]bool{true}, series.Bool, "b"), series.New([]string{"x"}, series.String, "s"))
	if got := must(t)(Join(big, zero, "f", "b")); got.Nrow() != 1 || got.Col("s").Elem(0).String() != "x" {
		t.Errorf("by number and flag: %v", got)
	}
}

func TestTimes(t *testing.T) {
	df := dataframe.New(series.New([]string{"2024-01-02 03:04:05", "2024-01-01T23:00:00Z"}, series.String, "a"), series.New([]int{1700000000, 1700000001}, series.Int, "b"), series.New([]float64{1, 2}, series.Float, "c"))
	times, err := Times(df, "a", "", "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if times[0].UTC() != time.Date(2024, 1, 2, 2, 4, 5, 0, time.UTC) || times[0].Location().String() != "Europe/Berlin" {
		t.Errorf("%v", times)
	}
	// 23:00 UTC on the 1st is 00:00 on the 2nd in Berlin: one day.
	if p := Period("day", times, 0).Records(); !slices.Equal(p, []string{"0", "0"}) {
		t.Errorf("days %v", p)
	}
	if p := Period("hour", times, time.Hour).Records(); !slices.Equal(p, []string{"3", "0"}) {
		t.Errorf("hours %v", p)
	}
	if b, err := Times(df, "b", "", ""); err != nil || b[1].Unix() != 1700000001 {
		t.Errorf("%v, %v", b, err)
	}
	if c := TimeColumn("t", times).Records(); !slices.Equal(c, []string{"2024-01-02T02:04:05.000000000Z", "2024-01-01T23:00:00.000000000Z"}) {
		t.Errorf("written as %v", c)
	}
	if _, err := Times(df, "c", "", ""); !errors.Is(err, lis.ErrBadTime) {
		t.Errorf("numbers: %v", err)
	}
}

func TestErrors(t *testing.T) {
	df := dataframe.New(series.New([]string{"a", "b"}, series.String, "Key"), series.New([]int{1, 2}, series.Int, "x"))
	other := dataframe.New(series.New([]int{1}, series.Int, "Key"), series.New([]int{1}, series.Int, "x"))
	_, join := Join(df, other, "Key")
	_, both := Join(df, df, "Key")
	_, absent := Join(df, other, "key")
	_, nothing := Join(df, other)
	_, text := func() (dataframe.DataFrame, error) {
		g, err := GroupBy(df, "x")
		if err != nil {
			return dataframe.DataFrame{}, err
		}
		return g.Agg(Sum("Key"))
	}()
	_, twice := func() (dataframe.DataFrame, error) {
		g, err := GroupBy(df, "x")
		if err != nil {
			return dataframe.DataFrame{}, err
		}
		return g.Agg(Count(), Count())
	}()
	_, broken := Unique(dataframe.DataFrame{Err: errors.New("sorry")}, "x")
	_, times := AsOf(df, other, "x", AsOfOptions{By: []string{"Key"}})
	_, time := AsOf(df, df.Rename("y", "x"), "Key", AsOfOptions{})
	for name, c := range map[string]struct {
		err, kind error
		words     string
	}{
		"types of the key": {join, lis.ErrUsage, "string on the left and int on the right"},
		"names":            {both, lis.ErrUsage, `both frames have a column "x"`},
		"unknown":          {absent, lis.ErrUnknownColumn, "did you mean Key?"},
		"no key":           {nothing, lis.ErrUsage, "no column is named"},
		"sum of text":      {text, lis.ErrUsage, "sum of text"},
		"two of a name":    {twice, lis.ErrUsage, "count"},
		"broken frame":     {broken, lis.ErrBadRow, "sorry"},
		"as-of key":        {times, lis.ErrUsage, "string on the left"},
		"no time":          {time, lis.ErrBadTime, `time "a"`},
	} {
		if !errors.Is(c.err, c.kind) || !strings.Contains(fmt.Sprint(c.err), c.words) {
			t.Errorf("%s: %v, expected %v with %q", name, c.err, c.kind, c.words)
		}
	}
}

func BenchmarkGroupBy(b *testing.B) {
	const n = 1_000_000
	k, v := make([]string, n), make([]float64, n)
	for i := range n {
		k[i], v[i] = fmt.Sprintf("u%d", i*7919%30_000), float64(i)
	}
	df := dataframe.New(series.New(k, series.String, "k"), series.New(v, series.Float, "v"))
	b.ResetTimer()
	for b.Loop() {
		g, err := GroupBy(df, "k")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := g.Agg(Count(), Mean("v")); err != nil {
			b.Fatal(err)
		}
	}
}
