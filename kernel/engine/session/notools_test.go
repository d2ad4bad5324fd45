package session

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lislab/lislab/kernel/engine/build"
)

// TestWithoutTools starts the kernel where there is no Go, and where there is no
// C compiler: it runs cells all the same and says what to install.
func TestWithoutTools(t *testing.T) {
	for _, c := range []struct {
		name    string
		tools   []string // what $PATH has
		missing string
	}{
		{"go", []string{"gcc", "sh"}, "the go command is not in $PATH; install Go from https://go.dev/dl"},
		{"gcc", []string{"go", "sh"}, "\"gcc\" is not in $PATH; install gcc (sudo apt-get install gcc libc6-dev; on a Mac xcode-select --install)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, tool := range c.tools {
				if path, err := exec.LookPath(tool); err == nil {
					if err := os.Symlink(path, filepath.Join(dir, tool)); err != nil {
						t.Fatal(err)
					}
				}
			}
			t.Setenv("PATH", dir)
			t.Setenv("CC", "gcc")
			s, err := New(Options{Dir: t.TempDir(), Compiler: func(ctx context.Context, progress func(string)) (Compiler, error) {
				return build.Open(ctx, build.Config{Main: "github.com/lislab/lislab/internal/cellworker", Progress: progress})
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			n := &notebook{t: t, s: s}
			if n.s.compiles() {
				t.Skipf("%s is found without $PATH", c.name)
			}
			if banner := s.Info().Banner; !strings.Contains(banner, "Cells are interpreted") || !strings.Contains(banner, c.missing) {
				t.Errorf("banner %q", banner)
			}
			if out := n.ok("x := 20\nx + 22"); !strings.Contains(out, c.missing) || !strings.HasSuffix(out, "result: 42") {
				t.Errorf("the first cell shows %q", out)
			}
			n.shows("import \"strings\"\nstrings.Repeat(\"ab\", 2)", "result: abab")
			n.shows("!echo here", "stdout: here\n")
			for _, code := range []string{"for i := range 3 { x += i }", "func f[T int | float64](a T) T { return a + 1 }\nf(2)", "import \"lislab.test/greet\"\ngreet.Hello()"} {
				e := n.fails(code, "CompileError")
				if text := strings.Join(e.Traceback, "\n"); !strings.Contains(text, c.missing) {
					t.Errorf("%s\nfails with\n%s", code, text)
				}
			}
			for _, code := range []string{"%timeit x++", "%get lislab.test/nosuch", "%%sql\nSELECT 1"} {
				if e := n.fails(code, "UsageError"); !strings.Contains(e.Value, "needs the Go toolchain") || !strings.Contains(e.Value, c.missing) {
					t.Errorf("%s fails with %s", code, e.Value)
				}
			}
			n.shows("x", "result: 20")
		})
	}
}
