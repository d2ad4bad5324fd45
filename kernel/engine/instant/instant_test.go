package instant

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gopherdata/gophernotes/imports"
)

// A snippet is the statements of a cell; the last may be an expression to show.
// Both ways of running it have to show the same, or panic with the same words.
var snippets = []string{
	"1 + 1",
	"x := 7\ny := 2\nx/y*y + x%y",
	"x := -7\nx/2, x%2, x>>1, x&3, x|8, x^5, x&^4",
	"var u uint8 = 250\nu += 10\nu, ^u, -u, u<<3, u>>1",
	"var i int32 = 1 << 30\ni *= 4\ni",
	"i := 1<<62\nj := i * 4\nj, -i << 1",
	"a := float32(0.1)\nb := float32(0.2)\na+b, float64(a+b), a*b/b-a",
	"f := 0.1 + 0.2\nf == 0.3, f, f*1e300*1e300",
	"c := complex(1, 2)\nd := c * c\nd, real(d), imag(d), complex64(c) / 3",
	"s := \"h\u00e9llo\"\ns[1], s[1:3], len(s), s + \"!\", s < \"i\"",
	"s := \"a\"\ns += \"b\"\ns",
	"[]int{1, 2, 5: 3}",
	"[...]string{2: \"c\", 0: \"a\"}",
	"m := map[string][]int{\"a\": {1, 2}, \"b\": nil}\nm[\"a\"][1]++\nm[\"c\"] = append(m[\"c\"], 9)\nm, len(m)",
	"m := map[string]int{\"a\": 1}\nv, ok := m[\"a\"]\nw, no := m[\"b\"]\nv, ok, w, no",
	"m := map[string]int{\"a\": 1}\nm[\"b\"] += 5\ndelete(m, \"a\")\nm",
	"a := []int{1, 2, 3, 4, 5}\nb := a[1:3:3]\nb = append(b, 99)\nn := copy(a, []int{7, 8})\na, b, cap(a[0:2:4]), n, len(b)",
	"a := []int{1, 2}\ni := 0\ni, a[i] = 1, 9\ni, a",
	"a := []int{1, 2, 3}\na[0], a[2] = a[2], a[0]\na",
	"a := []int{1, 2}\nb := a\nb, b[0] = nil, 5\na, b == nil",
	"var g [2][3]int\ng[1][2] = 5\nh := g\nh[0][0] = 1\ng, h, len(g[0])",
	"p := &[]int{1, 2}\n(*p)[1] = 7\n*p, len(*p)",
	"x := 1\np := &x\n*p += 4\nx, *p == x",
	"a := [3]int{1, 2, 3}\np := &a\np[1] = 9\ns := p[:2]\ns[0] = 8\na, len(p), cap(s)",
	"t := time.Date(2024, time.March, 1, 12, 0, 0, 0, time.UTC)\nd := 90 * time.Minute\nt.Add(d).Format(time.RFC3339), d, t.Weekday(), t.Month()",
	"d := time.Duration(1500) * time.Millisecond\nd.Seconds(), d/time.Second, d > time.Second",
	"strings.Split(strings.ToUpper(\"a,b\"), \",\")",
	"var sb strings.Builder\nsb.WriteString(\"x\")\nfmt.Fprintf(&sb, \"%d-%s\", 7, \"y\")\nsb.String(), sb.Len()",
	"u, err := url.Parse(\"http://h/p?q=1\")\nu.Host, u.Query().Get(\"q\"), err",
	"u := url.URL{Scheme: \"https\", Host: \"x\", User: url.User(\"me\")}\nu.String()",
	"p := image.Point{X: 1, Y: 2}\nq := p.Add(image.Pt(3, 4))\nq.X, q == image.Point{4, 6}, &q != nil",
	"r := image.Rect(0, 0, 4, 5)\nr.Min.X = 2\nr.Dx(), r.Max",
	"l := list.New()\nl.PushBack(1)\nl.PushFront(\"a\")\nl.Len(), l.Front().Value, l.Back().Value",
	"_, err := strconv.Atoi(\"x\")\nerr.Error(), err != nil, errors.Is(err, strconv.ErrSyntax)",
	"var e error\ne == nil",
	"var x any = 3\ny, ok := x.(int)\nz, no := x.(string)\ny, ok, z, no, x == 3, x == \"3\"",
	"var x any\n_, ok := x.(error)\nx == nil, ok",
	"var r io.Reader = strings.NewReader(\"abc\")\n_, ok := r.(io.ByteReader)\nb, err := io.ReadAll(r)\nstring(b), err, ok",
	"ch := make(chan int, 2)\nch <- 1\nch <- 2\nclose(ch)\na := <-ch\nb, ok := <-ch\nc, no := <-ch\na, b, ok, c, no",
	"min(3, 1, 2), max(2.5, 1), min(\"b\", \"a\")",
	"x, y := 3, 5\nmin(x, y), max(x, y, 4)",
	"x := 0.0\nmax(x, math.NaN()), min(math.Inf(1), x), 1/math.Inf(-1)",
	"m := map[int]int{1: 1}\nclear(m)\nxs := []int{1, 2}\nclear(xs)\nm, xs",
	"float64(7)/2, int(3.0), int8(-3), uint16(65535), string(rune(0x4e16)), []byte(\"ab\"), []rune(\"\u4e16\"), string([]byte{104, 105})",
	"x := 300\nuint8(x), int8(x), float32(x), string(rune(x))",
	"f := -3.7\nint(f), int64(f), float32(f)",
	"x := 5\nx++\nx--\nx--\nx <<= 3\nx |= 1\nx %= 7\nx &^= 1\nx",
	"n := uint(3)\n1<<n, int64(-8)>>n, uint8(200)<<n, 1<<70>>68",
	"a, b := true, false\na && b, a || b, !a, a != b, a && !b",
	"x := []int{1}\nb := len(x) > 3 && x[3] == 1\nb",
	"sort.Ints([]int{3, 1})\nxs := []string{\"b\", \"a\"}\nsort.Strings(xs)\nxs",
	"sort.Sort(sort.Reverse(sort.IntSlice([]int{1, 2})))\nf := strings.ToUpper\nf(\"a\")",
	"x := sort.IntSlice{3, 1, 2}\nx.Sort()\nx, x.Len()",
	"f := time.Duration(3).String\nf()",
	"fmt.Sprint([]any{1, \"a\", nil, 2.5}...)",
	"fmt.Sprintf(\"%v %+v %T %q %x %08.3f %-5d| %t %p\", 1, \"a\", 2.5, \"q\", 255, 3.14159, 7, true, nil)",
	"fmt.Sprint(strconv.Atoi(\"12\"))",
	"append([]byte(\"a\"), \"bc\"...)",
	"append([]int(nil), 1, 2), append([]any{}, nil, 1)",
	"x := make([]int, 2, 5)\ny := append(x, 1)\nx = append(x, 7)\nx, y, cap(y), len(make(map[string]int, 4)), cap(make(chan int, 3))",
	"p := new(int)\n*p = 4\nq := new(strings.Builder)\nq.WriteByte('a')\n*p, q.String()",
	"ctx, cancel := context.WithCancel(context.Background())\ncancel()\nctx.Err()",
	"var mu sync.Mutex\nmu.Lock()\nok := mu.TryLock()\nmu.Unlock()\nok",
	"bytes.Contains([]byte(\"abc\"), []byte(\"b\"))",
	"math.MaxInt64, math.Pi, uint64(math.MaxUint64), math.Sqrt(2)",
	"http.StatusText(http.StatusNotFound), os.ErrNotExist.Error()",
	"x := struct{}{}\nx",
	"h := http.Header{}\nh.Set(\"a\", \"b\")\nh[\"A\"], h.Get(\"a\"), len(h)",
	"[]time.Duration{1, time.Second}, [2]bool{1: true}, []*image.Point{{1, 2}}[0].Y",
	"map[image.Point]string{{1, 2}: \"a\"}[image.Pt(1, 2)]",

	// What panics.
	"xs := []int{1, 2}\nxs[5]",
	"xs := []int{1, 2}\ni := -1\nxs[i]",
	"xs := []int{1, 2}\ni := 5\nxs[i] = 1",
	"xs := []int{1, 2}\ni := 3\nxs[1:i]",
	"xs := []int{1, 2}\ni := 1\nj := 0\nxs[i:j]",
	"xs := []int{1, 2}\ni := 9\nxs[0:1:i]",
	"s := \"abc\"\ni := 4\ns[i], s",
	"s := \"abc\"\ni := 4\ns[1:i]",
	"a := [2]int{}\ni := 2\na[i]",
	"var m map[string]int\nm[\"x\"] = 1",
	"var p *image.Point\np.X",
	"var p *int\n*p = 1",
	"var p *image.Point\np.String()",
	"var e error\ne.Error()",
	"var f context.CancelFunc\nf()",
	"x := 0\n1 / x",
	"x := -1\n1 << x",
	"var a, b any = []int{1}, []int{1}\na == b",
	"m := map[any]int{}\nvar k any = []int{1}\nm[k] = 1",
	"panic(\"boom\")",
	"panic(fmt.Errorf(\"wrapped: %w\", io.EOF))",
	"var c chan int\nclose(c)",
	"c := make(chan int)\nclose(c)\nclose(c)",
	"n := -1\nmake([]int, n)",
	"n := 1\nmake([]int, 2, n)",
	"strings.Repeat(\"x\", -1)",
}

