package abtest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"

	"github.com/lislab/lislab/lis"
)

func close(a, b, tol float64) bool { return math.Abs(a-b) <= tol }

// The figures of a test small enough for a pocket calculator: control 1, 2, 3
// (mean 2, s² 1), treatment 2, 3, 4 (mean 3, s² 1).
func TestLiftByHand(t *testing.T) {
	r, err := Lift(&Experiment{
		Treated: []bool{false, true, false, true, false, true},
		Metrics: []Metric{{Name: "seconds", Value: []float64{1, 2, 2, 3, 3, 4}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	x := r.Rows[0]
	// Var = (1/3)/4 + 1.5²·(1/3)/4.
	se := math.Sqrt(1.0/12 + 2.25/12)
	if x.Lift != 0.5 || !close(x.SE, se, 1e-15) || x.Control != 2 || x.Treatment != 3 {
		t.Errorf("got %+v, want lift 0.5 and se %v", x, se)
	}
	if !close(x.P, math.Erfc(0.5/se/math.Sqrt2), 1e-15) {
		t.Errorf("p = %v", x.P)
	}
	if r.SplitP != 1 {
		t.Errorf("three users an arm: split p = %v, want 1", r.SplitP)
	}
}

// A ratio's lift is that of the sums, and one user with all the shows decides
// its standard error.
func TestRatioIsOfSums(t *testing.T) {
	r, err := Lift(&Experiment{
		Treated: []bool{false, false, true, true},
		Metrics: []Metric{{Name: "ctr", Value: []float64{1, 9, 2, 20}, Denominator: []float64{10, 90, 10, 90}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if x := r.Rows[0]; !close(x.Control, 0.1, 1e-15) || !close(x.Treatment, 0.22, 1e-15) || !close(x.Lift, 1.2, 1e-12) {
		t.Errorf("got %+v", x)
	}
}

func simulate(rng *rand.Rand, n int, lift float64, ratio, cuped bool) *Experiment {
	e := &Experiment{}
	m := Metric{Name: "m"}
	for range n {
		treated := rng.IntN(2) == 0
		habit := math.Exp(0.5 * rng.NormFloat64())
		level := 1.0
		if treated {
			level = 1 + lift
		}
		e.Treated = append(e.Treated, treated)
		if ratio {
			shows := math.Ceil(20 * habit)
			m.Denominator = append(m.Denominator, shows)
			m.Value = append(m.Value, shows*level*(0.2+0.05*rng.NormFloat64()))
		} else {
			m.Value = append(m.Value, level*habit*(1+0.3*rng.NormFloat64()))
		}
		if cuped {
			m.Covariate = append(m.Covariate, habit*(1+0.3*rng.NormFloat64()))
		}
	}
	e.Metrics = []Metric{m}
	return e
}

// 95 % intervals hold the truth 95 times in a hundred: means, ratios, with and
// without a covariate. 1,500 tests have a standard error of 0.56 %.
func TestCoverage(t *testing.T) {
	for _, c := range []struct {
		name         string
		ratio, cuped bool
	}{{"mean", false, false}, {"mean with CUPED", false, true}, {"ratio", true, false}, {"ratio with CUPED", true, true}} {
		rng := rand.New(rand.NewPCG(7, 11))
		const tests, lift = 1500, 0.05
		held, kept := 0, 0.0
		for range tests {
			r, err := Lift(simulate(rng, 400, lift, c.ratio, c.cuped))
			if err != nil {
				t.Fatal(err)
			}
			x := r.Rows[0]
			if x.CILow <= lift && lift <= x.CIHigh {
				held++
			}
			kept += x.VarianceKept / tests
		}
		if share := float64(held) / tests; share < 0.935 || share > 0.965 {
			t.Errorf("%s: coverage %.3f, want 0.95", c.name, share)
		}
		if c.cuped && !c.ratio && (kept < 0.3 || kept > 0.7) {
			t.Errorf("%s: variance kept %.2f; the covariate explains about half", c.name, kept)
		}
		if !c.cuped && kept < 1-1e-9 {
			t.Errorf("%s: variance kept %v without a covariate", c.name, kept)
		}
	}
}

func TestPowerIsWhatSimulationFinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	const cv, lift = 0.5, 0.1
	n, err := Users(cv, lift, 0.8)
	if err != nil {
		t.Fatal(err)
	}
	if p := Power(n, cv, lift); !close(p, 0.8, 0.002) {
		t.Errorf("power of %d users: %v, want 0.8", n, p)
	}
	seen := 0
	const tests = 600
	for range tests {
		e := &Experiment{Metrics: []Metric{{Name: "m"}}}
		for i := range 2 * n {
			level := 1.0
			if i%2 == 1 {
				level += lift
			}
			e.Treated = append(e.Treated, i%2 == 1)
			e.Metrics[0].Value = append(e.Metrics[0].Value, level+cv*rng.NormFloat64())
		}
		r, err := Lift(e)
		if err != nil {
			t.Fatal(err)
		}
		if r.Rows[0].P < 0.05 {
			seen++
		}
	}
	if share := float64(seen) / tests; share < 0.74 || share > 0.86 {
		t.Errorf("%d users an arm saw the lift in %.2f of the tests, want 0.8", n, share)
	}
	if Power(10, 1, 0) < 0.0499 || Power(10, 1, 0) > 0.0501 {
		t.Errorf("power against nothing: %v, want 0.05", Power(10, 1, 0))
	}
}

func TestSplitIsChecked(t *testing.T) {
	e := &Experiment{Metrics: []Metric{{Name: "m"}}}
	for i := range 10000 {
		e.Treated = append(e.Treated, i%100 < 47)
		e.Metrics[0].Value = append(e.Metrics[0].Value, float64(i%7+1))
	}
	r, err := Lift(e)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "not split as meant") {
		t.Errorf("47 %% treated of 10,000 where 50 %% were meant: warnings %q", r.Warnings)
	}
	for name, text := range map[string]string{"text": r.String(), "markdown": r.Markdown(), "html": r.HTML()} {
		if !strings.Contains(text, "not split as meant") {
			t.Errorf("the %s rendering hides the warning", name)
		}
	}
	e.Share = 0.47
	if r, err = Lift(e); err != nil || len(r.Warnings) != 0 {
		t.Errorf("47 %% treated where 47 %% were meant: %v %q", err, r.Warnings)
	}
}

// A report says what a test of its size cannot see, and the number of users that
// would: Power finds 80 % with so many.
func TestReportSaysWhatItCannotSee(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	e := &Experiment{Metrics: []Metric{{Name: "reads"}}}
	for u := range 800 {
		e.Treated = append(e.Treated, u%2 == 1)
		e.Metrics[0].Value = append(e.Metrics[0].Value, 10+3*rng.NormFloat64())
	}
	r, err := Lift(e)
	if err != nil {
		t.Fatal(err)
	}
	var users float64
	_, after, found := strings.Cut(r.String(), "cannot see a lift of 0.4 % in reads: that takes about ")
	if _, err := fmt.Sscan(after, &users); !found || err != nil {
		t.Fatalf("%v\n%s", err, r)
	}
	if p := Power(int(users), .3, .004); math.Abs(p-.8) > .03 {
		t.Errorf("%g users have a power of %.2f", users, p)
	}
	for u := range e.Metrics[0].Value {
		e.Metrics[0].Value[u] = 10 + .01*rng.NormFloat64()
	}
	if r, err = Lift(e); err != nil || strings.Contains(r.String(), "cannot see") {
		t.Errorf("a precise test: %v\n%s", err, r)
	}
}

// Where the arms are split as meant, the split's p-value is below a tenth a tenth
// of the time: the alarm at .0005 goes off once in two thousand sound experiments.
func TestSplitAlarmIsHonest(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	const experiments, users, share = 4000, 5000, .1
	low := 0.0
	for range experiments {
		treated := 0
		for range users {
			if rng.Float64() < share {
				treated++
			}
		}
		if splitP(users-treated, treated, share) < .1 {
			low += 1. / experiments
		}
	}
	if low < .085 || low > .115 {
		t.Errorf("below a tenth %.3f of the time", low)
	}
}

func TestRefusals(t *testing.T) {
	two := []bool{false, false, true, true}
	for name, c := range map[string]struct {
		e    Experiment
		kind error
	}{
		"one arm":       {Experiment{Treated: []bool{true, true}, Metrics: []Metric{{Value: []float64{1, 2}}}}, lis.ErrOneClass},
		"short column":  {Experiment{Treated: two, Metrics: []Metric{{Value: []float64{1, 2}}}}, lis.ErrBadRow},
		"no values":     {Experiment{Treated: two, Metrics: []Metric{{}}}, lis.ErrMissingValue},
		"NaN":           {Experiment{Treated: two, Metrics: []Metric{{Value: []float64{1, math.NaN(), 2, 3}}}}, lis.ErrMissingValue},
		"zero control":  {Experiment{Treated: two, Metrics: []Metric{{Value: []float64{0, 0, 2, 3}}}}, lis.ErrOneClass},
		"absurd share":  {Experiment{Treated: two, Share: 1.5, Metrics: []Metric{{Value: []float64{1, 2, 2, 3}}}}, lis.ErrUsage},
		"no shows ever": {Experiment{Treated: two, Metrics: []Metric{{Value: []float64{1, 1, 1, 1}, Denominator: []float64{0, 0, 1, 1}}}}, lis.ErrOneClass},
	} {
		if r, err := Lift(&c.e); !errors.Is(err, c.kind) {
			t.Errorf("%s: got %v and error %v, want %v", name, r, err, c.kind)
		}
	}
	if _, err := Users(0, 0.1, 0.8); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("cv 0: %v", err)
	}
}

func TestFromFrame(t *testing.T) {
	table := [][]string{
		{"user", "arm", "day", "seconds", "before"},
		{"a", "control", "1", "10", "5"}, {"a", "control", "2", "20", "5"},
		{"b", "treatment", "1", "40", "6"}, {"c", "control", "1", "20", "4"}, {"d", "treatment", "1", "44", "7"},
	}
	columns := Columns{Metrics: []MetricColumns{{Name: "time", Value: "seconds", Covariate: "before"}}}
	e, err := FromFrame(dataframe.LoadRecords(table), columns)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Treated) != 4 || e.Metrics[0].Value[0] != 30 || e.Metrics[0].Covariate[0] != 5 {
		t.Errorf("got %+v; user a's two rows sum to 30", e)
	}
	for name, c := range map[string]struct {
		row, col int
		value    string
		kind     error
	}{
		"crossed over":     {2, 1, "treatment", lis.ErrBadRow},
		"third arm":        {3, 1, "holdout", lis.ErrBadRow},
		"no number":        {3, 3, "soon", lis.ErrMissingValue},
		"moving covariate": {2, 4, "9", lis.ErrBadRow},
		"unknown column":   {0, 3, "minutes", lis.ErrUnknownColumn},
	} {
		bad := make([][]string, len(table))
		for i := range table {
			bad[i] = append([]string(nil), table[i]...)
		}
		bad[c.row][c.col] = c.value
		if _, err := FromFrame(dataframe.LoadRecords(bad), columns); !errors.Is(err, c.kind) {
			t.Errorf("%s: error %v, want %v", name, err, c.kind)
		} else if c.row > 0 && !strings.Contains(err.Error(), "row ") {
			t.Errorf("%s: the error names no row: %v", name, err)
		}
	}
}
