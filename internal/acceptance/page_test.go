package main

import (
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"encoding/json"
)

// TestPage writes a table and the page from it: bands in words, what failed in
// bold, and no figure that was not measured passes.
func TestPage(t *testing.T) {
	r := &report{progress: io.Discard}
	r.over(2, "a band", []float64{.01, .012}, .008, .014)
	r.over(3, "a sign", []float64{.01, .02}, 0, inf)
	r.over(3, "no sign", []float64{0, 0}, 0, inf)
	r.over(4, "never measured", nil, -.001, .001)
	r.over(4, "not a number", []float64{math.NaN(), 1}, none, inf)
	r.shown(6, "a figure", []float64{-.5})
	r.exact(13, "exceptions", 0)
	if got := r.failed(); got != 3 {
		t.Errorf("%d of 7 fail, want no sign, never measured and not a number", got)
	}
	dir := t.TempDir()
	table, page := filepath.Join(dir, "acceptance.csv"), filepath.Join(dir, "acceptance.md")
	if err := writePage(page, table); err == nil || !strings.Contains(err.Error(), "make acceptance first") {
		t.Errorf("without a table: %v", err)
	}
	if err := r.write(table); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(newMade("abc123", 754*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(beside(table), b, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writePage(page, table); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"7 figures, 5 of them held against a band, 3 outside; commit abc123", "12 min 34 s",
		"| a band | 0.0110 | 0.0090 … 0.0130 | 0.008 … 0.014 | ✓ |", "| a sign | 0.0150 | 0.0052 … 0.0248 | above 0 | ✓ |",
		"| never measured |  |  | −0.001 … 0.001 | **outside** |", "| a figure | −0.5000 |  |  |  |", "| exceptions | 0 |  | exactly 0 | ✓ |",
		"## 13. " + titles[13],
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// Every item of the protocol has a part that measures it.
func TestEveryItemHasAPart(t *testing.T) {
	seen := map[int]bool{}
	for _, it := range items {
		for _, n := range it.numbers {
			seen[n] = true
		}
	}
	for n := range titles {
		if !seen[n] {
			t.Errorf("nothing measures item %d", n)
		}
	}
	if len(seen) != 14 || len(titles) != 14 {
		t.Errorf("%d items are measured, %d have a title, of 14", len(seen), len(titles))
	}
}
