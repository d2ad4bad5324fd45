package table

import (
	"fmt"
	"sort"

	"github.com/lislab/lislab/lis"
)

// A Kind is what a column's cells are.
type Kind uint8

// The kinds of columns. Any lets a reader find out: the narrowest of Bool, Int,
// Float and String that loses nothing of what is written.
const (
	Any    Kind = iota
	Bool        // Column.Bools; of text true, false, 1, 0, 1.0, 0.0 in any case
	Int         // Column.Ints
	Float       // Column.Floats, NaN where null
	String      // Column.Strings
	IDs         // Column.IDs and Column.Index: text stored once per distinct value
	Time        // Column.Ints, in Unix nanoseconds
)

var kindNames = [...]string{"any", "true or false", "whole number", "number", "text", "id", "time"}

func (k Kind) String() string { return kindNames[k] }

// Column is one typed column. Which slice is filled depends on Kind; all have
// one entry per row.
type Column struct {
	Name    string
	Kind    Kind
	Bools   []bool
	Ints    []int64
	Floats  []float64
	Strings []string
	// IDs are the distinct texts in the order of first appearance and Index
	// one entry of them per row. Where the column holds lists, row r has
	// Index[Offsets[r]:Offsets[r+1]].
	IDs     []string
	Index   []uint32
	Offsets []int
	// Null marks rows without a value; nil if there are none.
	Null []bool
}

// Table is a set of columns of the same length.
type Table struct {
	Columns []Column
	Rows    int
	// Bad counts the malformed rows that were left out, FirstBad says what was
	// wrong with the first.
	Bad      int
	FirstBad error

	places []place
}

// Column finds a column by name, nil if there is none.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// Names of the columns in order.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i := range t.Columns {
		names[i] = t.Columns[i].Name
	}
	return names
}

// A place tells from which lines of which file consecutive rows came.
type place struct {
	file  string
	row   int     // the first of the rows
	line  int     // its 1-based line
	lines []int32 // each row's line less line, where rows and lines do not go together
}

// Where says from which file and 1-based line a row came; formats without lines
// count rows.
func (t *Table) Where(row int) (file string, line int) {
	k := sort.Search(len(t.places), func(i int) bool { return t.places[i].row > row }) - 1
	if k < 0 {
		return "", row + 1
	}
	p := t.places[k]
	if p.lines != nil {
		return p.file, p.line + int(p.lines[row-p.row])
	}
	return p.file, p.line + row - p.row
}

// Want asks for one column.
type Want struct {
	Column string
	// Kind to read it as; Any finds out.
	Kind Kind
	// List reads several ids per row: the elements of a list, or the parts of a
	// cell between "|" (\ takes the next character as it is). Where there is no
	// column of a name that ends in "[]", the one without is taken.
	List bool
	// Required refuses empty cells with lis.ErrMissingValue.
	Required bool
	// Bad is the named error for a cell that is not of the kind; nil means
	// lis.ErrBadRow.
	Bad error
	// TimeFormat and Timezone are lis.NewTimeReader's.
	TimeFormat, Timezone string
	// Do is what to do about a bad cell, for the error's text.
	Do string
}

// Options say how to read. The zero value reads every column of the file,
// finding out their kinds.
type Options struct {
	// Want are the columns to read, in the order wanted; empty means all.
	Want []Want
	// MaxBad is the share of malformed rows (a wrong number of fields, broken
	// quoting) up to which they are left out and counted; above, the first is
	// an error. 0 means DefaultMaxBad, negative means none.
	MaxBad float64
	// Progress, if set, is told the bytes read of all files, of their sum.
	Progress lis.Progress
	// Comma is the separator of CSV; 0 means comma or tab, as the header has it.
	Comma byte
	// NoQuotes takes quotation marks of CSV literally.
	NoQuotes bool
	// Header names the columns of CSV files that have no header line.
	Header []string

	chunk int // bytes parsed at once; 0 means chunkSize
}

// DefaultMaxBad is one malformed row in 10 000.
const DefaultMaxBad = 1e-4

func (o *Options) maxBad() float64 {
	switch {
	case o.MaxBad == 0:
		return DefaultMaxBad
	case o.MaxBad < 0:
		return 0
	}
	return o.MaxBad
}

// checkBad refuses t where too many rows were malformed.
func (t *Table) checkBad(o *Options) error {
	if t.Bad == 0 || float64(t.Bad) <= o.maxBad()*float64(t.Rows+t.Bad) {
		return nil
	}
	if t.Bad == 1 {
		return t.FirstBad
	}
	if e, ok := t.FirstBad.(*lis.InputError); ok {
		more := *e
		more.What = fmt.Sprintf("%s; %d of %d rows are malformed", e.What, t.Bad, t.Rows+t.Bad)
		return &more
	}
	return t.FirstBad
}

// unknownColumn says which columns there are instead.
func unknownColumn(file, name string, header []string) error {
	return &lis.InputError{Kind: lis.ErrUnknownColumn, What: fmt.Sprintf("no column %q", name), File: file, Do: columnsHint(name, header)}
}
