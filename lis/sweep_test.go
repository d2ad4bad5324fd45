package lis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lislab/lislab/lis/auc"
	"github.com/lislab/lislab/lis/ranker"
)

// smallWorld draws a log with everything a log can hold, whose labels follow
// user, item and author: n rows a day, items that are born and die.
func smallWorld(seed uint64, days, n int) Data {
	return worldOf(seed, days, n, 20, 20)
}

// worldOf is smallWorld with so many users, and items shown in a period.
func worldOf(seed uint64, days, n, users, shown int) Data {
	r := rand.New(rand.NewPCG(seed, 9))
	const authors = 6
	items := days*2 + shown
	d := Data{Name: "small", User: Column{}, Item: Column{}, Slots: []Column{{Name: "author"}, {Name: "tags", Offsets: []int{0}}}}
	for u := range users {
		d.User.IDs = append(d.User.IDs, fmt.Sprint("u", u))
	}
	quality, taste := make([]float64, items), make([]float64, users)
	for i := range items {
		d.Item.IDs = append(d.Item.IDs, fmt.Sprint("i", i))
		quality[i] = r.NormFloat64()
	}
	for u := range taste {
		taste[u] = r.NormFloat64()
	}
	for a := range authors {
		d.Slots[0].IDs = append(d.Slots[0].IDs, fmt.Sprint("a", a))
		d.Slots[1].IDs = append(d.Slots[1].IDs, fmt.Sprint("g", a))
	}
	x, weight := NumericColumn{Name: "x"}, []float32(nil)
	for p := range days {
		for k := range n {
			u, i := r.IntN(users), 2*p+int(float64(shown)*r.Float64()*r.Float64())
			d.Time = append(d.Time, start+int64(p)*day+int64(k)*day/int64(n)+1)
			d.User.Index = append(d.User.Index, uint32(u))
			d.Item.Index = append(d.Item.Index, uint32(i))
			d.Slots[0].Index = append(d.Slots[0].Index, uint32(i%authors))
			for g := range 1 + i%3 {
				d.Slots[1].Index = append(d.Slots[1].Index, uint32((i+g)%authors))
			}
			d.Slots[1].Offsets = append(d.Slots[1].Offsets, len(d.Slots[1].Index))
			v := r.NormFloat64()
			x.Values = append(x.Values, v)
			weight = append(weight, .5+r.Float32())
			d.Label = append(d.Label, r.Float64() < 1/(1+math.Exp(.5-1.5*quality[i]-taste[u]-.3*v)))
		}
	}
	d.Numeric, d.Weight = []NumericColumn{x}, weight
	return d
}

// naive measures a study the long way: every t and horizon by lineages of
// their own, AUCs by pairs, nothing shared.
type naive struct {
	l    *Log
	s    Study
	data ranker.Data
}

func (n *naive) held(row, fold int) bool {
	if fold < 0 {
		return n.l.Hash[row]%10 == 0
	}
	return n.l.Hash[row]%uint64(n.s.Folds) == uint64(fold)
}

func (n *naive) period(row int) int {
	return int((n.l.Time[row] - start) / day)
}

// model is a fresh lineage trained up to the end of a period, with c_t.
func (n *naive) model(protocol Protocol, seed, fold, last int) (ranker.Ranker, []map[string]int) {
	m := ranker.NewFM(ranker.Options{Seed: uint64(seed)}, &n.data)
	count := make([]map[string]int, len(n.l.Slots))
	for s := range count {
		count[s] = map[string]int{}
	}
	for row := range n.l.Len() {
		if n.period(row) > last || protocol != Raw && n.held(row, fold) {
			continue
		}
		m.Train(&n.data, []int32{int32(row)})
		for s, c := range n.l.Slots {
			for _, id := range c.Row(row) {
				count[s][c.IDs[id]]++
			}
		}
	}
	return m, count
}

func (n *naive) updates(count []map[string]int, slot, row int) int {
	least := math.MaxInt
	for _, id := range n.l.Slots[slot].Row(row) {
		least = min(least, count[slot][n.l.Slots[slot].IDs[id]])
	}
	return least
}

