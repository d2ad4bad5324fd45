package scores

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/lislab/lislab/lis"
)

// A Result is a sweep's result with one more column: ErrorBound, the most that
// each row's LIS can be off for counting within bins; 0 where exact.
type Result struct {
	lis.Result
	ErrorBound []float64 // per row
}

// newResult is a result without rows.
func (r *run) newResult(w *weights) *Result {
	res := &Result{}
	res.Threshold, res.NoiseFloor = r.o.Threshold, math.NaN()
	s := &res.Study
	s.MaxUpdates, s.Seeds, s.Threshold, s.Cluster = r.o.MaxUpdates, len(w.seeds), r.o.Threshold, r.o.Cluster
	for _, a := range r.t.Arms {
		if !slices.Contains(s.Slots, a.Slot) {
			s.Slots = append(s.Slots, a.Slot)
		}
		if !slices.Contains(s.Horizons, a.Horizon) {
			s.Horizons = append(s.Horizons, a.Horizon)
		}
	}
	slices.Sort(s.Horizons)
	for _, p := range w.protocols {
		if p != "" {
			s.Protocols = append(s.Protocols, lis.Protocol(p))
		}
	}
	used := map[string]bool{}
	for k := range w.counts {
		used[k.day] = true
	}
	for _, day := range sortedKeys(used) { // t is the period before the one scored
		if d, err := strconv.Atoi(day); err == nil {
			res.T = append(res.T, d-1)
		}
	}
	for _, day := range w.left {
		if d, err := strconv.Atoi(day); err == nil {
			res.LeftOut = append(res.LeftOut, d-1)
		}
	}
	if len(w.left) > 0 {
		res.Warnings = append(res.Warnings, fmt.Sprintf("%d days were left out, wholly or in part, for want of %d impressions or of a class: %s.", len(w.left), minImpressions, strings.Join(w.left, ", ")))
	}
	if len(w.seeds) == 1 {
		res.Warnings = append(res.Warnings, "One seed: the intervals hold nothing of what seeds differ by. Score with several seeds.")
	}
	counting := "exact"
	if !r.o.Exact {
		counting = fmt.Sprintf("histograms of %d bins", r.o.Bins)
	}
	res.Provenance = map[string]any{"scores": map[string]any{"engine": r.d.Name, "counting": counting, "table": r.t.Name, "seconds": time.Since(r.began).Seconds()}}
	return res
}

func sortedKeys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, byNumber)
	return out
}

func (r *Result) add(row lis.Row, bound float64) {
	r.Rows = append(r.Rows, row)
	r.ErrorBound = append(r.ErrorBound, bound)
}

// finish computes what needs all rows.
func (r *Result) finish() {
	n := map[lis.Protocol]int{}
	for _, row := range r.Rows {
		if row.Scope == "all" {
			n[row.Protocol] = max(n[row.Protocol], row.N)
		}
	}
	for i := range r.Rows {
		r.Rows[i].Share = float64(r.Rows[i].N) / float64(n[r.Rows[i].Protocol])
	}
	r.Result.Finish()
	if worst := slices.Max(append([]float64{0}, finite(r.ErrorBound)...)); worst > 0 {
		text := fmt.Sprintf("Counting within bins moves no LIS by more than %.1e.", worst)
		if worst > r.Threshold/5 {
			text += " That is much beside the threshold: score exactly, or with more bins."
		}
		r.Warnings = append(r.Warnings, text)
	}
}

func finite(v []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(v), math.IsNaN)
}

// Header is the columns of a result: a sweep's, then error_bound.
func Header() []string { return append(lis.Header(), "error_bound") }

// Record is row i as text, in the order of Header.
func (r *Result) Record(i int) []string {
	bound := ""
	if b := r.ErrorBound[i]; !math.IsNaN(b) {
		bound = strconv.FormatFloat(b, 'g', -1, 64)
	}
	return append(r.Rows[i].Record(), bound)
}

// WriteCSV writes the rows with the columns of Header.
func (r *Result) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write(Header()); err != nil {
		return err
	}
	for i := range r.Rows {
		if err := c.Write(r.Record(i)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// Frame is the rows as a gota dataframe with the columns of Header.
func (r *Result) Frame() dataframe.DataFrame {
	return r.Result.Frame().CBind(dataframe.New(series.New(r.ErrorBound, series.Float, "error_bound")))
}
