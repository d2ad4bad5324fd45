package table

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lislab/lislab/lis"
)

// ReadJSON reads files of JSON lines as one table: an object a line, each key a
// column. A key that an object lacks, null and "" are cells without a value; an
// array is a list of ids (see Want.List); an object within the object can be
// passed over but not read. Where no columns are wanted, the keys of the first
// objects are, in the order of their first appearance. Otherwise as ReadCSV.
func ReadJSON(ctx context.Context, files []string, o Options) (*Table, error) {
	r := textReader{o: &o, files: files}
	return r.read(ctx, func(s *textSource) (chunkParser, error) { return newJSONFile(s, &o) })
}

// jsonFile is a chunkParser for one file of JSON lines.
type jsonFile struct {
	names []string
	index map[string]int
	lists map[int]bool // columns that hold arrays
}

func newJSONFile(s *textSource, o *Options) (*jsonFile, error) {
	f := &jsonFile{index: map[string]int{}, lists: map[int]bool{}}
	head, err := s.peekChunk(f)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if first := bytes.TrimSpace(head); len(first) > 0 && first[0] == '[' {
		return nil, &lis.InputError{Kind: lis.ErrBadRow, What: "the file is one JSON array, expected an object a line", File: s.path, Row: 1, Do: "convert it: jq -c '.[]'"}
	}
	add := func(name string) {
		if _, ok := f.index[name]; !ok {
			f.index[name] = len(f.names)
			f.names = append(f.names, name)
		}
	}
	var r jsonRecord
	n := 0
	for line := range bytes.Lines(head) {
		if len(bytes.TrimSpace(line)) == 0 || r.scan(line, f) != nil {
			continue
		}
		for i, k := range r.keys {
			add(string(k))
			if r.values[i].kind == '[' {
				f.lists[f.index[string(k)]] = true
			}
		}
		if n++; n == sampleRows {
			break
		}
	}
	if n == 0 {
		return nil, &lis.InputError{Kind: lis.ErrBadRow, What: "no line holds a JSON object", File: s.path, Row: 1, Do: "expected an object a line"}
	}
	// A wanted key may first appear far behind.
	for _, w := range o.Want {
		name := w.Column
		if _, ok := f.index[strings.TrimSuffix(name, "[]")]; ok && w.List {
			continue
		}
		if _, ok := f.index[name]; !ok && n == sampleRows {
			add(name)
		}
	}
	return f, nil
}

func (f *jsonFile) header() []string { return f.names }

func (f *jsonFile) firstLine() int { return 1 }

func (f *jsonFile) list(column int) bool { return f.lists[column] }

// cut needs no look at strings: JSON has no line end within one.
func (f *jsonFile) cut(b []byte, last bool) int {
	if last {
		return len(b)
	}
	return bytes.LastIndexByte(b, '\n') + 1
}

func (f *jsonFile) sample(b []byte, records int, cell func(int, []byte)) {
	var r jsonRecord
	for line := range bytes.Lines(b) {
		if r.scan(line, f) != nil {
			continue
		}
		for i, k := range r.fields {
			if k < 0 {
				continue
			}
			switch v := r.values[i]; v.kind {
			case 's':
				cell(k, append([]byte(`"`), v.text...)) // text, whatever it looks like
			case '[', '{':
			default:
				cell(k, v.text)
			}
		}
		if records--; records == 0 {
			return
		}
	}
}

func (f *jsonFile) parse(b []byte, c *chunk) {
	var r jsonRecord
	at := make([]int, len(f.names)) // for each column its value in the record + 1
	line := -1
	for text := range bytes.Lines(b) {
		line++
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if err := r.scan(text, f); err != nil {
			c.bad(line, 1, err.Error(), text[len(text)-1] != '\n')
			continue
		}
		clear(at)
		for i, k := range r.fields {
			if k >= 0 {
				at[k] = i + 1
			}
		}
		for k, field := range c.fields {
			ok := false
			if i := at[field]; i == 0 {
				ok = c.builders[k].missing()
			} else {
				ok = c.builders[k].json(r.values[i-1])
			}
			if !ok {
				c.refuse(k, line)
				return
			}
		}
		c.row(line)
	}
	c.lines = line + 1
}

// json appends a value.
func (b *builder) json(v jsonValue) bool {
	switch {
	case v.kind == '{':
		b.fail(lis.ErrBadRow, "the value is an object, expected a "+b.spec.Kind.String())
		return false
	case v.kind == '[' && !b.spec.List:
		if b.spec.infer {
			b.fail(lis.ErrBadRow, "the value is an array where the first ones are none")
			return false
		}
		b.fail(lis.ErrBadRow, "the value is an array, expected one "+b.spec.Kind.String())
		return false
	case v.kind == '[':
		var elements []json.RawMessage
		if err := json.Unmarshal(v.text, &elements); err != nil {
			b.fail(lis.ErrBadRow, "the array cannot be read: "+err.Error())
			return false
		}
		if len(elements) == 0 {
			return b.missing()
		}
		b.starts = append(b.starts, len(b.index))
		for _, e := range elements {
			text := []byte(e)
			switch e[0] {
			case '"':
				var s string
				if err := json.Unmarshal(e, &s); err != nil {
					b.fail(lis.ErrBadRow, "the array cannot be read: "+err.Error())
					return false
				}
				text = []byte(s)
			case '{', '[', 'n':
				b.fail(lis.ErrBadRow, "the array holds something else than texts and numbers")
				return false
			}
			b.index = append(b.index, b.ids.add(text))
		}
		return b.appended()
	case v.kind == 'n':
		return b.missing()
	case v.kind == 's' && b.spec.infer && b.spec.Kind != String:
		b.widen = String
		return false
	}
	return b.cell(v.text)
}

// jsonValue is a value's text: of a string what it says, of anything else how it
// is written.
type jsonValue struct {
	kind byte // 's' string, 'n' null, '{', '[', '0' number, 't' true or false
	text []byte
}

// jsonRecord holds the keys and values of one object.
type jsonRecord struct {
	keys   [][]byte
	fields []int // for each key its column, −1 for none
	values []jsonValue
	arena  []byte // strings with escapes undone
}

var errJSON = errors.New("the line is no JSON object")

func (r *jsonRecord) scan(b []byte, f *jsonFile) error {
	r.keys, r.fields, r.values, r.arena = r.keys[:0], r.fields[:0], r.values[:0], r.arena[:0]
	i := blank(b, 0)
	if i == len(b) || b[i] != '{' {
		return errJSON
	}
	i = blank(b, i+1)
	if i < len(b) && b[i] == '}' {
		return r.end(b, i+1)
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return errJSON
		}
		key, next, err := r.str(b, i)
		if err != nil {
			return err
		}
		i = blank(b, next)
		if i >= len(b) || b[i] != ':' {
			return errJSON
		}
		v, next, err := r.value(b, blank(b, i+1))
		if err != nil {
			return err
		}
		field := -1
		// Objects mostly have their keys in the same order.
		if n := len(r.keys); n < len(f.names) && f.names[n] == string(key) {
			field = n
		} else if k, ok := f.index[string(key)]; ok {
			field = k
		}
		for j, k := range r.keys {
			if bytes.Equal(k, key) {
				return fmt.Errorf("the key %q comes twice (%d and %d)", key, j+1, len(r.keys)+1)
			}
		}
		r.keys, r.fields, r.values = append(r.keys, key), append(r.fields, field), append(r.values, v)
		i = blank(b, next)
		if i >= len(b) {
			return errJSON
		}
		switch b[i] {
		case ',':
			i = blank(b, i+1)
		case '}':
			return r.end(b, i+1)
		default:
			return errJSON
		}
	}
}

// end accepts nothing but blanks after the object.
func (r *jsonRecord) end(b []byte, i int) error {
	if blank(b, i) != len(b) {
		return errors.New("text follows the JSON object")
	}
	return nil
}

func blank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// str reads the string that begins at i.
func (r *jsonRecord) str(b []byte, i int) (text []byte, next int, err error) {
	end, escaped := i+1, false
	for end < len(b) && b[end] != '"' {
		if b[end] == '\\' {
			escaped = true
			end++
		}
		end++
	}
	if end >= len(b) {
		return nil, 0, errJSON
	}
	if !escaped {
		return b[i+1 : end], end + 1, nil
	}
	var s string
	if err := json.Unmarshal(b[i:end+1], &s); err != nil {
		return nil, 0, errJSON
	}
	from := len(r.arena)
	r.arena = append(r.arena, s...)
	return r.arena[from:], end + 1, nil
}

// value reads the value that begins at i.
func (r *jsonRecord) value(b []byte, i int) (v jsonValue, next int, err error) {
	if i >= len(b) {
		return v, 0, errJSON
	}
	switch b[i] {
	case '"':
		text, next, err := r.str(b, i)
		return jsonValue{'s', text}, next, err
	case '{', '[':
		end := nested(b, i)
		if end < 0 || !json.Valid(b[i:end]) {
			return v, 0, errJSON
		}
		return jsonValue{b[i], b[i:end]}, end, nil
	}
	end := i
	for end < len(b) && b[end] != ',' && b[end] != '}' && b[end] > ' ' {
		end++
	}
	text := b[i:end]
	switch string(text) {
	case "null":
		return jsonValue{'n', nil}, end, nil
	case "true", "false":
		return jsonValue{'t', text}, end, nil
	}
	if _, ok := parseFloat(text); !ok || text[0] == '+' || text[0] == 'i' || text[0] == 'I' || padded(text) {
		return v, 0, fmt.Errorf("%q is no JSON value", clip(text))
	}
	return jsonValue{'0', text}, end, nil
}

// nested is the end of the object or array that begins at i, −1 if it has none.
func nested(b []byte, i int) int {
	depth, quoted := 0, false
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}
