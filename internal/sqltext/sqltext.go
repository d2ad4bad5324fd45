// Package sqltext reads SQL far enough to tell what in a text is code: its
// statements and its named parameters, apart from strings and comments.
package sqltext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parameter is a $name in a text.
type Parameter struct {
	Name   string
	Offset int // of the $, in bytes
}

// Parameters lists the $names of a text, each where it first stands. What looks
// like one in a string, a quoted name or a comment is none.
func Parameters(sql string) []Parameter {
	var all []Parameter
	seen := map[string]bool{}
	scan(sql, func(i int) {
		if sql[i] != '$' || wordEnds(sql[:i]) {
			return
		}
		if name := word(sql[i+1:]); name != "" && !seen[name] {
			seen[name] = true
			all = append(all, Parameter{name, i})
		}
	})
	return all
}

// Statements lists where the statements of a text begin: at its start, and after
// each semicolon.
func Statements(sql string) []int {
	starts := []int{0}
	scan(sql, func(i int) {
		if sql[i] == ';' {
			starts = append(starts, i+1)
		}
	})
	return starts
}

// scan calls at for the offset of every byte that is code.
func scan(sql string, at func(i int)) {
	for i := 0; i < len(sql); {
		rest := sql[i:]
		switch {
		case rest[0] == '\'':
			i += quoted(rest, '\'', escapes(sql[:i]))
		case rest[0] == '"':
			i += quoted(rest, '"', false)
		case strings.HasPrefix(rest, "--"):
			i += upTo(rest, "\n", 2)
		case strings.HasPrefix(rest, "/*"):
			i += comment(rest)
		default:
			if tag := tag(rest); tag != "" && !wordEnds(sql[:i]) {
				i += upTo(rest, tag, len(tag))
				continue
			}
			at(i)
			i++
		}
	}
}

// escapes says whether a string that begins after before is one with
// backslashes, as in E'\n'.
func escapes(before string) bool {
	return (strings.HasSuffix(before, "e") || strings.HasSuffix(before, "E")) && !wordEnds(before[:len(before)-1])
}

// tag is the $$ or $name$ that s begins with, which begins a string up to the
// next one.
func tag(s string) string {
	if s[0] != '$' {
		return ""
	}
	if end := 1 + len(word(s[1:])); end < len(s) && s[end] == '$' {
		return s[:end+1]
	}
	return ""
}

// word is the identifier that s begins with.
func word(s string) string {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return s[:i]
		}
	}
	return s
}

// wordEnds says whether s ends within a name or a number.
func wordEnds(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && (r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r))
}

// quoted is the length of the text in quotes that s begins with; a doubled quote
// stands for one.
func quoted(s string, quote byte, backslash bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case backslash && s[i] == '\\':
			i++
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

// upTo is how far s goes to the end of the first end after from.
func upTo(s, end string, from int) int {
	if i := strings.Index(s[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(s)
}

// comment is the length of the comment that s begins with; comments nest.
func comment(s string) int {
	depth := 0
	for i := 0; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(s)
}
