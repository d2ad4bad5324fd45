package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lislab/lislab/datasets/sqldb"
)

// days that the log and the scores run over.
const days = 40

// draw is a number in [0,1) off row i, another for each k.
func draw(k int) string { return fmt.Sprintf("((hash(i * 16 + %d) %% 1048576) / 1048576.0)", k) }

// logSQL is a log of n impressions: 100 rows a user and 200 an item, which is
// born, shown mostly while it is young, and liked by its quality and the user's
// mood.
func logSQL(n int) string {
	return fmt.Sprintf(`
WITH drawn AS (
  SELECT i, CAST(hash(i * 16 + 1) %% %[2]d AS BIGINT) AS u,
    CAST(floor(i / 200.0 - %[3]d * pow(%[4]s, 3)) AS BIGINT) AS it
  FROM range(%[1]d) AS t(i))
SELECT TIMESTAMP '2024-01-01' + to_microseconds(CAST(i * (%[5]d * 86400e6 / %[1]d) AS BIGINT)) AS ts,
  'u' || u AS person, 'v' || it AS video, 'a' || (it & 4095) AS author, 't' || (it & 31) AS topic,
  CAST(%[6]s < 0.05 + 0.5 * pow((hash(it) %% 1024) / 1024.0, 2) + 0.2 * ((hash(u + 7777777) %% 1024) / 1024.0) AS INT) AS liked
FROM drawn ORDER BY i`, n, max(1, n/100), max(1, n/2000), draw(2), days, draw(3))
}

// write makes a Parquet file of a query's answer.
func (l *lab) write(ctx context.Context, name, query string) (string, error) {
	db, err := sqldb.Open("")
	if err != nil {
		return "", err
	}
	defer db.Close()
	path := filepath.Join(l.dir, name)
	for _, statement := range []string{
		"SET memory_limit = '3GB'", "SET temp_directory = '" + filepath.Join(l.dir, "spill") + "'",
		"COPY (" + query + ") TO '" + path + "' (FORMAT parquet)",
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return "", err
		}
	}
	return path, nil
}

// sweeps measures a sweep of a log that is read as one larger than memory.
func sweeps(ctx context.Context, l *lab, rows int) ([]measurement, error) {
	began := time.Now()
	path, err := l.write(ctx, "log.parquet", logSQL(rows))
	if err != nil {
		return nil, err
	}
	defer os.Remove(path)
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	fmt.Printf("a log of %d rows, %d MB of Parquet, made in %.0f s\n", rows, st.Size()>>20, time.Since(began).Seconds())
	modes := []string{"on"}
	if l.memory {
		modes = append(modes, "off")
	}
	var found []measurement
	var tables [][]byte
	for _, mode := range modes {
		out := filepath.Join(l.dir, "lis.csv")
		m, err := l.command(ctx, "sweep", "--log", path, "--stream="+mode, "--time", "ts", "--user", "person", "--item", "video", "--label", "liked",
			"--slot", "author=author", "--slot", "topic=topic", "--slots", "item,author", "--horizons", "0,7", "--seeds", "2", "--out", out)
		if err != nil {
			return nil, err
		}
		table, err := os.ReadFile(out)
		if err != nil {
			return nil, err
		}
		tables = append(tables, table)
		m.name, m.rows, m.what = "sweep --stream="+mode, rows, "Parquet, 5 slots, 2 seeds × held-out and raw: 4 lineages and their reading"
		found = append(found, m)
	}
	if len(tables) == 2 && !bytes.Equal(tables[0], tables[1]) {
		return nil, errors.New("the streamed sweep's table is not the one of the sweep in memory")
	}
	return found, nil
}
