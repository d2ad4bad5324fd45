// Large measures lislab on logs and score tables that are larger than a laptop's
// memory would hold as they come: it makes them with DuckDB, runs the command
// line on them as a user would, and prints rows per second and peak memory. It
// writes out/bench_large.csv: name, rows, seconds, cpu_seconds, rows_per_second,
// peak_mb, peak_heap_mb, what. The files it makes are removed at the end.
//
//	go run ./internal/bench/large -rows 20000000 -run sweep
//	go run ./internal/bench/large -rows 50000000 -run score
package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"

	"github.com/lislab/lislab/internal/whole"
)

func main() {
	var l lab
	flag.StringVar(&l.bin, "lislab", "bin/lislab", "the command line to measure")
	out := flag.String("out", "out/bench_large.csv", "where the table goes")
	only := flag.String("run", "", "sweep or score; empty is both")
	rows := flag.Int("rows", 0, "rows of the log and of the score table [20 million and 50 million]")
	flag.StringVar(&l.dir, "dir", "", "folder for the files that are made [a new one in $TMPDIR]")
	flag.BoolVar(&l.memory, "memory", false, "run the sweep in memory as well, and compare the tables")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, &l, *out, *only, *rows); err != nil {
		fmt.Fprintln(os.Stderr, "large:", err)
		os.Exit(1)
	}
}

// A measurement is one row of the table.
type measurement struct {
	name    string
	rows    int
	seconds float64 // wall
	cpu     float64 // seconds of all cores
	peak    float64 // MB of memory of the process, windows on files included
	heap    float64 // MB of it that are no windows on files
	what    string
}

func (m measurement) row() []string {
	f := func(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }
	return []string{m.name, strconv.Itoa(m.rows), f(m.seconds), f(m.cpu), f(float64(m.rows) / m.seconds), f(m.peak), f(m.heap), m.what}
}

// A lab is where it happens.
type lab struct {
	bin    string
	dir    string
	memory bool
}

func run(ctx context.Context, l *lab, out, only string, rows int) (err error) {
	if l.dir == "" {
		if l.dir, err = os.MkdirTemp("", "lislab-large-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(l.dir)) }()
	}
	parts := []struct {
		name    string
		rows    int
		measure func(context.Context, *lab, int) ([]measurement, error)
	}{{"sweep", 20_000_000, sweeps}, {"score", 50_000_000, scoring}}
	table := [][]string{{"name", "rows", "seconds", "cpu_seconds", "rows_per_second", "peak_mb", "peak_heap_mb", "what"}}
	for _, p := range parts {
		if only != "" && only != p.name {
			continue
		}
		if rows > 0 {
			p.rows = rows
		}
		found, err := p.measure(ctx, l, p.rows)
		if err != nil {
			return err
		}
		for _, m := range found {
			table = append(table, m.row())
			fmt.Printf("%-22s %11d rows %8.1f s (%.1f CPU s) %10.0f rows/s, peak %6.0f MB (%.0f without mapped files): %s\n", m.name, m.rows, m.seconds, m.cpu, float64(m.rows)/m.seconds, m.peak, m.heap, m.what)
		}
	}
	if len(table) == 1 {
		return fmt.Errorf("no part %q; there are sweep and score", only)
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return whole.File(out, func(w io.Writer) error { return csv.NewWriter(w).WriteAll(table) })
}
