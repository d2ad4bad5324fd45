package lis

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis/auc"
)

func TestImportance(t *testing.T) {
	l := mustLog(t, smallWorld(14, 12, 400))
	s := Study{Slots: []string{"user"}, Horizons: []int{1}, MaxUpdates: []int{Inf}, Seeds: 1, T: &[2]int{6, 6}, Protocols: []Protocol{HeldOut}}
	p, err := NewPlan(l, s)
	if err != nil {
		t.Fatal(err)
	}
	scores, err := p.newLineage(lineageID{HeldOut, 1, -1}, p.countUpdates(HeldOut)).run(context.Background(), func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Importance) != len(l.Slots) {
		t.Fatalf("%d slots, want %d", len(res.Importance), len(l.Slots))
	}
	set := &p.sets[0]
	base, err := auc.AUC32(scores.base[0], set.labels)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range res.Importance {
		if i > 0 && got.AUCLoss > res.Importance[i-1].AUCLoss {
			t.Error("not in order of importance")
		}
		slot, err := l.Slot(got.Slot)
		if err != nil {
			t.Fatal(err)
		}
		// The same permutation of whole impressions' rows, scored one by one.
		n := &naive{l: l, s: p.Study, data: l.rankerData()}
		model, _ := n.model(HeldOut, 1, -1, 6)
		lin := p.newLineage(lineageID{HeldOut, 1, -1}, nil)
		lin.model = model
		order := lin.random("importance\x00"+got.Slot, 6).Perm(len(set.rows))
		shuffled := make([]float64, len(set.rows))
		for i, j := range order {
			shuffled[i] = n.scoreWith(model, slot, int(set.rows[i]), int(set.rows[j]))
		}
		after, err := auc.AUC(shuffled, set.labels)
		if err != nil {
			t.Fatal(err)
		}
		if d := got.AUCLoss - (base - after); d > 1e-12 || d < -1e-12 {
			t.Errorf("%s: loss %g, want %g", got.Slot, got.AUCLoss, base-after)
		}
	}
	var b bytes.Buffer
	if err := res.WriteImportance(&b); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(b.String(), "\n"); lines[0] != "slot,auc_loss,se" || !strings.HasPrefix(lines[1], res.Importance[0].Slot+",") {
		t.Errorf("importance file:\n%s", b.String())
	}
	if !strings.Contains(res.String(), "slot to leak is "+res.Importance[0].Slot) {
		t.Error("the table does not say which slot to leak")
	}
}
