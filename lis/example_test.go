package lis_test

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/ranker"
)

// smallFeed is the simulated feed at a size for examples.
func smallFeed() *lis.Log {
	w := datasets.D0()
	w.Days, w.ImpressionsPerDay, w.Users, w.ItemsPerDay = 20, 5000, 500, 40
	l, err := w.Log(context.Background())
	if err != nil {
		panic(err)
	}
	return l
}

func ExampleSweep() {
	res, err := lis.Sweep(context.Background(), smallFeed(), lis.Study{Slots: []string{"item"}, Horizons: []int{0, 1, 7}, MaxUpdates: []int{lis.Inf}, Seeds: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range res.Rows {
		if r.Scope == "all" && r.Horizon == 7 {
			fmt.Printf("%s: significant %v, more than held-out is memorised: %v\n", r.Protocol, r.Significant, r.Memorised > 0)
		}
	}
	// Output:
	// heldout: significant true, more than held-out is memorised: true
	// raw: significant true, more than held-out is memorised: true
}

func ExampleSweep_pastTheEnd() {
	_, err := lis.Sweep(context.Background(), smallFeed(), lis.Study{Horizons: []int{7}, T: &[2]int{10, 14}})
	fmt.Println(err)
	// Output:
	// horizon-past-end: t = 14 and horizon 7 need period 21 of log feed, whose last is 19; the largest horizon that works for t = 14 is 5
}

func ExampleFromFrame() {
	df := dataframe.ReadCSV(strings.NewReader(`ts,person,film,stars
2024-01-01T10:00:00Z,ann,alien,5
2024-01-02T11:00:00Z,ann,brazil,2
2024-01-02T12:00:00Z,bob,alien,4
`))
	df = df.Filter(dataframe.F{Colname: "person", Comparator: series.Eq, Comparando: "ann"})
	four := 4.0
	l, err := lis.FromFrame(df, lis.Columns{Time: "ts", User: "person", Item: "film", Label: "stars", LabelAtLeast: &four})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(l.Len(), l.Slots[1].IDs, l.Label)
	// Output:
	// 2 [alien brazil] [true false]
}

func ExampleNewPlan() {
	p, err := lis.NewPlan(smallFeed(), lis.Study{Slots: []string{"item"}, Horizons: []int{7}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("t = %d..%d, %d lineages, ±%.3f expected\n", p.T[0], p.T[len(p.T)-1], p.Lineages, p.HalfWidth["item"])
	// Output:
	// t = 5..12, 6 lineages, ±0.007 expected
}

// popularity is a ranker of one's own: an impression scores by how often its
// item was liked so far. A row holds what it keeps of an item: likes and
// impressions. Nothing belongs to no id, so the dense part is empty.
type popularity struct {
	items map[uint32][2]float32
}

func (p *popularity) Train(d *ranker.Data, rows []int32) {
	for _, r := range rows {
		item := d.Slots[1].Index[r]
		row := p.items[item]
		if d.Label[r] {
			row[0]++
		}
		row[1]++
		p.items[item] = row
	}
}

// RowLen: slot 1 is the item, other slots have no rows.
func (p *popularity) RowLen(slot int) int {
	if slot == 1 {
		return 2
	}
	return 0
}

func (p *popularity) Row(dst []float32, slot int, id uint32) {
	row := p.items[id]
	copy(dst, row[:])
}

func (p *popularity) Dense() []float32 { return nil }

// Score sees the rows of each impression's slots one after another: here the
// two numbers of its item.
func (p *popularity) Score(out []float32, dense, x []float32, d *ranker.Data, rows []int32) {
	for i := range rows {
		likes, shown := float64(x[2*i]), float64(x[2*i+1])
		out[i] = float32(math.Log((likes + 3) / (shown - likes + 7)))
	}
}

func (p *popularity) Clone() ranker.Ranker {
	c := &popularity{map[uint32][2]float32{}}
	for id, row := range p.items {
		c.items[id] = row
	}
	return c
}

// Any ranker.Ranker can be swept: what its rows of later learn, LIS measures.
func ExampleStudy_newRanker() {
	s := lis.Study{Ranker: "popularity", Slots: []string{"item"}, Horizons: []int{0, 7}, MaxUpdates: []int{lis.Inf}, Seeds: 1,
		NewRanker: func(seed uint64, d *ranker.Data) ranker.Ranker { return &popularity{map[uint32][2]float32{}} }}
	res, err := lis.Sweep(context.Background(), smallFeed(), s)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range res.Rows {
		if r.Scope == "all" && r.Protocol == lis.HeldOut {
			fmt.Printf("horizon %d: %+.2f\n", r.Horizon, r.LIS)
		}
	}
	// Output:
	// horizon 0: +0.00
	// horizon 7: +0.01
}

func ExampleResult_Verdict() {
	res, err := lis.Sweep(context.Background(), smallFeed(), lis.Study{Slots: []string{"item"}, Horizons: []int{7}, Seeds: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	v := res.Verdict()
	fmt.Println(v.Decision)
	fmt.Println(v.Reasons[len(v.Reasons)-1])
	// Output:
	// cannot say
	// Missing: content-reachable LIS, without which a high LIS does not tell whether content could carry it. Give the items' content (--content; Result.Content in Go).
}
