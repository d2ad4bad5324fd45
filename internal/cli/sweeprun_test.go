package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/lislab/lislab/lis"
)

// smallFeed is a feed that a sweep takes a fraction of a second on.
const smallFeed = "users=200,authors=30,items_per_day=20,impressions_per_day=1500,days=12"

func smallSweep(more ...string) []string {
	return append([]string{"sweep", "--log", "feed", "--feed", smallFeed, "--slots", "item,user+author", "--horizons", "0,1,3", "--seeds", "2", "--dim", "4"}, more...)
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSweepWritesTheTableAndWhatItIsOf(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "x.csv")
	scores := filepath.Join(dir, "scores.csv")
	importance := filepath.Join(dir, "importance.csv")
	status, stdout, errText := command(t, smallSweep("--out", out, "--scores", scores, "--importance", importance, "--jobs", "1")...)
	if status != 0 || stdout != "" {
		t.Fatalf("exit %d, out %q, err %s", status, stdout, errText)
	}
	if !strings.Contains(errText, "feed: 18000 impressions in 12 periods; t = 3..8 scores") || !strings.Contains(errText, "expected intervals: item ±0.") {
		t.Errorf("the outlook was not said: %s", errText)
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, out))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], ","); !strings.HasPrefix(got, "log,protocol,slot,horizon,max_updates,scope,seeds,days,n,n_pos,share,auc_base,auc_leaked,lis,se,ci_low,ci_high,p,p_adj,significant,memorised,error") {
		t.Errorf("columns %s", got)
	}
	if len(rows) != 1+2*2*3*2*2 { // protocols × slots × horizons × filters × scopes
		t.Errorf("%d rows", len(rows))
	}
	var side map[string]any
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "x.json"))), &side); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"version", "commit", "command", "study", "log", "t", "t_left_out", "seeds", "warnings", "arithmetic", "wall_seconds"} {
		if _, ok := side[key]; !ok {
			t.Errorf("x.json does not say %s", key)
		}
	}
	if got := fmt.Sprint(side["t"]); got != "[3 4 5 6 7 8]" {
		t.Errorf("t %s", got)
	}
	if got := fmt.Sprint(side["study"].(map[string]any)["learning_rate"]); got != "0.1" {
		t.Errorf("learning rate %s: defaults must be filled in", got)
	}
	if head, _, _ := strings.Cut(read(t, scores), "\n"); head != "row,day,user,item,label,seed,fold,protocol,base,updates_user,updates_item,updates_author,updates_topic,updates_context,item_n0,item_n1,item_n3,user+author_n0,user+author_n0_m1000,user+author_n1,user+author_n1_m1000,user+author_n3,user+author_n3_m1000" {
		t.Errorf("scores %s", head)
	}
	if head, _, _ := strings.Cut(read(t, importance), "\n"); head != "slot,auc_loss,se" {
		t.Errorf("importance %s", head)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 4 {
		t.Errorf("left behind: %v, %v", entries, err)
	}

	// The same to the byte, on any number of cores.
	again := filepath.Join(dir, "again.csv")
	if status, _, errText := command(t, smallSweep("--out", again, "--jobs", "2", "--quiet")...); status != 0 || errText != "" {
		t.Fatalf("exit %d, err %q with --quiet", status, errText)
	}
	if read(t, out) != read(t, again) {
		t.Error("--jobs 1 and --jobs 2 give different tables")
	}
	res, err := lis.ReadResult(out)
	if err != nil || len(res.Rows) != len(rows)-1 || res.Study.Seeds != 2 {
		t.Errorf("read back: %v", err)
	}
}

