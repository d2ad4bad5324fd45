package kernel_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// TestEndsWithItsParent kills the process that started a kernel.
func TestEndsWithItsParent(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "connection.json")
	if err := os.WriteFile(file, []byte(`{"ip": "127.0.0.1", "key": "k"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]string{
		// The kernel's parent is the shell that is killed.
		"the process above": `"$0" "$1" & echo started; wait`,
		// JPY_PARENT_PID is the shell that is killed; between them stands another.
		"JPY_PARENT_PID": `export JPY_PARENT_PID=$$; sh -c '"$0" "$1" & wait' "$0" "$1" & echo started; wait`,
	} {
		t.Run(name, func(t *testing.T) {
			shell := exec.Command("sh", "-c", script, self, file)
			shell.Env = append(os.Environ(), echoKernel+"=1", "JPY_PARENT_PID=",
				"XDG_DATA_HOME="+t.TempDir(), "XDG_CACHE_HOME="+t.TempDir())
			out, err := shell.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := shell.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := out.Read(make([]byte, len("started\n"))); err != nil {
				t.Fatal(err)
			}
			time.Sleep(300 * time.Millisecond) // the kernel looks who its parent is
			if err := shell.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			// The kernel holds the pipe's other end: it closes when the kernel ends.
			ended := make(chan error, 1)
			go func() { _, err := io.ReadAll(out); ended <- err }()
			select {
			case <-ended:
			case <-time.After(20 * time.Second):
				t.Error("the kernel lives on")
			}
			shell.Wait()
		})
	}
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
