package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs lislab in process: its exit status and what it wrote.
func command(t *testing.T, args ...string) (status int, out, errText string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(context.Background(), streams{out: &o, err: &e, args: args})
	return status, o.String(), e.String()
}

// lastLine is the last line on standard error.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestWrongUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"verison"}, `lislab: usage: no verb "verison"; did you mean version?; lislab --help lists the verbs`},
		{[]string{"frobnicate"}, `lislab: usage: no verb "frobnicate"; lislab --help lists the verbs`},
		{[]string{"install", "--prefx", "x"}, "lislab: usage: lislab install has no flag --prefx; did you mean --prefix?; see lislab install --help"},
		{[]string{"install", "here"}, `lislab: usage: lislab install takes no argument, got "here"; see lislab install --help`},
		{[]string{"install", "--user", "--sys-prefix"}, "lislab: usage: --user, --prefix and --sys-prefix exclude each other; choose one"},
		{[]string{"install", "--prefix"}, "lislab: usage: flag needs an argument: --prefix; see lislab install --help"},
	} {
		status, out, errText := command(t, c.args...)
		if status != 2 || out != "" || lastLine(errText) != c.want {
			t.Errorf("lislab %s: exit %d, out %q, last line\n  %s\nwant exit 2 and\n  %s", strings.Join(c.args, " "), status, out, lastLine(errText), c.want)
		}
	}
}

func TestHelpListsEveryVerb(t *testing.T) {
	status, out, _ := command(t)
	if status != 0 {
		t.Fatalf("exit %d", status)
	}
	for _, verb := range verbs {
		c := verb(streams{})
		if listed := strings.Contains(out, "\n  "+c.Name()); listed == c.Hidden {
			t.Errorf("help lists %s: %v\n%s", c.Name(), listed, out)
		}
	}
}

func TestVersion(t *testing.T) {
	status, out, _ := command(t, "version")
	if status != 0 || !strings.HasPrefix(out, "lislab "+Version+" (commit ") {
		t.Errorf("exit %d, %q", status, out)
	}
}

func TestInstallPrefix(t *testing.T) {
	dir := t.TempDir()
	// A repeated flag: the last counts.
	status, out, errText := command(t, "install", "--prefix", "nowhere", "--prefix", dir)
	if status != 0 {
		t.Fatalf("exit %d: %s", status, errText)
	}
	file := filepath.Join(dir, "share", "jupyter", "kernels", "lislab", "kernel.json")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), exe) || !strings.Contains(out, filepath.Dir(file)) {
		t.Errorf("kernel.json %s\nout %s", b, out)
	}
}

func TestInstallNowhere(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "venv")
	status, _, errText := command(t, "install", "--prefix", missing)
	if status != 2 || !strings.HasPrefix(lastLine(errText), "lislab: usage: no folder "+missing) {
		t.Errorf("exit %d: %s", status, errText)
	}
	if _, err := os.Stat(missing); !os.IsNotExist(err) {
		t.Errorf("%s was made", missing)
	}
}
