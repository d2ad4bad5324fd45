package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/build"
)

// needTools skips a test where cells cannot be compiled.
func needTools(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"go", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%v: sudo apt-get install golang gcc", err)
			}
			t.Skipf("%v: sudo apt-get install golang gcc", err)
		}
	}
}

// openCompiled starts a notebook whose cells are compiled.
func openCompiled(t *testing.T, change ...func(*Options)) *notebook {
	t.Helper()
	needTools(t)
	opt := Options{Dir: t.TempDir(), Compiler: func(ctx context.Context, progress func(string)) (Compiler, error) {
		return build.Open(ctx, build.Config{Main: "github.com/lislab/lislab/internal/cellworker", Progress: progress})
	}}
	for _, c := range change {
		c(&opt)
	}
	s, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if !s.compiles() {
		t.Fatal(s.why)
	}
	if _, err := s.worker(); err != nil {
		t.Fatal(err)
	}
	return &notebook{t: t, s: s}
}

func TestCompiledState(t *testing.T) {
	n := openCompiled(t)
	n.shows("x := 20", "")
	n.shows("func double(i int) int { return 2*i }", "")
	n.shows("func twice(i int) int { return double(i) }", "")
	n.shows("twice(x) + 2", "result: 42")
	n.shows("func double(i int) int { return 20*i }", "")
	n.shows("twice(x)", "result: 400")
	n.shows("import \"fmt\"\nfmt.Println(\"a\")\nprintln(\"b\")\nx++\nx", "stdout: a\n|stderr: b\n|result: 21")
	n.shows("type T struct { A int; b string }\nfunc (t T) String() string { return fmt.Sprint(t.A, t.b) }", "")
	n.shows("t := T{1, \"z\"}\nt", "result: 1z")
	n.shows("func largest[E int | float64](xs ...E) (m E) { for i, x := range xs { if i == 0 || x > m { m = x } }; return }\nlargest(1, 3, 2)", "result: 3")
	n.shows("for i := range 3 { fmt.Print(i) }", "stdout: 012")
	n.shows("x;", "")
}

func TestCompiledErrors(t *testing.T) {
	n := openCompiled(t)
	n.ok("x := 5")
	e := n.fails("\ny := x +\n\tundefinedThing", "CompileError")
	if text := strings.Join(e.Traceback, "\n"); !strings.Contains(text, "3:2: undefined: undefinedThing") || !strings.Contains(text, "\tundefinedThing\n") {
		t.Errorf("traceback %q", text)
	}
	n.fails("y", "CompileError")
	if e := n.fails("for for", "CompileError"); len(e.Traceback) != 3 {
		t.Errorf("one mistake is told as %q", e.Traceback)
	}
	n.count = 6
	e = n.fails("a := 1\n\nvar m map[string]int\nm[\"x\"] = a\nfor { }", "panic")
	if text := strings.Join(e.Traceback, "\n"); !strings.Contains(e.Value, "nil map") || !strings.Contains(text, "cell[7]:4") {
		t.Errorf("evalue %q, traceback %q", e.Value, text)
	}
	n.shows("a", "result: 1")
	e = n.fails("func deep(i int) int {\n\treturn 1 / (i - 1)\n}\n\nfor i := range 3 { deep(i) }", "panic")
	if text := strings.Join(e.Traceback, "\n"); !strings.Contains(text, "cell[9]:2") || !strings.Contains(text, "cell[9]:5") {
		t.Errorf("traceback %q", text)
	}
	n.ok("import (\"errors\"; \"strconv\")\nfunc fail() (int, error) { return 0, errors.New(\"no luck\") }")
	if e := n.fails("fail()", "*errors.errorString"); e.Value != "no luck" {
		t.Errorf("evalue %q", e.Value)
	}
	n.fails("errors.New(\"alone\")", "*errors.errorString")
	n.fails("v, err := strconv.Atoi(\"x\")\nv", "*strconv.NumError")
	n.fails("for range 1 { }\nv3, err := strconv.Atoi(\"x\")\nv3", "*strconv.NumError")
	n.shows("v2, err := strconv.Atoi(\"x\")\nerr != nil", "result: true")
	n.shows("_, _ = strconv.Atoi(\"x\")\nx", "result: 5")
}

