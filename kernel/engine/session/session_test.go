package session

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestLiveState(t *testing.T) {
	n := open(t)
	n.shows("x := 20", "")
	n.shows("func double(i int) int { return 2*i }", "")
	n.shows("double(x) + 2", "result: 42")
	n.shows("import \"fmt\"\nfmt.Println(\"a\")\nprintln(\"b\")\nx++\nx", "stdout: a\n|stderr: b\n|result: 21")
}

func TestErrors(t *testing.T) {
	n := open(t)
	n.ok("x := 5")
	e := n.fails("\ny := x +\n\tundefinedThing", "CompileError")
	if !strings.Contains(strings.Join(e.Traceback, "\n"), "undefinedThing\n") {
		t.Errorf("no source line in %q", e.Traceback)
	}
	e = n.fails("a := 1\n\nvar m map[string]int\nm[\"x\"] = a", "panic")
	if !strings.Contains(e.Value, "nil map") {
		t.Errorf("evalue %q", e.Value)
	}
	n.ok("import (\"errors\"; \"strconv\")\nfunc fail() (int, error) { return 0, errors.New(\"no luck\") }")
	if e := n.fails("fail()", "*errors.errorString"); e.Value != "no luck" {
		t.Errorf("evalue %q", e.Value)
	}
	n.fails("v, err := strconv.Atoi(\"x\")\nv", "*strconv.NumError")
	n.shows("v2, err := strconv.Atoi(\"x\")\nerr != nil", "result: true")
	n.shows("x", "result: 5")
}

func TestInterrupt(t *testing.T) {
	n := open(t)
	n.ok("x := 5\nf := func() int { return x }\nimport \"time\"")
	n.interrupted("for { x++ }", 300*time.Millisecond)
	n.interrupted("time.Sleep(time.Hour)", 300*time.Millisecond)
	n.interrupted("<-ctx.Done()", 300*time.Millisecond)
	n.interrupted("!sleep 100", 300*time.Millisecond)
	n.shows("x > 5 && f() == x", "result: true")
	e := n.interrupted("c := make(chan int)\n<-c", 300*time.Millisecond)
	if !strings.Contains(e.Value, "lost: ") || !strings.Contains(e.Value, "x") {
		t.Errorf("evalue %q", e.Value)
	}
	n.shows("1+1", "result: 2")
}

func TestWorkerDies(t *testing.T) {
	n := open(t)
	n.ok("import (\"os\"; \"fmt\"; \"time\")\nkept := 1")
	e := n.fails("fmt.Println(\"last words\")\nos.Exit(3)", "WorkerDied")
	if !strings.Contains(e.Value, "exit status 3") || !strings.Contains(e.Value, "lost: kept") {
		t.Errorf("evalue %q", e.Value)
	}
	n.ok("import (\"fmt\"; \"time\")")
	e = n.fails("go func() { panic(\"from afar\") }()\ntime.Sleep(10*time.Second)", "WorkerDied")
	if !strings.Contains(e.Value, "from afar") {
		t.Errorf("evalue %q", e.Value)
	}
	n.shows("1+1", "result: 2")
}

func TestCommands(t *testing.T) {
	n := open(t)
	n.shows("%%writefile a.txt\nline\n", "stdout: wrote 5 bytes to "+strings.TrimSpace(strings.TrimPrefix(n.ok("%cd"), "stdout: "))+"/a.txt\n")
	n.shows("!cat a.txt", "stdout: line\n")
	n.shows("%%bash one two\nread -r x < a.txt\necho $x $2", "stdout: line two\n")
	n.shows("%env LISLAB_TEST=7", "")
	n.shows("!echo $LISLAB_TEST >&2", "stderr: 7\n")
	n.shows("import \"os\"\nos.Getenv(\"LISLAB_TEST\")", "result: 7")
	if out := n.ok("z := 3\n%who"); !strings.Contains(out, "z  int  3") {
		t.Errorf("%%who: %q", out)
	}
	n.fails("!exit 3", "CommandError")
	n.fails("%nonsense", "UsageError")
	n.ok("%reset")
	n.fails("z", "CompileError")
	if out := n.ok("%time 1+1"); !strings.HasPrefix(out, "result: 2|stdout: Wall time: ") {
		t.Errorf("%%time: %q", out)
	}
}

func TestIsComplete(t *testing.T) {
	n := open(t)
	for code, want := range map[string]string{
		"x := 1":                    "complete",
		"func f() {":                "incomplete",
		"x :=":                      "incomplete",
		"s := `a":                   "incomplete",
		"/* a":                      "incomplete",
		"f(1,\n":                    "incomplete",
		"}":                         "invalid",
		"!ls":                       "complete",
		"%%bash\nls":                "incomplete",
		"%%bash\nls\n\n":            "complete",
		"%%writefile a.go\nfor for": "incomplete",
		"%%time":                    "incomplete",
		"%%time\nf(1)":              "complete",
		"%%time\nf(":                "incomplete",
		"%%timeit\nfor for":         "invalid",
		"%time f()":                 "complete",
		"%who\nx := 1 +":            "incomplete",
		"!ls\nfor for":              "invalid",
		"x := 1\n!ls":               "complete",
		"x := 7 %\n":                "incomplete",
		"if x {\n\tx++\n}":          "complete",
	} {
		if got := n.s.IsComplete(code); got.Status != want {
			t.Errorf("%q is %s, want %s", code, got.Status, want)
		}
	}
}

func TestComplete(t *testing.T) {
	n := open(t)
	n.ok("import \"strings\"\nlongName := 1")
	for _, c := range []struct {
		code, want string
		start      int
	}{{"é := longN", "longName", 5}, {"strings.HasPre", "HasPrefix", 8}, {"%ti", "%time", 0}} {
		got := n.s.Complete(context.Background(), c.code, len([]rune(c.code)))
		if len(got.Items) == 0 || got.Items[0].Text != c.want || got.Start != c.start || got.End != len([]rune(c.code)) {
			t.Errorf("%q: %+v", c.code, got)
		}
	}
}

func TestWritefileEndsItsLastLine(t *testing.T) {
	n := open(t)
	n.ok("%%writefile notes.txt\nfirst\nsecond")
	n.ok("%%writefile -a notes.txt\nthird\n")
	n.shows("!cat notes.txt", "stdout: first\nsecond\nthird\n")
}
