package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lislab/lislab/kernel/engine/cells"
)

// listed is one package as "go list" tells of it.
type listed struct {
	ImportPath string
	Name       string
	Dir        string
	Export     string // the compiled package, in go's build cache
	Standard   bool
	Imports    []string
	CgoFiles   []string          `json:",omitempty"`
	Module     *listedModule     `json:",omitempty"`
	ImportMap  map[string]string `json:",omitempty"`
	Error      *listedError      `json:",omitempty"`
	DepsErrors []*listedError    `json:",omitempty"`
}

type listedModule struct {
	Path, Version string
}

type listedError struct {
	Pos string
	Err string
}

// buildFlags make packages fit both the worker and plugins: position-independent
// and with every symbol referred to by name.
var buildFlags = []string{"-buildmode=plugin", "-gcflags=all=-linkshared"}

// goList compiles the packages and all they depend on, and lists them. Packages
// with errors are listed too.
func (b *Builder) goList(ctx context.Context, patterns []string) ([]*listed, error) {
	args := append([]string{"list", "-e", "-export", "-deps"}, buildFlags...)
	args = append(args, "-json=ImportPath,Name,Dir,Export,Standard,Imports,CgoFiles,Module,ImportMap,Error,DepsErrors", "--")
	out, err := run(ctx, b.dir, nil, b.tools.goCmd, append(args, patterns...)...)
	if len(out) == 0 && err != nil {
		return nil, err
	}
	var all []*listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(listed)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
}

// listing is what the Builder remembers of go list between sessions.
type listing struct {
	Packages []*listed
	// Wanted are the patterns that were listed.
	Wanted []string
}

// listingAge is after how long a remembered listing is made again in the
// background, so that go's own cache does not drop the files it names (it does
// so after five days without use).
const listingAge = 24 * time.Hour

// list is goList with a memory on disk: the key covers the toolchain, the
// session's go.mod and go.sum and the state of lislab's source tree.
func (b *Builder) list(ctx context.Context, patterns []string) ([]*listed, error) {
	patterns = slices.Sorted(slices.Values(patterns))
	key, err := b.listKey(patterns)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(b.cache.dir, "list", key+".json")
	if data, err := os.ReadFile(path); err == nil {
		var l listing
		if json.Unmarshal(data, &l) == nil && slices.Equal(l.Wanted, patterns) && present(l.Packages) {
			if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > listingAge {
				now := time.Now()
				if os.Chtimes(path, now, now) == nil {
					b.background(func(ctx context.Context) { _, _ = b.goList(ctx, patterns) })
				}
			}
			return l.Packages, nil
		}
	}
	b.progress("compiling what the notebook imports (once per version)")
	all, err := b.goList(ctx, patterns)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if p.Error != nil {
			return all, nil // not worth remembering
		}
	}
	// go list adds what is missing to go.mod: what it says holds for the new one.
	if key, err = b.listKey(patterns); err != nil {
		return nil, err
	}
	path = filepath.Join(b.cache.dir, "list", key+".json")
	if data, err := json.Marshal(listing{Packages: all, Wanted: patterns}); err == nil {
		if err := writeFile(path, 0o644, data); err != nil {
			b.progress("the cache cannot be written: " + err.Error())
		}
	}
	return all, nil
}

// present reports whether every compiled package is still where it was.
func present(all []*listed) bool {
	for _, p := range all {
		if p.Export != "" {
			if _, err := os.Stat(p.Export); err != nil {
				return false
			}
		}
	}
	return len(all) > 0
}

func (b *Builder) listKey(patterns []string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, "list 2", b.tools.version, b.tools.root, b.tools.goarch, b.tools.cc, os.Getenv("CGO_CFLAGS"), buildFlags, patterns)
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(data), data)
	}
	if err := stampTree(h, b.source); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)[:12]), nil
}

// stampTree hashes names, sizes and times of the source files below dir.
func stampTree(h hash.Hash, dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != dir && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "bin" || name == "out") {
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(name) {
		case ".go", ".s", ".h", ".c":
			if strings.HasSuffix(name, "_test.go") {
				return nil
			}
		default:
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(h, path, info.Size(), info.ModTime().UnixNano())
		return nil
	})
}

