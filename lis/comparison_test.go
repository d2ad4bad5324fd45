package lis

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestComparison(t *testing.T) {
	nan := math.NaN()
	c := &Comparison{Title: "LIS"}
	c.Add("item", "raw", "7 days", PaperItem7, Row{Log: "feed", LIS: .03, CILow: .025, CIHigh: .035})
	c.Add("item", "raw", "30 days", PaperItem30, Row{Log: "feed", LIS: -.001, CILow: -.0015, CIHigh: -.0005})
	c.Add("item", "held-out", "7 days", nan, Row{Log: "feed", LIS: .01, CILow: .0075, CIHigh: .0125})
	c.Rows = append(c.Rows, ComparisonRow{Table: "online", Row: "reads", Column: "lift", Reported: PaperReads, Measured: nan, CILow: nan, CIHigh: nan})
	var b strings.Builder
	if err := c.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	want := "table,row,column,reported,measured,ci_low,ci_high,log\n" +
		"item,raw,7 days,0.06,0.03,0.025,0.035,feed\n" +
		"item,raw,30 days,0.09,-0.001,-0.0015,-0.0005,feed\n" +
		"item,held-out,7 days,,0.01,0.0075,0.0125,feed\n" +
		"online,reads,lift,0.0027,,,,\n"
	if b.String() != want {
		t.Errorf("CSV\n%s\nwant\n%s", b.String(), want)
	}
	md := c.Markdown()
	for _, cell := range []string{"0.06", "0.0300 ± 0.0050", "−0.0010 ± 0.0005", "0.0100 ± 0.0025", "7 days, reported", "–"} {
		if !strings.Contains(md, cell) {
			t.Errorf("no %q in\n%s", cell, md)
		}
	}
	if !strings.Contains(md, "| online ") {
		t.Error("the report's tables are not named though there are two")
	}
	c.Rows = c.Rows[:3]
	if strings.Contains(c.Markdown(), "| item ") {
		t.Error("the report's one table is named in every line")
	}
	if !strings.Contains(c.HTML(), "<table") || !strings.Contains(c.LaTeX(), "tabular") || !strings.Contains(c.String(), "held-out") {
		t.Error("a rendering is missing")
	}
}

func TestFind(t *testing.T) {
	r := &Result{Rows: []Row{
		{Slot: "item", Protocol: Raw, Horizon: 7, MaxUpdates: Inf, Scope: "all", LIS: 1},
		{Slot: "item", Protocol: Raw, Horizon: 7, MaxUpdates: 1000, Scope: "all", LIS: 2},
		{Slot: "user", Protocol: Raw, Horizon: 7, MaxUpdates: Inf, Scope: "all", Log: "a"},
		{Slot: "user", Protocol: Raw, Horizon: 7, MaxUpdates: Inf, Scope: "all", Log: "b"},
	}}
	if row, err := r.Find("item", Raw, 7, 1000, "all"); err != nil || row.LIS != 2 {
		t.Errorf("%v, %v", row.LIS, err)
	}
	for what, err := range map[string]error{
		"slot topic":       second(r.Find("topic", Raw, 7, Inf, "all")),
		"protocol heldout": second(r.Find("item", HeldOut, 7, Inf, "all")),
		"horizon 8":        second(r.Find("item", Raw, 8, Inf, "all")),
		"max updates 10":   second(r.Find("item", Raw, 7, 10, "all")),
		"scope cold":       second(r.Find("item", Raw, 7, Inf, "cold")),
		"several logs":     second(r.Find("user", Raw, 7, Inf, "all")),
	} {
		if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second(_ Row, err error) error { return err }
