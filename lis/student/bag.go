package student

import (
	"slices"
	"sort"
	"strings"
	"unicode"
)

// Bag turns texts into sparse vectors of zeros and ones: which tokens of a
// vocabulary occur. It stands where a text encoder would.
type Bag struct {
	// Vocabulary is sorted; a token's index in it is its feature.
	Vocabulary []string
}

// Tokens are the runs of letters and digits of a text, in lower case.
func Tokens(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// NewBag makes the vocabulary of a set of texts: of the tokens that occur in at
// least two of them, the size most frequent, ties in alphabetical order.
func NewBag(texts []string, size int) *Bag {
	count := map[string]int{}
	for _, t := range texts {
		tokens := Tokens(t)
		slices.Sort(tokens)
		for _, w := range slices.Compact(tokens) {
			count[w]++
		}
	}
	var words []string
	for w, n := range count {
		if n >= 2 {
			words = append(words, w)
		}
	}
	sort.Slice(words, func(i, j int) bool {
		if count[words[i]] != count[words[j]] {
			return count[words[i]] > count[words[j]]
		}
		return words[i] < words[j]
	})
	words = words[:min(size, len(words))]
	slices.Sort(words)
	return &Bag{Vocabulary: words}
}

// Features are the indices of the vocabulary's tokens in a text, ascending,
// each once.
func (b *Bag) Features(text string) []int {
	var f []int
	for _, w := range Tokens(text) {
		if i, ok := slices.BinarySearch(b.Vocabulary, w); ok {
			f = append(f, i)
		}
	}
	slices.Sort(f)
	return slices.Compact(f)
}

// Sparse makes the design of the texts' bags.
func (b *Bag) Sparse(texts []string) *Sparse {
	s := &Sparse{columns: len(b.Vocabulary)}
	for _, t := range texts {
		s.rows = append(s.rows, b.Features(t))
	}
	return s
}
