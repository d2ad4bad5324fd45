package worker

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestKeepOverflow(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir()) // where macOS looks
	var last string
	for i := range maxKept + 3 {
		path, err := keepOverflow("output.html", strings.Repeat("x", i))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(i) * time.Second)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		last = path
	}
	got, err := os.ReadFile(last)
	if err != nil || len(got) != maxKept+2 || filepath.Ext(last) != ".html" {
		t.Errorf("%s: %d bytes, %v", last, len(got), err)
	}
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(last), "*")); len(files) != maxKept {
		t.Errorf("%d files are kept", len(files))
	}
}
