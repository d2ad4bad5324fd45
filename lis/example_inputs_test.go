package lis_test

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/go-gota/gota/dataframe"

	"github.com/lislab/lislab/lis"
)

// What a ranker can be given beside users, items and labels: slots, one of them
// with several ids per impression, a number, and a weight for each row.
func ExampleColumns() {
	df := dataframe.ReadCSV(strings.NewReader(`time,user,item,clicked,author,tags[],price,weight
2024-01-01T10:00:00Z,ann,alien,1,scott,horror|space,3.5,1
2024-01-01T11:00:00Z,bob,brazil,0,gilliam,satire,2,0.5
2024-01-02T12:00:00Z,ann,brazil,1,gilliam,satire,2,2
`))
	l, err := lis.FromFrame(df, lis.Columns{
		Time: "time", User: "user", Item: "item", Label: "clicked",
		Slots:   map[string]string{"author": "author", "tag": "tags[]"},
		Numeric: map[string]string{"price": "price"},
		Weight:  "weight",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	tags := l.Slots[3]
	fmt.Println(tags.Name, tags.IDs, len(tags.Row(0)), len(tags.Row(1)))
	fmt.Println(l.Numeric[0].Values, l.Weight)
	// Output:
	// tag [horror space satire] 2 1
	// [3.5 2 2] [1 0.5 2]
}

// Several labels of one log are swept in one call: here a click, and a click in
// the afternoon.
func ExampleLog_WithLabel() {
	l := smallFeed()
	late := make([]bool, l.Len())
	for i, at := range l.Time {
		late[i] = l.Label[i] && at/3600e9%24 >= 12
	}
	res, err := lis.SweepEach(context.Background(), []*lis.Log{l.WithLabel("click", l.Label), l.WithLabel("late click", late)},
		lis.Study{Slots: []string{"item"}, Horizons: []int{7}, MaxUpdates: []int{lis.Inf}, Seeds: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range res.Rows {
		if r.Protocol == lis.HeldOut && r.Scope == "all" {
			fmt.Printf("%s: %d of %d positive\n", r.Log, r.NPos, r.N)
		}
	}
	// Output:
	// click: 1307 of 4061 positive
	// late click: 640 of 4061 positive
}

// The AUC within each user, in a ranker whose slots share 1000 rows each: ids
// without bound fit in memory that is bounded, and the score falls where they
// collide.
func ExampleStudy_buckets() {
	l := smallFeed()
	s := lis.Study{Slots: []string{"item"}, Horizons: []int{0, 7}, MaxUpdates: []int{lis.Inf}, Protocols: []lis.Protocol{lis.HeldOut}, Seeds: 1, Metric: "gauc"}
	own, err := lis.Sweep(context.Background(), l, s)
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Buckets = 1000
	shared, err := lis.Sweep(context.Background(), l, s)
	if err != nil {
		fmt.Println(err)
		return
	}
	a, b := own.Rows[0], shared.Rows[0]
	fmt.Printf("within users: %v, lower with shared rows: %v, exactly 0 at horizon 0: %v\n", a.AUCBase > .5, b.AUCBase < a.AUCBase, a.LIS == 0 && b.LIS == 0)
	fmt.Println("the tables differ at horizon 7:", math.Abs(own.Rows[2].LIS-shared.Rows[2].LIS) > 1e-6)
	// Output:
	// within users: true, lower with shared rows: true, exactly 0 at horizon 0: true
	// the tables differ at horizon 7: true
}
