// Package kernelspec writes the folder by which Jupyter finds the kernel: what
// to start, how to interrupt it, and its logos.
package kernelspec

import (
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Name of the kernel, as notebooks and tools call it.
const Name = "lislab"

//go:embed logo-svg.svg logo-32x32.png logo-64x64.png
var logos embed.FS

// A Spec is Jupyter's kernel.json.
type Spec struct {
	Argv          []string       `json:"argv"`
	DisplayName   string         `json:"display_name"`
	Language      string         `json:"language"`
	InterruptMode string         `json:"interrupt_mode"`
	Metadata      map[string]any `json:"metadata"`
}

// New is the spec that starts the lislab binary exe, an absolute path.
func New(exe string) Spec {
	return Spec{
		Argv:          []string{exe, "kernel", "{connection_file}"},
		DisplayName:   "Go (lislab)",
		Language:      "go",
		InterruptMode: "message",
		// JupyterLab opens its variables panel for kernels that say this.
		Metadata: map[string]any{"debugger": true},
	}
}

// Write puts the spec and the logos under dir/kernels/lislab, where dir is a
// Jupyter data directory (PREFIX/share/jupyter, ~/.local/share/jupyter, …), and
// returns that folder. Each file is replaced whole.
func Write(dir, exe string) (string, error) {
	folder := filepath.Join(dir, "kernels", Name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	spec, err := json.MarshalIndent(New(exe), "", "  ")
	if err != nil {
		return "", err
	}
	files, err := logos.ReadDir(".")
	if err != nil {
		return "", err
	}
	for _, f := range files {
		b, err := logos.ReadFile(f.Name())
		if err != nil {
			return "", err
		}
		if err := replace(filepath.Join(folder, f.Name()), b); err != nil {
			return "", err
		}
	}
	return folder, replace(filepath.Join(folder, "kernel.json"), append(spec, '\n'))
}

func replace(path string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // a no-op once renamed
	_, err = tmp.Write(content)
	if cerr := tmp.Chmod(0o644); err == nil {
		err = cerr
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return os.Rename(tmp.Name(), path)
}

// UserDir is Jupyter's data directory of this user, as jupyter_core finds it.
func UserDir() (string, error) {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Jupyter"), nil
	case "windows":
		if app := os.Getenv("APPDATA"); app != "" {
			return filepath.Join(app, "jupyter"), nil
		}
		return filepath.Join(home, ".jupyter", "data"), nil
	}
	if data := os.Getenv("XDG_DATA_HOME"); data != "" {
		return filepath.Join(data, "jupyter"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter"), nil
}
