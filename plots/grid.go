package plots

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// A Panel is anything that draws one gonum plot: a display of this package, or
// one's own.
type Panel interface {
	Plot() (*plot.Plot, error)
}

// Grid sets panels side by side, with one scale where they are to be compared.
type Grid struct {
	Panels  []Panel
	Columns int
	// ShareX and ShareY give all panels the same range; inner labels go.
	ShareX, ShareY bool
	Theme          Theme // Height 0 fits the number of rows
}

// NewGrid sets panels in rows of so many columns, the vertical axis shared. The
// panels' own themes say how large their letters are: use one with smaller ones.
func NewGrid(columns int, panels ...Panel) *Grid {
	return &Grid{Panels: panels, Columns: columns, ShareY: true}
}

func (g *Grid) columns() int { return max(1, min(g.Columns, len(g.Panels))) }

func (g *Grid) theme() Theme {
	t := g.Theme.filled()
	if g.Theme.Width == 0 {
		t.Width = Notebook.Width * 1.35
	}
	if g.Theme.Height == 0 {
		rows := (len(g.Panels) + g.columns() - 1) / g.columns()
		t.Height = t.Width / vg.Length(g.columns()) * 0.62 * vg.Length(max(rows, 1))
	}
	return t
}

// Alt says in words what the drawings show.
func (g *Grid) Alt() string {
	var parts []string
	for i, p := range g.Panels {
		if a, ok := p.(interface{ Alt() string }); ok {
			parts = append(parts, fmt.Sprintf("Panel %d: %s", i+1, a.Alt()))
		}
	}
	return strings.Join(parts, " ")
}

func (g *Grid) panels() ([][]*plot.Plot, error) {
	if len(g.Panels) == 0 {
		return nil, errors.New("plots: nothing to draw: no panel")
	}
	n := g.columns()
	var rows [][]*plot.Plot
	for i, panel := range g.Panels {
		p, err := panel.Plot()
		if err != nil {
			return nil, err
		}
		if i%n == 0 {
			rows = append(rows, make([]*plot.Plot, n))
		}
		rows[i/n][i%n] = p
	}
	var all []*plot.Plot
	for _, row := range rows {
		for _, p := range row {
			if p != nil {
				all = append(all, p)
			}
		}
	}
	if g.ShareX {
		share(all, func(p *plot.Plot) *plot.Axis { return &p.X })
	}
	if g.ShareY {
		share(all, func(p *plot.Plot) *plot.Axis { return &p.Y })
	}
	for i, row := range rows {
		for j, p := range row {
			if p == nil {
				continue
			}
			if g.ShareY && j > 0 {
				p.Y.Label.Text = ""
			}
			below := i+1 < len(rows) && rows[i+1][j] != nil
			if g.ShareX && below {
				p.X.Label.Text = ""
			}
		}
	}
	return rows, nil
}

// share gives an axis of all plots the range that holds every one's data.
func share(plots []*plot.Plot, axis func(*plot.Plot) *plot.Axis) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range plots {
		lo, hi = min(lo, axis(p).Min), max(hi, axis(p).Max)
	}
	for _, p := range plots {
		axis(p).Min, axis(p).Max = lo, hi
	}
}
