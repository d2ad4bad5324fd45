package lis

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lislab/lislab/lis/auc"
	"github.com/lislab/lislab/lis/ranker"
)

// FieldRepresentation is the ArmImportance.Field of an arm's own vectors.
const FieldRepresentation = "representation"

// ArmImportance says what a ranker does with a field that it was given: the AUC
// lost on the scored impressions when the field's values are permuted among them
// at scoring time.
type ArmImportance struct {
	// Arm is the ranker, "base" for the one without a representation.
	Arm string `json:"arm"`
	// Field is FieldRepresentation, or the slot that the representation is of: how
	// much the ranker still leans on the slot's own rows.
	Field string `json:"field"`
	// AUCLoss with its standard error and 95 % interval, clustered and paired.
	AUCLoss float64 `json:"auc_loss"`
	SE      float64 `json:"se"`
	CILow   float64 `json:"ci_low"`
	CIHigh  float64 `json:"ci_high"`
}

// permute scores a set with the representation's vectors exchanged between
// impressions, then with the slot's rows exchanged in their place.
func (m *aisModel) permute(a *aisRun, k int) {
	l, set := m.lin, &a.p.sets[k]
	o := l.state(k)
	d, rows := gathered(l.p.data, set.rows)
	score := func() []float32 {
		out := make([]float32, len(rows))
		l.model.Score(out, o.dense, l.x, &d, rows)
		return out
	}
	l.fill(set, o.rows)
	field := &d.Dense[len(d.Dense)-1]
	plain := field.Vectors
	field.Vectors = make([]float32, 0, len(plain))
	for _, j := range l.order(set, FieldRepresentation) {
		field.Vectors = append(field.Vectors, plain[j*field.K:(j+1)*field.K]...)
	}
	m.permuted[0][k] = score()
	field.Vectors = plain
	l.exchange(set, a.slot)
	m.permuted[1][k] = score()
}

// gathered holds the dense fields of some impressions alone, in their order, and
// numbers them.
func gathered(d ranker.Data, impressions []int32) (ranker.Data, []int32) {
	d.Dense = slices.Clone(d.Dense)
	rows := make([]int32, len(impressions))
	for f := range d.Dense {
		field := &d.Dense[f]
		vectors := make([]float32, 0, field.K*len(impressions))
		for _, r := range impressions {
			vectors = append(vectors, field.At(r)...)
		}
		field.Vectors, field.Index = vectors, nil
	}
	for i := range rows {
		rows[i] = int32(i)
	}
	return d, rows
}

// permutedScorings are those that the importances are measured from: the base's
// with the slot permuted, then each arm's two.
func (a *aisRun) permutedScorings(base []*lineageScores, models []*aisModel) [][][][]float32 {
	out := make([][][][]float32, 1+2*len(a.arms))
	for i, arm := range a.p.arms(HeldOut) {
		if arm.protocol == importance && a.p.slots[arm.slots][0] == a.slot {
			for _, s := range base {
				out[0] = append(out[0], s.arms[i])
			}
		}
	}
	for seed := range base {
		for _, m := range models {
			if m.seed == seed {
				out[1+2*m.arm] = append(out[1+2*m.arm], m.permuted[0])
				out[2+2*m.arm] = append(out[2+2*m.arm], m.permuted[1])
			}
		}
	}
	return out
}

// importances measures every field; the permuted scorings begin at first.
func (a *aisRun) importances(c *contrasts, first int) {
	add := func(arm, field string, plain, permuted int) {
		loss, variance := c.difference(map[int]float64{plain: 1, permuted: -1})
		x := ArmImportance{Arm: arm, Field: field, AUCLoss: loss, SE: math.Sqrt(variance)}
		x.CILow, x.CIHigh = loss-auc.Z95*x.SE, loss+auc.Z95*x.SE
		a.res.Importance = append(a.res.Importance, x)
	}
	add(againstBase, a.study.Slot, 0, first)
	for k := range a.arms {
		add(a.arms[k].name, FieldRepresentation, 2+k, first+1+2*k)
		add(a.arms[k].name, a.study.Slot, 2+k, first+2+2*k)
	}
}

// FieldImportance finds an importance by arm and field; nil where there is none.
func (r *AISResult) FieldImportance(arm, field string) *ArmImportance {
	i := slices.IndexFunc(r.Importance, func(x ArmImportance) bool { return x.Arm == arm && x.Field == field })
	if i < 0 {
		return nil
	}
	return &r.Importance[i]
}

// importanceNote says each arm's two, and the base's.
func (r *AISResult) importanceNote() string {
	if len(r.Importance) == 0 {
		return ""
	}
	var parts []string
	for _, x := range r.Importance {
		what := x.Field
		if x.Arm != againstBase {
			what += " in " + x.Arm
		}
		parts = append(parts, fmt.Sprintf("%s %.4f ± %.4f", what, x.AUCLoss, x.CIHigh-x.AUCLoss))
	}
	return minus.ReplaceAllString(fmt.Sprintf("AUC lost when a field is permuted at scoring time: %s.", strings.Join(parts, ", ")), "−$1")
}
