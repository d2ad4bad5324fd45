//go:build !noduckdb

package cli

import (
	"context"
	"database/sql"

	"github.com/lislab/lislab/datasets/sqldb"
	"github.com/lislab/lislab/lis"
)

// openDuckDB opens a database in process; "" is one in memory.
func openDuckDB(path string) (*sql.DB, error) { return sqldb.Open(path) }

// logOfSQL makes a log of a query's answer; stored tells that it is larger than
// memory and in time order.
func logOfSQL(ctx context.Context, db *sql.DB, c lis.Columns, query string, stored bool) (*lis.Log, error) {
	if stored {
		return sqldb.StoredLog(ctx, db, c, query)
	}
	return sqldb.LogOf(ctx, db, c, query)
}
