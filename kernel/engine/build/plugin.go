package build

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lislab/lislab/kernel/engine/cells"
)

// Build: see Interface.
func (b *Builder) Build(ctx context.Context, p *cells.Package) ([]string, error) {
	w, err := b.ensureWorker(ctx)
	if err != nil {
		return nil, err
	}
	all := closure(p)
	var plugins []string
	if w.stub {
		if err := w.load(); err != nil {
			return nil, err
		}
		libs, err := b.libraries(ctx, w, importsOf(all))
		if err != nil {
			return nil, err
		}
		for _, l := range libs {
			plugins = append(plugins, l.path)
		}
	}
	keys := b.keys(w, all)
	plugin, ok := b.cache.get(w.key, keys[p.Path]+".so")
	if !ok {
		err := b.once.do(ctx, plugin, func() error { return b.buildCell(ctx, w, all, keys, plugin) })
		if err != nil {
			return nil, err
		}
	}
	return append(plugins, plugin), nil
}

// keys names the builds of cells, by their paths, each after those it stands on:
// by its source, those cells' keys, and the packages outside that the worker's own key does not
// cover.
func (b *Builder) keys(w *worker, all []*cells.Package) map[string]string {
	keys := make(map[string]string, len(all))
	for _, p := range all {
		parts := []string{"cell 1", p.Path, string(p.Source)}
		for _, path := range p.Imports {
			if l := b.find(path); l != nil && w.exports[path] != l.Export {
				parts = append(parts, path, l.Export)
			}
		}
		for _, c := range p.Cells {
			parts = append(parts, keys[c.Path])
		}
		keys[p.Path] = contentKey(parts...)
	}
	return keys
}

// closure lists all the cells that a cell stands on, and the cell, each after
// those it stands on.
func closure(p *cells.Package) []*cells.Package {
	var all []*cells.Package
	seen := map[string]bool{}
	var visit func(p *cells.Package)
	visit = func(p *cells.Package) {
		if seen[p.Path] {
			return
		}
		seen[p.Path] = true
		for _, c := range p.Cells {
			visit(c)
		}
		all = append(all, p)
	}
	visit(p)
	return all
}

