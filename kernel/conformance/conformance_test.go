package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// missing skips a test that lacks something on a person's machine; in CI
// everything has to be there.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// python finds an interpreter that can import modules: that of the
// repository's environment, or LISLAB_PYTHON.
func python(t *testing.T, modules string) string {
	t.Helper()
	venv, err := filepath.Abs("../../.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{venv, os.Getenv("LISLAB_PYTHON")} {
		if path != "" && exec.Command(path, "-c", "import "+modules).Run() == nil {
			return path
		}
	}
	missing(t, "needs Python with "+modules+": run `make .venv/.requirements-test`, or set LISLAB_PYTHON")
	return ""
}

// lislab is the command: LISLAB_BIN where that is set, else built here.
func lislab(t *testing.T) string {
	t.Helper()
	if bin := os.Getenv("LISLAB_BIN"); bin != "" {
		if _, err := os.Stat(bin); err == nil {
			return bin
		}
	}
	bin := filepath.Join(t.TempDir(), "lislab")
	if out, err := exec.Command("go", "build", "-o", bin, "../..").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// environment installs the kernel in a folder of the test's own and returns the
// environment in which Jupyter's tools see that kernel and nobody's settings
// or history.
func environment(t *testing.T) (env []string, home string) {
	t.Helper()
	home = t.TempDir()
	if out, err := exec.Command(lislab(t), "install", "--prefix", home).CombinedOutput(); err != nil {
		t.Fatalf("lislab install: %v\n%s", err, out)
	}
	return append(os.Environ(),
		"JUPYTER_PATH="+filepath.Join(home, "share", "jupyter"),
		"JUPYTER_CONFIG_DIR="+filepath.Join(home, "config"),
		"JUPYTER_DATA_DIR="+filepath.Join(home, "data"),
		"JUPYTER_RUNTIME_DIR="+filepath.Join(home, "runtime"),
		"XDG_DATA_HOME="+filepath.Join(home, "xdg"),
	), home
}

// script runs a Python script of testdata to its end.
func script(t *testing.T, env []string, python string, args ...string) string {
	t.Helper()
	cmd := exec.Command(python, args...)
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

// TestJupyterKernelTest runs jupyter_kernel_test's suite; the attributes are
// set in testdata/conformance.py.
func TestJupyterKernelTest(t *testing.T) {
	py := python(t, "jupyter_kernel_test")
	env, _ := environment(t)
	if out := script(t, env, py, "testdata/conformance.py"); !strings.Contains(out, "Ran 13 tests") {
		t.Error("the suite did not run its 13 tests")
	}
}

// TestJupyterLab drives a JupyterLab in headless Chromium; what it does stands
// in testdata/lab.py. LISLAB_SCREENSHOTS names a folder to keep its pictures in.
func TestJupyterLab(t *testing.T) {
	py := python(t, "jupyterlab, playwright")
	if _, err := exec.LookPath("chromium"); err != nil {
		missing(t, "needs Chromium: sudo apt-get install -y chromium")
	}
	env, home := environment(t)
	root := filepath.Join(home, "lab")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if keep := os.Getenv("LISLAB_SCREENSHOTS"); keep != "" {
		t.Cleanup(func() { keepPictures(t, root, keep) })
	}
	if out := script(t, env, py, "testdata/lab.py", root); !strings.HasSuffix(out, "all well\n") {
		t.Error("lab.py did not come to its end")
	}
}

// keepPictures copies the screenshots out of the test's folder.
func keepPictures(t *testing.T, from, to string) {
	t.Helper()
	pictures, err := filepath.Glob(filepath.Join(from, "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, p := range pictures {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(p)), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
