package auc

import (
	"cmp"
	"slices"
)

// plainOrder is orderSmall and orderBig without their speed: what they compute
// is what it computes. It runs in their place under the build tag plain.
func plainOrder[F float](scores []F, labels []bool) (e []elem, pos int, err error) {
	e = make([]elem, len(scores))
	for i, x := range scores {
		if x != x {
			return nil, 0, &RowError{ErrNaN, i}
		}
		e[i] = elem{key: key(x), ref: uint32(i)}
		if labels[i] {
			e[i].ref |= labelBit
			pos++
		}
	}
	if pos == 0 || pos == len(scores) {
		return nil, 0, oneClass(pos, len(scores))
	}
	slices.SortStableFunc(e, func(a, b elem) int { return cmp.Compare(a.key, b.key) })
	return e, pos, nil
}

// plainInfluence is Influence by plainOrder; phi may be nil.
func plainInfluence[F float](phi []float64, scores []F, labels []bool) (float64, error) {
	e, pos, err := plainOrder(scores, labels)
	if err != nil {
		return 0, err
	}
	u2, _ := twiceU(e)
	f := influences{quotient(u2, pos, len(e)-pos), uint64(pos), uint64(len(e) - pos)}
	if phi != nil {
		f.fill(phi, e, 0, 0)
	}
	return f.area, nil
}
