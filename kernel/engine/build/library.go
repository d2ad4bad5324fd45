package build

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// A library is a plugin with the packages that a notebook imports and the worker
// does not link. It is opened once, before the first cell that needs it; cells
// take the packages' symbols from it as they take others from the worker.
type library struct {
	path     string
	packages []string
	on       *symbols          // what was loaded before it
	exports  map[string]string // the compiled packages it was made of
}

// libraries makes sure that all of paths can be linked against and returns the
// libraries there are, in the order to open them.
func (b *Builder) libraries(ctx context.Context, w *worker, paths []string) ([]*library, error) {
	b.libMu.Lock()
	defer b.libMu.Unlock()
	have := map[string]bool{}
	for path, linked := range w.links {
		have[path] = linked
	}
	for i, l := range w.libs {
		if _, ok := b.cache.get(w.key, filepath.Base(l.path)); !ok { // a worker to come has to open it too
			if _, err := b.makeLibrary(ctx, w, w.libs[:i], l.on, l.packages); err != nil {
				return nil, err
			}
		}
		for _, path := range l.packages {
			have[path] = true
		}
	}
	var missing []string
	var visit func(path string)
	visit = func(path string) {
		l := b.find(path)
		if have[path] || l == nil || l.Export == "" {
			return
		}
		have[path] = true
		for _, i := range l.Imports {
			visit(i)
		}
		missing = append(missing, path)
	}
	for _, path := range paths {
		visit(path)
	}
	if len(missing) > 0 {
		l, err := b.makeLibrary(ctx, w, w.libs, w.symbols, missing)
		if err != nil {
			return nil, err
		}
		syms, err := readSymbols(l.path)
		if err != nil {
			return nil, err
		}
		b.mu.Lock()
		syms.under = w.symbols
		w.symbols = syms
		w.libs = append(w.libs, l)
		b.mu.Unlock()
	}
	return slices.Clone(w.libs), nil
}

// makeLibrary links the packages into a plugin that is opened after those before
// it, or finds it built.
func (b *Builder) makeLibrary(ctx context.Context, w *worker, before []*library, on *symbols, packages []string) (*library, error) {
	own := map[string]string{}
	parts := []string{"library 3"}
	for _, l := range before {
		parts = append(parts, l.path)
	}
	for _, path := range packages {
		own[path] = b.find(path).Export
		parts = append(parts, path+"="+own[path])
	}
	id := contentKey(parts...)
	plugin, ok := b.cache.get(w.key, "lib-"+id+".so")
	l := &library{path: plugin, packages: packages, on: on, exports: maps.Clone(own)}
	if ok {
		return l, nil
	}
	b.progress(fmt.Sprintf("linking %s (once per version)", packages[len(packages)-1]))
	dir, remove, err := b.scratch()
	if err != nil {
		return nil, err
	}
	defer remove()
	var public []string
	for _, path := range packages {
		if !private(path) {
			public = append(public, path)
		}
	}
	keep, err := b.keepSource(public)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	b.mu.Lock()
	for path, l := range b.known {
		if l.Export != "" {
			exports[path] = l.Export
		}
	}
	b.mu.Unlock()
	for name, text := range map[string]string{"keep.go": keep + libraryMain, "cfg": importConfig(exports, nil), "boot.s": bootCell[b.tools.goarch]} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	path := "lislab.library/" + id
	args := append([]string{"-o", "lib.a", "-p", path, "-complete", "-pack", "-dwarf=false", "-importcfg", "cfg"}, objectFlags...)
	if _, err := run(ctx, dir, nil, b.tools.tool("compile"), append(args, "keep.go")...); err != nil {
		return nil, err
	}
	if err := b.assembleInto(ctx, dir, "lib.a", "lislab.boot", "boot.s"); err != nil {
		return nil, err
	}
	object := filepath.Join(dir, "lib.a")
	archive, err := os.ReadFile(object)
	if err != nil {
		return nil, err
	}
	hidePluginTable(archive, id)
	if err := os.WriteFile(object, archive, 0o644); err != nil {
		return nil, err
	}
	return l, b.linkStub(ctx, w, on, path, plugin, map[string]string{path: object}, own)
}

const libraryMain = `
// kept holds on to everything that cells may refer to: what no initialiser
// reaches the linker leaves out.
var kept []any

func init() { kept = keep[:] }
`
