package datasets

import "math"

// Exposure is the weight by which an item is drawn as a candidate at time t, in
// days since Start: w·exp(−max(0,a−1)/τ) at age a = t − birth, times a while
// a < 1; 0 before birth and past LifetimeCut·τ.
func (f *Feed) Exposure(item int, t float64) float64 {
	it := &f.Items[item]
	a := t - it.Born
	switch {
	case a <= 0 || a > f.World.LifetimeCut*it.Lifetime:
		return 0
	case a < 1:
		return it.Weight * a
	}
	return it.Weight * math.Exp(-(a-1)/it.Lifetime)
}

// partsPerDay is how often a day the table of candidates is made anew. It
// decides speed alone: within a part, rejection makes the draw exact.
const partsPerDay = 4

// candidates draws items by their exposure at exact times within one part of a
// day: from an alias table (Walker; Vose's construction) over each item's
// highest exposure in the part, then accepted with exposure/highest.
type candidates struct {
	feed     *Feed
	from, to float64 // the part, in days

	item  []uint32  // those exposed at any time in the part
	bound []float64 // highest exposure in the part, per entry of item
	keep  []uint32  // chance to keep the entry, in 2^-32
	alias []uint32
	work  []uint32
	mass  []float64
}

// part prepares the table for part p of a day.
func (c *candidates) part(f *Feed, day, p int) {
	c.feed = f
	c.from = float64(day) + float64(p)/partsPerDay
	c.to = float64(day) + float64(p+1)/partsPerDay
	c.item, c.bound = c.item[:0], c.bound[:0]
	var total float64
	for i := range f.Items[:f.bornBefore(c.to)] {
		if b := f.highest(i, c.from, c.to); b > 0 {
			c.item = append(c.item, uint32(i))
			c.bound = append(c.bound, b)
			total += b
		}
	}
	c.build(total)
}

// highest bounds the exposure of an item within [from, to]. It is attained:
// exposure rises to age 1 and falls after.
func (f *Feed) highest(item int, from, to float64) float64 {
	it := &f.Items[item]
	peak := min(max(it.Born+1, from), to)
	if a := peak - it.Born; a > f.World.LifetimeCut*it.Lifetime {
		// A lifetime so short that the cut falls into the ramp, or an item
		// already gone.
		if from-it.Born > f.World.LifetimeCut*it.Lifetime {
			return 0
		}
		return it.Weight * min(1, f.World.LifetimeCut*it.Lifetime)
	}
	return f.Exposure(item, peak)
}

// build makes the alias table of bound.
func (c *candidates) build(total float64) {
	n := len(c.bound)
	c.keep = grow(c.keep, n)
	c.alias = grow(c.alias, n)
	c.work = grow(c.work, n)
	c.mass = grow(c.mass, n)
	small, large := 0, n // two stacks in one slice, from either end
	scale := float64(n) / total
	for i, b := range c.bound {
		c.mass[i] = b * scale
		if c.mass[i] < 1 {
			c.work[small] = uint32(i)
			small++
		} else {
			large--
			c.work[large] = uint32(i)
		}
	}
	for small > 0 && large < n {
		small--
		s, l := c.work[small], c.work[large]
		c.keep[s] = uint32(min(c.mass[s]*0x1p32, math.MaxUint32))
		c.alias[s] = l
		c.mass[l] -= 1 - c.mass[s]
		if c.mass[l] < 1 {
			large++
			c.work[small] = l
			small++
		}
	}
	for _, rest := range [2][]uint32{c.work[:small], c.work[large:n]} {
		for _, i := range rest { // 1 up to rounding
			c.keep[i] = math.MaxUint32
			c.alias[i] = i
		}
	}
}

// draw gives an item by its exposure at t, a time within the part, or −1 where
// no item is exposed at t.
func (c *candidates) draw(r *splitmix, t float64) int {
	n := uint64(len(c.item))
	items := c.feed.Items
	for tries := 0; n > 0; tries++ {
		if tries == 1<<16 && !c.feed.anyExposed(t) {
			break
		}
		z := r.Uint64()
		k := uint32(z >> 32 * n >> 32)
		if uint32(z) > c.keep[k] {
			k = c.alias[k]
		}
		i := c.item[k]
		it := &items[i]
		u := r.float64() * c.bound[k]
		// Most items are past their ramp and at their highest when the part
		// began: 1−x ≤ exp(−x) accepts nearly all of them without an exponential.
		if it.Born+1 <= c.from {
			if u < c.bound[k]*(1-(t-c.from)/it.Lifetime) && t-it.Born <= c.feed.World.LifetimeCut*it.Lifetime {
				return int(i)
			}
		}
		if u < c.feed.Exposure(int(i), t) {
			return int(i)
		}
	}
	return -1
}

func (f *Feed) anyExposed(t float64) bool {
	for i := range f.Items {
		if f.Exposure(i, t) > 0 {
			return true
		}
	}
	return false
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}