func TestSweepFormats(t *testing.T) {
	dir := t.TempDir()
	status, stdout, errText := command(t, smallSweep("--quiet")...)
	if status != 0 || !strings.Contains(stdout, "Leakage Impact Score") || errText != "" {
		t.Fatalf("exit %d, err %q, out %s", status, errText, stdout)
	}
	for ending, want := range map[string]string{".json": "{", ".md": "|", ".html": "<!DOCTYPE html>", ".tex": `\begin{`, ".parquet": "PAR1"} {
		out := filepath.Join(dir, ending[1:]+ending) // a name each: beside r.md stands r.json
		if status, _, errText := command(t, smallSweep("--quiet", "--out", out)...); status != 0 {
			t.Fatalf("%s: exit %d, %s", ending, status, errText)
		}
		if text := read(t, out); !strings.Contains(text, want) {
			t.Errorf("%s has no %q", ending, want)
		}
	}
	var all struct {
		Study map[string]any
		Rows  []map[string]any
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "json.json"))), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Rows) != 48 || all.Rows[0]["horizon"] != 0.0 || all.Rows[0]["slot"] != "item" || all.Rows[0]["significant"] != false || all.Study["seeds"] != 2.0 {
		t.Errorf("JSON: %d rows, %v", len(all.Rows), all.Rows[0])
	}
}

