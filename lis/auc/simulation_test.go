package auc

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestTwoWayIntervalCovers draws means of crossed effects, of an item and of a
// user in every observation: an interval clustered by one of them alone is too
// short, the two-way one covers. 1000 draws have a standard error of .7 %.
func TestTwoWayIntervalCovers(t *testing.T) {
	const draws, clusters, n = 1000, 50, 1500
	rng := rand.New(rand.NewPCG(4, 2))
	covered := map[string]float64{}
	for range draws {
		item, user := make([]float64, clusters), make([]float64, clusters)
		for i := range clusters {
			item[i], user[i] = .5*rng.NormFloat64(), .5*rng.NormFloat64()
		}
		y, i, u := make([]float64, n), make([]uint32, n), make([]uint32, n)
		var mean, square float64
		for k := range n {
			i[k], u[k] = rng.Uint32N(clusters), rng.Uint32N(clusters)
			y[k] = item[i[k]] + user[u[k]] + rng.NormFloat64()
			mean += y[k] / n
		}
		for k := range y {
			y[k] = (y[k] - mean) / n
			square += y[k] * y[k]
		}
		var byItem, byUser ClusterSum
		if err := byItem.Add(y, i, 1); err != nil {
			t.Fatal(err)
		}
		if err := byUser.Add(y, u, 1); err != nil {
			t.Fatal(err)
		}
		for name, v := range map[string]float64{"item": byItem.Variance(), "two-way": TwoWayVariance(byItem.Variance(), byUser.Variance(), square)} {
			if math.Abs(mean) <= Z95*math.Sqrt(v) {
				covered[name] += 1. / draws
			}
		}
	}
	if c := covered["two-way"]; c < .925 || c > .97 {
		t.Errorf("two-way covers %.3f of the time, want about .95", c)
	}
	if c := covered["item"]; c > .87 {
		t.Errorf("items alone cover %.3f of the time: the simulation has no second way", c)
	}
}

// TestBHControlsFalseDiscoveries: of twenty cells ten say nothing. The expected
// share of those among the cells called significant is 5 % times one half, and
// more than that without adjustment.
func TestBHControlsFalseDiscoveries(t *testing.T) {
	const draws, cells, nothing = 4000, 20, 10
	rng := rand.New(rand.NewPCG(9, 5))
	var adjusted, plain float64
	for range draws {
		p := make([]float64, cells)
		for c := range p {
			z := rng.NormFloat64()
			if c >= nothing {
				z += 2.5
			}
			p[c] = PValue(z, 1)
		}
		share := func(p []float64) float64 {
			var wrong, called float64
			for c, x := range p {
				if x < .05 {
					called++
					if c < nothing {
						wrong++
					}
				}
			}
			return wrong / max(1, called) / draws
		}
		plain += share(p)
		adjusted += share(AdjustBH(p))
	}
	if adjusted < .02 || adjusted > .03 {
		t.Errorf("%.4f of what is called significant says nothing, want .025", adjusted)
	}
	if plain < 1.5*adjusted {
		t.Errorf("without adjustment %.4f, with it %.4f", plain, adjusted)
	}
}
