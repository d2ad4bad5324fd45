package handoff

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/student"
)

// The same student in Go and in align.py: the R² of each dimension agrees and so
// do the vectors, and a second run of align.py gives the same bytes.
func TestAlignBagIsTheGoStudent(t *testing.T) {
	py := python(t)
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(2, 3))
	words := strings.Fields("Sturm été Ärger snow RAIN wind 2nd sun_rise fog hail ice heat")
	const n, taught = 300, 220
	items := make(Items, n)
	prefs := &lis.Preferences{Slot: "item"}
	y, texts, updates, fold := make([][]float64, n), make([]string, n), make([]int, n), make([]int8, n)
	var learn []int
	effect := make([][3]float64, len(words))
	for w := range effect {
		for k := range effect[w] {
			effect[w][k] = rng.NormFloat64()
		}
	}
	for i := range items {
		y[i] = make([]float64, 3)
		row := make([]float32, 3)
		var said []string
		for w, word := range words {
			if rng.IntN(3) == 0 {
				said = append(said, word+",")
				for k := range row {
					row[k] += float32(effect[w][k])
				}
			}
		}
		for k := range row {
			row[k] += float32(rng.NormFloat64())
			y[i][k] = float64(row[k])
		}
		texts[i] = strings.Join(said, " ")
		items[i] = Item{ID: fmt.Sprint(i), Text: texts[i], AsOf: 14}
		updates[i], fold[i] = 30+rng.IntN(900), int8(rng.IntN(lis.ItemFolds))
		if i < taught {
			learn = append(learn, i)
			prefs.Items = append(prefs.Items, lis.Preference{ItemID: items[i].ID, Updates: int32(updates[i]), Fold: fold[i], Row: row})
		}
	}
	prefsPath, itemsPath := filepath.Join(dir, "prefs.parquet"), filepath.Join(dir, "items.parquet")
	if err := WritePreferences(prefsPath, prefs); err != nil {
		t.Fatal(err)
	}
	if err := items.Write(itemsPath); err != nil {
		t.Fatal(err)
	}
	var outs [][]byte
	for _, name := range []string{"a.parquet", "b.parquet"} {
		out := filepath.Join(dir, name)
		if b, err := exec.Command(py, "../../notebooks/align/align.py", prefsPath, itemsPath, out, "--encoder", "bag").CombinedOutput(); err != nil {
			t.Fatalf("align.py: %v\n%s", err, b)
		}
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		outs = append(outs, b)
	}
	if !bytes.Equal(outs[0], outs[1]) {
		t.Error("align.py run again gave other bytes")
	}
	got, err := ReadVectors(filepath.Join(dir, "a.parquet"), "")
	if err != nil {
		t.Fatal(err)
	}
	sha, err := SHA256(prefsPath)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	if err := got.Taught("a.parquet", sha, ids); err != nil {
		t.Error(err)
	}
	design := student.NewBag(texts, 2048).Sparse(texts)
	vectors, r2, err := student.Train(student.Weighted, design, y, updates, learn, fold, student.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for k := range r2 {
		if math.Abs(r2[k]-got.R2[k]) > 0.01 {
			t.Errorf("dimension %d: R² %.4f in Go, %.4f in Python", k, r2[k], got.R2[k])
		}
		if r2[k] < 0.3 {
			t.Errorf("dimension %d: R² %.3f; the words explain most", k, r2[k])
		}
	}
	for i := range vectors {
		for k, x := range vectors[i] {
			if math.Abs(x-float64(got.Vec[i][k])) > 1e-4 {
				t.Fatalf("item %d, dimension %d: %v in Go, %v in Python", i, k, x, got.Vec[i][k])
			}
		}
	}
}
