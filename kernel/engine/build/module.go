package build

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// modulePath is the module whose packages a notebook calls and the worker is
// made of.
const modulePath = "github.com/lislab/lislab"

// sourceTree returns the folder of lislab's own source.
func sourceTree(configured string) (string, error) {
	var tried []string
	for _, dir := range []string{configured, os.Getenv("LISLAB_SOURCE"), compiledFrom()} {
		if dir == "" {
			continue
		}
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && regexp.MustCompile(`(?m)^module\s+`+regexp.QuoteMeta(modulePath)+`\s*$`).Match(mod) {
			return filepath.Abs(dir)
		}
		tried = append(tried, dir)
	}
	return "", fmt.Errorf("the source tree of %s is not where it was (tried %s); set LISLAB_SOURCE to it, or install again from it", modulePath, strings.Join(tried, ", "))
}

// compiledFrom is where this very file was when it was compiled, less its path
// in the tree.
func compiledFrom() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return ""
	}
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// writeModule makes dir a module that requires what lislab requires, at the same
// versions, with lislab itself replaced by its source tree.
func writeModule(dir, source string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, "go.mod")
	if _, err := os.Stat(path); err == nil {
		return nil // a session that goes on
	}
	f, err := os.Open(filepath.Join(source, "go.mod"))
	if err != nil {
		return err
	}
	defer f.Close()
	var b strings.Builder
	b.WriteString("module lislab.session\n")
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "module ") {
			b.WriteString(lines.Text() + "\n")
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\nrequire %s v0.0.0\n\nreplace %s => %s\n", modulePath, modulePath, quoteMod(source))
	if sum, err := os.ReadFile(filepath.Join(source, "go.sum")); err == nil {
		if err := os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

// quoteMod quotes a path for go.mod where it must be.
func quoteMod(path string) string {
	if strings.ContainsAny(path, " \t\"'`(){}[]!") {
		return fmt.Sprintf("%q", path)
	}
	return path
}

// Get fetches modules into the session, as "go get" does; each argument is
// path or path@version. note says what changed.
func (b *Builder) Get(ctx context.Context, modules ...string) (note string, err error) {
	b.needMu.Lock()
	defer b.needMu.Unlock()
	note, err = b.get(ctx, modules...)
	if err != nil || note == "" {
		return note, err
	}
	if err := b.relist(ctx, nil); err != nil {
		return "", err
	}
	return b.noteStale(note), nil
}

// goMod is the go.mod of the session.
func (b *Builder) goMod() ([]byte, error) { return os.ReadFile(filepath.Join(b.dir, "go.mod")) }

func (b *Builder) get(ctx context.Context, modules ...string) (note string, err error) {
	b.progress("go get " + strings.Join(modules, " "))
	for _, m := range modules {
		if strings.HasPrefix(m, "-") {
			return "", fmt.Errorf("%q is not a module", m)
		}
	}
	goMod := filepath.Join(b.dir, "go.mod")
	before, err := b.goMod()
	if err != nil {
		return "", err
	}
	beforeSum, _ := os.ReadFile(filepath.Join(b.dir, "go.sum"))
	cmd := append([]string{"get", "--"}, modules...)
	if _, err := run(ctx, b.dir, nil, b.tools.goCmd, cmd...); err != nil {
		// go get may have written half of what it wanted.
		err = errors.Join(explainGet(modules, b.tools.proxy, err), os.WriteFile(goMod, before, 0o644), os.WriteFile(filepath.Join(b.dir, "go.sum"), beforeSum, 0o644))
		return "", err
	}
	after, err := b.goMod()
	if err != nil {
		return "", err
	}
	return describeChange(requirements(before), requirements(after)), nil
}

var requirement = regexp.MustCompile(`(?m)^\s*(?:require\s+)?([^\s/]+\.[^\s]+)\s+(v[^\s]+)`)

// requirements lists the modules of a go.mod with their versions.
func requirements(goMod []byte) map[string]string {
	all := map[string]string{}
	for _, m := range requirement.FindAllSubmatch(goMod, -1) {
		all[string(m[1])] = string(m[2])
	}
	return all
}

// describeChange is a sentence on what go get did to go.mod.
func describeChange(before, after map[string]string) string {
	var added, moved []string
	for _, m := range sortedKeys(after) {
		switch old, ok := before[m]; {
		case !ok:
			added = append(added, m+" "+after[m])
		case old != after[m]:
			moved = append(moved, fmt.Sprintf("%s from %s to %s", m, old, after[m]))
		}
	}
	var parts []string
	if len(added) > 0 {
		parts = append(parts, "added "+strings.Join(added, ", "))
	}
	if len(moved) > 0 {
		parts = append(parts, "moved "+strings.Join(moved, ", "))
	}
	if len(parts) == 0 {
		return ""
	}
	return "go get " + strings.Join(parts, "; ")
}

// offline matches what the go command says where the network is away.
var offline = regexp.MustCompile(`(?i)dial tcp|no such host|i/o timeout|connection refused|network is unreachable|module lookup disabled by GOPROXY=off|TLS handshake timeout`)

// explainGet puts what to do before what go get said.
func explainGet(modules []string, proxy string, err error) error {
	if t := (*toolError)(nil); errors.As(err, &t) && offline.MatchString(t.Text) {
		return fmt.Errorf("%s is not on this machine and cannot be fetched: there is no network, or GOPROXY=%s keeps the go command from it\n%w", strings.Join(modules, ", "), proxy, err)
	}
	return err
}
