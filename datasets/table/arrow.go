package table

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/lislab/lislab/lis"
)

// naturalKind is the kind that loses nothing of an Arrow type; list tells that
// the column holds lists of ids.
func naturalKind(t arrow.DataType) (kind Kind, list bool) {
	switch t.ID() {
	case arrow.BOOL:
		return Bool, false
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64:
		return Int, false
	case arrow.FLOAT16, arrow.FLOAT32, arrow.FLOAT64, arrow.DECIMAL32, arrow.DECIMAL64, arrow.DECIMAL128, arrow.DECIMAL256:
		return Float, false
	case arrow.TIMESTAMP, arrow.DATE32, arrow.DATE64:
		return Time, false
	case arrow.LIST, arrow.LARGE_LIST, arrow.FIXED_SIZE_LIST:
		return IDs, true
	case arrow.DICTIONARY:
		return naturalKind(t.(*arrow.DictionaryType).ValueType)
	}
	return String, false
}

// isText tells whether a type's values are bytes or text.
func isText(t arrow.DataType) bool {
	switch t.ID() {
	case arrow.STRING, arrow.LARGE_STRING, arrow.STRING_VIEW, arrow.BINARY, arrow.LARGE_BINARY, arrow.BINARY_VIEW, arrow.FIXED_SIZE_BINARY:
		return true
	}
	return false
}

// array appends the values of an Arrow array; false as for cell.
func (b *builder) array(a arrow.Array) bool {
	switch a := a.(type) {
	case *array.Dictionary:
		return b.dictionary(a)
	case array.ListLike:
		return b.lists(a)
	}
	if b.spec.List && !isText(a.DataType()) {
		// One id per row is a list of one.
		return b.each(a, func(text []byte) bool {
			b.starts = append(b.starts, len(b.index))
			b.index = append(b.index, b.ids.add(text))
			return b.appended()
		})
	}
	switch b.spec.Kind {
	case Int:
		if a, ok := a.(*array.Int64); ok && a.NullN() == 0 {
			b.ints = append(b.ints, a.Int64Values()...)
			return b.appendedRows(a.Len())
		}
	case Float:
		switch a := a.(type) {
		case *array.Float64:
			return b.floats64(a.Len(), a.IsNull, a.Float64Values())
		case *array.Float32:
			v := make([]float64, a.Len())
			for i, x := range a.Float32Values() {
				v[i] = float64(x)
			}
			return b.floats64(a.Len(), a.IsNull, v)
		}
	case Time:
		switch a := a.(type) {
		case *array.Timestamp:
			t := a.DataType().(*arrow.TimestampType)
			return b.timestamps(a.Len(), a.IsNull, func(i int) int64 { return int64(a.Value(i)) }, unitNanos[t.Unit], t.TimeZone == "")
		case *array.Date32:
			return b.timestamps(a.Len(), a.IsNull, func(i int) int64 { return int64(a.Value(i)) }, 24*int64(time.Hour), true)
		case *array.Date64:
			return b.timestamps(a.Len(), a.IsNull, func(i int) int64 { return int64(a.Value(i)) }, int64(time.Millisecond), true)
		}
	}
	return b.each(a, b.cell)
}

var unitNanos = map[arrow.TimeUnit]int64{arrow.Second: 1e9, arrow.Millisecond: 1e6, arrow.Microsecond: 1e3, arrow.Nanosecond: 1}

// appendedRows counts n rows with values.
func (b *builder) appendedRows(n int) bool {
	b.rows += n
	if b.nulls != nil {
		b.nulls = append(b.nulls, make([]bool, n)...)
	}
	return true
}

func (b *builder) floats64(n int, null func(int) bool, v []float64) bool {
	for i := range n {
		if null(i) || math.IsNaN(v[i]) {
			if !b.missing() {
				return false
			}
			continue
		}
		b.floats = append(b.floats, v[i])
		b.appended()
	}
	return true
}

// timestamps appends times of a unit; local ones have no zone and are read in
// the wanted one.
func (b *builder) timestamps(n int, null func(int) bool, value func(int) int64, unit int64, local bool) bool {
	zone := b.times.Location()
	local = local && zone != time.UTC
	for i := range n {
		if null(i) {
			if !b.missing() {
				return false
			}
			continue
		}
		v := value(i)
		if v > math.MaxInt64/unit || v < math.MinInt64/unit {
			b.fail(lis.ErrBadTime, fmt.Sprintf("time %d × %v is out of range", v, time.Duration(unit)))
			return false
		}
		v *= unit
		if local {
			t := time.Unix(0, v).UTC()
			v = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone).UnixNano()
		}
		b.ints = append(b.ints, v)
		b.appended()
	}
	return true
}

// each appends the values as they would be written in text.
func (b *builder) each(a arrow.Array, add func([]byte) bool) bool {
	text := texts(a)
	if b.spec.Kind == IDs {
		switch a.DataType().ID() {
		case arrow.FLOAT16, arrow.FLOAT32, arrow.FLOAT64:
			b.fail(lis.ErrBadRow, "ids are floats, which do not say how they were written")
			return false
		}
	}
	var buf []byte
	for i := range a.Len() {
		if a.IsNull(i) {
			if !b.missing() {
				return false
			}
			continue
		}
		buf = text(buf[:0], i)
		if len(buf) == 0 && b.spec.Kind == String && !b.spec.Required {
			b.ends = append(b.ends, b.arena.Len()) // empty text is text
			b.appended()
			continue
		}
		if !add(buf) {
			return false
		}
	}
	return true
}

