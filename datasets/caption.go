package datasets

import (
	"math"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// The captions' make-up. A direction's number of words is min(3, round(2·|z|)),
// 1.47 on average for a normal z, so that a caption has 16 words of which 3
// come from topic and author.
const (
	topicWords       = 6  // a topic has
	topicWordsShown  = 2  // of which a caption shows
	poleWords        = 12 // each pole of each direction has
	directionWordMax = 3  // of which a caption shows at most
)

// Captions are the items' texts, about 16 words each: 2 of the topic's 6, the
// author's, and for each of the LatentDim+1 directions of the content's signal,
// whitened over the items to z, up to 3 of the 12 words that belong to its pole
// (the sign of z): more words the more extreme z is. The words mean nothing.
// Nil where the world has no captions.
func (f *Feed) Captions() []string {
	w := &f.World
	if !w.Captions {
		return nil
	}
	z := f.whitened()
	d := w.LatentDim + 1
	// Each kind of word has its own block of the vocabulary.
	topicWord := func(topic, k int) string { return word(topic*topicWords + k) }
	authorWord := func(author int) string { return word(w.Topics*topicWords + author) }
	poleWord := func(direction, pole, k int) string {
		return word(w.Topics*topicWords + w.Authors + (2*direction+pole)*poleWords + k)
	}
	captions := make([]string, len(f.Items))
	var words []string
	for i := range f.Items {
		it := &f.Items[i]
		src := source(w.Seed, streamCaptions, i)
		words = words[:0]
		for _, k := range someOf(src, topicWords, topicWordsShown) {
			words = append(words, topicWord(int(it.Topic), k))
		}
		words = append(words, authorWord(int(it.Author)))
		for j := range d {
			v := z.At(i, j)
			pole := 0
			if v < 0 {
				pole = 1
			}
			n := min(directionWordMax, int(math.Round(2*math.Abs(v))))
			for _, k := range someOf(src, poleWords, n) {
				words = append(words, poleWord(j, pole, k))
			}
		}
		rand.New(src).Shuffle(len(words), func(a, b int) { words[a], words[b] = words[b], words[a] })
		captions[i] = strings.Join(words, " ")
	}
	return captions
}

// whitened is the content's signal with mean 0 and covariance I over the items
// (Σ^−½, the symmetric root, so that each direction stays next to its own).
func (f *Feed) whitened() *mat.Dense {
	d := f.World.LatentDim + 1
	n := len(f.Items)
	centred := mat.NewDense(n, d, append([]float64(nil), f.signal...))
	for j := range d {
		var mean float64
		for i := range n {
			mean += centred.At(i, j)
		}
		mean /= float64(n)
		for i := range n {
			centred.Set(i, j, centred.At(i, j)-mean)
		}
	}
	var cov mat.SymDense
	cov.SymOuterK(1/float64(n), centred.T())
	var eig mat.EigenSym
	eig.Factorize(&cov, true)
	var v, root mat.Dense
	eig.VectorsTo(&v)
	scaled := mat.DenseCopyOf(&v)
	for j, l := range eig.Values(nil) {
		s := 0.0 // a direction in which no item differs says nothing
		if l > 1e-12 {
			s = 1 / math.Sqrt(l)
		}
		for i := range d {
			scaled.Set(i, j, scaled.At(i, j)*s)
		}
	}
	root.Mul(scaled, v.T())
	var z mat.Dense
	z.Mul(centred, &root)
	return &z
}

// someOf draws k different ones of 0..n-1.
func someOf(r *splitmix, n, k int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	for i := range k {
		j := i + r.below(n-i)
		all[i], all[j] = all[j], all[i]
	}
	return all[:k]
}

// word spells number k in syllables: every k has a word of its own.
func word(k int) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	const base = len(consonants) * len(vowels)
	var b strings.Builder
	for first := true; first || k > 0; first = false {
		s := k % base
		b.WriteByte(consonants[s/len(vowels)])
		b.WriteByte(vowels[s%len(vowels)])
		k /= base
	}
	return b.String()
}
