package lis

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// A field is one column of a result of rows R: how a value is written and read.
type field[R any] struct {
	name string
	kind series.Type
	get  func(*R) string
	set  func(*R, string) error
}

func textField[R any](name string, v func(*R) *string) field[R] {
	return field[R]{name, series.String, func(r *R) string { return *v(r) }, func(r *R, s string) error { *v(r) = s; return nil }}
}

func intField[R any](name string, v func(*R) *int) field[R] {
	return field[R]{name, series.Int, func(r *R) string { return strconv.Itoa(*v(r)) }, func(r *R, s string) (err error) {
		*v(r), err = strconv.Atoi(s)
		return err
	}}
}

// floatField is empty where the figure does not apply (NaN).
func floatField[R any](name string, v func(*R) *float64) field[R] {
	return field[R]{name, series.Float, func(r *R) string {
		if math.IsNaN(*v(r)) {
			return ""
		}
		return strconv.FormatFloat(*v(r), 'g', -1, 64)
	}, func(r *R, s string) (err error) {
		if *v(r) = math.NaN(); s != "" {
			*v(r), err = strconv.ParseFloat(s, 64)
		}
		return err
	}}
}

func boolField[R any](name string, v func(*R) *bool) field[R] {
	return field[R]{name, series.Bool, func(r *R) string { return strconv.FormatBool(*v(r)) }, func(r *R, s string) (err error) {
		*v(r), err = strconv.ParseBool(s)
		return err
	}}
}

// fields are the columns of a result, in order. Later ones are appended.
var fields = []field[Row]{
	textField("log", func(r *Row) *string { return &r.Log }),
	textField("protocol", func(r *Row) *string { return (*string)(&r.Protocol) }),
	textField("slot", func(r *Row) *string { return &r.Slot }),
	intField("horizon", func(r *Row) *int { return &r.Horizon }),
	{"max_updates", series.String, func(r *Row) string { return filter(r.MaxUpdates).String() }, func(r *Row, s string) (err error) {
		r.MaxUpdates, err = ParseMaxUpdates(s)
		return err
	}},
	textField("scope", func(r *Row) *string { return &r.Scope }),
	intField("seeds", func(r *Row) *int { return &r.Seeds }),
	intField("days", func(r *Row) *int { return &r.Days }),
	intField("n", func(r *Row) *int { return &r.N }),
	intField("n_pos", func(r *Row) *int { return &r.NPos }),
	floatField("share", func(r *Row) *float64 { return &r.Share }),
	floatField("auc_base", func(r *Row) *float64 { return &r.AUCBase }),
	floatField("auc_leaked", func(r *Row) *float64 { return &r.AUCLeaked }),
	floatField("lis", func(r *Row) *float64 { return &r.LIS }),
	floatField("se", func(r *Row) *float64 { return &r.SE }),
	floatField("ci_low", func(r *Row) *float64 { return &r.CILow }),
	floatField("ci_high", func(r *Row) *float64 { return &r.CIHigh }),
	floatField("p", func(r *Row) *float64 { return &r.P }),
	floatField("p_adj", func(r *Row) *float64 { return &r.PAdj }),
	boolField("significant", func(r *Row) *bool { return &r.Significant }),
	floatField("memorised", func(r *Row) *float64 { return &r.Memorised }),
	textField("error", func(r *Row) *string { return &r.Error }),
}

// filterField is appended where a row has a filter of the study's own.
var filterField = textField("filter", func(r *Row) *string { return &r.Filter })

func (r *Result) fields() []field[Row] {
	if slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Filter != "" }) {
		return append(slices.Clone(fields), filterField)
	}
	return fields
}

// Header is the names of this result's columns: those of the function Header,
// and filter where the study has filters of its own.
func (r *Result) Header() []string { return names(r.fields()) }

// Records are the rows as text, in the order of the method Header.
func (r *Result) Records() [][]string {
	out := make([][]string, len(r.Rows))
	for i := range out {
		out[i] = record(r.fields(), &r.Rows[i])
	}
	return out
}

// Header is the names of every result's columns, in order.
func Header() []string { return names(fields) }

// Record is the row as text, in the order of Header: numbers in Go's shortest
// exact form, empty where not applicable.
func (r *Row) Record() []string { return record(fields, r) }

