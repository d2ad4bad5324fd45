package ranker

import (
	"math"
	"slices"
)

// hidden are the widths of DeepFM's layers.
var hidden = [2]int{32, 16}

// NewDeepFM makes a factorisation machine with two layers of 32 and 16 ReLU
// over the concatenated vectors of all fields, whose output is added to the
// logit. The layers' weights start at N(0, 2/inputs), their biases at 0.
func NewDeepFM(o Options, d *Data) *Model {
	m := NewFM(o, d)
	m.deep = newLayers(m.options, m.dim*(len(m.tables)+len(m.dense)))
	return m
}

// layers is the deep part: inputs → 32 → 16 → 1.
type layers struct {
	inputs int
	rate   float32
	// params holds W1 (32 rows of inputs), b1, W2 (16 rows of 32), b2, W3 (16), b3.
	params, acc []float32
	in, grad    []float32
	h1, h2      []float32
	d1, d2      []float32
}

func newLayers(o Options, inputs int) *layers {
	n := hidden[0]*(inputs+1) + hidden[1]*(hidden[0]+1) + hidden[1] + 1
	l := (&layers{inputs: inputs, rate: float32(o.DenseRate), acc: make([]float32, n)}).with(make([]float32, n))
	w1, _, w2, _, w3, _ := l.parts(l.params)
	r := stream(hashText(o.Seed, "layers"))
	r.normals(w1, math.Sqrt(2/float64(inputs)))
	r.normals(w2, math.Sqrt(2/float64(hidden[0])))
	r.normals(w3, math.Sqrt(2/float64(hidden[1])))
	return l
}

// with gives layers of other parameters and fresh working space.
func (l *layers) with(params []float32) *layers {
	return &layers{inputs: l.inputs, rate: l.rate, params: params, acc: l.acc, in: make([]float32, l.inputs), grad: make([]float32, l.inputs),
		h1: make([]float32, hidden[0]), h2: make([]float32, hidden[1]), d1: make([]float32, hidden[0]), d2: make([]float32, hidden[1])}
}

func (l *layers) clone() *layers {
	c := l.with(slices.Clone(l.params))
	c.acc = slices.Clone(l.acc)
	return c
}

// parts cuts a vector of all parameters.
func (l *layers) parts(p []float32) (w1, b1, w2, b2, w3, b3 []float32) {
	cut := func(n int) []float32 {
		head := p[:n:n]
		p = p[n:]
		return head
	}
	return cut(hidden[0] * l.inputs), cut(hidden[0]), cut(hidden[1] * hidden[0]), cut(hidden[1]), cut(hidden[1]), cut(1)
}

// forward is the layers' share of the logit; it keeps what backward needs.
func (l *layers) forward(vecs [][]float32, dim int) float32 {
	for f, v := range vecs {
		copy(l.in[f*dim:(f+1)*dim], v)
	}
	w1, b1, w2, b2, w3, b3 := l.parts(l.params)
	rectify(l.h1, w1, b1, l.in)
	rectify(l.h2, w2, b2, l.h1)
	return b3[0] + dot(w3, l.h2)
}

// rectify is out = max(0, W·in + b), W by rows.
func rectify(out, w, b, in []float32) {
	for k := range out {
		out[k] = max(0, b[k]+dot(w[k*len(in):(k+1)*len(in)], in))
	}
}

// plainDot is the inner product in eight lanes, which begin at s, added as a
// tree.
func plainDot(s [lanes]float32, a, b []float32) float32 {
	i := 0
	for ; i+lanes <= len(a); i += lanes {
		x, y := (*[lanes]float32)(a[i:]), (*[lanes]float32)(b[i:])
		for j := range s {
			s[j] += float32(x[j] * y[j])
		}
	}
	for j := 0; i < len(a); i, j = i+1, j+1 {
		s[j] += float32(a[i] * b[i])
	}
	return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
}

// backward moves the layers and leaves the gradient of the loss with respect
// to the vectors in extra, pad apart.
func (l *layers) backward(vecs [][]float32, extra []float32, dim, pad int, g float32) {
	w1, b1, w2, b2, w3, b3 := l.parts(l.params)
	a1, c1, a2, c2, a3, c3 := l.parts(l.acc)
	for k := range l.d2 {
		l.d2[k] = 0
		if l.h2[k] > 0 {
			l.d2[k] = g * w3[k]
		}
	}
	through(l.d1, w2, l.d2)
	for k := range l.d1 {
		if l.h1[k] <= 0 {
			l.d1[k] = 0
		}
	}

	for k, h := range l.h2 {
		step(&w3[k], &a3[k], float32(g*h), l.rate)
	}
	step(&b3[0], &c3[0], g, l.rate)
	grad := l.grad
	through(grad, w1, l.d1)
	learn(w2, a2, b2, c2, l.d2, l.h1, l.rate)
	learn(w1, a1, b1, c1, l.d1, l.in, l.rate)
	for f := range vecs {
		copy(extra[f*pad:f*pad+dim], grad[f*dim:(f+1)*dim])
	}
}

// through is out = Wᵀ·d.
func through(out, w, d []float32) {
	clear(out)
	for k, dk := range d {
		if dk == 0 {
			continue
		}
		add(out, w[k*len(out):(k+1)*len(out)], dk)
	}
}

// plainAdd is out += d·in.
func plainAdd(out, in []float32, d float32) {
	for j := range out {
		out[j] += float32(d * in[j])
	}
}

// learn is Adagrad on a layer: the gradient of W is d·inᵀ, that of b is d.
func learn(w, accW, b, accB, d, in []float32, rate float32) {
	for k, dk := range d {
		if dk == 0 {
			continue
		}
		adagrad(w[k*len(in):(k+1)*len(in)], accW[k*len(in):(k+1)*len(in)], in, dk, rate)
		step(&b[k], &accB[k], dk, rate)
	}
}

// plainAdagrad is a step of Adagrad on v, whose gradient is d·in.
func plainAdagrad(v, acc, in []float32, d, rate float32) {
	for j := range v {
		step(&v[j], &acc[j], float32(d*in[j]), rate)
	}
}

// plainDescendDeep is plainDescend with the gradient of the layers, extra·x,
// added.
func plainDescendDeep(v, acc, ref, sum, extra []float32, g, x, rate float32) {
	for j := range v {
		step(&v[j], &acc[j], float32(g*(sum[j]-ref[j]))+float32(extra[j]*x), rate)
	}
}
