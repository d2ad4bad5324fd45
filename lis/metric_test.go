package lis

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis/auc"
)

// TestGroupedInfluenceIsTheJackknife: GAUC is package auc's, and leaving one
// user out moves it by minus the sum of the user's influences, to first order.
func TestGroupedInfluenceIsTheJackknife(t *testing.T) {
	l := mustLog(t, smallWorld(40, 4, 1500))
	p := &Plan{log: l, Study: Study{Metric: "gauc"}}
	r := rand.New(rand.NewPCG(1, 2))
	var rows []int32
	var scores []float32
	var labels []bool
	for row := range l.Len() {
		rows = append(rows, int32(row))
		scores = append(scores, float32(r.IntN(40)))
		labels = append(labels, l.Label[row])
	}
	var w auc.Workspace
	a, err := p.measure(&w, scores, labels, rows)
	if err != nil {
		t.Fatal(err)
	}
	gauc := func(skip uint32) float64 {
		var s []float64
		var y []bool
		var g []uint32
		for i, row := range rows {
			if u := l.Slots[0].Index[row]; u != skip {
				s, y, g = append(s, float64(scores[i])), append(y, labels[i]), append(g, u)
			}
		}
		got, err := auc.GAUC(s, y, g)
		if err != nil {
			t.Fatal(err)
		}
		return got.AUC
	}
	if want := gauc(math.MaxUint32); math.Abs(a.auc-want) > 1e-12 {
		t.Errorf("GAUC %v, want %v", a.auc, want)
	}
	users := len(l.Slots[0].IDs)
	for u := range uint32(users) {
		var phi, n float64
		for i, row := range rows {
			if l.Slots[0].Index[row] == u {
				phi += a.phi[i]
				n++
			}
		}
		// Without the user the weights are taken over the others.
		want := (a.auc - gauc(u)) * (1 - n/float64(len(rows)))
		if math.Abs(phi-want) > 1e-9 {
			t.Errorf("user %d: influences add up to %g, leaving the user out says %g", u, phi, want)
		}
	}
}

func TestSweepWithGAUC(t *testing.T) {
	l := mustLog(t, smallWorld(41, 12, 600))
	s := Study{Slots: []string{"item"}, Horizons: []int{0, 1, 3}, MaxUpdates: []int{100, Inf}, Seeds: 2, T: &[2]int{5, 8}, Metric: "gauc"}
	res, err := Sweep(context.Background(), l, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Metric = "auc"
	plain, err := Sweep(context.Background(), l, s)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(l, s)
	if err != nil {
		t.Fatal(err)
	}
	scores, err := p.newLineage(lineageID{HeldOut, 1, -1}, p.countUpdates(HeldOut)).run(context.Background(), func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	one, err := NewPlan(l, Study{Slots: s.Slots, Horizons: s.Horizons, MaxUpdates: s.MaxUpdates, Seeds: 1, T: s.T, Metric: "gauc"})
	if err != nil {
		t.Fatal(err)
	}
	first, err := one.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var want, n float64
	for k := range p.sets {
		set := &p.sets[k]
		s, g := make([]float64, len(set.rows)), make([]uint32, len(set.rows))
		for i, row := range set.rows {
			s[i], g[i] = float64(scores.base[k][i]), l.Slots[0].Index[row]
		}
		got, err := auc.GAUC(s, set.labels, g)
		if err != nil {
			t.Fatal(err)
		}
		want += got.AUC * float64(len(set.rows))
		n += float64(len(set.rows))
	}
	if got := find(t, first, HeldOut, "item", 3).AUCBase; math.Abs(got-want/n) > 1e-12 {
		t.Errorf("base GAUC %v, want %v", got, want/n)
	}
	if find(t, res, HeldOut, "item", 3).AUCBase == find(t, plain, HeldOut, "item", 3).AUCBase {
		t.Error("GAUC is the AUC")
	}
	checkFinish(t, res)
	if !strings.Contains(res.String(), "base GAUC") {
		t.Error("the table does not say that it is GAUC")
	}
	s.Metric = "ndcg"
	if _, err := NewPlan(l, s); !errors.Is(err, ErrUsage) {
		t.Errorf("unknown metric: %v", err)
	}
}
