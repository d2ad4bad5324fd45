package worlds

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/lislab/lislab/datasets"
)

func TestSpearman(t *testing.T) {
	if got := Spearman([]float64{1, 2, 3, 4}, []float64{10, 30, 20, 40}); math.Abs(got-0.8) > 1e-12 {
		t.Errorf("got %v, want 0.8", got)
	}
	if got := Spearman([]float64{1, 1, 2, math.NaN()}, []float64{3, 3, 5, 0}); math.Abs(got-1) > 1e-12 {
		t.Errorf("ties: %v, want 1", got)
	}
	if got := Spearman([]float64{1, 2}, []float64{1, 2}); !math.IsNaN(got) {
		t.Errorf("two worlds: %v, want NaN", got)
	}
}

// Two small worlds, one whose items content explains and one whose it does not:
// every figure but LIS tells them apart, and any number of jobs gives the same.
func TestCompare(t *testing.T) {
	small := func(alpha float64) datasets.World {
		w := datasets.D0()
		w.Alpha, w.Days, w.Users, w.Authors, w.ItemsPerDay, w.ImpressionsPerDay = alpha, 24, 1000, 100, 120, 14000
		w.QualitySD = 1.2
		return w
	}
	o := Options{From: 8, T: &[2]int{13, 19}, Horizon: 4, NoOnline: true, Jobs: 1}
	r, err := Compare(context.Background(), []datasets.World{small(0), small(1)}, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Rows[1].AIS < r.Rows[0].AIS+0.004 || r.Rows[1].Reach < r.Rows[0].Reach+0.001 || r.Rows[1].R2 < r.Rows[0].R2+0.2 {
		t.Errorf("α = 0: AIS %.4f, reachable %.4f, R² %.2f; α = 1: AIS %.4f, reachable %.4f, R² %.2f", r.Rows[0].AIS, r.Rows[0].Reach, r.Rows[0].R2, r.Rows[1].AIS, r.Rows[1].Reach, r.Rows[1].R2)
	}
	o.Jobs = 2
	again, err := Compare(context.Background(), []datasets.World{small(0), small(1)}, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.String() != again.String() {
		t.Errorf("two jobs gave\n%swhere one gave\n%s", again, r)
	}
	for name, text := range map[string]string{"text": r.String(), "markdown": r.Markdown(), "html": r.HTML()} {
		if !strings.Contains(text, "α 1, 120 items a day, quality 1.2") || !strings.Contains(text, "Rank correlation over 2 worlds") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	o.From = 23
	if _, err := Compare(context.Background(), []datasets.World{small(0)}, o); err == nil || !strings.Contains(err.Error(), "world α 0") {
		t.Errorf("a world that cannot be measured: %v", err)
	}
}
