package lis

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// inChunks hands d over in pieces of about size rows, none of which ends
// between rows of equal time. Each piece knows the ids that it needs.
func inChunks(d Data, size int) iter.Seq2[*Data, error] {
	return func(yield func(*Data, error) bool) {
		for from := 0; from < len(d.Time); {
			to := min(from+size, len(d.Time))
			for to < len(d.Time) && d.Time[to] == d.Time[to-1] {
				to++
			}
			piece := d
			cut := func(c Column) Column {
				out := Column{Name: c.Name, IDs: slices.Clone(c.IDs)}
				if c.Offsets != nil {
					out.Offsets = []int{}
					for r := from; r <= to; r++ {
						out.Offsets = append(out.Offsets, c.Offsets[r]-c.Offsets[from])
					}
					out.Index = slices.Clone(c.Index[c.Offsets[from]:c.Offsets[to]])
				} else {
					out.Index = slices.Clone(c.Index[from:to])
				}
				used := int(slices.Max(out.Index)) + 1
				out.IDs = out.IDs[:max(used, len(out.IDs)/2)]
				return out
			}
			piece.User, piece.Item, piece.Slots = cut(d.User), cut(d.Item), nil
			for _, c := range d.Slots {
				piece.Slots = append(piece.Slots, cut(c))
			}
			piece.Numeric = nil
			for _, c := range d.Numeric {
				piece.Numeric = append(piece.Numeric, NumericColumn{c.Name, c.Values[from:to]})
			}
			piece.Time, piece.Label = d.Time[from:to], d.Label[from:to]
			if d.Weight != nil {
				piece.Weight = d.Weight[from:to]
			}
			if d.Row != nil {
				piece.Row = d.Row[from:to]
			}
			if !yield(&piece, nil) {
				return
			}
			from = to
		}
	}
}

// mustStore makes a stored log of d, and a log in memory of the same.
func mustStore(t *testing.T, d Data, size int) (stored, inMemory *Log) {
	t.Helper()
	stored, err := NewStoredLog(inChunks(d, size), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stored.Close(); err != nil {
			t.Error(err)
		}
	})
	return stored, mustLog(t, d)
}

// A log on disk is the one in memory, and whatever is measured on it is the
// same to the last bit: all protocols, controls, cross-fit, filters, scores.
func TestStoredLogIsTheLogInMemory(t *testing.T) {
	d := smallWorld(5, 20, 300)
	for r := range d.Time { // some rows at the same time, two of them of one user and item
		d.Time[r] -= d.Time[r] % (day / 40)
	}
	d.AllowDuplicates = true
	stored, inMemory := mustStore(t, d, 700)
	if diff := diffLogs(inMemory, stored); diff != "" {
		t.Fatal(diff)
	}
	if a, b := stored.SHA256(), inMemory.SHA256(); a != b {
		t.Errorf("SHA-256 %s, in memory %s", a, b)
	}
	for name, s := range map[string]Study{
		"everything": {Slots: []string{"item", "user", "item+author", "tags"}, Horizons: []int{0, 1, 7}, MaxUpdates: []int{10, Inf}, Seeds: 2,
			Protocols: []Protocol{HeldOut, Raw, Fork, P2, P3}, Controls: true, Filters: []string{"age<5 & x>0"}},
		"folds": {Slots: []string{"item"}, Horizons: []int{1, 3}, Seeds: 1, Folds: 3, Ranker: "deepfm"},
	} {
		var text, scores [2]bytes.Buffer
		for i, l := range []*Log{stored, inMemory} {
			res, err := Sweep(context.Background(), l, s)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := errors.Join(res.WriteCSV(&text[i]), res.WriteScores(&scores[i])); err != nil {
				t.Fatal(err)
			}
		}
		if text[0].String() != text[1].String() {
			t.Errorf("%s: the stored log gives\n%s, the one in memory\n%s", name, text[0].String(), text[1].String())
		}
		if !bytes.Equal(scores[0].Bytes(), scores[1].Bytes()) {
			t.Errorf("%s: the scores differ", name)
		}
	}
}

// No file of a stored log has a name, so that nothing stays behind however the
// process ends.
func TestStoredLogLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	l, err := NewStoredLog(inChunks(smallWorld(1, 3, 30), 7), dir)
	if err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("%v %v", files, err)
	}
	if err := l.Close(); err != nil || l.Len() != 0 {
		t.Errorf("closed: %v, %d rows", err, l.Len())
	}
	if err := mustLog(t, smallWorld(1, 3, 30)).Close(); err != nil {
		t.Error(err)
	}
}

func TestNewStoredLogRefuses(t *testing.T) {
	boom := errors.New("boom")
	one := func(change func(*Data)) iter.Seq2[*Data, error] {
		return inChunks(rows(12, change), 5)
	}
	for name, c := range map[string]struct {
		chunks iter.Seq2[*Data, error]
		kind   error
		says   string
	}{
		"nothing":       {func(func(*Data, error) bool) {}, ErrBadRow, "no rows"},
		"out of order":  {one(func(d *Data) { d.Time[7] = d.Time[0] }), ErrBadTime, "comes after"},
		"absurd time":   {one(func(d *Data) { d.Time[11] = maxTime }), ErrBadTime, "between 1970 and 2100"},
		"far away":      {one(func(d *Data) { d.Time[11] += 12 * year }), ErrBadTime, "years away"},
		"an empty id":   {one(func(d *Data) { d.Item.IDs[0] = "" }), ErrMissingValue, "no id"},
		"a NaN feature": {one(func(d *Data) { d.Numeric = []NumericColumn{{"x", append(make([]float64, 11), math.NaN())}} }), ErrMissingValue, "no value"},
		"duplicates": {one(func(d *Data) {
			for r := range d.Time {
				d.Time[r], d.User.Index[r], d.Item.Index[r], d.Label[r] = d.Time[0], 0, 0, true
			}
			d.Slots = nil
		}), ErrDuplicateRows, "11 of 12 rows"},
		"the source's error": {func(yield func(*Data, error) bool) { yield(nil, boom) }, boom, "boom"},
		"other columns": {func(yield func(*Data, error) bool) {
			a, b := rows(3, func(*Data) {}), rows(3, func(d *Data) { d.Weight = []float32{1, 1, 1} })
			_ = yield(&a, nil) && yield(&b, nil)
		}, ErrBadRow, "different columns"},
	} {
		l, err := NewStoredLog(c.chunks, t.TempDir())
		if l != nil || !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, expected %v that says %q", name, err, c.kind, c.says)
		}
	}
	if _, err := NewStoredLog(one(func(*Data) {}), "/nowhere"); !errors.Is(err, ErrIO) {
		t.Errorf("no folder: %v", err)
	}
}
