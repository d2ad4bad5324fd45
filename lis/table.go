package lis

import (
	"html"
	"strings"
	"unicode/utf8"
)

// A table is text in cells, ready to be shown in several ways. The first
// labels columns name the row, the others are figures.
type table struct {
	title  string
	header []string
	labels int
	rows   [][]string
	notes  []string
}

// text is the table for a terminal.
func (t *table) text() string {
	width := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for c, cell := range row {
			width[c] = max(width[c], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	b.WriteString(t.title + "\n\n")
	line := func(row []string) {
		var l strings.Builder
		for c, cell := range row {
			gap := strings.Repeat(" ", width[c]-utf8.RuneCountInString(cell))
			if c > 0 {
				l.WriteString("  ")
			}
			if c < t.labels {
				l.WriteString(cell + gap)
			} else {
				l.WriteString(gap + cell)
			}
		}
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	line(t.header)
	for _, row := range t.rows {
		line(row)
	}
	if len(t.notes) > 0 {
		b.WriteString("\n" + strings.Join(t.notes, "\n") + "\n")
	}
	return b.String()
}

func (t *table) markdown() string {
	esc := strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;", "\n", " ")
	var b strings.Builder
	b.WriteString("**" + esc.Replace(t.title) + "**\n\n")
	line := func(row []string) {
		for _, cell := range row {
			b.WriteString("| " + esc.Replace(cell) + " ")
		}
		b.WriteString("|\n")
	}
	line(t.header)
	for c := range t.header {
		if c < t.labels {
			b.WriteString("|---")
		} else {
			b.WriteString("|--:")
		}
	}
	b.WriteString("|\n")
	for _, row := range t.rows {
		line(row)
	}
	for _, n := range t.notes {
		b.WriteString("\n" + esc.Replace(n) + "\n")
	}
	return b.String()
}

func (t *table) html() string {
	var b strings.Builder
	b.WriteString("<table style=\"font-variant-numeric:tabular-nums\"><caption style=\"text-align:left;caption-side:top\">" + html.EscapeString(t.title) + "</caption>\n<thead>")
	line := func(tag string, row []string) {
		b.WriteString("<tr>")
		for c, cell := range row {
			align := "right"
			if c < t.labels {
				align = "left"
			}
			b.WriteString("<" + tag + " style=\"text-align:" + align + ";white-space:nowrap\">" + html.EscapeString(cell) + "</" + tag + ">")
		}
		b.WriteString("</tr>\n")
	}
	line("th", t.header)
	b.WriteString("</thead><tbody>\n")
	for _, row := range t.rows {
		line("td", row)
	}
	b.WriteString("</tbody></table>\n")
	for _, n := range t.notes {
		b.WriteString("<p style=\"margin:.3em 0;font-size:90%\">" + html.EscapeString(n) + "</p>\n")
	}
	return b.String()
}

func (t *table) latex() string {
	esc := strings.NewReplacer(`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`,
		"±", `$\pm$`, "−", `$-$`, "∞", `$\infty$`, "≥", `$\ge$`, "≤", `$\le$`, "Δ", `$\Delta$`, "<", `$<$`, ">", `$>$`, "|", `$|$`, "…", `\dots{}`, "→", `$\to$`, "α", `$\alpha$`, "θ", `$\theta$`)
	var b strings.Builder
	b.WriteString("\\begin{table}\n\\caption{" + esc.Replace(t.title) + "}\n\\begin{tabular}{" + strings.Repeat("l", t.labels) + strings.Repeat("r", len(t.header)-t.labels) + "}\n\\hline\n")
	line := func(row []string) {
		cells := make([]string, len(row))
		for c := range row {
			cells[c] = esc.Replace(row[c])
		}
		b.WriteString(strings.Join(cells, " & ") + ` \\` + "\n")
	}
	line(t.header)
	b.WriteString("\\hline\n")
	for _, row := range t.rows {
		line(row)
	}
	b.WriteString("\\hline\n\\end{tabular}\n")
	for _, n := range t.notes {
		b.WriteString("\n" + esc.Replace(n) + "\n")
	}
	b.WriteString("\\end{table}\n")
	return b.String()
}
