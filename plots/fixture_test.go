package plots

import (
	"math"
	"math/rand/v2"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/abtest"
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
				res.Rows = append(res.Rows, lis.Row{Log: "feed", Protocol: p, Slot: slot, Horizon: n, MaxUpdates: m, Scope: "all", Seeds: 3, LIS: v, SE: h / 1.96, CILow: v - h, CIHigh: v + h, Significant: v-h > 0 && v > .001})
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

// controlled is invented with a slot's controls.
func controlled() *lis.Result {
	res := invented()
	for _, c := range []struct {
		protocol lis.Protocol
		slot     string
		n        int
		v, half  float64
	}{
		{lis.ControlPermuted, "item", 7, -.0447, .0086}, {lis.ControlRandom, "item", 7, -.0441, .0101}, {lis.ControlZero, "item", 7, -.0294, .0087},
		{lis.ControlPlacebo, "item", 7, -.0049, .0034}, {lis.ControlPast, "item", -7, -.0226, .0082}, {lis.ControlSeed, "item", 7, -.0088, .0068},
		{lis.ControlNull, "null", 7, .0002, .0005}, {lis.ControlCoin, "item", 7, .0640, .0052}, {lis.ControlCoin, "item", 30, .0613, .0052},
	} {
		res.Rows = append(res.Rows, lis.Row{Log: "feed", Protocol: c.protocol, Slot: c.slot, Horizon: c.n, MaxUpdates: lis.Inf, Scope: "all", LIS: c.v, CILow: c.v - c.half, CIHigh: c.v + c.half})
	}
	return res
}

// cold is a result with the parts that filters let through.
func cold() *lis.Result {
	res := &lis.Result{Threshold: .001}
	for _, c := range []struct {
		m            int
		share        float64
		held, raw    float64
		hHalf, rHalf float64
	}{{1000, .85, .0137, .0361, .002, .0025}, {10, .14, .0459, .0883, .009, .011}, {100, .52, .0212, .0502, .004, .005}, {lis.Inf, 1, .0112, .0315, .0017, .0022}} {
		res.Rows = append(res.Rows,
			lis.Row{Log: "feed", Protocol: lis.HeldOut, Slot: "item", Horizon: 7, MaxUpdates: c.m, Scope: "cold", Share: c.share, LIS: c.held, CILow: c.held - c.hHalf, CIHigh: c.held + c.hHalf},
			lis.Row{Log: "feed", Protocol: lis.Raw, Slot: "item", Horizon: 7, MaxUpdates: c.m, Scope: "cold", Share: c.share, LIS: c.raw, CILow: c.raw - c.rHalf, CIHigh: c.raw + c.rHalf})
	}
	return res
}

// coins is a sweep of labels drawn by coin.
func coins() *lis.Result {
	res := &lis.Result{Threshold: .001}
	for n, raw := range map[int]float64{1: .0755, 7: .0640, 30: .0613} {
		res.Rows = append(res.Rows,
			lis.Row{Log: "coin", Protocol: lis.Raw, Slot: "item", Horizon: n, MaxUpdates: lis.Inf, Scope: "all", LIS: raw, CILow: raw - .005, CIHigh: raw + .005},
			lis.Row{Log: "coin", Protocol: lis.HeldOut, Slot: "item", Horizon: n, MaxUpdates: lis.Inf, Scope: "all", LIS: -.0008, CILow: -.0038, CIHigh: .0022})
	}
	return res
}

func arms() *lis.AISResult {
	res := &lis.AISResult{Threshold: .001, Trusted: true}
	for _, a := range []struct {
		name string
		ais  float64
		half float64
	}{{"student of content", .0084, .0011}, {"PCA of content", .0046, .0010}, {"author and topic", .0012, .0006}, {"random", -.0003, .0005}} {
		res.Rows = append(res.Rows, lis.AISRow{Log: "feed", Arm: a.name, Against: "base", Scope: "all", AIS: a.ais, CILow: a.ais - a.half, CIHigh: a.ais + a.half, LIS: .0128, LISSE: .0008})
	}
	return res
}

func worlds() []World {
	e := func(v, half float64) Estimate { return Estimate{v, v - half, v + half} }
	return []World{
		{Name: "α 0", LIS: e(.0123, .0016), Reach: e(.0003, .0004), AIS: e(-.0004, .0005), Lift: e(-.004, .003)},
		{Name: "α ½", LIS: e(.0129, .0016), Reach: e(.0020, .0004), AIS: e(.0035, .0007), Lift: e(.011, .002)},
		{Name: "α 1", LIS: e(.0128, .0016), Reach: e(.0037, .0005), AIS: e(.0084, .0010), Lift: e(.027, .007)},
		{Name: "cold, α 1", LIS: e(.0106, .0016), Reach: e(.0078, .0008), AIS: e(.0172, .0016), Lift: e(.058, .009), Group: 1},
	}
}

// experiment is an online test's report.
func experiment() *abtest.Report {
	r := &abtest.Report{Control: 300, Treatment: 300}
	for _, m := range []struct {
		name     string
		lift, se float64
	}{{"time spent", .021, .018}, {"reads", .034, .012}, {"engagements", -.006, .03}} {
		r.Rows = append(r.Rows, abtest.Row{Metric: m.name, Lift: m.lift, SE: m.se, CILow: m.lift - 1.96*m.se, CIHigh: m.lift + 1.96*m.se, Detectable: 2.8 * m.se})
	}
	return r
}

// scored draws labels from probabilities, and scores of two rankers.
func scored(n int) (labels []bool, probability, good, poor []float64) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range n {
		x := rnd.NormFloat64()
		p := 1 / (1 + math.Exp(0.8-1.2*x))
		labels = append(labels, rnd.Float64() < p)
		probability = append(probability, p)
		good = append(good, x+0.3*rnd.NormFloat64())
		poor = append(poor, x+1.5*rnd.NormFloat64())
	}
	return
}
