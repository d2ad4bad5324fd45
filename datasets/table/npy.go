package table

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/lislab/lislab/lis"
	"github.com/sbinet/npyio/npy"
)

// Array is what a NumPy file holds: Rows × Cols values in row order, of one of
// the kinds Bool, Int, Float and String. A one-dimensional array has Cols 1.
type Array struct {
	Rows, Cols int
	Kind       Kind
	Bools      []bool
	Ints       []int64
	Floats     []float64
	Strings    []string
}

// maxValues bounds an array by what its header may claim.
const maxValues = 1 << 33

// ReadNPY reads an array of one or two dimensions from a .npy file: flags,
// whole numbers, float16 to float64, byte strings and Unicode strings, either
// byte order, C or Fortran order. A file that is shorter or longer than its
// header says is lis.ErrIO, any other type lis.ErrUsage.
func ReadNPY(path string) (*Array, error) {
	s, err := openStream(path)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	n := npyFile{path: path, r: s}
	return n.read()
}

type npyFile struct {
	path  string
	r     io.Reader
	order binary.ByteOrder
}

func (n *npyFile) refuse(kind error, what string, err error) error {
	return &lis.InputError{Kind: kind, What: what, File: n.path, Do: "write it anew with numpy.save", Err: err}
}

var npyType = regexp.MustCompile(`^([<>|=]?)([?bifuSU])(\d*)$`)

func (n *npyFile) read() (a *Array, err error) {
	h, err := n.header()
	if err != nil {
		return nil, err
	}
	a = &Array{Rows: 1, Cols: 1}
	switch shape := h.Descr.Shape; len(shape) {
	case 1:
		a.Rows = shape[0]
	case 2:
		a.Rows, a.Cols = shape[0], shape[1]
	default:
		return nil, n.refuse(lis.ErrUsage, fmt.Sprintf("the array has %d dimensions, expected 1 or 2", len(shape)), nil)
	}
	if a.Rows < 0 || a.Cols < 0 || a.Cols > 0 && a.Rows > maxValues/a.Cols {
		return nil, n.refuse(lis.ErrIO, fmt.Sprintf("the header claims %d × %d values", a.Rows, a.Cols), nil)
	}
	m := npyType.FindStringSubmatch(h.Descr.Type)
	if m == nil {
		return nil, n.refuse(lis.ErrUsage, fmt.Sprintf("the array's type is %q, expected numbers, flags or strings", h.Descr.Type), nil)
	}
	n.order = binary.LittleEndian
	if m[1] == ">" {
		n.order = binary.BigEndian
	}
	width := 1
	if m[3] != "" {
		if width, err = strconv.Atoi(m[3]); err != nil || width > 1<<20 {
			return nil, n.refuse(lis.ErrUsage, fmt.Sprintf("the array's type is %q", h.Descr.Type), err)
		}
	}
	if err := n.values(a, m[2], width); err != nil {
		return nil, err
	}
	if h.Descr.Fortran && a.Cols > 1 {
		a.Bools, a.Ints, a.Floats, a.Strings = rowOrder(a, a.Bools), rowOrder(a, a.Ints), rowOrder(a, a.Floats), rowOrder(a, a.Strings)
	}
	return a, nil
}

// header reads the header; npyio panics over some damaged ones.
func (n *npyFile) header() (h *npy.Header, err error) {
	defer func() {
		if v := recover(); v != nil {
			h, err = nil, n.refuse(lis.ErrIO, fmt.Sprintf("the header is damaged: %v", v), nil)
		}
	}()
	r, err := npy.NewReader(n.r)
	if err != nil {
		return nil, n.refuse(lis.ErrIO, "this is no whole NumPy file: "+err.Error(), err)
	}
	return &r.Header, nil
}

// values reads the numbers themselves: npyio takes a file that ends too early
// for a whole one.
func (n *npyFile) values(a *Array, kind string, width int) error {
	size := width
	if kind == "U" {
		size = 4 * width // UCS-4
	}
	count := a.Rows * a.Cols
	var one func(b []byte)
	switch {
	case kind == "?" || kind == "b":
		a.Kind = Bool
		one = func(b []byte) { a.Bools = append(a.Bools, b[0] != 0) }
		if kind == "b" && width != 1 {
			return n.refuse(lis.ErrUsage, "the array's type is not known", nil)
		}
	case kind == "S":
		a.Kind = String
		one = func(b []byte) { a.Strings = append(a.Strings, string(bytes.TrimRight(b, "\x00"))) }
	case kind == "U":
		a.Kind = String
		one = func(b []byte) {
			var s strings.Builder
			for i := 0; i < len(b); i += 4 {
				if c := n.order.Uint32(b[i:]); c != 0 {
					s.WriteRune(rune(c))
				}
			}
			a.Strings = append(a.Strings, s.String())
		}
	default:
		number := n.number(kind, width)
		if number == nil {
			return n.refuse(lis.ErrUsage, fmt.Sprintf("numbers of type %s%d cannot be read", kind, width), nil)
		}
		if a.Kind = Int; kind == "f" {
			a.Kind = Float
			one = func(b []byte) { a.Floats = append(a.Floats, math.Float64frombits(number(b))) }
		} else {
			one = func(b []byte) { a.Ints = append(a.Ints, int64(number(b))) }
		}
	}
	perRead := max(1, (1<<20)/max(1, size))
	buf := make([]byte, perRead*size)
	for done := 0; done < count; {
		k := min(perRead, count-done)
		if m, err := io.ReadFull(n.r, buf[:k*size]); err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return n.refuse(lis.ErrIO, fmt.Sprintf("the file ends after %d of %d values", done+m/max(1, size), count), err)
			}
			return err
		}
		for i := range k {
			one(buf[i*size : (i+1)*size])
		}
		done += k
	}
	if m, err := n.r.Read(buf[:1]); m > 0 || err != nil && err != io.EOF {
		return n.refuse(lis.ErrIO, "the file goes on after its last value", err)
	}
	return nil
}

