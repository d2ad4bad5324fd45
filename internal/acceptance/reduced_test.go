package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
)

// TestReduced holds one world and one seed against the bands of items 1 to 4
// that a single world can be held to; make acceptance does it in full.
func TestReduced(t *testing.T) {
	m, l, err := draw(context.Background(), datasets.D0(), 1)
	if err != nil {
		t.Fatal(err)
	}
	res, err := lis.Sweep(context.Background(), l, lis.Study{Slots: []string{"item", "user", "author", "topic"}, Horizons: []int{0, 1, 7, 30}, MaxUpdates: []int{lis.Inf}, Seeds: 1, T: t15to30})
	if err != nil {
		t.Fatal(err)
	}
	tab := table{}
	tab.add(res.Rows)
	r := &report{progress: io.Discard}
	held := func(slot string, n int) []float64 { return tab[key{lis.HeldOut, slot, n}] }
	raw := func(slot string, n int) []float64 { return tab[key{lis.Raw, slot, n}] }
	oracle, err := oracleAUC(m, 16, 31)
	if err != nil {
		t.Fatal(err)
	}
	r.over(1, "oracle AUC", []float64{oracle}, .770, .800)
	r.over(1, "base AUC", []float64{res.Rows[0].AUCBase}, .66, .70)
	for _, slot := range []string{"item", "user", "author", "topic"} {
		r.over(1, slot+" n=0", held(slot, 0), 0, 0)
		r.over(1, slot+" raw n=0", raw(slot, 0), 0, 0)
	}
	r.over(2, "item held-out n=1", held("item", 1), .004, .008)
	r.over(2, "item held-out n=7", held("item", 7), .008, .014)
	r.over(2, "item held-out n=30", held("item", 30), .009, .015)
	r.over(3, "item raw n=7", raw("item", 7), .026, .038)
	r.over(3, "item raw n=1 − n=30", difference(raw("item", 1), raw("item", 30)), 0, inf)
	r.over(4, "user held-out n=1", held("user", 1), none, .0015)
	r.over(4, "user held-out n=30", held("user", 30), .006, .011)
	r.over(4, "topic held-out n=7", held("topic", 7), -.0025, .0025)
	r.over(4, "item − user n=7", difference(held("item", 7), held("user", 7)), 0, inf)
	for _, c := range r.checks {
		if !c.pass {
			t.Errorf("item %d, %s: %g is not in [%g, %g]", c.item, c.what, c.value, c.low, c.high)
		}
	}
}

// TestReducedWorldQAndCoins holds one world and one seed against the bands of
// items 11 and 12; package lis has the invariances of item 13.
func TestReducedWorldQAndCoins(t *testing.T) {
	r := &report{progress: io.Discard}
	measure := func(w datasets.World, s lis.Study) table {
		_, l, err := draw(context.Background(), w, 1)
		if err != nil {
			t.Fatal(err)
		}
		s.Slots, s.Horizons, s.MaxUpdates, s.T, s.Seeds = []string{"item"}, []int{1, 7}, []int{lis.Inf}, t15to30, 1
		res, err := lis.Sweep(context.Background(), l, s)
		if err != nil {
			t.Fatal(err)
		}
		tab := table{}
		tab.add(res.Rows)
		return tab
	}
	q := measure(datasets.Q(), lis.Study{Dim: 4, LearningRate: .02})
	r.over(11, "world Q raw n=7", q[key{lis.Raw, "item", 7}], .022, .030)
	r.over(11, "world Q held-out n=7", q[key{lis.HeldOut, "item", 7}], .012, .020)
	r.over(11, "world Q raw n=7 − n=1", difference(q[key{lis.Raw, "item", 7}], q[key{lis.Raw, "item", 1}]), 0, inf)
	w := datasets.D0()
	w.Labels = datasets.LabelsCoin
	coins := measure(w, lis.Study{})
	r.over(12, "coin flips, raw n=7", coins[key{lis.Raw, "item", 7}], .05, inf)
	// One world's interval is about ±.005: the band of several is ±.003.
	r.over(12, "coin flips, held-out n=7", coins[key{lis.HeldOut, "item", 7}], -.006, .006)
	if len(r.checks) != 5 {
		t.Fatalf("%d checks", len(r.checks))
	}
	for _, c := range r.checks {
		if !c.pass {
			t.Errorf("item %d, %s: %g is not in [%g, %g]", c.item, c.what, c.value, c.low, c.high)
		}
	}
}

// TestReducedVerdict takes the whole path to a verdict in a smaller feed: the
// same world but for α, which LIS cannot tell apart, is not to be trained on
// where content explains nothing of an item and is where it explains all; and one
// day ahead on one day cannot say.
func TestReducedVerdict(t *testing.T) {
	small := datasets.D0()
	small.Days, small.Users, small.Authors, small.ItemsPerDay, small.ImpressionsPerDay = 24, 1000, 100, 120, 14000
	s := lis.Study{Horizons: []int{0, 7}, T: &[2]int{6, 16}, Seeds: 1}
	decide := func(alpha, quality float64, s lis.Study) *lis.Verdict {
		w := small
		w.Alpha, w.QualitySD = alpha, quality
		v, err := verdict(context.Background(), w, 1, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	nothing, all, few := decide(0, 1.4, s), decide(1, 1.4, s), decide(1, .5, lis.Study{Horizons: []int{0, 1}, T: &[2]int{16, 16}, Seeds: 1})
	if nothing.Decision == lis.Train || !strings.Contains(nothing.Reasons[0], "above the threshold") {
		t.Errorf("α = 0: LIS must be above the threshold, and no reason to train:\n%s", nothing)
	}
	if all.Decision != lis.Train {
		t.Errorf("α = 1:\n%s", all)
	}
	if few.Decision != lis.CannotSay || !strings.Contains(few.Reasons[0], "Score more impressions") {
		t.Errorf("one day:\n%s", few)
	}
}
