package build

import (
	"context"

	"github.com/lislab/lislab/kernel/engine/cells"
)

// Config says where a Builder works. The zero value works: the user's cache,
// and the source tree this program was built from.
type Config struct {
	// Dir is the session's module directory; "" makes a temporary one, which
	// Close removes.
	Dir string
	// Cache is the folder for builds; "" means $LISLAB_CACHE, or lislab in the
	// user's cache folder.
	Cache string
	// CacheBytes bounds the cache; 0 means 2 GB. The builds used longest ago go
	// first.
	CacheBytes int64
	// Source is the source tree that replaces the module
	// github.com/lislab/lislab in the session; "" means $LISLAB_SOURCE, or the
	// tree that this program was built from.
	Source string
	// Main is the package whose function Main() is the worker program; "" means
	// github.com/lislab/lislab/kernel/engine/worker.
	Main string
	// Packages are what the worker links, as patterns for go list; nil means
	// Base(). Main and package rt come on top.
	Packages []string
	// Whole makes ordinary plugins even where the faster way works.
	Whole bool
	// Progress is told in a few words what takes long; nil is allowed.
	Progress func(what string)
}

// Interface is what the engine asks of a Builder.
type Interface interface {
	cells.Packages
	// Worker builds the worker program, or finds it in the cache, and returns
	// its path. A worker and the plugins of one Builder fit each other until
	// Stale says otherwise.
	Worker(ctx context.Context) (path string, err error)
	// Build compiles and links a cell and returns the plugins to open, in
	// order; those that the worker has open already it may leave out. Packages
	// of earlier cells that it imports are compiled as needed. It may be called
	// from several goroutines.
	Build(ctx context.Context, p *cells.Package) (plugins []string, err error)
	// Stale reports that Need has moved a module which the running worker
	// links: the worker must be restarted before the next plugin opens.
	Stale() bool
	// Close removes what the Builder made outside the cache.
	Close() error
}

var _ Interface = (*Builder)(nil)
