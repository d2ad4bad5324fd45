package lis

import "strconv"

// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv).
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func fnvBytes(h uint64, b []byte) uint64 {
	for _, c := range b {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return h
}

func fnvString(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// fnvZero is FNV-1a's step for one zero byte.
func fnvZero(h uint64) uint64 { return h * fnvPrime }

// splitMix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func splitMix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// impressionHash is h of an impression: SplitMix64's finaliser of FNV-1a-64
// over the time in decimal Unix nanoseconds, the user, the item and the
// 0-based ordinal among the rows equal in these three, separated by zero
// bytes. Neither the label nor the order of the file enters it.
func impressionHash(time int64, user, item string, ordinal int) uint64 {
	var buf [20]byte
	h := fnvBytes(fnvOffset, strconv.AppendInt(buf[:0], time, 10))
	h = fnvString(fnvZero(h), user)
	h = fnvString(fnvZero(h), item)
	h = fnvBytes(fnvZero(h), strconv.AppendInt(buf[:0], int64(ordinal), 10))
	return splitMix(h)
}
