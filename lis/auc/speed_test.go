package auc

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func logits(n int, seed uint64) ([]float64, []bool) {
	r := rand.New(rand.NewPCG(seed, 0))
	s, l := make([]float64, n), make([]bool, n)
	for i := range s {
		z := r.NormFloat64() - 1.5
		s[i] = z + r.NormFloat64()
		l[i] = r.Float64() < 1/(1+math.Exp(-z))
	}
	return s, l
}

func BenchmarkAUC(b *testing.B) {
	for _, n := range []int{3000, 100_000, 1_000_000, 10_000_000} {
		s, l := logits(n, 1)
		var w Workspace
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.AUC(s, l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkInfluence(b *testing.B) {
	for _, n := range []int{3000, 100_000, 1_000_000} {
		s, l := logits(n, 1)
		phi := make([]float64, n)
		var w Workspace
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.Influence(phi, s, l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDeLong(b *testing.B) {
	for _, n := range []int{3000, 1_000_000, 10_000_000} {
		s, l := logits(n, 1)
		leaked, _ := logits(n, 2)
		for i := range leaked {
			leaked[i] = s[i] + .3*leaked[i]
		}
		var w Workspace
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.DeLong(s, leaked, l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
