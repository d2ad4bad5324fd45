// Package magic takes apart cells that hold more than Go: line commands
// (%time f(), !ls) and cell commands (%%bash over the rest of the cell).
package magic

import (
	"go/scanner"
	"go/token"
	"strings"
)

// Kind of a part of a cell.
type Kind int

// The kinds of parts.
const (
	Go    Kind = iota // Go code
	Line              // %name args
	Cell              // %%name args, with the rest of the cell as Body
	Shell             // !command
)

// Part is a piece of a cell.
type Part struct {
	Kind Kind
	// Name of the command, without %; "" for Go and Shell.
	Name string
	// Args is the rest of the command's line; for Shell the whole command.
	Args string
	// Body is the code of a Go part, or what stands below a cell command.
	Body string
	// Line is the line of the cell where Args (or a Go part's Body) begins,
	// from 0.
	Line int
}

// Split takes a cell apart. A cell without commands is one Go part, whatever it
// holds.
func Split(code string) []Part {
	lines := strings.SplitAfter(code, "\n")
	if first := firstLine(lines); first >= 0 {
		if name, args, ok := command(lines[first], "%%"); ok {
			return []Part{{Kind: Cell, Name: name, Args: args, Body: strings.Join(lines[first+1:], ""), Line: first}}
		}
	}
	var parts []Part
	var pending strings.Builder
	start := 0
	flush := func(next int) {
		if strings.TrimSpace(pending.String()) != "" {
			parts = append(parts, Part{Kind: Go, Body: pending.String(), Line: start})
		}
		pending.Reset()
		start = next
	}
	for n, line := range lines {
		trimmed := strings.TrimLeft(line, " \t")
		if (strings.HasPrefix(trimmed, "!") || strings.HasPrefix(trimmed, "%")) && atStatement(pending.String()) {
			if strings.HasPrefix(trimmed, "!") {
				flush(n + 1)
				parts = append(parts, Part{Kind: Shell, Args: strings.TrimSpace(trimmed[1:]), Line: n})
				continue
			}
			if name, args, ok := command(line, "%"); ok {
				flush(n + 1)
				parts = append(parts, Part{Kind: Line, Name: name, Args: args, Line: n})
				continue
			}
		}
		pending.WriteString(line)
	}
	flush(len(lines))
	if len(parts) == 0 {
		return []Part{{Kind: Go, Body: code}}
	}
	return parts
}

// firstLine is the first line that holds anything, or -1.
func firstLine(lines []string) int {
	for n, l := range lines {
		if strings.TrimSpace(l) != "" {
			return n
		}
	}
	return -1
}

// command reads "%name args" behind the given sign.
func command(line, sign string) (name, args string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), sign)
	if !ok {
		return "", "", false
	}
	name, args, _ = strings.Cut(rest, " ")
	if name == "" || !token.IsIdentifier(name) {
		return "", "", false
	}
	return name, strings.TrimSpace(args), true
}

// atStatement says whether a new top-level statement may begin behind src: no
// bracket, string or comment is open and the last token ends a statement.
func atStatement(src string) bool {
	if strings.TrimSpace(src) == "" {
		return true
	}
	var s scanner.Scanner
	set := token.NewFileSet()
	broken := false
	s.Init(set.AddFile("", -1, len(src)), []byte(src), func(token.Position, string) { broken = true }, 0)
	depth, last := 0, token.SEMICOLON
	for {
		_, tok, _ := s.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		last = tok
	}
	return !broken && depth == 0 && last == token.SEMICOLON
}
