package sqldb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/lis"
)

func TestTypesComeThrough(t *testing.T) {
	got, err := Table(t.Context(), `SELECT * FROM (VALUES
		(true, 1::TINYINT, 9007199254740993::BIGINT, 5::HUGEINT, 1.5::FLOAT, 2.25::DECIMAL(8,2), 'a''b', DATE '2024-02-29', TIMESTAMP '2024-01-02 03:04:05.678', ['x', 'y'], 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID),
		(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) AS v(b, tiny, big, huge, f, d, s, day, moment, many, id)`)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows != 2 || len(got.Columns) != 11 {
		t.Fatalf("%d rows, %d columns", got.Rows, len(got.Columns))
	}
	for name, kind := range map[string]table.Kind{"b": table.Bool, "tiny": table.Int, "big": table.Int, "huge": table.Int, "f": table.Float, "d": table.Float, "s": table.String, "day": table.Time, "moment": table.Time, "id": table.String, "many": table.IDs} {
		c := got.Column(name)
		if c.Kind != kind || len(c.Null) != 2 || c.Null[0] || !c.Null[1] {
			t.Errorf("%s: kind %v, nulls %v, want kind %v and a null in row 2", name, c.Kind, c.Null, kind)
		}
	}
	if v := got.Column("big").Ints[0]; v != 9007199254740993 {
		t.Errorf("big = %d has lost digits", v)
	}
	if v := got.Column("d").Floats; v[0] != 2.25 || !math.IsNaN(v[1]) {
		t.Errorf("d = %v", v)
	}
	if v := got.Column("day").Ints[0]; v != time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC).UnixNano() {
		t.Errorf("day = %d", v)
	}
	if c := got.Column("many"); len(c.Index) != 2 || c.IDs[1] != "y" {
		t.Errorf("many = %+v", c)
	}
	if v := got.Column("id").Strings[0]; v != "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" {
		t.Errorf("id = %q", v)
	}
	df := got.Frame()
	if df.Err != nil || df.Nrow() != 2 || df.Col("s").Elem(0).String() != "a'b" {
		t.Errorf("frame: %v", df)
	}
}

func TestQueryReadsFilesAndBindsParameters(t *testing.T) {
	file := filepath.Join(t.TempDir(), "it's [a] log.parquet")
	db, err := DB()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("COPY (SELECT range AS n, 'u' || range AS u FROM range(100)) TO '" + strings.ReplaceAll(file, "'", "''") + "' (FORMAT parquet)"); err != nil {
		t.Fatal(err)
	}
	folder := strings.ReplaceAll(filepath.Dir(file), "'", "''")
	df, err := Query(t.Context(), "SELECT n FROM '"+folder+"/*.parquet' WHERE u = ? OR n > ? ORDER BY n", "u7' OR 1=1 --", 97)
	if err != nil {
		t.Fatal(err)
	}
	if df.Nrow() != 2 {
		t.Errorf("%d rows, want 98 and 99 alone: a parameter is a value and never SQL", df.Nrow())
	}
}

func TestWhatACellCreatesTheNextFinds(t *testing.T) {
	if _, err := Query(t.Context(), "CREATE OR REPLACE TABLE kept AS SELECT 1 AS x"); err != nil {
		t.Fatal(err)
	}
	df, err := Query(t.Context(), "SELECT x FROM kept")
	if err != nil || df.Nrow() != 1 {
		t.Errorf("%v, %v", df, err)
	}
}

const day = 24 * time.Hour

func TestLog(t *testing.T) {
	log, err := Log(t.Context(), lis.Columns{Time: "ts", User: "person", Label: "liked", Slots: map[string]string{"genre": "genre[]"}, Numeric: map[string]string{"age": "age"}}, `
		SELECT TIMESTAMP '2024-01-01' + to_days(i::INT) AS ts, 10 + i % 2 AS person, 'i' || i AS item, i % 2 AS liked, ['g', 'h' || i] AS genre, i / 2 AS age
		FROM range(4) AS r(i) ORDER BY i DESC`)
	if err != nil {
		t.Fatal(err)
	}
	if log.Len() != 4 || log.Time[3]-log.Time[0] != int64(3*day) || log.Slots[0].IDs[log.Slots[0].Index[1]] != "11" || !log.Label[1] || log.Label[2] {
		t.Errorf("%+v", log)
	}
	if g := log.Slots[2]; g.Name != "genre" || len(g.Row(2)) != 2 || g.IDs[g.Row(2)[1]] != "h2" {
		t.Errorf("genre = %+v", g)
	}
	if log.Numeric[0].Values[3] != 1.5 {
		t.Errorf("age = %v", log.Numeric[0].Values)
	}
}

