package widget

import "fmt"

// Check is something that is on or off.
type Check struct{ *Model }

// NewCheckbox makes a box to tick.
func NewCheckbox(label string, on bool) *Check { return newCheck("Checkbox", label, on) }

// NewToggleButton makes a button that stays down.
func NewToggleButton(label string, on bool) *Check { return newCheck("ToggleButton", label, on) }

func newCheck(kind, label string, on bool) *Check {
	m := newModel(kind)
	m.state["description"], m.state["value"] = label, on
	m.text = func(state map[string]any) string { return fmt.Sprint(state["value"]) }
	return &Check{m}
}

// Value says whether it is on.
func (c *Check) Value() bool { return c.Get("value").(bool) }

// SetValue switches it.
func (c *Check) SetValue(on bool) { c.Set("value", on) }

// OnChange calls f with the newest value when it was switched.
func (c *Check) OnChange(f func(bool)) { c.onChange(func() { f(c.Value()) }) }

// Text is a field for words.
type Text struct{ *Model }

// NewText makes a field of one line that holds value.
func NewText(label, value string) *Text { return newText("Text", label, value) }

// NewTextarea makes a field of several lines that holds value.
func NewTextarea(label, value string) *Text { return newText("Textarea", label, value) }

func newText(kind, label, value string) *Text {
	m := newModel(kind)
	m.state["description"], m.state["value"] = label, value
	m.text = func(state map[string]any) string { return fmt.Sprintf("%q", state["value"]) }
	return &Text{m}
}

// Value is what the field holds.
func (t *Text) Value() string { return t.Get("value").(string) }

// SetValue changes what the field holds.
func (t *Text) SetValue(s string) { t.Set("value", s) }

// OnChange calls f with the newest text when it has changed.
func (t *Text) OnChange(f func(string)) { t.onChange(func() { f(t.Value()) }) }

// IntText is a field for a whole number.
type IntText struct{ *Model }

// NewIntText makes a field that holds value.
func NewIntText(label string, value int) *IntText {
	m := newModel("IntText")
	m.state["description"], m.state["value"], m.text = label, value, number
	return &IntText{m}
}

// Value is the number in the field.
func (t *IntText) Value() int { return t.Get("value").(int) }

// SetValue changes the number.
func (t *IntText) SetValue(v int) { t.Set("value", v) }

// OnChange calls f with the newest number when it has changed.
func (t *IntText) OnChange(f func(int)) { t.onChange(func() { f(t.Value()) }) }

// FloatText is a field for a number.
type FloatText struct{ *Model }

// NewFloatText makes a field that holds value.
func NewFloatText(label string, value float64) *FloatText {
	m := newModel("FloatText")
	m.state["description"], m.state["value"], m.text = label, value, number
	return &FloatText{m}
}

// Value is the number in the field.
func (t *FloatText) Value() float64 { return t.Get("value").(float64) }

// SetValue changes the number.
func (t *FloatText) SetValue(v float64) { t.Set("value", v) }

// OnChange calls f with the newest number when it has changed.
func (t *FloatText) OnChange(f func(float64)) { t.onChange(func() { f(t.Value()) }) }

// Button is something to press.
type Button struct{ *Model }

// NewButton makes a button that reads label.
func NewButton(label string) *Button {
	m := newModel("Button")
	m.state["description"] = label
	return &Button{m}
}

// OnClick calls f once for each press.
func (b *Button) OnClick(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clicks = append(b.clicks, handler{run: newRunner(b.Model, false), f: f})
}
