package ranker

import (
	"fmt"
	"slices"
)

// Model is a factorisation machine (Rendle 2010) learned online: logit = bias
// + Σ weights + Σ inner products of all pairs of fields, a field being a slot
// or a dense vector through its projection. Logistic loss; Adagrad on every
// parameter, accumulators from 0, ε = 1e-6 outside the root. Vectors start at
// N(0, 0.02²) drawn from a hash of seed, slot and id, weights at 0. NewDeepFM
// adds layers over the concatenated vectors (Guo et al. 2017).
//
// A row is the weight followed by the vector; what Adagrad accumulates stays
// behind. The dense part is the bias, then each dense field's weights and
// projection, then the layers.
type Model struct {
	options Options
	dim     int // of a vector
	pad     int // dim with padding
	rate    float32
	tables  []table
	bias    [2]float32 // value and accumulator
	dense   []projection
	deep    *layers // nil for FM
	work    scratch
}

// table is the rows of one slot.
type table struct {
	rowBlocks
	name    string
	buckets []uint32 // the row of each id where Options.Buckets is set
	ids     int      // ids known so far
	frozen  bool
}

// projection holds, for each of K inputs, the same as a row of a table.
type projection struct {
	rate float32
	k    int
	rows []float32
}

// scratch is what one impression needs.
type scratch struct {
	sum   []float32
	vecs  [][]float32 // per field
	means []float32   // pad per field, for what is not a row of a table
	extra []float32   // gradient of the layers with respect to the vectors
	rows  []*float32  // of the next impressions, slot by slot
}

// startSD is the standard deviation of a vector's first values.
const startSD = 0.02

// NewFM makes a factorisation machine for the slots and dense fields of d.
func NewFM(o Options, d *Data) *Model {
	o = o.withDefaults()
	m := &Model{options: o, dim: o.Dim, pad: padded(o.Dim), rate: float32(o.LearningRate)}
	m.tables = make([]table, len(d.Slots))
	for s := range m.tables {
		m.tables[s] = table{name: d.Slots[s].Name, rowBlocks: rowBlocks{stride: 2*m.pad + 2}}
	}
	m.grow(d)
	for i := range d.Dense {
		m.addDense(&d.Dense[i])
	}
	m.work = m.newScratch()
	return m
}

func (m *Model) newScratch() scratch {
	fields := len(m.tables) + len(m.dense)
	return scratch{sum: make([]float32, m.pad), vecs: make([][]float32, fields), means: make([]float32, fields*m.pad), extra: make([]float32, fields*m.pad)}
}

// grow gives rows to ids that were not there before.
func (m *Model) grow(d *Data) {
	if len(d.Slots) != len(m.tables) {
		panic(fmt.Sprintf("ranker: %d slots where the model has %d", len(d.Slots), len(m.tables)))
	}
	for s := range m.tables {
		t, ids := &m.tables[s], d.Slots[s].IDs
		if len(ids) <= t.ids {
			continue
		}
		if b := m.options.Buckets; b > 0 {
			if t.len() == 0 {
				t.extend(b)
				for k := range b {
					m.start(t, k, fmt.Sprint("bucket ", k))
				}
			}
			for _, id := range ids[t.ids:] {
				t.buckets = append(t.buckets, uint32(hashText(0, t.name, id)%uint64(b)))
			}
		} else {
			t.extend(len(ids))
			for k := t.ids; k < len(ids); k++ {
				m.start(t, k, ids[k])
			}
		}
		t.ids = len(ids)
	}
}

func (m *Model) start(t *table, k int, id string) {
	r := stream(hashText(m.options.Seed, t.name, id))
	r.normals(t.own(uint32(k))[:m.dim], startSD)
}

// index is the row of an id.
func (t *table) index(id uint32) uint32 {
	if t.buckets != nil {
		return t.buckets[id]
	}
	return id
}

// row is an id's row, to be read.
func (t *table) row(id uint32) []float32 { return t.at(t.index(id)) }

// addDense gives the model one more field.
func (m *Model) addDense(d *Dense) {
	p := projection{rate: m.rate, k: d.K, rows: make([]float32, d.K*(2*m.pad+2))}
	if d.Rate != 0 {
		p.rate = float32(d.Rate)
	}
	if d.Start != 0 {
		r := stream(hashText(m.options.Seed, "dense", d.Name))
		for k := range d.K {
			r.normals(p.row(k)[:m.dim], d.Start)
		}
	}
	m.dense = append(m.dense, p)
}

func (p *projection) row(k int) []float32 {
	stride := len(p.rows) / p.k
	return p.rows[k*stride : (k+1)*stride]
}

// WithDense is a copy of the model that has one more dense field: the model as
// it is, about to be given a feature.
func (m *Model) WithDense(d *Dense) *Model {
	if m.deep != nil {
		panic("ranker: a DeepFM's layers have no room for another field")
	}
	c := m.Clone().(*Model)
	c.addDense(d)
	c.work = c.newScratch()
	return c
}

// forward computes the logit of an impression and leaves sum and vecs in work.
func (m *Model) forward(d *Data, r int32) float32 {
	w := &m.work
	logit := m.bias[0]
	for s := range m.tables {
		t, slot := &m.tables[s], &d.Slots[s]
		if slot.Offsets == nil {
			row := t.row(slot.Index[r])
			w.vecs[s] = row[:m.pad]
			logit += row[2*m.pad]
			continue
		}
		ids := slot.At(r)
		mean, share := w.mean(m, s), 1/float32(len(ids))
		var weight float32
		for _, id := range ids {
			row := t.row(id)
			weight += float32(share * row[2*m.pad])
			for j := range mean {
				mean[j] += float32(share * row[j])
			}
		}
		logit += weight
	}
	for i := range m.dense {
		x := d.Dense[i].At(r)
		v := w.mean(m, len(m.tables)+i)
		var weight float32
		for k, xk := range x {
			row := m.dense[i].row(k)
			weight += float32(xk * row[2*m.pad])
			for j := range v {
				v[j] += float32(xk * row[j])
			}
		}
		logit += weight
	}
	logit += interact(w.sum, w.vecs)
	if m.deep != nil {
		logit += m.deep.forward(w.vecs, m.dim)
	}
	return logit
}

// mean gives field f a zero vector of its own.
func (w *scratch) mean(m *Model, f int) []float32 {
	v := w.means[f*m.pad : (f+1)*m.pad]
	clear(v)
	w.vecs[f] = v
	return v
}

// Train implements Ranker.
func (m *Model) Train(d *Data, rows []int32) {
	m.grow(d)
	if len(d.Dense) != len(m.dense) {
		panic(fmt.Sprintf("ranker: %d dense fields where the model has %d", len(d.Dense), len(m.dense)))
	}
	if m.trainRows(d, rows) {
		return
	}
	for _, r := range rows {
		m.backward(d, r, m.slope(d, r, m.forward(d, r)))
	}
}

// slope is the derivative of an impression's loss with respect to its logit.
func (m *Model) slope(d *Data, r int32, logit float32) float32 {
	g := sigmoid(logit)
	if d.Label[r] {
		g--
	}
	if d.Weight != nil {
		g *= d.Weight[r]
	}
	return g
}

// backward moves every parameter of an impression by the loss's derivative g
// with respect to the logit.
func (m *Model) backward(d *Data, r int32, g float32) {
	w := &m.work
	if m.deep != nil {
		m.deep.backward(w.vecs, w.extra, m.dim, m.pad, g)
	}
	for s := range m.tables {
		t, slot := &m.tables[s], &d.Slots[s]
		if t.frozen {
			continue
		}
		if slot.Offsets == nil {
			m.update(t.own(t.index(slot.Index[r])), s, g, 1, m.rate)
			continue
		}
		ids := slot.At(r)
		for _, id := range ids {
			m.update(t.own(t.index(id)), s, g, 1/float32(len(ids)), m.rate)
		}
	}
	for i := range m.dense {
		p := &m.dense[i]
		for k, xk := range d.Dense[i].At(r) {
			m.update(p.row(k), len(m.tables)+i, g, xk, p.rate)
		}
	}
	step(&m.bias[0], &m.bias[1], g, m.rate)
}

