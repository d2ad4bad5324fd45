package display

import "reflect"

// The interfaces by which a type says how it looks. They are matched by their
// methods alone: a library has them without importing this package.
type (
	htmler       interface{ HTML() string }
	markdowner   interface{ Markdown() string }
	latexer      interface{ LaTeX() string }
	latexerOld   interface{ Latex() string } // gophernotes' spelling
	svger        interface{ SVG() string }
	pnger        interface{ PNG() []byte }
	jpeger       interface{ JPEG() []byte }
	pdfer        interface{ PDF() []byte }
	jsoner       interface{ JSON() map[string]any }
	javascripter interface{ JavaScript() string }

	// bundler gives data and metadata as Jupyter's _repr_mimebundle_ does.
	bundler interface {
		MIMEBundle() (data, metadata map[string]any)
	}
	simpleRenderer interface{ SimpleRender() map[string]any }
)

// rendered calls v's Render() method where it has the shape gophernotes gives
// it: a struct with the maps Data and Metadata. That struct's name is
// gophernotes' own, so it is matched by its fields.
func rendered(v any) (data, metadata map[string]any, ok bool) {
	m := reflect.ValueOf(v).MethodByName("Render")
	if !m.IsValid() || m.Type().NumIn() != 0 || m.Type().NumOut() != 1 || !hasRenderShape(m.Type().Out(0)) {
		return nil, nil, false
	}
	d, md := fields(m.Call(nil)[0])
	return d, md, true
}

var anyMap = reflect.TypeFor[map[string]any]()

func hasRenderShape(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	d, ok := t.FieldByName("Data")
	if !ok || !d.Type.ConvertibleTo(anyMap) {
		return false
	}
	m, ok := t.FieldByName("Metadata")
	return ok && m.Type.ConvertibleTo(anyMap)
}

// fields reads Data and Metadata of a value that hasRenderShape.
func fields(v reflect.Value) (data, metadata map[string]any) {
	data = v.FieldByName("Data").Convert(anyMap).Interface().(map[string]any)
	metadata = v.FieldByName("Metadata").Convert(anyMap).Interface().(map[string]any)
	return data, metadata
}
