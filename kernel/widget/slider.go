package widget

import (
	"fmt"
	"math"
	"strconv"
)

// describe makes the words of a number widget from its value.
func number(state map[string]any) string { return formatNumber(state["value"]) }

func formatNumber(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'g', 6, 64)
	}
	return fmt.Sprint(v)
}

// within keeps "value" between "min" and "max", whichever of them changes.
func within[T int | float64](state, changes map[string]any) error {
	lo, hi, v := now[T](state, changes, "min"), now[T](state, changes, "max"), now[T](state, changes, "value")
	if !(lo <= hi) {
		return fmt.Errorf("the least value is %v, the greatest %v", lo, hi)
	}
	if v != v {
		return fmt.Errorf("the value is NaN")
	}
	if c := min(max(v, lo), hi); c != v || changes["value"] != nil {
		changes["value"] = c
	}
	return nil
}

// now is an attribute as it will be.
func now[T any](state, changes map[string]any, key string) T {
	if v, ok := changes[key]; ok {
		return v.(T)
	}
	return state[key].(T)
}

// newNumber makes a model of a number between two ends.
func newNumber[T int | float64](kind, label string, lo, hi, value T) *Model {
	m := newModel(kind)
	m.state["description"] = label
	m.state["min"], m.state["max"], m.state["value"] = lo, hi, value
	m.settle, m.text = within[T], number
	if err := within[T](m.state, m.state); err != nil {
		panic(fmt.Sprintf("widget: %s %q: %v", kind, label, err))
	}
	return m
}

// IntSlider picks a whole number.
type IntSlider struct{ *Model }

// NewIntSlider makes a slider from min to max that stands at value, or at the
// end next to it. It panics where min is more than max.
func NewIntSlider(label string, min, max, value int) *IntSlider {
	return &IntSlider{newNumber("IntSlider", label, min, max, value)}
}

// Value is where the slider stands.
func (s *IntSlider) Value() int { return s.Get("value").(int) }

// SetValue moves the slider, no further than its ends.
func (s *IntSlider) SetValue(v int) { s.Set("value", v) }

// OnChange calls f with the newest value when the slider has moved.
func (s *IntSlider) OnChange(f func(int)) { s.onChange(func() { f(s.Value()) }) }

// FloatSlider picks a number.
type FloatSlider struct{ *Model }

// NewFloatSlider makes a slider from min to max that stands at value, with a
// hundred steps between. It panics where min is more than max, or for NaN.
func NewFloatSlider(label string, min, max, value float64) *FloatSlider {
	s := &FloatSlider{newNumber("FloatSlider", label, min, max, value)}
	if step := (max - min) / 100; step > 0 {
		s.state["step"] = step
	}
	if max-min <= 1 {
		s.state["readout_format"] = ".3g"
	}
	return s
}

// Value is where the slider stands.
func (s *FloatSlider) Value() float64 { return s.Get("value").(float64) }

// SetValue moves the slider, no further than its ends.
func (s *FloatSlider) SetValue(v float64) { s.Set("value", v) }

// OnChange calls f with the newest value when the slider has moved.
func (s *FloatSlider) OnChange(f func(float64)) { s.onChange(func() { f(s.Value()) }) }

// FloatLogSlider picks a positive number on a logarithmic scale.
type FloatLogSlider struct{ *Model }

// NewFloatLogSlider makes a slider from min to max, both themselves and not
// their logarithms, that stands at value. It panics unless 0 < min ≤ max.
func NewFloatLogSlider(label string, min, max, value float64) *FloatLogSlider {
	if !(min > 0) {
		panic(fmt.Sprintf("widget: FloatLogSlider %q: the least value is %v, which has no logarithm", label, min))
	}
	m := newNumber("FloatLogSlider", label, min, max, value)
	m.state["min"], m.state["max"] = math.Log10(min), math.Log10(max) // the model's ends are exponents
	m.settle = func(state, changes map[string]any) error {
		base := now[float64](state, changes, "base")
		lo, hi := math.Pow(base, now[float64](state, changes, "min")), math.Pow(base, now[float64](state, changes, "max"))
		v := now[float64](state, changes, "value")
		if !(lo <= hi) || v != v {
			return fmt.Errorf("%v is not between %v and %v", v, lo, hi)
		}
		// the ends are rounded by the two powers; their neighbourhood is not cut
		if v < lo*(1-1e-9) {
			changes["value"] = lo
		} else if v > hi*(1+1e-9) {
			changes["value"] = hi
		}
		return nil
	}
	return &FloatLogSlider{m}
}

