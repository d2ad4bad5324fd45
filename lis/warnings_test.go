package lis

import (
	"math"
	"strings"
	"testing"
	"time"
)

// TestEveryWarningAppears makes each thing that a reader must be warned of happen,
// and looks for the warning where the reader will: in the rendered result.
func TestEveryWarningAppears(t *testing.T) {
	nan := math.NaN()
	ais := func(change func(*AISResult)) string {
		r := &AISResult{Threshold: .001, Study: AISStudy{From: 14, Bar: "author and topic", Seeds: 3, Period: 24 * time.Hour}, T: []int{21, 22}, Rows: []AISRow{
			{Arm: "student", K: 9, Against: againstBase, Scope: scopeAll, AIS: .003, SE: .0005, CILow: .002, CIHigh: .004, Horizon: 30, LIS: .012, LISSE: .001, Saturation: .25, SaturationLow: .2, SaturationHigh: .3},
			{Arm: randomName(9), K: 9, Against: againstBase, Scope: scopeAll, AIS: .0002, SE: .0005, Horizon: 30, LIS: .012, LISSE: .001, Saturation: .01, SaturationLow: 0, SaturationHigh: .02},
		}}
		change(r)
		r.finish()
		return r.String()
	}
	sweep := func(change func(*Result)) string {
		row := func(slot string, n int, lis float64) Row {
			return Row{Log: "l", Protocol: HeldOut, Slot: slot, Horizon: n, MaxUpdates: Inf, Scope: "all", Seeds: 3, LIS: lis, SE: .0005, CILow: lis - .001, CIHigh: lis + .001, Memorised: nan}
		}
		r := &Result{Threshold: .001, NoiseFloor: nan, T: []int{15, 16}, Study: Study{Seeds: 3, Period: 24 * time.Hour}, Rows: []Row{row("item", 7, .011), row("item", 30, .012)}}
		change(r)
		return r.String() + r.Verdict().String()
	}
	plain := ais(func(*AISResult) {}) + sweep(func(*Result) {})
	for _, c := range []struct{ name, text, says string }{
		{"random vectors move the AUC", ais(func(r *AISResult) { r.Rows[1].AIS = .0011 }), "no verdict"},
		{"AIS above LIS", ais(func(r *AISResult) { r.Rows[0].AIS, r.Rows[0].CILow = .017, .016 }), "not an upper bound"},
		{"a feature from the start", ais(func(r *AISResult) { r.Study.From = -1 }), "second embedding"},
		{"no bar", ais(func(r *AISResult) { r.Study.Bar = "" }), "No bar was given"},
		{"LIS that contains 0", ais(func(r *AISResult) { r.Rows[0].Saturation = nan }), "not defined"},
		{"the slot user", sweep(func(r *Result) { r.Rows[0].Slot = "user" }), "for this user population"},
		{"very cold", sweep(func(r *Result) { r.ColdShare = .4 }), "not an upper bound"},
		{"memorised labels", sweep(func(r *Result) { r.Rows[1].Memorised = .02 }), "memorised labels"},
		{"one seed", sweep(func(r *Result) { r.Rows[1].Seeds = 1 }), "One seed"},
		{"LIS that falls", sweep(func(r *Result) { r.Rows[1].LIS, r.Rows[1].CILow, r.Rows[1].CIHigh = .005, .004, .006 }), "users drift"},
		{"content reaches nothing", sweep(func(r *Result) {
			r.Content = &ReachResult{LIS: .0001, CILow: -.0002, CIHigh: .0004, Threshold: .001}
		}), "not sufficient"},
	} {
		if !strings.Contains(c.text, c.says) {
			t.Errorf("%s: no word of %q in\n%s", c.name, c.says, c.text)
		}
		if c.says != "not sufficient" && strings.Contains(plain, c.says) {
			t.Errorf("%s: %q is said where it does not apply", c.name, c.says)
		}
	}
	if !strings.Contains(plain, "not sufficient") {
		t.Error("a high LIS without content-reachable LIS goes without its warning")
	}
	trained := sweep(func(r *Result) { r.Content = &ReachResult{LIS: .003, CILow: .002, CIHigh: .004, Threshold: .001} })
	if !strings.Contains(trained, "Verdict: train") || strings.Contains(trained, "not sufficient") {
		t.Errorf("both are significant:\n%s", trained)
	}
}
