package display

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"maps"
	"reflect"
	"strings"
	"sync"
)

// Of turns any value into a bundle. It never panics and always fills
// text/plain.
//
// A value that is a Bundle is shown as it is. Else every form the value's
// methods give is taken:
//
//	MIMEBundle() (data, metadata map[string]any)   any types, with metadata
//	Render() struct{Data, Metadata map[string]any} as gophernotes has it
//	SimpleRender() map[string]any                  the same without metadata
//	HTML() string, Markdown() string, LaTeX() string (or Latex), SVG() string,
//	PNG() []byte, JPEG() []byte, PDF() []byte, JSON() map[string]any,
//	JavaScript() string
//
// then what [Register] knows of the type. Images become PNG; byte slices are
// shown as the image or the text they hold; maps, structs and slices of
// structs that have no methods of their own become HTML tables. text/plain is
// the value's Error() or String() where it has one, else what [Text] writes. A
// method that panics is reported in the output and costs only its own form.
// An empty string or slice means "not in this form".
//
// Binary data in the bundle are base64 strings; JSON types hold
// json.RawMessage. Front ends prefer HTML to a Vega spec, and a JSON tree to
// everything: so a bundle with a spec never has HTML, and what JSON() gives is
// left out where a value has another form to look at.
//
// A form that is dear to make may be a func() any in a bundle; it is called
// where the form is wanted.
func Of(v any) Bundle { return of(v, false) }

// of is Of; with screen, pictures that a drawing makes needless are not made.
func of(v any, screen bool) Bundle {
	b := newBundle()
	b.screen = screen
	if isNil(v) {
		b.Data[MIMEText] = "<nil>"
		return b.Bundle
	}
	var notes []string
	try := func(method string, f func()) {
		if msg := guard(f); msg != "" {
			notes = append(notes, fmt.Sprintf("%s of %s panicked: %s", method, typeName(reflect.TypeOf(v)), msg))
		}
	}
	given, known := asBundle(v)
	if known {
		b.DisplayID = given.DisplayID
		b.merge(given.Data, given.Metadata)
	} else {
		b.fromMethods(v, try)
		try("the registered form", func() { known = b.fromRegistry(v) })
		b.dropTree()
		if len(b.Data) == 0 {
			try("the image", func() { b.fromImage(v) })
		}
	}
	if _, ok := b.Data[MIMEText]; !ok {
		try("the text", func() { b.Data[MIMEText] = plainTwin(b.Data, v) })
	}
	if len(b.Data) == 1 && !known && len(notes) == 0 {
		try("the table", func() { b.set(MIMEHTML, valueTable(v)) })
	}
	return b.finish(notes)
}

// Results is Of for the values of a cell's last expression. One value is shown
// by Of; of several, those that are nil at the end (an error that did not
// happen) are left out, and the rest are shown together. It reports false
// where there is nothing to show: no value, or nil alone.
func Results(values ...any) (Bundle, bool) { return results(values, false) }

// Screen is Results for what only a screen will show, and soon something else:
// where there is a drawing (SVG), no picture of it (PNG, JPEG, PDF) is made,
// which often takes longer than all the rest.
func Screen(values ...any) (Bundle, bool) { return results(values, true) }

func results(values []any, screen bool) (Bundle, bool) {
	for len(values) > 0 && values[len(values)-1] == nil {
		values = values[:len(values)-1]
	}
	switch len(values) {
	case 0:
		return Bundle{}, false
	case 1:
		return of(values[0], screen), true
	}
	texts, htmls, rich := make([]string, len(values)), make([]string, len(values)), false
	multiline := false
	for i, v := range values {
		b := of(v, screen)
		texts[i], _ = b.Data[MIMEText].(string)
		multiline = multiline || strings.Contains(texts[i], "\n")
		htmls[i] = htmlTwin(b)
		rich = rich || len(b.Data) > 1
	}
	sep := " "
	if multiline {
		sep = "\n"
	}
	b := newBundle()
	b.Data[MIMEText] = strings.Join(texts, sep)
	if rich {
		b.Data[MIMEHTML] = strings.Join(htmls, "\n")
	}
	return b.finish(nil), true
}

// htmlTwin is b as HTML, for showing several values in one output.
func htmlTwin(b Bundle) string {
	if s, ok := b.Data[MIMEHTML].(string); ok {
		return "<div>" + s + "</div>"
	}
	if s, ok := b.Data[MIMESVG].(string); ok {
		return "<div>" + s + "</div>"
	}
	for _, m := range []string{MIMEPNG, MIMEJPEG, MIMEGIF} {
		if s, ok := b.Data[m].(string); ok {
			return fmt.Sprintf(`<div><img alt="" src="data:%s;base64,%s"></div>`, m, s)
		}
	}
	s, _ := b.Data[MIMEText].(string)
	return "<pre>" + escape(s) + "</pre>"
}

// converters holds what Register was told, newest last.
var converters struct {
	sync.RWMutex
	list []converter
}