// score computes a logit from θ_t and, where leak says so, leaked rows.
func (n *naive) score(base, leaked ranker.Ranker, leak map[int]bool, row int) float64 {
	return n.scoreOf(base, row, func(s int) (ranker.Ranker, int) {
		if leak[s] {
			return leaked, row
		}
		return base, row
	})
}

// scoreWith computes a logit with one slot's ids taken from another row.
func (n *naive) scoreWith(base ranker.Ranker, slot, row, other int) float64 {
	return n.scoreOf(base, row, func(s int) (ranker.Ranker, int) {
		if s == slot {
			return base, other
		}
		return base, row
	})
}

func (n *naive) scoreOf(base ranker.Ranker, row int, source func(slot int) (ranker.Ranker, int)) float64 {
	var x []float32
	for s, c := range n.l.Slots {
		from, idsOf := source(s)
		one, mean := make([]float32, from.RowLen(s)), make([]float32, from.RowLen(s))
		ids := c.Row(idsOf)
		for _, id := range ids {
			from.Row(one, s, id)
			for j, v := range one {
				if len(ids) == 1 {
					mean[j] = v
				} else {
					mean[j] += v / float32(len(ids))
				}
			}
		}
		x = append(x, mean...)
	}
	out := make([]float32, 1)
	base.Score(out, base.Dense(), x, &n.data, []int32{int32(row)})
	return float64(out[0])
}

// byPairs is the AUC and each impression's influence, from its definition.
func byPairs(scores []float64, labels []bool) (float64, []float64) {
	var pos, neg, sum float64
	part := make([]float64, len(scores))
	for i := range scores {
		if labels[i] {
			pos++
		} else {
			neg++
		}
		for j := range scores {
			if labels[i] && !labels[j] {
				w := 0.0
				if scores[i] > scores[j] {
					w = 1
				} else if scores[i] == scores[j] {
					w = .5
				}
				sum += w
				part[i] += w
				part[j] += w
			}
		}
	}
	a := sum / pos / neg
	for i := range part {
		if labels[i] {
			part[i] = (part[i]/neg - a) / pos
		} else {
			part[i] = (part[i]/pos - a) / neg
		}
	}
	return a, part
}

type naiveSet struct {
	t, fold int
	rows    []int
}

// rows computes the table.
func (n *naive) rows(ts []int) []Row {
	var out []Row
	folds := []int{-1}
	if n.s.Folds > 0 {
		folds = nil
		for f := range n.s.Folds {
			folds = append(folds, f)
		}
	}
	var sets []naiveSet
	total := 0
	for _, t := range ts {
		for _, f := range folds {
			set := naiveSet{t: t, fold: f}
			pos := 0
			for row := range n.l.Len() {
				if n.period(row) == t+1 && n.held(row, f) {
					set.rows = append(set.rows, row)
					if n.l.Label[row] {
						pos++
					}
				}
			}
			if len(set.rows) >= 20 && pos > 0 && pos < len(set.rows) {
				sets = append(sets, set)
				total += len(set.rows)
			}
		}
	}
	for _, protocol := range n.s.Protocols {
		for _, name := range n.s.Slots {
			slots, err := n.l.slotSet(name)
			if err != nil {
				panic(err)
			}
			for _, h := range n.s.Horizons {
				for _, m := range n.s.MaxUpdates {
					for _, scope := range []string{"all", "cold"} {
						r := n.row(protocol, name, slots, h, m, scope, sets)
						r.Share = float64(r.N) / float64(total)
						out = append(out, r)
					}
				}
			}
		}
	}
	return out
}

