package display

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// How much of a value Text shows.
const (
	maxItems  = 200     // longer slices and maps are elided …
	headItems = 20      // … to these at the start
	tailItems = 5       // … and these at the end
	maxDepth  = 8       // deeper values are shown by their type
	lineWidth = 96      // longer structs and maps get a line per entry
	textLimit = 1 << 16 // bytes of one value, strings apart
	hexBytes  = 256     // of a byte slice that is no text
)

// Text writes v as fmt's %v does, and differs where that helps a reader:
// structs name their fields; a pointer is followed rather than printed as an
// address, also inside (a cycle is cut); long slices and maps are elided, with
// their length; maps are sorted; what does not fit on a line gets a line per
// entry. Error() and String() are used at every level; one that panics is
// reported in its place. Byte slices show their text, or a dump.
func Text(v any) string {
	if v == nil {
		return "<nil>"
	}
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return bytesText(v)
	}
	if m, ok := matrixText(v); ok {
		return m
	}
	rv := reflect.ValueOf(v)
	if s, ok := methodText(rv); ok {
		return s
	}
	p := printer{}
	p.value(rv, 0)
	one := p.buf.String()
	if utf8.RuneCountInString(one) <= lineWidth || strings.Contains(one, "\n") {
		return one
	}
	if s := perLine(rv); s != "" {
		return s
	}
	return one
}

// printer writes one value on one line.
type printer struct {
	buf  strings.Builder
	path []uintptr // the pointers being followed, to see cycles
}

func (p *printer) full() bool { return p.buf.Len() > textLimit }

func (p *printer) value(v reflect.Value, depth int) {
	if p.full() {
		return
	}
	if !v.IsValid() {
		p.buf.WriteString("<nil>")
		return
	}
	if s, ok := methodText(v); ok {
		p.buf.WriteString(s)
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		p.value(v.Elem(), depth)
	case reflect.Pointer:
		p.pointer(v, depth)
	case reflect.Slice, reflect.Array:
		if depth > maxDepth {
			p.buf.WriteString(typeName(v.Type()))
			return
		}
		p.follow(v, func() { p.list(v, depth) })
	case reflect.Map:
		if depth > maxDepth {
			p.buf.WriteString(typeName(v.Type()))
			return
		}
		p.follow(v, func() { p.dict(v, depth) })
	case reflect.Struct:
		if depth > maxDepth {
			p.buf.WriteString(typeName(v.Type()))
			return
		}
		p.fields(v, depth)
	case reflect.Func, reflect.Chan:
		if v.IsNil() {
			p.buf.WriteString("<nil>")
			return
		}
		p.buf.WriteString(typeName(v.Type()))
	case reflect.UnsafePointer:
		p.buf.WriteString("unsafe.Pointer")
	default:
		p.buf.WriteString(scalarText(v))
	}
}

func (p *printer) fields(v reflect.Value, depth int) {
	fs, hidden := structFields(v)
	if len(fs) == 0 && hidden {
		p.buf.WriteString(typeName(v.Type()) + "{…}")
		return
	}
	p.buf.WriteByte('{')
	for i, f := range fs {
		if i > 0 {
			p.buf.WriteByte(' ')
		}
		p.buf.WriteString(f.name)
		p.buf.WriteByte(':')
		p.value(f.value, depth+1)
	}
	if hidden {
		p.buf.WriteString(" …")
	}
	p.buf.WriteByte('}')
}

func (p *printer) pointer(v reflect.Value, depth int) {
	if v.IsNil() {
		p.buf.WriteString("<nil>")
		return
	}
	if depth > maxDepth {
		p.buf.WriteString(typeName(v.Type()))
		return
	}
	p.buf.WriteByte('&')
	p.follow(v, func() { p.value(v.Elem(), depth+1) })
}

// follow guards what lies behind a pointer, map or slice against cycles.
func (p *printer) follow(v reflect.Value, f func()) {
	if v.Kind() == reflect.Array {
		f()
		return
	}
	at := v.Pointer()
	if at != 0 && slices.Contains(p.path, at) {
		p.buf.WriteString("…")
		return
	}
	p.path = append(p.path, at)
	f()
	p.path = p.path[:len(p.path)-1]
}

func (p *printer) list(v reflect.Value, depth int) {
	p.buf.WriteByte('[')
	n := v.Len()
	for i := 0; i < n && !p.full(); i++ {
		if i > 0 {
			p.buf.WriteByte(' ')
		}
		if n > maxItems && i == headItems {
			p.buf.WriteString("… ")
			i = n - tailItems
		}
		p.value(v.Index(i), depth+1)
	}
	p.buf.WriteByte(']')
	p.count(n)
}

func (p *printer) dict(v reflect.Value, depth int) {
	p.buf.WriteString("map[")
	keys := mapKeys(v)
	for i := 0; i < len(keys) && !p.full(); i++ {
		if i > 0 {
			p.buf.WriteByte(' ')
		}
		if len(keys) > maxItems && i == headItems {
			p.buf.WriteString("… ")
			i = len(keys) - tailItems
		}
		p.value(keys[i], depth+1)
		p.buf.WriteByte(':')
		p.value(v.MapIndex(keys[i]), depth+1)
	}
	p.buf.WriteByte(']')
	p.count(len(keys))
}

func (p *printer) count(n int) {
	if n > maxItems {
		fmt.Fprintf(&p.buf, " (%d in all)", n)
	}
}

// perLine writes a struct, map or slice with a line per entry, or "" for other
// kinds.
func perLine(v reflect.Value) string {
	prefix := ""
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.Kind() == reflect.Pointer {
			prefix = "&"
		}
		v = v.Elem()
	}
	var names, texts []string
	var open, shut string
	total := 0
	switch v.Kind() {
	case reflect.Struct:
		open, shut = "{", "}"
		fs, hidden := structFields(v)
		for _, f := range fs {
			names, texts = append(names, f.name+":"), append(texts, oneLine(f.value))
		}
		if hidden {
			names, texts = append(names, "…"), append(texts, "")
		}
	case reflect.Map:
		open, shut = "map[", "]"
		keys := mapKeys(v)
		total = len(keys)
		for _, k := range elided(len(keys)) {
			if k < 0 {
				names, texts = append(names, "…"), append(texts, "")
				continue
			}
			names, texts = append(names, oneLine(keys[k])+":"), append(texts, oneLine(v.MapIndex(keys[k])))
		}
	case reflect.Slice, reflect.Array:
		if !isComposite(v.Type().Elem()) { // numbers and words read better run on
			return ""
		}
		open, shut = "[", "]"
		total = v.Len()
		for _, k := range elided(v.Len()) {
			if k < 0 {
				texts = append(texts, "…")
				continue
			}
			texts = append(texts, oneLine(v.Index(k)))
		}
	default:
		return ""
	}
	width := 0
	for _, n := range names {
		width = max(width, utf8.RuneCountInString(n))
	}
	var s strings.Builder
	s.WriteString(prefix + open)
	for i, t := range texts {
		s.WriteString("\n  ")
		if names != nil {
			s.WriteString(names[i])
			if t != "" {
				s.WriteString(strings.Repeat(" ", width-utf8.RuneCountInString(names[i])+1))
			}
		}
		s.WriteString(t)
		if s.Len() > textLimit {
			s.WriteString("\n  …")
			break
		}
	}
	s.WriteString("\n" + shut)
	if total > maxItems {
		fmt.Fprintf(&s, " (%d in all)", total)
	}
	return s.String()
}

// oneLine is a part of a value, as Text writes it.
func oneLine(v reflect.Value) string {
	p := printer{}
	p.value(v, 1)
	return p.buf.String()
}

// elided lists which of n entries are shown; -1 stands for a gap.
func elided(n int) []int {
	var at []int
	for i := 0; i < n; i++ {
		if n > maxItems && i == headItems {
			at = append(at, -1)
			i = n - tailItems
		}
		at = append(at, i)
	}
	return at
}

func isComposite(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		return true
	}
	return false
}

