package scores

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lislab/lislab/lis"
)

// A sample is one scoring of one set of impressions: the base score or an
// arm's, of all impressions or of the cold ones, as rows of a query.
type sample struct {
	score string // SQL of the score, before it is cast
	where string // SQL, "" for all rows
	what  string // for people: "base score (column base)"
	kinds []string
}

// A measure is one arm under one filter in one scope: a base and a leaked sample.
type measure struct {
	arm          Arm
	maxUpdates   int
	scope        string
	cluster      string // "item", "user" or "two-way"
	base, leaked int    // indices of samples
}

// plan is the samples and measures of a table. samples[0] is the base score of
// all impressions.
type plan struct {
	t        Table
	d        Dialect
	o        Options
	has      []column
	samples  []sample
	measures []measure
	filters  []string // columns of updates that some filter needs
}

func newPlan(t Table, d Dialect, o Options, has []column) (*plan, error) {
	p := &plan{t: t, d: d, o: o, has: has}
	if len(t.Arms) == 0 {
		return nil, &lis.InputError{Kind: lis.ErrUsage, What: "no arm to score", Do: "name the arms (--arm SLOT:HORIZON=COLUMN), or call their columns SLOT_nHORIZON"}
	}
	p.sample(p.base(), "", "the base score")
	for _, a := range t.Arms {
		for _, m := range o.MaxUpdates {
			if err := p.add(a, m); err != nil {
				return nil, err
			}
		}
	}
	if len(p.measures) == 0 {
		return nil, &lis.InputError{Kind: lis.ErrUsage, What: "no arm has scores under the filters asked for", Do: "ask for max-updates inf"}
	}
	p.needClusters()
	return p, nil
}

// scored is the SQL of the rows, and of the score, of one scoring.
type scored struct{ expr, where, column string }

func (p *plan) base() scored {
	if p.t.long() {
		return scored{p.d.quote(p.t.ScoreColumn), p.armIs("base"), "base"}
	}
	return scored{p.d.quote(p.t.Base), "", p.t.Base}
}

func (p *plan) arm(a Arm) scored {
	if p.t.long() {
		return scored{p.d.quote(p.t.ScoreColumn), p.armIs(a.Column), a.Column}
	}
	return scored{p.d.quote(a.Column), "", a.Column}
}

func (p *plan) armIs(value string) string {
	return p.d.quote(p.t.ArmColumn) + " = " + p.d.literal(value)
}

// sample adds a sample, or finds it.
func (p *plan) sample(s scored, where, what string) int {
	n := sample{score: s.expr, where: and(s.where, where), what: fmt.Sprintf("%s (%s)", what, s.column)}
	for i := range p.samples {
		if p.samples[i].score == n.score && p.samples[i].where == n.where {
			return i
		}
	}
	p.samples = append(p.samples, n)
	return len(p.samples) - 1
}

func and(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return "(" + a + ") AND (" + b + ")"
}

// add adds the two measures of an arm under filter m. An arm that was scored
// under a filter has those of this filter alone; where there is such an arm,
// the arm without filter leaves that filter to it.
func (p *plan) add(a Arm, m int) error {
	if a.MaxUpdates != 0 && a.MaxUpdates != m {
		return nil
	}
	filteredElsewhere := slices.ContainsFunc(p.t.Arms, func(b Arm) bool {
		return a.MaxUpdates == 0 && b.Slot == a.Slot && b.Horizon == a.Horizon && b.Protocol == a.Protocol && b.MaxUpdates == m && m != lis.Inf
	})
	if filteredElsewhere {
		return nil
	}
	what := fmt.Sprintf("%s, horizon %d", a.Slot, a.Horizon)
	if m == lis.Inf {
		all := measure{arm: a, maxUpdates: m, scope: "all", base: 0, leaked: p.sample(p.arm(a), "", what)}
		cold := all
		cold.scope = "cold"
		p.measures = append(p.measures, all, cold)
		return nil
	}
	slots := strings.Split(a.Slot, "+")
	if len(slots) > 1 && a.MaxUpdates == 0 {
		return &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("%s under filter %d cannot be read off its scores without filter, because each slot is filtered by its own updates", a.Slot, m),
			Do: fmt.Sprintf("give a column of scores under that filter (--arm %s:%d:m%d=COLUMN), or ask for max-updates inf", a.Slot, a.Horizon, m)}
	}
	var conds []string
	for _, s := range slots {
		c, ok := p.t.Updates[s]
		if !ok {
			return &lis.InputError{Kind: lis.ErrUnknownColumn, What: fmt.Sprintf("filter %d needs the updates of slot %s", m, s), Do: fmt.Sprintf("name their column (--updates %s=COLUMN), or ask for max-updates inf", s)}
		}
		if !slices.Contains(p.filters, c) {
			p.filters = append(p.filters, c)
		}
		conds = append(conds, fmt.Sprintf("%s < %d", p.number(c), m))
	}
	cold := strings.Join(conds, " OR ")
	what += fmt.Sprintf(", filter %d", m)
	leaked, base := p.arm(a), p.base()
	if a.MaxUpdates == 0 { // the filter takes the base score where it does not let through
		if p.t.long() {
			leaked.where = and(leaked.where, cold) + " OR " + and(base.where, "NOT ("+cold+")")
		} else {
			leaked.expr = fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", cold, leaked.expr, base.expr)
		}
	}
	p.measures = append(p.measures,
		measure{arm: a, maxUpdates: m, scope: "all", base: 0, leaked: p.sample(leaked, "", what)},
		measure{arm: a, maxUpdates: m, scope: "cold", base: p.sample(base, cold, what+", cold, base score"), leaked: p.sample(p.arm(a), cold, what+", cold")})
	return nil
}

// number is a column as a number.
func (p *plan) number(column string) string {
	if p.kind(column) == text {
		return "TRY_CAST(" + p.d.quote(column) + " AS DOUBLE)"
	}
	return p.d.quote(column)
}

func (p *plan) kind(name string) kind {
	return p.has[slices.IndexFunc(p.has, func(c column) bool { return c.name == name })].kind
}

// needClusters tells each sample the clusters that its measures add up.
func (p *plan) needClusters() {
	for i := range p.measures {
		m := &p.measures[i]
		m.cluster = p.o.Cluster
		if m.cluster == "" {
			m.cluster = clusterOf(m.arm.Slot)
		}
		kinds := []string{m.cluster}
		if m.cluster == twoWay {
			kinds = []string{"item", "user", "row"}
		}
		for _, s := range []int{m.base, m.leaked} {
			for _, k := range kinds {
				if !slices.Contains(p.samples[s].kinds, k) {
					p.samples[s].kinds = append(p.samples[s].kinds, k)
				}
			}
		}
	}
}

const twoWay = "two-way"

// clusterOf is the cluster of a slot's interval: user for the slot user, item
// for every other, two-way where the user is leaked together with others.
func clusterOf(slot string) string {
	slots := strings.Split(slot, "+")
	switch {
	case !slices.Contains(slots, "user"):
		return "item"
	case len(slots) == 1:
		return "user"
	}
	return twoWay
}
