package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
)

// Builder builds the cells of one session. Its methods may be called from any
// goroutine.
type Builder struct {
	cfg    Config
	tools  *toolchain
	source string
	dir    string // of the session's module
	temp   bool   // dir goes on Close
	cache  *cache

	ctx  context.Context // ends on Close
	stop context.CancelFunc
	wg   sync.WaitGroup

	needMu   sync.Mutex // one Need or Get at a time
	workerMu sync.Mutex // one build of the worker at a time
	libMu    sync.Mutex // one library plugin at a time
	once     flights

	mu     sync.Mutex
	known  map[string]*listed // by import path
	wanted map[string]bool    // imported beyond the worker's packages
	worker *worker
	whole  map[string]bool // packages that a cell must link itself: the worker lacks a symbol of theirs
}

// Open makes a Builder. It fails with ErrNoToolchain where there is no Go or no
// C compiler; nothing is built yet.
func Open(ctx context.Context, cfg Config) (*Builder, error) {
	source, err := sourceTree(cfg.Source)
	if err != nil {
		return nil, err
	}
	c, err := openCache(cfg.Cache, cfg.CacheBytes)
	if err != nil {
		return nil, err
	}
	b := &Builder{cfg: cfg, source: source, dir: cfg.Dir, cache: c, known: map[string]*listed{}, wanted: map[string]bool{}, whole: map[string]bool{}}
	if b.dir == "" {
		b.temp = true
		if b.dir, err = newSessionDir(); err != nil {
			return nil, err
		}
	}
	b.ctx, b.stop = context.WithCancel(context.Background())
	if err := writeModule(b.dir, source); err != nil {
		return nil, err
	}
	if b.tools, err = findToolchain(ctx, b.dir); err != nil {
		_ = b.Close()
		return nil, err
	}
	return b, nil
}

// Close ends background work and removes the session's module, where it was
// temporary. The cache stays.
func (b *Builder) Close() error {
	b.stop()
	b.wg.Wait()
	if b.temp {
		return os.RemoveAll(b.dir)
	}
	return nil
}

// ModuleDir is the folder of the session's module, where go commands may be run.
func (b *Builder) ModuleDir() string { return b.dir }

func (b *Builder) progress(what string) {
	if b.cfg.Progress != nil {
		b.cfg.Progress(what)
	}
}

// background runs f until it is done or the Builder is closed.
func (b *Builder) background(f func(ctx context.Context)) {
	b.wg.Add(1)
	go func() {
		defer b.wg.Done()
		f(b.ctx)
	}()
}

// Stale: see Interface.
func (b *Builder) Stale() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.worker != nil && b.worker.stale
}

// flights lets callers that want the same thing at the same time share the work.
type flights struct {
	mu sync.Mutex
	on map[string]*flight
}

type flight struct {
	done chan struct{}
	err  error
}

// do runs f, or waits for the f that runs for the same key.
func (s *flights) do(ctx context.Context, key string, f func() error) error {
	s.mu.Lock()
	if s.on == nil {
		s.on = map[string]*flight{}
	}
	if fl := s.on[key]; fl != nil {
		s.mu.Unlock()
		select {
		case <-fl.done:
			return fl.err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	fl := &flight{done: make(chan struct{})}
	s.on[key] = fl
	s.mu.Unlock()
	fl.err = f()
	s.mu.Lock()
	delete(s.on, key)
	s.mu.Unlock()
	close(fl.done)
	return fl.err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// contentKey names a build by what went into it.
func contentKey(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d %s\n", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// scratch makes a temporary folder for one build.
func (b *Builder) scratch() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp(b.dir, ".build-")
	if err != nil {
		return "", nil, err
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil // what stays behind goes with the session
}
