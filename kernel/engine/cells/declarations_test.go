package cells

import (
	"slices"
	"strings"
	"testing"
)

func TestDeclarations(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"x := 1", ""},
		{"x := ", ""},
		{"import \"fmt\"\nx := 1\nfmt.Println(x)", "import \"fmt\""},
		{"x := 1; func f() int { return 1 }; f()", "        func f() int { return 1 };"},
		{"f()\ntype T int // of things\nconst c = 1", "   \ntype T int // of things\nconst c = 1"},
		{"func (t T) M() {\n\tx()\n}", "func (t T) M() {\n\tx()\n}"},
	} {
		if got := Declarations(c.code); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.code, got, c.want)
		}
	}
}

func TestWithout(t *testing.T) {
	code := "import \"fmt\"\ntype T int\nfunc f() {\n\tx()\n}\nfunc (t T) M() {}\nconst a, b = 1, 2"
	for _, c := range []struct {
		line  int
		want  string
		names []string
	}{
		{4, "import \"fmt\"\ntype T int\n        \n\n\nfunc (t T) M() {}\nconst a, b = 1, 2", []string{"f"}},
		{6, "import \"fmt\"\ntype T int\nfunc f() {\n\tx()\n}\n\nconst a, b = 1, 2", nil},
		{7, "import \"fmt\"\ntype T int\nfunc f() {\n\tx()\n}\nfunc (t T) M() {}", []string{"a", "b"}},
	} {
		rest, names := Without(code, c.line)
		if trim(rest) != trim(c.want) || !slices.Equal(names, c.names) {
			t.Errorf("line %d: %q, %v", c.line, rest, names)
		}
	}
}

// trim drops what blanking leaves on a line.
func trim(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
