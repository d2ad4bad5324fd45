package abtest

import (
	"fmt"
	"html"
	"math"
	"strings"
	"text/tabwriter"
)

// Row is the lift of one metric.
type Row struct {
	Metric string
	// Control and Treatment are the metric's levels, after CUPED where there is
	// a covariate, in the metric's own unit.
	Control, Treatment float64
	// Lift is Treatment/Control − 1; SE is its standard error, CILow and CIHigh
	// its 95 % interval, P two-sided against no lift.
	Lift, SE, CILow, CIHigh, P float64
	// Detectable is the smallest lift that a test of this size sees with 80 % power.
	Detectable float64
	// VarianceKept is the share of the variance that CUPED left, 1 without a
	// covariate; Theta is its slope.
	VarianceKept, Theta float64
}

// Report is what an experiment shows.
type Report struct {
	Rows               []Row
	Control, Treatment int // users
	// Share is the part of the users that was meant to be treated, SplitP the
	// p-value of the split that was found.
	Share, SplitP float64
	// Warnings are sentences that belong beside the figures.
	Warnings []string
}

var head = []string{"metric", "control", "treatment", "lift %", "95 % interval", "p", "detectable %", "variance kept"}

func (r *Report) cells() [][]string {
	var rows [][]string
	for _, x := range r.Rows {
		p := "–"
		if !math.IsNaN(x.P) {
			p = fmt.Sprintf("%.3g", x.P)
		}
		mark := ""
		if x.CILow > 0 || x.CIHigh < 0 {
			mark = " *"
		}
		rows = append(rows, []string{x.Metric, fmt.Sprintf("%.5g", x.Control), fmt.Sprintf("%.5g", x.Treatment),
			fmt.Sprintf("%+.2f%s", 100*x.Lift, mark), fmt.Sprintf("%+.2f … %+.2f", 100*x.CILow, 100*x.CIHigh), p,
			fmt.Sprintf("%.2f", 100*x.Detectable), fmt.Sprintf("%.2f", x.VarianceKept)})
	}
	return rows
}

func (r *Report) notes() []string {
	n := []string{fmt.Sprintf("%d users in control, %d in treatment; split p = %.2g. * the interval excludes no lift. Detectable: the lift seen with 80 %% power.", r.Control, r.Treatment, r.SplitP)}
	if s := r.tooSmall(); s != "" {
		n = append(n, s)
	}
	for _, w := range r.Warnings {
		n = append(n, "Warning: "+w+".")
	}
	return n
}

// usualLift is the size of lift that a product team looks for: the paper's four
// are .13 to .86 %.
const usualLift = 0.004

// tooSmall says of the first metric that a test of this size cannot see a usual
// lift, and what would: users in each arm grow with the square of what is seen.
func (r *Report) tooSmall() string {
	if len(r.Rows) == 0 || !(r.Rows[0].Detectable > usualLift) {
		return ""
	}
	arm := 2 / (1/float64(r.Control) + 1/float64(r.Treatment)) // of a test as precise with equal arms
	return fmt.Sprintf("A test of this size cannot see a lift of %.1f %% in %s: that takes about %.0f users in each arm.", 100*usualLift, r.Rows[0].Metric, math.Ceil(arm*sq(r.Rows[0].Detectable/usualLift)/1000)*1000)
}

// String is the report as a plain table, warnings below.
func (r *Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, row := range r.cells() {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	w.Flush()
	b.WriteString(strings.Join(r.notes(), "\n") + "\n")
	return b.String()
}

// Markdown is the report as a Markdown table, warnings below.
func (r *Report) Markdown() string {
	var b strings.Builder
	escape := strings.NewReplacer("|", `\|`, "\n", " ")
	line := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + escape.Replace(c) + " ")
		}
		b.WriteString("|\n")
	}
	line(head)
	b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, row := range r.cells() {
		line(row)
	}
	b.WriteString("\n" + strings.Join(r.notes(), "\n\n") + "\n")
	return b.String()
}

// HTML is the report as a table, warnings below.
func (r *Report) HTML() string {
	var b strings.Builder
	line := func(tag string, cells []string) {
		b.WriteString("<tr>")
		for _, c := range cells {
			fmt.Fprintf(&b, "<%s>%s</%s>", tag, html.EscapeString(c), tag)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("<table>\n<thead>")
	line("th", head)
	b.WriteString("</thead>\n<tbody>\n")
	for _, row := range r.cells() {
		line("td", row)
	}
	b.WriteString("</tbody>\n</table>\n")
	for _, n := range r.notes() {
		b.WriteString("<p>" + html.EscapeString(n) + "</p>\n")
	}
	return b.String()
}
