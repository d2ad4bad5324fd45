package kernel_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lislab/lislab/kernel"
	"github.com/lislab/lislab/kernel/engine/echo"
)

// echoKernel is set in the environment of this test binary when it is to be a
// kernel with the echo engine, in a process of its own.
const echoKernel = "LISLAB_TEST_ECHO_KERNEL"

func TestMain(m *testing.M) {
	if os.Getenv(echoKernel) != "" {
		if err := kernel.Run(context.Background(), os.Args[len(os.Args)-1], echo.New()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// python finds the interpreter that has jupyter_client: of the repository's
// environment, or LISLAB_PYTHON.
func python(t *testing.T) string {
	t.Helper()
	path := os.Getenv("LISLAB_PYTHON")
	if venv, err := filepath.Abs("../.venv/bin/python"); err == nil {
		if _, err := os.Stat(venv); err == nil {
			path = venv
		}
	}
	if path != "" {
		out, err := exec.Command(path, "-c", "import jupyter_client").CombinedOutput()
		if err == nil {
			return path
		}
		t.Logf("%s: %s", path, out)
	}
	const how = "needs Python with jupyter_client: run `make build`, or set LISLAB_PYTHON"
	if os.Getenv("CI") != "" {
		t.Fatal(how)
	}
	t.Skip(how)
	return ""
}

// kernelspec installs this test binary as the kernel "echo" in a folder of its
// own and returns the environment in which Jupyter's tools find it.
func kernelspec(t *testing.T) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	dir := filepath.Join(home, "kernels", "echo")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	spec := fmt.Sprintf(`{"argv": [%q, "{connection_file}"], "display_name": "echo", "language": "echo",
		"interrupt_mode": "message", "env": {%q: "1"}}`, self, echoKernel)
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	return append(os.Environ(),
		"JUPYTER_PATH="+home, "JUPYTER_RUNTIME_DIR="+filepath.Join(home, "runtime"),
		"XDG_DATA_HOME="+filepath.Join(home, "data"), "XDG_CACHE_HOME="+filepath.Join(home, "cache"))
}

// TestJupyterClient drives a real process over ZeroMQ as Jupyter's own client
// does; what it does and checks stands in testdata/client.py.
func TestJupyterClient(t *testing.T) {
	cmd := exec.Command(python(t), "testdata/client.py")
	cmd.Env = kernelspec(t)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("client.py: %v", err)
	}
	if !strings.HasSuffix(string(out), "all well\n") {
		t.Fatal("client.py did not come to its end")
	}
}
