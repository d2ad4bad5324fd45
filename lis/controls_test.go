package lis

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis/ranker"
)

// find gives the row of a result that is without filter and over all impressions.
func find(t *testing.T, res *Result, protocol Protocol, slot string, n int) Row {
	t.Helper()
	for _, r := range res.Rows {
		if r.Protocol == protocol && r.Slot == slot && r.Horizon == n && r.MaxUpdates == Inf && r.Filter == "" && r.Scope == "all" {
			return r
		}
	}
	t.Fatalf("no row %s %s n=%d", protocol, slot, n)
	return Row{}
}

func TestForkAndControls(t *testing.T) {
	l := mustLog(t, smallWorld(11, 14, 400))
	s := Study{Slots: []string{"item", "user", "item+author"}, Horizons: []int{0, 1, 4}, MaxUpdates: []int{30, Inf}, Seeds: 2, T: &[2]int{5, 9}, Protocols: []Protocol{HeldOut, Fork}}
	plain, err := Sweep(context.Background(), l, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Controls = true
	res, err := Sweep(context.Background(), l, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range plain.Rows {
		// The rows without controls come first and stay as they are, but for
		// the threshold that the noise floor raises.
		got := res.Rows[0]
		res.Rows = res.Rows[1:]
		got.Significant, want.Significant = false, false
		if got.Record()[13] != want.Record()[13] || got.Record()[14] != want.Record()[14] {
			t.Errorf("controls change a row:\n%+v\n%+v", got, want)
		}
		if want.Protocol == Fork && want.Horizon <= 1 {
			if held := find(t, plain, HeldOut, want.Slot, want.Horizon); want.MaxUpdates == Inf && want.Scope == "all" && want.LIS != held.LIS {
				t.Errorf("%s n=%d: fork %g, held-out %g; nothing but H is held back in period t+1", want.Slot, want.Horizon, want.LIS, held.LIS)
			}
		}
	}
	for _, c := range []Protocol{ControlPermuted, ControlRandom, ControlZero} {
		if r := find(t, res, c, "item", 4); r.LIS > -.01 {
			t.Errorf("%s of items: %+v", c, r)
		}
	}
	// A long past is before most items, and the seeds of a
	// small world agree on weights: that these rows are there is all to be asked.
	find(t, res, ControlSeed, "item", 4)
	find(t, res, ControlPast, "user", -4)
	find(t, res, ControlPlacebo, "item+author", 4)
	floor := 0.0
	for _, n := range []int{1, 4} {
		r := find(t, res, ControlNull, "null", n)
		if math.Abs(r.LIS) > .02 {
			t.Errorf("null slot: %+v", r)
		}
		floor = max(floor, math.Abs(r.CILow), math.Abs(r.CIHigh))
		if c := find(t, res, ControlCoin, "item", n); c.LIS < .02 {
			t.Errorf("raw LIS of coin flips is not memorised labels: %+v", c)
		}
	}
	if res.NoiseFloor != floor || res.Threshold != max(.001, floor) {
		t.Errorf("noise floor %g, threshold %g; want %g", res.NoiseFloor, res.Threshold, floor)
	}
	if !strings.Contains(res.String(), "noise floor") {
		t.Error("the table does not say the noise floor")
	}
}

// TestZeroRowsByHand compares the simplest control with what it must be.
func TestZeroRowsByHand(t *testing.T) {
	l := mustLog(t, smallWorld(12, 10, 300))
	s := Study{Slots: []string{"item"}, Horizons: []int{2}, MaxUpdates: []int{Inf}, Seeds: 1, T: &[2]int{4, 4}, Controls: true}
	p, err := NewPlan(l, s)
	if err != nil {
		t.Fatal(err)
	}
	id := lineageID{HeldOut, 1, -1}
	u := p.countUpdates(HeldOut)
	got, err := p.newLineage(id, u).run(context.Background(), func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	n := &naive{l: l, s: p.Study, data: l.rankerData()}
	base, count := n.model(HeldOut, 1, -1, 4)
	for a, arm := range p.arms(HeldOut) {
		if arm.protocol != ControlZero {
			continue
		}
		for i, row := range p.sets[0].rows {
			leak := map[int]bool{}
			if n.updates(count, 1, int(row)) > 0 {
				leak[1] = true
			}
			if want := n.score(base, zeros{base}, leak, int(row)); float64(got.arms[a][0][i]) != want {
				t.Fatalf("row %d scores %v, want %v", row, got.arms[a][0][i], want)
			}
		}
	}
}

// zeros is a ranker whose rows are all 0.
type zeros struct{ ranker.Ranker }

func (zeros) Row(dst []float32, slot int, id uint32) { clear(dst) }

func TestFilters(t *testing.T) {
	l := mustLog(t, smallWorld(13, 12, 400))
	s := Study{Slots: []string{"item"}, Horizons: []int{2}, MaxUpdates: []int{20, Inf}, Seeds: 1, T: &[2]int{4, 8}, Protocols: []Protocol{HeldOut},
		Filters:    []string{"updates<20", "age<6 & author=a1", "activity>=100", "x>0.5", "tags!=g2", "age>=0"},
		Predicates: []Predicate{{"even rows", func(l *Log, row int) bool { return row%2 == 0 }}}}
	p, err := NewPlan(l, s)
	if err != nil {
		t.Fatal(err)
	}
	first := map[uint32]int64{}
	for row, item := range l.Slots[1].Index {
		if _, ok := first[item]; !ok {
			first[item] = l.Time[row]
		}
	}
	u := p.countUpdates(HeldOut)
	want := map[string]func(k, i int, row int32) bool{
		"updates<20": func(k, i int, row int32) bool { return u.rows[k][1][i] < 20 },
		"age<6 & author=a1": func(k, i int, row int32) bool {
			return l.Time[row]-first[l.Slots[1].Index[row]] < 6*day && l.Slots[2].IDs[l.Slots[2].Index[row]] == "a1"
		},
		"activity>=100": func(k, i int, row int32) bool { return u.rows[k][0][i] >= 100 },
		"x>0.5":         func(k, i int, row int32) bool { return l.Numeric[0].Values[row] > .5 },
		"tags!=g2": func(k, i int, row int32) bool {
			for _, g := range l.Slots[3].Row(int(row)) {
				if l.Slots[3].IDs[g] == "g2" {
					return false
				}
			}
			return true
		},
		"age>=0":    func(k, i int, row int32) bool { return true },
		"even rows": func(k, i int, row int32) bool { return row%2 == 0 },
	}
	for _, g := range p.gates {
		if g.name == "" {
			continue
		}
		n := 0
		for k := range p.sets {
			for i, open := range g.opens(p, k, []int{1}, u) {
				if open {
					n++
				}
				if open != want[g.name](k, i, p.sets[k].rows[i]) {
					t.Fatalf("%s: row %d is %v", g.name, p.sets[k].rows[i], open)
				}
			}
		}
		if n == 0 || n == p.Scored && g.name != "age>=0" {
			t.Errorf("%s lets %d of %d through, so the test sees nothing", g.name, n, p.Scored)
		}
	}
	res, err := p.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Row{}
	for _, r := range res.Rows {
		by[filter(r.MaxUpdates).String()+r.Filter+" "+r.Scope] = r
	}
	for _, scope := range []string{" all", " cold"} {
		a, b := by["20"+scope], by["infupdates<20"+scope]
		if a.LIS != b.LIS || a.SE != b.SE || a.N != b.N {
			t.Errorf("updates<20 is not the filter 20: %+v, %+v", a, b)
		}
		a, b = by["inf"+scope], by["infage>=0"+scope]
		if a.LIS != b.LIS || a.SE != b.SE || a.N != b.N {
			t.Errorf("age>=0 is not no filter: %+v, %+v", a, b)
		}
	}
	for _, tt := range []struct {
		filter string
		kind   error
	}{{"age", ErrUsage}, {"age<old", ErrUsage}, {"author<3", ErrUsage}, {"price<3", ErrUnknownColumn}, {"", ErrUsage}, {"<3", ErrUsage}} {
		s.Filters = []string{tt.filter}
		if _, err := NewPlan(l, s); !errors.Is(err, tt.kind) {
			t.Errorf("filter %q: %v, want %v", tt.filter, err, tt.kind)
		}
	}
}