type converter struct {
	of      reflect.Type
	convert func(v any) (Bundle, bool)
}

// Register teaches [Of] to show values of type T, which may be an interface.
// Registering a type again replaces what was known of it.
func Register[T any](convert func(T) Bundle) {
	c := converter{reflect.TypeFor[T](), func(v any) (Bundle, bool) {
		t, ok := v.(T)
		if !ok {
			return Bundle{}, false
		}
		return convert(t), true
	}}
	converters.Lock()
	defer converters.Unlock()
	for i := range converters.list {
		if converters.list[i].of == c.of {
			converters.list[i] = c
			return
		}
	}
	converters.list = append(converters.list, c)
}

// bundle is a Bundle being filled.
type bundle struct {
	Bundle
	screen bool
}

func newBundle() bundle {
	return bundle{Bundle: Bundle{Data: map[string]any{}, Metadata: map[string]any{}}}
}

// needless says that a form need not be made.
func (b *bundle) needless(mime string) bool {
	return b.screen && b.Data[MIMESVG] != nil && (mime == MIMEPNG || mime == MIMEJPEG || mime == MIMEPDF)
}

func (b *bundle) merge(data, metadata map[string]any) {
	for mime, x := range data {
		if strings.Contains(mime, "/") && !isEmpty(x) {
			b.Data[mime] = x
		}
	}
	maps.Copy(b.Metadata, metadata)
}

func (b *bundle) set(mime string, x any) {
	if !isEmpty(x) {
		b.Data[mime] = x
	}
}

// fromMethods takes what v's own methods give. The specific methods come last:
// they win over a general one that gives the same type.
func (b *bundle) fromMethods(v any, try func(string, func())) {
	try("Render()", func() {
		if d, m, ok := rendered(v); ok {
			b.merge(d, m)
		}
	})
	if r, ok := v.(simpleRenderer); ok {
		try("SimpleRender()", func() { b.merge(r.SimpleRender(), nil) })
	}
	if r, ok := v.(bundler); ok {
		try("MIMEBundle()", func() { b.merge(r.MIMEBundle()) })
	}
	if r, ok := v.(htmler); ok {
		try("HTML()", func() { b.set(MIMEHTML, r.HTML()) })
	}
	if r, ok := v.(markdowner); ok {
		try("Markdown()", func() { b.set(MIMEMarkdown, r.Markdown()) })
	}
	if r, ok := v.(latexer); ok {
		try("LaTeX()", func() { b.set(MIMELaTeX, r.LaTeX()) })
	}
	if r, ok := v.(latexerOld); ok {
		try("Latex()", func() { b.set(MIMELaTeX, r.Latex()) })
	}
	if r, ok := v.(svger); ok {
		try("SVG()", func() { b.set(MIMESVG, r.SVG()) })
	}
	if r, ok := v.(pnger); ok && !b.needless(MIMEPNG) {
		try("PNG()", func() { b.set(MIMEPNG, r.PNG()) })
	}
	if r, ok := v.(jpeger); ok && !b.needless(MIMEJPEG) {
		try("JPEG()", func() { b.set(MIMEJPEG, r.JPEG()) })
	}
	if r, ok := v.(pdfer); ok && !b.needless(MIMEPDF) {
		try("PDF()", func() { b.set(MIMEPDF, r.PDF()) })
	}
	if r, ok := v.(jsoner); ok {
		try("JSON()", func() { b.set(MIMEJSON, r.JSON()) })
	}
	if r, ok := v.(javascripter); ok {
		try("JavaScript()", func() { b.set(MIMEJavaScript, r.JavaScript()) })
	}
}

// fromRegistry takes what Register was told of v's type, and reports whether it
// was told anything.
func (b *bundle) fromRegistry(v any) bool {
	converters.RLock()
	list := converters.list
	converters.RUnlock()
	for i := len(list) - 1; i >= 0; i-- {
		if got, ok := list[i].convert(v); ok {
			for mime, x := range got.Data { // the type's own methods win
				if _, has := b.Data[mime]; !has {
					b.set(mime, x)
				}
			}
			for k, x := range got.Metadata {
				if _, has := b.Metadata[k]; !has {
					b.Metadata[k] = x
				}
			}
			return true
		}
	}
	return false
}

// dropTree leaves a JSON tree to values that have nothing better.
func (b *bundle) dropTree() {
	for mime := range b.Data {
		if mime != MIMEText && mime != MIMEJSON && mime != MIMEJavaScript {
			delete(b.Data, MIMEJSON)
			return
		}
	}
}

func (b *bundle) fromImage(v any) {
	switch v := v.(type) {
	case image.Image:
		b.setImage(v)
	case []byte:
		if mime := imageType(v); mime != "" {
			b.Data[mime] = v
			b.Data[MIMEText] = fmt.Sprintf("[]byte, %d bytes: %s", len(v), mime)
		}
	}
}

