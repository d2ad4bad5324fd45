package plots

import (
	"math"

	"github.com/lislab/lislab/lis"
)

// invented is a result of round numbers in the shape of a real one: three
// slots, raw and held-out, without filter and with.
func invented() *lis.Result {
	res := &lis.Result{Threshold: 0.001, NoiseFloor: math.NaN()}
	add := func(slot string, p lis.Protocol, half float64, values ...float64) {
		for i, n := range []int{0, 1, 3, 7, 14, 30} {
			h := half
			if n == 0 {
				h = 0
			}
			for _, m := range []int{1000, lis.Inf} {
				v := values[i]
				if m == 1000 {
					v *= 0.9
				}
				res.Rows = append(res.Rows, lis.Row{Log: "feed", Protocol: p, Slot: slot, Horizon: n, MaxUpdates: m, Scope: "all", Seeds: 3, LIS: v, SE: h / 1.96, CILow: v - h, CIHigh: v + h})
			}
		}
	}
	add("item", lis.HeldOut, .0016, 0, .0065, .0095, .0112, .0118, .0122)
	add("item", lis.Raw, .0018, 0, .0349, .0326, .0315, .0309, .0306)
	add("user", lis.HeldOut, .0012, 0, .0008, .0022, .0043, .0067, .0093)
	add("user", lis.Raw, .0014, 0, .0183, .0190, .0199, .0207, .0203)
	add("author", lis.HeldOut, .0007, 0, .0017, .0028, .0033, .0034, .0033)
	add("author", lis.Raw, .0008, 0, .0072, .0069, .0070, .0068, .0066)
	return res
}
