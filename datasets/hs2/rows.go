package hs2

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"strings"
	"time"

	hs "github.com/beltran/gohive/hiveserver"
)

// rows are a statement's answer, fetched in parts.
type rows struct {
	conn  *conn
	ctx   context.Context
	op    *hs.TOperationHandle
	names []string
	types []hs.TTypeId
	part  []func(row int) driver.Value // by column
	row   int
	n     int // rows in part
}

func (r *rows) Columns() []string { return r.names }

func (r *rows) Close() error {
	if !r.conn.bad.Load() {
		r.conn.closeOperation(r.op)
	}
	return nil
}

// ColumnTypeDatabaseTypeName is Spark's name of a column's type: BIGINT, STRING.
func (r *rows) ColumnTypeDatabaseTypeName(i int) string {
	return strings.TrimSuffix(r.types[i].String(), "_TYPE")
}

// Next gives integers as int64, FLOAT and DOUBLE as float64, DATE and TIMESTAMP
// as time.Time, BINARY as []byte; DECIMAL and everything compound as text.
func (r *rows) Next(to []driver.Value) error {
	if r.row == r.n {
		if err := r.fetch(); err != nil {
			return err
		}
	}
	for i, at := range r.part {
		to[i] = at(r.row)
	}
	r.row++
	return nil
}

func (r *rows) fetch() error {
	stop := r.conn.watch(r.ctx, r.op, true)
	f, err := r.conn.client.FetchResults(context.Background(), &hs.TFetchResultsReq{OperationHandle: r.op, MaxRows: r.conn.FetchRows})
	stop()
	if e := r.ctx.Err(); e != nil {
		r.conn.bad.Store(true) // its operation was closed behind its back
		return e
	}
	if err = r.conn.check(f, err); err != nil {
		return err
	}
	columns := f.GetResults().GetColumns()
	if len(columns) != len(r.names) {
		return fmt.Errorf("hs2: the server sent %d columns where it promised %d", len(columns), len(r.names))
	}
	r.row, r.n, r.part = 0, 0, r.part[:0]
	for i, c := range columns {
		at, n := reader(c, r.types[i])
		r.part, r.n = append(r.part, at), n
	}
	if r.n == 0 {
		return io.EOF
	}
	return nil
}

// layouts of what comes as text and is a time.
var layouts = map[hs.TTypeId]string{hs.TTypeId_DATE_TYPE: "2006-01-02", hs.TTypeId_TIMESTAMP_TYPE: "2006-01-02 15:04:05.999999999"}

// reader gives a column's values by row, and their number.
func reader(c *hs.TColumn, t hs.TTypeId) (func(int) driver.Value, int) {
	switch {
	case c.BoolVal != nil:
		return values(c.BoolVal.Values, c.BoolVal.Nulls, func(x bool) driver.Value { return x })
	case c.ByteVal != nil:
		return values(c.ByteVal.Values, c.ByteVal.Nulls, func(x int8) driver.Value { return int64(x) })
	case c.I16Val != nil:
		return values(c.I16Val.Values, c.I16Val.Nulls, func(x int16) driver.Value { return int64(x) })
	case c.I32Val != nil:
		return values(c.I32Val.Values, c.I32Val.Nulls, func(x int32) driver.Value { return int64(x) })
	case c.I64Val != nil:
		return values(c.I64Val.Values, c.I64Val.Nulls, func(x int64) driver.Value { return x })
	case c.DoubleVal != nil:
		return values(c.DoubleVal.Values, c.DoubleVal.Nulls, func(x float64) driver.Value { return x })
	case c.BinaryVal != nil:
		return values(c.BinaryVal.Values, c.BinaryVal.Nulls, func(x []byte) driver.Value { return x })
	case c.StringVal == nil:
		return nil, 0
	}
	layout := layouts[t]
	return values(c.StringVal.Values, c.StringVal.Nulls, func(x string) driver.Value {
		if layout != "" {
			if at, err := time.Parse(layout, x); err == nil {
				return at
			}
		}
		return x
	})
}

// values reads v, of which nulls marks the missing ones, a bit each.
func values[T any](v []T, nulls []byte, as func(T) driver.Value) (func(int) driver.Value, int) {
	return func(i int) driver.Value {
		if i>>3 < len(nulls) && nulls[i>>3]>>(i&7)&1 != 0 {
			return nil
		}
		return as(v[i])
	}, len(v)
}
