package lis

import (
	"fmt"
	"strconv"
	"time"
)

// String says what is in the log: its span, slots and notes.
func (l *Log) String() string { return l.table().text() }

// HTML is the same for notebooks.
func (l *Log) HTML() string { return l.table().html() }

// Markdown is the same for documents.
func (l *Log) Markdown() string { return l.table().markdown() }

func (l *Log) table() *table {
	positives := 0
	for _, y := range l.Label {
		if y {
			positives++
		}
	}
	at := func(ns int64) string { return time.Unix(0, ns).In(l.Location).Format("2006-01-02 15:04:05") }
	t := &table{title: fmt.Sprintf("Log %s: %d impressions, %d positive (%.1f %%), %s to %s", l.Name, l.Len(), positives, 100*float64(positives)/float64(l.Len()), at(l.Time[0]), at(l.Time[l.Len()-1])),
		header: []string{"column", "kind", "ids", "impressions per id"}, labels: 2}
	for i := range l.Slots {
		c := &l.Slots[i]
		used := make([]bool, len(c.IDs))
		ids := 0
		for _, k := range c.Index {
			if !used[k] {
				used[k] = true
				ids++
			}
		}
		kind := "slot"
		if c.Offsets != nil {
			kind = "slot, several ids"
		}
		t.rows = append(t.rows, []string{c.Name, kind, strconv.Itoa(ids), fmt.Sprintf("%.1f", float64(len(c.Index))/float64(ids))})
	}
	for _, c := range l.Numeric {
		t.rows = append(t.rows, []string{c.Name, "numeric", "–", "–"})
	}
	t.notes = l.Notes
	return t
}
