package frame

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/lislab/lislab/kernel/display"
)

var regen = flag.Bool("regen", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *regen {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func small() dataframe.DataFrame {
	return dataframe.New(
		series.New([]int{7, 4, 5}, series.Int, "user"),
		series.New([]string{"a", "b & <b>", "c"}, series.String, "item"),
		series.New([]any{0.5, nil, 1234567.891}, series.Float, "r"),
		series.New([]bool{true, false, true}, series.Bool, "seen"),
	)
}

func wide(rows, cols int) dataframe.DataFrame {
	var ss []series.Series
	for j := range cols {
		v := make([]int, rows)
		for i := range v {
			v[i] = i*100 + j
		}
		ss = append(ss, series.New(v, series.Int, fmt.Sprintf("c%d", j)))
	}
	return dataframe.New(ss...)
}

func TestFrames(t *testing.T) {
	for _, c := range []struct {
		file string
		df   dataframe.DataFrame
	}{
		{"small.html", small()},
		{"long.html", wide(1000, 2)},
		{"wide.html", wide(2, 40)},
		{"norows.html", small().Filter(dataframe.F{Colname: "user", Comparator: series.Eq, Comparando: 99})},
	} {
		b := display.Of(c.df)
		html, _ := b.Data[display.MIMEHTML].(string)
		golden(t, c.file, html)
		if got := b.Data[display.MIMEText]; got != c.df.String() {
			t.Errorf("%s: text/plain is not gota's own:\n%v", c.file, got)
		}
		if p := display.Of(&c.df); p.Data[display.MIMEHTML] != html {
			t.Errorf("%s: a pointer to it looks otherwise", c.file)
		}
	}
}

func TestTextHoldsGotasHead(t *testing.T) {
	if text := display.Of(small()).Data[display.MIMEText].(string); !strings.Contains(text, "[3x4] DataFrame") {
		t.Errorf("got %s", text)
	}
}

func TestErrorsAreShownAsText(t *testing.T) {
	for name, v := range map[string]any{
		"frame":  small().Select("nosuch"),
		"series": small().Col("nosuch"),
		"groups": small().GroupBy("nosuch"),
	} {
		b := display.Of(v)
		if text := b.Data[display.MIMEText].(string); !strings.Contains(text, "nosuch") && !strings.Contains(text, "unknown column") {
			t.Errorf("%s: %q does not say what was wrong", name, text)
		}
		if b.Data[display.MIMEHTML] != nil {
			t.Errorf("%s: an error is no table", name)
		}
	}
}

func TestSeries(t *testing.T) {
	b := display.Of(small().Col("r"))
	if got, want := b.Data[display.MIMEText], "r [0.5 NaN 1234568] <float> (3 elements)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	golden(t, "series.html", b.Data[display.MIMEHTML].(string))
	long := display.Of(wide(1000, 1).Col("c0")).Data[display.MIMEText].(string)
	if len(long) > 200 || !strings.Contains(long, "900 … 99500") {
		t.Errorf("got %s", long)
	}
	if got := display.Of(series.New([]string{}, series.String, "")).Data[display.MIMEText]; got != "[] <string> (0 elements)" {
		t.Errorf("got %q", got)
	}
}

func TestGroups(t *testing.T) {
	b := display.Of(small().GroupBy("item"))
	if got, want := b.Data[display.MIMEText], "3 groups, rows in each: map[a:1 b & <b>:1 c:1]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
