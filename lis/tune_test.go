package lis

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTuneSeesOnlyEarlierPeriodsAndNoHeldRow(t *testing.T) {
	s := Study{T: &[2]int{6, 8}, Horizons: []int{1}}
	plain := mustLog(t, smallWorld(30, 12, 300))
	want, err := Tune(context.Background(), plain, s)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(plain, s)
	if err != nil {
		t.Fatal(err)
	}
	d := smallWorld(30, 12, 300)
	for row := range d.Label {
		if plain.Hash[row]%10 == 0 || row >= p.starts[6] {
			d.Label[row] = !d.Label[row]
		}
	}
	got, err := Tune(context.Background(), mustLog(t, d), s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Tried, got.Tried); diff != "" {
		t.Errorf("labels of later periods or held rows change the tuning: %s", diff)
	}
	d.Label[p.starts[2]+1] = !d.Label[p.starts[2]+1]
	d.Label[p.starts[2]+2] = !d.Label[p.starts[2]+2]
	if other, err := Tune(context.Background(), mustLog(t, d), s); err != nil || cmp.Equal(other.Tried, want.Tried) {
		t.Errorf("labels that may have a say have none (%v), so the test sees nothing", err)
	}
	if want.Periods != 5 || len(want.Tried) != len(tuneDims)*len(tuneRates) || want.Study.Dim != want.Tried[0].Dim || want.Study.LearningRate != want.Tried[0].LearningRate {
		t.Errorf("%+v", want)
	}
	if !strings.Contains(want.String(), "Chosen: dimension") {
		t.Error(want.String())
	}
}

func TestTuneKeepsWhatTheStudyNames(t *testing.T) {
	l := mustLog(t, smallWorld(31, 12, 300))
	got, err := Tune(context.Background(), l, Study{T: &[2]int{6, 8}, Horizons: []int{1}, Dim: 5})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Tried) != len(tuneRates) || got.Study.Dim != 5 {
		t.Errorf("%+v", got.Tried)
	}
	if _, err := Tune(context.Background(), l, Study{T: &[2]int{1, 2}, Horizons: []int{1}}); !errors.Is(err, ErrTooFewPeriods) {
		t.Errorf("no period to tune on: %v", err)
	}
}
