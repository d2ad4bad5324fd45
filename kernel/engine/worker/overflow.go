package worker

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// maxKept is how many outputs that were too long are kept, those of earlier
// sessions included.
const maxKept = 20

// overflowDir is where the kernel keeps output that is past its cap.
func overflowDir() (string, error) {
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "lislab", "output"), err
}

// keepOverflow writes what display does not show; see display.Overflow.
func keepOverflow(name, content string) (path string, err error) {
	dir, err := overflowDir()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	prune(dir, maxKept-1)
	f, err := os.CreateTemp(dir, "shown-*-"+name)
	if err != nil {
		return "", err
	}
	if _, err = f.WriteString(content); err != nil {
		_ = f.Close() // the failed write is what counts
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), f.Close()
}

// prune removes the oldest of the files that keepOverflow made, so that keep
// stay.
func prune(dir string, keep int) {
	paths, _ := filepath.Glob(filepath.Join(dir, "shown-*")) // the pattern is well formed
	age := map[string]fs.FileInfo{}
	paths = slices.DeleteFunc(paths, func(p string) bool {
		info, err := os.Stat(p)
		age[p] = info
		return err != nil
	})
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(age[a].ModTime().UnixNano(), age[b].ModTime().UnixNano()) })
	for len(paths) > keep {
		_ = os.Remove(paths[0]) // tried again the next time
		paths = paths[1:]
	}
}