// methodText is what v's own methods say of it.
func methodText(v reflect.Value) (string, bool) {
	if !v.CanInterface() || !v.IsValid() {
		return "", false
	}
	if k := v.Kind(); (k == reflect.Pointer || k == reflect.Interface) && v.IsNil() {
		return "<nil>", true
	}
	var s string
	var method string
	var call func()
	switch x := v.Interface().(type) {
	case time.Time:
		return x.Round(0).String(), true // without the monotonic reading
	case fmt.Formatter:
		method, call = "Format()", func() { s = fmt.Sprintf("%v", x) }
	case error:
		method, call = "Error()", func() { s = x.Error() }
	case fmt.Stringer:
		method, call = "String()", func() { s = x.String() }
	default:
		return "", false
	}
	if msg := guard(call); msg != "" {
		return fmt.Sprintf("<%s of %s panicked: %s>", method, typeName(v.Type()), msg), true
	}
	return s, true
}

// scalarText formats a number, boolean or string, whether its field is
// exported or not.
func scalarText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32:
		return fmt.Sprint(float32(v.Float()))
	case reflect.Float64:
		return fmt.Sprint(v.Float())
	case reflect.Complex64:
		return fmt.Sprint(complex64(v.Complex()))
	case reflect.Complex128:
		return fmt.Sprint(v.Complex())
	case reflect.String:
		return v.String()
	}
	return typeName(v.Type())
}

// bytesText is a byte slice as text with its length, or as a dump.
func bytesText(b []byte) string {
	if len(b) == 0 {
		return "[]"
	}
	what := fmt.Sprintf("([]byte, %d bytes)", len(b))
	if utf8.Valid(b) && !slices.ContainsFunc([]rune(string(b[:min(len(b), 4096)])), func(r rune) bool {
		return !unicode.IsGraphic(r) && !strings.ContainsRune("\n\r\t\uFFFD", r)
	}) {
		return string(b) + "\n" + what
	}
	dump := hex.Dump(b[:min(len(b), hexBytes)])
	if len(b) > hexBytes {
		dump += "…\n"
	}
	return dump + what
}

// field is one field of a struct as it is shown.
type field struct {
	name  string
	value reflect.Value
}

// FieldName decides how a struct's field is shown, and whether it is. As it
// stands it hides the fields that a package keeps to itself; those of types
// declared in a cell (package main) are the reader's own. The process that
// runs cells may set it before the first cell, where it had to rename fields.
var FieldName = func(f reflect.StructField) (name string, show bool) {
	return f.Name, f.Name != "_" && (f.IsExported() || f.PkgPath == "main")
}

// TypeName decides how a type is written. The process that runs cells may set
// it before the first cell, where it keeps cells in packages of its own.
var TypeName = func(t reflect.Type) string { return t.String() }

func typeName(t reflect.Type) string {
	if t == nil {
		return "nil"
	}
	return strings.ReplaceAll(TypeName(t), "interface {}", "any")
}

// structFields lists the fields of v that are shown; hidden says that there
// are others.
func structFields(v reflect.Value) (fs []field, hidden bool) {
	for i := range v.NumField() {
		if name, show := FieldName(v.Type().Field(i)); show {
			fs = append(fs, field{name, v.Field(i)})
		} else {
			hidden = true
		}
	}
	return fs, hidden
}

// mapKeys is v's keys, sorted: numbers and words by value, others by text.
func mapKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	switch v.Type().Key().Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Int(), b.Int()) })
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Uint(), b.Uint()) })
	case reflect.Float32, reflect.Float64:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.Float(), b.Float()) })
	case reflect.String:
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	default:
		type texted struct {
			key  reflect.Value
			text string
		}
		ts := make([]texted, len(keys))
		for i, k := range keys {
			ts[i] = texted{k, oneLine(k)}
		}
		slices.SortStableFunc(ts, func(a, b texted) int { return cmp.Compare(a.text, b.text) })
		for i := range ts {
			keys[i] = ts[i].key
		}
	}
	return keys
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
