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

	elems []elem
	phi   [2][]float64
	sum   ClusterSum
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

func area[F float](w *Workspace, scores []F, labels []bool) (float64, error) {
	if err := checkLengths(len(scores), len(labels), "labels"); err != nil {
		return 0, err
	}
	pos, err := load(w, scores, labels)
	if err != nil {
		return 0, err
	}
	sortElems(w.elems)
	return quotient(twiceU(w.elems), pos, len(scores)-pos), nil
}

func influence[F float](w *Workspace, phi []float64, scores []F, labels []bool) (float64, error) {
	if err := checkLengths(len(scores), len(labels), "labels"); err != nil {
		return 0, err
	}
	if err := checkLengths(len(scores), len(phi), "influences"); err != nil {
		return 0, err
	}
	pos, err := load(w, scores, labels)
	if err != nil {
		return 0, err
	}
	sortElems(w.elems)
	area := quotient(twiceU(w.elems), pos, len(scores)-pos)
	placements(phi, w.elems, area, pos)
	return area, nil
}

// quotient is 2U/(2PN).
func quotient(u2 uint64, pos, neg int) float64 {
	return float64(u2) / (2 * float64(pos) * float64(neg))
}
