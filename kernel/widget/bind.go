package widget

import (
	"fmt"
	"reflect"
)

// bound is a widget whose value can become a function's argument.
type bound interface {
	Widget
	// argument is the value now.
	argument() any
	// arguments is every value it may have, or examples of their type.
	arguments() []any
}

func (s *IntSlider) argument() any           { return s.Value() }
func (s *IntSlider) arguments() []any        { return []any{s.Value()} }
func (s *FloatSlider) argument() any         { return s.Value() }
func (s *FloatSlider) arguments() []any      { return []any{s.Value()} }
func (s *FloatLogSlider) argument() any      { return s.Value() }
func (s *FloatLogSlider) arguments() []any   { return []any{s.Value()} }
func (t *IntText) argument() any             { return t.Value() }
func (t *IntText) arguments() []any          { return []any{t.Value()} }
func (t *FloatText) argument() any           { return t.Value() }
func (t *FloatText) arguments() []any        { return []any{t.Value()} }
func (c *Check) argument() any               { return c.Value() }
func (c *Check) arguments() []any            { return []any{c.Value()} }
func (t *Text) argument() any                { return t.Value() }
func (t *Text) arguments() []any             { return []any{t.Value()} }
func (c *Choice) argument() any              { return c.Value() }
func (c *Choice) arguments() []any           { return c.options }
func (s *SelectMultiple) argument() any      { return s.Value() }
func (s *SelectMultiple) arguments() []any   { return []any{s.options} }
func (s *IntRangeSlider) argument() any      { from, to := s.Value(); return [2]int{from, to} }
func (s *IntRangeSlider) arguments() []any   { return []any{s.argument()} }
func (s *FloatRangeSlider) argument() any    { from, to := s.Value(); return [2]float64{from, to} }
func (s *FloatRangeSlider) arguments() []any { return []any{s.argument()} }

// In makes the widget that suits a value, with a label: a box to tick for a
// bool, a field for a string, a menu for a slice of strings, a slider over the
// options for any other slice, a slider from min to max for [2]int or
// [2]float64 (and in steps for [3]: min, max, step), and for a single number a
// slider around it. It panics for what is none of these.
func In(label string, value any) Widget {
	b, err := input(label, value)
	if err != nil {
		panic("widget: " + err.Error())
	}
	return b
}

// input is In, and a widget as it is.
func input(label string, value any) (bound, error) {
	switch v := value.(type) {
	case bound:
		return v, nil
	case Widget:
		return nil, fmt.Errorf("a %s has no value to give to a function", v.model().kind)
	case bool:
		return NewCheckbox(label, v), nil
	case string:
		return NewText(label, v), nil
	case []string:
		return NewDropdown(label, v), nil
	case int:
		lo, hi := around(v)
		return NewIntSlider(label, lo, hi, v), nil
	case float64:
		lo, hi := around(v)
		return NewFloatSlider(label, lo, hi, v), nil
	case [2]int:
		return stepped(label, [3]int{v[0], v[1], 1})
	case [3]int:
		return stepped(label, v)
	case [2]float64:
		return NewFloatSlider(label, v[0], v[1], (v[0]+v[1])/2), nil
	case [3]float64:
		if !(v[2] > 0) {
			return nil, fmt.Errorf("a slider's step is more than 0, not %v", v[2])
		}
		s := NewFloatSlider(label, v[0], v[1], (v[0]+v[1])/2)
		s.Set("step", v[2])
		return s, nil
	}
	if rv := reflect.ValueOf(value); rv.IsValid() && rv.Kind() == reflect.Slice {
		if rv.Len() == 0 {
			return nil, fmt.Errorf("an empty %T leaves nothing to choose", value)
		}
		return NewSelectionSlider(label, value), nil
	}
	return nil, fmt.Errorf("no widget suits a %T", value)
}

func stepped(label string, v [3]int) (bound, error) {
	if v[2] < 1 {
		return nil, fmt.Errorf("a slider's step is at least 1, not %d", v[2])
	}
	s := NewIntSlider(label, v[0], v[1], v[0]+(v[1]-v[0])/2/v[2]*v[2])
	s.Set("step", v[2])
	return s, nil
}

// around is the range that ipywidgets gives a slider for one number.
func around[T int | float64](v T) (lo, hi T) {
	switch {
	case v > 0:
		return -v, 3 * v
	case v < 0:
		return 3 * v, -v
	}
	return 0, 1
}

// convert makes v an argument of type t: as it is where it fits, an int as any
// other number type, a slice or array by its elements, a word or boolean as a
// type made of one.
func convert(v any, t reflect.Type) (reflect.Value, error) {
	wrong := fmt.Errorf("a %T cannot be a %v", v, t)
	if v == nil {
		switch t.Kind() {
		case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Map, reflect.Func:
			return reflect.Zero(t), nil
		}
		return reflect.Value{}, fmt.Errorf("nothing is chosen, and a %v cannot say so", t)
	}
	rv := reflect.ValueOf(v)
	if rv.Type().AssignableTo(t) {
		return rv, nil
	}
	from, to := kindOf(rv.Type()), kindOf(t)
	switch {
	case from == to && from != 0:
		return rv.Convert(t), nil
	case from == 'i' && to == 'f':
		return rv.Convert(t), nil
	case rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array:
		return reflect.Value{}, wrong
	}
	var out reflect.Value
	switch {
	case t.Kind() == reflect.Slice:
		out = reflect.MakeSlice(t, rv.Len(), rv.Len())
	case t.Kind() == reflect.Array && t.Len() == rv.Len():
		out = reflect.New(t).Elem()
	default:
		return reflect.Value{}, wrong
	}
	for i := range rv.Len() {
		e, err := convert(rv.Index(i).Interface(), t.Elem())
		if err != nil {
			return reflect.Value{}, err
		}
		out.Index(i).Set(e)
	}
	return out, nil
}

// kindOf sorts types by what converts into each other without loss of sense.
func kindOf(t reflect.Type) byte {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return 'i'
	case reflect.Float32, reflect.Float64:
		return 'f'
	case reflect.String:
		return 's'
	case reflect.Bool:
		return 'b'
	}
	return 0
}
