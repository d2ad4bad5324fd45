package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/lis"
)

// Checked is what a look at one file of a set found.
type Checked struct {
	File string
	OK   bool
	What string // what was compared, or what is wrong
}

// Check compares a set's folder with what is known of it: a fetched folder with
// the checksums recorded when it was, which were verified then; any other folder
// with the pinned checksums of files that upstream keeps unpacked, compressed or
// not. The error is lis.ErrChecksum where a file is missing or differs,
// lis.ErrUsage where there is nothing to compare with, and comes with what was
// found.
func Check(ctx context.Context, name, dir string) ([]Checked, error) {
	set, err := Lookup(name)
	if err != nil {
		return nil, err
	}
	return set.check(ctx, dir)
}

func (s Set) check(ctx context.Context, dir string) ([]Checked, error) {
	m, err := readManifest(dir)
	switch {
	case err == nil:
		return s.checkFetched(ctx, dir, m)
	case errors.Is(err, fs.ErrNotExist):
		return s.checkForeign(ctx, dir)
	}
	return nil, err
}

func (s Set) checkFetched(ctx context.Context, dir string, m *manifest) ([]Checked, error) {
	var found []Checked
	for _, f := range s.Files {
		c := Checked{File: f.Base(), What: "not among the files that were fetched"}
		for _, src := range m.Sources {
			if src.Name == f.Base() {
				c.OK = (f.SHA256 == "" || src.SHA256 == f.SHA256) && (f.MD5 == "" || src.MD5 == f.MD5)
				c.What = "was verified before unpacking"
				if !c.OK {
					c.What = "was fetched with another checksum than is pinned now"
				}
			}
		}
		found = append(found, c)
	}
	for _, want := range m.Files {
		c := Checked{File: want.Name, OK: true, What: "SHA-256 as fetched"}
		got, err := sumOf(ctx, filepath.Join(dir, filepath.FromSlash(want.Name)))
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			c.OK, c.What = false, "is missing"
		case err != nil:
			c.OK, c.What = false, err.Error()
		case got.Bytes != want.Bytes || got.SHA256 != want.SHA256:
			c.OK, c.What = false, "has changed since it was fetched"
		}
		found = append(found, c)
	}
	return found, verdict(found, dir)
}

func (s Set) checkForeign(ctx context.Context, dir string) ([]Checked, error) {
	var found []Checked
	for _, f := range s.Files {
		if f.archive() {
			continue
		}
		c := Checked{File: f.Base(), What: "is missing"}
		for _, z := range []string{"", ".gz", ".zst"} {
			path := filepath.Join(dir, f.Into, f.Base()+z)
			if _, err := os.Stat(path); err != nil {
				continue
			}
			c.File = f.Base() + z
			if c.OK, c.What = compare(ctx, f, path); ctx.Err() != nil {
				return nil, ctx.Err()
			}
			break
		}
		found = append(found, c)
	}
	if len(found) == 0 {
		return nil, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("%s was not fetched by lislab, and upstream's checksums are of the archive", s.Name), File: dir, Do: "fetch it with lislab data get to have it verified"}
	}
	return found, verdict(found, dir)
}

// compare holds a file's text against the pinned checksum.
func compare(ctx context.Context, f File, path string) (bool, string) {
	r, err := table.OpenFile(path)
	if err != nil {
		return false, err.Error()
	}
	defer r.Close()
	s, err := sumReader(contextReader{ctx, r})
	switch {
	case err != nil:
		return false, err.Error()
	case f.SHA256 != "" && s.SHA256 != f.SHA256:
		return false, "SHA-256 is " + s.SHA256 + ", expected " + f.SHA256
	case f.MD5 != "" && s.MD5 != f.MD5:
		return false, "MD5 is " + s.MD5 + ", expected " + f.MD5
	case f.SHA256 != "":
		return true, "SHA-256 as pinned"
	}
	return true, "MD5 as pinned"
}

func verdict(found []Checked, dir string) error {
	bad := 0
	for _, c := range found {
		if !c.OK {
			bad++
		}
	}
	if bad == 0 {
		return nil
	}
	return &lis.InputError{Kind: lis.ErrChecksum, What: fmt.Sprintf("%d of %d files are missing or differ", bad, len(found)), File: dir, Do: "remove the folder and fetch it again"}
}
