package lis

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// importance is the protocol of slot importance. It has no rows in a result.
const importance Protocol = "importance"

// SlotImportance is the AUC lost on the scored impressions when a slot's ids
// are permuted among them at scoring time. The paper leaks the most important
// slot.
type SlotImportance struct {
	Slot string `json:"slot"`
	// AUCLoss with its standard error and 95 % interval, as those of a row.
	AUCLoss float64 `json:"auc_loss"`
	SE      float64 `json:"se"`
	CILow   float64 `json:"ci_low"`
	CIHigh  float64 `json:"ci_high"`
}

// permute scores the set once per slot with that slot's rows exchanged between
// impressions.
func (l *lineage) permute(o *openSet) {
	set := &l.p.sets[o.k]
	for a, arm := range l.arms {
		if arm.protocol != importance {
			continue
		}
		l.fill(set, o.rows)
		l.exchange(set, l.p.slots[arm.slots][0])
		l.out.arms[a][o.k] = l.score(set, o)
	}
}

// exchange permutes a slot's rows between the impressions that x is laid out for.
func (l *lineage) exchange(set *scoredSet, s int) {
	n := l.model.RowLen(s)
	from := slices.Clone(l.x)
	for i, j := range l.order(set, l.p.log.Slots[s].Name) {
		copy(l.x[i*l.width+l.offset[s]:][:n], from[j*l.width+l.offset[s]:])
	}
}

// order is the permutation of a set by which a field's importance is measured.
func (l *lineage) order(set *scoredSet, field string) []int {
	return l.random("importance\x00"+field, set.t).Perm(len(set.rows))
}

// importanceOf turns rows, whose LIS is what the permutation changes, into
// losses, the largest first.
func importanceOf(rows []Row) []SlotImportance {
	var out []SlotImportance
	for _, r := range rows {
		if math.IsNaN(r.LIS) {
			continue
		}
		out = append(out, SlotImportance{r.Slot, 0 - r.LIS, r.SE, 0 - r.CIHigh, 0 - r.CILow})
	}
	slices.SortStableFunc(out, func(a, b SlotImportance) int { return cmp.Compare(b.AUCLoss, a.AUCLoss) })
	return out
}

// WriteImportance writes slot, auc_loss and se as CSV, the most important
// slot first.
func (r *Result) WriteImportance(w io.Writer) error {
	c := csv.NewWriter(w)
	records := [][]string{{"slot", "auc_loss", "se"}}
	for _, s := range r.Importance {
		records = append(records, []string{s.Slot, strconv.FormatFloat(s.AUCLoss, 'g', -1, 64), strconv.FormatFloat(s.SE, 'g', -1, 64)})
	}
	return c.WriteAll(records)
}

// importanceNote names the slot that the paper's rule would leak.
func (r *Result) importanceNote() string {
	if len(r.Importance) == 0 {
		return ""
	}
	var parts []string
	for _, s := range r.Importance {
		parts = append(parts, fmt.Sprintf("%s %.4f ± %.4f", s.Slot, s.AUCLoss, s.CIHigh-s.AUCLoss))
	}
	return fmt.Sprintf("AUC lost when a slot's ids are permuted at scoring time: %s. By this rule the slot to leak is %s.", strings.Join(parts, ", "), r.Importance[0].Slot)
}
