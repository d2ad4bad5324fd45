// Package whole writes files that are there whole or not at all.
package whole

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
)

// File makes the file that path names with what write writes: beside it first,
// on disk, then renamed. Where anything fails the old file, if there was one,
// stays as it was and nothing new is left behind.
func File(path string, write func(w io.Writer) error) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	b := bufio.NewWriterSize(tmp, 1<<16)
	if err = write(b); err != nil {
		return err
	}
	if err = b.Flush(); err != nil {
		return err
	}
	// A crash after the rename must not leave a name without its content.
	if err = tmp.Sync(); err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if old, e := os.Stat(path); e == nil {
		mode = old.Mode().Perm()
	}
	if err = tmp.Chmod(mode); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
