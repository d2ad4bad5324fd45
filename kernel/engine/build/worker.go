package build

import (
	"context"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/lislab/lislab/kernel/engine/cells"
)

// worker is a built worker program and what plugins have to know of it.
type worker struct {
	key     string
	path    string
	exports map[string]string // packages it links or could refer to: import path -> compiled package
	links   map[string]bool   // packages it really links
	stub    bool              // plugins take their symbols from it
	symbols *symbols          // of the worker and the library plugins, once loaded; with stub only
	load    func() error      // reads the worker's symbols, once
	libs    []*library
	stale   bool
}

const (
	defaultMain = modulePath + "/kernel/engine/worker"
	probeMain   = modulePath + "/kernel/engine/build/probe"
	rtPath      = modulePath + "/kernel/engine/rt"
)

func (b *Builder) mainPackage() string {
	if b.cfg.Main != "" {
		return b.cfg.Main
	}
	return defaultMain
}

func (b *Builder) patterns() []string {
	patterns := b.cfg.Packages
	if patterns == nil {
		patterns = Base()
	}
	return slices.Concat(patterns, []string{b.mainPackage(), probeMain, rtPath, "plugin", "runtime/cgo"})
}

// base lists what the worker is made of.
func (b *Builder) base(ctx context.Context) ([]*listed, error) {
	all, err := b.list(ctx, b.patterns())
	if err != nil {
		return nil, err
	}
	b.learn(all)
	for _, path := range []string{b.mainPackage(), probeMain, rtPath, "plugin"} {
		if err := b.importable(path); err != nil {
			return nil, fmt.Errorf("the worker cannot be built: %w", err)
		}
	}
	return all, nil
}

// Worker: see Interface.
func (b *Builder) Worker(ctx context.Context) (string, error) {
	w, err := b.ensureWorker(ctx)
	if err != nil {
		return "", err
	}
	return w.path, nil
}

func (b *Builder) ensureWorker(ctx context.Context) (*worker, error) {
	b.workerMu.Lock()
	defer b.workerMu.Unlock()
	b.mu.Lock()
	w := b.worker
	b.mu.Unlock()
	if w != nil && !w.stale {
		if _, ok := b.cache.get(w.key, "worker"); ok {
			return w, nil
		}
	}
	all, err := b.base(ctx)
	if err != nil {
		return nil, err
	}
	w, err = b.makeWorker(ctx, all)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.worker = w
	b.mu.Unlock()
	return w, nil
}

// imports lists the packages that the worker's main imports so that cells may
// call all of them.
func imports(all []*listed, patterns []string) []string {
	matches := func(path string, standard bool) bool {
		for _, p := range patterns {
			if p == path || p == "std" && standard {
				return true
			}
			if prefix, ok := strings.CutSuffix(p, "/..."); ok && (path == prefix || strings.HasPrefix(path, prefix+"/")) {
				return true
			}
		}
		return false
	}
	heavy := heavyPackages(all)
	var paths []string
	for _, p := range all {
		if p.Export != "" && p.Error == nil && p.Name != "main" && !unlinked(p.ImportPath) && !heavy[p.ImportPath] && matches(p.ImportPath, p.Standard) {
			paths = append(paths, p.ImportPath)
		}
	}
	slices.Sort(paths)
	return paths
}

// heavyPackages are those that bring C libraries of their own (DuckDB weighs 60
// MB): whatever depends on a cgo package outside the standard library.
func heavyPackages(all []*listed) map[string]bool {
	heavy := map[string]bool{}
	for _, p := range all { // dependencies come first
		if !p.Standard && len(p.CgoFiles) > 0 {
			heavy[p.ImportPath] = true
		}
		for _, i := range p.Imports {
			if heavy[i] {
				heavy[p.ImportPath] = true
			}
		}
	}
	return heavy
}