// Need: see cells.Packages. What is not among the packages known is looked for
// in the standard library, in lislab and in the session's modules, and at last
// fetched.
func (b *Builder) Need(ctx context.Context, paths []string) (note string, err error) {
	b.needMu.Lock()
	defer b.needMu.Unlock()
	missing := b.unknown(paths)
	if len(missing) == 0 {
		return "", nil
	}
	if _, err := b.base(ctx); err != nil {
		return "", err
	}
	missing = b.unknown(missing)
	if len(missing) == 0 {
		return "", nil
	}
	before, err := b.goMod()
	if err != nil {
		return "", err
	}
	all, err := b.list(ctx, missing)
	if err != nil {
		return "", err
	}
	after, err := b.goMod()
	if err != nil {
		return "", err
	}
	var fetch []string
	for _, p := range all {
		if slices.Contains(missing, p.ImportPath) && p.Error != nil {
			if !fetchable(p.ImportPath) {
				return "", &cells.ImportError{Path: p.ImportPath, Err: errors.New(plainListError(p))}
			}
			fetch = append(fetch, p.ImportPath)
		}
	}
	note = describeChange(requirements(before), requirements(after))
	if len(fetch) > 0 {
		got, err := b.get(ctx, fetch...)
		if err != nil {
			return "", &cells.ImportError{Path: fetch[0], Err: err}
		}
		note = strings.Trim(note+"; "+got, "; ")
	}
	if len(fetch) > 0 || note != "" {
		// Versions may have moved: list everything again.
		if err := b.relist(ctx, missing); err != nil {
			return "", err
		}
	} else {
		b.learn(all)
	}
	for _, path := range missing {
		if err := b.importable(path); err != nil {
			return note, &cells.ImportError{Path: path, Err: err}
		}
	}
	b.mu.Lock()
	for _, path := range missing {
		b.wanted[path] = true
	}
	b.mu.Unlock()
	return b.noteStale(note), nil
}

// noteStale adds to what go get did that the worker has to go.
func (b *Builder) noteStale(note string) string {
	if !b.Stale() {
		return note
	}
	return strings.TrimPrefix(note+"; this moves a module that the worker is made of, so it is built and started again", "; ")
}

// fetchable reports whether an import path can name a module elsewhere: its
// first element has a dot.
func fetchable(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".") && first != "." && first != ".." && !strings.HasPrefix(path, modulePath+"/") && path != modulePath
}

// plainListError is go list's error without its place and its advice.
func plainListError(p *listed) string {
	text := strings.TrimSpace(p.Error.Err)
	if line, _, ok := strings.Cut(text, "\n"); ok {
		text = line
	}
	return text
}

// importable says why a listed package cannot be imported, nil if it can.
func (b *Builder) importable(path string) error {
	p := b.find(path)
	switch {
	case p == nil:
		return errors.New("no such package")
	case p.Error != nil:
		return errors.New(plainListError(p))
	case len(p.DepsErrors) > 0:
		return fmt.Errorf("%s: %s", path, strings.TrimSpace(p.DepsErrors[0].Err))
	case p.Export == "" && path != "unsafe":
		return errors.New("it does not compile")
	case p.Name == "main":
		return fmt.Errorf("import %q is a program, not an importable package", path)
	}
	return nil
}

func (b *Builder) unknown(paths []string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var missing []string
	for _, path := range paths {
		if p := b.known[path]; (p == nil || p.Error != nil || p.Export == "") && path != "unsafe" && !slices.Contains(missing, path) {
			missing = append(missing, path)
		}
	}
	return missing
}

func (b *Builder) find(path string) *listed {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known[path]
}

func (b *Builder) learn(all []*listed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range all {
		b.known[p.ImportPath] = p
	}
}

// relist lists the worker's packages and those the notebook asked for again, and
// notices whether the worker's have moved.
func (b *Builder) relist(ctx context.Context, more []string) error {
	b.mu.Lock()
	for path := range b.wanted {
		more = append(more, path)
	}
	b.mu.Unlock()
	base, err := b.list(ctx, b.patterns())
	if err != nil {
		return err
	}
	var all []*listed
	if len(more) > 0 {
		if all, err = b.list(ctx, more); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known = map[string]*listed{}
	for _, p := range slices.Concat(all, base) {
		b.known[p.ImportPath] = p
	}
	if w := b.worker; w != nil {
		moved := func(path, export string) bool { return b.known[path] == nil || b.known[path].Export != export }
		w.stale = w.stale || !maps.Equal(w.exports, exportsOf(base)) ||
			slices.ContainsFunc(w.libs, func(l *library) bool {
				return slices.ContainsFunc(l.packages, func(path string) bool { return moved(path, l.exports[path]) })
			})
	}
	return nil
}

func exportsOf(all []*listed) map[string]string {
	m := make(map[string]string, len(all))
	for _, p := range all {
		if p.Export != "" {
			m[p.ImportPath] = p.Export
		}
	}
	return m
}

// Export: see cells.Packages.
func (b *Builder) Export(path string) (io.ReadCloser, error) {
	p := b.find(path)
	if p == nil || p.Export == "" {
		return nil, fmt.Errorf("no export data for %s", path)
	}
	return os.Open(p.Export)
}

// Dir: see cells.Packages.
func (b *Builder) Dir(path string) (string, error) {
	p := b.find(path)
	if p == nil || p.Dir == "" {
		return "", fmt.Errorf("no source for %s", path)
	}
	return p.Dir, nil
}

// Importable: see cells.Packages. Internal and vendored packages are left out.
func (b *Builder) Importable(prefix string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var paths []string
	for path, p := range b.known {
		if strings.HasPrefix(path, prefix) && p.Name != "main" && p.Error == nil && !private(path) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// private reports whether only other packages may import path.
func private(path string) bool {
	return slices.Contains(strings.Split(path, "/"), "internal") || strings.HasPrefix(path, "vendor/")
}
