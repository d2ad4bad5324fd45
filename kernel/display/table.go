package display

import (
	"html"
	"strings"
	"unicode/utf8"
)

// Table is a table of texts that becomes HTML in the look of the front end's
// own tables, light or dark: it sets no colour but through JupyterLab's CSS
// variables, and carries neither style sheet nor ids.
type Table struct {
	// Head names the columns; nil for a table without a head.
	Head []string
	// Types, where set, is a second, quieter head row.
	Types []string
	// Rows are the cells; each row as long as Head.
	Rows [][]string
	// Index, where set, labels the rows in a first column of its own.
	Index []string
	// Left marks the columns set flush left (words); numbers stay flush right.
	Left []bool
	// Gap is how many rows stand before a row of dots; 0 for no such row.
	Gap int
	// Caption stands below: the size, what was left out.
	Caption string
}

const (
	quiet = ` style="color:var(--jp-content-font-color2,inherit)"`
	left  = ` style="text-align:left"`

	leftShort = ` style="text-align:left;white-space:nowrap"`

	gapText = "⋮"
)

// HTML is the table as text/html; every text is escaped.
func (t Table) HTML() string {
	var s strings.Builder
	s.WriteString(`<div style="overflow-x:auto"><table class="dataframe">`)
	row := func(cells []string, label, tag, attr string) {
		s.WriteString("<tr" + attr + ">")
		if t.Index != nil {
			s.WriteString("<th>" + escape(label) + "</th>")
		}
		for i, c := range cells {
			s.WriteString("<" + tag)
			if i < len(t.Left) && t.Left[i] {
				s.WriteString(leftOf(c))
			}
			s.WriteString(">" + escape(c) + "</" + tag + ">")
		}
		s.WriteString("</tr>\n")
	}
	if t.Head != nil {
		s.WriteString("\n<thead>\n")
		row(t.Head, "", "th", "")
		if t.Types != nil {
			row(t.Types, "", "td", quiet)
		}
		s.WriteString("</thead>")
	}
	s.WriteString("\n<tbody>\n")
	for i, r := range t.Rows {
		if t.Gap > 0 && i == t.Gap {
			gap := make([]string, len(r))
			for k := range gap {
				gap[k] = gapText
			}
			row(gap, gapText, "td", quiet)
		}
		label := ""
		if i < len(t.Index) {
			label = t.Index[i]
		}
		row(r, label, "td", "")
	}
	s.WriteString("</tbody>\n</table>")
	if t.Caption != "" {
		s.WriteString("<div" + quiet + ">" + escape(t.Caption) + "</div>")
	}
	s.WriteString("</div>")
	return s.String()
}

// shortWords is how many characters stand on one line in any case.
const shortWords = 40

// leftOf is the style of a cell of words: short ones do not wrap, however many
// columns the table has.
func leftOf(cell string) string {
	if strings.Contains(cell, " ") && utf8.RuneCountInString(cell) <= shortWords {
		return leftShort
	}
	return left
}

// escape makes s safe in HTML and keeps its line breaks.
func escape(s string) string {
	return html.EscapeString(strings.ToValidUTF8(s, "\uFFFD"))
}
