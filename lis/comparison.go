package lis

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// What the paper reports (Zhang et al., A Metric for MLLM Alignment in
// Large-scale Recommendation, arXiv:2508.04963), from a production system that
// nobody else can rebuild. It stands beside what is measured here, and is no
// target.
const (
	PaperItem7     = 0.06   // LIS of item ID embeddings leaked 7 days ahead
	PaperItem30    = 0.09   // the same, 30 days ahead
	PaperThreshold = 0.0010 // the gain in AUC that it takes for significant
	PaperUpdates   = 1000   // items with fewer updates are its cold-start items
	// Online, 10 % of users against 10 %, as relative lifts.
	PaperTimeSpent   = 0.0013 // content feed
	PaperReads       = 0.0027
	PaperEngagements = 0.0040
	PaperADVV        = 0.0086 // display ads: advertiser value
	PaperCTR         = 0.0043
)

// Comparison lays figures that somebody reports beside those measured here.
type Comparison struct {
	Title string
	Rows  []ComparisonRow
}

// ComparisonRow is one figure, reported, measured or both; what there is not is
// NaN.
type ComparisonRow struct {
	Table, Row, Column string // where it stands in the report
	Reported           float64
	Measured           float64
	CILow, CIHigh      float64 // of Measured
	Log                string  // what it was measured on
}

// Add adds a row of a result as the measured figure; reported is NaN where
// nothing is.
func (c *Comparison) Add(table, row, column string, reported float64, r Row) {
	c.Rows = append(c.Rows, ComparisonRow{Table: table, Row: row, Column: column, Reported: reported, Measured: r.LIS, CILow: r.CILow, CIHigh: r.CIHigh, Log: r.Log})
}

// WriteCSV writes table,row,column,reported,measured,ci_low,ci_high,log with
// plain numbers in Go's shortest exact form, empty where there is none.
func (c *Comparison) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"table", "row", "column", "reported", "measured", "ci_low", "ci_high", "log"}); err != nil {
		return err
	}
	for _, r := range c.Rows {
		record := []string{r.Table, r.Row, r.Column}
		for _, v := range []float64{r.Reported, r.Measured, r.CILow, r.CIHigh} {
			text := ""
			if !math.IsNaN(v) {
				text = strconv.FormatFloat(v, 'g', -1, 64)
			}
			record = append(record, text)
		}
		if err := out.Write(append(record, r.Log)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// String is the comparison as a table for a terminal.
func (c *Comparison) String() string { return c.table().text() }

// HTML is the comparison as a table, for notebooks.
func (c *Comparison) HTML() string { return c.table().html() }

// Markdown is the comparison as a table, for documents.
func (c *Comparison) Markdown() string { return c.table().markdown() }

// LaTeX is the comparison as a table, for papers.
func (c *Comparison) LaTeX() string { return c.table().latex() }

// table has a line per log and row, and per column of the report the reported
// and the measured figure; what nobody reports has no column for it, and neither
// has the report's table where all is of one.
func (c *Comparison) table() *table {
	type line struct{ table, row, log string }
	type cell struct {
		line
		column string
	}
	var lines []line
	var columns []string
	seen, cells, reported := map[string]bool{}, map[cell]ComparisonRow{}, map[string]bool{}
	for _, r := range c.Rows {
		l := line{r.Table, r.Row, r.Log}
		if key := "l" + fmt.Sprintf("%q", l); !seen[key] {
			seen[key] = true
			lines = append(lines, l)
		}
		if !seen["c"+r.Column] {
			seen["c"+r.Column] = true
			columns = append(columns, r.Column)
		}
		cells[cell{l, r.Column}] = r
		reported[r.Column] = reported[r.Column] || !math.IsNaN(r.Reported)
	}
	t := &table{title: c.Title, header: []string{"table", "log", "row"}, labels: 3}
	one := true
	for _, l := range lines {
		one = one && l.table == lines[0].table
	}
	if one {
		t.header, t.labels = t.header[1:], 2
	}
	for _, column := range columns {
		if reported[column] {
			t.header = append(t.header, column+", reported")
		}
		t.header = append(t.header, column+", measured")
	}
	for _, l := range lines {
		row := []string{l.table, l.log, l.row}
		if one {
			row = row[1:]
		}
		for _, column := range columns {
			r, ok := cells[cell{l, column}]
			if !ok {
				r.Reported, r.Measured = math.NaN(), math.NaN()
			}
			if reported[column] {
				row = append(row, figure(r.Reported, math.NaN()))
			}
			row = append(row, figure(r.Measured, (r.CIHigh-r.CILow)/2))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// figure is a number with half its interval, or a dash where there is none.
func figure(v, half float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsNaN(half):
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Replace(fmt.Sprintf("%.4f ± %.4f", v, half), "-", "−", 1)
}

// Find is the row of a key. The error is ErrUsage and says which of the key's
// parts no row has.
func (r *Result) Find(slot string, protocol Protocol, horizon, maxUpdates int, scope string) (Row, error) {
	left := r.Rows
	keep := func(what string, ok func(*Row) bool) error {
		var out []Row
		for i := range left {
			if ok(&left[i]) {
				out = append(out, left[i])
			}
		}
		if left = out; len(out) == 0 {
			return usage("sweep it, or look for another", "the result has no row of %s", what)
		}
		return nil
	}
	for _, part := range []struct {
		what string
		ok   func(*Row) bool
	}{
		{"slot " + slot, func(x *Row) bool { return x.Slot == slot }},
		{"protocol " + string(protocol), func(x *Row) bool { return x.Protocol == protocol }},
		{fmt.Sprintf("horizon %d", horizon), func(x *Row) bool { return x.Horizon == horizon }},
		{"max updates " + filter(maxUpdates).String(), func(x *Row) bool { return x.MaxUpdates == maxUpdates }},
		{"scope " + scope, func(x *Row) bool { return x.Scope == scope }},
	} {
		if err := keep(part.what, part.ok); err != nil {
			return Row{}, err
		}
	}
	if len(left) > 1 {
		return Row{}, usage("look in one log's result", "%d rows of several logs have that key", len(left))
	}
	return left[0], nil
}
