package ranker

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// world draws n impressions of three slots (the last with one to three ids) and
// a dense field of two, with labels that follow the first slot.
func world(n int, seed uint64) *Data {
	r := rand.New(rand.NewPCG(seed, 1))
	d := &Data{Slots: []Slot{{Name: "user"}, {Name: "item"}, {Name: "tags", Offsets: []int{0}}}, Dense: []Dense{{Name: "x", K: 2, Start: .1}}}
	for k := range 7 {
		for s := range d.Slots {
			d.Slots[s].IDs = append(d.Slots[s].IDs, fmt.Sprint("id", k))
		}
	}
	for range n {
		u := uint32(r.IntN(7))
		d.Slots[0].Index = append(d.Slots[0].Index, u)
		d.Slots[1].Index = append(d.Slots[1].Index, uint32(r.IntN(7)))
		for range 1 + r.IntN(3) {
			d.Slots[2].Index = append(d.Slots[2].Index, uint32(r.IntN(7)))
		}
		d.Slots[2].Offsets = append(d.Slots[2].Offsets, len(d.Slots[2].Index))
		d.Dense[0].Vectors = append(d.Dense[0].Vectors, float32(r.NormFloat64()), float32(r.NormFloat64()))
		d.Label = append(d.Label, r.Float64() < .1+.12*float64(u))
		d.Weight = append(d.Weight, .5+r.Float32())
	}
	return d
}

