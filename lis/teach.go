package lis

import (
	"fmt"
	"slices"

	"github.com/lislab/lislab/lis/student"
)

// Content is what a student sees of every item.
type Content struct {
	Name   string
	ids    []string
	design student.Design
}

// VectorContent is content as vectors, one per id, all of one length and finite.
func VectorContent(name string, ids []string, vec [][]float32) (*Content, error) {
	if len(ids) != len(vec) || len(ids) == 0 {
		return nil, &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("content %s: %d ids and %d vectors", name, len(ids), len(vec)), Do: "give one vector per id"}
	}
	x := make([][]float64, len(vec))
	for i, v := range vec {
		x[i] = make([]float64, len(v))
		for k, a := range v {
			x[i][k] = float64(a)
		}
	}
	d, err := student.NewDense(x)
	if err != nil {
		return nil, &InputError{Kind: ErrBadVectors, What: err.Error(), Do: "give finite vectors of one length", Err: err}
	}
	return newContent(name, ids, d)
}

// bagSize is the number of tokens that text content keeps.
const bagSize = 2048

// TextContent is content as a bag of the tokens of each id's text: the 2048
// most frequent of those that occur in at least two texts.
func TextContent(name string, ids, texts []string) (*Content, error) {
	if len(ids) != len(texts) || len(ids) == 0 {
		return nil, usage("give one text per id", "content %s: %d ids and %d texts", name, len(ids), len(texts))
	}
	bag := student.NewBag(texts, bagSize)
	if len(bag.Vocabulary) == 0 {
		return nil, usage("give texts that share words", "content %s: no word occurs in two of %d texts", name, len(texts))
	}
	return newContent(name, ids, bag.Sparse(texts))
}

// encoderDim is the width of the frozen encoder, that of small sentence encoders.
const encoderDim = 384

// FrozenContent is content as a frozen text encoder gives it: 384 numbers that
// tell texts with other tokens apart and know nothing of this domain. It stands
// for an encoder that nobody tuned; its principal components are a
// representation, and so is a student on top of it.
func FrozenContent(name string, ids, texts []string) (*Content, error) {
	if len(ids) != len(texts) || len(ids) == 0 {
		return nil, usage("give one text per id", "content %s: %d ids and %d texts", name, len(ids), len(texts))
	}
	d, err := student.NewDense(student.Encode(texts, encoderDim))
	if err != nil {
		return nil, err
	}
	return newContent(name, ids, d)
}

// SlotContent is content as the ids of other slots, such as author and topic:
// the bar that an encoder has to pass. Without names it takes every slot of
// which each id of the slot has one value.
func SlotContent(l *Log, slot string, names ...string) (*Content, error) {
	s, err := l.Slot(slot)
	if err != nil {
		return nil, err
	}
	d, _, err := barDesign(l, s, names)
	if err != nil {
		return nil, err
	}
	return newContent("slots", l.Slots[s].IDs, d)
}

func newContent(name string, ids []string, d student.Design) (*Content, error) {
	sorted := slices.Sorted(slices.Values(ids))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return nil, &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("content %s has id %q twice", name, sorted[i]), Do: "give each id once"}
		}
	}
	return &Content{name, ids, d}, nil
}

// PCA is the content's own vectors, brought to k dimensions by principal
// components and taught nothing: a frozen encoder. It is usage where the
// content is not vectors.
func (c *Content) PCA(k int) (*Arm, error) {
	d, ok := c.design.(*student.Dense)
	if !ok {
		return nil, usage("take vector content", "principal components of content %s, which is not vectors", c.Name)
	}
	v, err := student.PCA(d.Rows(), k)
	if err != nil {
		return nil, usage("ask for fewer components", "%v", err)
	}
	return newArm(fmt.Sprintf("%s-pca-%d", c.Name, k), c.ids, v), nil
}

func newArm(name string, ids []string, v [][]float64) *Arm {
	a := &Arm{Name: name, IDs: ids, Vec: make([][]float32, len(v))}
	for i := range v {
		a.Vec[i] = make([]float32, len(v[i]))
		for k, x := range v[i] {
			a.Vec[i][k] = float32(x)
		}
	}
	return a
}

// Ways to teach a student; see package student.
const (
	Unweighted = string(student.Unweighted)
	Weighted   = string(student.Weighted)
	HardFirst  = string(student.HardFirst)
	TwoLayer   = string(student.TwoLayer)
)

// Taught is a representation: what a student of the content makes of every item.
type Taught struct {
	Arm
	// R2 is the out-of-fold R² of each number of the row, the weight first.
	R2 []float64
	// Items are those that taught it.
	Items []string
}

// Teach teaches a student to predict the rows of preference data from content,
// by ridge regression or as way says ("" means Weighted). Every id of the
// content gets a vector; those that taught get theirs from a student that never
// saw them. Preference data of an item without content is ErrBadVectors.
func Teach(p *Preferences, c *Content, way string) (*Taught, error) {
	if way == "" {
		way = Weighted
	}
	at := make(map[string]int, len(c.ids))
	for i, id := range c.ids {
		at[id] = i
	}
	y, updates, fold := make([][]float64, len(c.ids)), make([]int, len(c.ids)), make([]int8, len(c.ids))
	var items []int
	t := &Taught{}
	for i := range p.Items {
		x := &p.Items[i]
		k, ok := at[x.ItemID]
		if !ok {
			return nil, &InputError{Kind: ErrBadVectors, What: fmt.Sprintf("item %q of the preference data has no content in %s", x.ItemID, c.Name), Do: "give the content of every item"}
		}
		items = append(items, k)
		t.Items = append(t.Items, x.ItemID)
		updates[k], fold[k] = int(x.Updates), x.Fold
		for _, v := range x.Row {
			y[k] = append(y[k], float64(v))
		}
	}
	vectors, r2, err := student.Train(student.Way(way), c.design, y, updates, items, fold, student.Options{Folds: ItemFolds})
	if err != nil {
		return nil, usage("use unweighted, weighted, hard-first or two-layer, and preference data of all folds", "%v", err)
	}
	t.R2 = r2
	t.Arm = *newArm(c.Name+"-"+way, c.ids, vectors)
	return t, nil
}
