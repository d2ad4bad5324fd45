package session

import (
	"path"
	"strings"
)

// userFrames are the lines of a stack that are the notebook's own, innermost
// first: where in which cell, and in which function. Names are still the
// compiled code's.
func userFrames(stack string) []string {
	var frames []string
	lines := strings.Split(stack, "\n")
	for i, line := range lines {
		file, ok := strings.CutPrefix(line, "\t")
		if !ok || i == 0 {
			continue
		}
		file, _, _ = strings.Cut(file, " +0x")
		at, name := path.Base(file), lines[i-1]
		if !strings.HasPrefix(at, "cell_") || strings.HasPrefix(name, "created by ") {
			continue
		}
		if j := strings.LastIndexByte(name, '('); j > 0 {
			name = name[:j]
		}
		frames = append(frames, "\t"+at+" in "+name)
	}
	return frames
}
