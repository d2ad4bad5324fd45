package auc

// AUC is the exact area under the ROC curve of scores against labels, both of
// one length; ties count half. Errors: ErrEmpty, ErrLength, ErrOneClass, and
// ErrNaN as a *RowError.
func AUC(scores []float64, labels []bool) (float64, error) {
	return new(Workspace).AUC(scores, labels)
}

// AUC32 is AUC for float32 scores.
func AUC32(scores []float32, labels []bool) (float64, error) {
	return new(Workspace).AUC32(scores, labels)
}

// Influence fills phi, one value per impression, with the influence function
// of the AUC (see the package's doc) and gives the AUC. Over each class the
// influences sum to 0 but for rounding.
func Influence(phi, scores []float64, labels []bool) (float64, error) {
	return new(Workspace).Influence(phi, scores, labels)
}

// A Workspace holds the buffers of repeated calls, so that they allocate only
// when the input has grown. The zero value is ready. Several goroutines must
// not share one.
type Workspace struct {
	// Workers is the number of goroutines that a large input is spread over; 0
	// means GOMAXPROCS. It changes no result.
	Workers int

	big64  bigAUC[float64, uint64]
	big32  bigAUC[float32, uint32]
	big    bigOrder
	order  orderer
	groups grouping
	phi    [2][]float64
	sum    ClusterSum
	places []uint32
}

// AUC is the function AUC in w's buffers.
func (w *Workspace) AUC(scores []float64, labels []bool) (float64, error) {
	return area(w, scores, labels)
}

// AUC32 is the function AUC32 in w's buffers.
func (w *Workspace) AUC32(scores []float32, labels []bool) (float64, error) {
	return area(w, scores, labels)
}

// Influence is the function Influence in w's buffers.
func (w *Workspace) Influence(phi, scores []float64, labels []bool) (float64, error) {
	return influence(w, phi, scores, labels)
}

// Influence32 is Influence for float32 scores.
func (w *Workspace) Influence32(phi []float64, scores []float32, labels []bool) (float64, error) {
	return influence(w, phi, scores, labels)
}

// smallInput is the size up to which one goroutine and one distribution sort
// an input fastest.
const smallInput = 1 << 16

func area[F float](w *Workspace, scores []F, labels []bool) (float64, error) {
	if err := checkLengths(len(scores), len(labels), "labels"); err != nil {
		return 0, err
	}
	if plain {
		return plainInfluence(nil, scores, labels)
	}
	if len(scores) > smallInput {
		switch s := any(scores).(type) {
		case []float64:
			return w.big64.area(s, labels, w.workers(len(s)))
		case []float32:
			return w.big32.area(s, labels, w.workers(len(s)))
		}
	}
	elems, pos, err := orderSmall(&w.order, scores, labels)
	if err != nil {
		return 0, err
	}
	u2, _ := twiceU(elems)
	return quotient(u2, pos, len(scores)-pos), nil
}

func influence[F float](w *Workspace, phi []float64, scores []F, labels []bool) (float64, error) {
	n := len(scores)
	if err := checkLengths(n, len(labels), "labels"); err != nil {
		return 0, err
	}
	if err := checkLengths(n, len(phi), "influences"); err != nil {
		return 0, err
	}
	if plain {
		return plainInfluence(phi, scores, labels)
	}
	if n > smallInput {
		k := w.workers(n)
		u2, pos, err := orderBig(&w.big, scores, labels, nil, k)
		if err != nil {
			return 0, err
		}
		b := &w.big
		f := influences{quotient(u2, pos, n-pos), uint64(pos), uint64(n - pos)}
		b.layout.each(k, func(_, j int, from, to uint32) {
			f.fill(phi, b.elems[from:to], b.totals.pos[j], b.totals.neg[j])
		})
		return f.area, nil
	}
	elems, pos, err := orderSmall(&w.order, scores, labels)
	if err != nil {
		return 0, err
	}
	u2, _ := twiceU(elems)
	f := influences{quotient(u2, pos, n-pos), uint64(pos), uint64(n - pos)}
	f.fill(phi, elems, 0, 0)
	return f.area, nil
}

// quotient is 2U/(2PN).
func quotient(u2 uint64, pos, neg int) float64 {
	return float64(u2) / (2 * float64(pos) * float64(neg))
}
