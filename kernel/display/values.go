package display

import (
	"fmt"
	"reflect"
	"slices"
	"unicode/utf8"
)

// How much of a value a table shows.
const (
	tableRows  = 60  // more rows are elided …
	tableHead  = 10  // … to these at the start
	tableTail  = 5   // … and these at the end
	tableWidth = 20  // columns
	cellRunes  = 200 // characters of one cell
)

// valueTable is v as an HTML table where v is a map, a struct, or a slice of
// structs or maps, without methods that say how it looks; else "".
func valueTable(v any) string {
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		if _, ok := methodText(rv); ok {
			return ""
		}
		rv = rv.Elem()
	}
	if _, ok := methodText(rv); ok {
		return ""
	}
	var t Table
	switch rv.Kind() {
	case reflect.Struct:
		t = structTable(rv)
	case reflect.Map:
		t = mapTable(rv)
	case reflect.Slice, reflect.Array:
		t = sliceTable(rv)
	}
	if len(t.Rows) == 0 {
		return ""
	}
	return t.HTML()
}

func structTable(v reflect.Value) Table {
	t := Table{Left: []bool{true, true}, Caption: typeName(v.Type())}
	fs, hidden := structFields(v)
	for _, f := range fs {
		t.Rows = append(t.Rows, []string{f.name, cellText(f.value)})
	}
	if hidden && len(fs) > 0 {
		t.Rows = append(t.Rows, []string{"…", ""})
	}
	return t
}

func mapTable(v reflect.Value) Table {
	keys := mapKeys(v)
	t := Table{
		Head:    []string{"key", "value"},
		Left:    []bool{isWords(v.Type().Key()), isWords(v.Type().Elem())},
		Caption: counted(len(keys), "entry", "entries") + ", " + typeName(v.Type()),
	}
	at, gap := headAndTail(len(keys))
	t.Gap = gap
	for _, i := range at {
		t.Rows = append(t.Rows, []string{cellText(keys[i]), cellText(v.MapIndex(keys[i]))})
	}
	return t
}

// sliceTable is a row per element, for structs by field and for maps with
// string keys by key.
func sliceTable(v reflect.Value) Table {
	elem := v.Type().Elem()
	for elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	n := v.Len()
	if n == 0 {
		return Table{}
	}
	t := Table{Caption: counted(n, "row", "rows") + ", " + typeName(v.Type())}
	at, gap := headAndTail(n)
	t.Gap = gap
	rows := make([]reflect.Value, len(at))
	for i, k := range at {
		rows[i] = v.Index(k)
		for rows[i].Kind() == reflect.Pointer && !rows[i].IsNil() {
			if _, ok := methodText(rows[i]); ok {
				return Table{}
			}
			rows[i] = rows[i].Elem()
		}
		if _, ok := methodText(rows[i]); ok && rows[i].Kind() != reflect.Pointer {
			return Table{}
		}
		t.Index = append(t.Index, fmt.Sprint(k))
	}
	switch {
	case elem.Kind() == reflect.Struct:
		for i := range elem.NumField() {
			name, show := FieldName(elem.Field(i))
			if !show {
				continue
			}
			if len(t.Head) == tableWidth {
				t.Caption += ", more columns not shown"
				break
			}
			t.Head = append(t.Head, name)
			t.Types = append(t.Types, typeName(elem.Field(i).Type))
			t.Left = append(t.Left, isWords(elem.Field(i).Type))
			t.addColumn(rows, func(r reflect.Value) reflect.Value { return r.Field(i) })
		}
	case elem.Kind() == reflect.Map && elem.Key().Kind() == reflect.String:
		var keys []string
		for _, r := range rows {
			if r.Kind() == reflect.Map {
				for _, k := range r.MapKeys() {
					if !slices.Contains(keys, k.String()) {
						keys = append(keys, k.String())
					}
				}
			}
		}
		slices.Sort(keys)
		if len(keys) > tableWidth {
			t.Caption += fmt.Sprintf(", %d more columns not shown", len(keys)-tableWidth)
			keys = keys[:tableWidth]
		}
		for _, k := range keys {
			t.Head = append(t.Head, k)
			t.Left = append(t.Left, isWords(elem.Elem()))
			key := reflect.ValueOf(k).Convert(elem.Key())
			t.addColumn(rows, func(r reflect.Value) reflect.Value { return r.MapIndex(key) })
		}
	default:
		return Table{}
	}
	if len(t.Head) == 0 {
		return Table{}
	}
	return t
}

// addColumn adds a cell to each row; a nil row's cell stays empty.
func (t *Table) addColumn(rows []reflect.Value, cell func(reflect.Value) reflect.Value) {
	if t.Rows == nil {
		t.Rows = make([][]string, len(rows))
	}
	for i, r := range rows {
		text := ""
		if r.Kind() != reflect.Pointer {
			if v := cell(r); v.IsValid() {
				text = cellText(v)
			}
		}
		t.Rows[i] = append(t.Rows[i], text)
	}
}

// headAndTail lists which of n rows a table shows, and before which of those
// its gap stands (0 for none).
func headAndTail(n int) (at []int, gap int) {
	if n <= tableRows {
		for i := range n {
			at = append(at, i)
		}
		return at, 0
	}
	for i := range tableHead {
		at = append(at, i)
	}
	for i := n - tableTail; i < n; i++ {
		at = append(at, i)
	}
	return at, tableHead
}

// cellText is one cell: the value on one line, cut where it is long.
func cellText(v reflect.Value) string {
	s := oneLine(v)
	if utf8.RuneCountInString(s) > cellRunes {
		s = string([]rune(s)[:cellRunes-1]) + "…"
	}
	return s
}

// isWords says that values of t read flush left.
func isWords(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return false
	}
	return true
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
