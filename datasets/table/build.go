package table

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lislab/lislab/lis"
)

// spec is a Want that has found its column.
type spec struct {
	Want
	infer bool // Kind was found out and may widen
	unit  string
	// sampled is the length of the first sampleRows cells of a text file.
	sampled int
}

// builder collects the cells of one column of one chunk.
type builder struct {
	spec   *spec
	bools  []bool
	ints   []int64
	floats []float64
	arena  strings.Builder // the texts, end to end
	ends   []int
	ids    *dict
	index  []uint32
	starts []int // of lists in index
	nulls  []bool
	rows   int
	times  *lis.TimeReader

	// widen is the kind that a cell found out not to fit asks for.
	widen Kind
	// err is what was wrong with the first bad cell, bad its named error.
	err  error
	kind error
	// scratch holds a list's element with its escapes undone.
	scratch []byte
}

func newBuilder(s *spec, rows int) (*builder, error) {
	b := &builder{spec: s}
	switch s.Kind {
	case Bool:
		b.bools = make([]bool, 0, rows)
	case Int:
		b.ints = make([]int64, 0, rows)
	case Time:
		b.ints = make([]int64, 0, rows)
		format := s.TimeFormat
		if s.unit != "" {
			format = s.unit
		}
		var err error
		if b.times, err = lis.NewTimeReader(format, s.Timezone); err != nil {
			return nil, err
		}
	case Float:
		b.floats = make([]float64, 0, rows)
	case String:
		b.ends = make([]int, 0, rows)
		b.arena.Grow(rows * max(8, s.sampled*11/10/sampleRows))
	case IDs:
		b.ids = &dict{}
		b.index = make([]uint32, 0, rows)
	}
	return b, nil
}

// cell appends a cell as written. It is false where the cell cannot be taken:
// then widen or err says why.
func (b *builder) cell(c []byte) bool {
	switch b.spec.Kind {
	case IDs:
		if len(c) == 0 {
			return b.missing()
		}
		if b.spec.List {
			b.starts = append(b.starts, len(b.index))
			b.list(c)
		} else {
			b.index = append(b.index, b.ids.add(c))
		}
	case String:
		if len(c) == 0 && b.spec.Required {
			return b.missing()
		}
		b.arena.Write(c)
		b.ends = append(b.ends, b.arena.Len())
	case Int:
		v, ok := parseInt(c)
		if !ok || b.spec.infer && padded(c) {
			return b.slow(c)
		}
		b.ints = append(b.ints, v)
	case Float:
		v, ok := parseFloat(c)
		if !ok || b.spec.infer && (padded(c) || math.Abs(v) >= 1<<53 && isInteger(c)) {
			return b.slow(c)
		}
		b.floats = append(b.floats, v)
	case Bool:
		v, ok := parseBool(c)
		if !ok || b.spec.infer && len(c) < 4 {
			return b.slow(c)
		}
		b.bools = append(b.bools, v)
	case Time:
		v, ok := parseInt(c)
		if !ok {
			return b.slow(c)
		}
		return b.number(v)
	}
	return b.appended()
}