// makeWorker builds the worker from its compiled packages, or finds it built.
func (b *Builder) makeWorker(ctx context.Context, all []*listed) (*worker, error) {
	paths := imports(all, b.patterns())
	w := &worker{exports: exportsOf(all), links: map[string]bool{}}
	for _, p := range all {
		w.links[p.ImportPath] = p.Export != ""
	}
	// What go list compiled for a pattern but the worker does not link. The main
	// package brings what only the worker itself uses.
	reach := reachable(all, append(slices.Clone(paths), b.mainPackage()))
	for path := range w.links {
		w.links[path] = w.links[path] && reach[path]
	}
	parts := []string{"worker 2", b.tools.version, b.tools.goarch, b.mainPackage(), strings.Join(paths, " "), mainSource, cgoSource(), bootWorker[b.tools.goarch], fmt.Sprint(b.cfg.Whole)}
	for _, path := range sortedKeys(w.exports) {
		if w.links[path] {
			parts = append(parts, path+"="+w.exports[path])
		}
	}
	w.key = contentKey(parts...)
	var ok bool
	if w.path, ok = b.cache.get(w.key, "worker"); !ok {
		if err := b.linkWorker(ctx, w, paths); err != nil {
			return nil, fmt.Errorf("the worker cannot be built: %w", err)
		}
	}
	b.background(func(context.Context) { _ = b.cache.trim() }) // a cache too large is tried again next time
	if _, w.stub = b.cache.get(w.key, "stub"); w.stub {
		w.load = sync.OnceValue(func() error {
			syms, err := readSymbols(w.path)
			b.mu.Lock()
			defer b.mu.Unlock()
			w.symbols = syms
			return err
		})
		b.background(func(context.Context) { _ = w.load() }) // while the worker starts; Build has the error
	}
	return w, nil
}

func reachable(all []*listed, roots []string) map[string]bool {
	by := map[string]*listed{}
	for _, p := range all {
		by[p.ImportPath] = p
	}
	reach := map[string]bool{}
	var visit func(path string)
	visit = func(path string) {
		p := by[path]
		if p == nil || reach[path] {
			return
		}
		reach[path] = true
		for _, i := range p.Imports {
			visit(i)
		}
	}
	for _, r := range append(roots, "runtime", "runtime/cgo") {
		visit(r)
	}
	return reach
}

// bootWorker, by processor, opens what a cell's module needs of the runtime.
// Plugins bring their own copy of runtime.addmoduledata, which adds a module to
// the runtime's list; a cell's plugin has no copy of the runtime and jumps to
// the worker's. After the RET stands what would otherwise not be linked.
var bootWorker = map[string]string{
	"amd64": `
TEXT lislab·addmoduledata(SB),4,$0-0
	JMP runtime·addmoduledata(SB)
TEXT ·boot(SB),4,$0-0
	RET
	LEAQ lislab·abihash(SB), AX
	JMP lislab·addmoduledata(SB)
GLOBL lislab·abihash(SB),8,$16
`,
	"arm64": `
TEXT lislab·addmoduledata(SB),4,$0-0
	B runtime·addmoduledata(SB)
TEXT ·boot(SB),4,$0-0
	RET
	MOVD $lislab·abihash(SB), R0
	B lislab·addmoduledata(SB)
GLOBL lislab·abihash(SB),8,$16
`,
}

// bootCell is the other end of it, in every cell's object.
var bootCell = map[string]string{
	"amd64": "\nTEXT runtime·addmoduledata(SB),6,$0-0\n\tJMP lislab·addmoduledata(SB)\n",
	"arm64": "\nTEXT runtime·addmoduledata(SB),6,$0-0\n\tB lislab·addmoduledata(SB)\n",
}

// cgoNeeds are the functions of the runtime that the code which the cgo tool
// writes refers to by name. Packages with C in them come in library plugins,
// which must find these in the worker.
var cgoNeeds = []string{"cgocall", "cgoCheckPointer", "cgoCheckResult", "cgoKeepAlive", "cgoNoCallback", "cgoUse", "gobytes", "gostring", "gostringn", "throw"}

// cgoSource refers to cgoNeeds, so that the linker keeps them.
func cgoSource() string {
	var s strings.Builder
	for i, name := range cgoNeeds {
		fmt.Fprintf(&s, "\n//go:linkname cgo%d runtime.%s\nfunc cgo%d()\n", i, name, i)
	}
	s.WriteString("\nvar keepCgo = []any{")
	for i := range cgoNeeds {
		fmt.Fprintf(&s, "cgo%d, ", i)
	}
	return s.String() + "}\n\nfunc init() { kept = append(kept, keepCgo...) }\n"
}

