package interp

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/cosmos72/gomacro/base"

	"github.com/lislab/lislab/kernel/engine"
)

// failure makes the cell's error of what was recovered.
func (i *Interp) failure(r any, phase, code, name string, line int) *engine.CellError {
	switch r := r.(type) {
	case unread:
		e := errorOf(r.err, name)
		e.Traceback = append(e.Traceback, "the cell never looks at this error: check it, or write _ in its place")
		return e
	case interrupted:
		return Interrupted(name)
	case base.Signal:
		return Interrupted(name)
	}
	text := strings.TrimRight(fmt.Sprint(r), "\n")
	if phase == "compile" {
		return compileError(text, code, name, line)
	}
	if err, ok := r.(error); ok {
		text = err.Error()
	}
	e := &engine.CellError{Name: "panic", Value: firstLine(text)}
	e.Traceback = []string{"panic: " + text, "", "\tin " + name + i.where(name)}
	return e
}

// where is the line of the statement that runs, as ":3", or nothing.
func (i *Interp) where(name string) (s string) {
	defer func() {
		if recover() != nil {
			s = ""
		}
	}()
	env := i.ir.PrepareEnv()
	if env.IP < 0 || env.IP >= len(env.DebugPos) {
		return ""
	}
	p := i.ir.Comp.Fileset.Position(env.DebugPos[env.IP])
	if p.Filename != name || p.Line == 0 {
		return ""
	}
	return ":" + strconv.Itoa(p.Line)
}

// compileError shows the line that does not compile, with a caret.
func compileError(text, code, name string, line int) *engine.CellError {
	e := &engine.CellError{Name: "CompileError", Value: firstLine(text), Traceback: []string{text}}
	rest, ok := strings.CutPrefix(text, name+":")
	if !ok {
		return e
	}
	parts := strings.SplitN(rest, ":", 3)
	if len(parts) < 3 {
		return e
	}
	row, err1 := strconv.Atoi(parts[0])
	col, err2 := strconv.Atoi(parts[1])
	lines := strings.Split(code, "\n")
	if err1 != nil || err2 != nil || row-1-line < 0 || row-1-line >= len(lines) || col < 1 {
		return e
	}
	src := lines[row-1-line]
	before := src[:min(col-1, len(src))]
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return '\t'
		}
		return ' '
	}, before)
	e.Traceback = append(e.Traceback, "    "+src, "    "+pad+"^")
	return e
}

// errorOf shows an error value as the cell's failure, under its own type.
func errorOf(err error, name string) *engine.CellError {
	return &engine.CellError{
		Name:      reflect.TypeOf(err).String(),
		Value:     firstLine(err.Error()),
		Traceback: []string{reflect.TypeOf(err).String() + ": " + err.Error(), "\tin " + name},
	}
}

// Interrupted is the error of an interrupted cell.
func Interrupted(name string) *engine.CellError {
	return &engine.CellError{Name: "Interrupt", Value: name + " was interrupted", Traceback: []string{"Interrupt: " + name + " was interrupted"}}
}

func firstLine(s string) string {
	if n := strings.IndexByte(s, '\n'); n >= 0 {
		return s[:n]
	}
	return s
}