func TestParquetHoldsTheFigures(t *testing.T) {
	nan := math.NaN()
	res := &lis.Result{Rows: []lis.Row{
		{Log: "a", Protocol: lis.HeldOut, Slot: "item", Horizon: 7, MaxUpdates: lis.Inf, Scope: "all", Seeds: 3, Days: 2, N: 50, NPos: 20, Share: 1, AUCBase: .6, AUCLeaked: .7, LIS: 1.0 / 3, SE: .01, CILow: .1, CIHigh: .2, P: .5, PAdj: .5, Significant: true, Memorised: nan},
		{Log: "a", Protocol: lis.Raw, Slot: "item", Horizon: 7, MaxUpdates: 10, Scope: "cold", LIS: nan, Share: nan, AUCBase: nan, AUCLeaked: nan, SE: nan, CILow: nan, CIHigh: nan, P: nan, PAdj: nan, Memorised: nan, Error: "one-class"},
	}}
	var buf bytes.Buffer
	if err := writeParquet(&buf, res); err != nil {
		t.Fatal(err)
	}
	f, err := file.NewParquetReader(bytes.NewReader(buf.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := r.ReadTable(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	col := func(name string) any {
		return table.Column(table.Schema().FieldIndices(name)[0]).Data().Chunk(0)
	}
	if v := col("lis").(*array.Float64); v.Value(0) != 1.0/3 || !v.IsNull(1) {
		t.Errorf("lis %v", v)
	}
	if v := col("max_updates").(*array.String); v.Value(0) != "inf" || v.Value(1) != "10" {
		t.Errorf("max_updates %v", v)
	}
	if v := col("significant").(*array.Boolean); !v.Value(0) || v.Value(1) {
		t.Errorf("significant %v", v)
	}
	if v := col("n").(*array.Int64); v.Value(0) != 50 {
		t.Errorf("n %v", v)
	}
	if v := col("error").(*array.String); v.Value(0) != "" || v.Value(1) != "one-class" {
		t.Errorf("error %v", v)
	}
}

func TestRowErrorsAreExitOne(t *testing.T) {
	err := rowErrors(&lis.Result{Rows: []lis.Row{{}, {Log: "a", Protocol: lis.Raw, Slot: "item", Horizon: 7, Error: "one-class"}}})
	if got := oneLine(err); got != "one-class: 1 of 2 rows could not be computed, the first raw item n=7 of log a; the other rows are complete" {
		t.Error(got)
	}
	if _, failed := err.(failure); !failed {
		t.Errorf("%T", err)
	}
	if err := rowErrors(&lis.Result{Rows: []lis.Row{{}}}); err != nil {
		t.Error(err)
	}
}

func TestFeedSeedsAreLogsOfTheirOwn(t *testing.T) {
	out := filepath.Join(t.TempDir(), "x.csv")
	if status, _, errText := command(t, smallSweep("--feed-seed", "4,9", "--seeds", "1", "--out", out, "--quiet")...); status != 0 {
		t.Fatalf("exit %d: %s", status, errText)
	}
	res, err := lis.ReadResult(out)
	if err != nil {
		t.Fatal(err)
	}
	logs := map[string]int{}
	for _, r := range res.Rows {
		logs[r.Log]++
	}
	if len(logs) != 2 || logs["feed:4"] != 48 || logs["feed:9"] != 48 {
		t.Errorf("logs %v", logs)
	}
}

// A bad request neither makes nor changes the output file, and says by name
// what was wrong.
func TestSweepRefusals(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	var ones strings.Builder
	ones.WriteString("time,user,item,label\n")
	for i := range 400 {
		fmt.Fprintf(&ones, "%d,u%d,i%d,1\n", 1700000000+i*3600, i%7, i%5)
	}
	oneClass := write("ones.csv", ones.String())
	badTime := write("time.csv", "time,user,item,label\n1700000000,a,b,1\nyesterday,a,b,0\n")
	badLabel := write("label.csv", "time,user,item,label\n1700000000,a,b,1\n1700000001,a,b,maybe\n")
	missing := write("missing.csv", "time,user,item,label\n1700000000,a,,1\n1700000001,a,b,0\n")
	twice := write("twice.csv", "time,user,item,label\n"+strings.Repeat("1700000000,a,b,1\n", 10)+"1700000001,a,b,0\n")
	notLog := write("none.yaml", "lgo: feed\n")
	ragged := write("ragged.csv", "time,user,item,label\n1700000000,a,b,1\n1700000001,a,b\n1700000002,a,c,0\n")
	absurd := write("absurd.csv", "time,user,item,label\n1700000000,a,b,1\n999999999999999999999,a,b,0\n")
	number := write("number.csv", "time,user,item,label,price\n1700000000,a,b,1,2\n1700000001,a,c,0,NaN\n")
	stars := write("stars.csv", "time,user,item,stars\n1700000000,a,b,4\n1700000001,a,c,many\n")
	torn := write("torn.csv.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03time")
	empty := write("empty.csv", "")
	out := write("out.csv", "before")
	tried := map[string]bool{ // by other tests than this one
		"bad-vectors": true, // TestExportAndAIS
		"checksum":    true, // TestDataRefusals
		"unsafe-path": true, // package registry, TestMaliciousArchives: an archive that is pinned cannot be one
	}
	for _, c := range []struct {
		name string
		args string
		says string
	}{
		{"unknown-slot", "--log feed --feed " + smallFeed + " --slots itm", "item"},
		{"unknown-key", "--log feed --feed alfa=1", "alpha"},
		{"usage", "--log feed --feed " + smallFeed + " --protocol rew", "heldout"},
		{"usage", "--log feed --feed alpha=much", "alpha"},
		{"horizon-past-end", "--log feed --feed " + smallFeed + " --horizons 7 --t 3..8", "largest horizon"},
		{"too-few-periods", "--log feed --feed " + smallFeed + " --horizons 400", "largest horizon"},
		{"no-such-log", "--log " + filepath.Join(dir, "nowhere.csv"), "nowhere.csv"},
		{"no-such-log", "--log movietwitings-100k", "movietwitings-100k"},
		{"one-class", "--log " + oneClass, "both classes"},
		{"bad-time", "--log " + badTime, badTime + ":3, column time"},
		{"bad-label", "--log " + badLabel, badLabel + ":3, column label"},
		{"missing-value", "--log " + missing, missing + ":2, column item"},
		{"duplicate-rows", "--log " + twice, "twice.csv"},
		{"unknown-column", "--log " + badTime + " --label liked", "liked"},
		{"unknown-key", "--study " + notLog, "log"},
		{"io", "--log feed --feed " + smallFeed + " --out " + filepath.Join(dir, "no", "x.csv"), "mkdir -p"},
		{"io", "--log " + torn, torn},
		{"bad-row", "--log " + ragged, ragged + ":3"},
		{"bad-row", "--log " + empty, "empty.csv"},
		{"bad-time", "--log " + absurd, absurd + ":3, column time"},
		{"missing-value", "--log " + number + " --numeric price=price", number + ":3, column price"},
		{"bad-label", "--log " + stars + " --label stars --label-at-least 3", stars + ":3, column stars"},
		{"no-such-log", "--log " + filepath.Join(dir, "none-*.csv"), "none-*.csv"},
		{"no-such-log", "--study " + filepath.Join(dir, "none.yml"), "none.yml"},
		{"usage", "--log feed --feed " + smallFeed + " --horizons -1", "horizon"},
		{"usage", "--log feed --feed " + smallFeed + " --t 8..3", "8..3"},
		{"usage", "--log feed --feed " + smallFeed + " --seeds many", "seeds"},
		{"usage", "--log feed --feed " + smallFeed + " --folds 1", "folds"},
		{"usage", "--log feed --feed " + smallFeed + " --ranker gbdt", "deepfm"},
		{"usage", "--log feed --feed " + smallFeed + " --protocol p2 --ranker deepfm", "no room"},
		{"usage", "--log feed --feed " + smallFeed + " --max-updates 0", "1 or more"},
		{"usage", "--log feed --feed " + smallFeed + " --period 0h5", "period"},
		{"usage", "--log feed --feed " + smallFeed + " --out x.xls", ".xls"},
		{"usage", "--log feed --slot author", "slot"},
	} {
		tried[c.name] = true
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"sweep", "--out", out}, strings.Fields(c.args)...)
			status, stdout, errText := command(t, args...)
			last := lastLine(errText)
			if status != 2 || stdout != "" || !strings.HasPrefix(last, "lislab: "+c.name+": ") || !strings.Contains(last, c.says) {
				t.Errorf("%s: exit %d, out %q, last line\n%s\nwant %s and %q", c.args, status, stdout, last, c.name, c.says)
			}
			if got := read(t, out); got != "before" {
				t.Fatalf("%s: the output file was changed to %.40q", c.args, got)
			}
		})
	}
	for _, name := range strings.Fields("usage unknown-slot unknown-column unknown-key bad-time bad-label bad-row missing-value one-class horizon-past-end too-few-periods no-such-log duplicate-rows bad-vectors checksum unsafe-path io") {
		if !tried[name] {
			t.Errorf("no command is refused by the name %s", name)
		}
		if err := lis.Named(name); err == nil || lis.Name(err) != name {
			t.Errorf("%s is no error of package lis", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "out.json")); !os.IsNotExist(err) {
		t.Error("a refused sweep left out.json")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A journal that a killed sweep left is gone on from, to the same bytes, and is
// gone at the end.
func TestSweepGoesOnAfterAKill(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.csv")
	if status, _, errText := command(t, smallSweep("--out", whole, "--quiet")...); status != 0 {
		t.Fatal(errText)
	}
	out := filepath.Join(dir, "x.csv")
	journal := filepath.Join(dir, "x.journal")
	log, err := (logOptions{Log: "feed", Feed: smallFeed}).logs(&progress{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := log[0](context.Background())
	if err != nil {
		t.Fatal(err)
	}
	o, err := parsed(t, smallSweep()[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	o.Study.Journal = journal
	if _, err := lis.Sweep(context.Background(), l, o.Study); err != nil {
		t.Fatal(err)
	}
	b := read(t, journal)
	if err := os.WriteFile(journal, []byte(b[:2*len(b)/3]), 0o644); err != nil { // as a kill leaves it
		t.Fatal(err)
	}
	if status, _, errText := command(t, smallSweep("--out", out, "--quiet")...); status != 0 {
		t.Fatal(errText)
	}
	if read(t, whole) != read(t, out) {
		t.Error("the resumed sweep gives other bytes")
	}
	if _, err := os.Stat(journal); !os.IsNotExist(err) {
		t.Error("the journal is still there")
	}
}

func TestInterruptSaysHowToGoOn(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out := filepath.Join(t.TempDir(), "x.csv")
	args := smallSweep("--out", out, "--quiet")
	var o, e bytes.Buffer
	status := run(ctx, streams{out: &o, err: &e, args: args})
	want := "lislab: interrupted: what is done is kept in " + filepath.Join(filepath.Dir(out), "x.journal") + "; go on with: " + shellLine(args)
	if status != 130 || lastLine(e.String()) != want {
		t.Errorf("exit %d, %s\nwant %s", status, e.String(), want)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Error("an interrupted sweep wrote its file")
	}
}

// A log read as one that is larger than memory gives the same bytes.
func TestStreamedSweepIsTheSweep(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("time,user,item,label,genre\n")
	for i := range 6000 {
		fmt.Fprintf(&b, "%d,u%d,i%d,%d,g%d\n", 1_700_000_000+i*200, i%31, i*i%97, i*i%97*i%3%2, i%5)
	}
	path := filepath.Join(dir, "log.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	var tables, scores [2]string
	for i, mode := range []string{"--stream", "--stream=off"} {
		out, table := filepath.Join(dir, "out.csv"), filepath.Join(dir, "scores.csv")
		if status, _, errText := command(t, "sweep", "--log", path, mode, "--slot", "genre=genre", "--horizons", "0,1,2", "--seeds", "1", "--out", out, "--scores", table); status != 0 {
			t.Fatalf("%s: exit %d: %s", mode, status, errText)
		}
		tables[i], scores[i] = read(t, out), read(t, table)
	}
	asked := filepath.Join(dir, "asked.csv")
	if status, _, errText := command(t, "sweep", "--log", "duckdb:", "--sql", "SELECT * FROM '"+path+"'", "--stream", "--slot", "genre=genre", "--horizons", "0,1,2", "--seeds", "1", "--out", asked); status != 0 {
		t.Fatalf("a query: exit %d: %s", status, errText)
	}
	if got := strings.ReplaceAll(read(t, asked), "\nquery,", "\nlog,"); got != tables[1] {
		t.Errorf("a query of the file gives\n%s, the file\n%s", got, tables[1])
	}
	if tables[0] != tables[1] || scores[0] != scores[1] || len(scores[0]) == 0 {
		t.Errorf("streamed:\n%s\nin memory:\n%s", tables[0], tables[1])
	}

	for _, c := range []struct {
		free float64
		mode string
		want bool
	}{{1, "auto", true}, {1e12, "auto", false}, {1, "off", false}, {1e12, "on", true}} {
		if got, err := (logOptions{Log: path, Stream: c.mode}).streams(c.free); err != nil || got != c.want {
			t.Errorf("%s with %g bytes free: %v, %v", c.mode, c.free, got, err)
		}
	}
	if free := freeMemory(); !(free > 1e6) {
		t.Errorf("%g bytes are free", free)
	}
	unsorted := filepath.Join(dir, "unsorted.csv")
	if err := os.WriteFile(unsorted, []byte("time,user,item,label\n1700000002,u,i,1\n1700000001,u,i,0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"bad-time: 2023-11-14T22:13:21Z comes after": {"--log", unsorted, "--stream"},
		"usage: --stream is for a file":              {"--log", dir + "x", "--stream"},
		"usage: --stream=yes; use auto, on or off":   {"--log", path, "--stream=yes"},
		"usage: a database without a query":          {"--log", "duckdb:"},
		"usage: --sql is for a database":             {"--log", path, "--sql", "SELECT 1"},
		"the address of --log holds a password":      {"--log", "spark://me:secret@h:1/x", "--sql", "SELECT 1"},
		"usage: Parser Error":                        {"--log", "duckdb:", "--sql", "SELEC 1"},
	} {
		if status, _, errText := command(t, append([]string{"sweep"}, args...)...); status != 2 || !strings.Contains(errText, want) {
			t.Errorf("%v: exit %d, %s", args, status, errText)
		}
	}
}
