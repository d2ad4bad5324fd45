package abtest_test

import (
	"fmt"

	"github.com/lislab/lislab/lis/abtest"
)

// A log of one row per user, read aloud: the lift with its interval and what a
// test of this size could have seen.
func ExampleLift() {
	e := &abtest.Experiment{}
	reads := abtest.Metric{Name: "reads"}
	for u := range 200 {
		treated := u%2 == 1
		v := float64(5 + u%7)
		if treated {
			v++
		}
		e.Treated = append(e.Treated, treated)
		reads.Value = append(reads.Value, v)
	}
	e.Metrics = append(e.Metrics, reads)
	r, err := abtest.Lift(e)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := r.Rows[0]
	fmt.Printf("%s: %+.1f %% (%+.1f … %+.1f), p %.1g; a lift below %.0f %% would likely not be seen\n",
		x.Metric, 100*x.Lift, 100*x.CILow, 100*x.CIHigh, x.P, 100*x.Detectable)
	// Output:
	// reads: +12.8 % (+5.4 … +20.3), p 0.0008; a lift below 11 % would likely not be seen
}

// How many users an arm of a test needs to see a lift of 0.4 %.
func ExampleUsers() {
	n, err := abtest.Users(0.18, 0.004, 0.8)
	fmt.Println(n, err)
	// Output:
	// 31788 <nil>
}
