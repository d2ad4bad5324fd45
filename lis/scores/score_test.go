package scores_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/datasets/sqldb"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/auc"
	"github.com/lislab/lislab/lis/scores"
)

// A scoredRow is an impression of a score table, as the tests write it.
type scoredRow struct {
	row, day   int
	user, item string
	label      bool
	seed, fold int
	protocol   string
	base       float64
	leaked     map[string]float64 // by slot
	updates    int
}

// table draws a score table: several days, seeds, folds and protocols, ties,
// a day too short to count and one of a single class.
func table(seed uint64, perDay int) []scoredRow {
	r := rand.New(rand.NewPCG(seed, 77))
	var out []scoredRow
	row := 0
	for day := 5; day < 11; day++ {
		n := perDay
		if day == 9 {
			n = 12
		}
		for range n {
			row++
			taste := r.NormFloat64()
			imp := scoredRow{row: row, day: day, user: fmt.Sprintf("u%d", r.IntN(40)), item: fmt.Sprintf("it'em %d", r.IntN(60)), fold: r.IntN(2), updates: r.IntN(30)}
			imp.label = r.Float64() < 1/(1+math.Exp(1-taste)) && day != 7
			for _, protocol := range []string{"heldout", "raw"} {
				for s := 1; s <= 3; s++ {
					x := imp
					x.protocol, x.seed = protocol, s
					x.base = math.Round((taste*.5+r.NormFloat64())*50) / 50
					x.leaked = map[string]float64{}
					for _, slot := range []string{"item", "user", "item+user"} {
						x.leaked[slot] = math.Round((x.base+taste*.3+.3*r.NormFloat64())*50) / 50
					}
					out = append(out, x)
				}
			}
		}
	}
	return out
}

// want is the plain way to a row: AUCs and influences by lis/auc per seed, fold
// and day, weighted, averaged over seeds, summed within clusters.
func want(t *testing.T, rows []scoredRow, protocol, slot string, m int, cold bool) lis.Row {
	t.Helper()
	type cellKey struct{ seed, day, fold int }
	cells := map[cellKey][]scoredRow{}
	for _, r := range rows {
		if r.protocol == protocol {
			k := cellKey{r.seed, r.day, r.fold}
			cells[k] = append(cells[k], r)
		}
	}
	leaked := func(r scoredRow) float64 {
		if r.updates < m {
			return r.leaked[slot]
		}
		return r.base
	}
	type set struct {
		key          cellKey
		rows         []scoredRow
		base, leaked []float64
		labels       []bool
	}
	var sets []set
	n := map[int]int{}
	for k, all := range cells {
		pos := 0
		for _, r := range all {
			if r.label {
				pos++
			}
		}
		if len(all) < 20 || pos == 0 || pos == len(all) {
			continue
		}
		s := set{key: k}
		for _, r := range all {
			if cold && r.updates >= m {
				continue
			}
			s.rows = append(s.rows, r)
			s.base = append(s.base, r.base)
			s.leaked = append(s.leaked, leaked(r))
			s.labels = append(s.labels, r.label)
		}
		if !slices.Contains(s.labels, true) || !slices.Contains(s.labels, false) {
			continue
		}
		sets = append(sets, s)
		n[k.seed] += len(s.rows)
	}
	row := lis.Row{Seeds: 3, N: n[1]}
	sums := map[string]map[string]float64{"item": {}, "user": {}, "row": {}}
	bySeed := map[int]float64{}
	for _, s := range sets {
		wt := float64(len(s.rows)) / float64(n[s.key.seed])
		a, b := make([]float64, len(s.rows)), make([]float64, len(s.rows))
		before, err := auc.Influence(a, s.base, s.labels)
		if err != nil {
			t.Fatal(err)
		}
		after, err := auc.Influence(b, s.leaked, s.labels)
		if err != nil {
			t.Fatal(err)
		}
		row.AUCBase += wt * before / 3
		row.AUCLeaked += wt * after / 3
		bySeed[s.key.seed] += wt * (after - before)
		for i, r := range s.rows {
			phi := (b[i] - a[i]) * wt / 3
			sums["item"][r.item] += phi
			sums["user"][r.user] += phi
			sums["row"][fmt.Sprint(r.row)] += phi
		}
	}
	variance := func(kind string) (v float64) {
		for _, x := range sums[kind] {
			v += x * x
		}
		k := float64(len(sums[kind]))
		return v * k / (k - 1)
	}
	row.LIS = row.AUCLeaked - row.AUCBase
	v := map[string]float64{"item": variance("item"), "user": variance("user"), "item+user": auc.TwoWayVariance(variance("item"), variance("user"), variance("row"))}[slot]
	mean := (bySeed[1] + bySeed[2] + bySeed[3]) / 3
	for _, x := range bySeed {
		v += (x - mean) * (x - mean) / 2 / 3
	}
	row.SE = math.Sqrt(v)
	return row
}

