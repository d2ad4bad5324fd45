package lis

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// String is the result as a table for a terminal: a line per slot, protocol,
// filter and scope, a column per horizon.
func (r *Result) String() string { return r.table().text() }

// HTML is the result as a table, for notebooks.
func (r *Result) HTML() string { return r.table().html() }

// Markdown is the result as a table, for documents.
func (r *Result) Markdown() string { return r.table().markdown() }

// LaTeX is the result as a table, for papers.
func (r *Result) LaTeX() string { return r.table().latex() }

// table rounds the figures; the rows keep them.
func (r *Result) table() *table {
	type line struct {
		log, slot string
		protocol  Protocol
		m         int
		filter    string
		scope     string
	}
	t := &table{title: "Leakage Impact Score: Δ" + r.metric() + " ± 95 % by horizon", header: []string{"slot", "protocol", "updates", "scored on", "n", "base " + r.metric()}, labels: 4}
	var logs []string
	var horizons []int
	cells := map[line]map[int]*Row{}
	var lines []line
	for i := range r.Rows {
		row := &r.Rows[i]
		k := line{row.Log, row.Slot, row.Protocol, row.MaxUpdates, row.Filter, row.Scope}
		if row.MaxUpdates == Inf && row.Filter == "" && row.Scope == "cold" {
			continue // the same impressions as "all"
		}
		if cells[k] == nil {
			cells[k] = map[int]*Row{}
			lines = append(lines, k)
		}
		cells[k][row.Horizon] = row
		if !slices.Contains(horizons, row.Horizon) {
			horizons = append(horizons, row.Horizon)
		}
		if !slices.Contains(logs, row.Log) {
			logs = append(logs, row.Log)
		}
	}
	if len(logs) > 1 {
		t.header = append([]string{"log"}, t.header...)
		t.labels++
	}
	for _, n := range horizons {
		t.header = append(t.header, "n="+strconv.Itoa(n))
	}
	for _, k := range lines {
		row := []string{k.slot, string(k.protocol), "all", "all", "–", "–"}
		if k.m != Inf {
			row[2] = "< " + strconv.Itoa(k.m)
		}
		if k.filter != "" {
			row[2] = k.filter
		}
		if k.scope == "cold" {
			row[3] = "those"
		}
		for _, n := range horizons {
			if c := cells[k][n]; c != nil && !math.IsNaN(c.AUCBase) {
				row[4], row[5] = strconv.Itoa(c.N), fmt.Sprintf("%.4f", c.AUCBase)
				break
			}
		}
		if len(logs) > 1 {
			row = append([]string{k.log}, row...)
		}
		for _, n := range horizons {
			row = append(row, cells[k][n].cell())
		}
		t.rows = append(t.rows, row)
	}
	if len(logs) == 1 {
		t.title += ", log " + logs[0]
	}
	t.notes = r.notes(logs)
	return t
}

// metric is the name of the study's metric.
func (r *Result) metric() string {
	if r.Study.Metric == "gauc" {
		return "GAUC"
	}
	return "AUC"
}

// cell shows a row's LIS with half its interval, starred where significant.
func (r *Row) cell() string {
	switch {
	case r == nil || r.Error == "" && math.IsNaN(r.LIS):
		return "–"
	case r.Error != "":
		return r.Error
	case r.SE == 0 && r.LIS == 0:
		return "0"
	}
	star := ""
	if r.Significant {
		star = " *"
	}
	return strings.Replace(fmt.Sprintf("%+.4f ± %.4f%s", r.LIS, r.CIHigh-r.LIS, star), "-", "−", 1)
}

// notes say what the figures are, and what to be warned of.
func (r *Result) notes(logs []string) []string {
	var out []string
	if len(r.T) > 0 {
		span := fmt.Sprintf("t = %d", r.T[0])
		if len(r.T) > 1 {
			span = fmt.Sprintf("%d t in %d..%d", len(r.T), r.T[0], r.T[len(r.T)-1])
		}
		if len(r.LeftOut) > 0 {
			span += fmt.Sprintf(", %d left out", len(r.LeftOut))
		}
		out = append(out, fmt.Sprintf("%s; %d seeds; periods of %s; horizons in periods; %s of single periods, weighted by scored impressions.", span, r.Study.Seeds, shortDuration(r.Study.Period.String()), r.metric()))
	}
	star := fmt.Sprintf("* significant: |LIS| above %.4f and its interval excludes 0", r.Threshold)
	if !math.IsNaN(r.NoiseFloor) {
		star += fmt.Sprintf(" (noise floor %.4f)", r.NoiseFloor)
	}
	out = append(out, star+".")
	if slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Protocol == Raw }) {
		out = append(out, "raw: the paper's protocol, which was trained on the labels it is scored on; what it exceeds heldout by is memorised.")
	}
	if slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Slot == "user" }) {
		out = append(out, "Intervals of slot user are for this user population.")
	}
	if note := r.importanceNote(); note != "" {
		out = append(out, note)
	}
	if v := r.Verdict(); len(logs) == 1 && v.Slot != "" {
		out = append(out, fmt.Sprintf("Verdict for %s: %s. %s", v.Slot, v.Decision, strings.Join(v.Reasons, " ")))
	}
	for _, w := range r.Warnings {
		out = append(out, "Warning: "+w)
	}
	return out
}

// shortDuration drops the zero minutes and seconds of Go's notation.
func shortDuration(s string) string {
	s = strings.TrimSuffix(s, "0s")
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
