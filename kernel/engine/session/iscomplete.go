package session

import (
	"strings"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/cells"
	"github.com/lislab/lislab/kernel/magic"
)

// IsComplete says whether a console may send the code.
func (s *Session) IsComplete(code string) engine.Completeness {
	for _, part := range magic.Split(code) {
		switch {
		case part.Kind == magic.Cell && part.Name != "time" && part.Name != "timeit" && !strings.HasSuffix(code, "\n\n"):
			return engine.Completeness{Status: "incomplete"} // an empty line ends it
		case part.Kind == magic.Cell && strings.TrimSpace(part.Body) == "":
			return engine.Completeness{Status: "incomplete"} // timed Go is to come
		case part.Kind == magic.Go, part.Kind == magic.Cell && (part.Name == "time" || part.Name == "timeit"):
			if c := cells.IsComplete(part.Body); c.Status != "complete" {
				return c
			}
		}
	}
	return engine.Completeness{Status: "complete"}
}

// goView is a cell with spaces where it is not Go, every code point in its
// place, so that a cursor means the same in both.
func goView(code string) string {
	lines := strings.Split(code, "\n")
	blank := func(n, keep int) { // all but the last keep bytes of line n
		if n < len(lines) && keep <= len(lines[n]) {
			head := lines[n][:len(lines[n])-keep]
			lines[n] = strings.Repeat(" ", len([]rune(head))) + lines[n][len(head):]
		}
	}
	for _, part := range magic.Split(code) {
		timed := part.Name == "time" || part.Name == "timeit"
		switch {
		case part.Kind == magic.Line && timed:
			blank(part.Line, len(strings.TrimLeft(strings.TrimLeft(lines[part.Line], " \t")[len("%"+part.Name):], " \t")))
		case part.Kind == magic.Line || part.Kind == magic.Shell || part.Kind == magic.Cell && timed:
			blank(part.Line, 0)
		case part.Kind == magic.Cell:
			return strings.Repeat(" ", len([]rune(code)))
		}
	}
	return strings.Join(lines, "\n")
}
