package lis

import "slices"

// arm is one way of leaking that has scores of its own. For a single slot one
// arm without filter serves every filter, which only picks between its scores
// and the base's; slots leaked together have an arm per filter.
type arm struct {
	protocol   Protocol
	slots      int // index into Plan.slots
	horizon    int
	maxUpdates int
}

// arms are those of a lineage's protocols.
func (p *Plan) arms(training Protocol) []arm {
	var out []arm
	for _, protocol := range p.protocols() {
		if protocol.training() != training {
			continue
		}
		for _, i := range p.slotsOf(protocol) {
			for _, n := range p.horizonsOf(protocol) {
				out = append(out, arm{protocol, i, n, Inf})
				for _, g := range p.gatesOf(protocol) {
					if len(p.slots[i]) > 1 && g.maxUpdates != Inf {
						out = append(out, arm{protocol, i, n, g.maxUpdates})
					}
				}
			}
		}
	}
	return out
}

// protocols are the study's, then the controls that its lineages carry, then
// importance.
func (p *Plan) protocols() []Protocol {
	out := slices.Clone(p.Study.Protocols)
	if p.Study.Controls && p.controlHorizon() > 0 {
		out = append(out, ControlPermuted, ControlRandom, ControlZero, ControlPlacebo, ControlPast, ControlSeed)
	}
	if !p.bare {
		out = append(out, importance)
	}
	return out
}

// measures tells the protocols of the study, with all its filters and both
// scopes, from the controls and importance.
func (p Protocol) measures() bool { return p == HeldOut || p == Raw || p == Fork }

// slotsOf are the sets of slots that a protocol is about.
func (p *Plan) slotsOf(protocol Protocol) []int {
	from, to := 0, len(p.Study.Slots)
	switch protocol {
	case importance:
		from, to = to, to+len(p.log.Slots)
	case P2:
		from, to = len(p.slots)-len(sideNames), len(p.slots)
	}
	var out []int
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

// horizonsOf are a protocol's: the study's, or one for a control.
func (p *Plan) horizonsOf(protocol Protocol) []int {
	switch {
	case protocol == importance:
		return []int{0}
	case protocol == P2:
		return sideHorizons
	case protocol == P3:
		return slices.DeleteFunc(slices.Clone(p.Study.Horizons), func(n int) bool { return n == 0 })
	case protocol == ControlPast:
		return []int{-p.controlHorizon()}
	case !protocol.measures():
		return []int{p.controlHorizon()}
	}
	return p.Study.Horizons
}

// controlHorizon is 7 periods, or the study's horizon nearest below, else its
// shortest; 0 where it leaks nothing.
func (p *Plan) controlHorizon() int {
	best := 0
	for _, n := range p.Study.Horizons {
		if n > 0 && (best == 0 || n <= 7 && (n > best || best > 7) || best > 7 && n < best) {
			best = n
		}
	}
	return best
}