// column appends a field of each of n records, stride fields apart, and gives
// the number of the record whose cell cannot be taken, n if there is none.
func (b *builder) column(text []byte, fields []span, stride, n int) int {
	var scratch []byte
	slow := func(s span) bool {
		if !s.escaped() {
			return b.cell(s.raw(text))
		}
		scratch = unquote(scratch[:0], s.raw(text))
		return b.cell(scratch)
	}
	plain := b.nulls == nil && !b.spec.List
	switch kind := b.spec.Kind; {
	case kind == Int && plain:
		for r := range n {
			s := fields[r*stride]
			c := s.raw(text)
			// Up to eighteen digits; everything else is cell's.
			v, i := int64(0), 0
			if x, ok := eightDigits(c, 0); ok {
				v, i = int64(x), 8
			}
			for ; i < len(c) && c[i]-'0' <= 9; i++ {
				v = v*10 + int64(c[i]-'0')
			}
			if i == 0 || i < len(c) || i > 18 || c[0] == '0' && i > 1 || b.nulls != nil {
				if !slow(s) {
					return r
				}
				continue
			}
			b.ints = append(b.ints, v)
			b.rows++
		}
		return n
	case kind == Float && plain:
		for r := range n {
			s := fields[r*stride]
			c := s.raw(text)
			v, ok := parseFloat(c)
			if !ok || b.nulls != nil || b.spec.infer && (padded(c) || math.Abs(v) >= 1<<53) {
				if !slow(s) {
					return r
				}
				continue
			}
			b.floats = append(b.floats, v)
			b.rows++
		}
		return n
	case kind == String && plain:
		for r := range n {
			s := fields[r*stride]
			if s.escaped() || s.from == s.to {
				if !slow(s) {
					return r
				}
				continue
			}
			b.arena.Write(text[s.from:s.to])
			b.ends = append(b.ends, b.arena.Len())
			b.rows++
		}
		return n
	case kind == IDs && plain:
		for r := range n {
			s := fields[r*stride]
			if s.escaped() || s.from == s.to || b.nulls != nil {
				if !slow(s) {
					return r
				}
				continue
			}
			b.index = append(b.index, b.ids.add(text[s.from:s.to]))
			b.rows++
		}
		return n
	}
	for r := range n {
		if !slow(fields[r*stride]) {
			return r
		}
	}
	return n
}

// appended counts a row with a value.
func (b *builder) appended() bool {
	b.rows++
	if b.nulls != nil {
		b.nulls = append(b.nulls, false)
	}
	return true
}

// missing appends a row without a value, or refuses it.
func (b *builder) missing() bool {
	if !b.null() {
		return false
	}
	switch b.spec.Kind {
	case Int, Time:
		b.ints = append(b.ints, 0)
	case Float:
		b.floats = append(b.floats, math.NaN())
	case Bool:
		b.bools = append(b.bools, false)
	case String:
		b.ends = append(b.ends, b.arena.Len())
	case IDs:
		if b.spec.List {
			b.starts = append(b.starts, len(b.index))
		} else {
			b.index = append(b.index, b.ids.add(nil))
		}
	}
	b.rows++
	return true
}

// slow takes a cell that is blank-padded, null, or not of the kind.
func (b *builder) slow(c []byte) bool {
	if t := trim(c); len(t) != len(c) {
		return b.cell(t)
	}
	if isNull(c) {
		return b.missing()
	}
	if b.spec.Kind == Time {
		v, err := b.times.Parse(string(c))
		if err != nil {
			b.fail(lis.ErrBadTime, err.Error())
			return false
		}
		b.ints = append(b.ints, v)
		return b.appended()
	}
	if b.spec.infer {
		switch {
		case b.spec.Kind == Int:
			if _, ok := parseFloat(c); ok && !padded(c) && !isInteger(c) {
				b.widen = Float
				return false
			}
			b.widen = String
		default:
			b.widen = String
		}
		return false
	}
	b.fail(lis.ErrBadRow, fmt.Sprintf("%q is no %v", clip(c), b.spec.Kind))
	return false
}

// number appends a numeric time, by the unit that the first one had.
func (b *builder) number(v int64) bool {
	if b.spec.unit != "" {
		if u := unitOf(v); u != b.spec.unit {
			b.fail(lis.ErrBadTime, fmt.Sprintf("time %d looks like %s where the first one looks like %s", v, u, b.spec.unit))
			return false
		}
	}
	ns, err := b.times.Int(v)
	if err != nil {
		b.fail(lis.ErrBadTime, err.Error())
		return false
	}
	b.ints = append(b.ints, ns)
	return b.appended()
}

// null marks the row about to be appended, or refuses it.
func (b *builder) null() bool {
	if b.spec.Required {
		b.kind = lis.ErrMissingValue
		b.err = fmt.Errorf("the cell is empty, expected a %v", b.spec.Kind)
		return false
	}
	if b.nulls == nil {
		b.nulls = make([]bool, b.rows, b.rows+1024)
	}
	b.nulls = append(b.nulls, true)
	return true
}

func (b *builder) fail(kind error, what string) {
	b.kind, b.err = kind, fmt.Errorf("%s", what)
	if b.spec.Bad != nil {
		b.kind = b.spec.Bad
	}
}

