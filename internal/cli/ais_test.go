package cli

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/handoff"
)

// The loop after LIS by files: export, an encoder in between, score.
func TestExportAndAIS(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	feed := []string{"--log", "feed", "--feed", smallFeed + ",world=text,alpha=1"}
	exclude := at("exclude.txt")
	if err := os.WriteFile(exclude, []byte("i7\n\ni8\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, out, errText := command(t, append([]string{"export", "--t", "3", "--min-updates", "10", "--exclude", exclude, "--out", at("prefs.parquet"), "--items", at("items.parquet")}, feed...)...); status != 0 || strings.Count(out, "\n") != 2 {
		t.Fatalf("export: exit %d, %q, %s", status, out, errText)
	}
	prefs, err := handoff.ReadPreferences(at("prefs.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	items, err := handoff.ReadItems(at("items.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := handoff.SHA256(at("prefs.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var ids, texts []string
	for _, i := range items {
		ids, texts = append(ids, i.ID), append(texts, i.Text)
	}
	content, err := lis.TextContent("words", ids, texts)
	if err != nil {
		t.Fatal(err)
	}
	taught, err := lis.Teach(prefs, content, "")
	if err != nil {
		t.Fatal(err)
	}
	v := &handoff.Vectors{IDs: taught.IDs, Vec: taught.Vec, Encoder: "words", Version: "1", PrefsSHA256: sum}
	if err := v.Write(at("vectors.parquet")); err != nil {
		t.Fatal(err)
	}
	score := append([]string{"ais", "--prefs", at("prefs.parquet"), "--items", at("items.parquet"), "--vectors", at("vectors.parquet"), "--horizon", "3", "--seeds", "1", "--rates", "0.02"}, feed...)
	if status, out, errText := command(t, append(score, "--out", at("ais.csv"))...); status != 0 || out != "" {
		t.Fatalf("ais: exit %d, %q, %s", status, out, errText)
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, at("ais.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	arms := map[string]bool{}
	for _, r := range rows[1:] {
		arms[r[1]+"/"+r[4]] = true
	}
	for _, want := range []string{"words/base", "words/slots", "words/random-9", "slots/base", "random-9/base"} {
		if !arms[want] {
			t.Errorf("no row %s in %v", want, arms)
		}
	}
	var side map[string]any
	if err := json.Unmarshal([]byte(read(t, at("ais.json"))), &side); err != nil || side["from"] != 3.0 {
		t.Errorf("from %v, %v: the preference data's day", side["from"], err)
	}
	if status, out, _ := command(t, score...); status != 0 || !strings.Contains(out, "words") {
		t.Errorf("without --out: exit %d, %q", status, out)
	}
	for _, format := range []string{".json", ".parquet", ".md", ".html", ".tex"} {
		if status, _, errText := command(t, append(score, "--quiet", "--out", at("x"+format))...); status != 0 {
			t.Errorf("%s: exit %d, %s", format, status, errText)
		}
	}

	v.PrefsSHA256 = strings.Repeat("0", 64)
	if err := v.Write(at("other.parquet")); err != nil {
		t.Fatal(err)
	}
	v.PrefsSHA256, v.Vec[5][0] = sum, float32(math.NaN())
	if err := v.Write(at("nan.parquet")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"another prefs":   {append([]string{"ais", "--prefs", at("prefs.parquet"), "--vectors", at("other.parquet")}, feed...), "bad-vectors"},
		"NaN":             {append([]string{"ais", "--prefs", at("prefs.parquet"), "--vectors", at("nan.parquet")}, feed...), "bad-vectors"},
		"no file":         {append([]string{"ais", "--vectors", at("none.parquet")}, feed...), "no-such-log"},
		"no vectors":      {append([]string{"ais"}, feed...), "usage"},
		"unknown ending":  {append([]string{"ais", "--vectors", at("vectors.parquet"), "--out", at("y.xls")}, feed...), "usage"},
		"export nowhere":  {append([]string{"export", "--t", "3"}, feed...), "usage"},
		"export no t":     {append([]string{"export", "--out", at("z.parquet")}, feed...), "usage"},
		"export past end": {append([]string{"export", "--t", "99", "--out", at("z.parquet")}, feed...), "too-few-periods"},
		"no list":         {append([]string{"export", "--t", "3", "--exclude", at("none"), "--out", at("z.parquet")}, feed...), "no-such-log"},
	} {
		status, out, errText := command(t, c.args...)
		if status != 2 || out != "" || !strings.HasPrefix(lastLine(errText), "lislab: "+c.want+":") {
			t.Errorf("%s: exit %d, %q, want 2 and %s; got %s", name, status, out, c.want, lastLine(errText))
		}
	}
	for _, path := range []string{"y.xls", "z.parquet"} {
		if _, err := os.Stat(at(path)); err == nil {
			t.Errorf("%s was made by a refused command", path)
		}
	}
}
