package sqltext

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParameters(t *testing.T) {
	for _, c := range []struct {
		sql  string
		want []Parameter
	}{
		{"SELECT 1", nil},
		{"SELECT $a, $b_2, $a", []Parameter{{"a", 7}, {"b_2", 11}}},
		{"$größe", []Parameter{{"größe", 0}}},
		{"SELECT '$a', \"$b\", 'it''s $c' -- $d\n, /* $e /* $f */ $g */ $h", []Parameter{{"h", 59}}},
		{"SELECT $$ $a $$, $t$ $b $$ $c $t$, $d", []Parameter{{"d", 35}}},
		{`SELECT E'\'$a', $b, name'$c'`, []Parameter{{"b", 16}}},
		{"SELECT a$b, $1, $ c, 'open $d", nil},
		{"/* open $a", nil},
		{"x = $a::INT AND y IN ($b)", []Parameter{{"a", 4}, {"b", 22}}},
	} {
		if d := cmp.Diff(c.want, Parameters(c.sql)); d != "" {
			t.Errorf("%s: %s", c.sql, d)
		}
	}
}

func TestStatements(t *testing.T) {
	for sql, want := range map[string][]int{
		"":                              {0},
		"SELECT ';', $$;$$ /*;*/ --;\n": {0},
		"a; b;":                         {0, 2, 5},
	} {
		if d := cmp.Diff(want, Statements(sql)); d != "" {
			t.Errorf("%s: %s", sql, d)
		}
	}
}
