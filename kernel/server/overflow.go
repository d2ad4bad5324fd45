package server

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"sync"
)

// maxOverflows is how many files of output past the cap are kept, those of
// earlier sessions included.
const maxOverflows = 20

// overflows makes the files for output past the cap.
type overflows struct {
	dir string // empty: what is past the cap is dropped

	mu    sync.Mutex
	files []*overflow
}

// overflow takes the streams of one cell that are past the cap.
type overflow struct {
	mu   sync.Mutex
	file *os.File // nil where there is none
	path string
}

// create returns a new overflow. Where no file can be made it drops the rest.
func (o *overflows) create() *overflow {
	f := new(overflow)
	if o.dir == "" || os.MkdirAll(o.dir, 0o700) != nil {
		return f
	}
	o.prune()
	file, err := os.CreateTemp(o.dir, "output-*.txt")
	if err != nil {
		return f
	}
	f.file, f.path = file, file.Name()
	o.mu.Lock()
	o.files = append(o.files, f)
	o.mu.Unlock()
	return f
}

// prune removes the oldest files, so that with one more there are maxOverflows.
func (o *overflows) prune() {
	paths, err := filepath.Glob(filepath.Join(o.dir, "output-*.txt"))
	if err != nil || len(paths) < maxOverflows {
		return
	}
	age := func(path string) int64 {
		info, err := os.Stat(path)
		if err != nil {
			return 0
		}
		return info.ModTime().UnixNano()
	}
	sort.Slice(paths, func(i, j int) bool { return age(paths[i]) < age(paths[j]) })
	for _, path := range paths[:len(paths)-maxOverflows+1] {
		os.Remove(path)
	}
}

// close closes the files.
func (o *overflows) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range o.files {
		f.mu.Lock()
		f.file.Close()
		f.file = nil
		f.mu.Unlock()
	}
	o.files = nil
}

// note tells the reader of the notebook where the rest is.
func (f *overflow) note(limit int) string {
	if f.path == "" {
		return fmt.Sprintf("[this cell has written more than %s: the rest is not shown]", size(limit))
	}
	return fmt.Sprintf("[this cell has written more than %s: the rest is in %s]", size(limit), f.path)
}

func size(bytes int) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MB", bytes>>20)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

func (f *overflow) write(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file != nil {
		// A full disk loses output past the cap and nothing else.
		_, _ = f.file.WriteString(text)
	}
}
