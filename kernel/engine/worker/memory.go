package worker

import (
	"bytes"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"
)

// overMemory is why a run's context ends that took too much.
type overMemory struct{ used, limit uint64 }

func (o overMemory) Error() string {
	return fmt.Sprintf("the worker holds %d MB, more than its limit of %d MB", o.used>>20, o.limit>>20)
}

// watchMemory ends the running cell when the process holds more than limit, in
// bytes. Before that the garbage collector is made to work harder, and beyond it
// the system refuses more, which ends the process.
func (w *worker) watchMemory(limit uint64) {
	debug.SetMemoryLimit(int64(limit - limit/10))
	refuseBeyond(limit + limit/4)
	last, found := 0, uint64(0) // the cell seen last, and what it found in use
	for {
		// A cell can take a gigabyte in a tenth of a second.
		w.mu.Lock()
		cell, cancel := w.cell, w.cancel
		w.mu.Unlock()
		if cancel == nil {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		used := resident()
		if cell != last {
			last, found = cell, used
		}
		// What the cell before has left in use is not this one's: it may be the
		// one that frees it.
		if used > max(limit, found+limit/20) {
			cancel(overMemory{used, limit})
			debug.FreeOSMemory()
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// resident is what the process holds in memory, in bytes; 0 where the system
// does not say.
func resident() uint64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(raw)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}
