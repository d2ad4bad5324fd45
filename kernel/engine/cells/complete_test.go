package cells

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/lislab/lislab/kernel/engine"
)

// given runs cells that must be right.
func given(t testing.TB, s *Session, codes ...string) {
	t.Helper()
	for i, code := range codes {
		c, err := s.Check(context.Background(), i+1, code)
		if err != nil {
			t.Fatalf("cell %d: %v", i+1, err)
		}
		s.Commit(c, nil)
	}
}

// notes is what the tests of completion and inspection find defined.
var notes = []string{
	"import (\"fmt\"; \"strings\"; \"net/http\"; \"gonum.org/v1/plot\"; \"github.com/go-gota/gota/dataframe\")",
	`// point is a place.
type point struct {
	x, y int // how far
	Name string
	inner
}
type inner struct { Deep string }
// dist is how far away p is.
func (p *point) dist() float64 { return 0 }
func (p point) Label() string { return p.Name }
// scale makes a point larger.
func scale(p point, by float64) point { return p }
type stack[T any] struct { items []T }
func (s *stack[T]) push(v T) { s.items = append(s.items, v) }
const limit = 10`,
	`pt := point{Name: "a"}
pts := []point{pt}
byName := map[string]*point{}
df := dataframe.DataFrame{}
p := plot.New()
héllo := 1`,
}

func TestComplete(t *testing.T) {
	s := notebook(t)
	given(t, s, notes...)
	for _, test := range []struct {
		code string // the cursor is at ‸
		want string // all of these are offered
		not  string
	}{
		{"fmt.Prin‸", "Print Printf Println", "Sprint Fprint"},
		{"fmt.Println(strings.ToU‸", "ToUpper ToUpperSpecial", ""},
		{"strconv.FormatI‸", "FormatInt", "FormatFloat"}, // not imported by any cell
		{"var s = template.HTMLEsc‸", "HTMLEscape HTMLEscaper", ""},
		{"fmt.‸", "Append Errorf Println State", "newPrinter"},
		{"pt.‸", "Label Name dist inner x y Deep", ""},
		{"pt.x‸", "x", "y"},
		{"(&pt).di‸", "dist", ""},
		{"pts[0].‸", "Label x", ""},
		{"byName[\"k\"].‸", "dist x", ""},
		{"scale(pt, 2).L‸", "Label", ""},
		{"x := pt.\nfmt.Println(1)", "", ""},
		{"x := pt.‸\nfmt.Println(1)", "Label x", ""},
		{"for i := range pts { pts[i].‸ }", "Label x", ""},
		{"if pt.‸", "Label x", ""},
		{"for _, q := range pts {\n\tq.‸", "Label x", ""},
		{"func f(q point) {\n\tlocal := q\n\tif true {\n\t\tlo‸\n\t}\n}", "local", ""},
		{"func (p *point) more() {\n\tp.‸\n}", "dist more x", ""},
		{"func (s *stack[T]) peek() T {\n\ts.it‸\n}", "items", ""},
		{"st := stack[int]{}\nst.‸", "items push", ""},
		{"point{‸", "x y Name inner", ""},
		{"point{x: 1, ‸}", "y Name inner", ""},
		{"q := &point{Na‸}", "Name", ""},
		{"var w http.ResponseW‸", "ResponseWriter", "Request"},
		{"pt.Label().‸", "", "Label"},
		{"p.Title.‸", "Padding Text TextStyle", ""},
		{"df.Gro‸", "GroupBy", ""},
		{"df.Select([]string{\"a\"}).Arr‸", "Arrange", ""},
		{"sca‸", "scale", ""},
		{"SCALE‸", "scale", ""},
		{"lim‸", "limit", ""},
		{"hé‸", "héllo", ""},
		{"fu‸", "func", ""},
		{"app‸", "append", ""},
		{"ct‸", "ctx", ""},
		{"ctx.‸", "Deadline Done Err Value", ""},
		{"// fmt.‸", "", "Println"},
		{"s := \"fmt.‸\"", "", "Println"},
		{"x := 1.‸", "", "Label"},
		{"import \"net/h‸", "net/http", "fmt"},
		{"import (\n\t\"fmt\"\n\t\"strc‸", "strconv", "fmt"},
		{"import \"bufio\"\nbufio.NewS‸", "NewScanner", ""},
		{"y := struct{ aa int; bb string }{}\ny.‸", "aa bb", ""},
		{"f := func(a point) { a.‸ }", "Label x", ""},
		{"switch v := any(pt).(type) {\ncase point:\n\tv.‸\n}", "Label x", ""},
		{"go func() {\n\tpt.‸\n}()", "Label x", ""},
		{"undefinedThing(pt.‸", "Label x", ""},
		{"}}} pt.‸", "Label x", ""},
		{"_ = pt.inner.‸", "Deep", ""},
		{"println(pts[0].Name, pt.‸)\nfunc broken( {", "Label x", ""},
	} {
		code := strings.Replace(test.code, "‸", "", 1)
		cursor := utf8.RuneCountInString(code)
		if i := strings.Index(test.code, "‸"); i >= 0 {
			cursor = utf8.RuneCountInString(test.code[:i])
		}
		got := s.Complete(context.Background(), code, cursor)
		var names []string
		for _, item := range got.Items {
			names = append(names, item.Text)
		}
		for _, want := range strings.Fields(test.want) {
			if !slices.Contains(names, want) {
				t.Errorf("%q: no %s in %v", test.code, want, clip(names))
			}
		}
		for _, not := range strings.Fields(test.not) {
			if slices.Contains(names, not) {
				t.Errorf("%q: %s in %v", test.code, not, clip(names))
			}
		}
		if got.End != cursor && strings.Contains(test.code, "‸") {
			t.Errorf("%q: the end is %d, want %d", test.code, got.End, cursor)
		}
	}
}

