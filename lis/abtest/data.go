package abtest

import (
	"fmt"
	"math"
	"sort"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/lislab/lislab/lis"
)

// Metric is one outcome of the experiment, one value per user.
type Metric struct {
	Name string
	// Value is the user's sum over the experiment (seconds, clicks, …), finite.
	Value []float64
	// Denominator makes the metric the ratio ΣValue/ΣDenominator (clicks per
	// show); nil makes it the mean of Value per user.
	Denominator []float64
	// Covariate is a figure of the same user from before the experiment, for
	// CUPED; nil for none. It must not be able to know the arm.
	Covariate []float64
}

// Experiment is the outcome of one online test: users, their arm, their metrics.
type Experiment struct {
	// Treated tells each user's arm; len is the number of users.
	Treated []bool
	Metrics []Metric
	// Share is the part of the users that was meant to be treated; 0 means ½.
	Share float64
}

// Columns says which columns of a table make an Experiment.
type Columns struct {
	// User and Arm are the columns' names; "" means "user" and "arm".
	User, Arm string
	// Control and Treatment are the values of Arm; "" means "control" and
	// "treatment". Rows of other arms are an error.
	Control, Treatment string
	Metrics            []MetricColumns
	// Share is the part of the users that was meant to be treated; 0 means ½.
	Share float64
}

// MetricColumns names the columns of one metric: its value, and, where it has
// them, its denominator and covariate.
type MetricColumns struct{ Name, Value, Denominator, Covariate string }

// FromFrame reads an experiment from a gota dataframe, a row per user or, as
// logs come, several rows per user: values and denominators are summed, the
// covariate must be the same in each. A user in both arms, a missing value and
// an arm of another name are errors by name and row.
func FromFrame(df dataframe.DataFrame, c Columns) (*Experiment, error) {
	if df.Err != nil {
		return nil, &lis.InputError{Kind: lis.ErrBadRow, What: "the dataframe carries an error: " + df.Err.Error(), Do: "mend the step that made it", Err: df.Err}
	}
	if len(c.Metrics) == 0 {
		return nil, &lis.InputError{Kind: lis.ErrUsage, What: "no metric asked for", Do: "name at least one in Columns.Metrics"}
	}
	user, err := texts(df, or(c.User, "user"))
	if err != nil {
		return nil, err
	}
	arm, err := texts(df, or(c.Arm, "arm"))
	if err != nil {
		return nil, err
	}
	control, treatment := or(c.Control, "control"), or(c.Treatment, "treatment")
	e := &Experiment{Share: c.Share}
	index := map[string]int{}
	at := make([]int, len(user))
	for r, u := range user {
		treated := arm[r] == treatment
		if !treated && arm[r] != control {
			return nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("arm %q is neither %q nor %q", arm[r], control, treatment), Row: r + 1, Column: or(c.Arm, "arm"), Do: "set Columns.Control and Columns.Treatment, or leave other arms out"}
		}
		i, seen := index[u]
		if !seen {
			i = len(e.Treated)
			index[u] = i
			e.Treated = append(e.Treated, treated)
		} else if e.Treated[i] != treated {
			return nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("user %q is in both arms", u), Row: r + 1, Column: or(c.User, "user"), Do: "a user belongs to one arm: leave out those who crossed over, and say so"}
		}
		at[r] = i
	}
	for _, mc := range c.Metrics {
		m, err := metric(df, mc, at, len(e.Treated))
		if err != nil {
			return nil, err
		}
		e.Metrics = append(e.Metrics, *m)
	}
	return e, nil
}

func metric(df dataframe.DataFrame, mc MetricColumns, at []int, users int) (*Metric, error) {
	m := &Metric{Name: or(mc.Name, mc.Value)}
	sum := func(column string) ([]float64, error) {
		v, err := numbers(df, column)
		if err != nil {
			return nil, err
		}
		s := make([]float64, users)
		for r, x := range v {
			s[at[r]] += x
		}
		return s, nil
	}
	var err error
	if m.Value, err = sum(mc.Value); err != nil {
		return nil, err
	}
	if mc.Denominator != "" {
		if m.Denominator, err = sum(mc.Denominator); err != nil {
			return nil, err
		}
	}
	if mc.Covariate != "" {
		v, err := numbers(df, mc.Covariate)
		if err != nil {
			return nil, err
		}
		m.Covariate = make([]float64, users)
		for i := range m.Covariate {
			m.Covariate[i] = math.NaN()
		}
		for r, x := range v {
			if old := m.Covariate[at[r]]; !math.IsNaN(old) && old != x {
				return nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("a user's covariate is %v here and %v before", x, old), Row: r + 1, Column: mc.Covariate, Do: "a covariate from before the experiment is one figure per user"}
			}
			m.Covariate[at[r]] = x
		}
	}
	return m, nil
}

func column(df dataframe.DataFrame, name string) (series.Series, error) {
	names := df.Names()
	for _, n := range names {
		if n == name {
			return df.Col(name), nil
		}
	}
	sort.Strings(names)
	return series.Series{}, &lis.InputError{Kind: lis.ErrUnknownColumn, What: fmt.Sprintf("no column %q", name), Column: name, Do: fmt.Sprintf("the columns are %v", names)}
}

func texts(df dataframe.DataFrame, name string) ([]string, error) {
	s, err := column(df, name)
	if err != nil {
		return nil, err
	}
	for r := range s.Len() {
		if s.Elem(r).IsNA() {
			return nil, missing(r, name)
		}
	}
	return s.Records(), nil
}

func numbers(df dataframe.DataFrame, name string) ([]float64, error) {
	s, err := column(df, name)
	if err != nil {
		return nil, err
	}
	v := s.Float()
	for r, x := range v {
		if !finite(x) {
			return nil, missing(r, name)
		}
	}
	return v, nil
}

func missing(r int, name string) error {
	return &lis.InputError{Kind: lis.ErrMissingValue, What: "no finite value", Row: r + 1, Column: name, Do: "fill it or leave the row out"}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