// list splits at "|", in which "\" takes the next character as it is.
func (b *builder) list(c []byte) {
	for {
		end := bytes.IndexAny(c, `|\`)
		if end < 0 {
			b.index = append(b.index, b.ids.add(c))
			return
		}
		if c[end] == '|' {
			b.index = append(b.index, b.ids.add(c[:end]))
			c = c[end+1:]
			continue
		}
		b.scratch = b.scratch[:0]
		i := 0
		for ; i < len(c) && c[i] != '|'; i++ {
			if c[i] == '\\' && i+1 < len(c) {
				i++
			}
			b.scratch = append(b.scratch, c[i])
		}
		b.index = append(b.index, b.ids.add(b.scratch))
		if i == len(c) {
			return
		}
		c = c[i+1:]
	}
}

// unitOf tells a numeric time's unit from its size, as lis.TimeReader does.
func unitOf(v int64) string {
	switch a := max(v, -v); {
	case a < 1e11:
		return "s"
	case a < 1e14:
		return "ms"
	case a < 1e17:
		return "us"
	}
	return "ns"
}

func isInteger(c []byte) bool {
	if len(c) > 0 && (c[0] == '-' || c[0] == '+') {
		c = c[1:]
	}
	for _, d := range c {
		if d < '0' || d > '9' {
			return false
		}
	}
	return len(c) > 0
}

// clip shortens a cell for an error's text.
func clip(c []byte) []byte {
	if len(c) > 40 {
		return append(append([]byte(nil), c[:40]...), "…"...)
	}
	return c
}

// concat joins the chunks' builders into one column. Ids keep the order of
// first appearance, whichever chunk was parsed first; all numbers them on where
// it is not nil.
func concat(name string, kind Kind, parts []*builder, all *dict) Column {
	col := Column{Name: name, Kind: kind}
	rows, anyNull, list := 0, false, false
	for _, p := range parts {
		rows += p.rows
		anyNull = anyNull || p.nulls != nil
		list = list || p.spec.List
	}
	if anyNull {
		col.Null = make([]bool, 0, rows)
		for _, p := range parts {
			if p.nulls == nil {
				col.Null = append(col.Null, make([]bool, p.rows)...)
			} else {
				col.Null = append(col.Null, p.nulls...)
			}
		}
	}
	switch kind {
	case Bool:
		col.Bools = make([]bool, 0, rows)
	case Int, Time:
		col.Ints = make([]int64, 0, rows)
	case Float:
		col.Floats = make([]float64, 0, rows)
	case String:
		col.Strings = make([]string, rows)
	case IDs:
		col.Index = make([]uint32, 0, rows)
	}
	if list {
		col.Offsets = append(make([]int, 0, rows+1), 0)
	}
	if all == nil {
		all = &dict{}
		if len(parts) == 1 && kind == IDs {
			all = parts[0].ids
		}
	}
	done := 0
	for _, p := range parts {
		switch kind {
		case Bool:
			col.Bools = append(col.Bools, p.bools...)
		case Int, Time:
			col.Ints = append(col.Ints, p.ints...)
		case Float:
			col.Floats = append(col.Floats, p.floats...)
		case String:
			text, from, to := p.arena.String(), 0, col.Strings[done:][:len(p.ends)]
			for r, end := range p.ends {
				to[r] = text[from:end]
				from = end
			}
			done += len(p.ends)
		case IDs:
			if list {
				base := len(col.Index)
				for _, s := range p.starts[min(1, len(p.starts)):] {
					col.Offsets = append(col.Offsets, base+s)
				}
				if p.rows > 0 {
					col.Offsets = append(col.Offsets, base+len(p.index))
				}
			}
			if p.ids == all {
				col.Index = append(col.Index, p.index...)
				break
			}
			number := make([]uint32, len(p.ids.ids))
			for k, id := range p.ids.ids {
				number[k] = all.addString(id)
			}
			for _, k := range p.index {
				col.Index = append(col.Index, number[k])
			}
		}
		*p = builder{spec: p.spec} // the chunk's memory is free from here on
	}
	col.IDs = slices.Clip(all.ids)
	return col
}
