package frame_test

import (
	"fmt"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"github.com/lislab/lislab/datasets/frame"
)

func ExampleGroupBy() {
	df := dataframe.New(
		series.New([]string{"ann", "bob", "ann"}, series.String, "user"),
		series.New([]float64{1, 3, 2}, series.Float, "stars"),
	)
	groups, err := frame.GroupBy(df, "user")
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := groups.Agg(frame.Count(), frame.Mean("stars"))
	fmt.Println(out.Records(), err)
	// Output: [[user count stars_mean] [ann 2 1.500000] [bob 1 3.000000]] <nil>
}

// A film's price as it was known before each viewing.
func ExampleAsOf() {
	views := dataframe.New(
		series.New([]string{"2024-01-03", "2024-01-01"}, series.String, "time"),
		series.New([]string{"m1", "m1"}, series.String, "film"),
	)
	prices := dataframe.New(
		series.New([]string{"2024-01-01", "2024-01-02"}, series.String, "time"),
		series.New([]string{"m1", "m1"}, series.String, "film"),
		series.New([]int{10, 8}, series.Int, "price"),
	)
	out, err := frame.AsOf(views, prices, "time", frame.AsOfOptions{By: []string{"film"}, Before: true})
	fmt.Println(out.Records(), err)
	// Output: [[time film price] [2024-01-03 m1 8] [2024-01-01 m1 NaN]] <nil>
}
