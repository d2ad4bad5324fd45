package symbols

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestTablesAreCurrent writes the tables again and compares.
func TestTablesAreCurrent(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no go on the PATH")
		}
		t.Skip("no go on the PATH: https://go.dev/dl")
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "./gen", dir).CombinedOutput(); err != nil {
		t.Fatalf("gen: %v\n%s", err, out)
	}
	fresh, err := filepath.Glob(filepath.Join(dir, "z_*.go"))
	if err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Glob("z_*.go")
	if err != nil {
		t.Fatal(err)
	}
	if len(fresh) != len(here) {
		t.Errorf("%d tables here, %d packages: run go generate ./internal/symbols", len(here), len(fresh))
	}
	for _, name := range fresh {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Base(name)); err != nil || string(got) != string(want) {
			t.Errorf("%s is not what its package has now: run go generate ./internal/symbols", filepath.Base(name))
		}
	}
}
