package build

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// sessionPrefix begins the name of each temporary session folder; the number of
// the process that made it follows.
const sessionPrefix = "lislab-session-"

// newSessionDir makes a temporary session folder, and removes those of
// processes that ended without doing so.
func newSessionDir() (string, error) {
	sweep(os.TempDir())
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", sessionPrefix, os.Getpid()))
}

// sweep removes the session folders in dir whose process is gone. What it may
// not remove, another user's, stays.
func sweep(dir string) {
	found, err := filepath.Glob(filepath.Join(dir, sessionPrefix+"*"))
	if err != nil {
		return
	}
	for _, d := range found {
		if gone(strings.TrimPrefix(filepath.Base(d), sessionPrefix)) {
			_ = os.RemoveAll(d)
		}
	}
}

// gone reports that a name begins with the number of a process, and a hyphen,
// and that there is no such process.
func gone(name string) bool {
	number, _, ok := strings.Cut(name, "-")
	pid, err := strconv.Atoi(number)
	return ok && err == nil && pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
