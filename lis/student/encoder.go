package student

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// Encode makes a vector of length dim of each text: the mean of its tokens'
// vectors, which are fixed and drawn from a hash of the token, brought to length
// 1. It stands for a frozen encoder that was taught on something else: what the
// tokens mean here it does not know, and a student on top of it has to find out.
func Encode(texts []string, dim int) [][]float64 {
	known := map[string][]float64{}
	out := make([][]float64, len(texts))
	for i, t := range texts {
		v := make([]float64, dim)
		for _, w := range Tokens(t) {
			e, ok := known[w]
			if !ok {
				h := fnv.New64a()
				h.Write([]byte(w))
				r := rand.New(rand.NewPCG(h.Sum64(), uint64(dim)))
				e = make([]float64, dim)
				for k := range e {
					e[k] = r.NormFloat64()
				}
				known[w] = e
			}
			for k, x := range e {
				v[k] += x
			}
		}
		length := 0.0
		for _, x := range v {
			length += x * x
		}
		if length > 0 {
			for k := range v {
				v[k] /= math.Sqrt(length)
			}
		}
		out[i] = v
	}
	return out
}