// update moves a row that entered field f with factor x.
func (m *Model) update(row []float32, f int, g, x, rate float32) {
	w, pad := &m.work, m.pad
	gx := g
	if x != 1 {
		gx = g * x
	}
	if m.deep == nil {
		descend(row[:pad], row[pad:2*pad], w.vecs[f], w.sum, gx, rate)
	} else {
		descendDeep(row[:pad], row[pad:2*pad], w.vecs[f], w.sum, w.extra[f*pad:(f+1)*pad], gx, x, rate)
	}
	step(&row[2*pad], &row[2*pad+1], gx, rate)
}

// RowLen implements Ranker: the weight and the vector.
func (m *Model) RowLen(int) int { return m.dim + 1 }

// Row implements Ranker.
func (m *Model) Row(dst []float32, slot int, id uint32) {
	row := m.tables[slot].row(id)
	dst[0] = row[2*m.pad]
	copy(dst[1:m.dim+1], row)
}

// Dense implements Ranker.
func (m *Model) Dense() []float32 {
	out := []float32{m.bias[0]}
	for i := range m.dense {
		for k := range m.dense[i].k {
			row := m.dense[i].row(k)
			out = append(append(out, row[2*m.pad]), row[:m.dim]...)
		}
	}
	if m.deep != nil {
		out = append(out, m.deep.params...)
	}
	return out
}

// Score implements Ranker.
func (m *Model) Score(out []float32, dense, x []float32, d *Data, rows []int32) {
	rowLen, w := m.dim+1, m.newScratch()
	var deep *layers
	if m.deep != nil {
		deep = m.deep.with(dense[len(dense)-len(m.deep.params):])
	}
	width := rowLen * len(m.tables)
	for i, r := range rows {
		logit := dense[0]
		for s := range m.tables {
			row := x[i*width+s*rowLen:][:rowLen]
			logit += row[0]
			if m.pad == m.dim {
				w.vecs[s] = row[1:]
			} else {
				v := w.means[s*m.pad : (s+1)*m.pad]
				copy(v, row[1:])
				w.vecs[s] = v
			}
		}
		part := dense[1:]
		for f := range m.dense {
			v := w.mean(m, len(m.tables)+f)
			var weight float32
			for _, xk := range d.Dense[f].At(r) {
				weight += float32(xk * part[0])
				for j := range m.dim {
					v[j] += float32(xk * part[1+j])
				}
				part = part[rowLen:]
			}
			logit += weight
		}
		logit += interact(w.sum, w.vecs)
		if deep != nil {
			logit += deep.forward(w.vecs, m.dim)
		}
		out[i] = logit
	}
}

// Freeze implements Freezer; from must be a Model of the same settings.
func (m *Model) Freeze(from Ranker, slot int) {
	other := &from.(*Model).tables[slot]
	t := *other
	t.rowBlocks = other.share()
	t.frozen = true
	m.tables[slot] = t
}

// Clone implements Ranker. The two share rows until one of them writes, by
// blocks: a copy costs memory for what changes after it.
func (m *Model) Clone() Ranker {
	c := *m
	c.tables = slices.Clone(m.tables)
	for s := range c.tables {
		c.tables[s].rowBlocks = m.tables[s].share()
	}
	c.dense = slices.Clone(m.dense)
	for i := range c.dense {
		c.dense[i].rows = slices.Clone(m.dense[i].rows)
	}
	if m.deep != nil {
		c.deep = m.deep.clone()
	}
	c.work = c.newScratch()
	return &c
}