func TestBadInputIsNamed(t *testing.T) {
	rows := "SELECT i * 86400 + 1e9::BIGINT AS time, i AS user, i AS item, %s AS label FROM range(3) AS r(i)"
	for _, c := range []struct {
		label   string
		columns lis.Columns
		kind    error
		says    string
	}{
		{"i", lis.Columns{}, lis.ErrBadLabel, "row 3, column label"},
		{"NULLIF(1, i)", lis.Columns{}, lis.ErrMissingValue, "row 2, column label"},
		{"1", lis.Columns{User: "person"}, lis.ErrUnknownColumn, `"person"`},
		{"1", lis.Columns{TimeFormat: "fortnights"}, lis.ErrUsage, "fortnights"},
		{"1.5", lis.Columns{Item: "label"}, lis.ErrBadRow, "column label"},
		{"nothing", lis.Columns{}, lis.ErrUsage, "nothing"},
	} {
		_, err := Log(t.Context(), c.columns, strings.Replace(rows, "%s", c.label, 1))
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("label %s: %v, want %v that says %s", c.label, err, c.kind, c.says)
		}
	}
	if _, err := Table(t.Context(), "SELECT 170141183460469231731687303715884105727::HUGEINT AS h"); !errors.Is(err, lis.ErrBadRow) {
		t.Errorf("a 128-bit integer: %v", err)
	}
}

func TestQueryStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := Query(ctx, "SELECT sum(sin(i)) FROM range(100000000000) AS r(i)")
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

func TestOpenFileAndSpill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.duckdb")
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE x AS SELECT 1 AS y"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "no", "such", "folder.duckdb")); !errors.Is(err, lis.ErrIO) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestArgsAreBoundByName(t *testing.T) {
	t.Parallel()
	df, err := Query(t.Context(), "SELECT i, $name AS name FROM range(5) r(i) WHERE i IN $some AND i < $Most", Args{"some": []int{1, 2, 4}, "name": "it's $1", "Most": 4, "unused": 1})
	if err != nil || df.Nrow() != 2 || df.Col("name").Elem(0).String() != "it's $1" {
		t.Errorf("%v, %v", df, err)
	}
	for query, want := range map[string]string{
		"SELECT $nope":    "which Args does not have; it has A, a",
		"SELECT $a || $A": "one parameter to SQL",
	} {
		if _, err := Query(t.Context(), query, Args{"a": 1, "A": 2}); !errors.Is(err, lis.ErrUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// A log that is kept on disk is the one in memory, in however many pieces its
// rows came.
func TestStoredLog(t *testing.T) {
	db, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	query := fmt.Sprintf(`SELECT 1700000000 + i // 7 AS ts, 'u' || i %% 31 AS person, i * i %% 977 AS film, i %% 3 %% 2 AS label, ['g' || i %% 5, 'g' || i %% 3] AS "tags[]", i %% 10 / 4 AS x
		FROM range(%d) AS r(i) ORDER BY i`, pieceRows+10_000)
	c := lis.Columns{Time: "ts", User: "person", Item: "film", Slots: map[string]string{"tag": "tags[]"}, Numeric: map[string]string{"x": "x"}}
	want, err := LogOf(t.Context(), db, c, query)
	if err != nil {
		t.Fatal(err)
	}
	got, err := StoredLog(t.Context(), db, c, query)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if got.Len() != pieceRows+10_000 || got.SHA256() != want.SHA256() || !slices.Equal(got.Hash, want.Hash) || !slices.Equal(got.Row, want.Row) {
		t.Errorf("stored %v\nin memory %v", got, want)
	}
	for query, want := range map[string]string{
		"SELECT 1700000000 - i AS ts, i AS person, i AS film, 1 AS label FROM range(9) AS r(i)":                                                                          "bad-time: 2023-11-14T22:13:19Z comes after",
		fmt.Sprintf("SELECT 1700000000 + i AS ts, i AS person, i AS film, CASE WHEN i < %d THEN 1 ELSE 7 END AS label FROM range(%d) AS r(i)", pieceRows+1, pieceRows+5): fmt.Sprintf("bad-label: the label is neither 0 nor 1 (row %d, column label)", pieceRows+2),
		"SELECT 1 AS ts":  `unknown-column: no column "person" in the answer`,
		"SELECT nonsense": "usage: ",
		"SELECT 1 AS ts, 2 AS person, 3 AS film, 1 AS label WHERE false": "bad-row: the log has no rows",
	} {
		if _, err := StoredLog(t.Context(), db, lis.Columns{Time: "ts", User: "person", Item: "film"}, query); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, expected %s", query, err, want)
		}
	}
}
