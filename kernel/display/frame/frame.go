// Package frame shows gota's dataframes, series and groups as tables. Import
// it for its effect: it registers with kernel/display.
package frame

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/lislab/lislab/kernel/display"
)

// How much of a frame is shown: larger ones by their edges.
const (
	maxRows, headRows, tailRows = 20, 10, 5
	maxCols, headCols, tailCols = 24, 16, 6
	maxRunes                    = 120 // characters of a cell
)

func init() {
	display.Register(Bundle)
	display.Register(func(df *dataframe.DataFrame) display.Bundle { return Bundle(*df) })
	display.Register(seriesBundle)
	display.Register(func(s *series.Series) display.Bundle { return seriesBundle(*s) })
	display.Register(groupsBundle)
	display.Register(func(g *dataframe.Groups) display.Bundle { return groupsBundle(*g) })
}

// Bundle is a frame as gota's own text and as an HTML table of its first and
// last rows, with column types and size. Floats are shown to six significant
// digits, or to the unit.
func Bundle(df dataframe.DataFrame) display.Bundle {
	data := map[string]any{display.MIMEText: df.String()}
	nrows, ncols := df.Dims()
	if df.Err != nil || ncols == 0 {
		return display.Bundle{Data: data}
	}
	names, types := df.Names(), df.Types()
	rows, gap := edges(nrows, maxRows, headRows, tailRows)
	cols, colGap := edges(ncols, maxCols, headCols, tailCols)
	t := display.Table{
		Index: []string{}, Gap: gap,
		Caption: fmt.Sprintf("%s × %s", counted(nrows, "row"), counted(ncols, "column")),
	}
	if len(cols) < ncols {
		t.Caption += fmt.Sprintf(", %d columns not shown", ncols-len(cols))
	}
	for i, j := range cols {
		if colGap > 0 && i == colGap {
			t.Head, t.Types, t.Left = append(t.Head, "…"), append(t.Types, ""), append(t.Left, false)
		}
		t.Head = append(t.Head, names[j])
		t.Types = append(t.Types, string(types[j]))
		t.Left = append(t.Left, isWords(types[j]))
	}
	for _, r := range rows {
		t.Index = append(t.Index, strconv.Itoa(r))
		cells := make([]string, 0, len(t.Head))
		for i, j := range cols {
			if colGap > 0 && i == colGap {
				cells = append(cells, "…")
			}
			cells = append(cells, cell(df.Elem(r, j)))
		}
		t.Rows = append(t.Rows, cells)
	}
	data[display.MIMEHTML] = t.HTML()
	return display.Bundle{Data: data}
}

// seriesBundle is a series as a table of one column.
func seriesBundle(s series.Series) display.Bundle {
	if s.Err != nil {
		return display.Bundle{Data: map[string]any{display.MIMEText: "Series error: " + s.Err.Error()}}
	}
	n := s.Len()
	rows, gap := edges(n, maxRows, headRows, tailRows)
	t := display.Table{
		Head: []string{s.Name}, Types: []string{string(s.Type())}, Left: []bool{isWords(s.Type())},
		Index: []string{}, Gap: gap,
		Caption: counted(n, "element"),
	}
	var texts []string
	for i, r := range rows {
		if gap > 0 && i == gap {
			texts = append(texts, "…")
		}
		text := cell(s.Elem(r))
		t.Index = append(t.Index, strconv.Itoa(r))
		t.Rows = append(t.Rows, []string{text})
		texts = append(texts, text)
	}
	text := strings.TrimSpace(fmt.Sprintf("%s [%s]", s.Name, strings.Join(texts, " ")))
	text += fmt.Sprintf(" <%s> (%s)", s.Type(), counted(n, "element"))
	return display.Bundle{Data: map[string]any{display.MIMEText: text, display.MIMEHTML: t.HTML()}}
}

// groupsBundle lists groups with their sizes.
func groupsBundle(g dataframe.Groups) display.Bundle {
	if g.Err != nil {
		return display.Bundle{Data: map[string]any{display.MIMEText: "Groups error: " + g.Err.Error()}}
	}
	groups := g.GetGroups()
	sizes := make(map[string]int, len(groups))
	for name, df := range groups {
		sizes[name] = df.Nrow()
	}
	b := display.Of(sizes)
	b.Data[display.MIMEText] = fmt.Sprintf("%s, rows in each: %s", counted(len(sizes), "group"), b.Data[display.MIMEText])
	return b
}

// edges lists which of n rows or columns are shown, and before which of those
// the gap stands (0 for none).
func edges(n, limit, head, tail int) (at []int, gap int) {
	for i := 0; i < n; i++ {
		if n > limit && i == head {
			gap = len(at)
			i = n - tail
		}
		at = append(at, i)
	}
	return at, gap
}

func cell(e series.Element) string {
	if e.IsNA() {
		return "NaN"
	}
	if e.Type() == series.Float {
		return number(e.Float())
	}
	s := e.String()
	if utf8.RuneCountInString(s) > maxRunes {
		s = string([]rune(s)[:maxRunes-1]) + "…"
	}
	return s
}

// number is x to six significant digits, or to the unit where that is finer;
// a power of ten only where there would be many zeros.
func number(x float64) string {
	if a := math.Abs(x); a >= 1e6 && a < 1e15 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 6, 64)
}

func isWords(t series.Type) bool { return t != series.Int && t != series.Float }

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
