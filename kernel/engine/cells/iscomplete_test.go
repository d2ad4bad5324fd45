package cells

import (
	"go/scanner"
	"go/token"
	"strings"
	"testing"
)

func TestIsComplete(t *testing.T) {
	type expected struct{ status, indent string }
	complete, invalid := expected{"complete", ""}, expected{"invalid", ""}
	more := func(tabs int) expected { return expected{"incomplete", strings.Repeat("\t", tabs)} }
	for code, want := range map[string]expected{
		// What parses.
		"":                                  complete,
		"\n\n":                              complete,
		"// just a comment":                 complete,
		"/* a */":                           complete,
		"1 + 1":                             complete,
		"1 + 1;":                            complete,
		"x++":                               complete,
		"x := []int{\n\t1,\n\t2,\n}":        complete,
		"s := `a\n\"b`":                     complete,
		"import \"fmt\"\nfmt.Println(1)":    complete,
		"type T struct {\n\tX int\n}\nT{1}": complete,
		"func (t T) M() {}\nfunc() int { return 1 }()": complete,
		"func f[E int | float64](x E) E { return x }":  complete,
		"type L[E any] []E":                            complete,
		"x := L[int]{1}":                               complete,
		"if x {\n} else {\n}":                          complete,
		"for i := 0; i < 3; i++ { f(i) }":              complete,
		"package main\nfunc main() {}":                 complete,
		"x := 'a' // {":                                complete,
		"x := \"{\"":                                   complete,
		"switch { case true: f() }":                    complete,
		"L:\n\tfor { break L }":                        complete,
		// What waits for a bracket.
		"for i := range 3 {":                   more(1),
		"for i := range 3 {\n\tif true {":      more(2),
		"for i := range 3 {\n\tif true {\n\t}": more(1),
		"f(func() {":                           more(1),
		"f(g(h(":                               more(1),
		"f(1,":                                 more(1),
		"f(1,\n":                               more(1),
		"x := map[string][]int{\n\t\"a\": {1, 2},": more(1),
		"import (":                     more(1),
		"import (\n\t\"fmt\"":          more(1),
		"type T struct {":              more(1),
		"type T struct {\n\tX int":     more(1),
		"func f[":                      more(1),
		"func f[E any](x E) {":         more(1),
		"func (t *T[E]) M(":            more(1),
		"func (":                       more(1),
		"go func() {":                  more(1),
		"defer func() {\n\trecover()":  more(1),
		"switch x := v.(type) {":       more(1),
		"switch x {\ncase 1:":          more(1),
		"select {\ncase <-c:\n\tf()":   more(1),
		"if x {\n} else {":             more(1),
		"x := 1\nfunc f() {\n\ty := 2": more(1),
		"var (\n\tx = 1":               more(1),
		// What waits for an operand, a name or a body.
		"x := 1 +":                 more(1),
		"x := 1 + // and":          more(1),
		"x :=":                     more(1),
		"x := a.":                  more(1),
		"x := !":                   more(1),
		"a, b":                     invalid,
		"a, b,":                    more(1),
		"a, b =":                   more(1),
		"c <-":                     more(1),
		"func":                     more(1),
		"type":                     more(1),
		"import":                   more(1),
		"for":                      more(1),
		"for i := range":           more(1),
		"for i := 0;":              more(0),
		"if x := f();":             more(0),
		"if x := f()":              more(0),
		"if":                       more(1),
		"if x {\n} else":           more(1),
		"go":                       more(1),
		"L:":                       more(0),
		"x := f().\n\tg().":        more(1),
		"x := a &&":                more(1),
		"m[\"a\"] =":               more(1),
		"var f func(int) =":        more(1),
		"1 + 1\nx := 2 *":          more(1),
		"func f() {\n\tx := 1 +":   more(2),
		"import \"fmt\"\nx := 1 -": more(1),
		// What waits for the end of a raw string or a comment.
		"s := `a":            more(0),
		"s := `a {":          more(0),
		"`open\n\"quoted":    more(0),
		"/* a":               more(0),
		"/* a *":             more(0),
		"f() /* a":           more(0),
		"func f() {\n\t/* a": more(0),
		"s := f(`a":          more(0),
		"x := 1 + /*":        more(0),
		// What no further line could mend.
		"for for":                                invalid,
		"for for {":                              invalid,
		"}":                                      invalid,
		"f(1, 2))":                               invalid,
		"(]":                                     invalid,
		"f(}":                                    invalid,
		"\"open":                                 invalid,
		"'ab'":                                   invalid,
		"x := \"open\nf(":                        invalid,
		"x := := 2":                              invalid,
		"x := := 2 +":                            invalid,
		"func f() {\n\tx := := 2":                invalid,
		"if else {":                              invalid,
		"if x\n{":                                invalid,
		"else {":                                 invalid,
		"func f(\n\tx int y":                     invalid,
		"f(1\n, 2)":                              invalid,
		"x y":                                    invalid,
		"type T struct { X int Y int":            invalid,
		"func 1f() {":                            invalid,
		"var x":                                  invalid,
		"for i := range 3":                       invalid,
		"for i := range 3\n{":                    invalid,
		"import fmt":                             invalid,
		"import fmt\nfunc f() {":                 invalid,
		"x := 1 ++ 2":                            invalid,
		"1 +* `a":                                more(0), // 1 + *`…`.x
		"for for `a":                             invalid,
		"x := := /* a":                           invalid,
		"func f() {\n\tfor for {\n\t}\n}\nf() +": invalid,
		"x := 0x":                                invalid,
		"@":                                      invalid,
		"x := 1 # no":                            invalid,
		"\xff":                                   invalid,
		"if x {\n}\nelse {":                      invalid,
		"case 1:":                                invalid,
	} {
		if got := IsComplete(code); (expected{got.Status, got.Indent}) != want {
			t.Errorf("%q is %+v, want %+v", code, got, want)
		}
	}
}

