package lis

import (
	"math"
	"strings"
	"testing"
)

func TestVerdict(t *testing.T) {
	row := func(lis, half float64) []Row {
		return []Row{
			{Protocol: HeldOut, Slot: "user", Horizon: 30, MaxUpdates: Inf, Scope: "all", LIS: .9, CILow: .8, CIHigh: 1, Seeds: 3, Memorised: math.NaN()},
			{Protocol: HeldOut, Slot: "item", Horizon: 7, MaxUpdates: Inf, Scope: "all", LIS: .9, CILow: .8, CIHigh: 1, Seeds: 3, Memorised: math.NaN()},
			{Protocol: HeldOut, Slot: "item", Horizon: 30, MaxUpdates: Inf, Scope: "all", LIS: lis, CILow: lis - half, CIHigh: lis + half, Seeds: 3, Memorised: .02},
			{Protocol: HeldOut, Slot: "item", Horizon: 30, MaxUpdates: 10, Scope: "cold", LIS: .9, CILow: .8, CIHigh: 1, Seeds: 3, Memorised: math.NaN()},
		}
	}
	content := func(lis, half float64) *ReachResult {
		return &ReachResult{LIS: lis, CILow: lis - half, CIHigh: lis + half, Threshold: .001}
	}
	tests := []struct {
		name    string
		rows    []Row
		content *ReachResult
		cold    float64
		want    Decision
		says    string
	}{
		{"both", row(.012, .002), content(.003, .001), .1, Train, "above the threshold"},
		{"content reaches nothing", row(.012, .002), content(.0002, .0004), .1, DoNotTrain, "content-reachable LIS is 0.0002 (−0.0002 … 0.0006), below"},
		{"content unknown", row(.012, .002), nil, .1, CannotSay, "Missing: content-reachable LIS"},
		{"content wide", row(.012, .002), content(.0015, .001), .1, CannotSay, "contains the threshold"},
		{"nothing there", row(.0002, .0005), content(.003, .001), .1, DoNotTrain, "below the threshold"},
		{"interval contains the threshold", row(.0015, .001), nil, .1, CannotSay, "Score more impressions"},
		{"wide and low", row(-.002, .0025), nil, .1, CannotSay, "wider than the threshold"},
		{"very cold", row(.012, .002), content(.003, .001), .5, Train, "not an upper bound"},
		{"falling", row(.012, .002), content(.003, .001), .1, Train, "users drift"},
		{"memorised", row(.012, .002), content(.003, .001), .1, Train, "Raw LIS is 0.0320, of which 0.0200"},
		{"no rows", nil, nil, 0, CannotSay, "no held-out LIS"},
	}
	for _, tt := range tests {
		r := &Result{Rows: tt.rows, Content: tt.content, ColdShare: tt.cold, Threshold: .001}
		v := r.Verdict()
		if v.Decision != tt.want || !strings.Contains(v.String(), tt.says) {
			t.Errorf("%s: want %s with %q, got\n%s", tt.name, tt.want, tt.says, v)
		}
		for _, text := range []string{v.HTML(), v.Markdown()} {
			if !strings.Contains(text, string(tt.want)) {
				t.Errorf("%s: %s", tt.name, text)
			}
		}
	}
	// A noisy null slot raises the threshold for both.
	noisy := &Result{Rows: row(.012, .002), Content: content(.003, .001), Threshold: .0025}
	if v := noisy.Verdict(); v.Decision != CannotSay || !strings.Contains(v.String(), "contains the threshold 0.0025") {
		t.Errorf("a threshold of .0025 within the interval of what content reaches:\n%s", v)
	}
}
