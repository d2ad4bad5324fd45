package handoff

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sbinet/npyio"

	"github.com/lislab/lislab/lis"
)

func samplePrefs(n int) *lis.Preferences {
	p := &lis.Preferences{Slot: "item", Day: 14, Lineage: "abc", Seed: 3, Rate: 0.1, MinUpdates: 30}
	for i := range n {
		p.Items = append(p.Items, lis.Preference{ItemID: fmt.Sprint("i", i), Updates: int32(30 + i), Fold: int8(i % lis.ItemFolds), Row: []float32{float32(i), 1, -2}, FirstDay: 1, LastDay: 9})
	}
	return p
}

func TestPrefsRoundTrip(t *testing.T) {
	dir := t.TempDir()
	want := samplePrefs(7)
	a, b := filepath.Join(dir, "a.parquet"), filepath.Join(dir, "b.parquet")
	for _, path := range []string{a, b} {
		if err := WritePreferences(path, want); err != nil {
			t.Fatal(err)
		}
	}
	one, _ := os.ReadFile(a)
	two, _ := os.ReadFile(b)
	if !bytes.Equal(one, two) {
		t.Error("the same preference data gave other bytes")
	}
	got, err := ReadPreferences(a)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestItemsRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "items.parquet")
	for _, want := range []Items{
		{{ID: "a", Text: "Amélie, \"x\"", AsOf: 3}, {ID: "b", AsOf: 4}},
		{{ID: "a", Text: "t", AsOf: 3, Vec: []float32{1, 2}}, {ID: "b", Text: "u", AsOf: 4, Image: "b.png"}},
	} {
		if err := want.Write(path); err != nil {
			t.Fatal(err)
		}
		got, err := ReadItems(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	if err := (Items{{ID: "a"}, {ID: "b"}, {ID: "a"}}).Write(path); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadItems(path); !errors.Is(err, lis.ErrBadRow) || !strings.Contains(err.Error(), ":3") {
		t.Errorf("an item twice: %v", err)
	}
}

func TestVectorsAreChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vectors.parquet")
	good := func() *Vectors {
		return &Vectors{IDs: []string{"a", "b", "c"}, Vec: [][]float32{{1, 2}, {3, 4}, {5, 6}}, Encoder: "bag", Version: "1", PrefsSHA256: "ff", R2: []float64{0.5, 0.25}}
	}
	if err := good().Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadVectors(path, "")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(good(), got); d != "" {
		t.Error(d)
	}
	for name, spoil := range map[string]func(*Vectors){
		"twice":    func(v *Vectors) { v.IDs[2] = "a" },
		"NaN":      func(v *Vectors) { v.Vec[1][0] = float32(math.NaN()) },
		"infinite": func(v *Vectors) { v.Vec[2][1] = float32(math.Inf(1)) },
		"short":    func(v *Vectors) { v.Vec[1] = v.Vec[1][:1] },
		"empty":    func(v *Vectors) { v.Vec[0] = []float32{} },
		"100 dimensions": func(v *Vectors) {
			v.Vec = [][]float32{make([]float32, 100), make([]float32, 100), make([]float32, 100)}
		},
	} {
		v := good()
		spoil(v)
		if err := v.Write(path); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadVectors(path, ""); !errors.Is(err, lis.ErrBadVectors) || !strings.Contains(err.Error(), path+":") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (&Vectors{}).Write(path); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadVectors(path, ""); !errors.Is(err, lis.ErrBadVectors) {
		t.Errorf("no vectors: %v", err)
	}
	v := good()
	for name, err := range map[string]error{
		"another prefs": v.Taught(path, "ee", nil),
		"missing item":  v.Taught(path, "ff", []string{"a", "z"}),
	} {
		if !errors.Is(err, lis.ErrBadVectors) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := v.Taught(path, "ff", []string{"a", "c"}); err != nil {
		t.Error(err)
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "p.parquet")
	if err := WritePreferences(path, samplePrefs(50)); err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(path)
	if err := os.WriteFile(path, b[:len(b)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPreferences(path); !errors.Is(err, lis.ErrIO) {
		t.Errorf("cut in half: %v", err)
	}
	if _, err := ReadPreferences(filepath.Join(dir, "none")); !errors.Is(err, lis.ErrNoSuchLog) {
		t.Errorf("no file: %v", err)
	}
	if err := (Items{{ID: "a"}}).Write(path); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadVectors(path, ""); !errors.Is(err, lis.ErrUnknownColumn) {
		t.Errorf("no column vec: %v", err)
	}
}

func TestNpy(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, v any) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := npyio.Write(f, v); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := write("vectors.npy", [2][3]float32{{1, 2, 3}, {4, 5, 6}})
	write("ids.npy", []int64{7, 9})
	v, err := ReadVectors(path, "")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(v.IDs, []string{"7", "9"}) || !reflect.DeepEqual(v.Vec, [][]float32{{1, 2, 3}, {4, 5, 6}}) {
		t.Errorf("got %+v", v)
	}
	write("ids.npy", []int64{7})
	if _, err := ReadVectors(path, ""); !errors.Is(err, lis.ErrBadVectors) {
		t.Errorf("one id for two vectors: %v", err)
	}
	// A file that ends too early is no array of zeros.
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write("ids.npy", []int64{7, 9})
	cut := filepath.Join(dir, "cut.npy")
	if err := os.WriteFile(cut, whole[:len(whole)-4], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadVectors(cut, filepath.Join(dir, "ids.npy")); !errors.Is(err, lis.ErrBadVectors) {
		t.Errorf("a truncated array: %v", err)
	}
	// Ids as numpy.save writes texts.
	texts := filepath.Join("..", "..", "datasets", "table", "testdata", "unicode.npy")
	if v, err := ReadVectors(write("three.npy", [3][1]float32{{1}, {2}, {3}}), texts); err != nil || !reflect.DeepEqual(v.IDs, []string{"é1", "", "Zürich"}) {
		t.Errorf("texts as ids: %+v, %v", v, err)
	}
	if _, err := ReadVectors(write("flat.npy", []float32{1, 2}), filepath.Join(dir, "ids.npy")); !errors.Is(err, lis.ErrBadVectors) {
		t.Errorf("a flat array: %v", err)
	}
}

// python finds the environment that make build makes.
func python(t *testing.T) string {
	t.Helper()
	p := os.Getenv("LISLAB_PYTHON")
	if p == "" {
		p, _ = filepath.Abs("../../.venv/bin/python")
	}
	if err := exec.Command(p, "-c", "import numpy, pyarrow").Run(); err != nil {
		why := "no Python with numpy and pyarrow: make test installs them"
		if os.Getenv("CI") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	return p
}
