package widget

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/lislab/lislab/kernel/display"
)

// Choice is a widget that picks one of several options: a menu, a list, a row
// of buttons or a slider. NewDropdown and its kin differ in looks alone.
type Choice struct {
	*Model
	options []any // guarded by Model.mu
}

// NewDropdown makes a menu. Options is a slice of anything; each is labelled as
// display.Text writes it. The first option is chosen. It panics for what is no
// slice.
func NewDropdown(label string, options any) *Choice { return newChoice("Dropdown", label, options) }

// NewSelect makes a list of which one line is chosen; see NewDropdown.
func NewSelect(label string, options any) *Choice { return newChoice("Select", label, options) }

// NewRadioButtons makes a list of round buttons; see NewDropdown.
func NewRadioButtons(label string, options any) *Choice {
	return newChoice("RadioButtons", label, options)
}

// NewToggleButtons makes a row of buttons of which one is down; see
// NewDropdown.
func NewToggleButtons(label string, options any) *Choice {
	return newChoice("ToggleButtons", label, options)
}

// NewSelectionSlider makes a slider over the options in their order; see
// NewDropdown. It suits horizons that are not evenly spaced.
func NewSelectionSlider(label string, options any) *Choice {
	return newChoice("SelectionSlider", label, options)
}

func newChoice(kind, label string, options any) *Choice {
	c := &Choice{Model: newModel(kind)}
	c.state["description"] = label
	c.setOptions(options)
	c.settle = func(state, changes map[string]any) error {
		i, ok := changes["index"].(int)
		if n := len(labels(state, changes)); ok && (i < 0 || i >= n) {
			return fmt.Errorf("there is no option %d, only %d", i, n)
		}
		return nil
	}
	c.text = func(state map[string]any) string {
		i, ok := state["index"].(int)
		if !ok {
			return "nothing"
		}
		return labels(state, nil)[i]
	}
	return c
}

func labels(state, changes map[string]any) []string {
	return now[[]string](state, changes, "_options_labels")
}

// setOptions fills a model that is not shown yet.
func (c *Choice) setOptions(options any) {
	c.options = elements(options)
	c.state["_options_labels"], c.state["index"] = texts(c.options), any(nil)
	if len(c.options) > 0 {
		c.state["index"] = 0
	}
}

// elements is a slice of anything as a slice of any.
func elements(options any) []any {
	v := reflect.ValueOf(options)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		panic(fmt.Sprintf("widget: options are a slice, not %T", options))
	}
	all := make([]any, v.Len())
	for i := range all {
		all[i] = v.Index(i).Interface()
	}
	return all
}

func texts(options []any) []string {
	all := make([]string, len(options))
	for i, o := range options {
		all[i] = display.Text(o)
	}
	return all
}

// Index is which option is chosen, counted from 0; -1 where there is none.
func (c *Choice) Index() int {
	if i, ok := c.Get("index").(int); ok {
		return i
	}
	return -1
}

// Value is the option that is chosen; nil where there is none.
func (c *Choice) Value() any {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, ok := c.state["index"].(int)
	if !ok || i >= len(c.options) {
		return nil
	}
	return c.options[i]
}

// Selected is the chosen option's label; "" where there is none.
func (c *Choice) Selected() string {
	if v := c.Value(); v != nil {
		return display.Text(v)
	}
	return ""
}

// SetIndex chooses an option. It panics where there is no such option.
func (c *Choice) SetIndex(i int) { c.Set("index", i) }

// SetValue chooses the option equal to v. It panics where there is none.
func (c *Choice) SetValue(v any) {
	c.mu.Lock()
	i := slices.IndexFunc(c.options, func(o any) bool { return reflect.DeepEqual(o, v) })
	c.mu.Unlock()
	if i < 0 {
		panic(fmt.Sprintf("widget: %s has no option %v", c.kind, v))
	}
	c.SetIndex(i)
}

// SetOptions replaces the options and chooses the one that was chosen before
// where it is still among them, else the first.
func (c *Choice) SetOptions(options any) {
	before := c.Value()
	all := elements(options)
	var index any
	if len(all) > 0 {
		index = max(0, slices.IndexFunc(all, func(o any) bool { return reflect.DeepEqual(o, before) }))
	}
	c.mu.Lock()
	c.options = all
	c.mu.Unlock()
	c.put(map[string]any{"_options_labels": texts(all), "index": index})
}

// OnChange calls f with the newest chosen option when it has changed.
func (c *Choice) OnChange(f func(any)) { c.onChange(func() { f(c.Value()) }) }

// SelectMultiple is a list of which any number of lines is chosen.
type SelectMultiple struct {
	*Model
	options []any
}

// NewSelectMultiple makes a list with nothing chosen. Options is a slice of
// anything; it panics for what is none.
func NewSelectMultiple(label string, options any) *SelectMultiple {
	s := &SelectMultiple{Model: newModel("SelectMultiple"), options: elements(options)}
	s.state["description"] = label
	s.state["_options_labels"], s.state["index"] = texts(s.options), []int{}
	s.settle = func(state, changes map[string]any) error {
		for _, i := range now[[]int](state, changes, "index") {
			if i < 0 || i >= len(s.options) {
				return fmt.Errorf("there is no option %d, only %d", i, len(s.options))
			}
		}
		return nil
	}
	s.text = func(state map[string]any) string {
		var chosen []string
		for _, i := range state["index"].([]int) {
			chosen = append(chosen, texts(s.options)[i])
		}
		if chosen == nil {
			return "nothing"
		}
		return strings.Join(chosen, ", ")
	}
	return s
}

// Index is which options are chosen, counted from 0.
func (s *SelectMultiple) Index() []int { return slices.Clone(s.Get("index").([]int)) }

// Value is the options that are chosen.
func (s *SelectMultiple) Value() []any {
	var chosen []any
	for _, i := range s.Index() {
		chosen = append(chosen, s.options[i])
	}
	return chosen
}

// SetIndex chooses options. It panics where there is no such option.
func (s *SelectMultiple) SetIndex(i ...int) { s.Set("index", append([]int{}, i...)) }

// OnChange calls f with the options chosen now when they have changed.
func (s *SelectMultiple) OnChange(f func([]any)) { s.onChange(func() { f(s.Value()) }) }
