package lis

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

func TestNeighboursByHand(t *testing.T) {
	l := mustLog(t, smallWorld(15, 20, 300))
	p, err := NewPlan(l, Study{Slots: []string{"item"}, Horizons: []int{1}, T: &[2]int{8, 10}, Protocols: []Protocol{P2}})
	if err != nil {
		t.Fatal(err)
	}
	const from, to = 9, 16
	near := p.neighbours(from, to)
	// Users who clicked each item in the window, one set per item.
	clicked := map[uint32]map[uint32]bool{}
	per := map[uint32][]uint32{}
	for row := p.starts[from]; row < p.starts[to]; row++ {
		u, i := l.Slots[0].Index[row], l.Slots[1].Index[row]
		if l.Label[row] && !slices.Contains(per[u], i) && len(per[u]) < 60 {
			per[u] = append(per[u], i)
			if clicked[i] == nil {
				clicked[i] = map[uint32]bool{}
			}
			clicked[i][u] = true
		}
	}
	found := 0
	for i := range near {
		type pair struct {
			item uint32
			near float64
		}
		var want []pair
		for j, users := range clicked {
			co := 0
			for u := range users {
				if clicked[uint32(i)][u] {
					co++
				}
			}
			if co >= 2 && j != uint32(i) {
				want = append(want, pair{j, float64(co) / math.Sqrt(float64(len(users)*len(clicked[uint32(i)]))+25)})
			}
		}
		slices.SortFunc(want, func(a, b pair) int {
			if a.near != b.near {
				if a.near > b.near {
					return -1
				}
				return 1
			}
			return int(a.item) - int(b.item)
		})
		want = want[:min(10, len(want))]
		found += len(want)
		if len(near[i]) != len(want) {
			t.Fatalf("item %d has %d neighbours, want %d", i, len(near[i]), len(want))
		}
		for k := range want {
			if near[i][k] != want[k].item {
				t.Fatalf("item %d: neighbour %d is %d, want %d", i, k, near[i][k], want[k].item)
			}
		}
	}
	if found == 0 {
		t.Fatal("no item has neighbours, so the test sees nothing")
	}
	// author is a property of the item, tags has several ids.
	if !slices.Equal(p.side.slots, []int{2}) {
		t.Errorf("item slots %v, want author alone", p.side.slots)
	}
}

// TestSideInformationOfZerosIsTheBase: without neighbours the feature is 0 and
// the arm must be θ_t to the last bit, though it was trained as another copy.
func TestSideInformationOfZerosIsTheBase(t *testing.T) {
	l := mustLog(t, smallWorld(16, 20, 300))
	p, err := NewPlan(l, Study{Slots: []string{"item"}, Horizons: []int{1}, T: &[2]int{8, 11}, Protocols: []Protocol{P2, P3}, Seeds: 1})
	if err != nil {
		t.Fatal(err)
	}
	run := func() *Result {
		res, err := p.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	moved := 0
	for _, r := range run().Rows {
		if r.Protocol == P2 && r.LIS != 0 {
			moved++
		}
	}
	if moved != len(sideNames)*len(sideHorizons) {
		t.Errorf("%d of the arms differ from the base, so the test sees nothing", moved)
	}
	for i := range p.side.neighbours {
		for w := range p.side.neighbours[i] {
			p.side.neighbours[i][w] = make([][]uint32, len(l.Slots[1].IDs))
		}
	}
	for _, r := range run().Rows {
		if r.Protocol == P2 && (r.LIS != 0 || r.SE != 0) {
			t.Errorf("a feature of zeros changes a score: %+v", r)
		}
	}
}

func TestSideInformationNeedsRoom(t *testing.T) {
	l := mustLog(t, smallWorld(17, 12, 300))
	if _, err := NewPlan(l, Study{Protocols: []Protocol{P2}, Ranker: "deepfm"}); !errors.Is(err, ErrUsage) {
		t.Errorf("P2 with DeepFM: %v", err)
	}
	if _, err := NewPlan(l, Study{Protocols: []Protocol{P2}, T: &[2]int{3, 4}, Horizons: []int{1}}); !errors.Is(err, ErrHorizonPastEnd) {
		t.Errorf("a window beyond the log: %v", err)
	}
}
