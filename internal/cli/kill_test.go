package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asCommand makes the test's binary lislab itself, for what can only be tried on
// a process of its own.
const asCommand = "LISLAB_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// process is lislab with args, to be run in dir, and what it will have said.
func process(t *testing.T, dir string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), asCommand+"=1")
	var said bytes.Buffer
	cmd.Stderr = &said
	return cmd, &said
}

// killSweep takes long enough to be killed within: twelve lineages of 64 000
// impressions.
func killSweep() []string {
	return []string{"sweep", "--log", "feed", "--feed", "users=300,authors=30,items_per_day=20,impressions_per_day=4000,days=16", "--slots", "item,user+author", "--horizons", "0,1,3",
		"--seeds", "6", "--jobs", "2", "--out", "x.csv", "--scores", "scores.csv", "--importance", "importance.csv"}
}

// written are the files of a finished sweep; x.json is without its wall time.
func written(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out[d.Name()] = read(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var side map[string]any
	if err := json.Unmarshal([]byte(out["x.json"]), &side); err != nil {
		t.Fatal(err)
	}
	delete(side, "wall_seconds")
	b, err := json.Marshal(side)
	if err != nil {
		t.Fatal(err)
	}
	out["x.json"] = string(b)
	return out
}

// TestSweepKilledAtAnyMoment kills a sweep with SIGKILL at random moments, again
// and again in the same folder, then lets the same command finish: every file has
// the bytes of an undisturbed run, and until then there was no table.
func TestSweepKilledAtAnyMoment(t *testing.T) {
	whole := t.TempDir()
	began := time.Now()
	cmd, said := process(t, whole, killSweep()...)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	took := time.Since(began)
	want := written(t, whole)
	if len(want) != 4 {
		t.Fatalf("%d files", len(want))
	}

	seed := uint64(time.Now().UnixNano())
	t.Logf("undisturbed %v; moments by seed %d", took, seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	halfway, kills := 0, 0
	for round := 0; round < 10 && halfway < 3; round++ {
		dir := t.TempDir()
		for range 3 {
			cmd, said := process(t, dir, killSweep()...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(rng.Float64() * float64(took)))
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				break // it was done before
			} else if cmd.ProcessState.Exited() {
				t.Fatalf("%v: %s", err, said)
			}
			kills++
			journal, err := os.ReadFile(filepath.Join(dir, "x.journal"))
			if err == nil && len(journal) > len("lislab journal 1\n")+32 {
				halfway++
			}
		}
		cmd, said := process(t, dir, killSweep()...)
		if err := cmd.Run(); err != nil {
			t.Fatalf("after a kill: %v: %s", err, said)
		}
		got := written(t, dir)
		for name, text := range want {
			if got[name] != text {
				t.Errorf("%s differs from that of an undisturbed run", name)
			}
			delete(got, name)
		}
		for name := range got {
			if !strings.HasPrefix(name, ".") { // a kill may leave what was being written beside a file
				t.Errorf("left behind: %s", name)
			}
		}
	}
	t.Logf("%d kills, %d of them with lineages in the journal", kills, halfway)
	if halfway == 0 {
		t.Error("no kill came between the first lineage and the last: the test shows nothing")
	}
}

// TestInterruptedSweepIsResumedByTheLineItSays sends a sweep what ctrl-C sends,
// and types what it then says.
func TestInterruptedSweepIsResumedByTheLineItSays(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	cmd, said := process(t, whole, killSweep()...)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	cmd, said = process(t, dir, killSweep()...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1000 { // until a lineage is kept
		if st, err := os.Stat(filepath.Join(dir, "x.journal")); err == nil && st.Size() > 100 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its status is looked at below
	if cmd.ProcessState.ExitCode() != 130 {
		t.Fatalf("%v: %s", cmd.ProcessState, said)
	}
	if _, err := os.Stat(filepath.Join(dir, "x.csv")); err == nil {
		t.Error("an interrupted sweep wrote its table")
	}
	_, line, ok := strings.Cut(lastLine(said.String()), "kept in x.journal; go on with: lislab ")
	if !ok {
		t.Fatalf("last line %q", lastLine(said.String()))
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	again := exec.Command("sh", "-c", "exec \"$0\" "+line, self)
	again.Dir, again.Env = dir, append(os.Environ(), asCommand+"=1")
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want, got := written(t, whole), written(t, dir)
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s differs from that of an undisturbed run", name)
		}
	}
}
