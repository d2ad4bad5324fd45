package interp

import (
	"context"
	"testing"
	"time"
)

func run(t *testing.T, i *Interp, ctx context.Context, code string) (values []any, name string) {
	t.Helper()
	o, err := i.Run(ctx, code, "Cell [1]", 0, nil)
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	if o.Err != nil {
		name = o.Err.Name
	}
	return o.Values, name
}

func TestPredeclaredContext(t *testing.T) {
	i, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	bg := context.Background()
	run(t, i, bg, "first := ctx")
	ctx, cancel := context.WithCancel(bg)
	cancel()
	if _, name := run(t, i, ctx, "first == ctx"); name != "Interrupt" {
		t.Errorf("a cell under an ended context fails as %q", name)
	}
	// The notebook's own ctx stays its own.
	run(t, i, bg, "import (\"context\"; \"time\")\nctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)")
	begin := time.Now()
	if values, name := run(t, i, bg, "<-ctx.Done()\nctx.Err().Error()"); name != "" || len(values) != 1 || values[0] != context.DeadlineExceeded.Error() || time.Since(begin) > 5*time.Second {
		t.Errorf("values %v, %s", values, name)
	}
}

func TestNamesAndValues(t *testing.T) {
	i, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	bg := context.Background()
	run(t, i, bg, "a, b := 1, \"x\"\nvar c []int\nconst k = 3\nfunc f() {}")
	if names := i.Names(); len(names) != 3 || names[0] != "a" || names[2] != "c" {
		t.Errorf("names %v", names)
	}
	if v, ok := i.Value(bg, "b"); !ok || v != "x" {
		t.Errorf("b is %v, %v", v, ok)
	}
	if _, ok := i.Value(bg, "nosuch"); ok {
		t.Error("nosuch has a value")
	}
}

func TestUnknownImport(t *testing.T) {
	i, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, name := run(t, i, context.Background(), "import \"example.com/nosuch\""); name != "CompileError" {
		t.Errorf("fails as %q", name)
	}
}
