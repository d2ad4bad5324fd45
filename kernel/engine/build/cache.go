package build

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"
)

// cache is the folder of builds. Every file in it can be made again; names are
// hashes of what went in, so nothing in it is ever wrong, only old. Several
// kernels share it: files are written whole or not at all, and end in a seal, so
// that one which a full disk or a crash has spoiled is told from a good one.
type cache struct {
	dir string
	max int64
	// rest is how long a file stays that was just used, whatever the bound says:
	// a session may be about to open it.
	rest time.Duration

	mu    sync.Mutex
	whole map[string]bool // whose seals were looked at
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
	return &cache{dir: dir, max: max, rest: time.Hour, whole: map[string]bool{}}, os.MkdirAll(dir, 0o755)
}

// get returns the path of a file of the cache and whether it is there; asking
// makes it young. A file that is not as it was written is removed.
func (c *cache) get(elem ...string) (path string, ok bool) {
	path = filepath.Join(append([]string{c.dir}, elem...)...)
	info, err := os.Stat(path)
	if err != nil {
		return path, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.whole[path] {
		if !sealed(path, info.Size()) {
			_ = os.Remove(path) // or whoever makes it again puts the new one in its place
			return path, false
		}
		c.whole[path] = true
	}
	if now := time.Now(); now.Sub(info.ModTime()) > c.rest {
		_ = os.Chtimes(path, now, now) // an age that cannot be set only shortens its life
	}
	return path, true
}

// put writes a file and its seal where get looks for it.
func (c *cache) put(path string, data []byte, mode fs.FileMode) error {
	sum, err := checksum(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	err = writeFile(path, mode, data, sealHeader, sum)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole[path] = err == nil
	return err
}

// The seal is one more member of an archive, which linkers pass over by its
// name, and nothing to the loader of an ELF file.
var sealHeader = fmt.Appendf(nil, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", "lislab.seal", 0, 0, 0, 0o644, sha256.Size)

const sealSize = arHeader + sha256.Size

// sealed reports whether a file of that size is as put wrote it.
func sealed(path string, size int64) bool {
	f, err := os.Open(path)
	if err != nil || size < sealSize {
		return false
	}
	defer f.Close()
	seal := make([]byte, sealSize)
	if _, err := f.ReadAt(seal, size-sealSize); err != nil {
		return false
	}
	sum, err := checksum(f, size-sealSize)
	return err == nil && bytes.Equal(seal, append(sealHeader[:arHeader:arHeader], sum...))
}

// checksum sums up a file: its size and all of it, or of a long one (the worker)
// the first of every sixteen blocks, and the last, which a start has time for.
func checksum(r io.ReaderAt, size int64) ([]byte, error) {
	const block, long = 64 << 10, 16 << 20
	step := int64(block)
	if size > long {
		step = 16 * block
	}
	h := sha256.New()
	_ = binary.Write(h, binary.LittleEndian, size) // a hash takes all
	buf := make([]byte, block)
	add := func(at int64) error {
		n := min(block, size-at)
		_, err := r.ReadAt(buf[:n], at)
		h.Write(buf[:n])
		return err
	}
	for at := int64(0); at < size; at += step {
		if err := add(at); err != nil {
			return nil, err
		}
	}
	if err := add(max(0, size-block)); err != nil && size > 0 {
		return nil, err
	}
	return h.Sum(nil), nil
}

// newPrefix begins the name of a file that is being written; the number of the
// process that writes it follows.
const newPrefix = ".new-"

// writeFile writes a file whole or not at all.
func writeFile(path string, mode fs.FileMode, parts ...[]byte) error {
	dir := filepath.Dir(path)
	pattern := fmt.Sprintf("%s%d-", newPrefix, os.Getpid())
	f, err := os.CreateTemp(dir, pattern)
	for range 10 { // another session's trim may remove the folder as it is made
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		// "Exists" is of a folder that was there and is gone again.
		if err := os.MkdirAll(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		f, err = os.CreateTemp(dir, pattern)
	}
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // a no-op once renamed
	for _, p := range parts {
		if _, err := f.Write(p); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	if err := errors.Join(f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// trim removes the files used longest ago until the cache is within its bound,
// but for those just used, and what writers that are gone have left.
func (c *cache) trim() error {
	type file struct {
		path string
		size int64
		used time.Time
	}
	var files []file
	var total int64
	var dirs []string
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // another session may be removing it
		}
		if d.IsDir() {
			dirs = append(dirs, path)
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		if strings.HasPrefix(d.Name(), newPrefix) {
			// A live writer on another machine has no process here.
			if gone(strings.TrimPrefix(d.Name(), newPrefix)) && time.Since(info.ModTime()) > time.Minute {
				_ = os.Remove(path) // tried again next time
			}
			return nil
		}
		files = append(files, file{path, info.Size(), info.ModTime()})
		total += info.Size()
		return nil
	})
	if err != nil {
		return err
	}
	sort.Slice(files, func(i, j int) bool { return files[i].used.Before(files[j].used) })
	for _, f := range files {
		if total <= c.max || time.Since(f.used) < c.rest {
			break
		}
		if err := os.Remove(f.path); err == nil {
			total -= f.size
		}
	}
	for _, dir := range dirs[1:] {
		_ = os.Remove(dir) // fails where there is something in it
	}
	return nil
}