func (n *naive) row(protocol Protocol, name string, slots []int, h, m int, scope string, sets []naiveSet) Row {
	r := Row{Log: n.l.Name, Protocol: protocol, Slot: name, Horizon: h, MaxUpdates: m, Scope: scope, Seeds: n.s.Seeds}
	r.clearFigures()
	type scored struct {
		n            int
		base, leaked []float64 // AUC by seed
		phi          [][]float64
		rows         []int
	}
	var all []scored
	days := map[int]bool{}
	for _, set := range sets {
		var sc scored
		for seed := 1; seed <= n.s.Seeds; seed++ {
			fold := set.fold
			if protocol == Raw {
				fold = -1
			}
			base, count := n.model(protocol, seed, fold, set.t)
			leaked, _ := n.model(protocol, seed, fold, set.t+h)
			var a, b []float64
			var labels []bool
			sc.rows = nil
			for _, row := range set.rows {
				leak := map[int]bool{}
				for _, s := range slots {
					if m == Inf || n.updates(count, s, row) < m {
						leak[s] = true
					}
				}
				if scope == "cold" && len(leak) == 0 {
					continue
				}
				a = append(a, n.score(base, nil, nil, row))
				b = append(b, n.score(base, leaked, leak, row))
				labels = append(labels, n.l.Label[row])
				sc.rows = append(sc.rows, row)
			}
			if !slices.Contains(labels, true) || !slices.Contains(labels, false) {
				sc.rows = nil
				break
			}
			aucA, phiA := byPairs(a, labels)
			aucB, phiB := byPairs(b, labels)
			for i := range phiB {
				phiB[i] -= phiA[i]
			}
			sc.base, sc.leaked, sc.phi = append(sc.base, aucA), append(sc.leaked, aucB), append(sc.phi, phiB)
		}
		if sc.rows == nil {
			continue
		}
		sc.n = len(sc.rows)
		r.N += sc.n
		for _, row := range sc.rows {
			if n.l.Label[row] {
				r.NPos++
			}
		}
		days[set.t] = true
		all = append(all, sc)
	}
	r.Days = len(days)
	if r.N == 0 {
		return r
	}
	r.AUCBase, r.AUCLeaked = 0, 0
	seeds := float64(n.s.Seeds)
	bySeed := make([]float64, n.s.Seeds)
	item, user := map[uint32]float64{}, map[uint32]float64{}
	var square float64
	for _, sc := range all {
		w := float64(sc.n) / float64(r.N)
		for k := range bySeed {
			r.AUCBase += w * sc.base[k] / seeds
			r.AUCLeaked += w * sc.leaked[k] / seeds
			bySeed[k] += w * (sc.leaked[k] - sc.base[k])
		}
		for i, row := range sc.rows {
			var phi float64
			for k := range bySeed {
				phi += w * sc.phi[k][i] / seeds
			}
			user[n.l.Slots[0].Index[row]] += phi
			item[n.l.Slots[1].Index[row]] += phi
			square += phi * phi
		}
	}
	sum := func(m map[uint32]float64) float64 {
		var v float64
		for _, x := range m {
			v += x * x
		}
		return v * float64(len(m)) / float64(len(m)-1)
	}
	v := sum(item)
	if name == "user" {
		v = sum(user)
	} else if strings.Contains(name, "user") {
		v = max(sum(item), sum(user), sum(item)+sum(user)-square*float64(r.N)/float64(r.N-1))
	}
	var mean, between float64
	for _, x := range bySeed {
		mean += x / seeds
	}
	for _, x := range bySeed {
		between += (x - mean) * (x - mean) / (seeds - 1) / seeds
	}
	r.LIS = r.AUCLeaked - r.AUCBase
	r.SE = math.Sqrt(v + between)
	if h == 0 {
		r.SE = 0
	}
	r.CILow, r.CIHigh = r.LIS-1.96*r.SE, r.LIS+1.96*r.SE
	r.P = 1
	if r.LIS != 0 {
		r.P = math.Erfc(math.Abs(r.LIS) / r.SE / math.Sqrt2)
	}
	return r
}

func TestSweepIsTheLongWay(t *testing.T) {
	if testing.Short() {
		t.Skip("the long way takes seconds")
	}
	for _, folds := range []int{0, 3} {
		days, perDay := 12, 300
		if folds > 0 {
			perDay = 100
		}
		l := mustLog(t, smallWorld(1, days, perDay))
		s := Study{Slots: []string{"item", "user", "item+author", "user+tags"}, Horizons: []int{0, 1, 3}, MaxUpdates: []int{3, 30, Inf}, Seeds: 2, Folds: folds, T: &[2]int{5, 7}}
		res, err := Sweep(context.Background(), l, s)
		if err != nil {
			t.Fatal(err)
		}
		n := &naive{l: l, s: res.Study, data: l.rankerData()}
		want := n.rows(res.T)
		if len(want) != len(res.Rows) {
			t.Fatalf("%d rows, want %d", len(res.Rows), len(want))
		}
		if diff := cmp.Diff(want, res.Rows, cmpopts.EquateApprox(0, 1e-12), cmpopts.EquateNaNs(), cmpopts.IgnoreFields(Row{}, "PAdj", "Significant", "Memorised")); diff != "" {
			t.Errorf("folds %d: %s", folds, diff)
		}
		checkFinish(t, res)
	}
}

