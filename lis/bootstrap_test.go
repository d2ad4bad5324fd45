package lis

import (
	"context"
	"errors"
	"math"
	"testing"
)

// effectiveClusters is the mean over periods of (Σn)²/Σn², n the scored
// impressions of each id of a slot: how many clusters of equal size would weigh
// as much.
func effectiveClusters(p *Plan, slot int) float64 {
	var mean float64
	for k := range p.sets {
		count := map[uint32]float64{}
		for _, row := range p.sets[k].rows {
			count[p.log.Slots[slot].Index[row]]++
		}
		var n, squares float64
		for _, c := range count {
			n += c
			squares += c * c
		}
		mean += n * n / squares / float64(len(p.sets))
	}
	return mean
}

// TestBootstrapAgreesWithTheClosedForm holds the two standard errors against each
// other within what must lie between them:
//
//   - Monte Carlo: a standard deviation over B replicates has a relative standard
//     error of 1/√(2B); three of them.
//   - The closed form is of first order in the clusters' weights. The bootstrap
//     also varies what an AUC is divided by, Σ N·positives and Σ N·negatives of a
//     period, whose relative variance under Poisson(1) weights N is 1/K, K the
//     effective number of clusters. What it adds is of the order of 1/K: measured
//     1.5/K (users) to 2.2/K (items) for K from 11 to 300. 3/K is allowed.
//
// Small worlds are where the second is seen (the bootstrap is then the larger,
// by a fifth for 11 effective items); the wide one holds the closed form to 7 %,
// acceptance to 10 % at 3000 users and thousands of items.
func TestBootstrapAgreesWithTheClosedForm(t *testing.T) {
	const replicates = 2000
	excess := map[string][]float64{} // by slot, small world then wide
	for _, d := range []Data{smallWorld(60, 14, 1500), worldOf(60, 14, 6000, 300, 300)} {
		l := mustLog(t, d)
		s := Study{Slots: []string{"item", "user", "item+user"}, Horizons: []int{0, 3}, MaxUpdates: []int{300, Inf}, Seeds: 2, T: &[2]int{5, 9}}
		res, err := Sweep(context.Background(), l, s)
		if err != nil {
			t.Fatal(err)
		}
		done := 0
		for _, row := range res.Rows {
			if row.Horizon == 0 || row.Slot == "item+user" || row.N < 500 || row.SE == 0 {
				continue
			}
			b, err := res.Bootstrap(row, replicates)
			if err != nil {
				t.Fatal(err)
			}
			if b.Closed > row.SE || b.Replicates < replicates*9/10 {
				t.Errorf("%+v: closed form %g above the row's %g", b, b.Closed, row.SE)
			}
			slot, _ := l.Slot(row.Slot)
			k := row.Share * effectiveClusters(res.scores.plan, slot)
			if d := b.SE/b.Closed - 1; math.Abs(d) > 3/math.Sqrt(2*replicates)+3/k {
				t.Errorf("%s %s %s m=%d, %.0f clusters: bootstrap %g, closed form %g", row.Protocol, row.Slot, row.Scope, row.MaxUpdates, k, b.SE, b.Closed)
			} else if row.Protocol == HeldOut && row.Scope == "all" && row.MaxUpdates == Inf {
				excess[row.Slot] = append(excess[row.Slot], d)
			}
			if !(b.CILow < row.LIS && row.LIS < b.CIHigh) {
				t.Errorf("%g is not in %g … %g", row.LIS, b.CILow, b.CIHigh)
			}
			done++
		}
		if done < 8 {
			t.Errorf("%d rows were resampled", done)
		}
		for _, row := range []Row{{Protocol: ControlCoin, Slot: "item", Horizon: 3, MaxUpdates: Inf}, {Protocol: HeldOut, Slot: "item+user", Horizon: 3, MaxUpdates: Inf}, {Protocol: HeldOut, Slot: "item", Horizon: 2, MaxUpdates: Inf}} {
			if _, err := res.Bootstrap(row, 10); !errors.Is(err, ErrUsage) {
				t.Errorf("%+v: %v", row, err)
			}
		}
	}
	for slot, d := range excess {
		if len(d) != 2 || d[1] >= d[0] {
			t.Errorf("%s: the bootstrap is above the closed form by %.3f, small world then wide: it must come down with the number of clusters", slot, d)
		}
	}
	if _, err := (&Result{}).Bootstrap(Row{}, 10); !errors.Is(err, ErrUsage) {
		t.Errorf("no scores: %v", err)
	}
}

// TestClusterKinds: the interval's kind of cluster is the study's to choose,
// and two-way is not below the larger.
func TestClusterKinds(t *testing.T) {
	l := mustLog(t, smallWorld(61, 12, 600))
	se := map[string]float64{}
	for _, c := range []string{"", "item", "user", "two-way", "impression"} {
		res, err := Sweep(context.Background(), l, Study{Slots: []string{"item"}, Horizons: []int{3}, Seeds: 1, T: &[2]int{5, 8}, Cluster: c})
		if err != nil {
			t.Fatal(err)
		}
		se[c] = find(t, res, HeldOut, "item", 3).SE
	}
	if se[""] != se["item"] || se["item"] == se["user"] || se["two-way"] < max(se["item"], se["user"]) || se["impression"] == se["item"] {
		t.Errorf("standard errors %v", se)
	}
}
