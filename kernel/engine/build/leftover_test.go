package build

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestSweep(t *testing.T) {
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	left := filepath.Join(dir, fmt.Sprintf("%s%d-1", sessionPrefix, dead.Process.Pid))
	live := filepath.Join(dir, fmt.Sprintf("%s%d-2", sessionPrefix, os.Getpid()))
	other := filepath.Join(dir, sessionPrefix+"x-3")
	for _, d := range []string{left, live, other} {
		if err := os.MkdirAll(filepath.Join(d, "sub"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	sweep(dir)
	for d, want := range map[string]bool{left: false, live: true, other: true} {
		if _, err := os.Stat(d); (err == nil) != want {
			t.Errorf("%s is there: %v", d, err == nil)
		}
	}
}