// checkFinish recomputes what depends on several rows.
func checkFinish(t *testing.T, res *Result) {
	t.Helper()
	families := map[[2]string][]*Row{}
	for i := range res.Rows {
		r := &res.Rows[i]
		if want := math.Abs(r.LIS) > res.Threshold && r.CILow*r.CIHigh > 0; r.Significant != want {
			t.Errorf("%+v: significant %v", r, r.Significant)
		}
		if r.Horizon == 0 {
			if r.LIS != 0 || r.SE != 0 || r.CILow != 0 || r.CIHigh != 0 || r.P != 1 || !math.IsNaN(r.PAdj) {
				if r.N > 0 {
					t.Errorf("horizon 0 is not exactly 0: %+v", r)
				}
			}
			continue
		}
		k := [2]string{string(r.Protocol), r.Scope}
		families[k] = append(families[k], r)
		for j := range res.Rows {
			o := &res.Rows[j]
			if o.Slot == r.Slot && o.Horizon == r.Horizon && o.MaxUpdates == r.MaxUpdates && o.Scope == r.Scope && o.Protocol == Raw && r.Protocol == HeldOut {
				if got, want := r.Memorised, o.LIS-r.LIS; got != want && !math.IsNaN(want) || o.Memorised != r.Memorised && !math.IsNaN(want) {
					t.Errorf("memorised %g and %g, want %g", r.Memorised, o.Memorised, want)
				}
			}
		}
	}
	for _, rows := range families {
		p := make([]float64, len(rows))
		for i, r := range rows {
			p[i] = r.P
		}
		for i, adj := range auc.AdjustBH(p) {
			if rows[i].PAdj != adj && !math.IsNaN(adj) {
				t.Errorf("adjusted p %g, want %g", rows[i].PAdj, adj)
			}
		}
	}
}

func sweepCSV(t testing.TB, l *Log, s Study) string {
	t.Helper()
	res, err := Sweep(context.Background(), l, s)
	if err != nil {
		t.Fatal(err)
	}
	return resultCSV(t, res)
}

