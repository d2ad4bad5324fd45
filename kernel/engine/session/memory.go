package session

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// available is the memory that can be had without swapping, in bytes; 0 where
// the system does not say.
func available() uint64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close()
	least := uint64(0)
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if rest, ok := strings.CutPrefix(sc.Text(), "MemAvailable:"); ok {
			kb, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			least = kb << 10
		}
	}
	// A container may be allowed less than the machine has.
	if free, ok := cgroupFree(); ok && free < least {
		least = free
	}
	return least
}

// cgroupFree is what the control group that the process is in still allows.
func cgroupFree() (uint64, bool) {
	limit, ok := number("/sys/fs/cgroup/memory.max")
	if !ok {
		return 0, false
	}
	used, ok := number("/sys/fs/cgroup/memory.current")
	if !ok || used > limit {
		return 0, ok
	}
	return limit - used, true
}

// number reads a file that holds one.
func number(name string) (uint64, bool) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(raw)), 10, 64)
	return n, err == nil
}
