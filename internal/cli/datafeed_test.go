package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDataFeed writes a small feed and holds a sweep of the file against a sweep
// of the feed itself: the same figures, whatever the file is packed in.
func TestDataFeed(t *testing.T) {
	dir := t.TempDir()
	const small = "days=12,users=60,items_per_day=20,impressions_per_day=600"
	study := []string{"--slots", "item", "--horizons", "0,1", "--seeds", "1", "--protocol", "heldout", "--quiet"}
	figures := func(name string, log ...string) string {
		t.Helper()
		out := filepath.Join(dir, name)
		if status, _, err := command(t, append(append([]string{"sweep", "--out", out}, log...), study...)...); status != 0 {
			t.Fatalf("exit %d: %s", status, err)
		}
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
			_, figures, _ := strings.Cut(line, ",") // the log's name differs
			rows = append(rows, figures)
		}
		return strings.Join(rows, "\n")
	}
	want := figures("feed.csv", "--log", "feed", "--feed", small, "--feed-seed", "3")
	for _, name := range []string{"clicks.csv", "clicks.csv.gz"} {
		file := filepath.Join(dir, name)
		status, said, errs := command(t, "data", "feed", "--feed", small, "--feed-seed", "3", "--out", file)
		if status != 0 || !strings.Contains(said, ": 7200 impressions") {
			t.Fatalf("exit %d, said %q, %s", status, said, errs)
		}
		if got := figures("of_"+strings.TrimSuffix(name, ".gz"), "--log", file, "--slot", "author=author", "--slot", "topic=topic", "--slot", "context=context"); got != want {
			t.Errorf("%s swept:\n%s\nthe feed:\n%s", name, got, want)
		}
	}
}

func TestDataFeedRefusals(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ args, want string }{
		{"", "lislab: usage: no file to write"},
		{"--out " + filepath.Join(dir, "clicks.xlsx"), "no format has this ending; end it in .csv or .csv.gz"},
		{"--feed day=3 --out " + filepath.Join(dir, "clicks.csv"), "lislab: unknown-key:"},
		{"--items items.csv --out " + filepath.Join(dir, "clicks.csv"), "lislab: usage: the items of this feed have no captions"},
		{"--out " + filepath.Join(dir, "none", "clicks.csv"), "lislab: io: no folder to write to"},
	} {
		status, _, errs := command(t, append([]string{"data", "feed"}, strings.Fields(c.args)...)...)
		if status != 2 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d, %q, want %q", c.args, status, errs, c.want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v, %v is left", err, left)
	}
}
