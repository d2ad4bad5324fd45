package session

import (
	"fmt"
	"path"
	"strings"
)

// userFrames are the lines of a stack that are the notebook's own, innermost
// first: where in which cell, and in which function.
func userFrames(stack string) []string {
	var frames []string
	lines := strings.Split(stack, "\n")
	for i, line := range lines {
		file, ok := strings.CutPrefix(line, "\t")
		if !ok || i == 0 {
			continue
		}
		file, _, _ = strings.Cut(file, " +0x")
		at, row, ok := cutLast(path.Base(file), ":")
		if !ok || !strings.HasPrefix(at, "cell") {
			continue
		}
		name := lines[i-1]
		if j := strings.LastIndexByte(name, '('); j > 0 {
			name = name[:j]
		}
		if _, after, ok := cutLast(name, "/"); ok {
			name = after
		}
		frames = append(frames, fmt.Sprintf("\t%s:%s in %s", at, row, name))
	}
	return frames
}

// cutLast is strings.Cut at the last sep.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
