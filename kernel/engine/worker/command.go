package worker

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
)

// command runs a program whose output is the cell's own, live.
func (w *worker) command(cell int, b link.CommandBody) link.RunReply {
	if len(b.Args) == 0 {
		return link.RunReply{Err: internal(errors.New("a command with no words"))}
	}
	ctx, _, end := w.begin(cell)
	failed := true
	defer func() { end(failed) }()
	cmd := exec.Command(b.Args[0], b.Args[1:]...)
	cmd.Stdin = strings.NewReader(b.Stdin)
	cmd.Stdout, cmd.Stderr = w.out, w.err
	cmd.WaitDelay = time.Second
	// A group of its own, so that an interrupt reaches what it started too.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return link.RunReply{Err: commandError(b.Args, err)}
	}
	pid := cmd.Process.Pid
	w.mu.Lock()
	w.groups[pid] = true
	w.mu.Unlock()
	stop := context.AfterFunc(ctx, func() {
		_ = syscall.Kill(-pid, syscall.SIGINT) // it may just have ended
		time.AfterFunc(grace/2, func() { killGroup(pid) })
	})
	err := cmd.Wait()
	stop()
	w.mu.Lock()
	delete(w.groups, pid)
	w.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return link.RunReply{Interrupted: true}
	case err != nil:
		return link.RunReply{Err: commandError(b.Args, err)}
	}
	failed = false
	return link.RunReply{}
}

// killGroup ends a command and what it started.
func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

func commandError(args []string, err error) *engine.CellError {
	text := err.Error()
	if x := (*exec.ExitError)(nil); errors.As(err, &x) {
		text = fmt.Sprintf("%s ended with %s", args[0], x.ProcessState)
	}
	return &engine.CellError{Name: "CommandError", Value: text, Traceback: []string{"CommandError: " + text}}
}