// finish makes the bundle fit to be sent: encodes, sizes, caps, and adds notes.
func (b bundle) finish(notes []string) Bundle {
	for mime, x := range b.Data {
		if isVega(mime) {
			delete(b.Data, MIMEHTML)
		}
		if b.needless(mime) {
			delete(b.Data, mime)
			delete(b.Metadata, mime)
			continue
		}
		if make, ok := x.(func() any); ok {
			if msg := guard(func() { x = make() }); msg != "" {
				delete(b.Data, mime)
				notes = append(notes, fmt.Sprintf("making %s panicked: %s", mime, msg))
				continue
			}
		}
		y, err := encode(mime, x)
		if err != nil {
			delete(b.Data, mime)
			notes = append(notes, fmt.Sprintf("%s is not shown: %v", mime, err))
			continue
		}
		b.Data[mime] = y
		b.addSize(mime, y)
	}
	text, _ := b.Data[MIMEText].(string)
	if len(notes) > 0 {
		text = strings.Join(append([]string{text}, notes...), "\n")
		if html, ok := b.Data[MIMEHTML].(string); ok {
			b.Data[MIMEHTML] = html + "<pre>" + escape(strings.Join(notes, "\n")) + "</pre>"
		}
	}
	b.Data[MIMEText] = text
	b.cap()
	return b.Bundle
}

// encode brings x into the form that Jupyter wants for a MIME type.
func encode(mime string, x any) (any, error) {
	if isJSON(mime) {
		switch x := x.(type) {
		case json.RawMessage:
			return x, nil
		case string:
			if json.Valid([]byte(x)) {
				return json.RawMessage(x), nil
			}
		case []byte:
			if json.Valid(x) {
				return json.RawMessage(x), nil
			}
		}
		raw, err := json.Marshal(x)
		return json.RawMessage(raw), err
	}
	switch x := x.(type) {
	case string:
		if mime == MIMEPNG || mime == MIMEJPEG || mime == MIMEGIF || mime == MIMEPDF {
			if imageType([]byte(x)) != "" || strings.HasPrefix(x, "%PDF") { // raw bytes in a string
				return base64.StdEncoding.EncodeToString([]byte(x)), nil
			}
			return x, nil
		}
		return strings.ToValidUTF8(x, "\uFFFD"), nil
	case []byte:
		if isText(mime) {
			return strings.ToValidUTF8(string(x), "\uFFFD"), nil
		}
		return base64.StdEncoding.EncodeToString(x), nil
	case fmt.Stringer:
		return x.String(), nil
	}
	if rv := reflect.ValueOf(x); rv.Kind() == reflect.String { // template.HTML and the like
		return rv.String(), nil
	}
	return nil, fmt.Errorf("want a string or []byte, got %T", x)
}

func isJSON(mime string) bool {
	return mime == MIMEJSON || strings.HasSuffix(mime, "+json")
}

func isVega(mime string) bool { return strings.HasPrefix(mime, "application/vnd.vega") }

func isText(mime string) bool {
	return strings.HasPrefix(mime, "text/") || mime == MIMESVG || mime == MIMEJavaScript
}

func isEmpty(x any) bool {
	switch x := x.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case []byte:
		return len(x) == 0
	case map[string]any:
		return x == nil
	}
	return false
}

// asBundle recognises values that already are bundles: ours, and a struct of
// the shape that gophernotes calls Data.
func asBundle(v any) (Bundle, bool) {
	switch v := v.(type) {
	case Bundle:
		return v, true
	case *Bundle:
		return *v, true
	}
	rv := reflect.ValueOf(v)
	if !hasRenderShape(rv.Type()) {
		return Bundle{}, false
	}
	d, m := fields(rv)
	if len(d) == 0 {
		return Bundle{}, false
	}
	for mime := range d {
		if !strings.Contains(mime, "/") {
			return Bundle{}, false
		}
	}
	return Bundle{Data: d, Metadata: m}, true
}

func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.Pointer, reflect.Interface:
		return rv.IsNil()
	}
	return false
}

// guard runs f and returns what it panicked with, or "".
func guard(f func()) (msg string) {
	defer func() {
		if r := recover(); r != nil {
			msg = panicText(r)
		}
	}()
	f()
	return ""
}

// panicText is r in words; r may itself panic when it is printed, which fmt
// copes with.
func panicText(r any) string {
	if s := fmt.Sprint(r); s != "" {
		return s
	}
	return fmt.Sprintf("%T", r)
}

// plainTwin is the text/plain of a value that has none of its own in data.
func plainTwin(data map[string]any, v any) string {
	if _, ok := asBundle(v); ok { // only forms, no value behind them
		for _, mime := range []string{MIMEMarkdown, MIMELaTeX} {
			if s, ok := data[mime].(string); ok {
				return s
			}
		}
		return "<" + strings.Join(sortedKeys(data), ", ") + ">"
	}
	return Text(v)
}
