// Bench measures lislab against its peers, both in one run on the same machine,
// and writes out/bench.csv: name, ours, peer, peer_name, unit, ratio, goal, met.
// The ratio is how many times better ours is; a goal is the least ratio promised,
// or, as in "<0.45 s", the bound that ours keeps whatever the peer does. make docs
// puts the table into docs/benchmarks.md.
package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lislab/lislab/internal/whole"
)

// A comparison is one row of the table.
type comparison struct {
	name string
	peer string // what ours is compared with; "" is nothing
	unit string // "/s": more is better; any other: less is
	goal float64
	// below, where it is not 0, is the goal instead: ours in unit, whatever the
	// peer does.
	below float64
	// run measures both, each at its best of a few. An absentPeer is a row
	// without a peer's figure, not the end.
	run func(ctx context.Context, l *lab) (ours, peer float64, err error)
}

// absentPeer is a peer that cannot be had on this machine.
type absentPeer struct{ why error }

func (a *absentPeer) Error() string { return a.why.Error() }

// row is the comparison's row of the table.
func (c comparison) row(ours, peer float64) []string {
	row := []string{c.name, figure(ours), figure(peer), c.peer, c.unit, figure(c.ratio(ours, peer)), "", ""}
	switch {
	case c.below > 0:
		row[6], row[7] = fmt.Sprintf("<%g %s", c.below, c.unit), strconv.FormatBool(ours < c.below)
	case c.goal > 0 && math.IsNaN(peer):
		row[6] = figure(c.goal) // not compared
	case c.goal > 0:
		row[6], row[7] = figure(c.goal), strconv.FormatBool(c.ratio(ours, peer) >= c.goal)
	}
	return row
}

// ratio is how many times better ours is.
func (c comparison) ratio(ours, peer float64) float64 {
	if c.unit == "/s" {
		return ours / peer
	}
	return peer / ours
}

// comparisons of every part, in the order of the table.
var comparisons = slices.Concat(tables, aucs, rankers, kernels)

func main() {
	out := flag.String("out", "out/bench.csv", "where the table goes")
	only := flag.String("run", "", "run only the comparisons whose names match this expression")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, only string) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	l, err := newLab(filepath.Join(filepath.Dir(out), "peers"))
	if err != nil {
		return err
	}
	defer os.RemoveAll(l.dir)
	began := now()
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	rows := [][]string{{"name", "ours", "peer", "peer_name", "unit", "ratio", "goal", "met"}}
	for _, c := range comparisons {
		if !match.MatchString(c.name) {
			continue
		}
		ours, peer, err := c.run(ctx, l)
		if absent := (*absentPeer)(nil); errors.As(err, &absent) {
			c.peer, peer = fmt.Sprintf("%s (not to be had: %v)", c.peer, absent), math.NaN()
		} else if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		row := c.row(ours, peer)
		rows = append(rows, row)
		fmt.Printf("%-28s %8s %-2s  %-22s %8s  × %-6s %s\n", c.name, row[1], c.unit, c.peer, row[2], row[5], verdict(row))
	}
	if err := errors.Join(w.WriteAll(rows), os.MkdirAll(filepath.Dir(out), 0o755)); err != nil {
		return err
	}
	if err := record(out, only == "", began); err != nil {
		return err
	}
	return whole.File(out, func(f io.Writer) error {
		_, err := f.Write(buf.Bytes())
		return err
	})
}

// verdict says in words whether the row's goal is met.
func verdict(row []string) string {
	if row[6] == "" {
		return ""
	}
	return "goal " + row[6] + ": " + map[string]string{"true": "met", "false": "missed", "": "not compared"}[row[7]]
}

// figure keeps three digits, which is more than a repetition gives; what was not
// measured is empty.
func figure(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// lab is where comparisons find files and peers.
type lab struct {
	dir     string // for files, removed at the end
	peers   string // for peers that are built, kept
	python  string
	files   map[string]string
	kernels map[string]measurement
	known   map[string]float64 // peers' seconds
}

func newLab(peers string) (*lab, error) {
	dir, err := os.MkdirTemp("", "lislab-bench-")
	if err != nil {
		return nil, err
	}
	python := os.Getenv("LISLAB_PYTHON")
	if python == "" {
		python = "python3"
	}
	return &lab{dir: dir, peers: peers, python: python, files: map[string]string{}, kernels: map[string]measurement{}, known: map[string]float64{}}, nil
}

// file makes a file once for all comparisons that read it.
func (l *lab) file(name string, make func(path string) error) (string, error) {
	if path, ok := l.files[name]; ok {
		return path, nil
	}
	path := filepath.Join(l.dir, name)
	if err := make(path); err != nil {
		return "", err
	}
	l.files[name] = path
	return path, nil
}

// once measures a peer that several comparisons have in common once.
func (l *lab) once(name string, measure func() (float64, error)) (float64, error) {
	if s, ok := l.known[name]; ok {
		return s, nil
	}
	s, err := measure()
	if err == nil {
		l.known[name] = s
	}
	return s, err
}

// best is the shortest of n runs, in seconds; garbage of the one before is
// collected first.
func best(n int, f func() error) (float64, error) {
	least := math.Inf(1)
	for range n {
		runtime.GC()
		began := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		least = min(least, time.Since(began).Seconds())
	}
	return least, nil
}

// pythonBest is the shortest of n runs of a peer in Python, in seconds: setup
// runs once, statement is timed.
func (l *lab) pythonBest(ctx context.Context, n int, setup, statement string, args ...string) (float64, error) {
	script := fmt.Sprintf("import sys, timeit\n%s\nprint(min(timeit.repeat(%q, globals=globals(), number=1, repeat=%d)))\n", setup, statement, n)
	cmd := exec.CommandContext(ctx, l.python, append([]string{"-c", script}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("%s: %w: %s (make bench installs what it needs)", l.python, err, lastLine(stderr.String()))
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
