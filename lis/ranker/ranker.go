// Package ranker holds streaming rankers: models that score impressions and
// learn from them in one pass over time, as production models do. Package lis
// runs them over a log and exchanges rows of their embedding tables.
package ranker

// Slot is one categorical field of the impressions.
type Slot struct {
	Name string
	IDs  []string // distinct, as written in the source
	// Index holds one entry of IDs per impression; with Offsets, impression r
	// has the ids Index[Offsets[r]:Offsets[r+1]], whose rows are averaged.
	Index   []uint32
	Offsets []int
}

// At gives the ids of impression r as entries of IDs, at least one.
func (s *Slot) At(r int32) []uint32 {
	if s.Offsets == nil {
		return s.Index[r : r+1 : r+1]
	}
	return s.Index[s.Offsets[r]:s.Offsets[r+1]]
}

// Dense is a vector of K numbers per impression that enters a ranker as one
// field through a projection it learns.
type Dense struct {
	Name string
	K    int
	// Vectors holds K numbers after K numbers; impression r has vector
	// Index[r], or vector r where Index is nil.
	Vectors []float32
	Index   []uint32
	// Rate is the projection's learning rate; 0 means the ranker's.
	Rate float64
	// Start is the standard deviation of the projection's first values (the
	// linear weights start at 0); 0 starts it at exactly 0, where any vectors
	// leave every score unchanged.
	Start float64
}

// At gives the vector of impression r.
func (d *Dense) At(r int32) []float32 {
	k := int(r)
	if d.Index != nil {
		k = int(d.Index[r])
	}
	return d.Vectors[k*d.K : (k+1)*d.K]
}

// Data are impressions in columns. A ranker reads them and writes nothing.
type Data struct {
	Slots  []Slot
	Dense  []Dense
	Label  []bool
	Weight []float32 // one positive weight per impression; nil for all 1
}

// A Ranker is the model of one lineage. Its parameters are a table of rows per
// slot, one row per id and all that the model keeps for it and that enters a
// score, and the dense part, which belongs to no id. Package lis needs nothing
// else of it: whatever satisfies Ranker can be swept.
//
// A Ranker is used by one goroutine at a time, and must not depend on anything
// but its seed, its settings and the impressions it was trained on.
type Ranker interface {
	// Train learns from impressions rows of d, once each, in that order. All
	// calls of one lineage get the same slots and ids.
	Train(d *Data, rows []int32)
	// RowLen is the number of values in a row of a slot.
	RowLen(slot int) int
	// Row copies the row of an id into dst (of length RowLen). An id never
	// trained on has the row it would start from.
	Row(dst []float32, slot int, id uint32)
	// Dense gives a copy of the dense part.
	Dense() []float32
	// Score writes the logits of impressions rows of d to out, as they follow
	// from the given dense part and rows alone: x holds, for each impression,
	// the rows of its slots one after another (averaged where a slot has
	// several ids). The ranker's own parameters do not enter.
	Score(out []float32, dense, x []float32, d *Data, rows []int32)
	// Clone gives an independent copy that goes on from the same state.
	Clone() Ranker
}

// A Freezer is a Ranker of which a slot's table can be put in and held fast,
// as the protocol P3 does. The built-in rankers are.
type Freezer interface {
	Ranker
	// Freeze takes a slot's rows from a ranker of the same kind and lets no
	// training change them.
	Freeze(from Ranker, slot int)
}

// Options are what the built-in rankers can be told. The zero value means the
// defaults.
type Options struct {
	Seed uint64
	// Dim is the embedding dimension; 0 means 8.
	Dim int
	// LearningRate of Adagrad for rows and bias; 0 means 0.1.
	LearningRate float64
	// DenseRate is the learning rate of DeepFM's layers; 0 means 0.02.
	DenseRate float64
	// Buckets bounds the rows of each slot: with it, an id has the row of its
	// hash modulo Buckets. 0 gives every id a row of its own.
	Buckets int
}

func (o Options) withDefaults() Options {
	if o.Dim == 0 {
		o.Dim = 8
	}
	if o.LearningRate == 0 {
		o.LearningRate = 0.1
	}
	if o.DenseRate == 0 {
		o.DenseRate = 0.02
	}
	return o
}
