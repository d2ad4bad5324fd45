package student

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Design is a table of features, a row per item. Dense and Sparse are its two kinds.
type Design interface {
	// Dims are the number of items and of features.
	Dims() (items, features int)
	// gram adds w·x·xᵀ of an item to the upper triangle of g.
	gram(item int, w float64, g *mat.SymDense)
	// axpy adds w·x[f]·y to row f of out, for every feature f of the item.
	axpy(item int, w float64, y []float64, out *mat.Dense)
	// scaled adds w·x to v.
	scaled(item int, w float64, v []float64)
	// apply adds xᵀ·b to out.
	apply(item int, b *mat.Dense, out []float64)
}

// Dense is a design of content vectors.
type Dense struct{ x [][]float64 }

// NewDense takes vectors of equal length, one per item, all finite.
func NewDense(vectors [][]float64) (*Dense, error) {
	for i, v := range vectors {
		if len(v) != len(vectors[0]) {
			return nil, fmt.Errorf("student: vector %d has %d values, vector 0 has %d", i, len(v), len(vectors[0]))
		}
		for k, x := range v {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("student: value %d of vector %d is %v", k, i, x)
			}
		}
	}
	return &Dense{vectors}, nil
}

// Rows are the vectors. They must not be changed.
func (d *Dense) Rows() [][]float64 { return d.x }

// Dims are the number of items and of features.
func (d *Dense) Dims() (items, features int) {
	if len(d.x) == 0 {
		return 0, 0
	}
	return len(d.x), len(d.x[0])
}

func (d *Dense) gram(item int, w float64, g *mat.SymDense) {
	x := d.x[item]
	raw := g.RawSymmetric()
	for i, a := range x {
		row := raw.Data[i*raw.Stride : i*raw.Stride+raw.N]
		for j := i; j < len(x); j++ {
			row[j] += w * a * x[j]
		}
	}
}

func (d *Dense) axpy(item int, w float64, y []float64, out *mat.Dense) {
	for f, a := range d.x[item] {
		row := out.RawRowView(f)
		for k, v := range y {
			row[k] += w * a * v
		}
	}
}

func (d *Dense) scaled(item int, w float64, v []float64) {
	for f, a := range d.x[item] {
		v[f] += w * a
	}
}

func (d *Dense) apply(item int, b *mat.Dense, out []float64) {
	for f, a := range d.x[item] {
		for k, v := range b.RawRowView(f) {
			out[k] += a * v
		}
	}
}

// Sparse is a design of features that are 0 or 1, each item's ones listed.
type Sparse struct {
	rows    [][]int
	columns int
}

// OneHot is the design of categorical ids, one list of values per slot and one
// value per item in it: the bar that content has to pass is author and topic.
func OneHot(slots ...[]string) *Sparse {
	s := &Sparse{}
	for k, slot := range slots {
		index := map[string]int{}
		for i, id := range slot {
			f, ok := index[id]
			if !ok {
				f = s.columns
				index[id] = f
				s.columns++
			}
			if k == 0 {
				s.rows = append(s.rows, nil)
			}
			s.rows[i] = append(s.rows[i], f)
		}
	}
	return s
}

// Dims are the number of items and of features.
func (s *Sparse) Dims() (items, features int) { return len(s.rows), s.columns }

func (s *Sparse) gram(item int, w float64, g *mat.SymDense) {
	raw := g.RawSymmetric()
	x := s.rows[item]
	for a, i := range x {
		for _, j := range x[a:] {
			raw.Data[i*raw.Stride+j] += w
		}
	}
}

func (s *Sparse) axpy(item int, w float64, y []float64, out *mat.Dense) {
	for _, f := range s.rows[item] {
		row := out.RawRowView(f)
		for k, v := range y {
			row[k] += w * v
		}
	}
}

func (s *Sparse) scaled(item int, w float64, v []float64) {
	for _, f := range s.rows[item] {
		v[f] += w
	}
}

func (s *Sparse) apply(item int, b *mat.Dense, out []float64) {
	for _, f := range s.rows[item] {
		for k, v := range b.RawRowView(f) {
			out[k] += v
		}
	}
}
