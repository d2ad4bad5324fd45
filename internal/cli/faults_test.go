//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A sweep that finds no room for its journal, its scores or the log that it keeps
// on disk says so and leaves the files of before as they were, and no others.
func TestSweepWithoutRoom(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.csv")
	if err := os.WriteFile(log, []byte("time,user,item,label\n"+strings.Repeat("1700000000,u,i,1\n", 5000)), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		room string // in 512 bytes, the largest file that may be written
		args []string
	}{
		"journal": {"10", smallSweep("--seeds", "1", "--out", "x.csv", "--scores", "y.csv")},
		"scores":  {"10", smallSweep("--seeds", "1", "--scores", "y.csv")},
		"stream":  {"10", []string{"sweep", "--log", log, "--stream", "--allow-duplicates", "--out", "x.csv", "--scores", "y.csv"}},
	} {
		dir := t.TempDir()
		for _, file := range []string{"x.csv", "y.csv"} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte("of before"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd, said := process(t, dir, c.args...)
		cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -f ` + c.room + `; exec "$0" "$@"`}, cmd.Args...)
		cmd.Env = append(cmd.Env, "TMPDIR="+t.TempDir())
		if err := cmd.Run(); err == nil || !strings.HasPrefix(lastLine(said.String()), "lislab: io: ") || !strings.Contains(said.String(), "file too large") {
			t.Errorf("%s: %v: %s", name, err, said)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			text := read(t, filepath.Join(dir, e.Name()))
			if strings.HasSuffix(e.Name(), ".csv") && text != "of before" || !strings.HasSuffix(e.Name(), ".csv") && e.Name() != "x.journal" {
				t.Errorf("%s: %s holds %.40q", name, e.Name(), text)
			}
		}
	}
}
