package lis

import (
	"slices"
	"strconv"
)

// nullIDs are drawn per impression for the null slot.
const nullIDs = 12

// Salts keep the hashes of the controls apart from each other and from h.
const (
	nullSalt = 0x6e756c6c // "null"
	coinSalt = 0x636f696e // "coin"
)

// withNull is the log with one more slot that means nothing: one of 12 ids
// per impression, by a hash.
func (l *Log) withNull() (*Log, error) {
	c := Column{Name: "null"}
	for k := range nullIDs {
		c.IDs = append(c.IDs, strconv.Itoa(k))
	}
	out := *l
	var err error
	c.Index, err = newColumn(&out, func(row int) uint32 { return uint32(splitMix(l.Hash[row]^nullSalt) % nullIDs) })
	out.Slots = append(slices.Clone(l.Slots), c)
	return &out, err
}

// withCoin is the log with every label drawn anew at the log's base rate, by a
// hash.
func (l *Log) withCoin() (*Log, error) {
	out := *l
	var positives float64
	for _, y := range l.Label {
		if y {
			positives++
		}
	}
	rate := positives / float64(l.Len())
	var err error
	out.Label, err = newColumn(&out, func(row int) bool { return float64(splitMix(l.Hash[row]^coinSalt)>>11)/(1<<53) < rate })
	return &out, err
}

// controlParts are the controls that change the log: the null slot in held-out
// lineages of its own, so that no other figure changes, and raw LIS of coin
// labels.
func (p *Plan) controlParts() ([]*part, error) {
	s := p.Study
	s.Controls, s.Filters, s.Predicates, s.MaxUpdates = false, nil, nil, []int{Inf}
	s.T = &[2]int{p.T[0], p.T[len(p.T)-1]}
	s.Horizons = slices.DeleteFunc(slices.Clone(s.Horizons), func(n int) bool { return n == 0 })
	if len(s.Horizons) == 0 {
		return nil, nil
	}
	coins, err := p.log.withCoin()
	if err != nil {
		return nil, err
	}
	coin, err := NewPlan(coins, s)
	if err != nil {
		return nil, err
	}
	coin.Study.Protocols = []Protocol{Raw}
	s.Slots = []string{"null"}
	more, err := p.log.withNull()
	if err != nil {
		return nil, err
	}
	null, err := NewPlan(more, s)
	if err != nil {
		return nil, err
	}
	null.Study.Protocols = []Protocol{HeldOut}
	coin.bare, null.bare = true, true
	return []*part{{plan: null, as: ControlNull}, {plan: coin, as: ControlCoin}}, nil
}

// asControl renames a part's rows and keeps those over all impressions.
func (part *part) asControl(rows []Row) []Row {
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Scope != "all" })
	for i := range rows {
		rows[i].Protocol = part.as
	}
	return rows
}
