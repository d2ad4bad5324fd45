package auc

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
)

// BootstrapOptions says how to resample. The zero value works.
type BootstrapOptions struct {
	Replicates int    // 0 means 1000
	Seed       uint64 // the same seed and clusters draw the same weights
	Workers    int    // goroutines; 0 means GOMAXPROCS. It changes no result
}

// Bootstrapped is what resampling whole clusters says of an AUC, or of the
// difference of two.
type Bootstrapped struct {
	Base, Leaked []float64 // AUC of each replicate; Leaked is nil for one scoring
	// Undefined counts the replicates in which a class had no weight. They are
	// NaN above and left out below.
	Undefined int
	// SE is the standard deviation over replicates of Leaked − Base, or of Base
	// alone; CILow and CIHigh are their 2.5 and 97.5 % quantiles.
	SE, CILow, CIHigh float64
}

// Bootstrap resamples clusters (users, items): each cluster of each replicate
// gets a Poisson(1) weight, the limit of drawing clusters with replacement
// (Chamandy et al. 2012), the same in both scorings. leaked may be nil.
// cluster holds dense indices from 0. Errors: those of AUC; ErrClusters;
// ErrOneClass where no replicate has both classes.
//
// Scores are sorted once. Eight replicates share a uint64 of weights, and all
// sums are of integers: every replicate is what a loop over its own weights
// gives, to the last bit.
func Bootstrap(base, leaked []float64, labels []bool, cluster []uint32, opt BootstrapOptions) (*Bootstrapped, error) {
	if err := checkLengths(len(base), len(labels), "labels"); err != nil {
		return nil, err
	}
	if err := checkLengths(len(base), len(cluster), "clusters"); err != nil {
		return nil, err
	}
	if leaked != nil {
		if err := checkLengths(len(base), len(leaked), "leaked scores"); err != nil {
			return nil, err
		}
	}
	if lo, hi := slices.Min(cluster), slices.Max(cluster); lo == hi {
		return nil, ErrClusters
	}
	if opt.Replicates == 0 {
		opt.Replicates = 1000
	}
	w := &Workspace{Workers: opt.Workers}
	r := new(Bootstrapped)
	var err error
	if r.Base, err = resample(w, base, labels, cluster, opt); err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	if leaked != nil {
		if r.Leaked, err = resample(w, leaked, labels, cluster, opt); err != nil {
			return nil, fmt.Errorf("leaked: %w", err)
		}
	}
	return r, r.summarise()
}

func (r *Bootstrapped) summarise() error {
	var d []float64
	for i, x := range r.Base {
		if r.Leaked != nil {
			x = r.Leaked[i] - x
		}
		if x == x {
			d = append(d, x)
		}
	}
	if r.Undefined = len(r.Base) - len(d); len(d) < 2 {
		return fmt.Errorf("%w in %d of %d replicates", ErrOneClass, r.Undefined, len(r.Base))
	}
	var mean, sq float64
	for _, x := range d {
		mean += x / float64(len(d))
	}
	for _, x := range d {
		sq += (x - mean) * (x - mean)
	}
	r.SE = math.Sqrt(sq / float64(len(d)-1))
	slices.Sort(d)
	r.CILow, r.CIHigh = quantile(d, .025), quantile(d, .975)
	return nil
}

// quantile of sorted values, interpolated (type 7, as R and numpy have it).
func quantile(sorted []float64, q float64) float64 {
	h := q * float64(len(sorted)-1)
	i := int(h)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}

// A weightCell gives the Poisson(1) weight of a 32-bit number by its top bits
// where they decide, else says where to start looking.
const poissonCellBits = 12

// poissonLimit[k] is 2³²·P(weight ≤ k), rounded; the last is 2³².
var poissonLimit, poissonCell = poissonTable()

func poissonTable() (limit []uint64, cell [1 << poissonCellBits]uint8) {
	p, c := math.Exp(-1), 0.0
	for k := 1; ; k++ {
		c += p
		limit = append(limit, uint64(math.Round(c*(1<<32))))
		if limit[k-1] >= 1<<32 {
			break
		}
		p /= float64(k)
	}
	for i := range cell {
		for uint64(i)<<(32-poissonCellBits) >= limit[cell[i]] {
			cell[i]++
		}
	}
	return limit, cell
}

func poisson(u uint32) uint64 {
	k := poissonCell[u>>(32-poissonCellBits)]
	for uint64(u) >= poissonLimit[k] {
		k++
	}
	return uint64(k)
}

// packedWeights are the weights of a cluster in replicates 8·word..8·word+7,
// one per byte, the first in the lowest.
func packedWeights(seed uint64, cluster, word int) (packed uint64) {
	for i := range 4 {
		u := mix(seed ^ mix(uint64(cluster)<<32|uint64(word)<<2|uint64(i)))
		packed |= poisson(uint32(u))<<(16*i) | poisson(uint32(u>>32))<<(16*i+8)
	}
	return packed
}

// mix is SplitMix64's finaliser, with its increment.
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// A ranking is a sorted scoring as resampling reads it: clusters in the order
// of their impressions' scores, cut into steps.
type ranking struct {
	clusters []uint32
	steps    []step
}

// A step is a run of label 0 followed by one of label 1. Where tied, all of it
// has one score; else each of label 1 is above each of label 0.
type step struct {
	neg, pos uint32
	tied     bool
}

