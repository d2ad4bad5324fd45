package datasets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/lis"
)

var background = context.Background()

func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// realLogs is the folder with the real logs; without it the test is skipped,
// and fails where CI promises it.
func realLogs(t *testing.T) string {
	t.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("LISLAB_DATA")), filepath.Join("..", "..", "shared", "data")) {
		if _, err := os.Stat(filepath.Join(dir, "movietweetings-100k")); err == nil {
			return dir
		}
	}
	const why = "no real logs: set LISLAB_DATA to a folder that holds movietweetings-100k and movielens-latest-small"
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

func slot(t *testing.T, l *lis.Log, name string, row int) string {
	t.Helper()
	i, err := l.Slot(name)
	if err != nil {
		t.Fatal(err)
	}
	c := &l.Slots[i]
	var ids []string
	for _, k := range c.Row(row) {
		ids = append(ids, c.IDs[k])
	}
	return strings.Join(ids, "|")
}

func TestReadByColumns(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "films.tsv", "person\tfilm\tstars\tgenres[]\tmood\tprice\tts\n"+
		"ann\tm1\t4.5\ta|b\tgood\t1.5\t1700000500\n"+
		"bob\tm2\t3\tb\tbad\t2\t1700000400\n"+
		"bob\tm1\t5\tc\tbad\t0\t1700000600\n")
	least := 4.0
	log, err := Read(background, path, lis.Columns{
		Time: "ts", User: "person", Item: "film", Label: "stars", LabelAtLeast: &least,
		Slots: map[string]string{"genre": "genres[]", "mood": "mood"}, Numeric: map[string]string{"cost": "price"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if log.Name != "films" || log.Len() != 3 || !slices.Equal(log.Label, []bool{false, true, true}) || !slices.Equal(log.Row, []int64{1, 0, 2}) {
		t.Errorf("%s: %v %v", log.Name, log.Label, log.Row)
	}
	if g := slot(t, log, "genre", 1); g != "a|b" {
		t.Errorf("genres %q", g)
	}
	if u := slot(t, log, "user", 0); u != "bob" {
		t.Errorf("user %q", u)
	}
	if log.Numeric[0].Name != "cost" || !slices.Equal(log.Numeric[0].Values, []float64{2, 1.5, 0}) {
		t.Errorf("features %v", log.Numeric)
	}
	if log.Time[0] != 1700000400e9 || len(log.Notes) != 1 || !strings.Contains(log.Notes[0], "not in time order") {
		t.Errorf("time %d, notes %v", log.Time[0], log.Notes)
	}
}

// Several files are one log; its name is the folder's.
func TestReadGlob(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "clicks")
	write(t, dir, "a.csv", "time,user,item,label\n1700000000,u,i,1\n")
	write(t, dir, "b.csv", "label,item,user,time\n0,j,v,1700000100\n")
	log, err := Read(background, filepath.Join(dir, "*.csv"), lis.Columns{})
	if err != nil {
		t.Fatal(err)
	}
	if log.Name != "clicks" || log.Len() != 2 || slot(t, log, "item", 1) != "j" || log.Label[1] {
		t.Errorf("%s with %d rows", log.Name, log.Len())
	}
	write(t, dir, "c.csv", "time,user,item,label\n1700000200,u,i,7\n")
	_, err = Read(background, filepath.Join(dir, "*.csv"), lis.Columns{})
	var e *lis.InputError
	if !errors.As(err, &e) || !errors.Is(err, lis.ErrBadLabel) || filepath.Base(e.File) != "c.csv" || e.Row != 2 {
		t.Errorf("got %v", err)
	}
	if _, err := Read(background, dir, lis.Columns{Label: "lable"}); !errors.Is(err, lis.ErrUnknownColumn) || !strings.Contains(err.Error(), "lable") {
		t.Errorf("got %v", err)
	}
}

// The same time read five ways.
func TestReadTimes(t *testing.T) {
	want := time.Date(2024, 5, 17, 12, 34, 56, 0, time.UTC).UnixNano()
	for _, c := range []struct{ cell, format, zone string }{
		{"1715949296", "", ""},
		{"1715949296", "s", ""},
		{"1715949296000", "auto", ""},
		{"1715949296000", "ms", ""},
		{"1715949296000000", "us", ""},
		{"1715949296.0", "", ""},
		{"2024-05-17T12:34:56Z", "", ""},
		{"2024-05-17T14:34:56+02:00", "rfc3339", ""},
		{"2024-05-17 14:34:56", "", "Europe/Berlin"},
		{"2024-05-17T12:34:56.000", "auto", ""},
	} {
		path := write(t, t.TempDir(), "x.csv", "time,user,item,label\n"+c.cell+",u,i,1\n")
		log, err := Read(background, path, lis.Columns{TimeFormat: c.format, Timezone: c.zone})
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if log.Time[0] != want {
			t.Errorf("%+v: %v", c, time.Unix(0, log.Time[0]).UTC())
		}
	}
}

// What the log itself refuses is told with the file, line and column it came from.
func TestReadRefusesWithThePlace(t *testing.T) {
	good := func(i int) string { return fmt.Sprintf("%d,u%d,i%d,%d\n", 1700000000+i, i, i, i%2) }
	for _, c := range []struct {
		name, text string
		c          lis.Columns
		kind       error
		row        int
		column     string
	}{
		{"absurd time", "time,user,item,label\n" + good(1) + good(2) + "\"\n5\",u,i,1\n" + good(3), lis.Columns{}, lis.ErrBadTime, 4, "time"},
		{"before 1970", "time,user,item,label\n" + good(1) + "-86400,u,i,1\n", lis.Columns{}, lis.ErrBadTime, 3, "time"},
		{"milliseconds called seconds", "time,user,item,label\n1700000000000,u,i,1\n", lis.Columns{TimeFormat: "s"}, lis.ErrBadTime, 2, "time"},
		{"seconds called milliseconds", "when,user,item,label\n" + strings.Repeat("1700000000,u,i,1\n", 3) + "4102444800000,u,i,0\n", lis.Columns{Time: "when", TimeFormat: "ms", AllowDuplicates: true}, lis.ErrBadTime, 5, "when"},
		{"no item", "time,user,item,label\n" + good(1) + "1700000002,u,,1\n", lis.Columns{}, lis.ErrMissingValue, 3, "item"},
		{"NaN item", "time,user,film,label\n" + good(1) + "1700000002,u,NaN,1\n", lis.Columns{Item: "film"}, lis.ErrMissingValue, 3, "film"},
		{"label", "time,user,item,label\n" + good(1) + "1700000002,u,i,0.5\n", lis.Columns{}, lis.ErrBadLabel, 3, "label"},
		{"rating", "time,user,item,label\n" + good(1) + "1700000002,u,i,good\n", lis.Columns{LabelAtLeast: new(float64)}, lis.ErrBadLabel, 3, "label"},
		{"no rating", "time,user,item,label\n" + good(1) + "1700000002,u,i,\n", lis.Columns{LabelAtLeast: new(float64)}, lis.ErrMissingValue, 3, "label"},
		{"infinite feature", "time,user,item,label,x\n1700000002,u,i,1,inf\n", lis.Columns{Numeric: map[string]string{"f": "x"}}, lis.ErrBadRow, 2, "x"},
		{"duplicates", "time,user,item,label\n" + good(1) + good(2) + good(2), lis.Columns{}, lis.ErrDuplicateRows, 4, ""},
		{"no rows", "time,user,item,label\n", lis.Columns{}, lis.ErrBadRow, 0, ""},
		{"short row", "time,user,item,label\n" + good(1) + "1700000002,u,i\n", lis.Columns{}, lis.ErrBadRow, 3, ""},
		{"time format", "time,user,item,label\n" + good(1), lis.Columns{TimeFormat: "minutes"}, lis.ErrUsage, 0, ""},
		{"time zone", "time,user,item,label\n" + good(1), lis.Columns{Timezone: "Mars/Olympus"}, lis.ErrUsage, 0, ""},
		{"slot's column", "time,user,item,label\n" + good(1), lis.Columns{Slots: map[string]string{"genre": "gendre"}}, lis.ErrUnknownColumn, 0, ""},
	} {
		path := write(t, t.TempDir(), "x.csv", c.text)
		_, err := Read(background, path, c.c)
		var e *lis.InputError
		if !errors.Is(err, c.kind) || !errors.As(err, &e) || e.Row != c.row || e.Column != c.column {
			t.Errorf("%s: %v, expected %v at line %d, column %q", c.name, err, c.kind, c.row, c.column)
		}
	}
	if _, err := Read(background, filepath.Join(t.TempDir(), "absent.csv"), lis.Columns{}); !errors.Is(err, lis.ErrNoSuchLog) {
		t.Errorf("absent: %v", err)
	}
}

func TestMalformedRowsAreNoted(t *testing.T) {
	var b strings.Builder
	b.WriteString("time,user,item,label\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%d,u%d,i%d,%d\n", 1700000000+i, i%7, i%11, i%2)
	}
	b.WriteString("1700000300,u\n")
	path := write(t, t.TempDir(), "x.csv", b.String())
	if _, err := Read(background, path, lis.Columns{}); !errors.Is(err, lis.ErrBadRow) {
		t.Errorf("one of 201 is above the limit: %v", err)
	}
	log, err := Read(background, path, lis.Columns{}, WithMaxBad(0.01))
	if err != nil {
		t.Fatal(err)
	}
	if log.Len() != 200 || !slices.ContainsFunc(log.Notes, func(n string) bool { return strings.Contains(n, "1 of 201 rows are malformed") }) {
		t.Errorf("%d rows, notes %v", log.Len(), log.Notes)
	}
	if _, err := Read(background, path, lis.Columns{}, WithMaxBad(0)); !errors.Is(err, lis.ErrBadRow) {
		t.Errorf("none allowed: %v", err)
	}
}

