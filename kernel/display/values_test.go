package display

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var regen = flag.Bool("regen", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *regen {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

type study struct {
	Slots    []string
	Horizons []int
	Note     string
	inner    int
}

func TestValueTables(t *testing.T) {
	many := make([]point, 100)
	for i := range many {
		many[i] = point{i, fmt.Sprint("p", i)}
	}
	for name, v := range map[string]any{
		"struct.html":  &study{[]string{"item", "user"}, []int{0, 7}, `<script>alert("x")</script>`, 1},
		"map.html":     map[string]float64{"b&": 2.5, "a": 1},
		"structs.html": []*point{{1, "a"}, nil, {2, "<b>"}},
		"many.html":    many,
		"records.html": []map[string]any{{"x": 1, "y": "a"}, {"x": 2, "z": errors.New("e")}},
	} {
		html, ok := Of(v).Data[MIMEHTML].(string)
		if !ok {
			t.Errorf("%s: no table", name)
			continue
		}
		golden(t, name, html)
		if strings.Contains(html, "<script") {
			t.Errorf("%s: a value's text came through as markup", name)
		}
	}
}

func TestNoTable(t *testing.T) {
	for name, v := range map[string]any{
		"numbers":        []int{1, 2},
		"an empty map":   map[string]int{},
		"no fields":      struct{}{},
		"hidden fields":  struct{ a int }{1},
		"days":           map[string]day{}, // empty too
		"a Stringer":     day(1),
		"an error":       errors.New("x"),
		"Stringers":      []titled{{"a"}},
		"nil":            nil,
		"words":          "text",
		"pointer to one": new(int),
	} {
		if html, ok := Of(v).Data[MIMEHTML]; ok {
			t.Errorf("%s: became a table: %v", name, html)
		}
	}
}

type titled struct{ S string }

func (n titled) String() string { return n.S }
