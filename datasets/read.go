package datasets

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/lis"
)

// An Option changes how a log or a table is read.
type Option func(*readOptions)

type readOptions struct {
	table        table.Options
	labelAtLeast *float64
	label        string
	timezone     string
	// allowDuplicates accepts what lis.Data.AllowDuplicates does.
	allowDuplicates bool
}

// WithProgress has report told the bytes read of those there are.
func WithProgress(report lis.Progress) Option {
	return func(o *readOptions) { o.table.Progress = report }
}

// WithMaxBad leaves out malformed rows (a wrong number of fields, broken
// quoting), with a note, up to this share of the rows; above, the first is an
// error. Without it the share is table.DefaultMaxBad; 0 refuses every one.
func WithMaxBad(share float64) Option {
	return func(o *readOptions) {
		if share == 0 {
			share = -1
		}
		o.table.MaxBad = share
	}
}

// WithLabelAtLeast makes the label of a log that Open reads 1 where its rating
// is at least x.
//
// This and the options below are for Open; Read and OpenStream take them where
// Columns leaves the same open.
func WithLabelAtLeast(x float64) Option {
	return func(o *readOptions) { o.labelAtLeast = &x }
}

// WithLabel names the column that is the label of a log that Open reads and that
// has several, as KuaiRand has is_click, long_view, is_like and more.
func WithLabel(column string) Option {
	return func(o *readOptions) { o.label = column }
}

// WithTimezone has the periods of a log that Open reads begin at 00:00 of this
// IANA zone, and its times that name no zone be of it; without it that is UTC.
func WithTimezone(name string) Option {
	return func(o *readOptions) { o.timezone = name }
}

// WithAllowDuplicates has Open accept a log of which more than 1 % of the rows
// are equal in every column.
func WithAllowDuplicates() Option {
	return func(o *readOptions) { o.allowDuplicates = true }
}

// location is the zone of WithTimezone.
func (o *readOptions) location() (*time.Location, error) {
	zone, err := time.LoadLocation(o.timezone)
	if err != nil {
		return nil, noTimezone(o.timezone, err)
	}
	return zone, nil
}

// refuse says that a log has no such choice. label and threshold are whether
// WithLabel and WithLabelAtLeast may be given.
func (o *readOptions) refuse(log string, label, threshold bool) error {
	e := &lis.InputError{Kind: lis.ErrUsage, Do: "leave it out"}
	switch {
	case o.label != "" && !label:
		e.What = fmt.Sprintf("%s has one label only, %q cannot be chosen", log, o.label)
	case o.labelAtLeast != nil && !threshold:
		e.What = fmt.Sprintf("the labels of %s are 0 or 1, a threshold of %g cannot be set", log, *o.labelAtLeast)
	default:
		return nil
	}
	return e
}

func options(opts []Option) readOptions {
	var o readOptions
	for _, f := range opts {
		f(&o)
	}
	return o
}

// Read reads a log from a table by the names of its columns. path is a file, a
// directory of files, or a glob; .csv, .tsv, .jsonl, .parquet, .arrow and .npy
// are told by the name, .gz and .zst unpacked; several files make one log, each
// with a header of its own. Only the columns named are read.
//
// Errors name file, row and column: lis.ErrNoSuchLog, lis.ErrUnknownColumn,
// lis.ErrBadTime, lis.ErrBadLabel, lis.ErrMissingValue, lis.ErrBadRow, lis.ErrIO,
// and what lis.NewLog refuses.
func Read(ctx context.Context, path string, c lis.Columns, opts ...Option) (*lis.Log, error) {
	files, err := table.Files(path)
	if err != nil {
		return nil, err
	}
	if c.Name == "" {
		c.Name = logName(path)
	}
	o := options(opts)
	return readFiles(ctx, files, o.of(c), o.table)
}

// of takes into the columns of a table what the options say of it.
func (o *readOptions) of(c lis.Columns) lis.Columns {
	if c.LabelAtLeast == nil {
		c.LabelAtLeast = o.labelAtLeast
	}
	if c.Label == "" {
		c.Label = o.label
	}
	if c.Timezone == "" {
		c.Timezone = o.timezone
	}
	c.AllowDuplicates = c.AllowDuplicates || o.allowDuplicates
	return c
}

// logName is a file's name without its endings; of a glob the folder's.
func logName(path string) string {
	base := filepath.Base(filepath.Clean(path))
	if strings.ContainsAny(base, "*?[") {
		if dir := filepath.Dir(path); dir != "." && !strings.ContainsAny(dir, "*?[") {
			return filepath.Base(dir)
		}
		return base
	}
	base = table.Plain(base)
	if table.FormatOf(base) != table.Unknown {
		base = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return base
}

func readFiles(ctx context.Context, files []string, c lis.Columns, o table.Options) (*lis.Log, error) {
	c = withDefaults(c)
	o.Want = wants(c)
	t, err := table.Read(ctx, files, o)
	if err != nil {
		return nil, err
	}
	return makeLog(t, c)
}

// withDefaults fills in the names of columns that are left empty.
func withDefaults(c lis.Columns) lis.Columns {
	for _, f := range []struct {
		field *string
		name  string
	}{{&c.Time, "time"}, {&c.User, "user"}, {&c.Item, "item"}, {&c.Label, "label"}} {
		if *f.field == "" {
			*f.field = f.name
		}
	}
	return c
}

func noTimezone(name string, err error) error {
	return &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("no time zone %q", name), Do: "use an IANA name such as Europe/Berlin", Err: err}
}

