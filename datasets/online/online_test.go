package online_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/datasets/online"
	"github.com/lislab/lislab/lis"
)

// world is small, and content explains the whole of an item.
func world(t *testing.T) *datasets.Feed {
	t.Helper()
	w := datasets.D0()
	w.Alpha, w.Days, w.Users, w.Authors, w.ItemsPerDay, w.ImpressionsPerDay = 1, 20, 1000, 100, 100, 9000
	f, err := w.Make(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// oracle is the representation that nothing beats: an item's true latent and quality.
func oracle(f *datasets.Feed) [][]float32 {
	out := make([][]float32, len(f.Items))
	for i := range f.Items {
		it := &f.Items[i]
		for _, q := range it.Latent {
			out[i] = append(out[i], float32(q))
		}
		out[i] = append(out[i], float32(it.Quality))
	}
	return out
}

func TestTheTruthLifts(t *testing.T) {
	f := world(t)
	o := online.Options{From: 6, Start: 12, Days: 6, Share: 0.3, Rate: 0.05}
	for _, business := range []online.Business{online.Feed, online.Ads} {
		o.Business = business
		out, err := online.Run(context.Background(), f, oracle(f), o)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range out.True {
			if l.Metric != "spend" && l.Lift < 2*l.SE {
				t.Errorf("%s: true lift of %s %+.4f ± %.4f with the items' own latents", business, l.Metric, l.Lift, 1.96*l.SE)
			}
		}
		if len(out.True) != len(out.Report.Rows) {
			t.Fatalf("%d truths beside %d rows", len(out.True), len(out.Report.Rows))
		}
		for i, r := range out.Report.Rows {
			if r.Metric != out.True[i].Metric {
				t.Errorf("row %d: %s beside the truth of %s", i, r.Metric, out.True[i].Metric)
			}
			if d := (r.Lift - out.True[i].Lift) / r.SE; math.Abs(d) > 4 {
				t.Errorf("%s: estimated %+.3f, true %+.3f, %.1f standard errors apart", r.Metric, r.Lift, out.True[i].Lift, d)
			}
			if r.VarianceKept > 0.95 {
				t.Errorf("%s: the covariate explains nothing: %.2f of the variance kept", r.Metric, r.VarianceKept)
			}
		}
		if got := float64(len(out.Experiment.Treated)) / 1000; math.Abs(got-0.6) > 0.06 {
			t.Errorf("%.2f of the users in the arms, want 0.6", got)
		}
	}
}

// Vectors that say nothing lift nothing, and a second run gives the same bits.
func TestZerosLiftNothing(t *testing.T) {
	f := world(t)
	zeros := make([][]float32, len(f.Items))
	for i := range zeros {
		zeros[i] = make([]float32, 3)
	}
	o := online.Options{From: 6, Start: 12, Days: 2}
	one, err := online.Run(context.Background(), f, zeros, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range one.True {
		if l.Lift != 0 {
			t.Errorf("true lift of %s %v, want exactly 0", l.Metric, l.Lift)
		}
	}
	two, err := online.Run(context.Background(), f, zeros, o)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(one.Report.Rows, two.Report.Rows) {
		t.Error("a second run gives other numbers")
	}
}

func TestRefusals(t *testing.T) {
	f := world(t)
	good := oracle(f)
	nan := oracle(f)
	nan[3][0] = float32(math.NaN())
	short := oracle(f)
	short[3] = short[3][:2]
	for name, c := range map[string]struct {
		vectors [][]float32
		o       online.Options
		kind    error
	}{
		"past the end":  {good, online.Options{From: 6, Start: 12, Days: 9}, lis.ErrUsage},
		"no days":       {good, online.Options{From: 6, Start: 12, Days: 1}, lis.ErrUsage},
		"all users":     {good, online.Options{From: 6, Start: 12, Days: 2, Share: 0.7}, lis.ErrUsage},
		"show too many": {good, online.Options{From: 6, Start: 12, Days: 2, Candidates: 2, Show: 3}, lis.ErrUsage},
		"business":      {good, online.Options{From: 6, Start: 12, Days: 2, Business: "shop"}, lis.ErrUsage},
		"few vectors":   {good[1:], online.Options{From: 6, Start: 12, Days: 2}, lis.ErrBadVectors},
		"NaN":           {nan, online.Options{From: 6, Start: 12, Days: 2}, lis.ErrBadVectors},
		"short vector":  {short, online.Options{From: 6, Start: 12, Days: 2}, lis.ErrBadVectors},
	} {
		if _, err := online.Run(context.Background(), f, c.vectors, c.o); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want %v", name, err, c.kind)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := online.Run(ctx, f, good, online.Options{From: 6, Start: 12, Days: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
