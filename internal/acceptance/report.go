package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
)

// A check is one figure held against its band.
type check struct {
	item          int
	what          string
	value         float64
	ciLow, ciHigh float64 // NaN where one world or an exact statement gives none
	low, high     float64 // ±Inf where the band is open
	pass          bool
}

// report collects checks and says each as it comes.
type report struct {
	progress io.Writer
	checks   []check
}

// over holds the mean over worlds against a band, with its interval. A figure
// that no world gave is no pass.
func (r *report) over(item int, what string, values []float64, low, high float64) {
	c := check{item: item, what: what, ciLow: math.NaN(), ciHigh: math.NaN(), low: low, high: high}
	n := float64(len(values))
	if len(values) == 0 {
		c.value = math.NaN()
	}
	for _, v := range values {
		c.value += v / n
	}
	if n > 1 {
		var ss float64
		for _, v := range values {
			ss += (v - c.value) * (v - c.value)
		}
		half := 1.96 * math.Sqrt(ss/(n-1)/n)
		c.ciLow, c.ciHigh = c.value-half, c.value+half
	}
	r.add(c)
}

// shown is a figure without a band of its own: it passes where it is a number.
func (r *report) shown(item int, what string, values []float64) {
	r.over(item, what, values, none, inf)
}

// within holds a figure with an interval of its own against a band.
func (r *report) within(item int, what string, value, ciLow, ciHigh, low, high float64) {
	r.add(check{item: item, what: what, value: value, ciLow: ciLow, ciHigh: ciHigh, low: low, high: high})
}

// exact holds an exact statement: the number of exceptions must be 0.
func (r *report) exact(item int, what string, exceptions int) {
	r.add(check{item: item, what: what, value: float64(exceptions), ciLow: math.NaN(), ciHigh: math.NaN()})
}

// add judges a check. Where a band is open on one side and ends at 0 on the
// other it asks for a sign, and 0 has none.
func (r *report) add(c check) {
	c.pass = c.value >= c.low && c.value <= c.high
	if c.value == 0 && (math.IsInf(c.low, -1) || math.IsInf(c.high, 1)) {
		c.pass = c.low < 0 && c.high > 0
	}
	r.checks = append(r.checks, c)
	verdict := "pass"
	switch {
	case !c.pass:
		verdict = "FAIL"
	case math.IsInf(c.low, -1) && math.IsInf(c.high, 1):
		verdict = "info"
	}
	interval := ""
	if !math.IsNaN(c.ciLow) {
		interval = fmt.Sprintf(" (%.4f … %.4f)", c.ciLow, c.ciHigh)
	}
	fmt.Fprintf(r.progress, "%s  %2d  %-52s %8.4f%s in [%g, %g]\n", verdict, c.item, c.what, c.value, interval, c.low, c.high)
}

// failed is the number of checks outside their bands.
func (r *report) failed() (n int) {
	for _, c := range r.checks {
		if !c.pass {
			n++
		}
	}
	return n
}

// write replaces the CSV at path, whole or not at all.
func (r *report) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".acceptance-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	w := csv.NewWriter(f)
	rows := [][]string{{"item", "what", "value", "ci_low", "ci_high", "band_low", "band_high", "pass"}}
	for _, c := range r.checks {
		row := []string{strconv.Itoa(c.item), c.what}
		for _, v := range []float64{c.value, c.ciLow, c.ciHigh, c.low, c.high} {
			row = append(row, number(v))
		}
		rows = append(rows, append(row, strconv.FormatBool(c.pass)))
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// number is the shortest exact form; empty where there is none.
func number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
