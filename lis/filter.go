package lis

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Predicate is a filter in Go: rows are substituted in the impressions for
// which Keep is true. It must not look at anything later than the impression.
type Predicate struct {
	Name string // as it stands in a result's column filter
	Keep func(l *Log, row int) bool
}

// A gate decides which impressions of a set get the leaked rows: those of
// which a leaked slot has fewer than maxUpdates updates, or those that meet
// every condition of a filter.
type gate struct {
	maxUpdates int
	name       string // "" for a gate by updates
	conditions []condition
	keep       func(l *Log, row int) bool
}

// condition compares one property of an impression with a value.
type condition struct {
	of      string // "age", "activity", "updates", or "" for a column
	slot    int    // compared as text, where of is "" and numeric −1
	numeric int
	op      string
	value   float64
	text    string
}

var operators = []string{"<=", ">=", "!=", "<", ">", "="}

// parseFilter reads conditions joined by "&", such as "age<3 & topic=t7".
// What can be compared: age, the periods since the log first showed the item;
// activity, the user's updates by t; updates, those of the leaked slots by t;
// a slot (= and != only); a feature.
func (l *Log) parseFilter(s string) (gate, error) {
	g := gate{maxUpdates: Inf, name: s}
	for part := range strings.SplitSeq(s, "&") {
		c, err := l.parseCondition(strings.TrimSpace(part))
		if err != nil {
			return g, err
		}
		g.conditions = append(g.conditions, c)
	}
	return g, nil
}

func (l *Log) parseCondition(s string) (condition, error) {
	at, op := -1, ""
	for _, o := range operators {
		if i := strings.Index(s, o); i >= 0 && (at < 0 || i < at) {
			at, op = i, o
		}
	}
	if at <= 0 {
		return condition{}, usage("write for example age<3 & activity>=10 & topic=t7", "the filter %q compares nothing", s)
	}
	name, text := strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+len(op):])
	c := condition{slot: -1, numeric: -1, op: op, text: text}
	switch {
	case slices.Contains([]string{"age", "activity", "updates"}, name):
		c.of = name
	case slices.ContainsFunc(l.Slots, func(x Column) bool { return x.Name == name }):
		c.slot, _ = l.Slot(name)
		if op != "=" && op != "!=" {
			return c, usage("compare a slot's ids by = or !=", "the filter %q orders ids", s)
		}
		return c, nil
	default:
		c.numeric = slices.IndexFunc(l.Numeric, func(x NumericColumn) bool { return x.Name == name })
		if c.numeric < 0 {
			return c, &InputError{Kind: ErrUnknownColumn, What: fmt.Sprintf("the filter %q speaks of %q", s, name), Do: "use age, activity, updates, a slot or a feature of the log"}
		}
	}
	var err error
	if c.value, err = strconv.ParseFloat(text, 64); err != nil {
		return c, usage("give a number", "the filter %q compares with %q", s, text)
	}
	return c, nil
}

// makeGates lists the study's filters, those by updates first.
func (p *Plan) makeGates() error {
	for _, m := range p.Study.MaxUpdates {
		p.gates = append(p.gates, gate{maxUpdates: m})
	}
	for _, s := range p.Study.Filters {
		g, err := p.log.parseFilter(s)
		if err != nil {
			return err
		}
		p.gates = append(p.gates, g)
	}
	for _, f := range p.Study.Predicates {
		if f.Name == "" || f.Keep == nil {
			return usage("give it a name and Keep", "a predicate without name or function")
		}
		p.gates = append(p.gates, gate{maxUpdates: Inf, name: f.Name, keep: f.Keep})
	}
	return nil
}

// gatesOf are a protocol's: the study's, or none for a control.
func (p *Plan) gatesOf(protocol Protocol) []gate {
	if !protocol.measures() {
		return []gate{{maxUpdates: Inf}}
	}
	return p.gates
}

// firstShown is the time at which the log first shows each item.
func (l *Log) firstShown() []int64 {
	out := make([]int64, len(l.Slots[1].IDs))
	for i := range out {
		out[i] = -1
	}
	for from, to := range l.spans() {
		for row := from; row < to; row++ {
			if i := l.Slots[1].Index[row]; out[i] < 0 {
				out[i] = l.Time[row]
			}
		}
	}
	return out
}

// opens tells for every impression of a set whether the gate lets the leaked
// rows of the slots through.
func (g *gate) opens(p *Plan, k int, slots []int, u *updates) []bool {
	set := &p.sets[k]
	out := make([]bool, len(set.rows))
	for i, row := range set.rows {
		switch {
		case g.keep != nil:
			out[i] = g.keep(p.log, int(row))
		case g.name != "":
			out[i] = !slices.ContainsFunc(g.conditions, func(c condition) bool { return !c.meets(p, k, i, slots, u) })
		default:
			out[i] = g.maxUpdates == Inf || least(u.rows[k], slots, i) < g.maxUpdates
		}
	}
	return out
}

// least is the smallest count of an impression's slots.
func least(counts [][]int32, slots []int, i int) int {
	c := Inf
	for _, s := range slots {
		c = min(c, int(counts[s][i]))
	}
	return c
}

func (c *condition) meets(p *Plan, k, i int, slots []int, u *updates) bool {
	row := int(p.sets[k].rows[i])
	var x float64
	switch {
	case c.of == "age":
		item := p.log.Slots[1].Index[row]
		x = float64(p.log.Time[row]-p.firstShown[item]) / float64(p.Study.Period)
	case c.of == "activity":
		x = float64(u.rows[k][0][i])
	case c.of == "updates":
		x = float64(least(u.rows[k], slots, i))
	case c.numeric >= 0:
		x = p.log.Numeric[c.numeric].Values[row]
	default:
		col := &p.log.Slots[c.slot]
		has := slices.ContainsFunc(col.Row(row), func(id uint32) bool { return col.IDs[id] == c.text })
		return has == (c.op == "=")
	}
	switch c.op {
	case "<":
		return x < c.value
	case "<=":
		return x <= c.value
	case ">":
		return x > c.value
	case ">=":
		return x >= c.value
	case "=":
		return x == c.value
	}
	return x != c.value
}
