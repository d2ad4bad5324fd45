package server

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lislab/lislab/kernel/wire"
)

// ticksPerSecond is the unit of processor time in /proc: fixed on Linux.
const ticksPerSecond = 100

// usageSampler remembers the last sample, which the next is compared with.
type usageSampler struct {
	mu    sync.Mutex
	at    time.Time
	ticks int64
}

// usage serves usage_request: what the kernel and the processes below it use,
// as /proc tells it; zeros where there is no /proc.
func (s *Server) usage(context.Context, *wire.Message, *wire.UsageRequest) (wire.Content, error) {
	reply := &wire.UsageReply{Outcome: wire.Done, PID: os.Getpid(), CPUCount: runtime.NumCPU()}
	reply.Hostname, _ = os.Hostname()
	ticks, memory := processTree(os.Getpid())
	reply.Memory = memory
	s.sampler.mu.Lock()
	defer s.sampler.mu.Unlock()
	now := time.Now()
	if d := now.Sub(s.sampler.at).Seconds(); !s.sampler.at.IsZero() && d > 0 {
		// A child that has ended takes its time with it.
		reply.CPU = max(0, 100*float64(ticks-s.sampler.ticks)/ticksPerSecond/d)
	}
	s.sampler.at, s.sampler.ticks = now, ticks
	return reply, nil
}

// processTree is the processor time in ticks and the resident bytes of the
// process root and all below it.
func processTree(root int) (ticks, memory int64) {
	type process struct{ ticks, memory int64 }
	all := make(map[int]process)
	children := make(map[int][]int)
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, 0
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		// The name, in parentheses, may hold anything; fields are counted after it.
		_, rest, ok := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
		f := strings.Fields(rest)
		if !ok || len(f) < 22 {
			continue
		}
		number := func(i int) int64 { n, _ := strconv.ParseInt(f[i], 10, 64); return n }
		ppid := int(number(1))
		all[pid] = process{number(11) + number(12), number(21) * int64(os.Getpagesize())}
		children[ppid] = append(children[ppid], pid)
	}
	var walk func(pid int)
	walk = func(pid int) {
		ticks += all[pid].ticks
		memory += all[pid].memory
		for _, c := range children[pid] {
			walk(c)
		}
	}
	walk(root)
	return ticks, memory
}
