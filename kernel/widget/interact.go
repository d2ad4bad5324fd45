package widget

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/lislab/lislab/kernel/display"
)

// Interact shows inputs with a function's result below them, drawn again
// whenever an input moves. Each input is a widget, or a plain value from which
// [In] makes one; the function takes one parameter for each, in order, of a
// type that the input's value converts to, and may take a context.Context
// before them, which ends when an input has moved on. What it returns is shown
// as a cell's last expression is, what it shows by way of kernel/display
// before that; a last result that is a non-nil error, or a panic, is shown in
// their place.
//
// While a drawing takes longer than the hand, moves are not queued: the next
// drawing is of the newest values. Interact itself returns after the first
// drawing, with an error where function and inputs do not fit.
func Interact(function any, inputs ...any) error {
	in, err := NewInteraction(function, inputs...)
	if err != nil {
		return err
	}
	display.Show(in)
	return nil
}

// Interaction is what [Interact] shows, as a widget that can stand in a box.
type Interaction struct {
	*Box
	function reflect.Value
	takesCtx bool
	inputs   []bound
	out      *Output

	mu     sync.Mutex
	cancel context.CancelFunc // of the drawing that goes on
}

var contextType = reflect.TypeFor[context.Context]()

// NewInteraction is [Interact] without showing: the inputs and the first
// drawing in a box.
func NewInteraction(function any, inputs ...any) (*Interaction, error) {
	f := reflect.ValueOf(function)
	if !f.IsValid() || f.Kind() != reflect.Func || f.IsNil() {
		return nil, fmt.Errorf("widget: Interact wants a function, not %T", function)
	}
	t := f.Type()
	in := &Interaction{function: f, out: NewOutput()}
	in.takesCtx = t.NumIn() > 0 && t.In(0) == contextType
	skip := 0
	if in.takesCtx {
		skip = 1
	}
	if t.IsVariadic() || t.NumIn()-skip != len(inputs) {
		return nil, fmt.Errorf("widget: Interact: %v wants %d inputs, %d are given", t, t.NumIn()-skip, len(inputs))
	}
	children := make([]Widget, 0, len(inputs)+1)
	for i, x := range inputs {
		b, err := input("", x)
		if err != nil {
			return nil, fmt.Errorf("widget: Interact: input %d: %w", i+1, err)
		}
		for _, v := range b.arguments() {
			if _, err := convert(v, t.In(i+skip)); err != nil {
				return nil, fmt.Errorf("widget: Interact: input %d: %w", i+1, err)
			}
		}
		in.inputs = append(in.inputs, b)
		children = append(children, b)
	}
	align(in.inputs)
	in.Box = NewVBox(append(children, in.out)...)
	in.Box.text = in.words
	in.draw()
	run := newRunner(in.model(), true)
	for _, b := range in.inputs {
		m := b.model()
		m.mu.Lock()
		m.handlers = append(m.handlers, handler{run: run, f: in.draw, now: in.outdated})
		m.mu.Unlock()
	}
	return in, nil
}

// SideBySide sets the inputs beside each other above the drawing, as many in a
// row as the page has room for.
func (in *Interaction) SideBySide() {
	inputs := make([]Widget, len(in.inputs))
	for i, b := range in.inputs {
		inputs[i] = b
	}
	row := NewHBox(inputs...)
	row.Layout("flex_flow", "row wrap")
	in.SetChildren(row, in.out)
}

// words is the inputs in a line, and below it what is drawn.
func (in *Interaction) words(map[string]any) string {
	parts := make([]string, len(in.inputs))
	for i, b := range in.inputs {
		parts[i] = b.model().String()
	}
	return strings.TrimSuffix(strings.Join(parts, ", ")+"\n"+plain(in.out.Get("outputs").([]any)), "\n")
}

// align makes room for the longest label, in all inputs alike; ipywidgets'
// own room cuts labels of more than about eleven characters.
func align(inputs []bound) {
	longest := 0
	for _, b := range inputs {
		label, _ := b.model().Get("description").(string)
		longest = max(longest, utf8.RuneCountInString(label))
	}
	if longest <= 11 {
		return
	}
	for _, b := range inputs {
		style, ok := b.model().Get("style").(Widget)
		if !ok {
			continue
		}
		if s := style.model(); s.Get("description_width") == "" {
			s.Set("description_width", fmt.Sprintf("%dch", longest+1))
		}
	}
}

// outdated tells the drawing that goes on that nobody waits for it.
func (in *Interaction) outdated() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.cancel != nil {
		in.cancel()
	}
}

// draw calls the function with the inputs' values as they are now.
func (in *Interaction) draw() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	in.mu.Lock()
	in.cancel = cancel
	in.mu.Unlock()

	t := in.function.Type()
	var args []reflect.Value
	if in.takesCtx {
		args = append(args, reflect.ValueOf(ctx))
	}
	in.out.hold()
	defer in.out.release()
	in.out.clearLater()
	for _, b := range in.inputs {
		a, err := convert(b.argument(), t.In(len(args)))
		if err != nil {
			in.out.add(failure("error", err.Error()), "")
			return
		}
		args = append(args, a)
	}
	in.out.Capture(func() {
		defer func() {
			if v := recover(); v != nil {
				in.fail(panicked(v))
			}
		}()
		in.result(ctx, in.function.Call(args))
	})
	in.out.clearNow()
}

// result shows what the function returned. An error that only says that the
// drawing was outdated is not worth a word: the next one is on its way.
func (in *Interaction) result(ctx context.Context, results []reflect.Value) {
	values := make([]any, len(results))
	for i, r := range results {
		values[i] = r.Interface()
	}
	if n := len(values); n > 0 {
		if err, ok := values[n-1].(error); ok && !isNilPointer(err) {
			if ctx.Err() == nil || !errors.Is(err, context.Canceled) {
				in.fail(failure(errorName(err), err.Error()))
			}
			return
		}
	}
	show := display.Screen
	if in.opened() == nil { // the first drawing is printed too
		show = display.Results
	}
	if b, ok := show(values...); ok {
		display.Current().Display(b, false) // Capture's, which has prints come first
	}
}

// fail shows an error below what was printed before it.
func (in *Interaction) fail(output map[string]any) {
	if s, ok := display.Current().(interface{ Drain() }); ok {
		s.Drain()
	}
	in.out.add(output, "")
}

func isNilPointer(v any) bool {
	rv := reflect.ValueOf(v)
	return rv.Kind() == reflect.Pointer && rv.IsNil()
}

// errorName is an error's type, without the pointer.
func errorName(err error) string {
	return strings.TrimPrefix(display.TypeName(reflect.TypeOf(err)), "*")
}

func panicked(v any) map[string]any {
	return failure("panic", fmt.Sprint(v), fmt.Sprintf("panic: %v", v), strings.TrimRight(callers(debug.Stack()), "\n"))
}

// MIMEBundle shows the inputs and the drawing, and beside them the drawing as
// it is now, for pages that have no kernel behind them: print, slides, mail.
func (in *Interaction) MIMEBundle() (data, metadata map[string]any) {
	data, _ = in.Box.MIMEBundle()
	metadata = map[string]any{}
	outputs := in.out.Get("outputs").([]any)
	for _, o := range outputs {
		o := o.(map[string]any)
		if d, ok := o["data"].(map[string]any); ok && (len(d) > 1 || len(outputs) == 1) {
			maps.Copy(metadata, o["metadata"].(map[string]any))
			for mime, x := range d {
				if mime != display.MIMEText && mime != display.MIMEWidget {
					data[mime] = x
				}
			}
			break
		}
	}
	return data, metadata
}
