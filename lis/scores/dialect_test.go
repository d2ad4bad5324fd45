package scores_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/scores"
)

var awkward = []string{`plain`, `it's`, `''`, `a"b`, "back`tick", `\`, `\'`, `'\`, `\\''`, `x'; DROP TABLE t; --`, `日本語`, `*/`, `$1`, `?`, `%`, "\u2028"}

// FuzzQuoteDuckDB asks DuckDB itself what it reads.
func FuzzQuoteDuckDB(f *testing.F) {
	for _, s := range awkward {
		f.Add(s)
	}
	db, err := openOnce()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s == "" || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Skip() // no engine takes these; Files refuses control characters
		}
		rows, err := db.Query("SELECT " + scores.DuckDB.Literal(s) + " AS " + scores.DuckDB.Quote(s))
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil || names[0] != s {
			t.Errorf("identifier %q came back as %q, %v", s, names, err)
		}
		var got string
		if !rows.Next() {
			t.Fatal("no row")
		}
		if err := rows.Scan(&got); err != nil || got != s {
			t.Errorf("literal %q came back as %q, %v", s, got, err)
		}
	})
}

// sparkLiteral reads a literal as Spark's parser does by default: a backslash
// escapes the next character.
func sparkLiteral(t *testing.T, s string) string {
	t.Helper()
	if len(s) < 2 || s[0] != '\'' || s[len(s)-1] != '\'' {
		t.Fatalf("%q is no literal", s)
	}
	var b strings.Builder
	for in := s[1 : len(s)-1]; in != ""; in = in[1:] {
		switch in[0] {
		case '\'':
			t.Fatalf("%q ends before its end", s)
		case '\\':
			if in = in[1:]; in == "" {
				t.Fatalf("%q does not end", s)
			}
			if in[0] != '\\' && in[0] != '\'' {
				t.Fatalf("%q has an escape that is none", s)
			}
		}
		b.WriteByte(in[0])
	}
	return b.String()
}

func FuzzQuoteSpark(f *testing.F) {
	for _, s := range awkward {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := sparkLiteral(t, scores.Spark.Literal(s)); got != s {
			t.Errorf("literal %q reads as %q", s, got)
		}
		q := scores.Spark.Quote(s)
		if in := q[1 : len(q)-1]; q[0] != '`' || q[len(q)-1] != '`' || strings.Contains(strings.ReplaceAll(in, "``", ""), "`") || strings.ReplaceAll(in, "``", "`") != s {
			t.Errorf("identifier %q is quoted as %q", s, q)
		}
	})
}

func TestSources(t *testing.T) {
	for want, got := range map[string]func() (string, error){
		`read_parquet(['a''b/*.parquet', 'c'])`:                     func() (string, error) { return scores.DuckDB.Files("parquet", "a'b/*.parquet", "c") },
		`read_csv(['x.csv.gz'], header = true, all_varchar = true)`: func() (string, error) { return scores.DuckDB.Files("csv", "x.csv.gz") },
		"parquet.`s3a://b/x``y/*`":                                  func() (string, error) { return scores.Spark.Files("parquet", "s3a://b/x`y/*") },
		"`lake`.`scores`":                                           func() (string, error) { return scores.Spark.Table("lake.scores"), nil },
		`"main"."a""b"`:                                             func() (string, error) { return scores.DuckDB.Table(`main.a"b`), nil },
		"(SELECT 1 -- all\n)":                                       func() (string, error) { return scores.DuckDB.Query("SELECT 1 -- all;"), nil },
	} {
		if s, err := got(); err != nil || s != want {
			t.Errorf("%s, %v, want %s", s, err, want)
		}
	}
	for _, refused := range []func() (string, error){
		func() (string, error) { return scores.DuckDB.Files("xlsx", "a") },
		func() (string, error) { return scores.DuckDB.Files("parquet", "a\nb") },
		func() (string, error) { return scores.Spark.Files("csv", "a") },
		func() (string, error) { return scores.Spark.Files("parquet", "a", "b") },
	} {
		if s, err := refused(); !errors.Is(err, lis.ErrUsage) {
			t.Errorf("%s, %v", s, err)
		}
	}
}