// linkWorker compiles and links the worker program.
func (b *Builder) linkWorker(ctx context.Context, w *worker, paths []string) error {
	b.progress("linking the worker program (once per version)")
	dir, remove, err := b.scratch()
	if err != nil {
		return err
	}
	defer remove()
	stub := !b.cfg.Whole && bootWorker[b.tools.goarch] != "" && b.tools.goos == "linux" && b.tools.ld != "" && b.tools.void != ""
	keep, err := b.keepSource(paths)
	if err != nil {
		return err
	}
	main := fmt.Sprintf(mainSource, b.mainPackage(), probeMain)
	if stub {
		main += "\nfunc boot()\n\nfunc init() { boot() }\n" + cgoSource()
	}
	files := map[string]string{"main.go": main, "keep.go": keep, "boot.s": bootWorker[b.tools.goarch], "cfg": importConfig(w.exports, nil)}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	compile := []string{"-o", "main.a", "-p", "main", "-pack", "-importcfg", "cfg", "-dwarf=false"}
	if stub {
		if _, err := run(ctx, dir, nil, b.tools.tool("asm"), "-p", "main", "-gensymabis", "-o", "symabis", "boot.s"); err != nil {
			return err
		}
		compile = append(compile, "-symabis", "symabis")
	}
	compile = append(append(compile, objectFlags...), "main.go", "keep.go")
	if _, err := run(ctx, dir, nil, b.tools.tool("compile"), compile...); err != nil {
		return err
	}
	if stub {
		if err := b.assembleInto(ctx, dir, "main.a", "main", "boot.s"); err != nil {
			return err
		}
	}
	cfg := importConfig(w.exports, nil) + "packagefile main=main.a\n"
	if err := os.WriteFile(filepath.Join(dir, "cfg.link"), []byte(cfg), 0o644); err != nil {
		return err
	}
	link := []string{"-o", "worker", "-importcfg", "cfg.link", "-buildmode=pie", "-linkmode=external", "-checklinkname=0", "-s", "-w", "-extld=" + b.tools.cc}
	if stub {
		link = append(link, "-linkshared")
	}
	if b.tools.mold {
		link = append(link, "-extldflags=-fuse-ld=mold")
	}
	if _, err := run(ctx, dir, nil, b.tools.tool("link"), append(link, "main.a")...); err != nil {
		return err
	}
	built := filepath.Join(dir, "worker")
	if stub {
		switch err := b.tryStub(ctx, w, built); {
		case err == nil:
			if err := b.cache.put(filepath.Join(b.cache.dir, w.key, "stub"), nil, 0o644); err != nil {
				return err
			}
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			b.progress("cells are linked the slow way: " + err.Error())
		}
	}
	data, err := os.ReadFile(built)
	if err != nil {
		return err
	}
	return b.cache.put(w.path, data, 0o755)
}

// tryStub builds a cell against the new worker and lets the worker open it.
func (b *Builder) tryStub(ctx context.Context, w *worker, built string) error {
	trial := &worker{key: w.key, path: built, exports: w.exports, links: w.links, stub: true}
	var err error
	if trial.symbols, err = readSymbols(built); err != nil {
		return err
	}
	p := &cells.Package{Path: "lislab.cell/trial", Source: []byte(trialSource), Imports: []string{"fmt", "strings", rtPath}}
	dir, remove, err := b.scratch()
	if err != nil {
		return err
	}
	defer remove()
	object := filepath.Join(dir, "trial.a")
	if err := b.compile(ctx, trial, p, object, nil); err != nil {
		return err
	}
	plugin := filepath.Join(dir, "trial.so")
	if err := b.linkStub(ctx, trial, trial.symbols, p.Path, plugin, map[string]string{p.Path: object}, nil); err != nil {
		return err
	}
	out, err := run(ctx, dir, nil, built, probeArg, plugin, p.Path)
	if err != nil {
		return err
	}
	if string(out) != trialOutput {
		return fmt.Errorf("the trial cell printed %q", out)
	}
	return nil
}

const probeArg = "-lislab-probe"

const mainSource = `package main

import (
	"os"
	_ "unsafe" // for go:linkname

	worker %q
	probe %q
)

// kept makes the linker keep what keep refers to.
var kept []any

// rare is for the linker too: what the compiler makes of these lines calls
// functions of the runtime that the standard library has no use for, but cells do.
func rare(each func(func(int) bool), large map[int][2048]byte, small map[struct{}]int, err error) {
	for i := range each {
		defer println(i, err)
	}
	if v, ok := large[0]; ok && v[1] == large[1][0] {
		small[struct{}{}]++
	}
}

func main() {
	kept = append(append(kept, keep[:]...), rare)
	if len(os.Args) > 2 && os.Args[1] == "` + probeArg + `" {
		probe.Try(os.Args[2:])
		return
	}
	worker.Main()
}
`

const trialSource = `package main

import (
	"fmt"
	_ "runtime"
	_ "runtime/cgo"
	"strings"

	"github.com/lislab/lislab/kernel/engine/rt"
)

type point struct{ x, y int }

func (p *point) String() string { return fmt.Sprint("<", p.x, p.y, ">") }

func each[T any](xs []T, f func(T)) {
	for _, x := range xs {
		f(x)
	}
}

func init() {
	rt.Register("lislab.cell/trial", func() {
		defer func() { fmt.Print(recover() != nil) }()
		m := map[string]fmt.Stringer{"a": &point{1, 2}}
		each(strings.Fields("a b"), func(s string) { fmt.Print(m[s], " ") })
		var p *point
		p.x++
	})
}
`