func TestCompiledInterrupt(t *testing.T) {
	n := openCompiled(t)
	n.ok("import (\"fmt\"; \"log\"; \"net\"; \"os/exec\"; \"sync\"; \"time\")\nx := 5\nf := func() int { return x }\nvar mu sync.Mutex\nc := make(chan int)\nl, err := net.Listen(\"tcp\", \"127.0.0.1:0\")\nerr == nil")
	n.ok("func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }")
	n.ok("import (\"github.com/lislab/lislab/datasets\"; \"github.com/lislab/lislab/lis\")\nw := datasets.D0()\nfeed, err := w.Log(ctx)\nerr == nil")
	for _, code := range []string{
		"for { x++ }",
		"for range 1 { fib(60) }",
		"time.Sleep(time.Hour)",
		"for range 1 { time.Sleep(time.Hour) }",
		"<-ctx.Done()",
		"for range 1 { }\n<-ctx.Done()",
		"for range time.Tick(10*time.Millisecond) { }",
		"func() { defer func() { recover() }(); for { } }()",
		"!sleep 100",
		"%%bash\ntrap '' INT\nsleep 100",
		"exec.Command(\"sleep\", \"100\").Run()",
		"exec.Command(\"sh\", \"-c\", \"sleep 100; true\").Run()",
	} {
		if e := n.stopped(code); len(e.Traceback) != 1 {
			t.Errorf("%s\nhas something left behind: %q", code, e.Traceback)
		}
	}
	for _, code := range []string{
		"<-c",
		"c2 := make(chan int)\nc2 <- 1",
		"for range 1 { <-c }",
		"mu.Lock()\nmu.Lock()",
		"select {}",
		"var wg sync.WaitGroup\nwg.Add(1)\nwg.Wait()",
		"l.Accept()",
		"conn, err := net.Dial(\"tcp\", l.Addr().String())\n_, err = conn.Read(make([]byte, 1))\nerr",
	} {
		e := n.stopped(code)
		if text := strings.Join(e.Traceback, "\n"); !strings.Contains(text, "cannot be cut short") || !strings.Contains(text, "variables are kept") || e.Value != fmt.Sprintf("Cell [%d] was interrupted", n.count) {
			t.Errorf("%s\nsays %q: %q", code, e.Value, text)
		}
	}
	n.stopped("lis.Sweep(ctx, feed, lis.Study{Slots: []string{\"item\"}, Horizons: []int{0, 1, 7, 30}, MaxUpdates: []int{1000, lis.Inf}, Seeds: 1000})")
	n.shows("feed.Len() > 0", "result: true")
	n.shows("x > 5 && f() == x", "result: true")
	n.shows("fmt.Sprint(f())[0] > '0'", "result: true")
	if left, err := exec.Command("pgrep", "-P", strconv.Itoa(n.s.proc.cmd.Process.Pid)).Output(); err == nil {
		t.Errorf("children left: %s", left)
	}

	// What is left behind goes on, and shows nothing.
	n.ok("said := false\nwait := make(chan int)")
	n.stopped("for range 1 { }\n<-wait\nfmt.Println(\"late\")\nlog.Println(\"late\")\nsaid = true")
	n.shows("wait <- 1\ntime.Sleep(100*time.Millisecond)\nsaid", "result: true")
}

