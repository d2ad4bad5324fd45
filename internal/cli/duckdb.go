//go:build !noduckdb

package cli

import (
	"database/sql"

	"github.com/lislab/lislab/datasets/sqldb"
)

// openDuckDB opens a database in process; "" is one in memory.
func openDuckDB(path string) (*sql.DB, error) { return sqldb.Open(path) }
