package build

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func newCache(t *testing.T, max int64) *cache {
	t.Helper()
	c, err := openCache(t.TempDir(), max)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// put writes a file of size bytes that was used so long ago.
func (c *cache) aged(t *testing.T, name string, size int, age time.Duration) {
	t.Helper()
	path := filepath.Join(c.dir, name)
	if err := c.put(path, bytes.Repeat([]byte{1}, size), 0o644); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-age)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// TestCacheIsBounded trims a cache that is too large: what was used longest ago
// goes, what a session may be about to open stays, and so does a file that was
// asked for meanwhile.
func TestCacheIsBounded(t *testing.T) {
	c := newCache(t, 2500)
	c.aged(t, "a/oldest", 1000, 9*time.Hour)
	c.aged(t, "b/asked", 1000, 8*time.Hour)
	c.aged(t, "b/old", 1000, 7*time.Hour)
	c.aged(t, "b/newer", 1000, 6*time.Hour)
	c.aged(t, "b/just", 1000, time.Minute)
	if _, ok := c.get("b", "asked"); !ok {
		t.Fatal("b/asked is not there")
	}
	if err := c.trim(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"a/oldest": false, "a": false, "b/asked": true, "b/old": false, "b/newer": false, "b/just": true} {
		if there(filepath.Join(c.dir, name)) != want {
			t.Errorf("%s is there: %v", name, !want)
		}
	}
	// All that is left is young: it stays though it is more than the bound.
	c.max = 500
	if err := c.trim(); err != nil {
		t.Fatal(err)
	}
	if !there(filepath.Join(c.dir, "b/just")) || !there(filepath.Join(c.dir, "b/asked")) {
		t.Error("a file that was just used is gone")
	}
}

// TestCacheDropsWhatWritersLeft removes files of writers that were killed.
func TestCacheDropsWhatWritersLeft(t *testing.T) {
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	c := newCache(t, 0)
	then := time.Now().Add(-2 * time.Minute)
	want := map[string]bool{}
	for name, left := range map[string]bool{
		fmt.Sprintf("%s%d-1", newPrefix, dead.Process.Pid): false,
		fmt.Sprintf("%s%d-2", newPrefix, os.Getpid()):      true,
	} {
		path := filepath.Join(c.dir, name)
		if err := os.WriteFile(path, []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
		want[path] = left
	}
	if err := c.trim(); err != nil {
		t.Fatal(err)
	}
	for path, want := range want {
		if there(path) != want {
			t.Errorf("%s is there: %v", path, !want)
		}
	}
}

// TestCacheKnowsSpoiledFiles spoils files of several sizes in several ways.
func TestCacheKnowsSpoiledFiles(t *testing.T) {
	for _, size := range []int{0, 1, 100_000, 17 << 20} {
		for name, spoil := range map[string]func(data []byte) []byte{
			"cut short":  func(data []byte) []byte { return data[:len(data)-1] },
			"emptied":    func([]byte) []byte { return nil },
			"zeroed":     func(data []byte) []byte { return make([]byte, len(data)) },
			"begun anew": func(data []byte) []byte { return append([]byte{2}, data[1:]...) },
			"longer":     func(data []byte) []byte { return append(data, 0) },
		} {
			c := newCache(t, 0)
			path := filepath.Join(c.dir, "w", "file")
			if err := c.put(path, bytes.Repeat([]byte{1}, size), 0o755); err != nil {
				t.Fatal(err)
			}
			other := &cache{dir: c.dir, max: c.max, rest: c.rest, whole: map[string]bool{}} // another kernel's
			if _, ok := other.get("w", "file"); !ok {
				t.Fatalf("%d bytes: not there as written", size)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, spoil(data), 0o755); err != nil {
				t.Fatal(err)
			}
			other.whole = map[string]bool{}
			if _, ok := other.get("w", "file"); ok || there(path) {
				t.Errorf("%d bytes, %s: taken for whole", size, name)
			}
		}
	}
}

// TestCacheIsShared lets several kernels write and read the same files while
// another trims.
func TestCacheIsShared(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := openCache(dir, 1)
			if err != nil {
				t.Error(err)
				return
			}
			c.rest = 0
			for i := range 100 {
				name := fmt.Sprint("d", i%3)
				want := bytes.Repeat([]byte{byte(i % 3)}, 5000)
				path := filepath.Join(c.dir, name, "file")
				if err := c.put(path, want, 0o644); err != nil {
					t.Error(err)
					return
				}
				c.whole = map[string]bool{}
				if _, ok := c.get(name, "file"); ok {
					data, err := os.ReadFile(path)
					if err == nil && !bytes.Equal(data[:len(data)-sealSize], want) {
						t.Errorf("kernel %d reads another file than was written", k)
					}
				}
				if k == 0 {
					if err := c.trim(); err != nil {
						t.Error(err)
					}
				}
			}
		}()
	}
	wg.Wait()
}
