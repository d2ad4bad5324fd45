package lis_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
)

// smallWorld is a feed of 26 days in which content explains the whole of an item.
var smallWorld = sync.OnceValues(func() (*datasets.Feed, error) {
	w := datasets.D0()
	w.Alpha, w.Days, w.Users, w.Authors, w.ItemsPerDay, w.ImpressionsPerDay = 1, 26, 1500, 200, 120, 20000
	return w.Make(context.Background())
})

func small(t *testing.T) (*lis.Log, lis.Arm) {
	t.Helper()
	f, err := smallWorld()
	if err != nil {
		t.Fatal(err)
	}
	l, err := f.Log(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	content := lis.Arm{Name: "content"}
	for i := range f.Items {
		content.IDs = append(content.IDs, fmt.Sprintf("i%d", i))
		content.Vec = append(content.Vec, f.Content(i))
	}
	return l, content
}

// taught is the loop as a user would write it: export, teach, make an arm.
func taught(t *testing.T, l *lis.Log, content lis.Arm, day int) *lis.Taught {
	t.Helper()
	prefs, err := lis.Export(context.Background(), l, lis.ExportOptions{Day: day, MinUpdates: 20})
	if err != nil {
		t.Fatal(err)
	}
	c, err := lis.VectorContent("content", content.IDs, content.Vec)
	if err != nil {
		t.Fatal(err)
	}
	out, err := lis.Teach(prefs, c, "")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAISFindsContent(t *testing.T) {
	l, content := small(t)
	student := taught(t, l, content, 9)
	student.Name = "student"
	zeros := lis.Arm{Name: "zeros", IDs: content.IDs, Vec: make([][]float32, len(content.IDs))}
	for i := range zeros.Vec {
		zeros.Vec[i] = make([]float32, 9)
	}
	study := lis.AISStudy{Arms: []lis.Arm{student.Arm, zeros}, Bar: "zeros", From: 9, Taught: student.Items, Horizon: 7, Seeds: 2, Rates: []float64{0.005, 0.05}, Jobs: 1}
	res, err := lis.AIS(context.Background(), l, study)
	if err != nil {
		t.Fatal(err)
	}
	if r := res.Row("student", "base", "all"); !(r.CILow > 0) {
		t.Errorf("a student of content that explains everything: %+v", *r)
	}
	if r := res.Row("zeros", "base", "all"); r.AIS != 0 || r.SE != 0 || r.P != 1 {
		t.Errorf("vectors of zeros: AIS %v ± %v, p %v, want exactly 0", r.AIS, r.SE, r.P)
	}
	if a, b := res.Row("student", "zeros", "all"), res.Row("student", "base", "all"); a == nil || a.AIS != b.AIS {
		t.Errorf("against the bar of zeros %+v, against the base %+v: the same", a, b)
	}
	if r := res.Row("random-9", "base", "all"); math.Abs(r.AIS) > 0.003 {
		t.Errorf("random vectors: AIS %v", r.AIS)
	}
	all, unseen, cold := res.Row("student", "base", "all"), res.Row("student", "base", "unseen"), res.Row("student", "base", "c<10")
	if unseen.N >= all.N || cold.N >= unseen.N || cold.Share <= 0 {
		t.Errorf("n %d on all, %d on unseen, %d on cold", all.N, unseen.N, cold.N)
	}
	if !(cold.AIS > all.AIS) {
		t.Errorf("AIS %v on cold items, %v on all", cold.AIS, all.AIS)
	}
	if s := all.Saturation; !math.IsNaN(s) && (s < all.SaturationLow || s > all.SaturationHigh || s != all.AIS/all.LIS) {
		t.Errorf("saturation %v in %v..%v", s, all.SaturationLow, all.SaturationHigh)
	}

	// LIS and base AUC beside it are a sweep's own on the same t.
	sweep, err := lis.Sweep(context.Background(), l, lis.Study{Slots: []string{"item"}, Horizons: []int{7}, MaxUpdates: []int{lis.Inf}, Protocols: []lis.Protocol{lis.HeldOut}, Seeds: 2, T: &[2]int{res.T[0], res.T[len(res.T)-1]}})
	if err != nil {
		t.Fatal(err)
	}
	if r := sweep.Rows[0]; math.Abs(r.LIS-all.LIS) > 1e-12 || math.Abs(r.SE-all.LISSE) > 1e-12 || math.Abs(r.AUCBase-all.AUCBase) > 1e-12 {
		t.Errorf("beside AIS: LIS %v ± %v, base %v; the sweep: %v ± %v, %v", all.LIS, all.LISSE, all.AUCBase, r.LIS, r.SE, r.AUCBase)
	}

	// What the ranker does with a representation: zeros exchanged are zeros, and
	// the base's slot is lost as a sweep finds it.
	used, nothing, own := res.FieldImportance("student", lis.FieldRepresentation), res.FieldImportance("zeros", lis.FieldRepresentation), res.FieldImportance("base", "item")
	if used == nil || !(used.CILow > 0) || used.AUCLoss > own.AUCLoss {
		t.Errorf("the representation %+v, the slot in the base %+v", used, own)
	}
	if nothing.AUCLoss != 0 || nothing.SE != 0 {
		t.Errorf("zeros exchanged change the AUC: %+v", nothing)
	}
	if a := res.FieldImportance("zeros", "item"); a.AUCLoss != own.AUCLoss || a.SE != own.SE {
		t.Errorf("with zeros the slot's importance is %+v, the base's %+v", a, own)
	}
	for _, x := range sweep.Importance {
		if x.Slot == "item" && (math.Abs(x.AUCLoss-own.AUCLoss) > 1e-12 || math.Abs(x.SE-own.SE) > 1e-12) {
			t.Errorf("the item's importance %+v, the sweep's %+v", own, x)
		}
	}
	if res.FieldImportance("student", "author") != nil {
		t.Error("an importance that was not measured")
	}
	if text := res.String(); !strings.Contains(text, "representation in student ") || !strings.Contains(text, "item in student ") {
		t.Errorf("no importance in\n%s", text)
	}

	study.Jobs = 2
	again, err := lis.AIS(context.Background(), l, study)
	if err != nil {
		t.Fatal(err)
	}
	var one, two strings.Builder
	if err := errors.Join(res.WriteCSV(&one), again.WriteCSV(&two)); err != nil {
		t.Fatal(err)
	}
	if one.String() != two.String() || !reflect.DeepEqual(res.Importance, again.Importance) {
		t.Error("two jobs gave other figures than one")
	}
	for name, text := range map[string]string{"text": res.String(), "html": res.HTML(), "markdown": res.Markdown(), "latex": res.LaTeX()} {
		if !strings.Contains(text, "student") || !strings.Contains(text, "random-9") {
			t.Errorf("%s: an arm is missing:\n%s", name, text)
		}
	}
}

// The four ways to teach, compared by how much of LIS they bring back: on the same
// impressions, and none of them without the others' gain. A numeric feature of the
// log stands beside the representation and is not exchanged with it.
func TestStudentsComparedBySaturation(t *testing.T) {
	l, content := small(t)
	l.Numeric = []lis.NumericColumn{{Name: "hour", Values: make([]float64, l.Len())}}
	for i, at := range l.Time {
		l.Numeric[0].Values[i] = float64(at / 3600e9 % 24)
	}
	prefs, err := lis.Export(context.Background(), l, lis.ExportOptions{Day: 9, MinUpdates: 20})
	if err != nil {
		t.Fatal(err)
	}
	c, err := lis.VectorContent("content", content.IDs, content.Vec)
	if err != nil {
		t.Fatal(err)
	}
	ways := []string{lis.Unweighted, lis.Weighted, lis.HardFirst, lis.TwoLayer}
	study := lis.AISStudy{From: 9, Horizon: 7, Seeds: 1, Rates: []float64{0.02}}
	for _, way := range ways {
		s, err := lis.Teach(prefs, c, way)
		if err != nil {
			t.Fatal(err)
		}
		s.Name = way
		study.Arms, study.Taught = append(study.Arms, s.Arm), s.Items
	}
	res, err := lis.AIS(context.Background(), l, study)
	if err != nil {
		t.Fatal(err)
	}
	distinct := map[float64]bool{}
	for _, way := range ways {
		r := res.Row(way, "base", "all")
		if !(r.SaturationLow > 0 && r.SaturationLow < r.Saturation && r.Saturation < r.SaturationHigh) {
			t.Errorf("%s: saturation %.2f (%.2f … %.2f)", way, r.Saturation, r.SaturationLow, r.SaturationHigh)
		}
		if x := res.FieldImportance(way, lis.FieldRepresentation); !(x.CILow > 0) {
			t.Errorf("%s: %+v", way, *x)
		}
		distinct[r.Saturation] = true
	}
	if len(distinct) != len(ways) {
		t.Errorf("saturations %v: each way is a student of its own", distinct)
	}
}

// Vectors that stand for nothing but the id, there from the start, are a second
// embedding: the warning says so.
func TestAISFromTheStart(t *testing.T) {
	l, content := small(t)
	res, err := lis.AIS(context.Background(), l, lis.AISStudy{Arms: []lis.Arm{content}, From: -1, T: &[2]int{6, 8}, Horizon: 3, Seeds: 1, Rates: []float64{0.02}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(res.Warnings, " "), "second embedding") {
		t.Errorf("warnings %q", res.Warnings)
	}
	if res.Row("content", "random-64", "all") == nil {
		t.Error("no comparison with random vectors of 64 dimensions")
	}
}

func TestAISRefuses(t *testing.T) {
	l, content := small(t)
	n := len(content.IDs)
	vec := func(k int) lis.Arm {
		a := lis.Arm{Name: "a", IDs: append([]string(nil), content.IDs...), Vec: make([][]float32, n)}
		for i := range a.Vec {
			a.Vec[i] = make([]float32, k)
		}
		return a
	}
	late := vec(2)
	late.AsOf = make([]int32, n)
	for i := range late.AsOf {
		late.AsOf[i] = 25
	}
	nan, short, twice, missing, wide := vec(2), vec(2), vec(2), vec(2), vec(100)
	nan.Vec[n/2][1] = float32(math.NaN())
	short.Vec[n/2] = short.Vec[n/2][:1]
	twice.IDs[1] = twice.IDs[0]
	missing.IDs[n/2] = "nobody"
	for name, c := range map[string]struct {
		study lis.AISStudy
		kind  error
	}{
		"NaN":             {lis.AISStudy{Arms: []lis.Arm{nan}, From: 9}, lis.ErrBadVectors},
		"short":           {lis.AISStudy{Arms: []lis.Arm{short}, From: 9}, lis.ErrBadVectors},
		"twice":           {lis.AISStudy{Arms: []lis.Arm{twice}, From: 9}, lis.ErrBadVectors},
		"missing":         {lis.AISStudy{Arms: []lis.Arm{missing}, From: 9}, lis.ErrBadVectors},
		"100 dimensions":  {lis.AISStudy{Arms: []lis.Arm{wide}, From: 9}, lis.ErrBadVectors},
		"from the future": {lis.AISStudy{Arms: []lis.Arm{late}, From: 9}, lis.ErrBadVectors},
		"no arm":          {lis.AISStudy{From: 9}, lis.ErrUsage},
		"unknown bar":     {lis.AISStudy{Arms: []lis.Arm{vec(2)}, Bar: "b", From: 9}, lis.ErrUsage},
		"unknown slot":    {lis.AISStudy{Arms: []lis.Arm{vec(2)}, Slot: "film", From: 9}, lis.ErrUnknownSlot},
		"too late":        {lis.AISStudy{Arms: []lis.Arm{vec(2)}, From: 24}, lis.ErrTooFewPeriods},
		"past the end":    {lis.AISStudy{Arms: []lis.Arm{vec(2)}, From: 9, T: &[2]int{16, 24}, Horizon: 7}, lis.ErrHorizonPastEnd},
		"no warm-up":      {lis.AISStudy{Arms: []lis.Arm{vec(2)}, From: 9, T: &[2]int{10, 12}, Horizon: 7}, lis.ErrUsage},
	} {
		if _, err := lis.AIS(context.Background(), l, c.study); !errors.Is(err, c.kind) {
			t.Errorf("%s: error %v, want %v", name, err, c.kind)
		}
	}
	study := lis.AISStudy{Arms: []lis.Arm{late}, From: 9, Future: true, T: &[2]int{16, 17}, Horizon: 7, Seeds: 1, Rates: []float64{0.02}}
	res, err := lis.AIS(context.Background(), l, study)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(res.Warnings, " "), "content from the future") {
		t.Errorf("content from the future is not labelled: %q", res.Warnings)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := lis.AIS(ctx, l, study); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// What is exported is the past's: cutting the log behind the day changes nothing.
func TestExport(t *testing.T) {
	l, _ := small(t)
	o := lis.ExportOptions{Day: 6, MinUpdates: 20, Exclude: []string{"i5"}}
	prefs, err := lis.Export(context.Background(), l, o)
	if err != nil {
		t.Fatal(err)
	}
	end := l.Origin().AddDate(0, 0, 7).UnixNano()
	cut, err := l.Filter(func(row int) bool { return l.Time[row] < end })
	if err != nil {
		t.Fatal(err)
	}
	past, err := lis.Export(context.Background(), cut, o)
	if err != nil {
		t.Fatal(err)
	}
	if past.Lineage == prefs.Lineage {
		t.Error("another log has the same lineage")
	}
	past.Lineage = prefs.Lineage
	if !reflect.DeepEqual(prefs, past) {
		t.Error("the days after the export changed it")
	}
	folds := map[int8]int{}
	for i, p := range prefs.Items {
		folds[p.Fold]++
		if p.ItemID == "i5" || p.Updates < 20 || len(p.Row) != 9 || p.FirstDay > p.LastDay || p.LastDay > 6 {
			t.Fatalf("exported %+v", p)
		}
		if i > 0 && prefs.Items[i-1].ItemID >= p.ItemID {
			t.Fatalf("%s before %s", prefs.Items[i-1].ItemID, p.ItemID)
		}
	}
	if len(folds) != lis.ItemFolds || prefs.ExclusionSHA256 == "" {
		t.Errorf("folds %v, exclusion %q", folds, prefs.ExclusionSHA256)
	}
	for _, c := range []struct {
		o    lis.ExportOptions
		kind error
	}{{lis.ExportOptions{Day: 99}, lis.ErrTooFewPeriods}, {lis.ExportOptions{Day: 5, Slot: "film"}, lis.ErrUnknownSlot}, {lis.ExportOptions{Day: 5, MinUpdates: 1 << 30}, lis.ErrMissingValue}} {
		if _, err := lis.Export(context.Background(), l, c.o); !errors.Is(err, c.kind) {
			t.Errorf("%+v: %v, want %v", c.o, err, c.kind)
		}
	}
}

func TestContentReachable(t *testing.T) {
	l, content := small(t)
	study := lis.ReachStudy{Content: content, Seeds: 1, T: &[2]int{8, 23}}
	r, err := lis.ContentReachable(context.Background(), l, study)
	if err != nil {
		t.Fatal(err)
	}
	if !(r.CILow > 0) || !reflect.DeepEqual(r.BarSlots, []string{"author", "topic"}) {
		t.Errorf("%v, bar %v", r, r.BarSlots)
	}
	if math.Abs(r.LIS-(r.Content-r.Bar)) > 1e-12 {
		t.Errorf("%v is not %v − %v", r.LIS, r.Content, r.Bar)
	}
	// Content that says nothing: every item the same vector.
	blank := lis.Arm{Name: "blank", IDs: content.IDs}
	for range content.IDs {
		blank.Vec = append(blank.Vec, []float32{1, 2})
	}
	study.Content = blank
	b, err := lis.ContentReachable(context.Background(), l, study)
	if err != nil {
		t.Fatal(err)
	}
	if !(b.LIS < r.LIS) || b.CILow > 0.0005 {
		t.Errorf("content that says nothing: %v", b)
	}
	study.Bar = []string{"film"}
	if _, err := lis.ContentReachable(context.Background(), l, study); !errors.Is(err, lis.ErrUnknownSlot) {
		t.Errorf("unknown bar: %v", err)
	}
	study.Bar, study.Content.IDs = nil, append([]string(nil), content.IDs...)
	study.Content.IDs[len(content.IDs)/2] = "nobody"
	if _, err := lis.ContentReachable(context.Background(), l, study); !errors.Is(err, lis.ErrBadVectors) {
		t.Errorf("an item without content: %v", err)
	}
	study.Content = content
	study.Content.AsOf = make([]int32, len(content.IDs))
	if dated, err := lis.ContentReachable(context.Background(), l, study); err != nil || dated.LIS != r.LIS {
		t.Errorf("content known from the start: %v, %v, want %v", dated, err, r)
	}
	for i := range study.Content.AsOf {
		study.Content.AsOf[i] = 23
	}
	if _, err := lis.ContentReachable(context.Background(), l, study); !errors.Is(err, lis.ErrBadVectors) || !strings.Contains(err.Error(), "content from the future") {
		t.Errorf("content from the log's end: %v", err)
	}
}

// TestContentReachableByText: captions of the content reach beyond author and
// topic, captions that say nothing do not.
func TestContentReachableByText(t *testing.T) {
	l, content := small(t)
	study := lis.ReachStudy{Content: lis.Arm{IDs: content.IDs}, Seeds: 1, T: &[2]int{8, 23}}
	for i := range content.IDs {
		// A word per coordinate that is clearly of one sign.
		text := "film"
		for k, x := range content.Vec[i] {
			switch {
			case x > 0.5:
				text += fmt.Sprintf(" up%d", k)
			case x < -0.5:
				text += fmt.Sprintf(" down%d", k)
			}
		}
		study.Texts = append(study.Texts, text)
	}
	told, err := lis.ContentReachable(context.Background(), l, study)
	if err != nil || !(told.CILow > 0) {
		t.Errorf("captions of the content: %v, %v", told, err)
	}
	for i := range study.Texts {
		study.Texts[i] = "film"
	}
	untold, err := lis.ContentReachable(context.Background(), l, study)
	if err != nil || untold.CILow > 0.0005 || !(untold.LIS < told.LIS) {
		t.Errorf("captions that say nothing: %v, %v", untold, err)
	}
	for i := range study.Texts {
		study.Texts[i] = fmt.Sprint("word", i)
	}
	if _, err := lis.ContentReachable(context.Background(), l, study); !errors.Is(err, lis.ErrBadVectors) {
		t.Errorf("texts that share no word: %v", err)
	}
	study.Texts = study.Texts[1:]
	if _, err := lis.ContentReachable(context.Background(), l, study); !errors.Is(err, lis.ErrBadVectors) {
		t.Errorf("a text too few: %v", err)
	}
}

func TestTeach(t *testing.T) {
	l, content := small(t)
	prefs, err := lis.Export(context.Background(), l, lis.ExportOptions{Day: 9, MinUpdates: 20})
	if err != nil {
		t.Fatal(err)
	}
	vectors, err := lis.VectorContent("x", content.IDs, content.Vec)
	if err != nil {
		t.Fatal(err)
	}
	slots, err := lis.SlotContent(l, "item")
	if err != nil {
		t.Fatal(err)
	}
	x, err := lis.Teach(prefs, vectors, "")
	if err != nil {
		t.Fatal(err)
	}
	bar, err := lis.Teach(prefs, slots, lis.Unweighted)
	if err != nil {
		t.Fatal(err)
	}
	if !(x.R2[0] > bar.R2[0]) || x.R2[0] < 0.2 {
		t.Errorf("R² of the weight: %v from content that explains it, %v from author and topic", x.R2[0], bar.R2[0])
	}
	frozen, err := vectors.PCA(9)
	if err != nil || len(frozen.Vec[0]) != 9 {
		t.Errorf("PCA: %v", err)
	}
	if _, err := slots.PCA(2); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("principal components of slots: %v", err)
	}
	if _, err := lis.Teach(prefs, vectors, "magic"); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("unknown way: %v", err)
	}
	few, err := lis.VectorContent("few", content.IDs[:10], content.Vec[:10])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lis.Teach(prefs, few, ""); !errors.Is(err, lis.ErrBadVectors) {
		t.Errorf("items without content: %v", err)
	}
	if _, err := lis.TextContent("t", []string{"a", "b"}, []string{"one", "two"}); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("texts that share no word: %v", err)
	}
	if _, err := lis.VectorContent("v", []string{"a", "a"}, [][]float32{{1}, {2}}); !errors.Is(err, lis.ErrBadVectors) {
		t.Errorf("an id twice: %v", err)
	}
}