func rankingOf(e []elem, cluster []uint32) *ranking {
	r := &ranking{clusters: make([]uint32, 0, len(e))}
	var s step
	flush := func() {
		if s.neg+s.pos > 0 {
			r.steps = append(r.steps, s)
			s = step{}
		}
	}
	for i := 0; i < len(e); {
		j, p := tie(e, i)
		q := uint64(j-i) - p
		if p > 0 && q > 0 {
			flush()
			for _, l := range [2]uint32{0, labelBit} {
				for _, x := range e[i:j] {
					if x.ref&labelBit == l {
						r.clusters = append(r.clusters, cluster[x.ref&^labelBit])
					}
				}
			}
			s = step{uint32(q), uint32(p), true}
			flush()
			i = j
			continue
		}
		if q > 0 && s.pos > 0 {
			flush()
		}
		for ; i < j; i++ {
			r.clusters = append(r.clusters, cluster[e[i].ref&^labelBit])
		}
		s.neg += uint32(q)
		s.pos += uint32(p)
	}
	flush()
	return r
}

const (
	lanes = 8 // weights in a word
	// wide is the number of words that go through the ranking together.
	wide = 4
	// packedRun is the longest run whose weights, at most 12 each, add up
	// within a byte.
	packedRun = 255 / 12
)

func resample(w *Workspace, scores []float64, labels []bool, cluster []uint32, opt BootstrapOptions) ([]float64, error) {
	e, err := ordered(w, scores, labels)
	if err != nil {
		return nil, err
	}
	r := rankingOf(e, cluster)
	words := (opt.Replicates + lanes - 1) / lanes
	areas := make([]float64, (words+wide-1)/wide*wide*lanes)
	k := int(slices.Max(cluster)) + 1
	var turn atomic.Int64
	workers := min(w.workers(len(e)*wide), (words+wide-1)/wide)
	spread(workers, func(int) {
		weights := make([][wide]uint64, k)
		for {
			first := int(turn.Add(wide)) - wide
			if first >= words {
				return
			}
			some := min(wide, words-first)
			for c := range weights {
				for i := range some {
					weights[c][i] = packedWeights(opt.Seed, c, first+i)
				}
			}
			var s sums
			if some == wide {
				s.add4(r, weights)
			} else {
				for i := range some {
					s.add1(r, weights, i)
				}
			}
			s.areas(areas[first*lanes : (first+wide)*lanes])
		}
	})
	return areas[:opt.Replicates], nil
}

// sums are the integers of wide·lanes replicates' AUCs.
type sums struct {
	u2, neg, pos [wide * lanes]uint64
}

func (s *sums) areas(to []float64) {
	for i := range to {
		to[i] = math.NaN()
		if s.pos[i] > 0 && s.neg[i] > 0 {
			to[i] = float64(s.u2[i]) / (2 * float64(s.pos[i]) * float64(s.neg[i]))
		}
	}
}

// add4 goes through the ranking once for four words of weights.
func (s *sums) add4(r *ranking, weights [][wide]uint64) {
	at := 0
	for _, st := range r.steps {
		if st.neg > packedRun || st.pos > packedRun {
			for i := range wide {
				s.long(r.clusters[at:], st, weights, i)
			}
			at += int(st.neg + st.pos)
			continue
		}
		var n, p [wide]uint64
		for _, c := range r.clusters[at : at+int(st.neg)] {
			x := &weights[c]
			n[0] += x[0]
			n[1] += x[1]
			n[2] += x[2]
			n[3] += x[3]
		}
		at += int(st.neg)
		for _, c := range r.clusters[at : at+int(st.pos)] {
			x := &weights[c]
			p[0] += x[0]
			p[1] += x[1]
			p[2] += x[2]
			p[3] += x[3]
		}
		at += int(st.pos)
		for i := range wide {
			s.step(st, i, n[i], p[i])
		}
	}
}

// add1 goes through the ranking for one word of weights.
func (s *sums) add1(r *ranking, weights [][wide]uint64, i int) {
	at := 0
	for _, st := range r.steps {
		if st.neg > packedRun || st.pos > packedRun {
			s.long(r.clusters[at:], st, weights, i)
			at += int(st.neg + st.pos)
			continue
		}
		var n, p uint64
		for _, c := range r.clusters[at : at+int(st.neg)] {
			n += weights[c][i]
		}
		at += int(st.neg)
		for _, c := range r.clusters[at : at+int(st.pos)] {
			p += weights[c][i]
		}
		at += int(st.pos)
		s.step(st, i, n, p)
	}
}

// step adds a step of packed weights n of label 0 and p of label 1.
func (s *sums) step(st step, i int, n, p uint64) {
	below, u2, pos := (*[lanes]uint64)(s.neg[i*lanes:]), (*[lanes]uint64)(s.u2[i*lanes:]), (*[lanes]uint64)(s.pos[i*lanes:])
	var tied uint64
	if st.tied {
		tied = 1
	}
	for l := range lanes {
		nl, pl := n&255, p&255
		n, p = n>>8, p>>8
		b := below[l] + nl
		below[l] = b
		u2[l] += pl * (2*b - nl&-tied)
		pos[l] += pl
	}
}

// long adds a step whose weights do not fit in bytes.
func (s *sums) long(clusters []uint32, st step, weights [][wide]uint64, i int) {
	var n, p [lanes]uint64
	unpack := func(to *[lanes]uint64, from []uint32) {
		for len(from) > 0 {
			var packed uint64
			some := min(len(from), packedRun)
			for _, c := range from[:some] {
				packed += weights[c][i]
			}
			for l := range to {
				to[l] += packed >> (8 * l) & 255
			}
			from = from[some:]
		}
	}
	unpack(&n, clusters[:st.neg])
	unpack(&p, clusters[st.neg:][:st.pos])
	for l := range lanes {
		j := i*lanes + l
		s.neg[j] += n[l]
		s.u2[j] += 2 * p[l] * s.neg[j]
		if st.tied {
			s.u2[j] -= p[l] * n[l]
		}
		s.pos[j] += p[l]
	}
}
