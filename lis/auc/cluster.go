package auc

import (
	"fmt"
	"slices"
)

// A ClusterSum adds influences within clusters, over any number of periods,
// seeds and weights. The zero value is ready for any cluster indices.
type ClusterSum struct {
	sums []float64
	seen []bool
}

// Add adds scale·phi[i] to the sum of cluster[i]. Clusters are dense indices
// from 0, such as a slot's index in a log. The error is ErrLength.
func (s *ClusterSum) Add(phi []float64, cluster []uint32, scale float64) error {
	if len(phi) != len(cluster) {
		return fmt.Errorf("%w: %d influences, %d clusters", ErrLength, len(phi), len(cluster))
	}
	if len(cluster) == 0 {
		return nil
	}
	s.grow(int(slices.Max(cluster)) + 1)
	for i, c := range cluster {
		s.sums[c] += scale * phi[i]
		s.seen[c] = true
	}
	return nil
}

// Merge adds another sum, cluster by cluster.
func (s *ClusterSum) Merge(o *ClusterSum) {
	s.grow(len(o.sums))
	for c, x := range o.sums {
		s.sums[c] += x
		s.seen[c] = s.seen[c] || o.seen[c]
	}
}

func (s *ClusterSum) grow(n int) {
	if d := n - len(s.sums); d > 0 {
		s.sums = append(s.sums, make([]float64, d)...)
		s.seen = append(s.seen, make([]bool, d)...)
	}
}

// Reset forgets what was added and keeps the buffers.
func (s *ClusterSum) Reset() {
	clear(s.sums)
	clear(s.seen)
}

// Clusters is K, the number of clusters that had an impression.
func (s *ClusterSum) Clusters() (k int) {
	for _, b := range s.seen {
		if b {
			k++
		}
	}
	return k
}

// Variance is K/(K−1)·Σ_clusters(Σφ)², and 0 where fewer than two clusters
// were seen (ask Clusters).
func (s *ClusterSum) Variance() float64 {
	k := float64(s.Clusters())
	if k < 2 {
		return 0
	}
	var v float64
	for _, x := range s.sums {
		v += x * x
	}
	return k / (k - 1) * v
}

// TwoWayVariance combines variances clustered by item, by user and not at all
// (each impression its own cluster): item + user − impression, not below the
// larger of the first two, which sampling noise would otherwise allow.
func TwoWayVariance(item, user, impression float64) float64 {
	return max(item+user-impression, item, user)
}
