package session

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// frame is a call that is the notebook's own, as a stack trace tells of it.
type frame struct {
	file     string // the cell's, in positions
	line     int
	function string // still with the compiled code's names
	times    int    // how often it stands there in a row
}

// elided is how a stack trace says that it leaves frames out.
var elided = regexp.MustCompile(`^\.\.\.(\d+) frames elided\.\.\.$`)

// userFrames are the frames of a stack that are the notebook's own, innermost
// first. A recursion is one frame.
func userFrames(stack string) []frame {
	var frames []frame
	left := 0 // frames left out since the last one
	lines := strings.Split(stack, "\n")
	for i, text := range lines {
		if m := elided.FindStringSubmatch(text); m != nil {
			left, _ = strconv.Atoi(m[1]) // digits, and few
			continue
		}
		place, ok := strings.CutPrefix(text, "\t")
		if !ok || i == 0 {
			continue
		}
		place, _, _ = strings.Cut(place, " +0x")
		at, function := path.Base(place), lines[i-1]
		if !strings.HasPrefix(at, "cell_") || strings.HasPrefix(function, "created by ") {
			continue
		}
		if j := strings.LastIndexByte(function, '('); j > 0 {
			function = function[:j]
		}
		f := frame{function: function, times: 1}
		if file, line, ok := strings.Cut(at, ":"); ok {
			f.file = file
			f.line, _ = strconv.Atoi(line) // 0 has no text
		}
		if n := len(frames) - 1; n >= 0 && frames[n].file == f.file && frames[n].line == f.line && frames[n].function == f.function {
			frames[n].times += 1 + left
		} else {
			frames = append(frames, f)
		}
		left = 0
	}
	return frames
}

// The frames that are shown of a deep stack: the innermost and the outermost.
const (
	innerFrames = 12
	outerFrames = 4
)

// frames shows the notebook's own frames of a stack: where in which cell, in
// which function, and the line itself.
func (s *Session) frames(stack string) []string {
	var text []string
	frames := userFrames(stack)
	for i, f := range frames {
		if i == innerFrames && len(frames) > innerFrames+outerFrames {
			text = append(text, fmt.Sprintf("  … %d more …", len(frames)-innerFrames-outerFrames))
		}
		if i >= innerFrames && i < len(frames)-outerFrames {
			continue
		}
		at := fmt.Sprintf("  %s%s", s.relabel(fmt.Sprintf("%s:%d", f.file, f.line)), functionText(s.relabel(f.function)))
		if f.times > 1 {
			at += fmt.Sprintf(", %d times", f.times)
		}
		text = append(text, at)
		if s.front != nil {
			text = append(text, sourceText(s.front.Line(f.file, f.line))...)
		}
	}
	return text
}

// sourceText is a line of code below the frame that is there; nothing for none.
func sourceText(line string) []string {
	if line = strings.TrimSpace(line); line == "" {
		return nil
	}
	return []string{"      " + line}
}

// literal matches what the compiler adds to a function's name for one without.
var literal = regexp.MustCompile(`(\.func\d+|\.\d+|\.gowrap\d+)+$`)

// rangeBody matches what the compiler adds for the body of a loop over a function.
var rangeBody = regexp.MustCompile(`-range\d+`)

// functionText says in which function a frame is; nothing for the cell itself.
func functionText(function string) string {
	function = rangeBody.ReplaceAllString(strings.TrimPrefix(function, "main."), "")
	if inlined, ok := strings.CutPrefix(function, "cell."); ok && strings.HasPrefix(inlined, "cell.") {
		function = inlined
	}
	name := literal.ReplaceAllString(function, "")
	switch {
	case name == function && name == "cell":
		return ""
	case name == function:
		return " in " + name
	case name == "cell":
		return " in a function literal"
	}
	return " in a function literal of " + name
}
