package session

import (
	"regexp"
	"sync"
	"time"
)

// hold keeps back standard error that may be the Go runtime's report of the
// process's end, until it is known whether the process ends: then the report is
// the cell's error, and not its output.
type hold struct {
	show func(string)

	mu    sync.Mutex
	held  []byte
	timer *time.Timer
}

// holdFor is how long a process takes to die of what the runtime reports.
const holdFor = 150 * time.Millisecond

var reportStart = regexp.MustCompile(`(?m)^(panic: |fatal error: |runtime: |SIG[A-Z]+: |unexpected fault)`)

func newHold(show func(string)) *hold { return &hold{show: show} }

func (h *hold) add(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held != nil {
		h.held = append(h.held, s...)
		return
	}
	at := reportStart.FindStringIndex(s)
	if at == nil {
		h.show(s)
		return
	}
	if at[0] > 0 {
		h.show(s[:at[0]])
	}
	h.held = []byte(s[at[0]:])
	h.timer = time.AfterFunc(holdFor, h.release)
}

// release shows what was kept back.
func (h *hold) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held != nil {
		h.show(string(h.held))
		h.held = nil
	}
}

// take gives what was kept back, to be shown as an error.
func (h *hold) take() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := string(h.held)
	h.held = nil
	if h.timer != nil {
		h.timer.Stop()
	}
	return text
}
