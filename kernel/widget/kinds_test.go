package widget

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
)

// every returns one of each kind.
func every() []Widget {
	words := []string{"a", "b"}
	return []Widget{
		NewIntSlider("l", 0, 30, 7), NewFloatSlider("l", 0, 1, 0.5), NewFloatLogSlider("l", 1, 1000, 10),
		NewIntRangeSlider("l", 0, 30, 7, 9), NewFloatRangeSlider("l", 0, 1, 0.25, 0.5),
		NewDropdown("l", words), NewSelect("l", words), NewRadioButtons("l", words), NewToggleButtons("l", words),
		NewSelectionSlider("l", []int{0, 1, 7}), NewSelectMultiple("l", words),
		NewCheckbox("l", true), NewToggleButton("l", false), NewText("l", "x"), NewTextarea("l", "x"),
		NewIntText("l", 3), NewFloatText("l", 2.5), NewButton("l"),
		NewIntProgress("l", 0, 10, 4), NewFloatProgress("l", 0, 1, 0.5),
		NewLabel("x"), NewHTML("<b>"), NewImage([]byte("png")), NewOutput(),
		NewHBox(NewLabel("a"), NewLabel("b")), NewVBox(), NewTab([]string{"t"}, NewLabel("a")), NewAccordion([]string{"t"}, NewLabel("a")),
	}
}

// TestEveryKindOpens checks what goes to the page against the models of
// ipywidgets: no attribute more or less, each of its type, parts before wholes.
func TestEveryKindOpens(t *testing.T) {
	for _, w := range every() {
		p := newPage(t)
		b := display.Of(w)
		kind := w.model().kind
		view, _ := json.Marshal(b.Data[display.MIMEWidget])
		if want := fmt.Sprintf(`{"model_id":%q,"version_major":2,"version_minor":0}`, w.model().id); string(view) != want {
			t.Errorf("%s: shown as %s, want %s", kind, view, want)
		}
		known := map[string]bool{}
		for _, m := range p.take() {
			var data struct {
				State map[string]any `json:"state"`
			}
			if err := json.Unmarshal(m.Data, &data); err != nil || m.Kind != engine.CommOpen {
				t.Fatalf("%s: %v %v", kind, m, err)
			}
			known[m.ID] = true
			name := data.State["_model_name"].(string)
			for attribute, def := range defaults(name) {
				got, ok := data.State[attribute]
				if !ok && !(name == "ImageModel" && attribute == "value") {
					t.Errorf("%s: without %s", name, attribute)
				}
				if ref, isRef := got.(string); isRef && strings.HasPrefix(ref, "IPY_MODEL_") {
					if !known[strings.TrimPrefix(ref, "IPY_MODEL_")] {
						t.Errorf("%s: %s is not open yet", name, attribute)
					}
					continue
				}
				if def != nil && got != nil && fmt.Sprintf("%T", got) != fmt.Sprintf("%T", viaJSON(def)) {
					t.Errorf("%s: %s is a %T, in ipywidgets a %T", name, attribute, got, viaJSON(def))
				}
			}
			for attribute := range data.State {
				if _, ok := defaults(name)[attribute]; !ok {
					t.Errorf("%s: ipywidgets has no %s", name, attribute)
				}
			}
		}
		if again := display.Of(w); len(p.take()) != 0 || cmp.Diff(b, again) != "" {
			t.Errorf("%s: shown twice, opened twice", kind)
		}
	}
}

func viaJSON(v any) any {
	raw, _ := json.Marshal(v)
	var out any
	_ = json.Unmarshal(raw, &out) // just made
	return out
}

