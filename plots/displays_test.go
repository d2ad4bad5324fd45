package plots

import (
	"bytes"
	"image"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/lis"
)

// gallery is every display, drawn from invented results.
func gallery(t *testing.T) map[string]picture {
	t.Helper()
	labels, probability, good, poor := scored(4000)
	roc, err := ROC(labels, []string{"base", "with the leak"}, [][]float64{poor, good})
	if err != nil {
		t.Fatal(err)
	}
	scores, err := Scores(labels, good, 0)
	if err != nil {
		t.Fatal(err)
	}
	calibration, err := Calibration(labels, probability, 0)
	if err != nil {
		t.Fatal(err)
	}
	lift := Lift(experiment())
	lift.Rows[0].True, lift.Rows[0].Reported = .027, .0013
	lift.Rows[1].True, lift.Rows[1].Reported = .029, .0027
	left, right := Curve(invented()), CurveOf(coins().Rows)
	shared := NewGrid(1, Curve(invented()), CurveOf(coins().Rows))
	shared.ShareX = true
	return map[string]picture{
		"heatmap":     Heatmap(invented()),
		"forest":      Forest(invented(), 7),
		"controls":    Controls(controlled(), "item", 7),
		"coldstart":   ColdStart(cold(), "item", 7),
		"memorised":   Memorised(invented(), 7),
		"coin":        Coin(invented(), coins(), "item"),
		"saturation":  Saturation(arms(), "all"),
		"worlds":      NewWorlds(worlds()...),
		"lift":        lift,
		"timeline":    Timeline("item", 7),
		"timeline_of": TimelineOf(&lis.Result{Study: lis.Study{Period: 7 * 24 * time.Hour, Folds: 4}}, "user", 1),
		"roc":         roc,
		"scores":      scores,
		"calibration": calibration,
		"grid":        NewGrid(2, left, right),
		"grid_shared": shared,
	}
}

func TestGallery(t *testing.T) {
	for name, pic := range gallery(t) {
		t.Run(name, func(t *testing.T) {
			golden(t, name, pic)
			if alt := pic.Alt(); len(alt) < 40 || strings.Contains(alt, "NaN") {
				t.Errorf("alt text %q", alt)
			}
			wellFormed(t, svg(pic))
		})
	}
}

// Every display in the small, the dark and the large preset, as pictures and as
// files of each kind.
func TestThemes(t *testing.T) {
	for name, theme := range map[string]Theme{"paper": Paper, "dark": Dark, "slide": Slide} {
		pics := gallery(t)
		pics["curve"] = Curve(invented())
		for display, pic := range pics {
			t.Run(name+"/"+display, func(t *testing.T) {
				themed(pic, theme)
				if got := pic.theme(); got.Width != theme.Width || got.Height != theme.Height {
					t.Errorf("%v × %v", got.Width, got.Height)
				}
				if name == "slide" { // Notebook's proportions, larger
					valid(t, pic)
					return
				}
				golden(t, name+"/"+display, pic)
			})
		}
	}
	if h := (&ForestDisplay{Rows: make([]ForestRow, 30)}).theme().Height; h < 30*Notebook.Text*2 {
		t.Errorf("thirty rows in %v", h)
	}
}

// themed sets a display's theme, and those of a grid's panels.
func themed(pic picture, theme Theme) {
	reflect.ValueOf(pic).Elem().FieldByName("Theme").Set(reflect.ValueOf(theme))
	if g, ok := pic.(*Grid); ok {
		for _, p := range g.Panels {
			themed(p.(picture), theme)
		}
	}
}

// valid draws a picture as SVG, PNG and PDF, and reads what can be read of them.
func valid(t *testing.T, pic picture) {
	t.Helper()
	drawing := svg(pic)
	if text := wellFormed(t, drawing); !strings.Contains(drawing, `role="img"`) || !strings.Contains(text, pic.Alt()) {
		t.Error("the SVG has no title for those who cannot see it")
	}
	th := pic.theme()
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(png(pic)))
	if err != nil || kind != "png" || cfg.Width != int(math.Round(th.Width.Points()/72*float64(th.DPI))) {
		t.Errorf("PNG: %v %s, %d pixels wide", err, kind, cfg.Width)
	}
	var pdf bytes.Buffer
	if err := writePDF(&pdf, pic); err != nil || !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF-1.")) || !bytes.HasSuffix(bytes.TrimSpace(pdf.Bytes()), []byte("%%EOF")) {
		t.Errorf("PDF: %v, %.20q", err, pdf.Bytes())
	}
}

