package widget

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
)

// NewLabel shows a line of text; mathematics between dollar signs is set.
func NewLabel(text string) *Shown { return newShown("Label", text) }

// NewHTML shows a piece of HTML.
func NewHTML(html string) *Shown { return newShown("HTML", html) }

// Shown is text or HTML that the cell may change.
type Shown struct{ *Model }

func newShown(kind, value string) *Shown {
	m := newModel(kind)
	m.state["value"] = value
	m.text = func(state map[string]any) string { return state["value"].(string) }
	return &Shown{m}
}

// Value is what is shown.
func (s *Shown) Value() string { return s.Get("value").(string) }

// SetValue changes what is shown.
func (s *Shown) SetValue(v string) { s.Set("value", v) }

// Image is a picture that the cell may change.
type Image struct{ *Model }

// NewImage shows the picture in a PNG file's bytes.
func NewImage(png []byte) *Image {
	m := newModel("Image")
	m.state["value"] = append([]byte{}, png...)
	return &Image{m}
}

// SetValue shows another PNG.
func (i *Image) SetValue(png []byte) { i.Set("value", append([]byte{}, png...)) }

// Output is a place that shows what a cell shows: values, text, errors. Unlike
// a display with an id it lives on when the page is loaded again.
type Output struct {
	*Model
	writing sync.Mutex
	outputs []any    // what stands; the model has it once it is sent
	ids     []string // the display id of each output, "" for none
	fresh   bool     // the next thing shown replaces what stands
	held    bool     // changes wait to be sent together
	waiting *time.Timer
}

// holdFor is how long a change waits for others while an Output is held.
const holdFor = 50 * time.Millisecond

// NewOutput makes an empty place.
func NewOutput() *Output {
	m := newModel("Output")
	m.state["outputs"] = []any{}
	m.text = func(state map[string]any) string { return plain(state["outputs"].([]any)) }
	return &Output{Model: m}
}

// plain is the text of outputs.
func plain(outputs []any) string {
	var parts []string
	for _, o := range outputs {
		o := o.(map[string]any)
		switch o["output_type"] {
		case "stream":
			parts = append(parts, strings.TrimRight(o["text"].(string), "\n"))
		case "error":
			parts = append(parts, o["ename"].(string)+": "+o["evalue"].(string))
		default:
			s, _ := o["data"].(map[string]any)[display.MIMEText].(string)
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n")
}

// Replace replaces what stands there by the values, each as display.Show shows
// it.
func (o *Output) Replace(values ...any) {
	outputs := []any{}
	for _, v := range values {
		outputs = append(outputs, shown(display.Of(v)))
	}
	o.replace(outputs)
}

// Append adds values below what stands there.
func (o *Output) Append(values ...any) {
	for _, v := range values {
		o.add(shown(display.Of(v)), "")
	}
}

// Clear removes what stands there.
func (o *Output) Clear() { o.replace([]any{}) }

// Capture runs f, and what it shows appears here rather than under the cell.
func (o *Output) Capture(f func()) { display.Redirect(outputSink{o, display.Current()}, f) }

func (o *Output) replace(outputs []any) {
	o.writing.Lock()
	defer o.writing.Unlock()
	o.fresh, o.outputs, o.ids = false, outputs, make([]string, len(outputs))
	o.changed()
}

// clearLater makes the next thing shown replace what stands.
func (o *Output) clearLater() {
	o.writing.Lock()
	defer o.writing.Unlock()
	o.fresh = true
}

// clearNow does what clearLater put off, where nothing came.
func (o *Output) clearNow() {
	o.writing.Lock()
	fresh := o.fresh
	o.writing.Unlock()
	if fresh {
		o.Clear()
	}
}

// add appends an output, which has a display id or "". Text after text of the
// same stream goes on in the same output.
func (o *Output) add(output map[string]any, id string) {
	o.writing.Lock()
	defer o.writing.Unlock()
	if o.fresh {
		o.fresh, o.outputs, o.ids = false, nil, nil
	}
	if n := len(o.outputs); n > 0 && output["output_type"] == "stream" {
		if last := o.outputs[n-1].(map[string]any); last["output_type"] == "stream" && last["name"] == output["name"] {
			output["text"] = last["text"].(string) + output["text"].(string)
			o.outputs, o.ids = o.outputs[:n-1], o.ids[:n-1]
		}
	}
	o.outputs, o.ids = append(o.outputs, output), append(o.ids, id)
	o.changed()
}

// update puts a new output in the place of those with the display id.
func (o *Output) update(output map[string]any, id string) {
	o.writing.Lock()
	defer o.writing.Unlock()
	for i := range o.outputs {
		if o.ids[i] == id {
			o.outputs[i] = output
		}
	}
	o.changed()
}

// hold has changes wait a moment for others, so that the page does not flicker.
func (o *Output) hold() {
	o.writing.Lock()
	defer o.writing.Unlock()
	o.held = true
}

// release sends what waits, and ends that.
func (o *Output) release() {
	o.writing.Lock()
	defer o.writing.Unlock()
	o.held = false
	o.send()
}

// changed sends what stands, now or soon. o.writing is held.
func (o *Output) changed() {
	switch {
	case !o.held:
		o.send()
	case o.waiting == nil:
		o.waiting = time.AfterFunc(holdFor, func() {
			o.writing.Lock()
			defer o.writing.Unlock()
			if o.waiting != nil {
				o.send()
			}
		})
	}
}

// send hands what stands to the model, and so to the page. o.writing is held.
func (o *Output) send() {
	if o.waiting != nil {
		o.waiting.Stop()
		o.waiting = nil
	}
	o.put(map[string]any{"outputs": append([]any{}, o.outputs...)})
}

// shown is a bundle as notebooks store it.
func shown(b display.Bundle) map[string]any {
	metadata := b.Metadata
	if metadata == nil {
		metadata = map[string]any{}
	}
	return map[string]any{"output_type": "display_data", "data": b.Data, "metadata": metadata}
}

// failure is an error as notebooks store it.
func failure(name, value string, traceback ...string) map[string]any {
	if traceback == nil {
		traceback = []string{name + ": " + value}
	}
	return map[string]any{"output_type": "error", "ename": name, "evalue": value, "traceback": traceback}
}

// outputSink lets an Output stand where a cell's output stands. Messages to
// the page go to the cell that stood there before.
type outputSink struct {
	o    *Output
	cell display.Sink
}

func (s outputSink) Stream(name, text string) {
	if text != "" {
		s.o.add(map[string]any{"output_type": "stream", "name": name, "text": text}, "")
	}
}

func (s outputSink) Result(b engine.Bundle) { s.Display(b, false) }

func (s outputSink) Display(b engine.Bundle, update bool) {
	if update {
		s.o.update(shown(b), b.DisplayID)
	} else {
		s.o.add(shown(b), b.DisplayID)
	}
}

func (s outputSink) Clear(wait bool) {
	if wait {
		s.o.clearLater()
	} else {
		s.o.Clear()
	}
}

// errNoInput is what asking from inside an Output gives.
var errNoInput = errors.New("widget: nobody can be asked from inside an Output; use a Text widget")

func (s outputSink) Input(context.Context, string, bool) (string, error) { return "", errNoInput }

func (s outputSink) Comm(msg engine.CommMessage) {
	if s.cell != nil {
		s.cell.Comm(msg)
	}
}