// number reads one number as bits of an int64 or a float64; nil where there is
// no such type.
func (n *npyFile) number(kind string, width int) func([]byte) uint64 {
	switch kind + strconv.Itoa(width) {
	case "i1":
		return func(b []byte) uint64 { return uint64(int64(int8(b[0]))) }
	case "u1":
		return func(b []byte) uint64 { return uint64(b[0]) }
	case "i2":
		return func(b []byte) uint64 { return uint64(int64(int16(n.order.Uint16(b)))) }
	case "u2":
		return func(b []byte) uint64 { return uint64(n.order.Uint16(b)) }
	case "i4":
		return func(b []byte) uint64 { return uint64(int64(int32(n.order.Uint32(b)))) }
	case "u4":
		return func(b []byte) uint64 { return uint64(n.order.Uint32(b)) }
	case "i8":
		return func(b []byte) uint64 { return n.order.Uint64(b) }
	case "f2":
		return func(b []byte) uint64 { return math.Float64bits(half(n.order.Uint16(b))) }
	case "f4":
		return func(b []byte) uint64 { return math.Float64bits(float64(math.Float32frombits(n.order.Uint32(b)))) }
	case "f8":
		return func(b []byte) uint64 { return n.order.Uint64(b) }
	}
	return nil
}

// half is the value of an IEEE 754 binary16.
func half(h uint16) float64 {
	sign, exp, frac := 1.0, int(h>>10&31), float64(h&1023)
	if h>>15 == 1 {
		sign = -1
	}
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 31:
		if frac == 0 {
			return math.Inf(int(sign))
		}
		return math.NaN()
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

func rowOrder[T any](a *Array, v []T) []T {
	if v == nil {
		return nil
	}
	out := make([]T, len(v))
	for r := range a.Rows {
		for c := range a.Cols {
			out[r*a.Cols+c] = v[c*a.Rows+r]
		}
	}
	return out
}

// Table is the array as a table: columns 0, 1, … or, where there is only one,
// the given name.
func (a *Array) Table(name string) *Table {
	t := &Table{Rows: a.Rows}
	for c := range a.Cols {
		col := Column{Name: strconv.Itoa(c), Kind: a.Kind}
		if a.Cols == 1 {
			col.Name = name
		}
		for r := range a.Rows {
			k := r*a.Cols + c
			switch a.Kind {
			case Bool:
				col.Bools = append(col.Bools, a.Bools[k])
			case Int:
				col.Ints = append(col.Ints, a.Ints[k])
			case Float:
				col.Floats = append(col.Floats, a.Floats[k])
			case String:
				col.Strings = append(col.Strings, a.Strings[k])
			}
		}
		t.Columns = append(t.Columns, col)
	}
	return t
}

// readNPY reads arrays side by side, each named after its file: all must have
// the same number of rows. Wanted columns are taken by name.
func readNPY(ctx context.Context, files []string, o Options) (*Table, error) {
	t := &Table{}
	for i, path := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a, err := ReadNPY(path)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(Plain(path))
		one := a.Table(strings.TrimSuffix(name, filepath.Ext(name)))
		if i > 0 && one.Rows != t.Rows {
			return nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("the array has %d rows where the first one has %d", one.Rows, t.Rows), File: path, Do: "name arrays of the same rows"}
		}
		t.Rows = one.Rows
		t.Columns = append(t.Columns, one.Columns...)
	}
	t.places = []place{{files[0], 0, 1, nil}}
	return t.as(files, o.Want)
}

// as takes the wanted columns, as the wanted kinds.
func (t *Table) as(files []string, want []Want) (*Table, error) {
	if len(want) == 0 {
		return t, nil
	}
	out := &Table{Rows: t.Rows, places: t.places, Columns: make([]Column, len(want))}
	for i, w := range want {
		s := &spec{Want: w}
		fields, err := fieldsOf(files[0], t.Names(), []*spec{s})
		if err != nil {
			return nil, err
		}
		from := &t.Columns[fields[0]]
		if s.Kind == Any || s.Kind == from.Kind && s.Kind != Float {
			out.Columns[i] = *from
			continue
		}
		if s.Kind == IDs && from.Kind == Float {
			return nil, &lis.InputError{Kind: lis.ErrBadRow, What: "ids are floats, which do not say how they were written", File: files[0], Column: w.Column, Do: "write them as whole numbers or text"}
		}
		if s.Kind == Time && from.Kind == Int && t.Rows > 0 && (s.TimeFormat == "" || s.TimeFormat == "auto") {
			s.unit = unitOf(from.Ints[0])
		}
		b, err := newBuilder(s, t.Rows)
		if err != nil {
			return nil, err
		}
		for r := range t.Rows {
			if !b.cell(from.text(r)) {
				return nil, &lis.InputError{Kind: b.kind, What: b.err.Error(), File: files[0], Row: r + 1, Column: w.Column, Do: doAbout(b.kind, s)}
			}
		}
		out.Columns[i] = concat(w.Column, s.Kind, []*builder{b}, nil)
	}
	return out, nil
}

// text is a cell as it would be written.
func (c *Column) text(r int) []byte {
	switch c.Kind {
	case Bool:
		return strconv.AppendBool(nil, c.Bools[r])
	case Int:
		return strconv.AppendInt(nil, c.Ints[r], 10)
	case Float:
		return strconv.AppendFloat(nil, c.Floats[r], 'g', -1, 64)
	}
	return []byte(c.Strings[r])
}