// Value is where the slider stands.
func (s *FloatLogSlider) Value() float64 { return s.Get("value").(float64) }

// SetValue moves the slider, no further than its ends.
func (s *FloatLogSlider) SetValue(v float64) { s.Set("value", v) }

// OnChange calls f with the newest value when the slider has moved.
func (s *FloatLogSlider) OnChange(f func(float64)) { s.onChange(func() { f(s.Value()) }) }

// IntRangeSlider picks a range of whole numbers.
type IntRangeSlider struct{ *Model }

// NewIntRangeSlider makes a slider from min to max with two handles, at from
// and to. It panics unless min ≤ from ≤ to ≤ max.
func NewIntRangeSlider(label string, min, max, from, to int) *IntRangeSlider {
	return &IntRangeSlider{newRange("IntRangeSlider", label, min, max, from, to)}
}

// Value is the two ends of the range.
func (s *IntRangeSlider) Value() (from, to int) {
	v := s.Get("value").([]int)
	return v[0], v[1]
}

// SetValue moves both handles. It panics where from is more than to, or they
// are past the slider's ends.
func (s *IntRangeSlider) SetValue(from, to int) { s.Set("value", []int{from, to}) }

// OnChange calls f with the newest range when a handle has moved.
func (s *IntRangeSlider) OnChange(f func(from, to int)) { s.onChange(func() { f(s.Value()) }) }

// FloatRangeSlider picks a range of numbers.
type FloatRangeSlider struct{ *Model }

// NewFloatRangeSlider makes a slider from min to max with two handles, at from
// and to. It panics unless min ≤ from ≤ to ≤ max.
func NewFloatRangeSlider(label string, min, max, from, to float64) *FloatRangeSlider {
	s := &FloatRangeSlider{newRange("FloatRangeSlider", label, min, max, from, to)}
	if step := (max - min) / 100; step > 0 {
		s.state["step"] = step
	}
	return s
}

// Value is the two ends of the range.
func (s *FloatRangeSlider) Value() (from, to float64) {
	v := s.Get("value").([]float64)
	return v[0], v[1]
}

// SetValue moves both handles. It panics where from is more than to, or they
// are past the slider's ends.
func (s *FloatRangeSlider) SetValue(from, to float64) { s.Set("value", []float64{from, to}) }

// OnChange calls f with the newest range when a handle has moved.
func (s *FloatRangeSlider) OnChange(f func(from, to float64)) { s.onChange(func() { f(s.Value()) }) }

func newRange[T int | float64](kind, label string, lo, hi, from, to T) *Model {
	m := newModel(kind)
	m.state["description"] = label
	m.state["min"], m.state["max"], m.state["value"] = lo, hi, []T{from, to}
	m.settle = func(state, changes map[string]any) error {
		lo, hi, v := now[T](state, changes, "min"), now[T](state, changes, "max"), now[[]T](state, changes, "value")
		if len(v) != 2 || !(lo <= v[0] && v[0] <= v[1] && v[1] <= hi) {
			return fmt.Errorf("%v is no range between %v and %v", v, lo, hi)
		}
		return nil
	}
	m.text = func(state map[string]any) string {
		v := state["value"].([]T)
		return formatNumber(v[0]) + "…" + formatNumber(v[1])
	}
	if err := m.settle(m.state, nil); err != nil {
		panic(fmt.Sprintf("widget: %s %q: %v", kind, label, err))
	}
	return m
}

// IntProgress is a bar that the cell moves; display.Progress is the simpler
// choice where it stands alone.
type IntProgress struct{ *Model }

// NewIntProgress makes a bar from min to max at value.
func NewIntProgress(label string, min, max, value int) *IntProgress {
	return &IntProgress{newNumber("IntProgress", label, min, max, value)}
}

// Value is how far the bar is.
func (p *IntProgress) Value() int { return p.Get("value").(int) }

// SetValue moves the bar.
func (p *IntProgress) SetValue(v int) { p.Set("value", v) }

// FloatProgress is a bar that the cell moves.
type FloatProgress struct{ *Model }

// NewFloatProgress makes a bar from min to max at value.
func NewFloatProgress(label string, min, max, value float64) *FloatProgress {
	return &FloatProgress{newNumber("FloatProgress", label, min, max, value)}
}

// Value is how far the bar is.
func (p *FloatProgress) Value() float64 { return p.Get("value").(float64) }

// SetValue moves the bar.
func (p *FloatProgress) SetValue(v float64) { p.Set("value", v) }
