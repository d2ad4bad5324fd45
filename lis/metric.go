package lis

import (
	"fmt"
	"slices"

	"github.com/lislab/lislab/lis/auc"
)

// area is a metric of one set of impressions, with each impression's influence
// on it.
type area struct {
	auc float64
	phi []float64
}

func influence(w *auc.Workspace, scores []float32, labels []bool) (area, error) {
	a := area{phi: make([]float64, len(scores))}
	var err error
	a.auc, err = w.Influence32(a.phi, scores, labels)
	return a, err
}

// measure is the study's metric of impressions rows of the log.
func (p *Plan) measure(w *auc.Workspace, scores []float32, labels []bool, rows []int32) (area, error) {
	if p.Study.Metric == "gauc" {
		return p.grouped(w, scores, labels, rows)
	}
	return influence(w, scores, labels)
}

// grouped is GAUC: the AUC within each user who has impressions of both
// classes, weighted by the user's impressions. An impression's influence is
// that on its user's AUC, and that of its user on the mean: Σ n_u·A_u / Σ n_u
// moves by (A_u − GAUC)/Σn for each impression of user u.
func (p *Plan) grouped(w *auc.Workspace, scores []float32, labels []bool, rows []int32) (area, error) {
	a := area{phi: make([]float64, len(scores))}
	type group struct {
		at  []int
		auc area
	}
	var groups []group
	total := 0
	for _, at := range p.byUser(rows) {
		s, y := make([]float32, len(at)), make([]bool, len(at))
		for i, r := range at {
			s[i], y[i] = scores[r], labels[r]
		}
		if !bothClasses(y) {
			continue
		}
		within, err := influence(w, s, y)
		if err != nil {
			return a, err
		}
		groups = append(groups, group{at, within})
		total += len(at)
		a.auc += within.auc * float64(len(at))
	}
	if total == 0 {
		return a, fmt.Errorf("%w: no user has scored impressions of both classes", auc.ErrOneClass)
	}
	a.auc /= float64(total)
	for _, g := range groups {
		share := float64(len(g.at)) / float64(total)
		for i, r := range g.at {
			a.phi[r] = share*g.auc.phi[i] + (g.auc.auc-a.auc)/float64(total)
		}
	}
	return a, nil
}

// byUser splits the indices of rows by user, in the order of first appearance.
func (p *Plan) byUser(rows []int32) [][]int {
	place := map[uint32]int{}
	var out [][]int
	for i, row := range rows {
		u := p.log.Slots[0].Index[row]
		k, ok := place[u]
		if !ok {
			k = len(out)
			place[u] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}

func bothClasses(labels []bool) bool {
	return slices.Contains(labels, true) && slices.Contains(labels, false)
}

// measurable tells whether the metric is defined: both classes, for GAUC
// within one user at least.
func (p *Plan) measurable(labels []bool, rows []int32) bool {
	if !bothClasses(labels) {
		return false
	}
	if p.Study.Metric != "gauc" {
		return true
	}
	return slices.ContainsFunc(p.byUser(rows), func(at []int) bool {
		y := make([]bool, len(at))
		for i, r := range at {
			y[i] = labels[r]
		}
		return bothClasses(y)
	})
}
