package plots

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestPDFKeepsTextAsText(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no pdftotext: apt-get install poppler-utils")
		}
		t.Skip("no pdftotext: apt-get install poppler-utils")
	}
	file := filepath.Join(t.TempDir(), "curve.pdf")
	c := Curve(invented())
	c.Title = "Δ ≥ −0.001" // letters that are drawn as outlines
	if err := c.Save(file); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"item, raw", "leakage horizon n (days)", "0.01"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("PDF has no text %q", want)
		}
	}
}
