package table

import (
	"bytes"
	"math"
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
// and power of ten are exact (Clinger's fast path) one operation rounds; the
// rest is strconv's.
func parseFloat(b []byte) (float64, bool) {
	i, neg := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		i = 1
	}
	var m uint64
	digits, point := 0, -1
	for ; i < len(b); i++ {
		c := b[i] - '0'
		if c <= 9 {
			m = m*10 + uint64(c)
			digits++
			continue
		}
		if b[i] == '.' && point < 0 {
			point = digits
			continue
		}
		return slowFloat(b)
	}
	if digits == 0 || digits > 19 || m > 1<<53 {
		return slowFloat(b)
	}
	v := float64(m)
	if point >= 0 {
		v /= pow10[digits-point]
	}
	if neg {
		v = -v
	}
	return v, true
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
