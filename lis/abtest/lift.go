package abtest

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/lislab/lislab/lis"
)

// z95 is the standard normal's 97.5 % point, half the width of a 95 % interval.
const z95 = 1.959963984540054

// srmAlarm is the p-value of the split below which an experiment's arms cannot
// be trusted (Fabijan et al., "Diagnosing Sample Ratio Mismatch", KDD 2019).
const srmAlarm = 0.0005

// Lift compares treatment with control in every metric. The error is
// lis.ErrBadRow for columns of unequal length, lis.ErrOneClass for an arm of
// fewer than two users, and lis.ErrMissingValue for a value that is not finite.
func Lift(e *Experiment) (*Report, error) {
	r := &Report{Share: e.Share}
	if r.Share == 0 {
		r.Share = 0.5
	}
	if r.Share <= 0 || r.Share >= 1 {
		return nil, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("a share of treated users of %v", e.Share), Do: "give a number between 0 and 1"}
	}
	for _, t := range e.Treated {
		if t {
			r.Treatment++
		} else {
			r.Control++
		}
	}
	if r.Treatment < 2 || r.Control < 2 {
		return nil, &lis.InputError{Kind: lis.ErrOneClass, What: fmt.Sprintf("%d users in control and %d in treatment", r.Control, r.Treatment), Do: "an experiment needs at least two users in each arm"}
	}
	r.SplitP = splitP(r.Control, r.Treatment, r.Share)
	if r.SplitP < srmAlarm {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the arms are not split as meant: %d of %d users are treated where %.3g %% were meant (p = %.2g); find out why before reading any figure below", r.Treatment, r.Control+r.Treatment, 100*r.Share, r.SplitP))
	}
	for i := range e.Metrics {
		row, warnings, err := e.lift(&e.Metrics[i])
		if err != nil {
			return nil, err
		}
		r.Rows = append(r.Rows, *row)
		r.Warnings = append(r.Warnings, warnings...)
	}
	return r, nil
}

// splitP is the p-value of Pearson's χ² test, one degree of freedom, of the
// number of users in each arm against the share that was meant to be treated.
func splitP(control, treatment int, share float64) float64 {
	n := float64(control + treatment)
	d := float64(treatment) - n*share
	return distuv.ChiSquared{K: 1}.Survival(d * d / (n * share * (1 - share)))
}

func (e *Experiment) lift(m *Metric) (*Row, []string, error) {
	for _, v := range [][]float64{m.Value, m.Denominator, m.Covariate} {
		if v != nil && len(v) != len(e.Treated) {
			return nil, nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("metric %s has %d values for %d users", m.Name, len(v), len(e.Treated)), Do: "give one value per user"}
		}
		for u, x := range v {
			if !finite(x) {
				return nil, nil, missing(u, m.Name)
			}
		}
	}
	if m.Value == nil {
		return nil, nil, &lis.InputError{Kind: lis.ErrMissingValue, What: "metric " + m.Name + " has no values", Do: "set Metric.Value"}
	}
	control, treatment := e.arm(m, false), e.arm(m, true)
	row := &Row{Metric: m.Name, Control: control.level, Treatment: treatment.level}
	var warnings []string
	if control.level == 0 || !finite(control.level) || !finite(treatment.level) {
		return nil, nil, &lis.InputError{Kind: lis.ErrOneClass, What: fmt.Sprintf("metric %s is zero or undefined in control: a relative lift has no meaning", m.Name), Do: "leave the metric out or choose another denominator"}
	}
	plain := levelVariance(control) + levelVariance(treatment)
	if m.Covariate != nil {
		row.Theta = adjust(&control, &treatment)
	}
	vc, vt := levelVariance(control), levelVariance(treatment)
	ratio := treatment.level / control.level
	row.Lift = ratio - 1
	// Delta method on T/C of independent arms.
	row.SE = math.Sqrt(vt/sq(control.level) + sq(ratio)*vc/sq(control.level))
	row.CILow, row.CIHigh = row.Lift-z95*row.SE, row.Lift+z95*row.SE
	row.P = twoSided(row.Lift / row.SE)
	if row.SE == 0 {
		row.P = math.NaN()
		warnings = append(warnings, fmt.Sprintf("metric %s does not vary between users: no interval can be given", m.Name))
	}
	row.Detectable = (z95 + distuv.UnitNormal.Quantile(0.8)) * row.SE
	row.VarianceKept = 1
	if m.Covariate != nil && plain > 0 {
		row.VarianceKept = (vt + vc) / plain
	}
	if math.Sqrt(vc)*10 > math.Abs(control.level) {
		warnings = append(warnings, fmt.Sprintf("metric %s is known to only ±%.0f %% in control: the interval of its lift is rough", m.Name, 100*z95*math.Sqrt(vc)/math.Abs(control.level)))
	}
	return row, warnings, nil
}

// armStats is one arm of one metric: its level and each user's residual, whose
// variance over the number of users is the level's.
type armStats struct {
	level     float64
	residual  []float64
	covariate []float64
}

func (e *Experiment) arm(m *Metric, treated bool) armStats {
	var a armStats
	var value, denominator []float64
	for u, t := range e.Treated {
		if t != treated {
			continue
		}
		value = append(value, m.Value[u])
		if m.Denominator != nil {
			denominator = append(denominator, m.Denominator[u])
		}
		if m.Covariate != nil {
			a.covariate = append(a.covariate, m.Covariate[u])
		}
	}
	a.residual = make([]float64, len(value))
	if denominator == nil {
		a.level = mean(value)
		for i, v := range value {
			a.residual[i] = v - a.level
		}
		return a
	}
	md := mean(denominator)
	a.level = mean(value) / md
	for i, v := range value {
		a.residual[i] = (v - a.level*denominator[i]) / md
	}
	return a
}

// adjust applies CUPED with one θ for both arms, the within-arm slope of the
// residual on the covariate, and returns θ. The levels are moved to the mean
// covariate of all users.
func adjust(control, treatment *armStats) float64 {
	var sxy, sxx float64
	all := 0.0
	for _, a := range []*armStats{control, treatment} {
		mx := mean(a.covariate)
		for i, x := range a.covariate {
			sxy += (x - mx) * a.residual[i]
			sxx += sq(x - mx)
			all += x
		}
	}
	if sxx == 0 {
		return 0
	}
	theta := sxy / sxx
	all /= float64(len(control.covariate) + len(treatment.covariate))
	for _, a := range []*armStats{control, treatment} {
		mx := mean(a.covariate)
		a.level -= theta * (mx - all)
		for i, x := range a.covariate {
			a.residual[i] -= theta * (x - mx)
		}
	}
	return theta
}

func mean(v []float64) float64 { return stat.Mean(v, nil) }

// levelVariance is the squared standard error of an arm's level.
func levelVariance(a armStats) float64 {
	return stat.Variance(a.residual, nil) / float64(len(a.residual))
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func sq(x float64) float64 { return x * x }

func twoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }
