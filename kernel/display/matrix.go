package display

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The methods by which gonum's matrices and vectors are known.
type (
	realMatrix interface {
		Dims() (r, c int)
		At(i, j int) float64
	}
	complexMatrix interface {
		Dims() (r, c int)
		At(i, j int) complex128
	}
)

// A matrix larger than this is shown by its corners.
const (
	maxMatrixRows, matrixRowEdge = 20, 5
	maxMatrixCols, matrixColEdge = 12, 4
)

// matrixText is a matrix in brackets, columns aligned, large ones by their
// corners; false where v is none. Six significant digits are shown.
func matrixText(v any) (text string, ok bool) {
	var dims func() (int, int)
	var at func(i, j int) string
	switch m := v.(type) {
	case fmt.Formatter, fmt.Stringer, error:
		return "", false
	case realMatrix:
		dims, at = m.Dims, func(i, j int) string { return fmt.Sprintf("%.6g", m.At(i, j)) }
	case complexMatrix:
		dims, at = m.Dims, func(i, j int) string { return fmt.Sprintf("%.6g", m.At(i, j)) }
	default:
		return "", false
	}
	if isNil(v) {
		return "<nil>", true
	}
	if msg := guard(func() { text = bracketed(dims, at) }); msg != "" {
		text = fmt.Sprintf("<%T panicked: %s>", v, msg)
	}
	return text, true
}

func bracketed(dims func() (int, int), at func(i, j int) string) string {
	r, c := dims()
	if r == 0 || c == 0 {
		return fmt.Sprintf("%d×%d matrix", r, c)
	}
	rows := edges(r, maxMatrixRows, matrixRowEdge)
	cols := edges(c, maxMatrixCols, matrixColEdge)
	cells := make([][]string, len(rows))
	width := make([]int, len(cols))
	for a, i := range rows {
		cells[a] = make([]string, len(cols))
		for b, j := range cols {
			s := "⋮"
			switch {
			case i >= 0 && j >= 0:
				s = at(i, j)
			case i >= 0:
				s = "…"
			case j < 0:
				s = "⋱"
			}
			cells[a][b] = s
			width[b] = max(width[b], utf8.RuneCountInString(s))
		}
	}
	var s strings.Builder
	if len(rows) < r || len(cols) < c {
		fmt.Fprintf(&s, "%d×%d matrix\n", r, c)
	}
	for a := range rows {
		left, right := "⎢", "⎥"
		switch {
		case len(rows) == 1:
			left, right = "[", "]"
		case a == 0:
			left, right = "⎡", "⎤"
		case a == len(rows)-1:
			left, right = "⎣", "⎦"
		}
		s.WriteString(left)
		for b, cell := range cells[a] {
			if b > 0 {
				s.WriteString("  ")
			}
			s.WriteString(strings.Repeat(" ", width[b]-utf8.RuneCountInString(cell)) + cell)
		}
		s.WriteString(right)
		if a < len(rows)-1 {
			s.WriteByte('\n')
		}
	}
	return s.String()
}

// edges lists which of n indices are shown; -1 stands for a gap.
func edges(n, limit, edge int) []int {
	var at []int
	for i := 0; i < n; i++ {
		if n > limit && i == edge {
			at = append(at, -1)
			i = n - edge
		}
		at = append(at, i)
	}
	return at
}