// importsOf lists what cells import from outside.
func importsOf(all []*cells.Package) []string {
	var paths []string
	for _, c := range all {
		paths = append(paths, c.Imports...)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// buildCell makes the plugin of the last of all, which has the rest to stand on.
func (b *Builder) buildCell(ctx context.Context, w *worker, all []*cells.Package, keys map[string]string, plugin string) error {
	objects := map[string]string{}
	for _, c := range all {
		object, ok := b.cache.get(w.key, keys[c.Path]+".a")
		if !ok {
			err := b.once.do(ctx, object, func() error { return b.compile(ctx, w, c, object, objects) })
			if err != nil {
				return err
			}
		}
		objects[c.Path] = object
	}
	p := all[len(all)-1]
	if !w.stub {
		return b.linkWhole(ctx, p, plugin, objects)
	}
	b.mu.Lock()
	syms := w.symbols
	b.mu.Unlock()
	return b.linkStub(ctx, w, syms, p.Path, plugin, objects, nil)
}

// compile compiles one cell into the archive object; objects has those of the
// cells it imports.
func (b *Builder) compile(ctx context.Context, w *worker, p *cells.Package, object string, objects map[string]string) error {
	dir, remove, err := b.scratch()
	if err != nil {
		return err
	}
	defer remove()
	exports := map[string]string{}
	for _, path := range append([]string{"runtime", "runtime/cgo", rtPath}, p.Imports...) {
		if path == "unsafe" {
			continue
		}
		l := b.find(path)
		if l == nil || l.Export == "" {
			return fmt.Errorf("package %s is not available to the compiler", path)
		}
		exports[path] = l.Export
	}
	if err := os.WriteFile(filepath.Join(dir, "cell.go"), p.Source, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "cfg"), []byte(importConfig(exports, objects)), 0o644); err != nil {
		return err
	}
	args := append([]string{"-o", "cell.a", "-p", p.Path, "-complete", "-pack", "-dwarf=false", "-trimpath", dir, "-importcfg", "cfg"}, objectFlags...)
	if _, err := run(ctx, dir, hasty, b.tools.tool("compile"), append(args, "cell.go")...); err != nil {
		return err
	}
	archive, err := os.ReadFile(filepath.Join(dir, "cell.a"))
	if err != nil {
		return err
	}
	id := p.Path[strings.LastIndexByte(p.Path, '/')+1:]
	hidePluginTable(archive, id)
	if w.stub {
		boot, err := b.bootObject(ctx, w)
		if err != nil {
			return err
		}
		archive = appendMember(archive, "boot.o", boot)
	}
	return b.cache.put(object, archive, 0o644)
}

// bootObject assembles bootCell, once per worker.
func (b *Builder) bootObject(ctx context.Context, w *worker) ([]byte, error) {
	path, ok := b.cache.get(w.key, "boot.o")
	if !ok {
		err := b.once.do(ctx, path, func() error {
			dir, remove, err := b.scratch()
			if err != nil {
				return err
			}
			defer remove()
			if err := os.WriteFile(filepath.Join(dir, "boot.s"), []byte(bootCell[b.tools.goarch]), 0o644); err != nil {
				return err
			}
			args := append(append([]string{"-p", "lislab.boot", "-o", "boot.o"}, asmFlags...), "boot.s")
			if _, err := run(ctx, dir, nil, b.tools.tool("asm"), args...); err != nil {
				return err
			}
			data, err := os.ReadFile(filepath.Join(dir, "boot.o"))
			if err != nil {
				return err
			}
			return b.cache.put(path, data, 0o644)
		})
		if err != nil {
			return nil, err
		}
	}
	data, err := os.ReadFile(path)
	return data[:max(0, len(data)-sealSize)], err
}

// linkStub links a cell's plugin against symbols of what is loaded. own names
// packages whose code the plugin must hold itself.
func (b *Builder) linkStub(ctx context.Context, w *worker, syms *symbols, path, plugin string, objects map[string]string, own map[string]string) error {
	b.mu.Lock()
	for p := range b.whole {
		if export := w.exports[p]; export != "" {
			if own == nil {
				own = map[string]string{}
			}
			own[p] = export
		}
	}
	b.mu.Unlock()
	for {
		undefined, err := b.tryLinkStub(ctx, syms, path, objects[path], plugin, objects, own)
		if err != nil || len(undefined) == 0 {
			return err
		}
		// The worker lacks these: unexported functions that inlined code calls.
		// The plugin takes their packages in whole; what the worker has of them
		// still comes from the worker as the plugin is opened.
		grown := false
		for _, p := range b.owners(undefined) {
			if own[p] == "" {
				if own == nil {
					own = map[string]string{}
				}
				own[p] = b.find(p).Export
				grown = true
				b.mu.Lock()
				b.whole[p] = true
				b.mu.Unlock()
			}
		}
		if !grown {
			return fmt.Errorf("the linker cannot find %s", strings.Join(undefined, ", "))
		}
	}
}

// owners finds the packages that symbols belong to.
func (b *Builder) owners(names []string) []string {
	var paths []string
	for _, name := range names {
		name = strings.TrimPrefix(name, "type:")
		name = strings.TrimLeft(name, "*[]")
		path := packageOf(name)
		if path == "runtime" || strings.HasPrefix(path, "internal/runtime/") {
			continue // there is one runtime
		}
		if l := b.find(path); l != nil && l.Export != "" && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// packageOf cuts the import path off a symbol's name, whose last path element
// has its dots escaped.
func packageOf(name string) string {
	if i := strings.IndexAny(name, "[("); i >= 0 {
		name = name[:i]
	}
	slash := strings.LastIndexByte(name, '/')
	dot := strings.IndexByte(name[slash+1:], '.')
	if dot < 0 {
		return ""
	}
	return strings.ReplaceAll(name[:slash+1+dot], "%2e", ".")
}

// tryLinkStub runs the Go linker and the host's. It returns the names of symbols
// that neither the worker nor the objects define.
func (b *Builder) tryLinkStub(ctx context.Context, syms *symbols, path, main, plugin string, objects, own map[string]string) (undefined []string, err error) {
	dir, remove, err := b.scratch()
	if err != nil {
		return nil, err
	}
	defer remove()
	stub := filepath.Join(dir, stubLibrary)
	// What a cell refers to can be told cheaply; else the stub has all there is,
	// which is slower and as right.
	var wanted []string
	if len(own) == 0 {
		if wanted, err = wantedSymbols(objects); err != nil {
			wanted = nil
		}
	}
	if err := syms.writeStub(stub, wanted, len(own) > 0); err != nil {
		return nil, err
	}
	var cfg strings.Builder
	b.mu.Lock()
	for path, l := range b.known {
		if own[path] == "" && l.Export != "" {
			fmt.Fprintf(&cfg, "packageshlib %s=%s\n", path, stub)
		}
	}
	b.mu.Unlock()
	cfg.WriteString(importConfig(objects, own))
	if err := os.WriteFile(filepath.Join(dir, "cfg"), []byte(cfg.String()), 0o644); err != nil {
		return nil, err
	}
	temp := filepath.Join(dir, "tmp")
	if err := os.Mkdir(temp, 0o755); err != nil {
		return nil, err
	}
	out, err := run(ctx, dir, hasty, b.tools.tool("link"), "-o", "cell.so", "-importcfg", "cfg", "-buildmode=plugin", "-linkshared",
		"-pluginpath="+path, "-E", addModule, "-checklinkname=0", "-s", "-w", "-v", "-tmpdir", temp, "-extld="+b.tools.void, main)
	if err != nil {
		if t := (*toolError)(nil); errors.As(err, &t) {
			for _, m := range undefinedTarget.FindAllStringSubmatch(t.Text+"\n"+string(out), -1) {
				undefined = append(undefined, m[1])
			}
			if len(undefined) > 0 {
				return undefined, nil
			}
		}
		return nil, err
	}
	if undefined, err := b.hostLink(ctx, syms, dir, temp, string(out)); err != nil || len(undefined) > 0 {
		return undefined, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "cell.so"))
	if err != nil {
		return nil, err
	}
	return nil, b.cache.put(plugin, data, 0o644)
}

// undefinedTarget is what the Go linker says of a symbol it cannot find.
var undefinedTarget = regexp.MustCompile(`(?m)(?:missing section for relocation target|relocation target) (\S+?)(?: not defined)?$`)

// wantedSymbols lists what the objects of cells refer to.
func wantedSymbols(objects map[string]string) ([]string, error) {
	var wanted []string
	for _, path := range sortedKeys(objects) {
		archive, err := os.ReadFile(objects[path])
		if err != nil {
			return nil, err
		}
		names, err := references(archive)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, names...)
	}
	return wanted, nil
}

// hostLink makes the shared library of what the Go linker left in temp: its own
// object and, where packages have C in them, those of the C compiler.
func (b *Builder) hostLink(ctx context.Context, syms *symbols, dir, temp, said string) (undefined []string, err error) {
	object := filepath.Join(temp, "go.o")
	data, err := os.ReadFile(object)
	if err != nil {
		return nil, err
	}
	if err := unmark(data); err != nil {
		return nil, err
	}
	if err := os.WriteFile(object, data, 0o644); err != nil {
		return nil, err
	}
	others, err := filepath.Glob(filepath.Join(temp, "[0-9]*.o"))
	if err != nil {
		return nil, err
	}
	if undefined, err = unresolved(syms, data, len(others) > 0); err != nil || len(undefined) > 0 {
		return undefined, err
	}
	if len(others) == 0 {
		_, err = run(ctx, dir, nil, b.tools.ld, "-shared", "-s", "-z", "relro", "-z", "now", "-o", "cell.so", object)
		return nil, err
	}
	args, err := hostLinkArgs(said)
	if err != nil {
		return nil, err
	}
	// What comes out of C libraries is the plugin's own: no other need find it.
	args = append(args, "-Wl,--exclude-libs,ALL")
	if b.tools.mold {
		args = append(args, "-fuse-ld=mold")
	}
	_, err = run(ctx, dir, nil, b.tools.cc, args...)
	return nil, explainLink(err)
}

// explainLink puts what to do before what a host linker said.
func explainLink(err error) error {
	if t := (*toolError)(nil); errors.As(err, &t) && noCPlusPlus.MatchString(t.Text) {
		return fmt.Errorf("this needs the C++ library, which is not installed (DuckDB is C++): sudo apt-get install g++, or what brings libstdc++ here\n%w", err)
	}
	return err
}

// noCPlusPlus is what ld, mold and lld say of a missing libstdc++.
var noCPlusPlus = regexp.MustCompile(`(?:cannot find -l|library not found: |unable to find library -l)stdc\+\+`)

// unresolved lists the symbols that an object refers to and nothing loaded does
// have. With C beside, names that Go would not make are left to the C linker.
func unresolved(syms *symbols, object []byte, withC bool) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return nil, err
	}
	refs, err := f.Symbols()
	if err != nil {
		return nil, err
	}
	var undefined []string
	for _, s := range refs {
		if s.Section != elf.SHN_UNDEF || s.Name == "" || withC && !strings.ContainsAny(s.Name, ".:") {
			continue
		}
		if _, ok := syms.find(s.Name); !ok {
			undefined = append(undefined, strings.TrimSuffix(s.Name, ".abi0"))
		}
	}
	return undefined, nil
}

