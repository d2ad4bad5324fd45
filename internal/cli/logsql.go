package cli

import (
	"context"
	"database/sql"
	"net/url"
	"strings"

	"github.com/lislab/lislab/datasets/hs2"
	"github.com/lislab/lislab/lis"
)

const duckDBScheme, sparkScheme = "duckdb:", "spark://"

// inDatabase tells whether the log is a query's answer.
func (o logOptions) inDatabase() bool {
	return strings.HasPrefix(o.Log, duckDBScheme) || strings.HasPrefix(o.Log, sparkScheme)
}

// checkSQL refuses a query without a database, and the reverse. A sweep writes
// down its command, which must not hold a password.
func (o logOptions) checkSQL() error {
	switch database := o.inDatabase(); {
	case database && o.SQL == "":
		return usagef("give --sql 'SELECT … FROM …', whose answer's columns --time, --user, --item and --label name", "a database without a query")
	case !database && o.SQL != "":
		return usagef("say --log duckdb: and name the files in the query, as in FROM 'logs/*.parquet'", "--sql is for a database, and the log is %s", o.Log)
	}
	if strings.HasPrefix(o.Log, sparkScheme) {
		if at, err := url.Parse(o.Log); err == nil && at.User != nil {
			if _, has := at.User.Password(); has {
				return usagef("name the variable that holds it: password_env=VARIABLE", "the address of --log holds a password, which would stand in what is written")
			}
		}
	}
	return nil
}

// openSQL reads the answer of a query, which must be in time order where it is
// larger than memory.
func (o logOptions) openSQL(ctx context.Context) (_ *lis.Log, err error) {
	var db *sql.DB
	if path, ok := strings.CutPrefix(o.Log, duckDBScheme); ok {
		db, err = openDuckDB(path)
	} else if db, err = hs2.Open(o.Log); err != nil {
		err = &lis.InputError{Kind: lis.ErrUsage, What: err.Error(), Err: err}
	}
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return logOfSQL(ctx, db, o.Columns, o.SQL, o.Stream == "on")
}
