package cells

import (
	"context"
	"io"
)

// Packages is where a session finds what cells import; package build makes one.
type Packages interface {
	// Need makes packages importable, fetching modules where it must. note is
	// a sentence for the person on what was done, often "". The error names
	// the package that cannot be had, as *ImportError where one is to blame.
	Need(ctx context.Context, paths []string) (note string, err error)
	// Export opens the export data of a package that Need has seen or that one
	// of those depends on.
	Export(path string) (io.ReadCloser, error)
	// Dir returns the folder of a package's source, for its documentation.
	Dir(path string) (string, error)
	// Importable lists import paths that begin with prefix, for completion.
	Importable(prefix string) []string
}

// ImportError says which import cannot be had and why.
type ImportError struct {
	Path string
	Err  error
}

func (e *ImportError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *ImportError) Unwrap() error { return e.Err }
