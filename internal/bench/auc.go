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
	{name: "auc 50M", peer: "scikit-learn", unit: "s", goal: 80, run: aucAgainst(50_000_000)},
	{name: "auc 10M", peer: "one read of the data", unit: "s", goal: 1. / 25, run: aucAgainstRead(10_000_000)},
	{name: "paired DeLong 10M", peer: "numpy", unit: "s", goal: 20, run: delong(10_000_000)},
	{name: "gauc 10M of 100 000 users", peer: "numpy", unit: "s", goal: 20, run: gauc(10_000_000, 100_000)},
	{name: "bootstrap, 200 × 10M by user", peer: "one AUC of scikit-learn", unit: "s", goal: 2, run: bootstrap(10_000_000, 100_000)},
	{name: "histogram auc 10M, its error", peer: "its bound", unit: "AUC", goal: 1, run: histogram(10_000_000, 65_536)},
}

// scored draws two scorings of n impressions, and leaves them for Python as
// raw files base, leaked (float64) and labels (uint8). Of the largest inputs
// there is one scoring.
func (l *lab) scored(n int) (base, leaked []float64, labels []bool, dir string, err error) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	base, labels = make([]float64, n), make([]bool, n)
	if n <= twoScorings {
		leaked = make([]float64, n)
	}
	raw := make([]byte, n)
	for i := range base {
		taste := r.NormFloat64() - 1.5
		base[i] = taste + r.NormFloat64()
		if leaked != nil {
			leaked[i] = base[i] + .3*taste
		}
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

// twoScorings is up to how many impressions scored draws two.
const twoScorings = 10_000_000

const readScored = `
import sys, numpy as np
d, n = sys.argv[1], sys.argv[2]
a = np.fromfile(f"{d}/base{n}", dtype=np.float64)
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
		peer, err = l.sklearnAUC(ctx, n, dir)
		return ours, peer, err
	}
}

// sklearnAUC is how long scikit-learn takes for scored's base.
func (l *lab) sklearnAUC(ctx context.Context, n int, dir string) (float64, error) {
	return l.once(fmt.Sprint("scikit-learn ", n), func() (float64, error) {
		times := 2
		if n > twoScorings {
			times = 1
		}
		return l.pythonBest(ctx, times, readScored+"from sklearn.metrics import roc_auc_score\n", "roc_auc_score(y, a)", dir, fmt.Sprint(n))
	})
}

// aucAgainstRead: the time that one core takes to see every score and label.
func aucAgainstRead(n int) func(context.Context, *lab) (float64, float64, error) {
	return func(_ context.Context, l *lab) (ours, read float64, err error) {
		base, _, labels, _, err := l.scored(n)
		if err != nil {
			return 0, 0, err
		}
		var w auc.Workspace
		if ours, err = best(5, func() error { _, err := w.AUC(base, labels); return err }); err != nil {
			return 0, 0, err
		}
		read, err = best(5, func() error {
			var sums [4]float64
			positive := 0
			for i, x := range base {
				sums[i&3] += x
				if labels[i] {
					positive++
				}
			}
			if math.IsNaN(sums[0]+sums[1]+sums[2]+sums[3]) || positive == 0 {
				return auc.ErrNaN
			}
			return nil
		})
		return ours, read, err
	}
}

// users draws one of so many per impression, some more often than others, and
// leaves them for Python.
func (l *lab) users(n, users int) ([]uint32, error) {
	r := rand.New(rand.NewPCG(2, uint64(n)))
	group := make([]uint32, n)
	for i := range group {
		group[i] = uint32(float64(users) * r.Float64() * math.Sqrt(r.Float64()))
	}
	_, err := l.file(fmt.Sprint("users", n), func(path string) error {
		b, err := binary.Append(nil, binary.LittleEndian, group)
		if err != nil {
			return err
		}
		return os.WriteFile(path, b, 0o600)
	})
	return group, err
}

func gauc(n, users int) func(context.Context, *lab) (float64, float64, error) {
	return func(ctx context.Context, l *lab) (ours, peer float64, err error) {
		base, _, labels, dir, err := l.scored(n)
		if err != nil {
			return 0, 0, err
		}
		group, err := l.users(n, users)
		if err != nil {
			return 0, 0, err
		}
		var w auc.Workspace
		if ours, err = best(3, func() error { _, err := w.GAUC(base, labels, group); return err }); err != nil {
			return 0, 0, err
		}
		peer, err = l.pythonBest(ctx, 1, readScored+`
g = np.fromfile(f"{d}/users{n}", dtype=np.uint32)
def gauc():
    o = np.lexsort((a, g))
    s, u, p = a[o], g[o], y[o]
    new = np.empty(len(s), bool)
    new[0], new[1:] = True, (u[1:] != u[:-1]) | (s[1:] != s[:-1])
    first = np.flatnonzero(new)
    count = np.diff(np.append(first, len(s)))
    rank = np.repeat(first + (count + 1) / 2, count)
    begin = np.flatnonzero(np.append(True, u[1:] != u[:-1]))
    size = np.diff(np.append(begin, len(s)))
    pos = np.add.reduceat(p.astype(np.int64), begin)
    area = np.add.reduceat(np.where(p, rank, 0), begin) - pos * begin - pos * (pos + 1) / 2
    both = (pos > 0) & (pos < size)
    return np.average((area[both] / pos[both]) / (size - pos)[both], weights=size[both])
`, "gauc()", dir, fmt.Sprint(n))
		return ours, peer, err
	}
}

func bootstrap(n, users int) func(context.Context, *lab) (float64, float64, error) {
	return func(ctx context.Context, l *lab) (ours, peer float64, err error) {
		base, _, labels, dir, err := l.scored(n)
		if err != nil {
			return 0, 0, err
		}
		group, err := l.users(n, users)
		if err != nil {
			return 0, 0, err
		}
		ours, err = best(2, func() error {
			_, err := auc.Bootstrap(base, nil, labels, group, auc.BootstrapOptions{Replicates: 200})
			return err
		})
		if err != nil {
			return 0, 0, err
		}
		peer, err = l.sklearnAUC(ctx, n, dir)
		return ours, peer, err
	}
}

// histogram is how far the AUC of binned scores is from the exact one, and how
// far its bound allows.
func histogram(n, bins int) func(context.Context, *lab) (float64, float64, error) {
	return func(_ context.Context, l *lab) (off, bound float64, err error) {
		base, _, labels, _, err := l.scored(n)
		if err != nil {
			return 0, 0, err
		}
		exact, err := auc.AUC(base, labels)
		if err != nil {
			return 0, 0, err
		}
		h := auc.NewHistogram(-10, 10, bins)
		if err := h.Add(base, labels); err != nil {
			return 0, 0, err
		}
		binned, bound, err := h.AUC()
		return math.Abs(binned - exact), bound, err
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
b = np.fromfile(f"{d}/leaked{n}", dtype=np.float64)
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