const trialOutput = "<1 2> <nil> true"

// keepSource writes a file that refers to every exported function, variable and
// type of the packages, so that the linker keeps them all for cells to call.
func (b *Builder) keepSource(paths []string) (string, error) {
	imp := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return b.Export(path) })
	var imports, refs strings.Builder
	for i, path := range paths {
		pkg, err := imp.Import(path)
		if err != nil {
			return "", err
		}
		alias, used := fmt.Sprintf("p%d", i), false
		for _, name := range pkg.Scope().Names() {
			if !token.IsExported(name) {
				continue
			}
			if ref := keepRef(alias, pkg.Scope().Lookup(name)); ref != "" {
				refs.WriteString("\t" + ref + ",\n")
				used = true
			}
		}
		if !used {
			alias = "_"
		}
		fmt.Fprintf(&imports, "\t%s %q\n", alias, path)
	}
	return "package main\n\nimport (\n\t_ \"runtime\"\n\t_ \"runtime/cgo\"\n" + imports.String() + ")\n\nvar keep = [...]any{\n" + refs.String() + "}\n", nil
}

// keepRef is an expression that refers to an exported object, "" if it needs none.
// Something generic is kept with type arguments that fit: a cell compiles its own
// instance, but that calls functions which packages keep to themselves.
func keepRef(alias string, obj types.Object) string {
	name := alias + "." + obj.Name()
	switch obj := obj.(type) {
	case *types.Func:
		if args, ok := fitting(obj.Type(), obj.Signature().TypeParams()); ok {
			return name + args
		}
	case *types.Var:
		return "&" + name
	case *types.TypeName:
		if obj.IsAlias() {
			return ""
		}
		named, ok := obj.Type().(*types.Named)
		if !ok {
			return ""
		}
		if iface, ok := named.Underlying().(*types.Interface); ok && !iface.IsMethodSet() {
			return ""
		}
		if args, ok := fitting(named, named.TypeParams()); ok {
			return "(*" + name + args + ")(nil)"
		}
	}
	return ""
}

// candidates are the type arguments that fitting tries.
var candidates = []types.Type{
	types.Typ[types.Int],
	types.Typ[types.Float64],
	types.NewSlice(types.Typ[types.Int]),
	types.NewMap(types.Typ[types.Int], types.Typ[types.Int]),
	types.Typ[types.String],
}

// fitting finds type arguments, written "[int, string]"; "" where none are needed.
func fitting(generic types.Type, params *types.TypeParamList) (args string, ok bool) {
	n := params.Len()
	if n == 0 {
		return "", true
	}
	const most = 4
	if n > most {
		return "", false
	}
	combinations := 1
	for range n {
		combinations *= len(candidates)
	}
	for c := range combinations {
		chosen := make([]types.Type, n)
		texts := make([]string, n)
		for i := range chosen {
			chosen[i] = candidates[c%len(candidates)]
			texts[i] = chosen[i].String()
			c /= len(candidates)
		}
		if _, err := types.Instantiate(nil, generic, chosen, true); err == nil {
			return "[" + strings.Join(texts, ", ") + "]", true
		}
	}
	return "", false
}

// importConfig is the file that tells the compiler and the linker where packages
// are.
func importConfig(exports map[string]string, more map[string]string) string {
	var s strings.Builder
	for _, path := range sortedKeys(exports) {
		fmt.Fprintf(&s, "packagefile %s=%s\n", path, exports[path])
	}
	for _, path := range sortedKeys(more) {
		fmt.Fprintf(&s, "packagefile %s=%s\n", path, more[path])
	}
	return s.String()
}

// assembleInto assembles a file and adds it to an archive.
func (b *Builder) assembleInto(ctx context.Context, dir, archive, path, source string) error {
	args := append(append([]string{"-p", path, "-o", "asm.o"}, asmFlags...), source)
	if _, err := run(ctx, dir, nil, b.tools.tool("asm"), args...); err != nil {
		return err
	}
	object, err := os.ReadFile(filepath.Join(dir, "asm.o"))
	if err != nil {
		return err
	}
	whole, err := os.ReadFile(filepath.Join(dir, archive))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, archive), appendMember(whole, "asm.o", object), 0o644)
}

var (
	objectFlags = []string{"-dynlink", "-shared", "-linkshared", "-lang=go1.26"}
	asmFlags    = []string{"-dynlink", "-shared", "-linkshared"}
)
