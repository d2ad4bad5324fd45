package display

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
)

type point struct {
	X int
	Y string
}

type node struct {
	Name string
	Next *node
}

type day int

func (d day) String() string { return fmt.Sprintf("day %d", int(d)) }

type broken struct{ N int }

func (broken) String() string { panic("no words") }

type mixed struct {
	Shown  int
	hidden int
}

func TestText(t *testing.T) {
	loop := &node{Name: "a"}
	loop.Next = loop
	five := 5
	long := make([]int, 1000)
	for i := range long {
		long[i] = i
	}
	utc := time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	var nilErr error
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"nil", nil, "<nil>"},
		{"nil error", nilErr, "<nil>"},
		{"nil pointer", (*point)(nil), "<nil>"},
		{"int", 5, "5"},
		{"float", 2.5, "2.5"},
		{"large float", 1e6, "1e+06"},
		{"NaN", math.NaN(), "NaN"},
		{"float32", float32(0.1), "0.1"},
		{"complex", complex(1, 2), "(1+2i)"},
		{"bool", true, "true"},
		{"string as it is", "two\nlines \"quoted\"", "two\nlines \"quoted\""},
		{"slice", []int{1, 2, 3}, "[1 2 3]"},
		{"words", []string{"n1", "n2"}, "[n1 n2]"},
		{"nil slice", []int(nil), "[]"},
		{"nil map", map[string]int(nil), "map[]"},
		{"array", [2][3]int{{}, {0, 0, 5}}, "[[0 0 0] [0 0 5]]"},
		{"map, sorted", map[string]int{"b": 2, "a": 1}, "map[a:1 b:2]"},
		{"map by number", map[int]string{10: "x", 9: "y"}, "map[9:y 10:x]"},
		{"map by interface", map[any]int{"b": 2, 1: 1}, "map[1:1 b:2]"},
		{"struct", point{1, "a"}, "{X:1 Y:a}"},
		{"pointer to struct", &point{1, "a"}, "&{X:1 Y:a}"},
		{"pointer to int", &five, "&5"},
		{"pointers inside", []*point{{1, "a"}, nil}, "[&{X:1 Y:a} <nil>]"},
		{"a cycle", loop, "&{Name:a Next:&…}"},
		{"Stringer", day(3), "day 3"},
		{"Stringers inside", map[string]day{"a": 1}, "map[a:day 1]"},
		{"error", errors.New("a: b"), "a: b"},
		{"panicking String", broken{1}, "<String() of display.broken panicked: no words>"},
		{"panicking String inside", []broken{{1}}, "[<String() of display.broken panicked: no words>]"},
		{"fields kept by a package", mixed{1, 2}, "{Shown:1 …}"},
		{"only such fields", struct{ a int }{1}, "struct { a int }{…}"},
		{"time", utc, "2024-03-01 12:00:00 +0000 UTC"},
		{"duration", 90 * time.Minute, "1h30m0s"},
		{"func", strings.ToUpper, "func(string) string"},
		{"chan", make(chan int), "chan int"},
		{"bytes, text", []byte("hé"), "hé\n([]byte, 3 bytes)"},
		{"bytes, none", []byte{}, "[]"},
		{"bytes, binary", []byte{0, 1, 255}, "00000000  00 01 ff                                          |...|\n([]byte, 3 bytes)"},
		{"long slice", long, "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 … 995 996 997 998 999] (1000 in all)"},
		{"matrix", mat.NewDense(2, 2, []float64{5, 11, 11, 25}), "⎡ 5  11⎤\n⎣11  25⎦"},
		{"vector", mat.NewVecDense(3, []float64{1, -2.5, 1.0 / 3}), "⎡       1⎤\n⎢    -2.5⎥\n⎣0.333333⎦"},
		{"row", mat.NewDense(1, 3, []float64{1, 2, 3}), "[1  2  3]"},
		{"empty matrix", &mat.Dense{}, "0×0 matrix"},
		{"complex matrix", mat.NewCDense(1, 1, []complex128{2i}), "[(0+2i)]"},
		{"a formatter", mat.Formatted(mat.NewDense(1, 1, []float64{7})), "[7]"},
	} {
		if got := Text(c.v); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestTextMonotonicClockIsLeftOut(t *testing.T) {
	if s := Text(time.Now()); strings.Contains(s, "m=") {
		t.Errorf("a reading of the monotonic clock differs in every run: %s", s)
	}
}

func TestTextLinePerEntry(t *testing.T) {
	long := strings.Repeat("x", 60)
	got := Text(struct {
		Name  string
		Inner *point
		Other string
	}{long, &point{1, "a"}, long})
	want := "{\n  Name:  " + long + "\n  Inner: &{X:1 Y:a}\n  Other: " + long + "\n}"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got = Text(map[string]string{"a": long, "key": long})
	want = "map[\n  a:   " + long + "\n  key: " + long + "\n]"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTextOfLargeMatrixShowsCorners(t *testing.T) {
	m := mat.NewDense(100, 50, nil)
	m.Set(99, 49, 7)
	got := Text(m)
	if lines := strings.Split(got, "\n"); len(lines) != 12 || lines[0] != "100×50 matrix" || !strings.HasSuffix(lines[11], "7⎦") {
		t.Errorf("got\n%s", got)
	}
}

// The types below look as their methods say.
type card struct{ s string }

func (c card) HTML() string { return "<b>" + c.s + "</b>" }

type many struct{}

func (many) String() string       { return "many" }
func (many) HTML() string         { return "<i>h</i>" }
func (many) Markdown() string     { return "*m*" }
func (many) LaTeX() string        { return "$l$" }
func (many) SVG() string          { return "<svg/>" }
func (many) PNG() []byte          { return onePixel() }
func (many) JSON() map[string]any { return map[string]any{"a": 1} }
func (many) JavaScript() string   { return "1" }

type tree struct{}

func (tree) JSON() map[string]any { return map[string]any{"a": 1} }

type vega struct{}

func (vega) HTML() string { return "<p>not this</p>" }
func (vega) MIMEBundle() (data, metadata map[string]any) {
	return map[string]any{MIMEVegaLite: map[string]any{"mark": "line"}, MIMEPNG: onePixel()},
		map[string]any{MIMEPNG: map[string]any{"width": 320, "height": 200}}
}

// data has the shape, and not the type, of gophernotes' Data.
type data = struct{ Data, Metadata, Transient map[string]any }

type renderer struct{}

func (renderer) Render() data {
	return data{Data: map[string]any{MIMEHTML: "<u>r</u>", MIMEText: "r"}, Metadata: map[string]any{"k": "v"}}
}

type simple struct{}

func (simple) SimpleRender() map[string]any { return map[string]any{MIMEMarkdown: "# s"} }

type rude struct{}

func (rude) HTML() string     { panic(errors.New("html broke")) }
func (rude) Markdown() string { return "still *here*" }

type onNil struct{ n int }

func (o onNil) HTML() string { return fmt.Sprint(o.n) }

func onePixel() []byte {
	b, _ := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	return b
}

func TestOf(t *testing.T) {
	px := base64.StdEncoding.EncodeToString(onePixel())
	pxSize := map[string]any{"width": 1, "height": 1}
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	for _, c := range []struct {
		name     string
		v        any
		data     map[string]any
		metadata map[string]any
	}{
		{"a number", 5, map[string]any{MIMEText: "5"}, nil},
		{"HTML", card{"hi"}, map[string]any{MIMEHTML: "<b>hi</b>", MIMEText: "display.card{…}"}, nil},
		{"every method", many{}, map[string]any{
			MIMEText: "many", MIMEHTML: "<i>h</i>", MIMEMarkdown: "*m*", MIMELaTeX: "$l$", MIMESVG: "<svg/>",
			MIMEPNG: px, MIMEJavaScript: "1",
		}, map[string]any{MIMEPNG: pxSize}},
		{"a tree", tree{}, map[string]any{MIMEText: "{}", MIMEJSON: raw(`{"a":1}`)}, nil},
		{"Vega without HTML", vega{}, map[string]any{
			MIMEText: "{}", MIMEVegaLite: raw(`{"mark":"line"}`), MIMEPNG: px,
		}, map[string]any{MIMEPNG: map[string]any{"width": 320, "height": 200}}},
		{"Render", renderer{}, map[string]any{MIMEText: "r", MIMEHTML: "<u>r</u>"}, map[string]any{"k": "v"}},
		{"its result", renderer{}.Render(), map[string]any{MIMEText: "r", MIMEHTML: "<u>r</u>"}, map[string]any{"k": "v"}},
		{"SimpleRender", simple{}, map[string]any{MIMEText: "{}", MIMEMarkdown: "# s"}, nil},
		{"a panicking method", rude{}, map[string]any{
			MIMEText: "{}\nHTML() of display.rude panicked: html broke", MIMEMarkdown: "still *here*",
		}, nil},
		{"nil with a value's method", (*onNil)(nil), map[string]any{MIMEText: "<nil>"}, nil},
		{"PNG bytes", onePixel(), map[string]any{MIMEText: fmt.Sprintf("[]byte, %d bytes: image/png", len(onePixel())), MIMEPNG: px}, map[string]any{MIMEPNG: pxSize}},
		{"a bundle", As(MIMEMarkdown, "*x*"), map[string]any{MIMEText: "*x*", MIMEMarkdown: "*x*"}, nil},
		{"a bundle of HTML", As(MIMEHTML, "<b>"), map[string]any{MIMEText: "<text/html>", MIMEHTML: "<b>"}, nil},
		{"JSON that cannot be", As(MIMEJSON, map[string]any{"x": math.NaN()}), map[string]any{
			MIMEText: "<application/json>\napplication/json is not shown: json: unsupported value: NaN",
		}, nil},
		{"a wrong form", As(MIMEHTML, 5), map[string]any{MIMEText: "<text/html>\ntext/html is not shown: want a string or []byte, got int"}, nil},
		{"invalid UTF-8", As(MIMEHTML, "a\xffb"), map[string]any{MIMEText: "<text/html>", MIMEHTML: "a\uFFFDb"}, nil},
	} {
		got := Of(c.v)
		if c.metadata == nil {
			c.metadata = map[string]any{}
		}
		if d := cmp.Diff(c.data, got.Data); d != "" {
			t.Errorf("%s: data (-want +got)\n%s", c.name, d)
		}
		if d := cmp.Diff(c.metadata, got.Metadata); d != "" {
			t.Errorf("%s: metadata (-want +got)\n%s", c.name, d)
		}
		if _, err := json.Marshal(got); err != nil {
			t.Errorf("%s: cannot be sent: %v", c.name, err)
		}
	}
}

func TestOfImage(t *testing.T) {
	got := Of(image.NewRGBA(image.Rect(0, 0, 30, 20)))
	if got.Data[MIMEText] != "image.RGBA, 30×20 pixels" {
		t.Errorf("text: %v", got.Data[MIMEText])
	}
	if d := cmp.Diff(map[string]any{MIMEPNG: map[string]any{"width": 30, "height": 20}}, got.Metadata); d != "" {
		t.Error(d)
	}
	if got := Of(image.NewRGBA(image.Rect(0, 0, 0, 20))); got.Data[MIMEPNG] != nil {
		t.Error("an empty image has no PNG")
	}
}

func TestResults(t *testing.T) {
	var none error
	for _, c := range []struct {
		name   string
		values []any
		want   string // text/plain; "" for nothing shown
	}{
		{"none", nil, ""},
		{"nil alone", []any{none}, ""},
		{"a value and no error", []any{7, none}, "7"},
		{"two values", []any{7, "x"}, "7 x"},
		{"an error", []any{7, errors.New("e")}, "7 e"},
		{"nil first", []any{nil, 7}, "<nil> 7"},
		{"several lines", []any{"a\nb", 7}, "a\nb\n7"},
	} {
		b, ok := Results(c.values...)
		if ok != (c.want != "") || ok && b.Data[MIMEText] != c.want {
			t.Errorf("%s: got %v, %v; want %q", c.name, b.Data, ok, c.want)
		}
	}
	b, _ := Results(card{"hi"}, 7)
	if want := "<div><b>hi</b></div>\n<pre>7</pre>"; b.Data[MIMEHTML] != want {
		t.Errorf("got %v, want %v", b.Data[MIMEHTML], want)
	}
}

type celsius float64

func TestRegister(t *testing.T) {
	Register(func(c celsius) Bundle { return As(MIMEMarkdown, fmt.Sprintf("**%g °C**", float64(c))) })
	Register(func(c celsius) Bundle { return As(MIMEMarkdown, fmt.Sprintf("%g °C", float64(c))) })
	t.Cleanup(func() { converters.list = nil })
	if got := Of(celsius(21)); got.Data[MIMEMarkdown] != "21 °C" {
		t.Errorf("the newest registration counts: %v", got.Data)
	}
	Register(func(celsius) Bundle { panic("cold") })
	if got := Of(celsius(21)).Data[MIMEText]; got != "21\nthe registered form of display.celsius panicked: cold" {
		t.Errorf("got %v", got)
	}
}

func TestCaps(t *testing.T) {
	var kept string
	Overflow = func(name, content string) (string, error) { kept = content; return "/tmp/x/" + name, nil }
	t.Cleanup(func() { Overflow = nil })
	long := strings.Repeat("é", MaxText)
	text := Of(long).Data[MIMEText].(string)
	if len(text) > MaxText+200 || !strings.HasSuffix(text, "; the whole is in /tmp/x/output.txt]") || kept != long {
		t.Errorf("%d bytes, end %q, kept %d", len(text), text[len(text)-100:], len(kept))
	}
	if strings.Contains(text, "\uFFFD") {
		t.Error("cut inside a character")
	}
	b := Of(As(MIMEHTML, strings.Repeat("x", MaxRich+1)))
	if b.Data[MIMEHTML] != nil || !strings.Contains(b.Data[MIMEText].(string), "text/html left out: 16777217 bytes") {
		t.Errorf("got %v", b.Data[MIMEText])
	}
	Overflow = func(string, string) (string, error) { return "", errors.New("disk full") }
	if text := Of(long).Data[MIMEText].(string); !strings.HasSuffix(text, "could not be kept: disk full]") {
		t.Errorf("end %q", text[len(text)-100:])
	}
}

type embedder struct {
	*point
	fmt.Stringer
	err  error
	Fn   func()
	Ch   chan int
	At   unsafe.Pointer
	Raw  uintptr
	Any  any
	Self *embedder
}

func TestOfSurvivesOddValues(t *testing.T) {
	self := &embedder{err: errors.New("inside")}
	self.Self = self
	m := map[string]any{}
	m["m"] = m
	deep := any(1)
	for range 100 {
		deep = []any{deep}
	}
	for name, v := range map[string]any{
		"NaN keys":             map[float64]int{math.NaN(): 1, math.NaN(): 2},
		"an empty embedder":    embedder{},
		"one that is a circle": self,
		"a map in itself":      m,
		"a deep value":         deep,
		"a typed nil map":      map[string]point(nil),
		"a typed nil func":     (func())(nil),
		"a nil channel":        (chan int)(nil),
		"a reflected value":    reflect.ValueOf(5),
		"a type":               reflect.TypeFor[int](),
		"array of nothing":     [3]struct{}{},
		"pointer to pointer":   new(*int),
		"an interface slice":   []fmt.Stringer{nil, day(1)},
		"slice of nil maps":    []map[string]int{nil},
		"struct keys":          map[point]bool{{2, "b"}: true, {1, "a"}: false},
	} {
		b := Of(v)
		text, ok := b.Data[MIMEText].(string)
		_, promoted := v.(fmt.Stringer) // an embedded nil's method does panic
		if !ok || text == "" || strings.Contains(text, "panicked") && !promoted {
			t.Errorf("%s: got %v", name, b.Data)
		}
	}
	if got := Text(map[point]bool{{2, "b"}: true, {1, "a"}: false}); got != "map[{X:1 Y:a}:false {X:2 Y:b}:true]" {
		t.Errorf("struct keys: %s", got)
	}
}

func TestScreenMakesNoNeedlessPicture(t *testing.T) {
	made := 0
	dear := Bundle{Data: map[string]any{MIMESVG: "<svg/>", MIMEPNG: func() any { made++; return onePixel() }}}
	for _, v := range []any{many{}, dear} {
		b, ok := Screen(v)
		if !ok || b.Data[MIMESVG] != "<svg/>" || b.Data[MIMEPNG] != nil || b.Metadata[MIMEPNG] != nil {
			t.Errorf("%T: got %v", v, b)
		}
	}
	if b, _ := Screen(vega{}); b.Data[MIMEPNG] == nil {
		t.Error("a picture without a drawing is left out")
	}
	if made != 0 {
		t.Error("a picture that nobody sees was made")
	}
	if b := Of(dear); b.Data[MIMEPNG] == nil || made != 1 {
		t.Errorf("got %v", b)
	}
	faulty := Bundle{Data: map[string]any{MIMEPNG: func() any { panic("no ink") }}}
	if got := Of(faulty).Data[MIMEText]; got != "<image/png>\nmaking image/png panicked: no ink" {
		t.Errorf("got %q", got)
	}
}
