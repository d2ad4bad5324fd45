package cells

import (
	"context"
	"slices"
	"testing"
)

// TestMethodsThatGoAreTold declares a type again without the methods that its
// cell gave it; one from another cell stays.
func TestMethodsThatGoAreTold(t *testing.T) {
	s := notebook(t)
	var last *Cell
	for n, code := range []string{
		"type T struct{ A int }\nfunc (t T) First() int { return t.A }\nfunc (t T) Second() int { return 2 }",
		"func (t T) Third() int { return 3 }",
		"type T struct{ A, B int }\nfunc (t T) Second() int { return t.B }",
	} {
		c, err := s.Check(context.Background(), n+1, code)
		if err != nil {
			t.Fatal(err)
		}
		s.Commit(c, nil)
		last = c
	}
	want := []string{"T.First (cell[1]) went with the old T: a cell that declares a type again has to declare its methods too"}
	if !slices.Equal(last.Notes, want) {
		t.Errorf("notes %q, want %q", last.Notes, want)
	}
	if _, err := s.Check(context.Background(), 4, "T{1, 2}.Second() + T{}.Third()"); err != nil {
		t.Error(err)
	}
}
