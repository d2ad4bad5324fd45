package widget

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lislab/lislab/kernel/display"
)

// stands is what an Output shows, each output in a word or two.
func stands(o *Output) []string {
	all := []string{}
	for _, x := range o.Get("outputs").([]any) {
		x := x.(map[string]any)
		all = append(all, x["output_type"].(string)+" "+plain([]any{x}))
	}
	return all
}

func TestOutput(t *testing.T) {
	p := newPage(t)
	o := NewOutput()
	display.Show(o)
	for _, c := range []struct {
		name string
		do   func()
		want []string
	}{
		{"Replace", func() { o.Replace(1, "x") }, []string{"display_data 1", "display_data x"}},
		{"Append", func() { o.Append(2) }, []string{"display_data 1", "display_data x", "display_data 2"}},
		{"Clear", o.Clear, []string{}},
		{"Capture", func() {
			o.Capture(func() {
				display.Show(3)
				display.Current().Stream("stdout", "a\n")
				display.Current().Stream("stdout", "b\n")
				display.Current().Stream("stderr", "c\n")
				display.Current().Result(display.Of(4))
			})
		}, []string{"display_data 3", "stream a\nb", "stream c", "display_data 4"}},
		{"update in place", func() {
			o.Capture(func() {
				display.Clear(false)
				display.ShowAs("id", "first")
				display.Show("between")
				display.Update("id", "second")
			})
		}, []string{"display_data second", "display_data between"}},
		{"clear later", func() {
			o.Capture(func() {
				display.Clear(true)
				display.Show("new")
				display.Update("id", "gone")
			})
		}, []string{"display_data new"}},
		{"asking", func() {
			o.Capture(func() {
				_, err := display.Input("? ")
				o.Replace(errors.Is(err, errNoInput))
			})
		}, []string{"display_data true"}},
	} {
		c.do()
		if d := cmp.Diff(c.want, stands(o)); d != "" {
			t.Errorf("%s: -want +got\n%s", c.name, d)
		}
	}
	if len(p.seen) != 1 {
		t.Error("what an Output captures does not appear under the cell")
	}
	for _, m := range p.take() {
		if !json.Valid(m.Data) {
			t.Errorf("not JSON: %s", m.Data)
		}
	}
}

func TestProgressInsideAnOutput(t *testing.T) {
	newPage(t)
	o := NewOutput()
	display.Show(o)
	o.Capture(func() {
		for range display.Range(3, "days") {
			continue
		}
	})
	if got := stands(o); len(got) != 1 || got[0] != "display_data days [██████████████████████████████] 3 of 3, done" {
		t.Errorf("got %q", got)
	}
}

func TestWidgetInsideAnOutput(t *testing.T) {
	p := newPage(t)
	o := NewOutput()
	display.Show(o)
	p.take()
	n := NewIntSlider("", 0, 9, 1)
	o.Capture(func() { display.Show(n) })
	said := p.take()
	if len(said) != 4 || said[2].ID != n.id || said[3].ID != o.id {
		t.Errorf("the slider is opened by way of the cell, then the Output changes; said %v", said)
	}
}
