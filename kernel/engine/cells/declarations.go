package cells

import (
	"go/token"
	"strings"
)

// Declarations is a cell's code without its statements: the imports, types,
// functions and constants that can be had again without running anything. Lines
// stay where they are. It is "" where there are none, or where the code does
// not parse.
func Declarations(code string) string {
	src, err := split(token.NewFileSet(), 0, code)
	if err != nil || len(src.imports)+len(src.decls) == 0 {
		return ""
	}
	chunks, err := src.chunks()
	if err != nil {
		return ""
	}
	text := []byte(code)
	for _, c := range chunks {
		if c.part != partStmt {
			continue
		}
		blank(text, c)
	}
	return strings.TrimRight(string(text), " \n")
}

// Without is Declarations without the one that stands on a line of the code,
// from 1, and the names of what that declares.
func Without(code string, line int) (rest string, names []string) {
	src, err := split(token.NewFileSet(), 0, code)
	if err != nil {
		return "", nil
	}
	chunks, err := src.chunks()
	if err != nil {
		return "", nil
	}
	text := []byte(code)
	for _, c := range chunks {
		first, last := 1+strings.Count(code[:c.first], "\n"), 1+strings.Count(code[:c.end], "\n")
		if line < first || line > last {
			continue
		}
		for _, u := range src.units() {
			if at := src.offset(u.decl.Pos()); at >= c.start && at < c.end && u.recv == "" {
				names = append(names, u.names...)
			}
		}
		blank(text, c)
	}
	return Declarations(string(text)), names
}

// blank makes a chunk of the text spaces.
func blank(text []byte, c chunk) {
	for i := c.start; i < c.end; i++ {
		if text[i] != '\n' {
			text[i] = ' '
		}
	}
	if c.end < len(text) && text[c.end] == ';' {
		text[c.end] = ' '
	}
}
