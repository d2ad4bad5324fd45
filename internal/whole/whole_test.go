package whole

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.csv")
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	check := func(want string) {
		t.Helper()
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("left behind: %v", left)
		}
	}
	if err := File(path, text("one")); err != nil {
		t.Fatal(err)
	}
	check("one")
	full := errors.New("disk full")
	if err := File(path, func(w io.Writer) error { io.WriteString(w, "half"); return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	check("one")
	if err := File(path, text("two")); err != nil {
		t.Fatal(err)
	}
	check("two")
	if err := File(filepath.Join(dir, "no", "b.csv"), text("x")); err == nil {
		t.Error("a folder that is not there was made up")
	}
}
