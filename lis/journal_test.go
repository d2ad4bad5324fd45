package lis

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestJournalTornAnywhere cuts a finished sweep's journal at every byte (and
// spoils one): whole records are kept, and, at every sixtieth byte and around
// the ends of records, where it sweeps on, the table is that of an undisturbed
// run.
func TestJournalTornAnywhere(t *testing.T) {
	l := mustLog(t, smallWorld(20, 6, 220))
	s := Study{Slots: []string{"user"}, Horizons: []int{1}, MaxUpdates: []int{Inf}, Seeds: 2, T: &[2]int{2, 2}, Jobs: 1}
	want := sweepCSV(t, l, s)
	path := filepath.Join(t.TempDir(), "out.journal")
	s.Journal = path
	if got := sweepCSV(t, l, s); got != want {
		t.Fatal("a journal changes the table")
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The lengths at which another record is whole.
	p, err := NewPlan(l, s)
	if err != nil {
		t.Fatal(err)
	}
	ends := []int{len(journalMagic) + 32}
	for rest := whole[ends[0]:]; len(rest) > 0; {
		_, n := nextRecord(rest)
		ends = append(ends, ends[len(ends)-1]+n)
		rest = rest[n:]
	}
	if len(ends) != 1+p.Lineages || ends[len(ends)-1] != len(whole) {
		t.Fatalf("records end at %v of %d bytes", ends, len(whole))
	}
	resume := func(content []byte, what string, kept int, on bool) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		found := 0
		j, err := openJournal(path, p.journalID(), func([]byte) bool { found++; return true })
		if err != nil {
			t.Fatal(err)
		}
		if err := j.close(); err != nil {
			t.Fatal(err)
		}
		if found != kept {
			t.Fatalf("%s: %d records kept, want %d", what, found, kept)
		}
		if !on {
			return
		}
		if got := sweepCSV(t, l, s); got != want {
			t.Fatalf("%s: the table differs", what)
		}
		if after, err := os.ReadFile(path); err != nil || len(after) != len(whole) {
			t.Fatalf("%s: the journal has %d bytes afterwards, want %d (%v)", what, len(after), len(whole), err)
		}
	}
	for n := range len(whole) + 1 {
		kept, near := -1, n%60 == 0
		for _, e := range ends {
			if n >= e {
				kept++
			}
			near = near || n >= e-1 && n <= e+1
		}
		resume(whole[:n], "cut", max(0, kept), near)
	}
	spoiled := append([]byte(nil), whole...)
	spoiled[ends[1]+20] ^= 1
	resume(spoiled, "a flipped bit", 1, true)
	resume(append(append([]byte(nil), whole...), "rubbish"...), "rubbish at the end", p.Lineages, true)
}

func TestJournalOfAnotherSweep(t *testing.T) {
	l := mustLog(t, smallWorld(21, 8, 220))
	s := Study{Slots: []string{"user"}, Horizons: []int{1}, Seeds: 1, T: &[2]int{3, 4}, Journal: filepath.Join(t.TempDir(), "out.journal")}
	first := sweepCSV(t, l, s)
	s.LearningRate = .05
	second := sweepCSV(t, l, s)
	if first == second {
		t.Error("the journal of another study is taken for this one's")
	}
	s.Journal = ""
	if sweepCSV(t, l, s) != second {
		t.Error("the journal of another study changes the table")
	}
	s.Journal = filepath.Join(t.TempDir(), "none", "out.journal")
	if _, err := Sweep(context.Background(), l, s); !errors.Is(err, ErrIO) {
		t.Errorf("a journal that cannot be written: %v", err)
	}
}