func upTo(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// gatherRows builds what Score takes from the model's own rows.
func gatherRows(m Ranker, d *Data, rows []int32) []float32 {
	var x []float32
	for _, r := range rows {
		for s := range d.Slots {
			n := m.RowLen(s)
			mean, row := make([]float32, n), make([]float32, n)
			ids := d.Slots[s].At(r)
			for _, id := range ids {
				m.Row(row, s, id)
				for j := range row {
					mean[j] += row[j] * (1 / float32(len(ids)))
				}
			}
			x = append(x, mean...)
		}
	}
	return x
}

// allRows are a slot's rows with their accumulators.
func allRows(m *Model, slot int) []float32 {
	return slices.Concat(m.tables[slot].blocks...)
}

func models(d *Data) map[string]*Model {
	return map[string]*Model{
		"fm":     NewFM(Options{Seed: 1}, d),
		"fm5":    NewFM(Options{Seed: 1, Dim: 5}, d),
		"fm12":   NewFM(Options{Seed: 1, Dim: 12}, d),
		"deepfm": NewDeepFM(Options{Seed: 1}, d),
	}
}

func TestScoreIsWhatTrainingSees(t *testing.T) {
	d := world(300, 2)
	for name, m := range models(d) {
		m.Train(d, upTo(200))
		rows := upTo(300)[200:]
		out := make([]float32, len(rows))
		m.Score(out, m.Dense(), gatherRows(m, d, rows), d, rows)
		for i, r := range rows {
			if want := m.forward(d, r); math.Abs(float64(out[i]-want)) > 1e-6 {
				t.Errorf("%s: impression %d scores %v, training sees %v", name, r, out[i], want)
			}
		}
	}
}

// logLoss of impression r at the model's state, in float64 but for the model.
func logLoss(m *Model, d *Data, r int32) float64 {
	z := float64(m.forward(d, r))
	if d.Label[r] {
		z = -z
	}
	return float64(d.Weight[r]) * math.Log1p(math.Exp(z))
}

// TestGradientsByDifferences reads the gradient off Adagrad's accumulators
// after one step and compares it with the loss's difference quotient.
func TestGradientsByDifferences(t *testing.T) {
	d := world(400, 3)
	for name, m := range models(d) {
		m.Train(d, upTo(399))
		const r = 399
		type param struct{ v, acc *float32 }
		params := func(m *Model) []param {
			ps := []param{{&m.bias[0], &m.bias[1]}}
			row := func(x []float32) {
				for j := range m.dim {
					ps = append(ps, param{&x[j], &x[m.pad+j]})
				}
				ps = append(ps, param{&x[2*m.pad], &x[2*m.pad+1]})
			}
			for s := range m.tables {
				ids := slices.Compact(slices.Sorted(slices.Values(d.Slots[s].At(r))))
				if s == 2 && len(ids) < len(d.Slots[s].At(r)) {
					continue // an id twice takes two steps
				}
				for _, id := range ids {
					row(m.tables[s].row(id))
				}
			}
			for k := range m.dense[0].k {
				row(m.dense[0].row(k))
			}
			if m.deep != nil {
				for i := range m.deep.params {
					ps = append(ps, param{&m.deep.params[i], &m.deep.acc[i]})
				}
			}
			return ps
		}
		after := m.Clone().(*Model)
		after.Train(d, []int32{r})
		ps, as := params(m), params(after)
		for i, p := range ps {
			const h = 1e-3 // small: a ReLU has a kink
			old := *p.v
			*p.v = old + h
			hi := logLoss(m, d, r)
			*p.v = old - h
			lo := logLoss(m, d, r)
			*p.v = old
			want := math.Abs(hi-lo) / (2 * h)
			got := math.Sqrt(max(0, float64(*as[i].acc-*p.acc)))
			if math.Abs(got-want) > 2e-3+.02*want {
				t.Errorf("%s: parameter %d has gradient ±%.5f, by differences ±%.5f", name, i, got, want)
			}
		}
	}
}

func TestOneIDInManyIsOneID(t *testing.T) {
	d := world(500, 4)
	d.Slots = d.Slots[:2]
	d.Dense = nil
	many := *d
	many.Slots = slices.Clone(d.Slots)
	many.Slots[1].Offsets = make([]int, 501)
	for i := range many.Slots[1].Offsets {
		many.Slots[1].Offsets[i] = i
	}
	a, b := NewFM(Options{}, d), NewFM(Options{}, &many)
	a.Train(d, upTo(500))
	b.Train(&many, upTo(500))
	for s := range a.tables {
		if !slices.Equal(allRows(a, s), allRows(b, s)) {
			t.Errorf("slot %d differs", s)
		}
	}
}

// TestRowsStartFromTheIDsText: other ids, another order, or ids that come
// later leave an id's first row as it is; another seed does not.
func TestRowsStartFromTheIDsText(t *testing.T) {
	d := world(10, 5)
	e := *d
	e.Slots = slices.Clone(d.Slots)
	e.Slots[0].IDs = []string{"x", "y", "id3"}
	a, b, c := NewFM(Options{Seed: 7}, d), NewFM(Options{Seed: 7}, &e), NewFM(Options{Seed: 8}, d)
	row := func(m *Model, id uint32) []float32 {
		out := make([]float32, m.RowLen(0))
		m.Row(out, 0, id)
		return out
	}
	if !slices.Equal(row(a, 3), row(b, 2)) {
		t.Error("the row depends on the other ids")
	}
	if slices.Equal(row(a, 3), row(c, 3)) {
		t.Error("the row does not depend on the seed")
	}
	e.Slots[0].IDs = append(slices.Clone(e.Slots[0].IDs), "id5")
	b.Train(&e, nil)
	if !slices.Equal(row(a, 5), row(b, 3)) {
		t.Error("an id that came later starts from another row")
	}
	var sum, squares float64
	many := &Data{Slots: []Slot{{Name: "s"}}}
	for k := range 20000 {
		many.Slots[0].IDs = append(many.Slots[0].IDs, fmt.Sprint(k))
	}
	m := NewFM(Options{}, many)
	for k := range uint32(20000) {
		for _, v := range row(m, k)[1:] {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
	}
	if mean, sd := sum/160000, math.Sqrt(squares/160000); math.Abs(mean) > 2e-4 || math.Abs(sd-startSD) > 2e-4 {
		t.Errorf("first values have mean %g and standard deviation %g, want 0 and %g", mean, sd, startSD)
	}
}

func TestBucketsBoundTheRows(t *testing.T) {
	d := world(200, 6)
	m := NewFM(Options{Buckets: 3}, d)
	m.Train(d, upTo(200))
	distinct := map[string]bool{}
	row := make([]float32, m.RowLen(0))
	for id := range uint32(7) {
		m.Row(row, 0, id)
		distinct[fmt.Sprint(row)] = true
	}
	if len(distinct) > 3 {
		t.Errorf("%d distinct rows of 3 buckets", len(distinct))
	}
}

func TestCloneGoesOnAlone(t *testing.T) {
	d := world(400, 7)
	for name, m := range models(d) {
		m.Train(d, upTo(200))
		c := m.Clone().(*Model)
		before := allRows(m, 0)
		dense := m.Dense()
		c.Train(d, upTo(400)[200:])
		if !slices.Equal(before, allRows(m, 0)) || !slices.Equal(dense, m.Dense()) {
			t.Errorf("%s: training a clone changed the model", name)
		}
		m.Train(d, upTo(400)[200:])
		if !slices.Equal(allRows(m, 0), allRows(c, 0)) || !slices.Equal(m.Dense(), c.Dense()) {
			t.Errorf("%s: the clone went another way", name)
		}
	}
}

func TestDenseFieldFromZeroChangesNothingAtFirst(t *testing.T) {
	d := world(400, 8)
	d.Dense = nil
	m := NewFM(Options{}, d)
	m.Train(d, upTo(300))
	x := Dense{Name: "content", K: 3, Vectors: make([]float32, 1200), Rate: .02}
	for i := range x.Vectors {
		x.Vectors[i] = float32(i%5) - 2
	}
	with := m.WithDense(&x)
	e := *d
	e.Dense = []Dense{x}
	for r := int32(300); r < 400; r++ {
		if a, b := m.forward(d, r), with.forward(&e, r); a != b {
			t.Fatalf("impression %d scores %v, with the field %v", r, a, b)
		}
	}
	with.Train(&e, upTo(400)[300:])
	if slices.Max(with.dense[0].rows) == 0 {
		t.Error("the projection does not learn")
	}
}

func TestSigmoid(t *testing.T) {
	for x := float32(-90); x < 90; x += .0173 {
		want := 1 / (1 + math.Exp(-float64(x)))
		if got := float64(sigmoid(x)); math.Abs(got-want) > 1e-7*want+1e-34 {
			t.Fatalf("sigmoid(%v) = %g, want %g", x, got, want)
		}
	}
}

// BenchmarkTrain: rows of the simulated feed's shape, five slots at D = 8; and
// eight slots at D = 16 with tables larger than the caches. Its floor reads and
// writes one number in each cache line of the rows.
func BenchmarkTrain(b *testing.B) {
	for name, c := range map[string]struct {
		dim int
		ids []int
	}{"feed": {8, []int{3000, 15000, 600, 40, 12}}, "large": {16, []int{300_000, 200_000, 100_000, 50_000, 10_000, 1000, 100, 12}}} {
		const n = 100_000
		d := &Data{}
		r := rand.New(rand.NewPCG(1, 2))
		for s, ids := range c.ids {
			slot := Slot{Name: fmt.Sprint(s)}
			for k := range ids {
				slot.IDs = append(slot.IDs, fmt.Sprint(k))
			}
			for range n {
				slot.Index = append(slot.Index, uint32(float64(ids)*r.Float64()*r.Float64()))
			}
			d.Slots = append(d.Slots, slot)
		}
		for range n {
			d.Label = append(d.Label, r.IntN(3) == 0)
		}
		rows := upTo(n)
		m := NewFM(Options{Dim: c.dim}, d)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				m.Train(d, rows)
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
		b.Run(name+"/floor", func(b *testing.B) {
			for b.Loop() {
				for _, r := range rows {
					for s := range m.tables {
						row := m.tables[s].row(d.Slots[s].Index[r])
						for j := 0; j < len(row); j += 16 {
							row[j]++
						}
					}
				}
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// TestClonesCostWhatChanges: a year of daily snapshots of 100 000 ids, of which
// a day touches a few hundred, holds the table once and, per day, the blocks of
// that day's ids.
func TestClonesCostWhatChanges(t *testing.T) {
	const ids, days, perDay = 100_000, 365, 300
	d := &Data{Slots: []Slot{{Name: "item"}}}
	for k := range ids {
		d.Slots[0].IDs = append(d.Slots[0].IDs, fmt.Sprint(k))
	}
	for day := range days {
		for i := range perDay { // of the newest ids, as logs have them
			d.Slots[0].Index = append(d.Slots[0].Index, uint32(day*perDay/2+i)%ids)
			d.Label = append(d.Label, i%3 == 0)
		}
	}
	m, rows := NewFM(Options{}, d), upTo(days*perDay)
	var snapshots []*Model
	for day := range days {
		snapshots = append(snapshots, m.Clone().(*Model))
		m.Train(d, rows[day*perDay:(day+1)*perDay])
	}
	distinct := map[*float32]bool{}
	for _, s := range append(snapshots, m) {
		for _, b := range s.tables[0].blocks {
			distinct[&b[0]] = true
		}
	}
	whole := (ids + blockRows - 1) / blockRows
	changed := days * (perDay/blockRows + 2)
	if len(distinct) > whole+changed {
		t.Errorf("%d blocks, expected at most %d and %d that changed; full copies would be %d", len(distinct), whole, changed, days*whole)
	}
	before := NewFM(Options{}, d)
	before.Train(d, rows[:100*perDay])
	if !slices.Equal(allRows(before, 0), allRows(snapshots[100], 0)) {
		t.Error("the snapshot of day 100 is not what 100 days of training give")
	}
}

// TestRowsComeInAnySteps: a table that grows id by id, with clones between, is
// the table that was made at once.
func TestRowsComeInAnySteps(t *testing.T) {
	d := world(300, 10)
	for k := range 700 {
		d.Slots[1].IDs = append(d.Slots[1].IDs, fmt.Sprint("more", k))
	}
	whole := NewFM(Options{}, d)
	e := *d
	e.Slots = slices.Clone(d.Slots)
	e.Slots[1].IDs = d.Slots[1].IDs[:1]
	m := NewFM(Options{}, &e)
	var clones []*Model
	for n := 1; n <= len(d.Slots[1].IDs); n += n%9 + 1 {
		e.Slots[1].IDs = d.Slots[1].IDs[:n]
		m.Train(&e, nil)
		if n%4 == 0 {
			clones = append(clones, m.Clone().(*Model))
		}
	}
	e.Slots[1].IDs = d.Slots[1].IDs
	for _, c := range append(clones, m) {
		c.Train(&e, nil)
		if !slices.Equal(allRows(c, 1), allRows(whole, 1)) {
			t.Fatal("rows differ")
		}
	}
}
