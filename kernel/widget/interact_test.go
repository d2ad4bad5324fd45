package widget

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
)

// interact shows an interaction and returns it with what its page got.
func interact(t testing.TB, p *page, f any, inputs ...any) *Interaction {
	t.Helper()
	in, err := NewInteraction(f, inputs...)
	if err != nil {
		t.Fatal(err)
	}
	display.Show(in)
	p.take()
	return in
}

// showing waits until the interaction shows one output with the given text.
func (p *page) showing(in *Interaction, want string) {
	p.t.Helper()
	p.until(want, func() bool {
		got := stands(in.out)
		return len(got) == 1 && got[0] == want
	})
}

func TestInteract(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("n", 0, 30, 7)
	slot := NewDropdown("slot", []string{"item", "user"})
	in := interact(t, p, func(n int, slot string) string { return fmt.Sprint(slot, " ", n) }, n, slot)
	p.showing(in, "display_data item 7")
	p.move(n, `{"value":8}`)
	p.showing(in, "display_data item 8")
	p.move(slot, `{"index":1}`)
	p.showing(in, "display_data user 8")
	n.SetValue(9)
	p.showing(in, "display_data user 9")
	if got, want := fmt.Sprint(in), "n = 9, slot = user\nuser 9"; got != want {
		t.Errorf("in words %q, want %q", got, want)
	}
}

func TestSideBySide(t *testing.T) {
	p := newPage(t)
	n, slot := NewIntSlider("n", 0, 30, 7), NewDropdown("slot", []string{"item", "user"})
	in := interact(t, p, func(n int, slot string) string { return fmt.Sprint(slot, " ", n) }, n, slot)
	in.SideBySide()
	row, ok := in.Children()[0].model(), len(in.Children()) == 2
	if inputs := row.Get("children").([]Widget); !ok || len(inputs) != 2 || inputs[0].model() != n.model() {
		t.Fatalf("children %v", in.Children())
	}
	if flow := row.Get("layout").(Widget).model().Get("flex_flow"); flow != "row wrap" {
		t.Errorf("flow %v", flow)
	}
	p.move(n, `{"value":8}`)
	p.showing(in, "display_data item 8")
	if got, want := fmt.Sprint(in), "n = 8, slot = item\nitem 8"; got != want {
		t.Errorf("in words %q, want %q", got, want)
	}
}

