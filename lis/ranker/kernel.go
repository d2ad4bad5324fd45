package ranker

import "math"

// lanes is the number of float32 that the kernels take at a time. Vectors are
// padded with zeros to a multiple of it, which stay zero.
const lanes = 8

// epsilon of Adagrad, outside the root.
const epsilon = 1e-6

func padded(dim int) int { return (dim + lanes - 1) / lanes * lanes }

// Arithmetic names the instructions that the built-in rankers compute with:
// "avx2", or "plain" on other processors, where the environment variable
// LISLAB_PLAIN is set, and in a build with the tag plain. All give the same
// bits.
func Arithmetic() string {
	if vectors {
		return "avx2"
	}
	return "plain"
}

// plainInteract leaves the sum of the vectors in sum and returns the sum of the
// inner products of all pairs of them: each vector with the sum of those
// before it, lane by lane, and the eight lanes added as a tree. All have the
// length of sum, a multiple of lanes.
func plainInteract(sum []float32, vecs [][]float32) float32 {
	var dot [lanes]float32
	for b := 0; b < len(sum); b += lanes {
		var s [lanes]float32
		for _, vec := range vecs {
			v := (*[lanes]float32)(vec[b:])
			for j := range s {
				dot[j] += float32(s[j] * v[j])
				s[j] += v[j]
			}
		}
		*(*[lanes]float32)(sum[b:]) = s
	}
	return ((dot[0] + dot[4]) + (dot[2] + dot[6])) + ((dot[1] + dot[5]) + (dot[3] + dot[7]))
}

// plainDescend is one step of Adagrad on a vector of the factorisation machine,
// whose gradient is g·(sum−ref): acc += grad², v −= rate·grad/(√acc + ε). ref
// is the vector that entered sum: v itself, or the mean that v is part of.
func plainDescend(v, acc, ref, sum []float32, g, rate float32) {
	for b := 0; b < len(sum); b += lanes {
		v, acc := (*[lanes]float32)(v[b:]), (*[lanes]float32)(acc[b:])
		ref, sum := (*[lanes]float32)(ref[b:]), (*[lanes]float32)(sum[b:])
		for j := range v {
			grad := g * (sum[j] - ref[j])
			a := acc[j] + float32(grad*grad)
			acc[j] = a
			v[j] -= float32(rate*grad) / (sqrt(a) + epsilon)
		}
	}
}

// step is Adagrad on one number.
func step(v, acc *float32, grad, rate float32) {
	*acc += float32(grad * grad)
	*v -= float32(rate*grad) / (sqrt(*acc) + epsilon)
}

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
