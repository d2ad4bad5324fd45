package plots

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/auc"
)

// The area below the drawn curve is the AUC, ties included.
func TestROCAreaIsAUC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "n")
		labels, scores := make([]bool, n), make([]float64, n)
		for i := range labels {
			labels[i] = rapid.Bool().Draw(t, "label")
			scores[i] = float64(rapid.IntRange(0, 5).Draw(t, "score"))
		}
		labels[0], labels[1] = true, false
		want, err := auc.AUC(scores, labels)
		if err != nil {
			t.Fatal(err)
		}
		x, y := rocPoints(labels, scores)
		var area float64
		for i := 1; i < len(x); i++ {
			area += (x[i] - x[i-1]) * (y[i] + y[i-1]) / 2
		}
		if math.Abs(area-want) > 1e-12 || x[len(x)-1] != 1 || y[len(y)-1] != 1 {
			t.Fatalf("area %v, AUC %v, ends at (%v, %v)", area, want, x[len(x)-1], y[len(y)-1])
		}
	})
}

func TestThinnedKeepsTheEnds(t *testing.T) {
	var x, y []float64
	for i := range 100001 {
		v := float64(i) / 100000
		x, y = append(x, v), append(y, math.Sqrt(v))
	}
	tx, ty := thinned(x, y, 400)
	if len(tx) > 450 || len(tx) < 300 || tx[0] != 0 || ty[len(ty)-1] != 1 {
		t.Errorf("%d points from (%v, %v) to (%v, %v)", len(tx), tx[0], ty[0], tx[len(tx)-1], ty[len(ty)-1])
	}
}

func TestScoresAreDensities(t *testing.T) {
	labels, _, good, _ := scored(3000)
	d, err := Scores(labels, good, 30)
	if err != nil {
		t.Fatal(err)
	}
	for _, density := range [][]float64{d.Positive, d.Negative} {
		var area float64
		for b, v := range density {
			area += v * (d.Edges[b+1] - d.Edges[b])
		}
		if math.Abs(area-1) > 1e-9 {
			t.Errorf("area %v", area)
		}
	}
	same, err := Scores([]bool{true, false}, []float64{1, 1}, 0)
	if err != nil || same.Edges[0] >= same.Edges[1] {
		t.Errorf("equal scores: %v, %v", same, err)
	}
}

func TestCalibrationBins(t *testing.T) {
	labels, probability, _, _ := scored(5000)
	d, err := Calibration(labels, probability, 8)
	if err != nil {
		t.Fatal(err)
	}
	var n, inside int
	for _, b := range d.Bins {
		n += b.N
		if b.Observed.Low <= b.Predicted && b.Predicted <= b.Observed.High {
			inside++
		}
	}
	if n != 5000 || inside < 6 { // 95 % each
		t.Errorf("%d rows, %d of 8 true probabilities within the interval", n, inside)
	}
	// R: binom::binom.confint(3, 10, methods = "wilson")
	if w := wilson(3, 10); math.Abs(w.Low-0.1077913) > 1e-6 || math.Abs(w.High-0.6032219) > 1e-6 {
		t.Errorf("Wilson's interval of 3 of 10: %v", w)
	}
}

func TestBadScoresAreRefused(t *testing.T) {
	if _, err := ROC([]bool{true, true}, []string{"a"}, [][]float64{{1, 2}}); !errors.Is(err, auc.ErrOneClass) {
		t.Errorf("one class: %v", err)
	}
	if _, err := Scores([]bool{true, false}, []float64{1, math.NaN()}, 0); err == nil {
		t.Error("NaN was binned")
	}
	for _, p := range [][]float64{{0.2, 1.2}, {0.2, math.NaN()}, {0.2}} {
		if _, err := Calibration([]bool{true, false}, p, 1); !errors.Is(err, lis.ErrBadRow) {
			t.Errorf("%v: %v", p, err)
		}
	}
}
