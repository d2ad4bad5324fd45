package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// command runs lislab and measures it from outside.
func (l *lab) command(ctx context.Context, args ...string) (measurement, error) {
	var m measurement
	cmd := exec.CommandContext(ctx, l.bin, args...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.Env = append(os.Environ(), "TMPDIR="+l.dir)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return m, fmt.Errorf("%w (make build builds it)", err)
	}
	stop, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			peak, heap := memoryOf(cmd.Process.Pid)
			m.peak, m.heap = max(m.peak, peak), max(m.heap, heap)
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	err := cmd.Wait()
	close(stop)
	<-watched
	if err != nil {
		return m, fmt.Errorf("lislab %s: %w", strings.Join(args, " "), err)
	}
	m.seconds = time.Since(began).Seconds()
	m.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return m, nil
}

// memoryOf is the most memory in MB that a process has had, and what it has of
// its own now, files apart; 0 where the system does not say. (The system's own
// account of a process that has ended begins with its parent's memory.)
func memoryOf(pid int) (peak, heap float64) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(fields[1], 64) // what is no number is not asked for
		switch fields[0] {
		case "VmHWM:":
			peak = kb / 1024
		case "RssAnon:":
			heap = kb / 1024
		}
	}
	return peak, heap
}
