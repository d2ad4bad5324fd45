package lis

import (
	"strings"
	"time"

	"github.com/lislab/lislab/internal/nearest"
)

// Column is one categorical column of a log before it is a slot: for each row
// the index of its id in IDs. Rows of several ids per impression have Offsets.
type Column struct {
	Name string
	// IDs are the distinct ids as written in the source. Entries that no row
	// uses are allowed.
	IDs []string
	// Index holds one entry of IDs per row; with Offsets, the ids of row r are
	// Index[Offsets[r]:Offsets[r+1]], at least one.
	Index   []uint32
	Offsets []int // nil for one id per row; else len = rows+1
}

// Row gives the ids of row r as entries of IDs, at least one.
func (c *Column) Row(r int) []uint32 {
	if c.Offsets == nil {
		return c.Index[r : r+1 : r+1]
	}
	return c.Index[c.Offsets[r]:c.Offsets[r+1]]
}

// NumericColumn is one dense feature, one finite value per row.
type NumericColumn struct {
	Name   string
	Values []float64
}

// Data are the columns of a log as a reader found them, rows in any order. All
// columns have the same number of rows. NewLog validates and takes them over:
// the caller must not use them afterwards.
type Data struct {
	Name string // what the log is called in results: "feed", a file's name, …
	// Time is in Unix nanoseconds, UTC.
	Time    []int64
	User    Column
	Item    Column
	Slots   []Column // further categorical slots, in the order wanted
	Label   []bool
	Numeric []NumericColumn
	// Weight is one positive sample weight per row, nil for all 1.
	Weight []float32
	// Row is each row's 0-based data row in the source, nil for 0,1,2,….
	Row []int64
	// File, if set, is where the rows came from, for error messages.
	File string
	// FirstLine is the 1-based line of File that holds data row 0. 0 means 2
	// (a header comes first) where File is set, else 1.
	FirstLine int
	// Location is where periods begin at 00:00; nil means UTC.
	Location *time.Location
	// AllowDuplicates accepts more than 1 % of rows equal in every column.
	AllowDuplicates bool
}

// Log is a preference log: typed, validated, columnar, sorted by time. Readers
// in package datasets make one, and FromFrame makes one of a gota dataframe.
// It is immutable: its slices may be read by anyone and written by no one.
type Log struct {
	Name string
	// Time of each impression in Unix nanoseconds, ascending. Ties keep the
	// order of the source.
	Time []int64
	// Slots are user, item, then the further ones; Slots[0].Name is "user",
	// Slots[1].Name is "item".
	Slots   []Column
	Label   []bool
	Numeric []NumericColumn
	Weight  []float32 // nil for all 1
	// Row is the impression's 0-based data row in the source.
	Row []int64
	// Hash is h of each impression: SplitMix64's finaliser of FNV-1a-64 over
	// time, user, item and ordinal. Held are the rows with Hash mod 10 = 0.
	Hash []uint64
	// Location is where periods begin at 00:00; never nil.
	Location *time.Location
	// Notes says what a reader should know: rows that were out of order and
	// sorted, rows equal in every column, rows left out.
	Notes []string

	stored *storedLog // nil in memory
}

// Len is the number of impressions.
func (l *Log) Len() int { return len(l.Time) }

// Filter makes a log of the rows for which keep is true; keep sees row numbers
// of l. The numbering of ids, the ordinals in Hash and the notes are those of a
// source that held nothing else. The error is ErrBadRow where no row is left.
func (l *Log) Filter(keep func(row int) bool) (*Log, error) {
	var rows []int32
	for i := range l.Len() {
		if keep(i) {
			rows = append(rows, int32(i))
		}
	}
	d := Data{Name: l.Name, Time: gather(l.Time, rows), Label: gather(l.Label, rows), Row: gather(l.Row, rows), Location: l.Location, AllowDuplicates: true}
	if l.Weight != nil {
		d.Weight = gather(l.Weight, rows)
	}
	for _, c := range l.Numeric {
		d.Numeric = append(d.Numeric, NumericColumn{c.Name, gather(c.Values, rows)})
	}
	for _, c := range l.Slots {
		d.Slots = append(d.Slots, c.rows(rows))
	}
	d.User, d.Item, d.Slots = d.Slots[0], d.Slots[1], d.Slots[2:]
	return NewLog(d)
}

// Slot finds a slot by name. The error is ErrUnknownSlot and names those there are.
func (l *Log) Slot(name string) (int, error) {
	names := make([]string, len(l.Slots))
	for i := range l.Slots {
		if l.Slots[i].Name == name {
			return i, nil
		}
		names[i] = l.Slots[i].Name
	}
	do := "the slots are " + strings.Join(names, ", ")
	if near := nearest.Word(name, names); near != "" {
		do = "did you mean " + near + "? " + do
	}
	return -1, &InputError{Kind: ErrUnknownSlot, What: "no slot " + name + " in log " + l.Name, Do: do}
}

// Columns says which columns of a table make a log. Empty names mean: Time
// "time", User "user", Item "item", Label "label". The ranker has no other
// slots than user, item and those named in Slots, with one exception: FromFrame
// with Columns{} reads a frame as Frame writes it.
type Columns struct {
	Time, User, Item, Label string
	// Slots maps a further slot's name to its column. A column whose name ends
	// in "[]" holds several ids per row, joined by "|".
	Slots map[string]string
	// Numeric maps a dense feature's name to its column.
	Numeric map[string]string
	// LabelAtLeast, if set, makes the label 1 where the column is ≥ its value;
	// else the column must hold 0/1 (or true/false).
	LabelAtLeast *float64
	// Weight names a column of positive sample weights; "" means all 1.
	Weight string
	// TimeFormat is "auto" (the zero value means auto), "s", "ms", "us", "ns"
	// or "rfc3339"; see NewTimeReader.
	TimeFormat string
	// Timezone of times without one, an IANA name; "" means UTC.
	Timezone string
	// AllowDuplicates accepts a log in which more than 1 % of the rows are
	// equal in every column.
	AllowDuplicates bool
	// Name of the log in results; "" takes the file's.
	Name string
}
