package datasets

import (
	"math/rand/v2"
)

// splitmix is Steele, Lea and Flood's SplitMix64: one multiply-xorshift chain
// per number, cheap to seed, so that every purpose and every day has a stream
// of its own and no draw depends on how many cores share the work.
type splitmix struct{ state uint64 }

func (s *splitmix) Uint64() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return mix64(s.state)
}

// mix64 is SplitMix64's finaliser.
func mix64(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// float64 is uniform on [0, 1), a multiple of 2^-53.
func (s *splitmix) float64() float64 { return float64(s.Uint64()>>11) * 0x1p-53 }

// below is uniform on 0..n-1 up to n/2^64 (multiply and keep the high half).
func (s *splitmix) below(n int) int {
	return int(s.Uint64() >> 32 * uint64(n) >> 32)
}

// A stream names what random numbers are for. Adding one at the end changes no
// other; reordering changes every feed.
type stream uint64

const (
	streamTopics stream = iota + 1
	streamAuthors
	streamProjection
	streamItems
	streamContent
	streamUsers
	streamDrift
	streamContexts
	streamShown
	streamLabels
	streamCaptions
	streamRequests
)

// source starts the stream's numbers for an index (a day, mostly).
func source(seed uint64, s stream, index int) *splitmix {
	h := mix64(seed + 0x9e3779b97f4a7c15)
	h = mix64(h ^ mix64(uint64(s)*0xd6e8feb86659fd93))
	h = mix64(h ^ mix64(uint64(int64(index))*0xa0761d6478bd642f+1))
	return &splitmix{h}
}

// random wraps the stream for the distributions of math/rand/v2.
func random(seed uint64, s stream, index int) *rand.Rand { return rand.New(source(seed, s, index)) }
