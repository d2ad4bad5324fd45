package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lislab/lislab/lis"
)

// parsed gives the options that lislab sweep reads from its arguments.
func parsed(t *testing.T, args ...string) (sweepOptions, error) {
	t.Helper()
	var got sweepOptions
	called := false
	cmd := sweepCmd(func(_ context.Context, o sweepOptions) error {
		got, called = o, true
		return nil
	})
	cmd.SetFlagErrorFunc(flagError)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(io.Discard)
	cmd.SetArgs(args)
	err := cmd.Execute()
	if err == nil && !called {
		t.Fatal("neither an error nor a call")
	}
	return got, err
}

func TestSweepFlags(t *testing.T) {
	o, err := parsed(t, "--log", "clicks.csv", "--time", "ts", "--user", "person", "--item=film", "--label", "stars", "--label-at-least", "0",
		"--slot", "genre=g", "--slot", "maker=m", "--numeric", "price=usd", "--time-format", "ms", "--timezone", "Europe/Berlin", "--allow-duplicates", "--stream",
		"--slots", "item", "--slots", "item,user,item+genre", "--horizons", "0, 7,30", "--max-updates", "10,INF", "--filter", "age<3", "--filter", "topic=t7", "--seeds", "2", "--protocol", "raw,fork",
		"--folds", "4", "--period", "1w", "--t", "15..30", "--controls", "--ranker", "deepfm", "--dim", "4", "--learning-rate", "0.02",
		"--metric", "gauc", "--tune", "--jobs", "1", "--quiet", "--out", "x.csv", "--scores", "s.csv", "--importance", "i.csv")
	if err != nil {
		t.Fatal(err)
	}
	zero := 0.0
	want := sweepOptions{
		logOptions: logOptions{
			Log:     "clicks.csv",
			Columns: lis.Columns{Time: "ts", User: "person", Item: "film", Label: "stars", LabelAtLeast: &zero, Slots: map[string]string{"genre": "g", "maker": "m"}, Numeric: map[string]string{"price": "usd"}, TimeFormat: "ms", Timezone: "Europe/Berlin", AllowDuplicates: true},
			Stream:  "on",
			set:     columnFlags,
		},
		Study: lis.Study{Slots: []string{"item", "user", "item+genre"}, Horizons: []int{0, 7, 30}, MaxUpdates: []int{10, lis.Inf}, Filters: []string{"age<3", "topic=t7"}, Seeds: 2, Protocols: []lis.Protocol{lis.Raw, lis.Fork},
			Folds: 4, Period: 7 * 24 * time.Hour, T: &[2]int{15, 30}, Controls: true, Ranker: "deepfm", Dim: 4, LearningRate: 0.02, Metric: "gauc", Jobs: 1},
		Out: "x.csv", Scores: "s.csv", Importance: "i.csv", Tune: true, Quiet: true,
	}
	if d := cmp.Diff(want, o, cmp.AllowUnexported(sweepOptions{}, logOptions{})); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestSweepFlagsLeftOutStayZero(t *testing.T) {
	o, err := parsed(t, "--log", "feed", "--feed-seed", "1,2", "--jobs", "2")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(lis.Study{Jobs: 2}, o.Study); d != "" {
		t.Errorf("study (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]uint64{1, 2}, o.Seeds); d != "" {
		t.Error(d)
	}
}

func TestSweepRefusesBeforeItBegins(t *testing.T) {
	for _, c := range []struct {
		args, name, says string
	}{
		{"", "usage", "no log"},
		{"--log feed --horizon 7", "usage", "did you mean --horizons?"},
		{"--log feed --horizons 7,x", "usage", `"x" in "7,x"`},
		{"--log feed --horizons 7,,8", "usage", `"" in "7,,8"`},
		{"--log feed --max-updates many", "usage", "such as 10,1000,inf"},
		{"--log feed --period 7", "usage", "such as 24h, 1d or 1w"},
		{"--log feed --period -24h", "usage", "such as 24h, 1d or 1w"},
		{"--log feed --t 3-5", "usage", "such as 15..30"},
		{"--log feed --seeds 0", "usage", "--seeds 0"},
		{"--log feed --seeds three", "usage", "seeds"},
		{"--log feed --jobs 0", "usage", "--jobs 0"},
		{"--log feed --out x.xls", "usage", ".csv, .parquet"},
		{"--log feed --out table", "usage", ".csv, .parquet"},
		{"--log feed --time ts", "usage", "--time says how to read a file"},
		{"--log x.csv --feed alpha=1", "usage", "of the simulated feed"},
		{"--log feed --feed-seed 1,1", "usage", "1 twice"},
		{"--log feed --feed-seed -1", "usage", "whole numbers"},
		{"--log x.csv --slot genre", "usage", "NAME=COLUMN"},
		{"--log x.csv --slot a=b --slot a=c", "usage", "a is both b and c"},
		{"--log x.csv --time-format iso", "usage", "auto, s, ms"},
	} {
		_, err := parsed(t, strings.Fields(c.args)...)
		if lis.Name(err) != c.name || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want %s with %q", c.args, err, c.name, c.says)
		}
	}
}

func TestStudyFile(t *testing.T) {
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "study.yaml")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	file := write("# films by week\nlog: films.csv\nslot: {genre: g, maker: m}\nslots: [item, item+genre]\nhorizons: 0,1\nmax_updates: [10, inf]\nseeds: 5\nperiod: 1w\ncontrols: true\n")
	o, err := parsed(t, "--study", file, "--seeds", "2")
	if err != nil {
		t.Fatal(err)
	}
	want := lis.Study{Slots: []string{"item", "item+genre"}, Horizons: []int{0, 1}, MaxUpdates: []int{10, lis.Inf}, Seeds: 2, Period: 7 * 24 * time.Hour, Controls: true, Jobs: o.Study.Jobs}
	if d := cmp.Diff(want, o.Study); d != "" {
		t.Errorf("study (-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[string]string{"genre": "g", "maker": "m"}, o.Columns.Slots); d != "" || o.Log != "films.csv" {
		t.Errorf("log %s, slots %s", o.Log, d)
	}
	for text, want := range map[string]string{
		"log: feed\nhorizon: 3\n":         "unknown-key: no key horizon; did you mean horizons? (FILE:2, column horizon)",
		"log: feed\nseeds: three\n":       `usage: key seeds: "three" is no int (FILE:2, column seeds)`,
		"log: feed\nslots: {item: yes}\n": "usage: key slots: a mapping where a value was expected (FILE:2, column slots)",
		"log: feed\nseeds: [3\n":          "usage: line ",
		"- log\n":                         "usage: a study is a mapping",
	} {
		file := write(text)
		_, err := parsed(t, "--study", file)
		if err == nil || !strings.HasPrefix(strings.ReplaceAll(err.Error(), file, "FILE"), want) {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
	if _, err := parsed(t, "--study", filepath.Join(t.TempDir(), "none.yaml")); lis.Name(err) != "no-such-log" {
		t.Errorf("a study that is not there: %v", err)
	}
}

func TestShellLine(t *testing.T) {
	got := shellLine([]string{"sweep", "--log", "my log.csv", "--slots", "item+user", "--out", "it's.csv"})
	if want := `lislab sweep --log 'my log.csv' --slots item+user --out 'it'\''s.csv'`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestWholeFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x.csv")
	if err := os.WriteFile(file, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := newWholeFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.commit(func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return io.ErrShortWrite }); lis.Name(err) != "io" {
		t.Errorf("a failed write: %v", err)
	}
	if b, _ := os.ReadFile(file); string(b) != "before" {
		t.Errorf("a failed write changed the file to %q", b)
	}
	if err := f.commit(func(w io.Writer) error { _, err := io.WriteString(w, "after"); return err }); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(file); string(b) != "after" {
		t.Errorf("got %q", b)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := newWholeFile(filepath.Join(dir, "none", "x.csv")); lis.Name(err) != "io" || !strings.Contains(err.Error(), "mkdir -p") {
		t.Errorf("no folder: %v", err)
	}
	if _, err := newWholeFile(dir); lis.Name(err) != "io" {
		t.Errorf("a folder for a file: %v", err)
	}
}
