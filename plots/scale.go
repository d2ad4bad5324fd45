package plots

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// log1p spaces an axis by log(1+x): the horizons 0, 1, 3, 7, 14, 30 stand about
// evenly on it, and zero is a point like any other.
type log1p struct{}

func (log1p) Normalize(lo, hi, x float64) float64 {
	f := func(v float64) float64 { return math.Copysign(math.Log1p(math.Abs(v)), v) }
	return (f(x) - f(lo)) / (f(hi) - f(lo))
}

// ticksAt labels the given values as whole numbers.
func ticksAt(values []float64) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for _, v := range values {
		ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', -1, 64)})
	}
	return ticks
}

// niceTicks labels about n round values with as many decimals as the
// step needs, the same for all.
type niceTicks struct{ n int }

func (t niceTicks) Ticks(lo, hi float64) []plot.Tick {
	step, decimals := niceStep(hi-lo, t.n)
	var ticks []plot.Tick
	for k := math.Ceil(lo/step - 1e-9); k*step <= hi+1e-9*step; k++ {
		label := strconv.FormatFloat(k*step, 'f', decimals, 64)
		switch {
		case k == 0:
			label = "0"
		case k < 0:
			label = "−" + label[1:]
		}
		ticks = append(ticks, plot.Tick{Value: k * step, Label: label})
	}
	return ticks
}

// niceStep is the one of 1, 2, 5 × 10^k that cuts the range nearest to n times,
// and the decimals it needs.
func niceStep(span float64, n int) (step float64, decimals int) {
	if !(span > 0) || math.IsInf(span, 0) {
		return 1, 0
	}
	exp := int(math.Floor(math.Log10(span / float64(n))))
	best := math.Inf(1)
	for e := exp - 1; e <= exp+1; e++ {
		for _, m := range []float64{1, 2, 5} {
			s := m * math.Pow10(e)
			if off := math.Abs(span/s - float64(n)); off < best {
				best, step, decimals = off, s, max(0, -e)
			}
		}
	}
	return step, decimals
}