func openDuckDB(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sqldb.Open("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// writeWide writes rows as a Parquet file, by way of CSV.
func writeWide(t *testing.T, db *sql.DB, rows []scoredRow) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("row,day,user,item,label,seed,fold,protocol,base,updates_item,updates_user,item_n7,user_n7,item+user_n7,item_n0\n")
	for _, r := range rows {
		label := 0
		if r.label {
			label = 1
		}
		fmt.Fprintf(&b, "%d,%d,%s,%s,%d,%d,%d,%s,%v,%d,%d,%v,%v,%v,%v\n", r.row, r.day, r.user, r.item, label, r.seed, r.fold, r.protocol, r.base, r.updates, r.updates, r.leaked["item"], r.leaked["user"], r.leaked["item+user"], r.base)
	}
	csv := filepath.Join(t.TempDir(), "it's.csv")
	if err := os.WriteFile(csv, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	from, err := scores.DuckDB.Files("csv", csv)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "scores.parquet")
	_, err = db.Exec("COPY (SELECT row::INT AS row, day::INT AS day, \"user\", item, label = '1' AS label, seed::INT AS seed, fold::INT AS fold, protocol, base::DOUBLE AS base, updates_item::INT AS updates_item, updates_user::INT AS updates_user, item_n7::DOUBLE AS item_n7, user_n7::DOUBLE AS user_n7, \"item+user_n7\"::DOUBLE AS \"item+user_n7\", item_n0::DOUBLE AS item_n0 FROM " + from + ") TO '" + file + "' (FORMAT parquet)")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func parquet(t *testing.T, file string) string {
	t.Helper()
	from, err := scores.DuckDB.Files("parquet", file)
	if err != nil {
		t.Fatal(err)
	}
	return from
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %v, want %v ± %v", what, got, want, tolerance)
	}
}

// wideArms leaves the filter to the slots alone, whose filter the table can tell.
var wideArms = []scores.Arm{{Slot: "item", Horizon: 7, Column: "item_n7"}, {Slot: "user", Horizon: 7, Column: "user_n7"}, {Slot: "item", Horizon: 0, Column: "item_n0"}}

func TestExactIsThePlainWay(t *testing.T) {
	db := openDuckDB(t)
	rows := table(1, 300)
	from := parquet(t, writeWide(t, db, rows))
	check := func(res *scores.Result, tolerance func(i int) float64, seTolerance float64) {
		t.Helper()
		for i, r := range res.Rows {
			what := fmt.Sprintf("%s %s n=%d m=%d %s", r.Protocol, r.Slot, r.Horizon, r.MaxUpdates, r.Scope)
			if r.Horizon == 0 {
				if r.LIS != 0 || r.SE != 0 || r.P != 1 {
					t.Errorf("%s: %+v, want exactly 0", what, r)
				}
				continue
			}
			w := want(t, rows, string(r.Protocol), r.Slot, r.MaxUpdates, r.Scope == "cold")
			if r.N != w.N || r.Seeds != 3 || r.Days != 4 {
				t.Errorf("%s: n = %d, seeds %d, days %d, want %d, 3, 4", what, r.N, r.Seeds, r.Days, w.N)
			}
			near(t, what+" LIS", r.LIS, w.LIS, tolerance(i))
			near(t, what+" base", r.AUCBase, w.AUCBase, tolerance(i))
			near(t, what+" SE", r.SE, w.SE, seTolerance)
			if r.CILow != r.LIS-1.96*r.SE || r.PAdj < r.P {
				t.Errorf("%s: interval or p: %+v", what, r)
			}
		}
	}
	exact, err := scores.Score(t.Context(), db, scores.DuckDB, scores.Table{From: from, Arms: wideArms}, scores.Options{Exact: true, MaxUpdates: []int{10, lis.Inf}})
	if err != nil {
		t.Fatal(err)
	}
	if len(exact.Rows) != 2*3*2*2 {
		t.Errorf("%d rows", len(exact.Rows))
	}
	check(exact, func(int) float64 { return 1e-13 }, 1e-13)
	if slices.Max(exact.ErrorBound) != 0 {
		t.Errorf("exact, and yet a bound: %v", exact.ErrorBound)
	}
	two, err := scores.Score(t.Context(), db, scores.DuckDB, scores.Table{From: from}, scores.Options{Exact: true})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(two.Rows, func(r lis.Row) bool { return r.Slot == "item+user" }) {
		t.Error("arms found by their names lack item+user")
	}
	check(two, func(int) float64 { return 1e-13 }, 1e-13)
	binned, err := scores.Score(t.Context(), db, scores.DuckDB, scores.Table{From: from, Arms: wideArms}, scores.Options{Bins: 300, MaxUpdates: []int{10, lis.Inf}})
	if err != nil {
		t.Fatal(err)
	}
	if b := slices.Max(binned.ErrorBound); b <= 0 || b > .01 {
		t.Errorf("bound of 300 bins: %v", b)
	}
	check(binned, func(i int) float64 { return binned.ErrorBound[i] }, 1e-3)
	if !strings.Contains(strings.Join(binned.Warnings, " "), "moves no LIS by more than") {
		t.Errorf("the bound is not said: %v", binned.Warnings)
	}
}

func TestLongFormIsTheWideForm(t *testing.T) {
	db := openDuckDB(t)
	from := parquet(t, writeWide(t, db, table(2, 200)))
	wide, err := scores.Score(t.Context(), db, scores.DuckDB, scores.Table{From: from, Arms: wideArms}, scores.Options{MaxUpdates: []int{10, lis.Inf}})
	if err != nil {
		t.Fatal(err)
	}
	const keys = `SELECT row, day, "user", item, label, seed, fold, protocol, updates_item, updates_user, `
	long := scores.DuckDB.Query(keys + `'base' AS arm, base AS score FROM ` + from + ` UNION ALL ` + keys + `'item:7', item_n7 FROM ` + from + ` UNION ALL ` + keys + `'user:7', user_n7 FROM ` + from + ` UNION ALL ` + keys + `'item:0', item_n0 FROM ` + from)
	got, err := scores.Score(t.Context(), db, scores.DuckDB, scores.Table{From: long, ArmColumn: "arm", ScoreColumn: "score"}, scores.Options{MaxUpdates: []int{10, lis.Inf}})
	if err != nil {
		t.Fatal(err)
	}
	text := func(r *scores.Result) []string {
		var b bytes.Buffer
		if err := r.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		slices.Sort(lines)
		return lines
	}
	if a, b := text(wide), text(got); !slices.Equal(a, b) {
		t.Errorf("wide:\n%s\nlong:\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

// A sweep's scores, through a file and SQL, give the sweep's rows.
func TestScoresOfASweepGiveItsRows(t *testing.T) {
	w := datasets.D0()
	w.Days, w.Users, w.ItemsPerDay, w.ImpressionsPerDay = 10, 200, 20, 1000
	log, err := w.Log(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	res, err := lis.Sweep(t.Context(), log, lis.Study{Slots: []string{"item", "user", "item+user"}, Horizons: []int{0, 2}, MaxUpdates: []int{10, lis.Inf}, Seeds: 2})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "scores.csv")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.WriteScores(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	from, err := scores.DuckDB.Files("csv", file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := scores.Score(t.Context(), openDuckDB(t), scores.DuckDB, scores.Table{From: from, Name: log.Name, Stage: true}, scores.Options{Exact: true, MaxUpdates: []int{10, lis.Inf}})
	if err != nil {
		t.Fatal(err)
	}
	type key struct {
		protocol lis.Protocol
		slot     string
		n, m     int
		scope    string
	}
	of := func(r lis.Row) key { return key{r.Protocol, r.Slot, r.Horizon, r.MaxUpdates, r.Scope} }
	byKey := map[key]lis.Row{}
	for _, r := range got.Rows {
		byKey[of(r)] = r
	}
	if len(got.Rows) != len(res.Rows) {
		t.Errorf("%d rows, the sweep has %d", len(got.Rows), len(res.Rows))
	}
	for _, r := range res.Rows {
		g, ok := byKey[of(r)]
		if !ok {
			t.Errorf("no row %+v", of(r))
			continue
		}
		what := fmt.Sprintf("%+v", of(r))
		if g.N != r.N || g.NPos != r.NPos || g.Days != r.Days || g.Seeds != r.Seeds || g.Significant != r.Significant {
			t.Errorf("%s: got %+v, want %+v", what, g, r)
		}
		for name, x := range map[string][2]float64{"auc_base": {g.AUCBase, r.AUCBase}, "auc_leaked": {g.AUCLeaked, r.AUCLeaked}, "lis": {g.LIS, r.LIS}, "se": {g.SE, r.SE}, "ci_low": {g.CILow, r.CILow}, "share": {g.Share, r.Share}, "p": {g.P, r.P}} {
			near(t, what+" "+name, x[0], x[1], 1e-12)
		}
		if !(math.IsNaN(g.Memorised) && math.IsNaN(r.Memorised)) {
			near(t, what+" memorised", g.Memorised, r.Memorised, 1e-12)
		}
	}
}

func TestProbabilitiesNearZeroAreSpread(t *testing.T) {
	db := openDuckDB(t)
	from := scores.DuckDB.Query(`SELECT i % 3 AS day, i % 97 AS "user", i % 89 AS item, hash(i) % 20 = 0 AS label,
		0.001 * exp(sin(i * 1.7)) AS base, 0.001 * exp(sin(i * 1.7) + CASE WHEN hash(i) % 20 = 0 THEN 0.2 ELSE 0 END) AS item_n1 FROM range(30000) AS r(i)`)
	exact, err := scores.Score(t.Context(), db, scores.DuckDB, scores.Table{From: from}, scores.Options{Exact: true})
	if err != nil {
		t.Fatal(err)
	}
	binned, err := scores.Score(t.Context(), db, scores.DuckDB, scores.Table{From: from}, scores.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if b := binned.ErrorBound[0]; b > 1e-4 || b < math.Abs(binned.Rows[0].LIS-exact.Rows[0].LIS) {
		t.Errorf("bound %v, difference %v", b, binned.Rows[0].LIS-exact.Rows[0].LIS)
	}
	if exact.Rows[0].LIS < .01 {
		t.Errorf("LIS = %v", exact.Rows[0].LIS)
	}
}

func TestFaultsAreNamed(t *testing.T) {
	db := openDuckDB(t)
	good := map[string]string{"day": "i % 2", "user": "i % 7", "item": "i % 5", "label": "i % 3 = 0", "base": "sin(i)", "item_n1": "cos(i)"}
	source := func(change map[string]string) string {
		var cols []string
		for _, c := range []string{"day", "user", "item", "label", "base", "item_n1", "updates_item"} {
			expr, ok := change[c]
			if !ok {
				expr, ok = good[c]
			}
			if ok && expr != "" {
				cols = append(cols, expr+` AS "`+c+`"`)
			}
		}
		return scores.DuckDB.Query("SELECT " + strings.Join(cols, ", ") + " FROM range(200) AS r(i)")
	}
	for name, c := range map[string]struct {
		change map[string]string
		o      scores.Options
		t      scores.Table
		kind   error
		says   string
	}{
		"label 2":          {change: map[string]string{"label": "i % 3"}, kind: lis.ErrBadLabel, says: "66 rows with a label that is neither 0 nor 1"},
		"label half":       {change: map[string]string{"label": "i / 200"}, kind: lis.ErrBadLabel, says: "199 rows"},
		"label missing":    {change: map[string]string{"label": "NULLIF(i % 2, 1)"}, kind: lis.ErrBadLabel, says: "100 rows"},
		"NaN":              {change: map[string]string{"item_n1": "CASE WHEN i = 3 THEN 'nan'::DOUBLE ELSE 1 END"}, kind: lis.ErrBadRow, says: "1 rows with a score that is NaN in item, horizon 1 (item_n1)"},
		"no score":         {change: map[string]string{"base": "NULLIF(i, 3)"}, kind: lis.ErrBadRow, says: "1 rows with no score"},
		"text for a score": {change: map[string]string{"base": "'x' || i"}, kind: lis.ErrBadRow, says: "200 rows with no score, or one that is no number"},
		"no user":          {change: map[string]string{"user": "NULLIF(i, 3)"}, kind: lis.ErrBadRow, says: "no user or item"},
		"no day":           {change: map[string]string{"day": "NULLIF(i % 2, 1)"}, kind: lis.ErrBadRow, says: "no day"},
		"no updates":       {change: map[string]string{"updates_item": "NULLIF(i, 3)"}, o: scores.Options{MaxUpdates: []int{10}}, kind: lis.ErrBadRow, says: "no updates"},
		"no column":        {t: scores.Table{Base: "score"}, kind: lis.ErrUnknownColumn, says: `"score"`},
		"no filter column": {o: scores.Options{MaxUpdates: []int{10}}, kind: lis.ErrUnknownColumn, says: "--updates item=COLUMN"},
		"no arm":           {change: map[string]string{"item_n1": ""}, kind: lis.ErrUsage, says: "no arm"},
		"one class":        {change: map[string]string{"label": "true"}, kind: lis.ErrOneClass, says: "200"},
		"short days":       {change: map[string]string{"day": "i"}, kind: lis.ErrTooFewPeriods, says: "20 impressions"},
		"no filter":        {o: scores.Options{MaxUpdates: []int{0}}, kind: lis.ErrUsage, says: "max-updates 0"},
		"one bin":          {o: scores.Options{Bins: 1}, kind: lis.ErrUsage, says: "1 bins"},
		"cluster":          {o: scores.Options{Cluster: "author"}, kind: lis.ErrUsage, says: "author"},
		"two-way":          {o: scores.Options{Cluster: "two-way"}, kind: lis.ErrUsage, says: "--row"},
		"no table":         {t: scores.Table{From: "nowhere"}, kind: lis.ErrUsage, says: "nowhere"},
	} {
		c.t.From = strings.TrimSpace(c.t.From)
		if c.t.From == "" {
			c.t.From = source(c.change)
		}
		_, err := scores.Score(t.Context(), db, scores.DuckDB, c.t, c.o)
		if !errors.Is(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.says) {
			t.Errorf("%s: %v, want %v that says %q", name, err, c.kind, c.says)
		}
	}
	long := scores.DuckDB.Query(`SELECT i % 2 AS day, i % 7 AS "user", i % 5 AS item, i % 3 = 0 AS label, CASE WHEN i < 200 THEN 'base' ELSE 'item:1' END AS arm, sin(i) AS score FROM range(399) AS r(i)`)
	if _, err := scores.Score(t.Context(), db, scores.DuckDB, scores.Table{From: long, ArmColumn: "arm", ScoreColumn: "score"}, scores.Options{}); !errors.Is(err, lis.ErrBadRow) || !strings.Contains(fmt.Sprint(err), "same impressions") {
		t.Errorf("an arm that lacks impressions: %v", err)
	}
	var left int
	if err := db.QueryRow("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'lis_%'").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d tables left behind, %v", left, err)
	}
}

func TestScoreStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	from := scores.DuckDB.Query(`SELECT i % 3 AS day, i % 97 AS "user", i % 89 AS item, hash(i) % 2 = 0 AS label, sin(i) AS base, cos(i) AS item_n1 FROM range(3000) AS r(i)`)
	var seen []string
	_, err := scores.Score(ctx, openDuckDB(t), scores.DuckDB, scores.Table{From: from}, scores.Options{Progress: func(done, total int, label string) {
		if done < 0 || done > total {
			t.Errorf("progress %d of %d", done, total)
		}
		seen = append(seen, label)
		if done == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || len(seen) < 3 {
		t.Errorf("%v after %v", err, seen)
	}
}

func TestParseArm(t *testing.T) {
	for s, want := range map[string]scores.Arm{
		"item:7=score_7":            {Slot: "item", Horizon: 7, Column: "score_7"},
		"item:-7:raw=a=b":           {Slot: "item", Horizon: -7, Protocol: "raw", Column: "a=b"},
		"item+author:7:raw:m1000=x": {Slot: "item+author", Horizon: 7, Protocol: "raw", MaxUpdates: 1000, Column: "x"},
	} {
		if got, err := scores.ParseArm(s, false); err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	if got, err := scores.ParseArm("item:7", true); err != nil || got.Column != "item:7" || got.Slot != "item" {
		t.Errorf("long form: %+v, %v", got, err)
	}
	for _, s := range []string{"item", "item:7", "item=x", "item:x=y", ":7=x", "item:7:raw:fork=x", "item:7:=x"} {
		if _, err := scores.ParseArm(s, false); !errors.Is(err, lis.ErrUsage) {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// openOnce is a database for fuzzing, which outlives the fuzz target's set-up.
func openOnce() (*sql.DB, error) { return sqldb.DB() }
