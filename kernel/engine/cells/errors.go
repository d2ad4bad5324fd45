package cells

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is what is wrong with a cell, at a place in it.
type Error struct {
	Cell   int    // the cell's number
	Line   int    // from 1
	Column int    // from 1, in code points
	Msg    string // in the words of go/parser or go/types
	Hint   string // what to do about it, where that is known
	text   string // the line of source
}

// ErrorAt makes the error at a byte offset of the code of cell n.
func ErrorAt(n int, code string, off int, msg string) *Error {
	line := 1 + strings.Count(code[:off], "\n")
	start := strings.LastIndexByte(code[:off], '\n') + 1
	text := code[start:]
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	return &Error{Cell: n, Line: line, Column: 1 + utf8.RuneCountInString(code[start:off]), Msg: msg, text: strings.TrimSuffix(text, "\r")}
}

// Error is one line: cell[3]:2:5: undefined: x.
func (e *Error) Error() string {
	return fmt.Sprintf("cell[%d]:%d:%d: %s", e.Cell, e.Line, e.Column, e.Msg)
}

// Lines is the error as a traceback: the message, the line of source and a
// caret below the place.
func (e *Error) Lines() []string {
	lines := []string{e.Error()}
	if e.text != "" {
		var pad strings.Builder
		for i, r := range []rune(e.text) {
			if i >= e.Column-1 {
				break
			}
			if r == '\t' {
				pad.WriteRune('\t')
			} else {
				pad.WriteRune(' ')
			}
		}
		lines = append(lines, "    "+e.text, "    "+pad.String()+"^")
	}
	if e.Hint != "" {
		lines = append(lines, e.Hint)
	}
	return lines
}

// Errors lists everything found wrong with a cell, in order of place; there is
// at least one.
type Errors []*Error

// Error is the first error, and how many more there are.
func (e Errors) Error() string {
	if len(e) == 1 {
		return e[0].Error()
	}
	return fmt.Sprintf("%v (and %d more)", e[0], len(e)-1)
}

// Lines is all errors as a traceback.
func (e Errors) Lines() []string {
	var lines []string
	for _, err := range e {
		lines = append(lines, err.Lines()...)
	}
	return lines
}
