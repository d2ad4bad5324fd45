package table

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// isNull tells whether a cell says that there is no value.
func isNull(b []byte) bool {
	switch len(b) {
	case 0:
		return true
	case 2, 3, 4:
		switch string(b) {
		case "NaN", "nan", "NA", "N/A", "null", "NULL", "None", `\N`, "NaT":
			return true
		}
	}
	return false
}

// parseInt reads [+-]digits that fit into 64 bits.
func parseInt(b []byte) (int64, bool) {
	i, neg := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		i = 1
	}
	if len(b)-i > 18 {
		v, err := strconv.ParseInt(string(b), 10, 64)
		return v, err == nil
	}
	if i == len(b) {
		return 0, false
	}
	var v int64
	for ; i < len(b); i++ {
		c := b[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	if neg {
		v = -v
	}
	return v, true
}

var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// parseFloat reads a decimal number, correctly rounded, or ±inf. Where mantissa
// and power of ten are exact (Clinger's fast path) one operation rounds, up to
// 19 digits one division does; the rest is strconv's.
func parseFloat(b []byte) (float64, bool) {
	i, neg := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		i = 1
	}
	var m uint64
	digits, point := 0, -1
	for i < len(b) {
		if v, ok := eightDigits(b, i); ok {
			m = m*1e8 + v
			digits += 8
			i += 8
			continue
		}
		c := b[i] - '0'
		if c <= 9 {
			m = m*10 + uint64(c)
			digits++
			i++
			continue
		}
		if b[i] == '.' && point < 0 {
			point = digits
			i++
			continue
		}
		return slowFloat(b)
	}
	if digits == 0 || digits > 19 {
		return slowFloat(b)
	}
	var v float64
	switch {
	case point < 0 || point == digits:
		v = float64(m)
	case m <= 1<<53:
		v = float64(m) / pow10[digits-point]
	default:
		v = ratio(m, uint64(pow10[digits-point]))
	}
	if neg {
		v = -v
	}
	return v, true
}

// eightDigits reads eight digits at once: bytes, then pairs, then fours are put
// together by one multiplication each (Lemire 2018).
func eightDigits(b []byte, i int) (v uint64, ok bool) {
	if i+8 > len(b) {
		return 0, false
	}
	w := binary.LittleEndian.Uint64(b[i:])
	if w&0xf0f0f0f0f0f0f0f0|(w+0x0606060606060606)&0xf0f0f0f0f0f0f0f0>>4 != 0x3333333333333333 {
		return 0, false
	}
	w -= 0x3030303030303030
	w = w*10 + w>>8
	const mask = 0x000000ff000000ff
	return (w&mask*(100+1000000<<32) + w>>16&mask*(1+10000<<32)) >> 32, true
}

// ratio is m/d correctly rounded, for m and d above 0: a 64-bit quotient, and
// whether anything remains, tell how the 53 bits of the result are rounded.
func ratio(m, d uint64) float64 {
	lm, ld := bits.LeadingZeros64(m), bits.LeadingZeros64(d)
	hi, lo, d := m<<lm, uint64(0), d<<ld
	exp := 52 + 11 - 64 - lm + ld // of the result's first bit, once q is below
	if hi >= d {
		hi, lo = hi>>1, hi<<63
		exp++
	}
	q, rest := bits.Div64(hi, lo, d) // q has 64 bits
	mant, low := q>>11, q&(1<<11-1)
	if low > 1<<10 || low == 1<<10 && (rest != 0 || mant&1 == 1) {
		if mant++; mant == 1<<53 {
			mant >>= 1
			exp++
		}
	}
	return math.Float64frombits(uint64(exp+1023)<<52 | mant&(1<<52-1))
}

func slowFloat(b []byte) (float64, bool) {
	for _, c := range b { // strconv also reads 0x1p-2 and 1_000
		if c == '_' || c == 'x' || c == 'X' || c == 'p' || c == 'P' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(string(b), 64)
	return v, err == nil && !math.IsNaN(v)
}

// parseBool reads true, false, 1, 0, 1.0 and 0.0 in any case.
func parseBool(b []byte) (value, ok bool) {
	switch len(b) {
	case 1:
		return b[0] == '1', b[0] == '0' || b[0] == '1'
	case 3:
		return b[0] == '1', string(b) == "1.0" || string(b) == "0.0"
	case 4:
		return true, bytes.EqualFold(b, []byte("true"))
	case 5:
		return false, bytes.EqualFold(b, []byte("false"))
	}
	return false, false
}

// trim removes blanks around a cell that is not text.
func trim(b []byte) []byte {
	if len(b) > 0 && b[0] > ' ' && b[len(b)-1] > ' ' {
		return b
	}
	return bytes.TrimSpace(b)
}

// padded tells whether a number is written with a leading zero or plus, as ids
// and codes are: as a number it would lose what was written.
func padded(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	return len(b) > 1 && (b[0] == '+' || b[0] == '0' && b[1] >= '0' && b[1] <= '9')
}
