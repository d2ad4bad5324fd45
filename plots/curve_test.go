package plots

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/lis"
)

func TestCurveGolden(t *testing.T) {
	golden(t, "curve", Curve(invented()))
	at := Curve(invented())
	at.At = 7
	golden(t, "curve_at", at)
}

func TestCurveTakesUnfilteredRowsOfAll(t *testing.T) {
	res := controlled()
	res.Rows = append(res.Rows, lis.Row{Log: "feed", Protocol: lis.HeldOut, Slot: "item", Horizon: 7, MaxUpdates: lis.Inf, Filter: "age<3", Scope: "all", LIS: 1})
	res.Study.Period = 7 * 24 * time.Hour
	c := Curve(res)
	var names []string
	for _, l := range c.Lines {
		names = append(names, l.Name)
		if len(l.X) != 6 || l.X[0] != 0 || l.X[5] != 30 {
			t.Errorf("%s has x %v", l.Name, l.X)
		}
	}
	if got := strings.Join(names, "|"); got != "item|item, raw|user|user, raw|author|author, raw" {
		t.Errorf("lines %s", got)
	}
	if c.Lines[0].Y[3] != .0112 || c.Lines[1].Y[3] != .0315 {
		t.Errorf("item n=7: %v held-out, %v raw", c.Lines[0].Y[3], c.Lines[1].Y[3])
	}
	if c.Lines[0].Color != c.Lines[1].Color || c.Lines[0].Color == c.Lines[2].Color {
		t.Error("raw must have the colour of its held-out twin, another slot another")
	}
	if c.XLabel != "leakage horizon n (weeks)" || c.Threshold != 0.001 {
		t.Errorf("x %q, threshold %v", c.XLabel, c.Threshold)
	}
}

func TestCurveOfNamesWhatDiffers(t *testing.T) {
	c := CurveOf([]lis.Row{
		{Log: "a", Protocol: lis.HeldOut, Slot: "item", Horizon: 7, MaxUpdates: lis.Inf, Scope: "all", LIS: 1},
		{Log: "a", Protocol: lis.HeldOut, Slot: "item", Horizon: 1, MaxUpdates: lis.Inf, Scope: "all", LIS: 2},
		{Log: "b", Protocol: lis.HeldOut, Slot: "item", Horizon: 1, MaxUpdates: 10, Scope: "cold", LIS: 3},
		{Log: "b", Protocol: lis.HeldOut, Slot: "item", Horizon: 1, MaxUpdates: lis.Inf, Filter: "age<3", Scope: "cold", LIS: 4},
	})
	if len(c.Lines) != 3 || c.Lines[2].Name != "b, item, age<3, cold" || c.Lines[0].Name != "a, item" || c.Lines[1].Name != "b, item, <10 updates, cold" {
		t.Fatalf("%+v", c.Lines)
	}
	if c.Lines[0].X[0] != 1 || c.Lines[0].Y[0] != 2 {
		t.Errorf("not sorted by horizon: %v %v", c.Lines[0].X, c.Lines[0].Y)
	}
}

func TestCurveSVG(t *testing.T) {
	s := Curve(invented()).SVG()
	text := wellFormed(t, s)
	for _, want := range []string{"item, raw", "threshold 0.0010", "leakage horizon n (days)", "item: 0.0122 at 30 (95% interval 0.0106 to 0.0138)"} {
		if !strings.Contains(text, want) {
			t.Errorf("SVG does not say %q", want)
		}
	}
	if strings.Contains(s, "font-family:Liberation Sans;") {
		t.Error("a reader without Liberation Sans gets a serif face")
	}
}

func TestNothingToDrawIsSaidInThePicture(t *testing.T) {
	c := Curve(&lis.Result{})
	if _, err := c.Plot(); err == nil {
		t.Fatal("no error for a result without rows")
	}
	if text := wellFormed(t, c.SVG()); !strings.Contains(text, "nothing to draw") {
		t.Errorf("the picture does not say why it is empty: %s", text)
	}
	if err := c.Save(filepath.Join(t.TempDir(), "x.svg")); err == nil {
		t.Error("an empty picture was saved")
	}
}

func TestGapsAndSinglePoints(t *testing.T) {
	nan := math.NaN()
	c := &CurveDisplay{Lines: []Line{
		{Name: "gap", X: []float64{0, 1, 3, 7}, Y: []float64{0, nan, .01, .02}, Low: []float64{0, nan, .005, .01}, High: []float64{0, nan, .015, .03}},
		{Name: "all missing", X: []float64{1}, Y: []float64{nan}, Low: []float64{nan}, High: []float64{nan}},
	}}
	if got := runs(c.Lines[0].X, c.Lines[0].Y); len(got) != 2 || got[0] != [2]int{0, 1} || got[1] != [2]int{2, 4} {
		t.Errorf("runs %v", got)
	}
	text := wellFormed(t, c.SVG())
	if strings.Contains(text, "all missing") || !strings.Contains(text, "gap") {
		t.Errorf("names shown: %s", text)
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	c := Curve(invented())
	for ending, magic := range map[string]string{".svg": "<svg", ".png": "\x89PNG", ".pdf": "%PDF"} {
		file := filepath.Join(dir, "curve"+ending)
		if err := c.Save(file); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(b), magic) {
			t.Errorf("%s starts with %.8q", ending, b)
		}
	}
	if err := c.Save(filepath.Join(dir, "curve.gif")); err == nil {
		t.Error("an unknown ending was accepted")
	}
}
