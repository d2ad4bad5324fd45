package widget

import (
	"bytes"
	_ "embed" // for the models
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// models.json holds the state with which ipywidgets 8 opens each model. The
// names in layout and style say which model stands there.
//
//go:generate sh -c "python3 models.py > models.json"
//go:embed models.json
var modelsJSON []byte

var models = sync.OnceValue(func() map[string]map[string]any {
	d := json.NewDecoder(bytes.NewReader(modelsJSON))
	d.UseNumber() // 100 is an int and 100.0 a float64, here and in Python
	var all map[string]map[string]any
	if err := d.Decode(&all); err != nil {
		panic("widget: models.json: " + err.Error())
	}
	for _, state := range all {
		for k, v := range state {
			state[k] = typed(v)
		}
	}
	return all
})

// typed turns numbers into int or float64 as they are written.
func typed(v any) any {
	switch v := v.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), ".e") {
			f, _ := v.Float64()
			return f
		}
		i, _ := v.Int64()
		return int(i)
	case []any:
		for i := range v {
			v[i] = typed(v[i])
		}
	}
	return v
}

// defaults is a fresh copy of a model's state.
func defaults(name string) map[string]any {
	state, ok := models()[name]
	if !ok {
		panic("widget: no model " + name)
	}
	return maps.Clone(state)
}

// wire brings state into the form that is sent: widgets become references, and
// byte slices leave for buffers of their own. paths says where each belongs.
func wire(state any) (out any, paths [][]any, buffers [][]byte) {
	paths = [][]any{} // sent as [], not null
	out, _ = strip(state, nil, &paths, &buffers)
	return out, paths, buffers
}

// strip is wire for the part of a state at path; keep is false for a byte
// slice, which a map then lacks and a list has as null.
func strip(v any, path []any, paths *[][]any, buffers *[][]byte) (out any, keep bool) {
	below := func(key any) []any { return append(slices.Clip(path), key) }
	switch v := v.(type) {
	case []byte:
		*paths, *buffers = append(*paths, path), append(*buffers, v)
		return nil, false
	case Widget:
		return "IPY_MODEL_" + v.model().id, true
	case []Widget:
		refs := make([]any, len(v))
		for i := range v {
			refs[i], _ = strip(v[i], nil, paths, buffers)
		}
		return refs, true
	case map[string]any:
		m := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if x, keep := strip(v[k], below(k), paths, buffers); keep {
				m[k] = x
			}
		}
		return m, true
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i], _ = strip(v[i], below(i), paths, buffers)
		}
		return list, true
	}
	return v, true
}

// join puts the buffers of a message from the front end at their paths.
func join(state map[string]json.RawMessage, paths [][]any, buffers [][]byte) (map[string][]byte, error) {
	if len(paths) != len(buffers) {
		return nil, fmt.Errorf("%d buffers for %d paths", len(buffers), len(paths))
	}
	at := map[string][]byte{}
	for i, p := range paths {
		key, ok := "", len(p) == 1
		if ok {
			key, ok = p[0].(string)
		}
		if !ok {
			return nil, fmt.Errorf("a buffer at %v, where no widget has one", p)
		}
		at[key] = buffers[i]
	}
	return at, nil
}

// accept reads what the front end sends for an attribute that now is old. The
// type stays what it was; a value of another is an error.
func accept(old any, raw json.RawMessage) (any, error) {
	switch old.(type) {
	case int:
		return decode[int](raw)
	case float64:
		return decode[float64](raw)
	case bool:
		return decode[bool](raw)
	case string:
		return decode[string](raw)
	case []int:
		return decode[[]int](raw)
	case []float64:
		return decode[[]float64](raw)
	case *int: // may be null
		var v *int
		err := json.Unmarshal(raw, &v)
		return v, err
	}
	return nil, fmt.Errorf("it is not the front end's to change")
}

func decode[T any](raw json.RawMessage) (any, error) {
	if string(raw) == "null" {
		return nil, fmt.Errorf("want %T, got null", *new(T))
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	return v, nil
}