// Types that snippets name have to be in this program too.
var typesHere = []any{[3]int{}, [2][3]int{}, [2]bool{}, map[image.Point]string{}, new([3]int), []*image.Point{}}

// refused are cells for the compiler.
var refused = []string{
	"const k = 1 << 100\nk >> 98",
	"interface{ Error() string }(os.ErrExist).Error()",
	"f := func() int { return 1 }\nf()",
	"for { }",
	"if true { }",
	"slices.Max([]int{1})",
	"x := 1\n{ y := x\n_ = y }",
	"[77777]int{}",
	"map[[7]int16]image.Point{}",
	"var x any = 3\nx.(int)",
	"[2]int(make([]int, 2))",
	"time.Duration.String(3)",
	"var p atomic.Pointer[string]\np.Load()",
	"go fmt.Sprint()",
	"defer fmt.Sprint()",
	"type T int\nT(1)",
	"struct{ a int }{1}",
}

var testImports = []string{"bytes", "container/list", "context", "errors", "fmt", "image", "io", "math", "net/http", "net/url", "os", "slices", "sort", "strconv", "strings", "sync", "sync/atomic", "time"}

// testEnv is a store of its own over gomacro's tables.
type testEnv struct {
	vars map[string]reflect.Value
	add  map[string]reflect.Value // symbols that gomacro's tables are too old for
}