// TestNoPrefixIsInvalid cuts programs after every token behind which Go implies
// no semicolon, and after every line: what has a continuation is never invalid.
func TestNoPrefixIsInvalid(t *testing.T) {
	for _, code := range []string{
		"import (\n\t\"fmt\"\n\tm \"math\"\n)\n\ntype P[K comparable, V any] struct {\n\tKey K `json:\"k\"`\n\tVal V\n}\n",
		"func (p *P[K, V]) Set(k K, v V) (old V, err error) {\n\told, p.Key, p.Val = p.Val, k, v\n\treturn old, nil\n}\n",
		"func() {\n\tdefer func() { recover() }()\n\tgo f(1, 2)\n}()\nx, err := strconv.Atoi(\"1\")\n",
		"for i := 0; i < 3; i++ {\n\tif v, ok := m[i]; ok && v > 2 {\n\t\tcontinue\n\t} else if v == 1 {\n\t\tgoto end\n\t}\n}\n",
		"switch v := any(x).(type) {\ncase int, string:\n\tfmt.Println(v)\ndefault:\n\tfor range 3 {\n\t}\n}\n",
		"select {\ncase v, ok := <-c:\n\t_ = v\ncase c <- 1:\n}\n",
		"var (\n\ta, b = 1, 2\n\tf    func(int) (string, error)\n)\nconst (\n\tA = iota\n\tB\n)\n",
		"x := map[string][]struct{ X, Y int }{\n\t\"a\": {{1, 2}, {3, 4}},\n}\ny := x[\"a\"][0:1:2]\nz := -y[0].X << 3 &^ 2\n",
		"a, b, c = 1, 2, 3\n*p = *q\np.x.y[3](1)(2)\n",
		"s := `raw\n{ string` + \"b\" /* a\ncomment */ + `c`\n",
		"L:\n\tfor k, v := range m {\n\t\tbreak L\n\t}\n",
		"if x := f(); x > 0 {\n} else if y := g(); y {\n} else {\n}\n",
		"type I interface {\n\t~int | ~string\n\tString() string\n}\ntype F = func(a, b int, rest ...string) (<-chan int, chan<- map[string]*[3]int)\n",
	} {
		if _, err := split(token.NewFileSet(), 0, code); err != nil {
			t.Fatalf("%v\n%s", err, code)
		}
		var cuts []int
		file := token.NewFileSet().AddFile("", -1, len(code))
		var sc scanner.Scanner
		sc.Init(file, []byte(code), nil, scanner.ScanComments)
		for pos, tok, _ := sc.Scan(); tok != token.EOF; pos, tok, _ = sc.Scan() {
			cut := file.Offset(pos) // before the token
			if tok == token.SEMICOLON || !scanTail(code[:cut]).ends {
				cuts = append(cuts, cut)
			}
		}
		for _, cut := range cuts {
			if got := IsComplete(code[:cut]); got.Status == "invalid" {
				t.Errorf("invalid, and goes on as %q:\n%s", code[cut:min(cut+10, len(code))], code[:cut])
			}
		}
	}
}
