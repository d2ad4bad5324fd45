package rt

import (
	"runtime"
	"time"
)

// Sleep is what time.Sleep means in a cell: an interrupt of the cell ends it,
// and with it the goroutine, as at a guard.
func Sleep(d time.Duration) {
	c := Current()
	if c == nil || c.Context == nil {
		time.Sleep(d)
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.Context.Done():
		runtime.Goexit()
	}
}