// wants are the columns of a log in the order that makeLog takes them: time,
// user, item, label, slots, features, weight.
func wants(c lis.Columns) []table.Want {
	label := table.Want{Column: c.Label, Kind: table.Bool, Required: true, Bad: lis.ErrBadLabel, Do: "labels are 0 or 1; make them of a number with LabelAtLeast (--label-at-least)"}
	if c.LabelAtLeast != nil {
		label.Kind, label.Do = table.Float, "expected a number to compare with the label's threshold"
	}
	w := []table.Want{
		{Column: c.Time, Kind: table.Time, Required: true, Bad: lis.ErrBadTime, TimeFormat: c.TimeFormat, Timezone: c.Timezone},
		{Column: c.User, Kind: table.IDs, Required: true},
		{Column: c.Item, Kind: table.IDs, Required: true},
		label,
	}
	for _, slot := range sorted(c.Slots) {
		column := c.Slots[slot]
		w = append(w, table.Want{Column: column, Kind: table.IDs, List: strings.HasSuffix(column, "[]"), Required: true})
	}
	for _, name := range sorted(c.Numeric) {
		w = append(w, table.Want{Column: c.Numeric[name], Kind: table.Float, Required: true})
	}
	if c.Weight != "" {
		w = append(w, table.Want{Column: c.Weight, Kind: table.Float, Required: true})
	}
	return w
}

func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// makeLog makes a log of the columns of wants.
func makeLog(t *table.Table, c lis.Columns) (*lis.Log, error) {
	d, err := makeData(t, c)
	if err != nil {
		return nil, err
	}
	return finish(d, t, c)
}

// makeData takes the columns of wants apart.
func makeData(t *table.Table, c lis.Columns) (lis.Data, error) {
	location, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return lis.Data{}, noTimezone(c.Timezone, err)
	}
	cols := t.Columns
	d := lis.Data{
		Name: c.Name, Location: location, AllowDuplicates: c.AllowDuplicates,
		Time: cols[0].Ints,
		User: ids("user", &cols[1]), Item: ids("item", &cols[2]),
		Label: cols[3].Bools,
	}
	if c.LabelAtLeast != nil {
		d.Label = make([]bool, t.Rows)
		for r, v := range cols[3].Floats {
			d.Label[r] = v >= *c.LabelAtLeast
		}
	}
	cols = cols[4:]
	for _, slot := range sorted(c.Slots) {
		d.Slots = append(d.Slots, ids(slot, &cols[0]))
		cols = cols[1:]
	}
	for _, name := range sorted(c.Numeric) {
		d.Numeric = append(d.Numeric, lis.NumericColumn{Name: name, Values: cols[0].Floats})
		cols = cols[1:]
	}
	if c.Weight != "" {
		d.Weight = make([]float32, t.Rows)
		for r, v := range cols[0].Floats {
			d.Weight[r] = float32(v)
		}
	}
	return d, nil
}

// finish makes the log and says in its errors and notes where rows came from.
func finish(d lis.Data, t *table.Table, c lis.Columns) (*lis.Log, error) {
	log, err := lis.NewLog(d)
	if err != nil {
		return nil, placed(err, t, c)
	}
	log.Notes = append(log.Notes, t.Notes()...)
	return log, nil
}

func ids(name string, c *table.Column) lis.Column {
	return lis.Column{Name: name, IDs: c.IDs, Index: c.Index, Offsets: c.Offsets}
}

// placed turns the data row and the slot that NewLog names into the file, line
// and column that they came from.
func placed(err error, t *table.Table, c lis.Columns) error {
	var e *lis.InputError
	if !errors.As(err, &e) {
		return err
	}
	at := *e
	if e.Row > 0 {
		at.File, at.Row = t.Where(e.Row - 1)
	} else if file, _ := t.Where(0); at.File == "" {
		at.File = file
	}
	at.Column = columnOf(c, e.Column)
	return &at
}

// columnOf is what a file calls a column of a log.
func columnOf(c lis.Columns, name string) string {
	switch name {
	case "time":
		return c.Time
	case "user":
		return c.User
	case "item":
		return c.Item
	case "label":
		return c.Label
	case "weight":
		return c.Weight
	}
	if column, ok := c.Slots[name]; ok {
		return column
	}
	if column, ok := c.Numeric[name]; ok {
		return column
	}
	return name
}

// ReadFrame reads any table that Read can into a gota dataframe, without gota's
// own reading: columns as table.Table.Frame makes them, kinds found out from all
// rows. Where columns are named only those are read.
func ReadFrame(ctx context.Context, path string, columns []string, opts ...Option) (dataframe.DataFrame, error) {
	files, err := table.Files(path)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	o := options(opts).table
	for _, name := range columns {
		o.Want = append(o.Want, table.Want{Column: name})
	}
	t, err := table.Read(ctx, files, o)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	return t.Frame(), nil
}
