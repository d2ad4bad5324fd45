package npy

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The files are NumPy's own; datasets/table/testdata/make.py writes them.
func saved(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "datasets", "table", "testdata", name+".npy"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRead(t *testing.T) {
	get := func(name string) *Array {
		t.Helper()
		a, err := Read(bytes.NewReader(saved(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := get("f4"); a.Dims != 2 || a.Rows != 3 || a.Cols != 2 || !slices.Equal(a.Floats, []float64{0, .25, .5, .75, 1, 1.25}) {
		t.Errorf("f4: %+v", a)
	}
	if a := get("f8fortran"); !slices.Equal(a.Floats, []float64{0, 1, 2, 3, 4, 5}) {
		t.Errorf("Fortran order: %+v", a)
	}
	if a := get("f2"); a.Floats[0] != 0.5 || a.Floats[1] != -2 || !math.IsInf(a.Floats[2], 1) || a.Floats[3] != 0x1p-24 || a.Floats[4] != 65504 {
		t.Errorf("f2: %v", a.Floats)
	}
	if a := get("bigendian"); a.Dims != 1 || a.Cols != 1 || !slices.Equal(a.Ints, []int64{1, -2, 3}) {
		t.Errorf("big endian: %+v", a)
	}
	if a := get("u1"); !slices.Equal(a.Ints, []int64{0, 200}) {
		t.Errorf("u1: %+v", a)
	}
	if a := get("flags"); !slices.Equal(a.Bools, []bool{true, false}) {
		t.Errorf("flags: %+v", a)
	}
	if a := get("unicode"); !slices.Equal(a.Texts, []string{"é1", "", "Zürich"}) {
		t.Errorf("unicode: %q", a.Texts)
	}
	if a := get("bytes"); !slices.Equal(a.Texts, []string{"a", "bcd"}) {
		t.Errorf("bytes: %q", a.Texts)
	}
	for _, name := range []string{"cube", "complex"} {
		if _, err := Read(bytes.NewReader(saved(t, name))); !errors.Is(err, ErrType) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Wherever a file is cut, and where it goes on too far, it is refused.
func TestReadWhole(t *testing.T) {
	for _, name := range []string{"f4", "unicode", "flags"} {
		data := saved(t, name)
		for n := range data {
			if a, err := Read(bytes.NewReader(data[:n])); err == nil {
				t.Errorf("%s cut to %d of %d bytes gave %+v", name, n, len(data), a)
			}
		}
		if _, err := Read(bytes.NewReader(append(data, 0))); err == nil {
			t.Errorf("%s with a byte too many was read", name)
		}
	}
}
