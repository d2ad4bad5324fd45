package lis

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis/ranker"
)

func TestSweepEach(t *testing.T) {
	l := mustLog(t, smallWorld(50, 12, 300))
	opposite := make([]bool, l.Len())
	for i, y := range l.Label {
		opposite[i] = !y
	}
	other := l.WithLabel("opposite", opposite)
	s := Study{Slots: []string{"item"}, Horizons: []int{1}, Seeds: 1, T: &[2]int{5, 8}}
	both, err := SweepEach(context.Background(), []*Log{l, other}, s)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := Sweep(context.Background(), other, s)
	if err != nil {
		t.Fatal(err)
	}
	n := len(alone.Rows)
	if len(both.Rows) != 2*n {
		t.Fatalf("%d rows, want %d", len(both.Rows), 2*n)
	}
	for i, want := range alone.Rows {
		if got := both.Rows[n+i]; got.Log != "opposite" || got.LIS != want.LIS || got.SE != want.SE {
			t.Errorf("row %d: %+v, want %+v", i, got, want)
		}
	}
	s.Slots = []string{"genre"}
	if _, err := SweepEach(context.Background(), []*Log{l, other}, s); !errors.Is(err, ErrUnknownSlot) {
		t.Errorf("unknown slot: %v", err)
	}
	if _, err := SweepEach(context.Background(), nil, s); !errors.Is(err, ErrUsage) {
		t.Errorf("no logs: %v", err)
	}
}

// diverged is a ranker whose scores are no numbers from some row on.
type diverged struct{ ranker.Ranker }

func (d diverged) Score(out []float32, dense, x []float32, data *ranker.Data, rows []int32) {
	d.Ranker.Score(out, dense, x, data, rows)
	if rows[0] > 2000 {
		out[0] = float32(math.NaN())
	}
}

func (d diverged) Clone() ranker.Ranker { return diverged{d.Ranker.Clone()} }

func TestScoresThatAreNoNumbersAreErrorRows(t *testing.T) {
	l := mustLog(t, smallWorld(51, 12, 300))
	s := Study{Slots: []string{"item"}, Horizons: []int{1}, Seeds: 1, T: &[2]int{5, 8}, NewRanker: func(seed uint64, d *ranker.Data) ranker.Ranker {
		return diverged{ranker.NewFM(ranker.Options{Seed: seed}, d)}
	}}
	res, err := Sweep(context.Background(), l, s)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Rows) != 8 {
		t.Errorf("%d rows, want 8", len(res.Rows))
	}
	for _, r := range res.Rows {
		if r.Error != "missing-value" || !math.IsNaN(r.LIS) || r.Significant {
			t.Errorf("%+v", r)
		}
	}
	if !strings.Contains(strings.Join(res.Warnings, " "), "no numbers") {
		t.Errorf("warnings %q", res.Warnings)
	}
}

func TestAPanicOfTheUsersRankerReachesTheCaller(t *testing.T) {
	l := mustLog(t, smallWorld(52, 12, 300))
	defer func() {
		if r := recover(); r == nil || !strings.Contains(r.(string), "mine") {
			t.Errorf("recovered %v", r)
		}
	}()
	_, _ = Sweep(context.Background(), l, Study{NewRanker: func(uint64, *ranker.Data) ranker.Ranker { panic("mine") }})
}