func TestReadFrame(t *testing.T) {
	path := write(t, t.TempDir(), "x.csv", "a,b,c\n1,x,0.5\n2,y,\n")
	df, err := ReadFrame(background, path, []string{"c", "a"})
	if err != nil || df.Err != nil {
		t.Fatal(err, df.Err)
	}
	if names := df.Names(); !slices.Equal(names, []string{"c", "a"}) || df.Nrow() != 2 {
		t.Errorf("columns %v, %d rows", names, df.Nrow())
	}
	if _, err := ReadFrame(background, path, []string{"d"}); !errors.Is(err, lis.ErrUnknownColumn) {
		t.Errorf("got %v", err)
	}
}

func TestFilmRatings(t *testing.T) {
	root := t.TempDir()
	stars := func(z string) string { return filepath.Join(root, z) }
	write(t, stars("ml"), "ml-x/ratings.csv", "userId,movieId,rating,timestamp\n1,10,4.0,1000000000\n2,20,3.5,1000000001\n1,30,5.0,1000000002\n")
	write(t, stars("ml"), "ml-x/movies.csv", "movieId,title,genres\n10,\"Film, The (1995) \",Drama|Comedy\n20,Series,(no genres listed)\n")
	write(t, stars("mt"), "ratings.dat", "1::0010::8::1000000000\n2::0020::7::1000000001\n1::0030::10::1000000002\n")
	write(t, stars("mt"), "movies.dat", "0010::Film: The :: (1995)::Drama|Comedy\n")
	write(t, stars("mt"), "users.dat", "not to be read")
	write(t, stars("mu"), "ratings.dat", "1::10::4::1000000000\n2::20::3::1000000001\n1::30::5::1000000002\n")
	write(t, stars("mu"), "movies.dat", "10::Am\xe9lie (2001)::Drama|Comedy\n20::Film::\n30::Other (1980-1990)::Crime\n")
	write(t, stars("mk"), "u.data", "1\t10\t4\t1000000000\n2\t20\t3\t1000000001\n1\t30\t5\t1000000002\n")
	write(t, stars("mk"), "u.item", "10|Am\xe9lie (2001)|01-Jan-2001||http://x|0|0|0|0|0|1|0|0|1|0|0|0|0|0|0|0|0|0|0\n20|unknown||||1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0\n30|X (1980)||||0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|1\n")
	for _, c := range []struct {
		dir, genres, decades, note, text string
	}{
		{"ml", "Drama unknown unknown", "1990s unknown unknown", "1 of 3 items are not in movies.csv", "Film, The (1995)"},
		{"mu", "Drama unknown Crime", "2000s unknown 1980s", "", "Amélie (2001)"},
		{"mk", "Comedy unknown Western", "2000s unknown 1980s", "", "Amélie (2001)"},
	} {
		log, err := Open(background, stars(c.dir))
		if err != nil {
			t.Errorf("%s: %v", c.dir, err)
			continue
		}
		var genres, decades []string
		for r := range log.Len() {
			genres, decades = append(genres, slot(t, log, "genre", r)), append(decades, slot(t, log, "decade", r))
		}
		if g, d := strings.Join(genres, " "), strings.Join(decades, " "); log.Name != c.dir || !slices.Equal(log.Label, []bool{true, false, true}) || g != c.genres || d != c.decades {
			t.Errorf("%s: labels %v, genres %s, decades %s", log.Name, log.Label, g, d)
		}
		if got := strings.Join(log.Notes, " "); !strings.Contains(got, c.note) {
			t.Errorf("%s: notes %q", c.dir, got)
		}
		texts, err := Texts(background, stars(c.dir))
		if err != nil || texts[0].Text != c.text {
			t.Errorf("%s: texts %v, %v", c.dir, texts, err)
		}
	}
	// A title with the separator in it cannot be told apart.
	if _, err := Open(background, stars("mt")); !errors.Is(err, lis.ErrBadRow) || !strings.Contains(err.Error(), "movies.dat:1") {
		t.Errorf("got %v", err)
	}
	write(t, stars("mt"), "movies.dat", "0010::Film: The (1995)::Drama|Comedy\n")
	log, err := Open(background, stars("mt"))
	if err != nil || !slices.Equal(log.Label, []bool{true, false, true}) || slot(t, log, "item", 0) != "0010" {
		t.Errorf("ratings to 10: %v, %v", log, err)
	}
	log, err = Open(background, stars("mt"), WithLabelAtLeast(9))
	if err != nil || !slices.Equal(log.Label, []bool{false, false, true}) {
		t.Errorf("at least 9: %v, %v", log, err)
	}
}

