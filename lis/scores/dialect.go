package scores

import (
	"fmt"
	"strings"

	"github.com/lislab/lislab/lis"
)

// A Dialect is what SQL engines disagree on, as far as score tables need it.
// Everything else that this package writes both engines read alike: sums are
// cast to BIGINT, since DuckDB's are wider; fractions are written as 1.0E0, for
// Spark takes 1.0 as a decimal; doubles are floored before they are cast, which
// one engine rounds and the other cuts; scores of label 0 and 1 are never in a
// NULL order.
type Dialect struct {
	Name string
	// files is the table of files of one format, "parquet" or "csv".
	files func(format string, paths []string) (string, error)
	// quote an identifier, and write text as a literal.
	quote, literal func(string) string
	// keep stores a query's answer under a name for the session; drop forgets it.
	keep func(name, query string) string
	drop func(name string) string
}

// DuckDB is the dialect of DuckDB 1.x.
var DuckDB = Dialect{
	Name: "duckdb",
	files: func(format string, paths []string) (string, error) {
		list := make([]string, len(paths))
		for i, p := range paths {
			list[i] = literalSQL(p)
		}
		switch format {
		case "parquet":
			return "read_parquet([" + strings.Join(list, ", ") + "])", nil
		case "csv": // as text: "007" is an id and no number
			return "read_csv([" + strings.Join(list, ", ") + "], header = true, all_varchar = true)", nil
		}
		return "", &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("no score tables in files of format %q", format), Do: "give Parquet or CSV"}
	},
	quote:   func(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` },
	literal: literalSQL,
	keep:    func(name, query string) string { return "CREATE TEMP TABLE " + name + " AS " + query },
	drop:    func(name string) string { return "DROP TABLE IF EXISTS " + name },
}

// Spark is the dialect of Spark SQL 3.5 and later, in ANSI mode and with
// backslashes escaping in literals, which is the default and what the driver in
// datasets/hs2 asks for.
var Spark = Dialect{
	Name: "spark",
	files: func(format string, paths []string) (string, error) {
		if format != "parquet" || len(paths) != 1 {
			return "", &lis.InputError{Kind: lis.ErrUsage, What: "Spark reads one Parquet file, folder or glob by its path", Do: "give a query instead"}
		}
		return "parquet." + quoteSpark(paths[0]), nil
	},
	quote:   quoteSpark,
	literal: literalSpark,
	keep:    func(name, query string) string { return "CACHE TABLE " + name + " AS " + query },
	drop:    func(name string) string { return "DROP VIEW IF EXISTS " + name },
}

// literalSQL writes text as SQL has it: marks doubled, nothing else special.
func literalSQL(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func quoteSpark(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// literalSpark escapes by backslash: Spark reads 'It”s' as two literals and
// joins them to Its.
func literalSpark(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// Quote writes an identifier.
func (d Dialect) Quote(name string) string { return d.quote(name) }

// Literal writes text as a literal.
func (d Dialect) Literal(text string) string { return d.literal(text) }

// Files is the SQL of files as a table. format is "parquet" or "csv". DuckDB
// takes any number of paths or globs, Spark one of Parquet.
func (d Dialect) Files(format string, paths ...string) (string, error) {
	for _, p := range paths {
		if err := printable("path", p); err != nil {
			return "", err
		}
	}
	return d.files(format, paths)
}

// Table is the SQL of a table by its name; dots part catalog, schema and table.
func (d Dialect) Table(name string) string {
	parts := strings.Split(name, ".")
	for i := range parts {
		parts[i] = d.quote(parts[i])
	}
	return strings.Join(parts, ".")
}

// Query is the SQL of a query as a table.
func (d Dialect) Query(query string) string {
	return "(" + strings.TrimRight(strings.TrimSpace(query), ";") + "\n)"
}

// printable refuses names that no engine quotes alike.
func printable(what, s string) error {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
		return &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("%s %q is empty or has control characters", what, s), Do: "rename it in a query"}
	}
	return nil
}