func clip(names []string) []string { return names[:min(len(names), 20)] }

func TestCompletionItems(t *testing.T) {
	s := notebook(t)
	given(t, s, notes...)
	for _, test := range []struct{ code, name, kind, signature, doc string }{
		{"strings.Cut", "Cut", "function", "(s string, sep string) (before string, after string, found bool)", "Cut slices s around the first instance of sep,"},
		{"pt.", "x", "field", "int", "how far"},
		{"pt.", "dist", "method", "() float64", "dist is how far away p is."},
		{"scal", "scale", "function", "(p point, by float64) point", "scale makes a point larger."},
		{"poin", "point", "type", "point", "point is a place."},
		{"pt", "pts", "variable", "[]point", ""},
		{"stri", "strings", "module", "", "Package strings implements simple functions"},
		{"plot.N", "New", "function", "() *plot.Plot", "New returns a new plot with some reasonable default settings."},
	} {
		got := s.Complete(context.Background(), test.code, len(test.code))
		i := slices.IndexFunc(got.Items, func(x engine.CompletionItem) bool { return x.Text == test.name })
		if i < 0 {
			t.Errorf("%q: no %s", test.code, test.name)
			continue
		}
		x := got.Items[i]
		if x.Type != test.kind || test.signature != "" && x.Signature != test.signature || !strings.Contains(x.Doc, test.doc) {
			t.Errorf("%q: %+v", test.code, x)
		}
	}
}

func TestInspect(t *testing.T) {
	s := notebook(t)
	given(t, s, notes...)
	for _, test := range []struct {
		code   string
		detail int
		want   []string
	}{
		{"fmt.Printl‸n(1)", 0, []string{"func Println(a ...any) (n int, err error)", "Println formats using the default formats"}},
		{"fmt.Println(1, ‸", 0, []string{"func Println", "default formats"}},
		{"strings.ToUpper‸", 1, []string{"unicode.SpecialCase|isASCII, hasLower", "ToUpper returns s with all Unicode letters"}},
		{"sca‸le(pt, 2)", 0, []string{"func scale(p point, by float64) point", "makes a point larger"}},
		{"sca‸le", 1, []string{"{ return p }"}},
		{"p‸t", 0, []string{"var pt point"}},
		{"pt.x‸", 0, []string{"field x int", "how far"}},
		{"pt.dist‸()", 0, []string{"func (*point).dist() float64|func (p *point) dist() float64", "how far away"}},
		{"poi‸nt{}", 0, []string{"type point struct", "point is a place", "Label"}},
		{"str‸ings", 0, []string{"package strings", "Package strings implements", "func Cut"}},
		{"strconv.Ito‸a(1)", 0, []string{"func Itoa(i int) string", "Itoa is equivalent"}}, // not imported by any cell
		{"strco‸nv", 0, []string{"package strconv", "func Itoa"}},
		{"import \"net/ht‸tp\"", 0, []string{"package http", "HTTP client"}},
		{"len‸(pts)", 0, []string{"len", "built-in function returns the length"}},
		{"plot.Ne‸w()", 0, []string{"func New() *plot.Plot|func New() *Plot", "reasonable default"}},
		{"p.Add(‸", 0, []string{"Add", "Add adds a Plotters"}},
		{"df.Group‸By", 0, []string{"GroupBy"}},
		{"limi‸t", 0, []string{"const limit untyped int", "10"}},
	} {
		code := strings.Replace(test.code, "‸", "", 1)
		cursor := utf8.RuneCountInString(test.code[:strings.Index(test.code, "‸")])
		got := s.Inspect(context.Background(), code, cursor, test.detail)
		text, _ := got.Bundle.Data["text/plain"].(string)
		for _, want := range test.want {
			if !slices.ContainsFunc(strings.Split(want, "|"), func(w string) bool { return strings.Contains(text, w) }) {
				t.Errorf("%q: no %q in\n%s", test.code, want, text[:min(len(text), 600)])
			}
		}
	}
	if got := s.Inspect(context.Background(), "nothing", 3, 0); got.Found {
		t.Errorf("found %v", got)
	}
}

// BenchmarkComplete is one completion in a notebook with gota and plot.
func BenchmarkComplete(b *testing.B) {
	s := notebook(b)
	given(b, s, notes...)
	for _, code := range []string{"fmt.", "pt.", "df.", "p.", "x := pt.Label()\nsc"} {
		b.Run(strings.Fields(code)[len(strings.Fields(code))-1], func(b *testing.B) {
			start := time.Now()
			s.Complete(context.Background(), code, len(code))
			b.ReportMetric(float64(time.Since(start).Microseconds()), "first-µs")
			for b.Loop() {
				s.Complete(context.Background(), code, len(code))
			}
		})
	}
}