func resultCSV(t testing.TB, res *Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := res.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var smallStudy = Study{Horizons: []int{0, 1, 3}, MaxUpdates: []int{30, Inf}, Seeds: 2, T: &[2]int{5, 8}}

// TestInvariances: what must not change a figure does not change a bit of it.
func TestInvariances(t *testing.T) {
	d := func() Data { return smallWorld(2, 14, 250) }
	plain := mustLog(t, d())
	want := sweepCSV(t, plain, smallStudy)
	for _, jobs := range []int{1, 2, 5} {
		s := smallStudy
		s.Jobs = jobs
		if got := sweepCSV(t, plain, s); got != want {
			t.Errorf("%d jobs change the table", jobs)
		}
	}
	shuffled := d()
	order := make([]int32, len(shuffled.Time))
	for i, j := range rand.New(rand.NewPCG(1, 1)).Perm(len(order)) {
		order[i] = int32(j)
	}
	shuffled.Time, shuffled.Label, shuffled.Weight = gather(shuffled.Time, order), gather(shuffled.Label, order), gather(shuffled.Weight, order)
	shuffled.Numeric[0].Values = gather(shuffled.Numeric[0].Values, order)
	shuffled.User, shuffled.Item = shuffled.User.rows(order), shuffled.Item.rows(order)
	for i := range shuffled.Slots {
		shuffled.Slots[i] = shuffled.Slots[i].rows(order)
	}
	if got := sweepCSV(t, mustLog(t, shuffled), smallStudy); got != want {
		t.Error("the order of the source's rows changes the table")
	}
	back, err := FromFrame(plain.Frame(), Columns{})
	if err != nil {
		t.Fatal(err)
	}
	back.Name = plain.Name
	if got := sweepCSV(t, back, smallStudy); got != want {
		t.Error("a frame and back changes the table")
	}
	more := smallStudy
	more.Horizons = []int{0, 1, 3, 5}
	var kept []string
	for line := range strings.Lines(sweepCSV(t, plain, more)) {
		if !strings.Contains(line, ",5,30,") && !strings.Contains(line, ",5,inf,") {
			kept = append(kept, line)
		}
	}
	for i, line := range slices.Collect(strings.Lines(want)) {
		a, b := strings.Split(line, ","), strings.Split(kept[i], ",")
		if !slices.Equal(slices.Delete(a, 18, 19), slices.Delete(b, 18, 19)) { // the adjusted p looks at all horizons
			t.Errorf("a longer horizon changes a row:\n%s%s", line, kept[i])
		}
	}
}

// scoresOf runs one lineage.
func scoresOf(t *testing.T, l *Log, s Study, protocol Protocol) (*Plan, *lineageScores) {
	t.Helper()
	p, err := NewPlan(l, s)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.newLineage(lineageID{protocol, 1, -1}, p.countUpdates(protocol)).run(context.Background(), func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return p, out
}

func TestHeldLabelsEnterNoHeldOutScore(t *testing.T) {
	plain := mustLog(t, smallWorld(3, 12, 250))
	d := smallWorld(3, 12, 250)
	for i := range d.Label {
		if plain.Hash[i]%10 == 0 {
			d.Label[i] = !d.Label[i]
		}
	}
	_, want := scoresOf(t, plain, smallStudy, HeldOut)
	_, got := scoresOf(t, mustLog(t, d), smallStudy, HeldOut)
	if diff := cmp.Diff(want.base, got.base); diff != "" {
		t.Error("flipping held labels changes base scores")
	}
	if diff := cmp.Diff(want.arms, got.arms); diff != "" {
		t.Error("flipping held labels changes leaked scores")
	}
	_, raw := scoresOf(t, plain, smallStudy, Raw)
	_, flipped := scoresOf(t, mustLog(t, d), smallStudy, Raw)
	if cmp.Equal(raw.arms, flipped.arms) {
		t.Error("flipping held labels does not change raw scores, so the test sees nothing")
	}
}

func TestTheFutureEntersNoBaseScore(t *testing.T) {
	whole := mustLog(t, smallWorld(4, 14, 250))
	p, want := scoresOf(t, whole, smallStudy, HeldOut)
	cut, err := whole.Filter(func(row int) bool { return row < p.starts[8] })
	if err != nil {
		t.Fatal(err)
	}
	s := smallStudy
	s.T, s.Horizons = &[2]int{5, 6}, []int{0, 1}
	q, got := scoresOf(t, cut, s, HeldOut)
	for k := range q.sets {
		if !slices.Equal(got.base[k], want.base[k]) {
			t.Errorf("cutting the log after period 7 changes base scores at t = %d", q.sets[k].t)
		}
	}
}

func TestPlanRefuses(t *testing.T) {
	l := mustLog(t, smallWorld(5, 12, 250))
	tests := []struct {
		name string
		s    Study
		kind error
		says string
	}{
		{"slot", Study{Slots: []string{"itme"}}, ErrUnknownSlot, "the slots are user, item, author, tags"},
		{"joined slot", Study{Slots: []string{"item+genre"}}, ErrUnknownSlot, "genre"},
		{"slot twice", Study{Slots: []string{"item+item"}}, ErrUsage, "twice"},
		{"horizon", Study{Horizons: []int{-1}}, ErrUsage, "horizon -1"},
		{"filter", Study{MaxUpdates: []int{0}}, ErrUsage, "max updates 0"},
		{"protocol", Study{Protocols: []Protocol{"honest"}}, ErrUsage, "honest"},
		{"ranker", Study{Ranker: "svd"}, ErrUsage, "svd"},
		{"folds", Study{Folds: 1}, ErrUsage, "1 folds"},
		{"rate", Study{LearningRate: -1}, ErrUsage, "learning rate -1"},
		{"cluster", Study{Cluster: "author"}, ErrUsage, "author"},
		{"t backwards", Study{T: &[2]int{7, 5}}, ErrUsage, "7..5"},
		{"past the end", Study{T: &[2]int{5, 8}, Horizons: []int{4}}, ErrHorizonPastEnd, "the largest horizon that works for t = 8 is 3"},
		{"scored past the end", Study{T: &[2]int{5, 11}, Horizons: []int{0}}, ErrHorizonPastEnd, "period t+1 can be scored is 10"},
		{"too long a horizon", Study{Horizons: []int{9}}, ErrTooFewPeriods, "the largest horizon that leaves one is 8"},
		{"too short a period", Study{Period: time.Hour, Horizons: []int{1}}, ErrTooFewPeriods, "a longer period"},
	}
	for _, tt := range tests {
		_, err := NewPlan(l, tt.s)
		if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v, want %v with %q", tt.name, err, tt.kind, tt.says)
		}
	}
	ones, err := l.Filter(func(row int) bool { return l.Label[row] && row < 40 })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewPlan(ones, Study{}); !errors.Is(err, ErrOneClass) {
		t.Errorf("one class: %v", err)
	}
	// The horizon that an error names works.
	if _, err := NewPlan(l, Study{Horizons: []int{8}}); err != nil {
		t.Error(err)
	}
}

func TestPlanSaysWhatItCanResolve(t *testing.T) {
	l := mustLog(t, smallWorld(6, 12, 250))
	p, err := NewPlan(l, Study{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{0, 1, 3}, p.Study.Horizons); diff != "" {
		t.Errorf("default horizons: %s", diff)
	}
	if p.T[0] != 3 || p.T[len(p.T)-1] != 8 || p.Lineages != 6 {
		t.Errorf("t %v, %d lineages", p.T, p.Lineages)
	}
	if want := 1.96 * .22 / math.Sqrt(float64(p.Scored)); math.Abs(p.HalfWidth["item"]-want) > 1e-12 {
		t.Errorf("half-width %g, want %g", p.HalfWidth["item"], want)
	}
	if !strings.Contains(strings.Join(p.Warnings, " "), "folds") {
		t.Errorf("no word of folds in %q", p.Warnings)
	}
}

func TestResultRoundTrip(t *testing.T) {
	l := mustLog(t, smallWorld(7, 12, 250))
	s := smallStudy
	s.T = nil
	res, err := Sweep(context.Background(), l, s)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "out.csv")
	b, err := res.ProvenanceJSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{path: []byte(resultCSV(t, res)), strings.TrimSuffix(path, "csv") + "json": b} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	back, err := ReadResult(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(res, back, cmpopts.EquateNaNs(), cmpopts.IgnoreUnexported(Result{}), cmpopts.IgnoreFields(Result{}, "Provenance"), cmpopts.IgnoreFields(Study{}, "NewRanker", "Progress")); diff != "" {
		t.Error(diff)
	}
	for _, k := range []string{"id", "log"} {
		if !cmp.Equal(fmt.Sprint(res.Provenance[k]), fmt.Sprint(back.Provenance[k])) {
			t.Errorf("provenance %s: %v, want %v", k, back.Provenance[k], res.Provenance[k])
		}
	}
	df := res.Frame()
	if diff := cmp.Diff(Header(), df.Names()); diff != "" || df.Nrow() != len(res.Rows) {
		t.Errorf("frame of %d rows: %s", df.Nrow(), diff)
	}
	if got := df.Col("lis").Float()[3]; got != res.Rows[3].LIS {
		t.Errorf("frame holds lis %g, want %g", got, res.Rows[3].LIS)
	}
	if err := back.WriteScores(&bytes.Buffer{}); !errors.Is(err, ErrUsage) {
		t.Errorf("scores of a result that was read: %v", err)
	}
}

func TestReadResultRefuses(t *testing.T) {
	header := strings.Join(Header(), ",") + "\n"
	for _, tt := range []struct {
		content, says string
		kind          error
	}{
		{"", "no header", ErrBadRow},
		{"a,b\n", `no column "log"`, ErrUnknownColumn},
		{header + "x,heldout\n", ":2", ErrBadRow},
		{header + "x,heldout,item,one" + strings.Repeat(",", len(fields)-4) + "\n", ":2, column horizon", ErrBadRow},
	} {
		path := filepath.Join(t.TempDir(), "bad.csv")
		if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadResult(path); !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("error %v, want %v with %q", err, tt.kind, tt.says)
		}
	}
	if _, err := ReadResult(filepath.Join(t.TempDir(), "none.csv")); !errors.Is(err, ErrNoSuchLog) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestSweepStopsWhenAsked(t *testing.T) {
	l := mustLog(t, smallWorld(8, 14, 250))
	ctx, cancel := context.WithCancel(context.Background())
	s := smallStudy
	s.Jobs, s.Seeds = 1, 3
	seed := 12 * 250 * 19 / 10 // rows that the two lineages of a seed are trained on
	s.Progress = func(done, total int, label string) {
		if done > seed*3/2 {
			cancel()
		}
	}
	res, err := Sweep(ctx, l, s)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	if res == nil || len(res.Rows) == 0 || res.Rows[0].Seeds != 1 || !strings.Contains(strings.Join(res.Warnings, " "), "1 of 3 seeds") {
		t.Fatalf("the finished seed is lost: %+v", res)
	}
	s.Seeds, s.Progress = 1, nil
	one, err := Sweep(context.Background(), l, s)
	if err != nil {
		t.Fatal(err)
	}
	if resultCSV(t, one) != resultCSV(t, res) {
		t.Error("an interrupted sweep gives other figures than one of as many seeds")
	}
}

func TestProgressReachesItsTotal(t *testing.T) {
	l := mustLog(t, smallWorld(9, 12, 250))
	s := smallStudy
	last, all := 0, 0
	s.Progress = func(done, total int, label string) {
		if done < last {
			t.Errorf("progress went from %d to %d", last, done)
		}
		last, all = done, total
	}
	if _, err := Sweep(context.Background(), l, s); err != nil {
		t.Fatal(err)
	}
	if float64(last) < .97*float64(all) {
		t.Errorf("progress ended at %d of %d", last, all)
	}
}

func TestRenderings(t *testing.T) {
	l := mustLog(t, smallWorld(10, 12, 250))
	l.Name = `a<b|c&d`
	res, err := Sweep(context.Background(), l, smallStudy)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ got, wants, not string }{
		"text":     {res.String(), "a<b|c&d", "NaN"},
		"html":     {res.HTML(), "a&lt;b|c&amp;d", "a<b"},
		"markdown": {res.Markdown(), `a&lt;b\|c&d`, "NaN"},
		"latex":    {res.LaTeX(), `a$<$b$|$c\&d`, "±"},
	} {
		if !strings.Contains(tt.got, tt.wants) || strings.Contains(tt.got, tt.not) {
			t.Errorf("%s:\n%s", name, tt.got)
		}
	}
}

func TestReadStudy(t *testing.T) {
	s, err := ReadStudy(strings.NewReader("slots: [item, user]\nmax-updates: [10, inf]\nt: 15..30\nperiod: 168h\nlearning_rate: 0.05\n"), "study.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := Study{Slots: []string{"item", "user"}, MaxUpdates: []int{10, Inf}, T: &[2]int{15, 30}, Period: 7 * 24 * time.Hour, LearningRate: .05}
	if diff := cmp.Diff(want, s, cmpopts.IgnoreFields(Study{}, "NewRanker", "Progress")); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		content string
		kind    error
		says    string
	}{
		{"slots: [item]\nhorizon: [1]\n", ErrUnknownKey, `study.yaml:2`},
		{"horizons: soon\n", ErrUsage, "study.yaml:1"},
		{"max_updates: [some]\n", ErrUsage, "some"},
		{"period: long\n", ErrUsage, "long"},
		{"t: 3\n", ErrUsage, "3"},
		{"slots: [\n", ErrUsage, "study.yaml"},
	} {
		if _, err := ReadStudy(strings.NewReader(tt.content), "study.yaml"); !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%q: error %v, want %v with %q", tt.content, err, tt.kind, tt.says)
		}
	}
}
