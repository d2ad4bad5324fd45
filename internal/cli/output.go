package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lislab/lislab/lis"
)

// checkOut refuses a file whose ending is none of the formats'. An empty path
// is none, and fine.
func checkOut(flag, path string, formats []string) error {
	if path == "" || slices.Contains(formats, strings.ToLower(filepath.Ext(path))) {
		return nil
	}
	return usagef("end it in "+strings.Join(formats, ", "), "--%s %s: no format has the ending %q", flag, path, filepath.Ext(path))
}

// bare is a file's name without its ending: OUT of OUT.csv.
func bare(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }

// A wholeFile is written beside its place and renamed into it: it appears whole
// or not at all, and what stood there before stays until then.
type wholeFile struct {
	path string
	tmp  *os.File
}

// newWholeFile fails at once where the place cannot be written to, so that no
// long work is done in vain.
func newWholeFile(path string) (*wholeFile, error) {
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return nil, &lis.InputError{Kind: lis.ErrIO, What: "the file to write is a folder", File: path, Do: "name a file in it"}
	}
	dir := filepath.Dir(path)
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return nil, &lis.InputError{Kind: lis.ErrIO, What: "no folder to write to", File: path, Do: "make it: mkdir -p " + dir, Err: err}
	}
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, &lis.InputError{Kind: lis.ErrIO, What: "cannot write", File: path, Do: "check the folder's permissions", Err: err}
	}
	return &wholeFile{path: path, tmp: tmp}, nil
}

// commit writes the content and puts it in its place.
func (f *wholeFile) commit(write func(io.Writer) error) error {
	defer f.discard()
	err := write(struct{ io.Writer }{f.tmp}) // a Parquet writer would close a file
	if err == nil {
		err = f.tmp.Chmod(0o644)
	}
	if err == nil {
		err = f.tmp.Sync()
	}
	if cerr := f.tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.tmp.Name(), f.path)
	}
	if err != nil {
		return &lis.InputError{Kind: lis.ErrIO, What: "writing failed: " + err.Error(), File: f.path, Do: "check the space left and run the command again", Err: err}
	}
	return nil
}

// discard leaves nothing behind; after commit it does nothing.
func (f *wholeFile) discard() {
	_ = f.tmp.Close() // closed already where commit came first
	_ = os.Remove(f.tmp.Name())
}
