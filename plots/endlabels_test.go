package plots

import (
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

func TestSpreadKeepsDistanceAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "n")
		want := make([]vg.Length, n)
		last := 0.0
		for i := range want {
			last += rapid.Float64Range(0, 30).Draw(t, "gap")
			want[i] = vg.Length(last)
		}
		const step, lo, hi = 10, 0, 200
		at := spread(want, step, lo, hi)
		if len(at) != n {
			t.Fatalf("%d positions for %d", len(at), n)
		}
		for i := range at {
			if i > 0 && at[i]-at[i-1] < step-1e-9 {
				t.Fatalf("%v and %v touch in %v of %v", at[i-1], at[i], at, want)
			}
			if n*step < hi && (at[i] < lo-1e-9 || at[i] > hi+1e-9) {
				t.Fatalf("%v outside [%v, %v]: %v", at[i], lo, hi, at)
			}
		}
		apart := true
		for i := 1; i < n; i++ {
			apart = apart && want[i]-want[i-1] >= step
		}
		if apart && n > 0 && want[n-1] <= hi {
			for i := range at {
				if d := at[i] - want[i]; d > 1e-9 || d < -1e-9 {
					t.Fatalf("moved %v to %v though nothing touched", want, at)
				}
			}
		}
	})
}

func TestNiceTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		want   []string
	}{
		{-0.0005, 0.0365, []string{"0", "0.01", "0.02", "0.03"}},
		{-0.004, 0.012, []string{"0", "0.005", "0.010"}},
		{-1.2, 3, []string{"−1", "0", "1", "2", "3"}},
		{0, 0, []string{"0"}},
	} {
		var got []string
		for _, tick := range (niceTicks{5}).Ticks(c.lo, c.hi) {
			got = append(got, tick.Label)
		}
		if len(got) != len(c.want) {
			t.Errorf("[%v, %v]: %v, want %v", c.lo, c.hi, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("[%v, %v]: %v, want %v", c.lo, c.hi, got, c.want)
			}
		}
	}
}
