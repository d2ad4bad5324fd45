package lis

import (
	"context"
	"errors"
	"math"
	"testing"
)

func TestBootstrapAgreesWithTheClosedForm(t *testing.T) {
	l := mustLog(t, smallWorld(60, 14, 1500))
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
		b, err := res.Bootstrap(row, 800)
		if err != nil {
			t.Fatal(err)
		}
		if b.Closed > row.SE || b.Replicates < 700 {
			t.Errorf("%+v: closed form %g above the row's %g", b, b.Closed, row.SE)
		}
		// Of 48 items few make up most of a period, and what the closed form
		// leaves out is of that order; acceptance asks for 10 % on thousands.
		if math.Abs(b.SE/b.Closed-1) > .35 {
			t.Errorf("%s %s %s m=%d: bootstrap %g, closed form %g", row.Protocol, row.Slot, row.Scope, row.MaxUpdates, b.SE, b.Closed)
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
	if _, err := (&Result{}).Bootstrap(res.Rows[0], 10); !errors.Is(err, ErrUsage) {
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
