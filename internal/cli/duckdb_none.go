//go:build noduckdb

package cli

import (
	"database/sql"

	"github.com/lislab/lislab/lis"
)

// openDuckDB refuses: DuckDB is C++, and where its library is missing make
// builds everything else.
func openDuckDB(string) (*sql.DB, error) {
	return nil, &lis.InputError{Kind: lis.ErrUsage, What: "this lislab was built without DuckDB, for lack of a C++ library", Do: "install one (Debian: apt-get install g++) and run make build, or score on Spark"}
}
