// Package sqldb asks files and tables questions in SQL, by a DuckDB inside the
// process: Parquet, CSV and JSON on disk, larger than memory, come back as a
// frame or as a log. It links DuckDB (cgo, 60 MB), so nothing imports it but
// who uses it.
package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/go-gota/gota/dataframe"

	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/internal/sqltext"
	"github.com/lislab/lislab/lis"
)

// Open opens the database in a file, or one in memory where path is "". It is
// to be closed. What does not fit in memory goes to a folder of this process
// under the system's folder for temporary files; where Go has a memory limit
// (GOMEMLIMIT, or a notebook's), the database keeps to half of it. Extensions are never fetched
// from the network unless a query says INSTALL.
func Open(path string) (*sql.DB, error) {
	temp := filepath.Join(os.TempDir(), fmt.Sprintf("lislab-duckdb-%d", os.Getpid()))
	settings := []string{
		"SET autoinstall_known_extensions = false",
		"SET temp_directory = '" + strings.ReplaceAll(temp, "'", "''") + "'",
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		settings = append(settings, fmt.Sprintf("SET memory_limit = '%dMB'", limit/2>>20))
	}
	if strings.Contains(path, "?") {
		return nil, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("the database %q has a question mark in its name", path), Do: "name it otherwise"}
	}
	c, err := duckdb.NewConnector(path, func(e driver.ExecerContext) error {
		for _, s := range settings {
			if _, err := e.ExecContext(context.Background(), s, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, &lis.InputError{Kind: lis.ErrIO, What: "the database cannot be opened: " + err.Error(), File: path, Err: err}
	}
	return sql.OpenDB(c), nil
}

// shared is the database that every Query of the process asks, so that what
// one cell creates the next one finds.
var shared = sync.OnceValues(func() (*sql.DB, error) { return Open("") })

// DB is the database in memory that Query asks. It lives as long as the process.
func DB() (*sql.DB, error) { return shared() }

// Query asks the process's database and gives the answer as a gota dataframe:
//
//	df, err := sqldb.Query(ctx, "SELECT * FROM 'logs/*.parquet' WHERE country = ?", "DE")
//
// args are bound to the query's ? or $1, $2, …, or by name where they are Args.
// Of several statements the last one takes them and gives the answer. Columns come as table.Frame
// makes them: times and dates are text in RFC 3339, lists joined by "|" under
// NAME[], decimals floats, NULL gota's NaN. A statement without an answer
// (CREATE TABLE …) gives a frame of its count of rows.
func Query(ctx context.Context, query string, args ...any) (dataframe.DataFrame, error) {
	t, err := Table(ctx, query, args...)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	return t.Frame(), nil
}

// Must is the answer of a Query, and panics where there is none but an error:
// for a line that has no place for one, as in a notebook,
//
//	df := sqldb.Must(sqldb.Query(ctx, "SELECT * FROM 'logs/*.parquet'"))
func Must(df dataframe.DataFrame, err error) dataframe.DataFrame {
	if err != nil {
		panic(err)
	}
	return df
}

// Args are values by name, bound where a query says $name:
//
//	df, err := sqldb.Query(ctx, "SELECT * FROM 'logs/*.parquet' WHERE country = $country", sqldb.Args{"country": "DE"})
type Args map[string]any

// bound spells Args as package sql does. The driver takes a parameter whose name
// it is not given for the one at the same place, so names are compared here.
func bound(query string, args []any) ([]any, error) {
	var all []any
	given := map[string]bool{}
	for _, a := range args {
		named, ok := a.(Args)
		if !ok {
			all = append(all, a)
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(named)) {
			given[name] = true
			all = append(all, sql.Named(name, named[name]))
		}
	}
	if len(given) == 0 {
		return all, nil
	}
	folded := map[string]string{}
	for _, p := range sqltext.Parameters(query) {
		if !given[p.Name] {
			return nil, &lis.InputError{Kind: lis.ErrUsage, What: "the query asks for $" + p.Name + ", which Args does not have", Do: "it has " + strings.Join(slices.Sorted(maps.Keys(given)), ", ")}
		}
		lower := strings.ToLower(p.Name)
		if other, ok := folded[lower]; ok {
			return nil, &lis.InputError{Kind: lis.ErrUsage, What: "$" + other + " and $" + p.Name + " are one parameter to SQL, which does not tell capitals apart", Do: "rename one"}
		}
		folded[lower] = p.Name
	}
	return all, nil
}

// Table is Query's answer as typed columns. Errors: lis.ErrUsage for what the
// database refuses, with its own words, and lis.ErrBadRow for an integer
// beyond 64 bits.
func Table(ctx context.Context, query string, args ...any) (*table.Table, error) {
	db, err := shared()
	if err != nil {
		return nil, err
	}
	return TableOf(ctx, db, query, args...)
}

// TableOf is Table on a database of one's own.
func TableOf(ctx context.Context, db *sql.DB, query string, args ...any) (*table.Table, error) {
	var all *table.Table
	for t, err := range tables(ctx, db, math.MaxInt, query, args) {
		if err != nil {
			return nil, err
		}
		all = t
	}
	return all, nil
}

// tables is an answer in pieces of so many rows, one at least.
func tables(ctx context.Context, db *sql.DB, size int, query string, args []any) iter.Seq2[*table.Table, error] {
	return func(yield func(*table.Table, error) bool) {
		args, err := bound(query, args)
		if err != nil {
			yield(nil, err)
			return
		}
		rows, err := db.QueryContext(ctx, query, args...)
		if err != nil {
			yield(nil, refused(ctx, err))
			return
		}
		defer rows.Close()
		types, err := rows.ColumnTypes()
		if err != nil {
			yield(nil, refused(ctx, err))
			return
		}
		for from := 0; ; from += size {
			t, err := nextTable(ctx, rows, types, from, size)
			if err != nil {
				yield(nil, err)
				return
			}
			if (t.Rows > 0 || from == 0) && !yield(t, nil) || t.Rows < size {
				return
			}
		}
	}
}

// nextTable is the next rows of an answer, size at most, of which the first is
// row number from.
func nextTable(ctx context.Context, rows *sql.Rows, types []*sql.ColumnType, from, size int) (*table.Table, error) {
	columns := make([]column, len(types))
	cells, places := make([]any, len(types)), make([]any, len(types))
	for i, t := range types {
		columns[i] = newColumn(t.Name(), t.DatabaseTypeName())
		places[i] = &cells[i]
	}
	n := 0
	for ; n < size && rows.Next(); n++ {
		if err := rows.Scan(places...); err != nil {
			return nil, refused(ctx, err)
		}
		for i := range columns {
			if err := columns[i].add(cells[i]); err != nil {
				return nil, &lis.InputError{Kind: lis.ErrBadRow, What: err.Error(), Row: from + n + 1, Column: types[i].Name(), Do: "cast it in the query, to DOUBLE or VARCHAR"}
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, refused(ctx, err)
	}
	t := &table.Table{Rows: n}
	for i := range columns {
		t.Columns = append(t.Columns, columns[i].done())
	}
	return t, nil
}

// refused is a database's error, or the context's where that ended it.
func refused(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &lis.InputError{Kind: lis.ErrUsage, What: strings.TrimSpace(err.Error()), Err: err}
}

// A column collects the cells of one column of an answer.
type column struct {
	table.Column
	number map[string]uint32 // of IDs
	nulls  bool
	uuid   bool
}

func newColumn(name, databaseType string) column {
	c := column{Column: table.Column{Name: name, Kind: table.String}}
	base, _, _ := strings.Cut(databaseType, "(")
	c.uuid = base == "UUID"
	switch {
	case strings.HasSuffix(databaseType, "[]"):
		c.Kind, c.Offsets, c.number = table.IDs, []int{0}, map[string]uint32{}
	case base == "BOOLEAN":
		c.Kind = table.Bool
	case strings.HasSuffix(base, "INT"), base == "INTEGER", base == "UINTEGER":
		c.Kind = table.Int
	case base == "FLOAT", base == "DOUBLE", base == "DECIMAL":
		c.Kind = table.Float
	case base == "DATE", strings.HasPrefix(base, "TIMESTAMP"):
		c.Kind = table.Time
	}
	return c
}

// add appends a cell.
func (c *column) add(v any) error {
	c.Null = append(c.Null, v == nil)
	c.nulls = c.nulls || v == nil
	switch c.Kind {
	case table.Bool:
		b, _ := v.(bool)
		c.Bools = append(c.Bools, b)
	case table.Int:
		i, err := integer(v)
		c.Ints = append(c.Ints, i)
		return err
	case table.Float:
		c.Floats = append(c.Floats, float(v))
	case table.Time:
		t, _ := v.(time.Time)
		if v == nil {
			t = time.Unix(0, 0)
		}
		if y := t.Year(); y < 1678 || y > 2261 {
			return fmt.Errorf("the time %v is not between the years 1678 and 2261", t)
		}
		c.Ints = append(c.Ints, t.UnixNano())
	case table.IDs:
		list, _ := v.([]any)
		for _, x := range list {
			s := text(x)
			k, ok := c.number[s]
			if !ok {
				k = uint32(len(c.IDs))
				c.IDs = append(c.IDs, s)
				c.number[s] = k
			}
			c.Index = append(c.Index, k)
		}
		c.Offsets = append(c.Offsets, len(c.Index))
	default:
		if b, ok := v.([]byte); ok && c.uuid {
			id := duckdb.UUID(b)
			v = id.String()
		}
		c.Strings = append(c.Strings, text(v))
	}
	return nil
}

func (c *column) done() table.Column {
	if !c.nulls {
		c.Null = nil
	}
	return c.Column
}

func integer(v any) (int64, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case *big.Int:
		if !v.IsInt64() {
			return 0, fmt.Errorf("the integer %v has more than 64 bits", v)
		}
		return v.Int64(), nil
	case uint64:
		if v > 1<<63-1 {
			return 0, fmt.Errorf("the integer %v has more than 64 bits", v)
		}
		return int64(v), nil
	}
	if r := reflect.ValueOf(v); r.CanInt() {
		return r.Int(), nil
	} else if r.CanUint() {
		return int64(r.Uint()), nil
	}
	return 0, fmt.Errorf("%v (%T) is no integer", v, v)
}

func float(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case float32:
		return float64(v)
	case duckdb.Decimal:
		return v.Float64()
	case string: // a decimal of Spark
		if x, err := strconv.ParseFloat(v, 64); err == nil {
			return x
		}
	}
	return nan
}

// text is a value as text; structures and maps are written in Go's way.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}