func TestCompiledBackground(t *testing.T) {
	n := openCompiled(t)
	n.ok("import (\"fmt\"; \"log\"; \"time\")\nlog.SetFlags(0)\nstart := make(chan bool)\ndone := make(chan bool)")
	first := &record{}
	n.s.Execute(context.Background(), engine.Request{Code: "go func() { <-start; fmt.Println(\"behind\"); log.Print(\"logged\"); done <- true }()", Count: 1}, first)
	n.shows("start <- true\n<-done\nfmt.Println(\"here\")\ntime.Sleep(50*time.Millisecond)", "stdout: here\n")
	if got := first.String(); got != "stdout: behind\n|stderr: logged\n" && got != "stderr: logged\n|stdout: behind\n" {
		t.Errorf("the cell that started the goroutine shows %q", got)
	}
	e := n.fails("go func() {\n\tvar m map[int]int\n\tm[1] = 1\n}()\ntime.Sleep(5*time.Second)", "panic")
	if text := strings.Join(e.Traceback, "\n"); !strings.Contains(text, "goroutine") || !strings.Contains(text, ":3") {
		t.Errorf("traceback %q", text)
	}
	late := &record{}
	n.s.Execute(context.Background(), engine.Request{Code: "go func() { <-start; panic(\"afterwards\") }()", Count: 1}, late)
	n.ok("start <- true\ntime.Sleep(50*time.Millisecond)")
	if got := late.String(); !strings.HasPrefix(got, "stderr: panic in a goroutine of the cell: afterwards") {
		t.Errorf("a late panic shows %q", got)
	}
}

func TestCompiledNothingKills(t *testing.T) {
	n := openCompiled(t)
	n.ok("import (\"fmt\"; \"log\"; \"os\"; \"time\")\nkept := 1")
	n.ok("func rec(i int) int { return rec(i+1) + 1 }")
	n.ok("type T struct { X int }\nfunc (t T) Plus(i int) int { return t.X + i }\nt := T{1}\nfunc needsKept() int { return kept }")
	if e := n.fails("rec(0)", "panic"); !strings.Contains(e.Value, "stack overflow") {
		t.Errorf("evalue %q", e.Value)
	}
	n.shows("kept", "result: 1")
	n.fails("import \"runtime\"\nruntime.Goexit()\nkept = 2", "Goexit")
	n.shows("kept", "result: 1")
	e := n.fails("fmt.Println(\"last words\")\nos.Exit(3)", "WorkerDied")
	if !strings.Contains(e.Value, "exit status 3") || !strings.Contains(e.Value, "lost: kept, t, needsKept") {
		t.Errorf("evalue %q", e.Value)
	}
	n.fails("kept", "CompileError")
	n.shows("T{2}.Plus(3)", "result: 5")
	out, err := n.runIn(context.Background(), "log.Fatal(\"so be it\")")
	if err == nil || err.Name != "WorkerDied" || !strings.Contains(out, "so be it") {
		t.Errorf("log.Fatal: %v, shown %q", err, out)
	}
	e = n.fails("m := map[int]int{}\nfor range 4 {\n\tgo func() {\n\t\tfor { m[1]++ }\n\t}()\n}\ntime.Sleep(20*time.Second)", "WorkerDied")
	if text := strings.Join(e.Traceback, "\n"); !strings.Contains(e.Value, "concurrent map") || !strings.Contains(text, "cell[12]:4") {
		t.Errorf("evalue %q, traceback %q", e.Value, text)
	}
	n.shows("1+1", "result: 2")
}

func TestCompiledMemoryLimit(t *testing.T) {
	n := openCompiled(t, func(o *Options) { o.MemoryLimit = 600 << 20 })
	n.ok("kept := 7")
	n.fails("var all [][]byte\nfor i := 0; ; i++ {\n\tb := make([]byte, 4<<20)\n\tfor j := 0; j < len(b); j += 512 { b[j] = 1 }\n\tall = append(all, b)\n}", "MemoryLimit")
	n.shows("all = nil\nkept", "result: 7")
	n.shows("1+1", "result: 2")
}

