// Acceptance measures on the simulated feed whether the tool finds what it
// must find there: every figure is held against its published band. It writes
// a CSV and exits with 1 where one falls outside.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

// items are the parts, each with the numbers that its checks bear.
var items = []struct {
	numbers []int
	run     func(context.Context, *report) error
}{
	{[]int{1, 2, 3, 4}, sweeps},
	{[]int{2}, deepFM},
	{[]int{5, 7, 8}, controls},
	{[]int{6}, sideInformation},
	{[]int{10}, loop},
	{[]int{10}, verdicts},
	{[]int{9}, coverage},
	{[]int{11}, worldQ},
	{[]int{12}, coinFlips},
	{[]int{13}, invariances},
	{[]int{14}, text},
}

func main() {
	out := flag.String("out", "out/acceptance.csv", "where the table goes")
	only := flag.String("items", "", "run only the parts with these numbers, separated by commas")
	commit := flag.String("commit", "unknown", "what was measured")
	page := flag.String("page", "", "measure nothing: write this page of the documentation from the table")
	flag.Parse()
	if *page != "" {
		if err := writePage(*page, *out); err != nil {
			fmt.Fprintln(os.Stderr, "acceptance:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *only, *commit); err != nil {
		fmt.Fprintln(os.Stderr, "acceptance:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, only, commit string) error {
	var wanted []int
	for s := range strings.SplitSeq(only, ",") {
		if s == "" {
			continue
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			return err
		}
		wanted = append(wanted, n)
	}
	began := time.Now()
	r := &report{progress: os.Stderr}
	for _, it := range items {
		if len(wanted) > 0 && !slices.ContainsFunc(it.numbers, func(n int) bool { return slices.Contains(wanted, n) }) {
			continue
		}
		start := time.Now()
		if err := it.run(ctx, r); err != nil {
			return fmt.Errorf("items %v: %w", it.numbers, err)
		}
		fmt.Fprintf(os.Stderr, "items %v took %v\n", it.numbers, time.Since(start).Round(time.Second))
	}
	if err := r.write(out); err != nil {
		return err
	}
	b, err := json.MarshalIndent(newMade(commit, time.Since(began)), "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(beside(out), b, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d checks in %v, %s\n", len(r.checks), time.Since(began).Round(time.Second), out)
	if n := r.failed(); n > 0 {
		return fmt.Errorf("%d of %d checks are outside their bands", n, len(r.checks))
	}
	return nil
}
