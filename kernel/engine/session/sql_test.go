package session

import (
	"context"
	"strings"
	"testing"
)

// TestCompiledSQL asks DuckDB, which goes into a plugin of its own at the first
// use of its package: built once per version, some seconds of linking.
func TestCompiledSQL(t *testing.T) {
	n := openCompiled(t)
	n.ok("import \"github.com/lislab/lislab/datasets/sqldb\"")
	n.ok("_, err := sqldb.Query(ctx, \"COPY (SELECT i AS item, i % 2 AS label, 'it''s' AS what FROM range(1000) r(i)) TO 'a.parquet'\")")
	n.ok("least, some, text := 990, []int{991, 993, 998}, \"it's\"")
	if out := n.ok("%%sql df\nSELECT label, count(*) AS n -- of $nothing\nFROM '*.parquet'\nWHERE item >= $least AND item IN $some AND what = $text\nGROUP BY label ORDER BY label"); !strings.HasPrefix(out, "result: [2x2] DataFrame") {
		t.Errorf("a named SQL cell shows %q", out)
	}
	n.shows("df.Elem(1, 1)", "result: 2")
	if out := n.ok("%%sql\nCREATE TABLE t AS SELECT 7 AS x;\nSELECT x FROM t;"); !strings.HasPrefix(out, "result: [1x1] DataFrame") {
		t.Errorf("an SQL cell shows %q", out)
	}
	n.ok("import \"github.com/lislab/lislab/lis\"")
	n.ok("%%sql imps\nSELECT epoch_ms(1700000000000 + 3600000 * item) AS time, 'u' || item % 7 AS user, item % 10 AS item, label FROM 'a.parquet'")
	n.shows("log, err := lis.FromFrame(imps, lis.Columns{Time: \"time\", User: \"user\", Item: \"item\", Label: \"label\"})\nlog.Len()", "result: 1000")

	if out := n.ok("%who"); !strings.Contains(out, "df ") {
		t.Errorf("%%who lists %q", out)
	}
	c := n.s.Complete(context.Background(), "%%sql\nSELECT $le", 16)
	if len(c.Items) != 1 || c.Items[0].Text != "least" || c.Start != 14 {
		t.Errorf("completion of $le: %+v", c)
	}
}

func TestCompiledSQLErrors(t *testing.T) {
	n := openCompiled(t)
	for _, c := range []struct{ code, name, value, lines string }{
		{"%%sql\nSELECT 1,\n  nosuch FROM range(3)", "*lis.InputError", "cell[1]:3:3: Binder Error: Referenced column \"nosuch\"", "      nosuch FROM range(3)\n      ^"},
		{"\n%%sql df\nSELEKT 1", "*lis.InputError", "cell[2]:3:1: Parser Error: syntax error", "    SELEKT 1\n    ^"},
		{"%%sql\nSELECT 1;\nSELECT 'é',\n\tnosuch FROM range(3)", "*lis.InputError", "cell[3]:4:2: Binder Error", "    \tnosuch FROM range(3)\n    \t^"},
		{"%%sql df\nSELECT 1\nWHERE $wanted = 1", "CompileError", "cell[4]:3:7: undefined: wanted", "    WHERE $wanted = 1\n          ^\n$wanted in an SQL cell stands for"},
		{"%%sql\nSELECT * FROM 'nofile.parquet'", "*lis.InputError", "IO Error: No files found", ""},
		{"%%sql 1x\nSELECT 1", "UsageError", "takes the name of a variable", ""},
		{"%%sql x\n\n", "UsageError", "needs a query", ""},
	} {
		e := n.fails(c.code, c.name)
		if text := strings.Join(e.Traceback, "\n"); !strings.Contains(e.Value, c.value) || !strings.Contains(text, c.lines) {
			t.Errorf("%s\nevalue %q\n%s\nwant %q and\n%s", c.code, e.Value, text, c.value, c.lines)
		}
	}
	n.fails("df", "CompileError")
}
