package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"

	"github.com/lislab/lislab/lis/auc"
)

// aucs are the comparisons of lis/auc, on logits of a model that orders labels
// at an AUC near .75.
var aucs = []comparison{
	{name: "auc 1M", peer: "scikit-learn", unit: "s", goal: 25, run: aucAgainst(1_000_000)},
	{name: "auc 10M", peer: "scikit-learn", unit: "s", goal: 40, run: aucAgainst(10_000_000)},
	{name: "paired DeLong 10M", peer: "numpy", unit: "s", goal: 20, run: delong(10_000_000)},
}

// scored draws two scorings of n impressions, and leaves them for Python as
// raw files base, leaked (float64) and labels (uint8).
func (l *lab) scored(n int) (base, leaked []float64, labels []bool, dir string, err error) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	base, leaked, labels = make([]float64, n), make([]float64, n), make([]bool, n)
	raw := make([]byte, n)
	for i := range base {
		taste := r.NormFloat64() - 1.5
		base[i] = taste + r.NormFloat64()
		leaked[i] = base[i] + .3*taste
		if r.Float64() < 1/(1+math.Exp(-taste)) {
			labels[i], raw[i] = true, 1
		}
	}
	for name, data := range map[string]any{"base": base, "leaked": leaked, "labels": raw} {
		if _, err = l.file(fmt.Sprintf("%s%d", name, n), func(path string) error {
			b, err := binary.Append(nil, binary.LittleEndian, data)
			if err != nil {
				return err
			}
			return os.WriteFile(path, b, 0o600)
		}); err != nil {
			return nil, nil, nil, "", err
		}
	}
	return base, leaked, labels, l.dir, nil
}

const readScored = `
import sys, numpy as np
d, n = sys.argv[1], sys.argv[2]
a, b = (np.fromfile(f"{d}/{x}{n}", dtype=np.float64) for x in ("base", "leaked"))
y = np.fromfile(f"{d}/labels{n}", dtype=np.uint8).astype(bool)
`

func aucAgainst(n int) func(context.Context, *lab) (float64, float64, error) {
	return func(ctx context.Context, l *lab) (ours, peer float64, err error) {
		base, _, labels, dir, err := l.scored(n)
		if err != nil {
			return 0, 0, err
		}
		var w auc.Workspace
		if ours, err = best(5, func() error { _, err := w.AUC(base, labels); return err }); err != nil {
			return 0, 0, err
		}
		peer, err = l.pythonBest(ctx, 2, readScored+"from sklearn.metrics import roc_auc_score\n", "roc_auc_score(y, a)", dir, fmt.Sprint(n))
		return ours, peer, err
	}
}

func delong(n int) func(context.Context, *lab) (float64, float64, error) {
	return func(ctx context.Context, l *lab) (ours, peer float64, err error) {
		base, leaked, labels, dir, err := l.scored(n)
		if err != nil {
			return 0, 0, err
		}
		var w auc.Workspace
		if ours, err = best(3, func() error { _, err := w.DeLong(base, leaked, labels); return err }); err != nil {
			return 0, 0, err
		}
		peer, err = l.pythonBest(ctx, 1, readScored+`
def components(s):
    def midranks(v):
        o = np.argsort(v, kind="stable")
        u, first, count = np.unique(v[o], return_index=True, return_counts=True)
        r = np.empty(len(v))
        r[o] = np.repeat(first + (count + 1) / 2, count)
        return r
    p, q = s[y], s[~y]
    r = midranks(np.concatenate([p, q]))
    return (r[:len(p)] - midranks(p)) / len(q), 1 - (r[len(p):] - midranks(q)) / len(p)
def test():
    (pa, qa), (pb, qb) = components(a), components(b)
    return pb.mean() - pa.mean(), np.sqrt(np.var(pb - pa, ddof=1) / len(pa) + np.var(qb - qa, ddof=1) / len(qa))
`, "test()", dir, fmt.Sprint(n))
		return ours, peer, err
	}
}