func (e *testEnv) Var(key string) (reflect.Value, bool) { v, ok := e.vars[key]; return v, ok }
func (e *testEnv) Define(key string, v reflect.Value)   { e.vars[key] = v }
func (e *testEnv) Func(string) (reflect.Value, bool)    { return reflect.Value{}, false }
func (e *testEnv) CellType(string) (reflect.Type, bool) { return nil, false }
func (e *testEnv) Symbol(pkg, name string) (reflect.Value, bool) {
	if v, ok := e.add[pkg+"."+name]; ok {
		return v, true
	}
	v, ok := imports.Packages[pkg].Binds[name]
	return v, ok
}
func (e *testEnv) PackageType(pkg, name string) (reflect.Type, bool) {
	t, ok := imports.Packages[pkg].Types[name]
	return t, ok
}

func newEnv() *testEnv {
	_ = typesHere[0] // keeps them
	return &testEnv{vars: map[string]reflect.Value{}, add: map[string]reflect.Value{"io.ReadAll": reflect.ValueOf(io.ReadAll)}}
}

// body is a snippet with its last expressions, separated by commas, made a
// call of show.
func body(snippet string) string {
	lines := strings.Split(snippet, "\n")
	last := lines[len(lines)-1]
	if x, err := parser.ParseExpr("f(" + last + ")"); err == nil && !statement(last, x) {
		lines[len(lines)-1] = "show(" + last + ")"
	}
	return strings.Join(lines, "\n")
}

