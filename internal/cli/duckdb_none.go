//go:build noduckdb

package cli

import (
	"context"
	"database/sql"

	"github.com/lislab/lislab/lis"
)

// openDuckDB refuses: DuckDB is C++, and where its library is missing make
// builds everything else.
func openDuckDB(string) (*sql.DB, error) { return nil, noDuckDB("score on Spark") }

// logOfSQL refuses, for the same reason.
func logOfSQL(context.Context, *sql.DB, lis.Columns, string, bool) (*lis.Log, error) {
	return nil, noDuckDB("write the query's answer to a Parquet file")
}

func noDuckDB(instead string) error {
	return &lis.InputError{Kind: lis.ErrUsage, What: "this lislab was built without DuckDB, for lack of a C++ library", Do: "install one (Debian: apt-get install g++) and run make build, or " + instead}
}
