package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis"
)

// TestSweepContent gives a sweep the items' content in each form: the verdict then
// rests on content-reachable LIS, and survives being written and read.
func TestSweepContent(t *testing.T) {
	dir := t.TempDir()
	feed := []string{"--log", "feed", "--feed", "world=text,days=20,users=200,items_per_day=30,impressions_per_day=2000"}
	items := filepath.Join(dir, "items.parquet")
	if status, _, errs := command(t, append([]string{"export", "--slot", "item", "--t", "8", "--min-updates", "1", "--out", filepath.Join(dir, "prefs.parquet"), "--items", items}, feed...)...); status != 0 {
		t.Fatalf("exit %d: %s", status, errs)
	}
	study := append([]string{"sweep", "--slots", "item", "--horizons", "0,3", "--seeds", "1", "--protocol", "heldout", "--threshold", "0.0001"}, feed...)
	var parquet *lis.ReachResult
	for name, content := range map[string]string{"own.csv": ownContent, "file.csv": items} {
		out := filepath.Join(dir, name)
		if status, _, errs := command(t, append(study, "--content", content, "--out", out)...); status != 0 {
			t.Fatalf("%s: exit %d: %s", content, status, errs)
		}
		res, err := lis.ReadResult(out)
		if err != nil || res.Content == nil || res.Content.N == 0 {
			t.Fatalf("%s: %v, %+v", content, err, res.Content)
		}
		if said := res.Verdict().String(); strings.Contains(said, "Missing") {
			t.Errorf("%s: %s", content, said)
		}
		if parquet != nil && parquet.LIS != res.Content.LIS {
			t.Errorf("the log's own content gives %v, its file %v", res.Content, parquet)
		}
		parquet = res.Content
	}
	texts := filepath.Join(dir, "items.csv")
	if err := os.WriteFile(texts, []byte("item_id,text\ni1,red fox\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(dir, "none.csv")
	for content, want := range map[string]string{
		texts:                          "lislab: bad-vectors: id ",
		filepath.Join(dir, "gone.csv"): "lislab: no-such-log:",
	} {
		if status, _, errs := command(t, append(study, "--content", content, "--out", none)...); status != 2 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d: %s", content, status, errs)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "none*")); left != nil {
		t.Errorf("%v was written", left)
	}
}

// TestTableSlot: a bare --slot names the slot that is handed over, one with a
// column declares a slot, and export takes both.
func TestTableSlot(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "clicks.csv")
	if status, _, errs := command(t, "data", "feed", "--feed", "days=12,users=60,items_per_day=20,impressions_per_day=600", "--out", log); status != 0 {
		t.Fatal(errs)
	}
	export := func(more ...string) (int, string) {
		status, out, errs := command(t, append([]string{"export", "--log", log, "--t", "8", "--min-updates", "1", "--quiet", "--out", filepath.Join(dir, "prefs.parquet")}, more...)...)
		return status, out + errs
	}
	for want, flags := range map[string][]string{
		"rows of item after":   {"--slot", "item"},
		"rows of author after": {"--slot", "author", "--slot", "author=author"},
		"rows of user after":   {"--slot", "topic=topic", "--slot", "user"},
	} {
		if status, said := export(flags...); status != 0 || !strings.Contains(said, want) {
			t.Errorf("%v: exit %d: %s", flags, status, said)
		}
	}
	if status, said := export("--slot", "item", "--slot", "user"); status != 2 || !strings.Contains(said, "lislab: usage: --slot is both item and user") {
		t.Errorf("exit %d: %s", status, said)
	}
	if status, said := export("--slot", "film"); status != 2 || !strings.Contains(said, "lislab: unknown-slot:") {
		t.Errorf("exit %d: %s", status, said)
	}
}
