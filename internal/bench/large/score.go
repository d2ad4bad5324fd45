package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// scoresSQL is a table of n scored impressions and 4 arms, each a little better
// than the base. Impressions lie by day.
func scoresSQL(n int) string {
	noise := func(k int) string {
		return fmt.Sprintf("(%s + %s + %s - 1.5)", draw(3*k+4), draw(3*k+5), draw(3*k+6))
	}
	arm := func(k int, weight float64) string {
		return fmt.Sprintf("CAST(base + %g * (liked - 0.3) + 0.05 * %s AS FLOAT)", weight, noise(k))
	}
	return fmt.Sprintf(`
WITH drawn AS (
  SELECT i, CAST(i * %[2]d // %[1]d AS INT) AS day, CAST(hash(i * 16 + 1) %% %[3]d AS BIGINT) AS u, CAST(hash(i * 16 + 2) %% %[4]d AS BIGINT) AS it,
    CAST(%[5]s < 0.3 AS INT) AS liked
  FROM range(%[1]d) AS t(i)),
scored AS (SELECT *, CAST(0.6 * liked + %[6]s AS FLOAT) AS base FROM drawn)
SELECT day, 'u' || u AS "user", 'v' || it AS item, liked AS label, base, CAST(hash(it + 99) %% 3000 AS INT) AS updates_item, CAST(hash(u + 99) %% 300 AS INT) AS updates_user,
  %[7]s AS item_n7, %[8]s AS item_n30, %[9]s AS user_n7, %[10]s AS author_n7
FROM scored`, n, days, max(1, n/100), max(1, n/200), draw(3), noise(0), arm(1, .02), arm(2, .03), arm(3, .01), arm(4, .005))
}

// scoring measures a score table of four arms.
func scoring(ctx context.Context, l *lab, rows int) ([]measurement, error) {
	began := time.Now()
	path, err := l.write(ctx, "scores.parquet", scoresSQL(rows))
	if err != nil {
		return nil, err
	}
	defer os.Remove(path)
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	fmt.Printf("a score table of %d rows, %d MB of Parquet, made in %.0f s\n", rows, st.Size()>>20, time.Since(began).Seconds())
	m, err := l.command(ctx, "score", "--data", path, "--out", filepath.Join(l.dir, "lis.csv"))
	m.name, m.rows, m.what = "score", rows, "Parquet, 4 arms, 65536 bins, all impressions, clustered intervals"
	return []measurement{m}, err
}