func TestControlsSayWhatMustBe(t *testing.T) {
	d := Controls(controlled(), "item", 7)
	if len(d.Rows) != 9 || d.Rows[0].Marks[0].Value != .0112 || d.Rows[5].Marks[0].Value != -.0226 {
		t.Fatalf("%+v", d.Rows)
	}
	if !strings.Contains(d.Rows[5].Note, "must be below 0") {
		t.Errorf("note %q", d.Rows[5].Note)
	}
	if _, err := Controls(invented(), "item", 8).Plot(); err == nil {
		t.Error("no error at a horizon that was not swept")
	}
}

func TestColdStartIsInOrder(t *testing.T) {
	d := ColdStart(cold(), "item", 7)
	var labels []string
	for _, p := range d.Parts {
		labels = append(labels, p.Label)
	}
	if got := strings.Join(labels, "|"); got != "< 10 updates|< 100 updates|< 1000 updates|any updates" {
		t.Errorf("parts %s", got)
	}
	if d.Parts[0].HeldOut.Value != .0459 || d.Parts[0].Raw.Value != .0883 || d.Parts[0].Share != .14 {
		t.Errorf("%+v", d.Parts[0])
	}
}

func TestColdStartShortensBounds(t *testing.T) {
	labels := func(filters ...string) string {
		res := &lis.Result{}
		for _, f := range filters {
			res.Rows = append(res.Rows, lis.Row{Protocol: lis.HeldOut, Slot: "item", Horizon: 7, MaxUpdates: lis.Inf, Filter: f, Scope: "cold"})
		}
		d := ColdStart(res, "item", 7)
		out := d.XLabel
		for _, p := range d.Parts {
			out += "|" + p.Label
		}
		return out
	}
	if got := labels("age<1", "age>=1 & age<3", "age>=3"); got != "impressions by age|< 1|1 to < 3|≥ 3" {
		t.Error(got)
	}
	if got := labels("age<1", "topic=t7"); got != "impressions of item with|age<1|topic=t7" {
		t.Error(got)
	}
	if got := labels("age<1", "activity<3"); !strings.HasSuffix(got, "|age<1|activity<3") {
		t.Error(got)
	}
}

func TestMemorisedShare(t *testing.T) {
	d := Memorised(invented(), 7)
	if len(d.Rows) != 3 || d.Rows[0].share() != "64 %" {
		t.Errorf("%+v, %s", d.Rows, d.Rows[0].share())
	}
	for want, r := range map[string]MemorisedRow{
		"nothing": {HeldOut: Estimate{Value: .01}, Raw: Estimate{Value: -.001}},
		"0 %":     {HeldOut: Estimate{Value: .02}, Raw: Estimate{Value: .01}},
		"100 %":   {HeldOut: Estimate{Value: -.001}, Raw: Estimate{Value: .06}},
	} {
		if got := r.share(); got != want {
			t.Errorf("%+v: %s, want %s", r, got, want)
		}
	}
}

func TestCoinOfControls(t *testing.T) {
	d := Coin(controlled(), nil, "item")
	var seven CoinGroup
	for _, g := range d.Groups {
		if g.Label == "7 days" {
			seven = g
		}
	}
	if seven.RawCoin.Value != .0640 || seven.RawData.Value != .0315 || seven.HeldOutData.Value != .0112 || !math.IsNaN(seven.HeldCoin.Value) || seven.Reported != .06 {
		t.Errorf("%+v", seven)
	}
}

func TestWorldsCorrelate(t *testing.T) {
	d := NewWorlds(worlds()...)
	if got := d.correlation(worldColumns[2].of); math.Abs(got-1) > 1e-12 {
		t.Errorf("AIS %v, want 1: it orders the worlds as their lift does", got)
	}
	if got := d.correlation(worldColumns[0].of); math.Abs(got+.4) > 1e-12 { // ranks 1,3,2,0 against 0,1,2,3: 1 − 6·14/(4·15)
		t.Errorf("LIS %v, want −0.4", got)
	}
	if got := ranks([]float64{3, 1, 3, 2}); got[0] != 2.5 || got[1] != 0 || got[2] != 2.5 || got[3] != 1 {
		t.Errorf("ranks %v", got)
	}
	if got := NewWorlds(worlds()[:2]...).correlation(worldColumns[2].of); !math.IsNaN(got) {
		t.Errorf("two worlds correlate by %v", got)
	}
}