func TestInWords(t *testing.T) {
	var got []string
	for _, w := range every() {
		got = append(got, fmt.Sprint(w))
	}
	want := []string{
		"l = 7", "l = 0.5", "l = 10", "l = 7…9", "l = 0.25…0.5", "l = a", "l = a", "l = a", "l = a", "l = 0", "l = nothing",
		"l = true", "l = false", `l = "x"`, `l = "x"`, "l = 3", "l = 2.5", "Button l", "l = 4", "l = 0.5",
		"x", "<b>", "Image", "Output", "a, b", "VBox", "a", "a",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// TestMoves has the page change each kind, well and badly.
func TestMoves(t *testing.T) {
	n := NewIntSlider("", 0, 30, 7)
	x := NewFloatSlider("", 0, 1, 0.5)
	lg := NewFloatLogSlider("", 1, 1000, 10)
	r := NewIntRangeSlider("", 0, 30, 7, 9)
	xr := NewFloatRangeSlider("", 0, 1, 0.25, 0.5)
	d := NewDropdown("", []int{10, 20, 30})
	many := NewSelectMultiple("", []string{"a", "b", "c"})
	on := NewCheckbox("", false)
	words := NewText("", "")
	num := NewFloatText("", 1)
	acc := NewAccordion([]string{"t"}, NewLabel("a"))
	for _, c := range []struct {
		w      Widget
		say    string
		value  func() any
		want   any
		answer string // "echo", "echo+update" or "update"
	}{
		{n, `{"value":8}`, func() any { return n.Value() }, 8, "echo"},
		{n, `{"value":99}`, func() any { return n.Value() }, 30, "echo+update"},
		{n, `{"value":"x"}`, func() any { return n.Value() }, 30, "update"},
		{n, `{"value":2.5}`, func() any { return n.Value() }, 30, "update"},
		{n, `{"value":null}`, func() any { return n.Value() }, 30, "update"},
		{n, `{"max":5}`, func() any { return n.Value() }, 5, "echo+update"},
		{n, `{"nosuch":5}`, func() any { return n.Value() }, 5, ""},
		{x, `{"value":1}`, func() any { return x.Value() }, 1.0, "echo"},
		{lg, `{"value":500}`, func() any { return lg.Value() }, 500.0, "echo"},
		{lg, `{"value":1e9}`, func() any { return lg.Value() }, 1000.0, "echo+update"},
		{r, `{"value":[1,2]}`, func() any { a, b := r.Value(); return []int{a, b} }, []int{1, 2}, "echo"},
		{r, `{"value":[3,2]}`, func() any { a, b := r.Value(); return []int{a, b} }, []int{1, 2}, "echo+update"},
		{r, `{"value":[]}`, func() any { a, b := r.Value(); return []int{a, b} }, []int{1, 2}, "echo+update"},
		{xr, `{"value":[0,1]}`, func() any { a, b := xr.Value(); return []float64{a, b} }, []float64{0, 1}, "echo"},
		{d, `{"index":2}`, func() any { return d.Value() }, 30, "echo"},
		{d, `{"index":3}`, func() any { return d.Value() }, 30, "echo+update"},
		{d, `{"index":-1}`, func() any { return d.Value() }, 30, "echo+update"},
		{many, `{"index":[0,2]}`, func() any { return many.Value() }, []any{"a", "c"}, "echo"},
		{many, `{"index":[7]}`, func() any { return many.Value() }, []any{"a", "c"}, "echo+update"},
		{on, `{"value":true}`, func() any { return on.Value() }, true, "echo"},
		{on, `{"value":1}`, func() any { return on.Value() }, true, "update"},
		{words, `{"value":"é"}`, func() any { return words.Value() }, "é", "echo"},
		{num, `{"value":-3}`, func() any { return num.Value() }, -3.0, "echo"},
		{acc, `{"selected_index":null}`, func() any { return acc.Get("selected_index") }, (*int)(nil), "echo"},
		{acc, `{"children":[]}`, func() any { return len(acc.Children()) }, 1, "update"},
		{acc, `{"_model_name":"EvilModel"}`, func() any { return acc.Get("_model_name") }, "AccordionModel", "update"},
	} {
		p := newPage(t)
		c.w.model().sink = nil // each case on a page of its own
		c.w.model().open(p)
		p.take()
		p.move(c.w, c.say)
		if d := cmp.Diff(c.want, c.value()); d != "" {
			t.Errorf("%s %s: -want +got\n%s", c.w.model().kind, c.say, d)
		}
		var methods []string
		for _, m := range p.take() {
			var data struct{ Method string }
			_ = json.Unmarshal(m.Data, &data) // an empty method fails below
			methods = append(methods, strings.TrimSuffix(data.Method, "_update"))
		}
		if got := strings.Join(methods, "+"); got != c.answer {
			t.Errorf("%s %s: answered %q, want %q", c.w.model().kind, c.say, got, c.answer)
		}
	}
}

func TestFromTheCell(t *testing.T) {
	n := NewIntSlider("", 0, 10, 99)
	if n.Value() != 10 {
		t.Errorf("starts at %d", n.Value())
	}
	n.SetValue(-5)
	if n.Value() != 0 {
		t.Errorf("stands at %d", n.Value())
	}
	n.Set("max", 20)
	n.SetValue(15)
	n.Set("max", 12)
	if n.Value() != 12 {
		t.Errorf("stands at %d past its end", n.Value())
	}
	x := NewFloatSlider("", 0, 1, 0)
	x.Set("step", 1) // an int will do
	if x.Get("step") != 1.0 {
		t.Errorf("step is %v", x.Get("step"))
	}
	n.Layout("width", "50%")
	n.Style("handle_color", "red")
	n.Enable(false)
	n.Continuous(false)
	if n.Get("disabled") != true || n.Get("layout").(Widget).model().Get("width") != "50%" || n.Get("style").(Widget).model().Get("handle_color") != "red" {
		t.Error("an attribute was not set")
	}
	d := NewDropdown("", []string{"a", "b"})
	d.SetValue("b")
	d.SetOptions([]string{"x", "b", "y"})
	if d.Index() != 1 || d.Selected() != "b" {
		t.Errorf("chosen: %d %q", d.Index(), d.Selected())
	}
	d.SetOptions([]int{5, 6})
	if d.Value() != 5 {
		t.Errorf("chosen: %v", d.Value())
	}
	d.SetOptions([]int{})
	if d.Value() != nil || d.Index() != -1 || d.Selected() != "" || fmt.Sprint(d) != "Dropdown = nothing" {
		t.Errorf("chosen of nothing: %v", d)
	}
	m := NewSelectMultiple("", []string{"a", "b"})
	m.SetIndex(1)
	if d := cmp.Diff([]any{"b"}, m.Value()); d != "" {
		t.Error(d)
	}
	r := NewFloatRangeSlider("", 0, 1, 0, 1)
	r.SetValue(0.5, 0.75)
	if a, b := r.Value(); a != 0.5 || b != 0.75 {
		t.Errorf("range %v %v", a, b)
	}
}

func TestMisusePanics(t *testing.T) {
	for want, f := range map[string]func(){
		`IntSlider "n": the least value is 3, the greatest 2`: func() { NewIntSlider("n", 3, 2, 2) },
		"the value is NaN":                       func() { NewFloatSlider("", 0, 1, math.NaN()) },
		"the least value is NaN, the greatest":   func() { NewFloatSlider("", math.NaN(), 1, 0) },
		"which has no logarithm":                 func() { NewFloatLogSlider("", 0, 1, 1) },
		"[3 2] is no range between 0 and 5":      func() { NewIntRangeSlider("", 0, 5, 3, 2) },
		"options are a slice, not int":           func() { NewDropdown("", 5) },
		"there is no option 2, only 2":           func() { NewDropdown("", []int{1, 2}).SetIndex(2) },
		"there is no option 9, only 1":           func() { NewSelectMultiple("", []int{1}).SetIndex(9) },
		"Dropdown has no option 3":               func() { NewDropdown("", []int{1, 2}).SetValue(3) },
		`IntSlider has no attribute "stepp"`:     func() { NewIntSlider("", 0, 1, 0).Set("stepp", 1) },
		"IntSlider.step is a int, not a float64": func() { NewIntSlider("", 0, 1, 0).Set("step", 0.5) },
		`LayoutModel has no attribute`:           func() { NewLabel("").Layout("colour", "red") },
		"HBox has no style":                      func() { NewHBox().Style("x", "y") },
		"no widget suits a chan int":             func() { In("", make(chan int)) },
	} {
		func() {
			defer func() {
				got := fmt.Sprint(recover())
				if !strings.Contains(got, strings.ReplaceAll(want, "LayoutModel", "Layout")) || !strings.HasPrefix(got, "widget: ") {
					t.Errorf("panicked with %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}

func TestWithoutAPage(t *testing.T) {
	n := NewIntSlider("n", 0, 10, 5)
	b := display.Of(n)
	if d := cmp.Diff(map[string]any{display.MIMEText: "n = 5"}, b.Data); d != "" {
		t.Error(d)
	}
	n.SetValue(6)
	n.Close()
	n.SetValue(7)
}

func TestForeignMessages(t *testing.T) {
	p := newPage(t)
	for name, m := range map[string]engine.CommMessage{
		"an unknown target":       {Kind: engine.CommOpen, ID: "x", Target: "nosuch"},
		"a widget from the page":  {Kind: engine.CommOpen, ID: "x", Target: "jupyter.widget"},
		"a message to nobody":     {Kind: engine.CommMsg, ID: "x", Data: json.RawMessage(`{"method":"update"}`)},
		"the closing of no comm":  {Kind: engine.CommClose, ID: "x"},
		"a message without bytes": {Kind: engine.CommMsg, ID: "x"},
	} {
		if Handle(m, p) {
			t.Errorf("%s was taken", name)
		}
	}
	n := NewIntSlider("", 0, 10, 5)
	n.Show()
	p.take()
	for _, junk := range []string{``, `null`, `5`, `{"method":7}`, `{"method":"update"}`, `{"method":"nosuch"}`,
		`{"method":"update","state":{"value":9},"buffer_paths":[["value"]]}`, `{"method":"custom","content":"x"}`} {
		p.send(n, junk)
	}
	p.send(n, `{"method":"update","state":{},"buffer_paths":[["value","x"]]}`, []byte("b"))
	if n.Value() != 5 || len(p.take()) != 0 {
		t.Errorf("junk moved the slider to %d", n.Value())
	}
}

func TestCommsAndClosing(t *testing.T) {
	p := newPage(t)
	n := NewIntSlider("", 0, 10, 5)
	n.Show()
	Handle(engine.CommMessage{Kind: engine.CommOpen, ID: "c", Target: controlTarget}, p)
	all := Comms()
	if len(all) != 4 || all[n.id] != "jupyter.widget" || all["c"] != "jupyter.widget.control" {
		t.Errorf("comms: %v", all)
	}
	for _, id := range []string{"c", n.id} {
		if !Handle(engine.CommMessage{Kind: engine.CommClose, ID: id}, p) {
			t.Errorf("closing %s was not taken", id)
		}
	}
	if len(Comms()) != 2 { // layout and style
		t.Errorf("comms: %v", Comms())
	}
	p.take()
	n.SetValue(7)
	if len(p.take()) != 0 {
		t.Error("a closed widget speaks")
	}
}

func TestBuffersFromThePage(t *testing.T) {
	p := newPage(t)
	i := NewImage([]byte("old"))
	i.Show()
	p.take()
	p.send(i, `{"method":"update","state":{},"buffer_paths":[["value"]]}`, []byte("new"))
	if got := string(i.Get("value").([]byte)); got != "new" {
		t.Errorf("holds %q", got)
	}
	echo := p.take()
	if len(echo) != 1 || string(echo[0].Buffers[0]) != "new" {
		t.Errorf("echo: %v", echo)
	}
}

func TestBoxOpensNewChildren(t *testing.T) {
	p := newPage(t)
	b := NewHBox(NewLabel("a"))
	b.Show()
	p.take()
	child := NewLabel("b")
	b.SetChildren(child)
	said := p.take()
	if len(said) != 4 || said[2].ID != child.id || said[3].ID != b.id || !strings.Contains(string(said[3].Data), `["IPY_MODEL_`+child.id+`"]`) {
		t.Errorf("said %v", said)
	}
}
