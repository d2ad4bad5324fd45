package kernel

import (
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// parentInterval is how often the parent is looked for.
const parentInterval = time.Second

// watchParent calls gone once the process that started the kernel has ended: a
// Jupyter server that is killed leaves nobody who would shut the kernel down.
//
// The parent is JPY_PARENT_PID where the front end says it and such a process
// is there (it may not be, across a container's border), else the process
// above this one. A kernel that starts as a child of process 1 has no parent
// to lose.
func watchParent(ctx context.Context, gone func()) {
	alive := parentProbe(os.Getenv("JPY_PARENT_PID"))
	if alive == nil {
		return
	}
	tick := time.NewTicker(parentInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !alive() {
				gone()
				return
			}
		}
	}
}

// parentProbe returns a function that reports whether the parent is there, nil
// where there is none to watch. named is the value of JPY_PARENT_PID.
func parentProbe(named string) func() bool {
	above := os.Getppid()
	if pid, err := strconv.Atoi(named); err == nil && pid > 1 && pid != above && exists(pid) {
		return func() bool { return exists(pid) }
	}
	if above <= 1 {
		return nil
	}
	return func() bool { return os.Getppid() == above }
}

// exists reports whether a process is there, whoever owns it. One that has
// ended and that nobody has waited for is not.
func exists(pid int) bool {
	if err := syscall.Kill(pid, 0); err != nil && err != syscall.EPERM {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return true // a system without /proc
	}
	name := strings.LastIndexByte(string(stat), ')')
	return !strings.HasPrefix(string(stat[name+1:]), " Z")
}