// hostLinkArgs takes the arguments that the Go linker would have called the C
// compiler with out of what it said with -v, less the stub library.
func hostLinkArgs(said string) ([]string, error) {
	_, line, ok := strings.Cut(said, "host link:")
	if !ok {
		return nil, errors.New("the Go linker does not say how it calls the C compiler")
	}
	line, _, _ = strings.Cut(line, "\n")
	var args []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, fmt.Errorf("the Go linker's command %q: %w", line, err)
		}
		line = line[len(quoted):]
		arg, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		switch {
		case arg == "-llislab", strings.HasPrefix(arg, "-Wl,-rpath="):
		case arg == "-Qunused-arguments": // clang's; the program asked said yes to all
		default:
			args = append(args, arg)
		}
	}
	if len(args) == 0 {
		return nil, errors.New("the Go linker does not say how it calls the C compiler")
	}
	return args[1:], nil
}

// linkWhole links an ordinary plugin that holds copies of all it imports.
func (b *Builder) linkWhole(ctx context.Context, p *cells.Package, plugin string, objects map[string]string) error {
	dir, remove, err := b.scratch()
	if err != nil {
		return err
	}
	defer remove()
	b.mu.Lock()
	exports := map[string]string{}
	for path, l := range b.known {
		if l.Export != "" {
			exports[path] = l.Export
		}
	}
	b.mu.Unlock()
	if err := os.WriteFile(filepath.Join(dir, "cfg"), []byte(importConfig(exports, objects)), 0o644); err != nil {
		return err
	}
	_, err = run(ctx, dir, nil, b.tools.tool("link"), "-o", "cell.so", "-importcfg", "cfg", "-buildmode=plugin",
		"-pluginpath="+p.Path, "-checklinkname=0", "-s", "-w", "-extld="+b.tools.cc, objects[p.Path])
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(dir, "cell.so"))
	if err != nil {
		return err
	}
	return b.cache.put(plugin, data, 0o644)
}
