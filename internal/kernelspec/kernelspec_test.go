package kernelspec

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWriteReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	for _, exe := range []string{"/old/and/longer/lislab", "/new/lislab"} {
		folder, err := Write(dir, exe)
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(dir, "kernels", "lislab"); folder != want {
			t.Errorf("wrote to %s, want %s", folder, want)
		}
		b, err := os.ReadFile(filepath.Join(folder, "kernel.json"))
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{
			"argv":           []any{exe, "kernel", "{connection_file}"},
			"display_name":   "Go (lislab)",
			"language":       "go",
			"interrupt_mode": "message",
			"metadata":       map[string]any{"debugger": true},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("kernel.json (-want +got):\n%s", d)
		}
		left, err := filepath.Glob(filepath.Join(folder, ".tmp-*"))
		if err != nil || len(left) > 0 {
			t.Errorf("temporary files left: %v, %v", left, err)
		}
	}
}

func TestLogos(t *testing.T) {
	for name, side := range map[string]int{"logo-32x32.png": 32, "logo-64x64.png": 64} {
		b, err := logos.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if c.Width != side || c.Height != side {
			t.Errorf("%s is %d × %d", name, c.Width, c.Height)
		}
	}
	b, err := logos.ReadFile("logo-svg.svg")
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(b, new(struct{})); err != nil {
		t.Errorf("logo-svg.svg: %v", err)
	}
}

func TestUserDir(t *testing.T) {
	t.Setenv("JUPYTER_DATA_DIR", "/somewhere/jupyter")
	if dir, err := UserDir(); err != nil || dir != "/somewhere/jupyter" {
		t.Errorf("with JUPYTER_DATA_DIR: %s, %v", dir, err)
	}
}
