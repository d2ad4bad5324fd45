package session

import (
	"strings"
	"testing"
)

// TestCompiledSQL imports a package with a C++ library, which goes into a plugin
// of its own at its first use.
func TestCompiledSQL(t *testing.T) {
	n := openCompiled(t)
	n.ok("import \"github.com/lislab/lislab/datasets/sqldb\"")
	n.ok("_, err := sqldb.Query(ctx, \"COPY (SELECT i AS item, i % 2 AS label FROM range(1000) r(i)) TO 'a.parquet'\")")
	n.ok("df, err := sqldb.Query(ctx, \"SELECT label, count(*) AS n FROM '*.parquet' WHERE item >= ? GROUP BY label ORDER BY label\", 500)")
	n.shows("df.Nrow()", "result: 2")
	if out := n.ok("df"); !strings.Contains(out, "250") {
		t.Errorf("the frame shows as %q", out)
	}
	e := n.fails("sqldb.Query(ctx, \"SELECT nosuch FROM 'a.parquet'\")", "*lis.InputError")
	if !strings.Contains(e.Value, "nosuch") {
		t.Errorf("evalue %q", e.Value)
	}
}
