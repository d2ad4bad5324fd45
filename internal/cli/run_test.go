package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunReadsItsFlags(t *testing.T) {
	dir := t.TempDir()
	nb := filepath.Join(dir, "a.ipynb")
	if err := os.WriteFile(nb, []byte(`{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}`), 0o644); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "b.ipynb")
	if err := os.WriteFile(broken, []byte(`{"cells":`), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no notebook":       {[]string{"run"}, "usage"},
		"not there":         {[]string{"run", filepath.Join(dir, "none.ipynb")}, "no-such-log"},
		"broken":            {[]string{"run", broken}, "usage"},
		"a bad parameter":   {[]string{"run", nb, "-p", "seeds"}, "usage"},
		"an unknown ending": {[]string{"run", nb, "-o", filepath.Join(dir, "out.txt")}, "usage"},
	} {
		status, _, errText := command(t, c.args...)
		if status != 2 || !strings.HasPrefix(lastLine(errText), "lislab: "+c.want+":") {
			t.Errorf("%s: exit %d, %s", name, status, lastLine(errText))
		}
	}
}
