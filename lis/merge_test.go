package lis

import (
	"math"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis/auc"
)

func TestMergeAdjustsOverAllLogs(t *testing.T) {
	log := func(name string, threshold float64, p ...float64) *Result {
		r := &Result{Threshold: threshold, NoiseFloor: math.NaN(), T: []int{3, 4}, Warnings: []string{"Small."}}
		for i, v := range p {
			r.Rows = append(r.Rows, Row{Log: name, Protocol: HeldOut, Slot: "item", Horizon: i, MaxUpdates: Inf, Scope: "all", P: v, PAdj: 1})
		}
		r.adjust()
		return r
	}
	a, b := log("a", .001, 1, .01, .04), log("b", .002, 1, .02, .03)
	b.T = []int{3}
	m := Merge(a, b)
	want := auc.AdjustBH([]float64{.01, .04, .02, .03})
	for i, k := range []int{1, 2, 4, 5} {
		if m.Rows[k].PAdj != want[i] {
			t.Errorf("row %d: p_adj %v, want %v", k, m.Rows[k].PAdj, want[i])
		}
	}
	if m.Rows[0].PAdj != 1 || m.Rows[3].PAdj != 1 {
		t.Error("horizon 0 is no test and keeps 1")
	}
	if m.Threshold != .002 {
		t.Errorf("threshold %v", m.Threshold)
	}
	if got := strings.Join(m.Warnings, "|"); got != "a: Small.|b: Small.|b: its t, 1 in 3..3, are not those of the first log. Compare the logs with that in mind." {
		t.Errorf("warnings %s", got)
	}
	if Merge(a) != a {
		t.Error("one result is itself")
	}
}
