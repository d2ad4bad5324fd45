//go:build plain || !amd64

package ranker

const vectors = false

func interact(sum []float32, vecs [][]float32) float32 { return plainInteract(sum, vecs) }

func descend(v, acc, ref, sum []float32, g, rate float32) { plainDescend(v, acc, ref, sum, g, rate) }

func descendDeep(v, acc, ref, sum, extra []float32, g, x, rate float32) {
	plainDescendDeep(v, acc, ref, sum, extra, g, x, rate)
}

func dot(a, b []float32) float32 { return plainDot([lanes]float32{}, a, b) }

func adagrad(v, acc, in []float32, d, rate float32) { plainAdagrad(v, acc, in, d, rate) }

func add(out, in []float32, d float32) { plainAdd(out, in, d) }

func (m *Model) trainRows(*Data, []int32) bool { return false }
