package build

import (
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"
)

// cache is the folder of builds. Every file in it can be made again; names are
// hashes of what went in, so nothing in it is ever wrong, only old.
type cache struct {
	dir string
	max int64
}

const defaultCacheBytes = 2 << 30

func openCache(dir string, max int64) (*cache, error) {
	if dir == "" {
		dir = os.Getenv("LISLAB_CACHE")
	}
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(user, "lislab")
	}
	if max == 0 {
		max = defaultCacheBytes
	}
	dir, err := filepath.Abs(filepath.Join(dir, "build"))
	if err != nil {
		return nil, err
	}
	return &cache{dir: dir, max: max}, os.MkdirAll(dir, 0o755)
}

// get returns the path of a file of the cache and whether it is there; asking
// makes it young.
func (c *cache) get(elem ...string) (path string, ok bool) {
	path = filepath.Join(append([]string{c.dir}, elem...)...)
	info, err := os.Stat(path)
	if err != nil {
		return path, false
	}
	if now := time.Now(); now.Sub(info.ModTime()) > time.Hour {
		_ = os.Chtimes(path, now, now) // an age that cannot be set only shortens its life
	}
	return path, true
}

// trim removes the files used longest ago until the cache is within its bound.
// What was used in the last hour stays, so that no session loses what it runs.
func (c *cache) trim() error {
	type file struct {
		path string
		size int64
		used time.Time
	}
	var files []file
	var total int64
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // another session may be removing it
		}
		if info, err := d.Info(); err == nil {
			files = append(files, file{path, info.Size(), info.ModTime()})
			total += info.Size()
		}
		return nil
	})
	if err != nil || total <= c.max {
		return err
	}
	sort.Slice(files, func(i, j int) bool { return files[i].used.Before(files[j].used) })
	for _, f := range files {
		if total <= c.max || time.Since(f.used) < time.Hour {
			break
		}
		if err := os.Remove(f.path); err == nil {
			total -= f.size
		}
	}
	return nil
}