// texts writes values of an array as text.
func texts(a arrow.Array) func(buf []byte, i int) []byte {
	switch a := a.(type) {
	case *array.String:
		return func(buf []byte, i int) []byte { return append(buf, a.Value(i)...) }
	case *array.LargeString:
		return func(buf []byte, i int) []byte { return append(buf, a.Value(i)...) }
	case *array.StringView:
		return func(buf []byte, i int) []byte { return append(buf, a.Value(i)...) }
	case *array.Binary:
		return func(buf []byte, i int) []byte { return append(buf, a.Value(i)...) }
	case *array.LargeBinary:
		return func(buf []byte, i int) []byte { return append(buf, a.Value(i)...) }
	case *array.FixedSizeBinary:
		return func(buf []byte, i int) []byte { return append(buf, a.Value(i)...) }
	case *array.Int64:
		return func(buf []byte, i int) []byte { return strconv.AppendInt(buf, a.Value(i), 10) }
	case *array.Int32:
		return func(buf []byte, i int) []byte { return strconv.AppendInt(buf, int64(a.Value(i)), 10) }
	case *array.Int16:
		return func(buf []byte, i int) []byte { return strconv.AppendInt(buf, int64(a.Value(i)), 10) }
	case *array.Int8:
		return func(buf []byte, i int) []byte { return strconv.AppendInt(buf, int64(a.Value(i)), 10) }
	case *array.Uint32:
		return func(buf []byte, i int) []byte { return strconv.AppendUint(buf, uint64(a.Value(i)), 10) }
	case *array.Uint8:
		return func(buf []byte, i int) []byte { return strconv.AppendUint(buf, uint64(a.Value(i)), 10) }
	case *array.Boolean:
		return func(buf []byte, i int) []byte { return strconv.AppendBool(buf, a.Value(i)) }
	case *array.Float64:
		return func(buf []byte, i int) []byte { return strconv.AppendFloat(buf, a.Value(i), 'g', -1, 64) }
	case *array.Float32:
		return func(buf []byte, i int) []byte { return strconv.AppendFloat(buf, float64(a.Value(i)), 'g', -1, 32) }
	}
	return func(buf []byte, i int) []byte { return append(buf, a.ValueStr(i)...) }
}

// dictionary appends values that are stored once: each is looked at once.
func (b *builder) dictionary(a *array.Dictionary) bool {
	values := a.Dictionary()
	if b.spec.Kind != IDs || b.spec.List || !isText(values.DataType()) {
		text := texts(values)
		var buf []byte
		for i := range a.Len() {
			if a.IsNull(i) {
				if !b.missing() {
					return false
				}
				continue
			}
			if buf = text(buf[:0], a.GetValueIndex(i)); !b.cell(buf) {
				return false
			}
		}
		return true
	}
	const unseen = math.MaxUint32
	number := make([]uint32, values.Len())
	for k := range number {
		number[k] = unseen
	}
	text := texts(values)
	var buf []byte
	for i := range a.Len() {
		if a.IsNull(i) {
			if !b.missing() {
				return false
			}
			continue
		}
		k := a.GetValueIndex(i)
		if number[k] == unseen {
			if buf = text(buf[:0], k); len(buf) == 0 {
				if !b.missing() {
					return false
				}
				continue
			}
			number[k] = b.ids.add(buf)
		}
		b.index = append(b.index, number[k])
		b.appended()
	}
	return true
}

// lists appends lists of ids.
func (b *builder) lists(a array.ListLike) bool {
	if !b.spec.List {
		b.fail(lis.ErrBadRow, fmt.Sprintf("the column holds lists, expected one %v per row", b.spec.Kind))
		return false
	}
	values := a.ListValues()
	text := texts(values)
	if d, ok := values.(*array.Dictionary); ok {
		inner := texts(d.Dictionary())
		text = func(buf []byte, i int) []byte { return inner(buf, d.GetValueIndex(i)) }
	}
	switch values.DataType().ID() {
	case arrow.FLOAT16, arrow.FLOAT32, arrow.FLOAT64:
		b.fail(lis.ErrBadRow, "ids are floats, which do not say how they were written")
		return false
	}
	var buf []byte
	for i := range a.Len() {
		from, to := a.ValueOffsets(i)
		if a.IsNull(i) || from == to {
			if !b.missing() {
				return false
			}
			continue
		}
		b.starts = append(b.starts, len(b.index))
		for j := int(from); j < int(to); j++ {
			buf = buf[:0]
			if !values.IsNull(j) {
				buf = text(buf, j)
			}
			if len(buf) == 0 {
				b.kind, b.err = lis.ErrMissingValue, fmt.Errorf("the list holds an empty id")
				return false
			}
			b.index = append(b.index, b.ids.add(buf))
		}
		b.appended()
	}
	return true
}
