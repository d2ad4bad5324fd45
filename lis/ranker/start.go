package ranker

import "math"

// FNV-1a, 64 bits, as for the hash of an impression.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hashText is FNV-1a over the parts with a zero byte after each, which starts
// a stream of random numbers that depends on the texts alone.
func hashText(seed uint64, parts ...string) uint64 {
	h := uint64(fnvOffset)
	for i := range 8 {
		h = (h ^ (seed >> (8 * i) & 0xff)) * fnvPrime
	}
	for _, s := range parts {
		for i := 0; i < len(s); i++ {
			h = (h ^ uint64(s[i])) * fnvPrime
		}
		h *= fnvPrime
	}
	return h
}

// A stream is SplitMix64 (Steele, Lea, Flood 2014).
type stream uint64

func (s *stream) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// uniform is in (0, 1).
func (s *stream) uniform() float64 { return (float64(s.next()>>11) + 0.5) / (1 << 53) }

// normals fills v with draws of N(0, sd²), by Box and Muller.
func (s *stream) normals(v []float32, sd float64) {
	for i := 0; i < len(v); i += 2 {
		r := sd * math.Sqrt(-2*math.Log(s.uniform()))
		sin, cos := math.Sincos(2 * math.Pi * s.uniform())
		v[i] = float32(r * cos)
		if i+1 < len(v) {
			v[i+1] = float32(r * sin)
		}
	}
}