// statement says whether the last line has no value.
func statement(last string, _ ast.Expr) bool {
	for _, p := range []string{"panic(", "close(", "f()", "reached()"} {
		if strings.HasPrefix(last, p) {
			return true
		}
	}
	return false
}

func header(name string) string {
	return "package " + name + "\nimport (\n\"" + strings.Join(testImports, "\"\n\"") + "\"\n)\n"
}

// unused keeps the compiler from asking what a name is for.
const unused = "var _ = []any{bytes.Equal, list.New, context.TODO, errors.New, fmt.Sprint, image.Pt, io.EOF, math.Pi, http.StatusOK, url.Parse, os.Exit, slices.Max[[]int], sort.Ints, strconv.Itoa, strings.ToUpper, new(sync.Mutex), atomic.AddInt32, time.Now}\n"

const showFunc = `
func show(values ...any) { shown = ""; for _, v := range values { shown += fmt.Sprintf("%T %#v|", v, v) } }
var shown string
func stop() {}
func reached() {}
`

// check type-checks a snippet as the front end would.
func check(t *testing.T, imp types.Importer, snippet string) Source {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "s.go", header("p")+unused+showFunc+"func _() {\n"+body(snippet)+"\n}", 0)
	if err != nil {
		t.Fatalf("%s\n%v", snippet, err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	conf := types.Config{Importer: imp, Error: func(err error) {
		if e := (types.Error{}); !errors.As(err, &e) || !e.Soft {
			t.Fatalf("%s\n%v", snippet, err)
		}
	}}
	pkg, _ := conf.Check("p", fset, []*ast.File{f}, info) // errors are handled above
	fn := f.Decls[len(f.Decls)-1].(*ast.FuncDecl)
	return Source{
		Stmts: fn.Body.List, Info: info,
		Key: func(o types.Object) (string, bool) {
			if _, ok := o.(*types.Var); ok && o.Pkg() == pkg && o.Parent() != pkg.Scope() {
				return fmt.Sprintf("%s@%d", o.Name(), o.Pos()), true
			}
			return "", false
		},
		Line: func(p token.Pos) int { return fset.Position(p).Line },
	}
}

// instantly runs a snippet here.
func instantly(t *testing.T, src Source) (shown string, err error) {
	env := newEnv()
	env.add["p.show"] = reflect.ValueOf(func(values ...any) {
		for _, v := range values {
			shown += fmt.Sprintf("%T %#v|", v, v)
		}
	})
	p, err := Translate(src)
	if err != nil {
		return "", err
	}
	l, err := Link(p, env)
	if err != nil {
		return "", err
	}
	defer func() {
		if r := recover(); r != nil {
			shown = fmt.Sprint("panic: ", r)
		}
	}()
	l.NewRun(context.Background()).Do()
	return shown, nil
}

// need skips a test that has no compiler to compare with.
func need(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no go on the PATH")
	}
	t.Skip("no go on the PATH: https://go.dev/dl")
}