func TestCompiledCommands(t *testing.T) {
	n := openCompiled(t)
	n.ok("import \"strings\"\nz := 3\ns := []string{\"a\"}")
	if out := n.ok("%who"); !strings.Contains(out, "z  int") || !strings.Contains(out, "s  []string") {
		t.Errorf("%%who: %q", out)
	}
	if out := n.ok("%timeit strings.ToUpper(\"abc\")"); !strings.Contains(out, "per run (") {
		t.Errorf("%%timeit: %q", out)
	}
	if out := n.ok("%%time\nz++\nz"); !strings.HasPrefix(out, "result: 4|stdout: Wall time: ") {
		t.Errorf("%%%%time: %q", out)
	}
	n.fails("%get -x", "CompileError")
	n.ok("%reset")
	n.fails("z", "CompileError")
}

func TestCompiledExpressionsAndVariables(t *testing.T) {
	n := openCompiled(t)
	n.ok("type P struct { X int; Next *P }\np := &P{1, &P{2, nil}}\nm := map[string]int{\"b\": 2, \"a\": 1}\nn := 5")
	reply := n.s.Execute(context.Background(), engine.Request{Code: "n++", Count: 2, UserExpressions: map[string]string{"six": "n", "bad": "nosuch", "sum": "n + m[\"a\"]"}}, &record{})
	if v := reply.UserExpressions; v["six"].Bundle.Data["text/plain"] != "6" || v["sum"].Bundle.Data["text/plain"] != "7" || v["bad"].Err == nil || v["bad"].Err.Name != "CompileError" {
		t.Errorf("user expressions %+v", v)
	}
	ctx := context.Background()
	vars, err := n.s.Variables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	refs := map[string]int{}
	for _, v := range vars {
		names = append(names, v.Name+" "+v.Type)
		refs[v.Name] = v.Ref
	}
	if got := strings.Join(names, ","); got != "p *P,m map[string]int,n int" {
		t.Errorf("variables %s", got)
	}
	parts, err := n.s.Children(ctx, refs["m"])
	if err != nil || len(parts) != 2 || parts[0].Name != "a" || parts[0].Value != "1" {
		t.Errorf("children of m: %+v, %v", parts, err)
	}
	parts, err = n.s.Children(ctx, refs["p"])
	if err != nil || len(parts) != 2 || parts[1].Name != "Next" || parts[1].Ref == 0 {
		t.Errorf("children of p: %+v, %v", parts, err)
	}
	b, err := n.s.Rich(ctx, "n")
	if err != nil || b.Data["text/plain"] != "6" {
		t.Errorf("n is %v, %v", b, err)
	}
	if _, err := n.s.Rich(ctx, "nosuch"); err == nil {
		t.Error("nosuch is shown")
	}
}

// TestLeavesNothing closes a session and looks for what it has made.
func TestLeavesNothing(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	n := openCompiled(t)
	n.ok("for range 1 { }")
	pid := n.s.proc.cmd.Process.Pid
	if err := n.s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the worker: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestCompiledCompleteAndInspect(t *testing.T) {
	n := openCompiled(t)
	n.ok("import \"strings\"\nlongName := 1")
	for _, c := range []struct {
		code, want string
		start      int
	}{{"é := longN", "longName", 5}, {"strings.HasPre", "HasPrefix", 8}, {"%ti", "%time", 0}, {"!ls é\n%time strings.HasPre", "HasPrefix", 20}} {
		got := n.s.Complete(context.Background(), c.code, len([]rune(c.code)))
		if len(got.Items) == 0 || got.Items[0].Text != c.want || got.Start != c.start || got.End != len([]rune(c.code)) {
			t.Errorf("%q: %+v", c.code, got)
		}
	}
	if got := n.s.Inspect(context.Background(), "strings.ToUpper", 10, 0); !got.Found || !strings.Contains(got.Bundle.Data["text/plain"].(string), "ToUpper") {
		t.Errorf("inspect: %+v", got)
	}
	if got := n.s.Inspect(context.Background(), "nosuch", 3, 0); got.Found {
		t.Errorf("inspect of nosuch: %+v", got)
	}
}