// WriteCSV writes the rows with the columns of the method Header.
func (r *Result) WriteCSV(w io.Writer) error { return writeCSV(w, r.fields(), r.Rows) }

// Frame is the rows as a gota dataframe with the columns of the method Header.
// max_updates is text, for it may be "inf"; figures that do not apply are NaN.
func (r *Result) Frame() dataframe.DataFrame { return frame(r.fields(), r.Rows) }

func names[R any](fields []field[R]) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.name
	}
	return out
}

func record[R any](fields []field[R], r *R) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.get(r)
	}
	return out
}

func writeCSV[R any](w io.Writer, fields []field[R], rows []R) error {
	c := csv.NewWriter(w)
	if err := c.Write(names(fields)); err != nil {
		return err
	}
	for i := range rows {
		if err := c.Write(record(fields, &rows[i])); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func frame[R any](fields []field[R], rows []R) dataframe.DataFrame {
	var cols []series.Series
	for _, f := range fields {
		v := make([]string, len(rows))
		for i := range rows {
			if v[i] = f.get(&rows[i]); v[i] == "" && f.kind == series.Float {
				v[i] = "NaN"
			}
		}
		cols = append(cols, series.New(v, f.kind, f.name))
	}
	return dataframe.New(cols...)
}

// ReadResult reads a result from a CSV that WriteCSV wrote, and its study,
// thresholds and warnings from the JSON beside it where there is one. Errors:
// ErrNoSuchLog, ErrUnknownColumn (one is missing), ErrBadRow with its line.
func ReadResult(path string) (*Result, error) {
	f, err := os.Open(path)
	if err != nil {
		kind := ErrIO
		if errors.Is(err, os.ErrNotExist) {
			kind = ErrNoSuchLog
		}
		return nil, &InputError{Kind: kind, What: "the result cannot be read", File: path, Err: err, Do: "give the CSV that a sweep wrote"}
	}
	defer f.Close()
	r, err := readCSV(bufio.NewReader(f), path)
	if err != nil {
		return nil, err
	}
	beside := strings.TrimSuffix(path, filepath.Ext(path)) + ".json"
	b, err := os.ReadFile(beside)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return r, nil
	case err != nil:
		return nil, &InputError{Kind: ErrIO, What: "the result's JSON cannot be read", File: beside, Err: err}
	}
	if err := json.Unmarshal(b, (*provenance)(r)); err != nil {
		return nil, &InputError{Kind: ErrBadRow, What: fmt.Sprintf("the result's JSON is none: %v", err), File: beside, Err: err, Do: "remove it, or run the sweep again"}
	}
	return r, nil
}

func readCSV(rd io.Reader, file string) (*Result, error) {
	c := csv.NewReader(rd)
	header, err := c.Read()
	if err != nil {
		return nil, &InputError{Kind: ErrBadRow, What: "the result has no header", File: file, Row: 1, Err: err, Do: "give the CSV that a sweep wrote"}
	}
	fields := fields
	if slices.Contains(header, filterField.name) {
		fields = append(slices.Clone(fields), filterField)
	}
	at := make([]int, len(fields))
	for i, f := range fields {
		if at[i] = slices.Index(header, f.name); at[i] < 0 {
			return nil, &InputError{Kind: ErrUnknownColumn, What: fmt.Sprintf("no column %q among %s", f.name, strings.Join(header, ", ")), File: file, Row: 1, Do: "give the CSV that a sweep wrote"}
		}
	}
	res := &Result{Threshold: defaultThreshold, NoiseFloor: math.NaN(), ColdShare: math.NaN()}
	for {
		record, err := c.Read()
		if err == io.EOF {
			return res, nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, &InputError{Kind: ErrBadRow, What: bad.Err.Error(), File: file, Row: bad.Line, Err: err}
		}
		if err != nil {
			return nil, &InputError{Kind: ErrIO, What: "the result cannot be read", File: file, Err: err}
		}
		var row Row
		for i, f := range fields {
			if err := f.set(&row, record[at[i]]); err != nil {
				line, _ := c.FieldPos(at[i])
				return nil, &InputError{Kind: ErrBadRow, What: fmt.Sprintf("%q cannot be read", record[at[i]]), File: file, Row: line, Column: f.name, Err: err}
			}
		}
		res.Rows = append(res.Rows, row)
	}
}
