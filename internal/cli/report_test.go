package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	dir := t.TempDir()
	csv := filepath.Join(dir, "r.csv")
	if status, _, errText := command(t, smallSweep("--max-updates", "10,inf", "--controls", "--quiet", "--out", csv)...); status != 0 {
		t.Fatal(errText)
	}
	for flag, want := range map[string]string{"--slides": "r.slides.html", "--html": "r.html"} {
		status, out, errText := command(t, "report", csv, flag)
		if status != 0 || strings.TrimSpace(out) != filepath.Join(dir, want) {
			t.Fatalf("%s: exit %d, %q, %s", flag, status, out, errText)
		}
		page := read(t, filepath.Join(dir, want))
		for _, title := range []string{"Is this data worth training", "The method in one picture", "What the future knows", "How sure are we?", "memorised", "coin flips", "Where it helps", "Do the controls stand?", "Decision"} {
			if !strings.Contains(page, title) {
				t.Errorf("%s has no %q", want, title)
			}
		}
		if m := regexp.MustCompile(`(?:src|href)="?(?:https?:)?//[^"> ]*|@import|url\(["']?https?:`).FindString(page); m != "" {
			t.Errorf("%s refers to another host: %s", want, m)
		}
		if n := strings.Count(page, "<svg "); n < 7 {
			t.Errorf("%s has %d drawings", want, n)
		}
	}
	if notes := strings.Count(read(t, filepath.Join(dir, "r.slides.html")), `<aside class="notes">`); notes < 8 {
		t.Errorf("%d slides have notes", notes)
	}
}

func TestReportRefuses(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(bad, []byte("a,b\n1,2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for args, name := range map[string]string{
		"":                                       "usage",
		bad:                                      "usage",
		bad + " --slides --html":                 "usage",
		bad + " --slides":                        "unknown-column",
		bad + " --html --out x.pdf":              "usage",
		filepath.Join(dir, "no.csv") + " --html": "no-such-log",
	} {
		status, _, errText := command(t, append([]string{"report"}, strings.Fields(args)...)...)
		if status != 2 || !strings.HasPrefix(lastLine(errText), "lislab: "+name+": ") {
			t.Errorf("%q: exit %d, %s", args, status, errText)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.html")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}