// TestOneMoveOneUpdate checks that a drawing reaches the page whole: the page
// never shows an empty place between two drawings.
func TestOneMoveOneUpdate(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("n", 0, 30, 7)
	in := interact(t, p, func(n int) int { return n * n }, n)
	p.move(n, `{"value":8}`)
	p.showing(in, "display_data 64")
	want := []any{
		map[string]any{"method": "echo_update", "state": map[string]any{"value": 8.0}, "buffer_paths": []any{}},
		map[string]any{"method": "update", "buffer_paths": []any{}, "state": map[string]any{"outputs": []any{map[string]any{
			"output_type": "display_data", "data": map[string]any{"text/plain": "64"}, "metadata": map[string]any{},
		}}}},
	}
	var got []any
	for _, m := range p.take() {
		var data any
		if err := json.Unmarshal(m.Data, &data); err != nil {
			t.Fatal(err)
		}
		got = append(got, data)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

type drawing struct{}

func (drawing) String() string { return "a drawing" }
func (drawing) SVG() string    { return "<svg/>" }

func TestInteractIsPrintedToo(t *testing.T) {
	newPage(t)
	in, err := NewInteraction(func(on bool) any { return drawing{} }, In("controls", true))
	if err != nil {
		t.Fatal(err)
	}
	b := display.Of(in)
	if b.Data[display.MIMESVG] != "<svg/>" || b.Data[display.MIMEWidget] == nil || b.Data[display.MIMEText] != "controls = true\na drawing" {
		t.Errorf("shown as %v", b.Data)
	}
	// without a page, as where a program is run and not a notebook
	defer display.SetSink(nil)()
	in, err = NewInteraction(func(on bool) any { return drawing{} }, true)
	if err != nil {
		t.Fatal(err)
	}
	if b := display.Of(in); b.Data[display.MIMEWidget] != nil || b.Data[display.MIMESVG] != "<svg/>" {
		t.Errorf("shown as %v", b.Data)
	}
}

func TestInteractFailures(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("n", 0, 30, 0)
	in := interact(t, p, func(n int) (string, error) {
		switch n {
		case 1:
			return "", errors.New("no data")
		case 2:
			return "", &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
		case 3:
			panic("three")
		}
		return fmt.Sprint("fine ", n), nil
	}, n)
	p.showing(in, "display_data fine 0")
	p.move(n, `{"value":1}`)
	p.showing(in, "error errors.errorString: no data")
	p.move(n, `{"value":2}`)
	p.showing(in, "error fs.PathError: open x: file does not exist")
	p.move(n, `{"value":3}`)
	p.showing(in, "error panic: three")
	trace := in.out.Get("outputs").([]any)[0].(map[string]any)["traceback"].([]string)
	if len(trace) != 2 || !strings.Contains(trace[1], "interact_test.go:") || strings.Contains(trace[1], "interact.go:") {
		t.Errorf("trace %q", trace)
	}
	p.move(n, `{"value":4}`)
	p.showing(in, "display_data fine 4")
}

func TestInteractWithoutResult(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("n", 0, 30, 0)
	in := interact(t, p, func(n int) {
		if n != 2 {
			display.Show(fmt.Sprint("shown ", n))
		}
	}, n)
	p.showing(in, "display_data shown 0")
	p.move(n, `{"value":1}`)
	p.showing(in, "display_data shown 1")
	p.move(n, `{"value":2}`)
	p.until("nothing", func() bool { return len(stands(in.out)) == 0 })
}

// TestInteractDrawsTheNewest moves a slider a hundred times during a drawing.
func TestInteractDrawsTheNewest(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("n", 0, 1000, 0)
	var drawn atomic.Int32
	started, goOn := make(chan bool), make(chan bool)
	in := interact(t, p, func(n int) int {
		if drawn.Add(1) == 2 {
			close(started)
			<-goOn
		}
		return n
	}, n)
	p.move(n, `{"value":1}`)
	<-started
	for v := range 100 {
		p.move(n, fmt.Sprintf(`{"value":%d}`, 100+v))
	}
	close(goOn)
	p.showing(in, "display_data 199")
	if got := drawn.Load(); got != 3 {
		t.Errorf("%d drawings, want the first, the one that was slow, and the newest", got)
	}
}

func TestInteractContextEndsWithTheNextMove(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("n", 0, 1000, 0)
	started := make(chan bool)
	in := interact(t, p, func(ctx context.Context, n int) (int, error) {
		if n == 1 {
			close(started)
			<-ctx.Done()
			return 0, fmt.Errorf("sweep: %w", ctx.Err())
		}
		return n, nil
	}, n)
	p.move(n, `{"value":1}`)
	<-started
	p.move(n, `{"value":2}`)
	p.showing(in, "display_data 2")
	for _, m := range p.take() {
		if strings.Contains(string(m.Data), "canceled") {
			t.Errorf("the page saw %s", m.Data)
		}
	}
}

// TestInteractOutlivesReload asks, as a page loaded anew does, for all states.
func TestInteractOutlivesReload(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("n", 0, 30, 7)
	in := interact(t, p, func(n int) int { return n }, n)
	p.move(n, `{"value":8}`)
	p.showing(in, "display_data 8")
	p.take()
	Handle(engine.CommMessage{Kind: engine.CommOpen, ID: "c", Target: controlTarget}, p)
	Handle(engine.CommMessage{Kind: engine.CommMsg, ID: "c", Data: json.RawMessage(`{"method":"request_states"}`)}, p)
	var data struct {
		States map[string]struct {
			State map[string]any `json:"state"`
		} `json:"states"`
	}
	said := p.take()
	if err := json.Unmarshal(said[0].Data, &data); err != nil {
		t.Fatal(err)
	}
	if v := data.States[n.id].State["value"]; v != 8.0 {
		t.Errorf("the slider comes back at %v", v)
	}
	if o := data.States[in.out.id].State["outputs"].([]any); len(o) != 1 {
		t.Errorf("the drawing comes back as %v", o)
	}
	if ref := fmt.Sprint(data.States[in.Box.id].State["children"]); !strings.Contains(ref, n.id) || !strings.Contains(ref, in.out.id) {
		t.Errorf("the box comes back with %s", ref)
	}
}

type slotName string
type horizon int64

func TestInteractConverts(t *testing.T) {
	newPage(t)
	for name, c := range map[string]struct {
		f      any
		inputs []any
		want   string
	}{
		"named types":    {func(s slotName, h horizon) string { return fmt.Sprintf("%T %T", s, h) }, []any{[]string{"item"}, []int{1, 7}}, "widget.slotName widget.horizon"},
		"int as float":   {func(x float64) float64 { return x / 2 }, []any{In("", 7)}, "3.5"},
		"int as float32": {func(x float32) float32 { return x / 2 }, []any{NewIntText("", 7)}, "3.5"},
		"several chosen": {func(s []string) int { return len(s) }, []any{NewSelectMultiple("", []string{"a"})}, "0"},
		"a range":        {func(r [2]int) int { return r[1] - r[0] }, []any{NewIntRangeSlider("", 0, 9, 2, 6)}, "4"},
		"as a slice":     {func(r []float64) int { return len(r) }, []any{NewFloatRangeSlider("", 0, 9, 2, 6)}, "2"},
		"anything":       {func(x any) string { return fmt.Sprintf("%T", x) }, []any{NewDropdown("", []any{1.5, "b"})}, "float64"},
		"a min and max":  {func(n int) int { return n }, []any{[2]int{0, 30}}, "15"},
		"with a step":    {func(n int) int { return n }, []any{[3]int{0, 30, 7}}, "14"},
		"floats":         {func(x float64) float64 { return x }, []any{[3]float64{0, 1, 0.25}}, "0.5"},
		"words":          {func(s string) string { return s }, []any{"typed"}, "typed"},
		"no inputs":      {func() int { return 5 }, nil, "5"},
		"a typed nil":    {func() (int, *fs.PathError) { return 5, nil }, nil, "5 <nil>"},
	} {
		in, err := NewInteraction(c.f, c.inputs...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := stands(in.out); len(got) != 1 || got[0] != "display_data "+c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestInteractRefuses(t *testing.T) {
	newPage(t)
	for want, c := range map[string]struct {
		f      any
		inputs []any
	}{
		"wants a function, not int":                     {5, nil},
		"wants a function, not func()":                  {(func())(nil), nil},
		"func(int) wants 1 inputs, 2 are given":         {func(int) {}, []any{1, 2}},
		"func(...int) wants 1 inputs, 1 are given":      {func(...int) {}, []any{1}},
		"input 1: a string cannot be a int":             {func(int) {}, []any{"x"}},
		"input 2: a float64 cannot be a int":            {func(int, int) {}, []any{1, 2.5}},
		"input 1: a string cannot be a float64":         {func(float64) {}, []any{NewDropdown("", []any{1.5, "b"})}},
		"input 1: an empty []int leaves nothing":        {func(int) {}, []any{[]int{}}},
		"input 1: a Button has no value to give":        {func(int) {}, []any{NewButton("b")}},
		"input 1: no widget suits a struct {}":          {func(int) {}, []any{struct{}{}}},
		"input 1: no widget suits a <nil>":              {func(int) {}, []any{nil}},
		"input 1: a slider's step is at least 1, not 0": {func(int) {}, []any{[3]int{0, 9, 0}}},
		"input 1: a slider's step is more than 0":       {func(float64) {}, []any{[3]float64{0, 9, 0}}},
		"input 1: a []interface {} cannot be a string":  {func(string) {}, []any{NewSelectMultiple("", []string{"a"})}},
	} {
		err := Interact(c.f, c.inputs...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestConvertNothing(t *testing.T) {
	if _, err := convert(nil, reflect.TypeFor[int]()); err == nil {
		t.Error("nothing became an int")
	}
	if v, err := convert(nil, reflect.TypeFor[any]()); err != nil || !v.IsNil() {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestLongLabelsGetRoom(t *testing.T) {
	newPage(t)
	a, b := NewIntSlider("short", 0, 1, 0), NewCheckbox("a label of some length", true)
	if err := Interact(func(int, bool) {}, a, b); err != nil {
		t.Fatal(err)
	}
	for _, m := range []*Model{a.Model, b.Model} {
		if got := m.Get("style").(Widget).model().Get("description_width"); got != "23ch" {
			t.Errorf("%s: %v", m, got)
		}
	}
}

func BenchmarkMove(b *testing.B) {
	p := newPage(b)
	n := NewIntSlider("n", 0, 1<<30, 0)
	in := interact(b, p, func(n int) int { return n }, n)
	for i := 1; b.Loop(); i++ {
		p.move(n, fmt.Sprintf(`{"value":%d}`, i))
		p.showing(in, fmt.Sprint("display_data ", i))
		p.take()
	}
}

// TestSeveralThingsOneUpdate has a drawing of three parts reach the page at
// once, and a slow one part by part.
func TestSeveralThingsOneUpdate(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("n", 0, 30, 0)
	goOn := make(chan bool)
	in := interact(t, p, func(n int) int {
		display.Show("first")
		display.Show("second")
		if n == 2 {
			<-goOn
		}
		return n
	}, n)
	updates := func() (all []string) {
		for _, m := range p.take() {
			if m.ID == in.out.id {
				all = append(all, fmt.Sprint(strings.Count(string(m.Data), "display_data")))
			}
		}
		return all
	}
	three := func() bool { return len(stands(in.out)) == 3 }
	p.move(n, `{"value":1}`)
	p.until("the drawing", func() bool { return three() && stands(in.out)[2] == "display_data 1" })
	if got := updates(); len(got) != 1 || got[0] != "3" {
		t.Errorf("updates of %q outputs", got)
	}
	p.move(n, `{"value":2}`)
	p.until("its first parts", func() bool { return len(stands(in.out)) == 2 })
	close(goOn)
	p.until("all of it", three)
	if got := updates(); len(got) != 2 || got[0] != "2" || got[1] != "3" {
		t.Errorf("updates of %q outputs", got)
	}
}
