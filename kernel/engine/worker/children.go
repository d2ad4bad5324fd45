package worker

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ticksPerSecond is the unit of a process's start in /proc: fixed on Linux.
const ticksPerSecond = 100

// signalChildren signals the processes that the notebook's own code has started
// since began, and those below them: what a terminal's Ctrl-C does. Without
// /proc it does nothing.
func signalChildren(began time.Time, signal syscall.Signal) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // a pattern that is well formed
	if len(stats) == 0 {
		return
	}
	raw, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return
	}
	now, _, _ := strings.Cut(string(raw), " ")
	up, err := strconv.ParseFloat(now, 64)
	if err != nil {
		return
	}
	oldest := (up-time.Since(began).Seconds())*ticksPerSecond - 5 // the clocks are coarse
	below := map[int][]int{}
	for _, file := range stats {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // it has just ended
		}
		// The name, in parentheses, may hold anything; fields are counted after it.
		fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
		if len(fields) < 20 {
			continue
		}
		pid, err1 := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		parent, err2 := strconv.Atoi(fields[1])
		start, err3 := strconv.ParseFloat(fields[19], 64)
		if err1 == nil && err2 == nil && err3 == nil && start >= oldest {
			below[parent] = append(below[parent], pid)
		}
	}
	for level := below[os.Getpid()]; len(level) > 0; {
		var next []int
		for _, pid := range level {
			next = append(next, below[pid]...)
			_ = syscall.Kill(pid, signal) // it may just have ended
		}
		level = next
	}
}
