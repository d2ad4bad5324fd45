package abtest

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/lislab/lislab/lis"
)

// Users is the number of users each arm needs so that a two-sided test at 5 %
// sees a relative lift with the given power: n = 2·((z₀.₉₇₅+z_power)·cv/lift)².
// cv is the metric's standard deviation over its mean, between users; with
// CUPED multiply it by the square root of Row.VarianceKept. The error is
// lis.ErrUsage for a power outside (0,1), a zero lift or a cv that is not positive.
func Users(cv, lift, power float64) (int, error) {
	if !(cv > 0) || lift == 0 || math.IsNaN(lift) || !(power > 0 && power < 1) {
		return 0, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("cv %v, lift %v, power %v", cv, lift, power), Do: "cv must be positive, lift not zero, power between 0 and 1"}
	}
	return int(math.Ceil(2 * sq((z95+distuv.UnitNormal.Quantile(power))*cv/lift))), nil
}

// Power is the chance that a two-sided test at 5 % with users in each arm sees
// a relative lift of a metric with the given cv. It is at least 0.05: a test of
// nothing is significant once in twenty.
func Power(users int, cv, lift float64) float64 {
	se := cv * math.Sqrt(2/float64(users))
	shift := math.Abs(lift) / se
	return distuv.UnitNormal.CDF(shift-z95) + distuv.UnitNormal.CDF(-shift-z95)
}