func TestOpenByName(t *testing.T) {
	root := t.TempDir()
	write(t, root, "tiny/u.data", "1\t10\t4\t1000000000\n")
	write(t, root, "tiny/u.item", "10|X (1980)||||0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|1\n")
	write(t, root, "empty/readme", "")
	t.Setenv("LISLAB_DATA", filepath.Join(root, "absent")+string(filepath.ListSeparator)+root)
	if log, err := Open(background, "tiny"); err != nil || log.Name != "tiny" {
		t.Errorf("%v", err)
	}
	for name, words := range map[string]string{"tiyn": "did you mean tiny?", "empty": "holds no log that is known (readme)", "../tiny": "no log", "": "no log", "KuaiRand-Pure": "fetch it: lislab data get kuairand-pure", "ml-lates-small": "did you mean ml-latest-small?"} {
		if _, err := Open(background, name); !errors.Is(err, lis.ErrNoSuchLog) || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, expected %q", name, err, words)
		}
	}
}

func TestRealLogs(t *testing.T) {
	t.Setenv("LISLAB_DATA", realLogs(t))
	for name, want := range map[string]struct{ rows, users, items, positives int }{
		"movietweetings-100k":    {100000, 16554, 10506, 50542},
		"movielens-latest-small": {100836, 610, 9724, 48580},
	} {
		log, err := Open(background, name)
		if err != nil {
			t.Fatal(err)
		}
		positives := 0
		for _, y := range log.Label {
			if y {
				positives++
			}
		}
		if log.Len() != want.rows || len(log.Slots[0].IDs) != want.users || len(log.Slots[1].IDs) != want.items || positives != want.positives {
			t.Errorf("%s: %d rows, %d users, %d items, %d positives", name, log.Len(), len(log.Slots[0].IDs), len(log.Slots[1].IDs), positives)
		}
		texts, err := Texts(background, name)
		if err != nil || len(texts) < want.items {
			t.Errorf("%s: %d texts, %v", name, len(texts), err)
		}
	}
}

// The same log from four formats is the same to the last bit.
func TestReadFormats(t *testing.T) {
	dir := t.TempDir()
	var csv, jsonl strings.Builder
	csv.WriteString("time,user,item,label,tags[]\n")
	for i := range 300 {
		fmt.Fprintf(&csv, "%d,u%d,%d,%d,\"t%d|t%d\"\n", 1700000000+i*60, i%17, i%23, i%2, i%3, 3+i%2)
		fmt.Fprintf(&jsonl, `{"time":"%s","user":"u%d","item":%d,"label":%t,"tags":["t%d","t%d"]}`+"\n", time.Unix(int64(1700000000+i*60), 0).UTC().Format(time.RFC3339), i%17, i%23, i%2 == 1, i%3, 3+i%2)
	}
	c := lis.Columns{Slots: map[string]string{"tag": "tags[]"}, Name: "log"}
	want, err := Read(background, write(t, dir, "x.csv", csv.String()), c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(background, write(t, dir, "x.jsonl", jsonl.String()), c)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Hash, want.Hash) || !slices.Equal(got.Label, want.Label) || slot(t, got, "tag", 7) != slot(t, want, "tag", 7) {
		t.Error("JSON lines give another log than CSV")
	}
}
