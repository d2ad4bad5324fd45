package cli

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/lis"
)

func TestReport(t *testing.T) {
	dir := t.TempDir()
	csv := filepath.Join(dir, "r.csv")
	if status, _, errText := command(t, smallSweep("--max-updates", "10,inf", "--controls", "--quiet", "--out", csv)...); status != 0 {
		t.Fatal(errText)
	}
	for flag, want := range map[string]string{"--slides": "r.slides.html", "--html": "r.html"} {
		status, out, errText := command(t, "report", csv, flag)
		if status != 0 || strings.TrimSpace(out) != filepath.Join(dir, want) {
			t.Fatalf("%s: exit %d, %q, %s", flag, status, out, errText)
		}
		page := read(t, filepath.Join(dir, want))
		for _, title := range []string{"Is this data worth training", "The method in one picture", "add", "How sure are we?", "memorised", "coin flips", "Cold impressions apart", "Do the controls stand?", "Decision"} {
			if !strings.Contains(page, title) {
				t.Errorf("%s has no %q", want, title)
			}
		}
		if m := regexp.MustCompile(`(?:src|href)="?(?:https?:)?//[^"> ]*|@import|url\(["']?https?:`).FindString(page); m != "" {
			t.Errorf("%s refers to another host: %s", want, m)
		}
		if n := strings.Count(page, "<svg "); n < 7 {
			t.Errorf("%s has %d drawings", want, n)
		}
	}
	if notes := strings.Count(read(t, filepath.Join(dir, "r.slides.html")), `<aside class="notes">`); notes < 8 {
		t.Errorf("%d slides have notes", notes)
	}
}

// What a report says follows the figures: no gain where none is significant, no
// picture of what has no figure, and every error is listed.
func TestReportSaysWhatTheRowsSay(t *testing.T) {
	row := func(p lis.Protocol, slot string, value, half float64) lis.Row {
		return lis.Row{Log: "films", Protocol: p, Slot: slot, Horizon: 4, MaxUpdates: lis.Inf, Scope: "all", Seeds: 2, N: 900, LIS: value, CILow: value - half, CIHigh: value + half, Memorised: math.NaN(), Significant: math.Abs(value) > half}
	}
	failed := lis.Row{Log: "films", Protocol: lis.HeldOut, Slot: "item", Horizon: 4, MaxUpdates: lis.Inf, Scope: "all", LIS: math.NaN(), CILow: math.NaN(), CIHigh: math.NaN(), Memorised: math.NaN(), Error: "one-class"}
	study := lis.Study{Period: 7 * 24 * time.Hour, Folds: 4}
	for name, c := range map[string]struct {
		rows        []lis.Row
		says, keeps []string
	}{
		"one slot":        {[]lis.Row{row(lis.HeldOut, "item", .012, .002)}, []string{"Future item rows add 0.0120 of AUC", "ranker after week t", "one of 4 folds", "Answer: cannot say.", "Missing: content-reachable LIS"}, []string{"memorised", "coin flips", "Every slot", "could not be computed", ">raw<"}},
		"nothing":         {[]lis.Row{row(lis.HeldOut, "item", .0002, .0004), row(lis.Raw, "item", .05, .002)}, []string{"No gain of item rows is to be seen", "Answer: do not train.", "How much of raw LIS is memorised"}, []string{"rows add", "rows cost"}},
		"harm":            {[]lis.Row{row(lis.HeldOut, "item", -.02, .004)}, []string{"Future item rows cost 0.0200 of AUC"}, []string{"rows add"}},
		"an error":        {[]lis.Row{row(lis.HeldOut, "user", .012, .002), failed}, []string{"Future user rows add", "What could not be computed", "<td>item</td><td>one-class</td><td>1</td>"}, []string{"NaN"}},
		"nothing but one": {[]lis.Row{failed}, []string{"What could not be computed", "Answer: cannot say.", "no held-out LIS"}, []string{"NaN", "How sure are we?", "rows add", "No gain"}},
	} {
		var page strings.Builder
		for _, s := range findings(&lis.Result{Rows: c.rows, Study: study, Threshold: .001, NoiseFloor: math.NaN(), ColdShare: math.NaN()}) {
			page.WriteString(s.Title + "\n" + string(s.Body) + "\n" + s.Notes + "\n")
		}
		text := strings.ReplaceAll(page.String(), "</b>", "")
		for _, want := range c.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s: does not say %q", name, want)
			}
		}
		for _, not := range c.keeps {
			if strings.Contains(text, not) {
				t.Errorf("%s: says %q", name, not)
			}
		}
	}
}

func TestReportRefuses(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(bad, []byte("a,b\n1,2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for args, name := range map[string]string{
		"":                                       "usage",
		bad:                                      "usage",
		bad + " --slides --html":                 "usage",
		bad + " --slides":                        "unknown-column",
		bad + " --html --out x.pdf":              "usage",
		filepath.Join(dir, "no.csv") + " --html": "no-such-log",
	} {
		status, _, errText := command(t, append([]string{"report"}, strings.Fields(args)...)...)
		if status != 2 || !strings.HasPrefix(lastLine(errText), "lislab: "+name+": ") {
			t.Errorf("%q: exit %d, %s", args, status, errText)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.html")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}
