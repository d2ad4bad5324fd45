package student

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Network is a student of one hidden layer of rectified units.
type Network struct {
	first  *mat.Dense // features × hidden
	bias   []float64  // hidden
	second *mat.Dense // hidden × outputs
	out    []float64  // outputs
	shift  []float64  // the targets' means, and
	scale  []float64  // their standard deviations: it learns standardised ones
}

const (
	epochs    = 60
	batch     = 32
	adamRate  = 0.01
	adamBeta1 = 0.9
	adamBeta2 = 0.999
	adamEps   = 1e-8
	decay     = 1e-4 // decoupled weight decay per step, in units of the rate
)

// FitNetwork minimises the weighted squared error of standardised targets by
// Adam (Kingma and Ba, 2015) with decoupled weight decay, on one core, in an
// order drawn from seed: the same arguments give the same network. The
// arguments are FitRidge's.
func FitNetwork(x Design, y [][]float64, weight []float64, items []int, hidden int, seed uint64) (*Network, error) {
	n, features := x.Dims()
	if len(y) != n || len(items) == 0 || hidden < 1 {
		return nil, fmt.Errorf("student: %d items, %d targets, %d to learn from, %d hidden units", n, len(y), len(items), hidden)
	}
	outputs := len(y[items[0]])
	net := &Network{first: mat.NewDense(features, hidden, nil), bias: make([]float64, hidden), second: mat.NewDense(hidden, outputs, nil), out: make([]float64, outputs)}
	net.shift, net.scale = moments(y, items)
	rng := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	for i := range net.first.RawMatrix().Data {
		net.first.RawMatrix().Data[i] = rng.NormFloat64() * math.Sqrt(2/float64(features))
	}
	for i := range net.second.RawMatrix().Data {
		net.second.RawMatrix().Data[i] = rng.NormFloat64() * math.Sqrt(1/float64(hidden))
	}
	at := func(i int) float64 {
		if weight == nil {
			return 1
		}
		return weight[i]
	}
	params := [][]float64{net.first.RawMatrix().Data, net.bias, net.second.RawMatrix().Data, net.out}
	grad, m, v := like(params), like(params), like(params)
	gradFirst := mat.NewDense(features, hidden, grad[0])
	order := append([]int(nil), items...)
	step := 0
	for range epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for start := 0; start < len(order); start += batch {
			some := order[start:min(start+batch, len(order))]
			for _, g := range grad {
				clear(g)
			}
			total := 0.0
			for _, i := range some {
				total += at(i)
			}
			if total == 0 {
				continue
			}
			for _, i := range some {
				net.backward(x, i, y[i], at(i)/total, gradFirst, grad)
			}
			step++
			c1, c2 := 1-math.Pow(adamBeta1, float64(step)), 1-math.Pow(adamBeta2, float64(step))
			for p := range params {
				for i, g := range grad[p] {
					m[p][i] = adamBeta1*m[p][i] + (1-adamBeta1)*g
					v[p][i] = adamBeta2*v[p][i] + (1-adamBeta2)*g*g
					params[p][i] -= adamRate * (m[p][i]/c1/(math.Sqrt(v[p][i]/c2)+adamEps) + decay*params[p][i])
				}
			}
		}
	}
	return net, nil
}

func like(params [][]float64) [][]float64 {
	out := make([][]float64, len(params))
	for i, p := range params {
		out[i] = make([]float64, len(p))
	}
	return out
}

func moments(y [][]float64, items []int) (mean, sd []float64) {
	mean, sd = make([]float64, len(y[items[0]])), make([]float64, len(y[items[0]]))
	for _, i := range items {
		for k, a := range y[i] {
			mean[k] += a / float64(len(items))
		}
	}
	for _, i := range items {
		for k, a := range y[i] {
			sd[k] += (a - mean[k]) * (a - mean[k]) / float64(len(items))
		}
	}
	for k := range sd {
		if sd[k] = math.Sqrt(sd[k]); sd[k] == 0 {
			sd[k] = 1
		}
	}
	return mean, sd
}

// forward gives the hidden units and the standardised outputs.
func (n *Network) forward(x Design, item int) (hidden, out []float64) {
	hidden = append([]float64(nil), n.bias...)
	x.apply(item, n.first, hidden)
	out = append([]float64(nil), n.out...)
	for h, a := range hidden {
		if a <= 0 {
			hidden[h] = 0
			continue
		}
		for k, b := range n.second.RawRowView(h) {
			out[k] += a * b
		}
	}
	return hidden, out
}

// backward adds an item's gradient of ½w‖y−ŷ‖².
func (n *Network) backward(x Design, item int, y []float64, w float64, gradFirst *mat.Dense, grad [][]float64) {
	hidden, out := n.forward(x, item)
	outputs := len(out)
	delta := make([]float64, outputs)
	for k := range out {
		delta[k] = w * (out[k] - (y[k]-n.shift[k])/n.scale[k])
		grad[3][k] += delta[k]
	}
	up := make([]float64, len(hidden))
	for h, a := range hidden {
		if a == 0 {
			continue
		}
		row := n.second.RawRowView(h)
		for k, d := range delta {
			grad[2][h*outputs+k] += a * d
			up[h] += row[k] * d
		}
		grad[1][h] += up[h]
	}
	x.axpy(item, 1, up, gradFirst)
}

// Predict is the network's output for one item of a design, len = outputs.
func (n *Network) Predict(x Design, item int) []float64 {
	_, out := n.forward(x, item)
	for k := range out {
		out[k] = out[k]*n.scale[k] + n.shift[k]
	}
	return out
}