// compiled runs all snippets as one Go program.
func compiled(t *testing.T) []string {
	t.Helper()
	need(t)
	var b strings.Builder
	b.WriteString(header("main") + unused + showFunc)
	for i, s := range snippets {
		fmt.Fprintf(&b, "func f%d() {\n defer func() { if r := recover(); r != nil { shown = fmt.Sprint(\"panic: \", r) } }()\n", i)
		for _, line := range strings.Split(body(s), "\n") {
			fmt.Fprintln(&b, line)
			if left, _, ok := strings.Cut(line, ":="); ok {
				fmt.Fprintln(&b, strings.Repeat("_,", strings.Count(left, ","))+"_ = "+strings.ReplaceAll(left, "_", "0"))
			}
		}
		b.WriteString("}\n")
	}
	b.WriteString("func main() {\n")
	for i := range snippets {
		fmt.Fprintf(&b, "shown = \"\"; f%d(); fmt.Printf(\"%%q\\n\", shown)\n", i)
	}
	b.WriteString("}\n")
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", file).Output()
	if err != nil {
		if x := (*exec.ExitError)(nil); errors.As(err, &x) {
			t.Fatalf("go run: %s", x.Stderr)
		}
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// exports imports what the compiler has exported.
func exports(t *testing.T) types.Importer {
	t.Helper()
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}"}, testImports...)
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		files[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(files[path]) })
}

// TestRefuses gives cells that are the compiler's.
func TestRefuses(t *testing.T) {
	need(t)
	imp := exports(t)
	for _, s := range refused {
		if shown, err := instantly(t, check(t, imp, s)); !errors.Is(err, ErrCompile) {
			t.Errorf("%s\nshows %q, %v", s, shown, err)
		}
	}
}

// TestMade looks at types that reflection makes and at compiled ones.
func TestMade(t *testing.T) {
	for _, c := range []struct {
		t    reflect.Type
		want bool
	}{
		{reflect.TypeFor[int](), false},
		{reflect.TypeFor[map[string][]int](), false},
		{reflect.TypeFor[*testEnv](), false},
		{reflect.TypeFor[func(*testing.T)](), false},
		{reflect.TypeFor[struct{ A, B int }](), false},
		{reflect.TypeFor[[12345]int16](), false},
		{reflect.SliceOf(reflect.TypeFor[int]()), false},
		{reflect.SliceOf(reflect.TypeFor[map[int8]error]()), true},
		{reflect.MapOf(reflect.TypeFor[int8](), reflect.TypeFor[int16]()), true},
		{reflect.ArrayOf(77777, reflect.TypeFor[int]()), true},
		{reflect.ChanOf(reflect.BothDir, reflect.TypeFor[int8]()), true},
		{reflect.FuncOf([]reflect.Type{reflect.TypeFor[int8]()}, nil, false), true},
		{reflect.PointerTo(reflect.PointerTo(reflect.TypeFor[int8]())), true},
		{reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeFor[int8]()}}), true},
	} {
		if got := made(c.t); got != c.want {
			t.Errorf("made(%s) is %v", c.t, got)
		}
	}
}

// TestStops ends a run between two operations.
func TestStops(t *testing.T) {
	need(t)
	ctx, cancel := context.WithCancel(context.Background())
	env := newEnv()
	env.add["p.stop"] = reflect.ValueOf(func() { cancel() })
	env.add["p.reached"] = reflect.ValueOf(func() { t.Error("went on") })
	src := check(t, exports(t), "stop()\nreached()")
	p, err := Translate(src)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Link(p, env)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if r := recover(); r != any(Stopped{}) {
			t.Errorf("recovered %v", r)
		}
	}()
	l.NewRun(ctx).Do()
}

// TestAgreesWithCompiler runs every snippet both ways.
func TestAgreesWithCompiler(t *testing.T) {
	want := compiled(t)
	if len(want) != len(snippets) {
		t.Fatalf("%d outputs of %d snippets", len(want), len(snippets))
	}
	imp := exports(t)
	for i, s := range snippets {
		got, err := instantly(t, check(t, imp, s))
		if err != nil {
			t.Errorf("%s\n%v", s, err)
			continue
		}
		if q := fmt.Sprintf("%q", got); q != want[i] {
			t.Errorf("%s\nshows    %s\ncompiled %s", s, q, want[i])
		}
	}
}
