package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lislab/lislab/internal/whole"
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
type wholeFile struct{ path string }

// newWholeFile fails at once where the place cannot be written to, so that no
// long work is done in vain. It leaves nothing there: a kill during that work
// has nothing to tidy up.
func newWholeFile(path string) (*wholeFile, error) {
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return nil, &lis.InputError{Kind: lis.ErrIO, What: "the file to write is a folder", File: path, Do: "name a file in it"}
	}
	dir := filepath.Dir(path)
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return nil, &lis.InputError{Kind: lis.ErrIO, What: "no folder to write to", File: path, Do: "make it: mkdir -p " + dir, Err: err}
	}
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err == nil {
		err = errors.Join(tmp.Close(), os.Remove(tmp.Name()))
	}
	if err != nil {
		return nil, &lis.InputError{Kind: lis.ErrIO, What: "cannot write: " + err.Error(), File: path, Do: "check the folder's permissions", Err: err}
	}
	return &wholeFile{path}, nil
}

// commit writes the content and puts it in its place.
func (f *wholeFile) commit(write func(io.Writer) error) error {
	// A Parquet writer closes what can be closed, and the file is not its own.
	err := whole.File(f.path, func(w io.Writer) error { return write(struct{ io.Writer }{w}) })
	if err != nil {
		return &lis.InputError{Kind: lis.ErrIO, What: "writing failed: " + err.Error(), File: f.path, Do: "check the space left and run the command again", Err: err}
	}
	return nil
}
