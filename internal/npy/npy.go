// Package npy reads NumPy's array files, and takes none for whole that is not.
package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/sbinet/npyio/npy"
)

// ErrType says that the array is of a type or shape that is not read; any other
// error of Read that the reader did not give says that the file is damaged.
var ErrType = errors.New("npy: not supported")

// A Kind tells which slice of an Array is filled.
type Kind uint8

// The kinds of values.
const (
	Bool Kind = iota
	Int
	Float
	Text
)

// Array holds Rows × Cols values in row order. A one-dimensional array has Dims 1
// and Cols 1.
type Array struct {
	Dims, Rows, Cols int
	Kind             Kind
	Bools            []bool
	Ints             []int64
	Floats           []float64
	Texts            []string
}

// maxValues bounds an array by what its header may claim.
const maxValues = 1 << 33

// Read reads an array of one or two dimensions: flags, whole numbers, float16 to
// float64, byte strings and Unicode strings, either byte order, C or Fortran
// order. A file that is shorter or longer than its header says is an error.
func Read(r io.Reader) (*Array, error) {
	f := file{r: r}
	return f.read()
}

type file struct {
	r     io.Reader
	order binary.ByteOrder
}

func unsupported(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrType, fmt.Sprintf(format, a...))
}

var typeName = regexp.MustCompile(`^([<>|=]?)([?bifuSU])(\d*)$`)

func (n *file) read() (a *Array, err error) {
	h, err := n.header()
	if err != nil {
		return nil, err
	}
	shape := h.Descr.Shape
	a = &Array{Dims: len(shape), Rows: 1, Cols: 1}
	switch len(shape) {
	case 1:
		a.Rows = shape[0]
	case 2:
		a.Rows, a.Cols = shape[0], shape[1]
	default:
		return nil, unsupported("the array has %d dimensions, expected 1 or 2", len(shape))
	}
	if a.Rows < 0 || a.Cols < 0 || a.Cols > 0 && a.Rows > maxValues/a.Cols {
		return nil, fmt.Errorf("the header claims %d × %d values", a.Rows, a.Cols)
	}
	m := typeName.FindStringSubmatch(h.Descr.Type)
	if m == nil {
		return nil, unsupported("the type is %q, expected numbers, flags or strings", h.Descr.Type)
	}
	n.order = binary.LittleEndian
	if m[1] == ">" {
		n.order = binary.BigEndian
	}
	width := 1
	if m[3] != "" {
		if width, err = strconv.Atoi(m[3]); err != nil || width > 1<<20 {
			return nil, unsupported("the type is %q", h.Descr.Type)
		}
	}
	if err := n.values(a, m[2], width); err != nil {
		return nil, err
	}
	if h.Descr.Fortran && a.Cols > 1 {
		a.Bools, a.Ints, a.Floats, a.Texts = rowOrder(a, a.Bools), rowOrder(a, a.Ints), rowOrder(a, a.Floats), rowOrder(a, a.Texts)
	}
	return a, nil
}

// header reads the header; npyio panics over some damaged ones.
func (n *file) header() (h *npy.Header, err error) {
	defer func() {
		if v := recover(); v != nil {
			h, err = nil, fmt.Errorf("the header is damaged: %v", v)
		}
	}()
	r, err := npy.NewReader(n.r)
	if err != nil {
		return nil, fmt.Errorf("this is no whole NumPy file: %w", err)
	}
	return &r.Header, nil
}

// values reads the numbers themselves: npyio takes a file that ends too early
// for a whole one.
func (n *file) values(a *Array, kind string, width int) error {
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
			return unsupported("the type is b%d", width)
		}
	case kind == "S":
		a.Kind = Text
		one = func(b []byte) { a.Texts = append(a.Texts, string(bytes.TrimRight(b, "\x00"))) }
	case kind == "U":
		a.Kind = Text
		one = func(b []byte) {
			var s strings.Builder
			for i := 0; i < len(b); i += 4 {
				if c := n.order.Uint32(b[i:]); c != 0 {
					s.WriteRune(rune(c))
				}
			}
			a.Texts = append(a.Texts, s.String())
		}
	default:
		number := n.number(kind, width)
		if number == nil {
			return unsupported("the type is %s%d", kind, width)
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
				return fmt.Errorf("the file ends after %d of %d values", done+m/max(1, size), count)
			}
			return err
		}
		for i := range k {
			one(buf[i*size : (i+1)*size])
		}
		done += k
	}
	if m, err := n.r.Read(buf[:1]); m > 0 || err != nil && err != io.EOF {
		return errors.Join(errors.New("the file goes on after its last value"), err)
	}
	return nil
}

// number reads one number as bits of an int64 or a float64; nil where there is
// no such type.
func (n *file) number(kind string, width int) func([]byte) uint64 {
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
