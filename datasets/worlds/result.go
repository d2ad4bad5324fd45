package worlds

import (
	"fmt"
	"html"
	"math"
	"sort"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/stat"

	"github.com/lislab/lislab/datasets"
)

var nan = math.NaN()

// Result is a comparison of worlds.
type Result struct {
	Rows    []Row
	Horizon int // of LIS
}

// Spearman is the rank correlation of two figures over the worlds, ties at their
// mean rank; NaN where fewer than three worlds have both.
func Spearman(x, y []float64) float64 {
	var a, b []float64
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
			a, b = append(a, x[i]), append(b, y[i])
		}
	}
	if len(a) < 3 {
		return nan
	}
	return stat.Correlation(ranks(a), ranks(b), nil)
}

func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool { return v[order[i]] < v[order[j]] })
	r := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		for k := i; k < j; k++ {
			r[order[k]] = float64(i+j-1) / 2
		}
		i = j
	}
	return r
}

// Figures of the rows by name: lis, reach, ais, lift.
func (r *Result) Figures(name string) []float64 {
	pick := map[string]func(*Row) float64{
		"lis": func(x *Row) float64 { return x.LIS }, "reach": func(x *Row) float64 { return x.Reach },
		"ais": func(x *Row) float64 { return x.AIS }, "lift": func(x *Row) float64 { return x.Lift },
	}[name]
	if pick == nil {
		panic("worlds: no figure " + name)
	}
	out := make([]float64, len(r.Rows))
	for i := range r.Rows {
		out[i] = pick(&r.Rows[i])
	}
	return out
}

// Frame is the rows as a gota dataframe.
func (r *Result) Frame() dataframe.DataFrame {
	column := func(name string, get func(*Row) float64) series.Series {
		v := make([]float64, len(r.Rows))
		for i := range r.Rows {
			v[i] = get(&r.Rows[i])
		}
		return series.New(v, series.Float, name)
	}
	names := make([]string, len(r.Rows))
	for i := range r.Rows {
		names[i] = describe(r.Rows[i].World)
	}
	return dataframe.New(
		series.New(names, series.String, "world"),
		column("alpha", func(x *Row) float64 { return x.World.Alpha }),
		column("lis", func(x *Row) float64 { return x.LIS }), column("lis_se", func(x *Row) float64 { return x.LISSE }),
		column("reach", func(x *Row) float64 { return x.Reach }), column("reach_se", func(x *Row) float64 { return x.ReachSE }),
		column("ais", func(x *Row) float64 { return x.AIS }), column("ais_se", func(x *Row) float64 { return x.AISSE }),
		column("saturation", func(x *Row) float64 { return x.Saturation }),
		column("lift", func(x *Row) float64 { return x.Lift }), column("lift_se", func(x *Row) float64 { return x.LiftSE }),
	)
}

// describe names a world by what it differs from D0 in.
func describe(w datasets.World) string {
	d := datasets.D0()
	parts := []string{fmt.Sprintf("α %g", w.Alpha)}
	if w.ItemsPerDay != d.ItemsPerDay {
		parts = append(parts, fmt.Sprintf("%d items a day", w.ItemsPerDay))
	}
	if w.LifetimeDays != d.LifetimeDays {
		parts = append(parts, fmt.Sprintf("lifetime %g d", w.LifetimeDays))
	}
	if w.QualitySD != d.QualitySD {
		parts = append(parts, fmt.Sprintf("quality %g", w.QualitySD))
	}
	return strings.Join(parts, ", ")
}

func (r *Result) head() []string {
	return []string{"world", fmt.Sprintf("LIS n=%d", r.Horizon), "reachable", "AIS", "saturation", "true lift %"}
}

func (r *Result) cells() [][]string {
	half := func(v, se float64) string { return fmt.Sprintf("%+.4f ± %.4f", v, 1.96*se) }
	var rows [][]string
	for i := range r.Rows {
		x := &r.Rows[i]
		saturation, lift := "not defined", "–"
		if !math.IsNaN(x.Saturation) {
			saturation = fmt.Sprintf("%.2f (%.2f … %.2f)", x.Saturation, x.SaturationLow, x.SaturationHigh)
		}
		if !math.IsNaN(x.Lift) {
			lift = fmt.Sprintf("%+.2f ± %.2f", 100*x.Lift, 196*x.LiftSE)
		}
		rows = append(rows, []string{describe(x.World), half(x.LIS, x.LISSE), half(x.Reach, x.ReachSE), half(x.AIS, x.AISSE), saturation, lift})
	}
	return rows
}

func (r *Result) note() string {
	rho := func(a, b string) string {
		x := Spearman(r.Figures(a), r.Figures(b))
		if math.IsNaN(x) {
			return "–"
		}
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("Rank correlation over %d worlds: LIS and AIS %s, reachable LIS and AIS %s, LIS and lift %s, reachable LIS and lift %s, AIS and lift %s. AIS and LIS on items that did not teach.",
		len(r.Rows), rho("lis", "ais"), rho("reach", "ais"), rho("lis", "lift"), rho("reach", "lift"), rho("ais", "lift"))
}

// String is the comparison as a plain table.
func (r *Result) String() string {
	var b strings.Builder
	for _, row := range append([][]string{r.head()}, r.cells()...) {
		fmt.Fprintf(&b, "%-28s %20s %20s %20s %22s %14s\n", row[0], row[1], row[2], row[3], row[4], row[5])
	}
	return b.String() + "\n" + r.note() + "\n"
}

// Markdown is the comparison as a Markdown table.
func (r *Result) Markdown() string {
	var b strings.Builder
	b.WriteString("| " + strings.Join(r.head(), " | ") + " |\n|---" + strings.Repeat("|--:", len(r.head())-1) + "|\n")
	for _, row := range r.cells() {
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return b.String() + "\n" + r.note() + "\n"
}

// HTML is the comparison as a table.
func (r *Result) HTML() string {
	var b strings.Builder
	line := func(tag string, row []string) {
		b.WriteString("<tr>")
		for _, c := range row {
			fmt.Fprintf(&b, "<%s>%s</%s>", tag, html.EscapeString(c), tag)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("<table>\n<thead>")
	line("th", r.head())
	b.WriteString("</thead>\n<tbody>\n")
	for _, row := range r.cells() {
		line("td", row)
	}
	return b.String() + "</tbody>\n</table>\n<p>" + html.EscapeString(r.note()) + "</p>\n"
}
