package plots

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/auc"
)

// ROCDisplay is the share of positives found (true positive rate) over the share
// of negatives taken for positives (false positive rate), a curve per arm.
type ROCDisplay struct {
	Arms  []ROCArm
	Title string
	Theme Theme
}

// ROCArm is one curve.
type ROCArm struct {
	Name     string
	FPR, TPR []float64 // from (0,0) to (1,1), ascending
	AUC      float64
}

// ROC makes the curves of several arms' scores of the same impressions, in the
// order of names. The errors are package auc's: of labels that are all equal, of
// scores that are NaN or of another length than labels.
func ROC(labels []bool, names []string, scores [][]float64) (*ROCDisplay, error) {
	if len(names) != len(scores) {
		panic("plots: as many names as arms")
	}
	d := &ROCDisplay{Title: "Receiver operating characteristic"}
	for k, s := range scores {
		area, err := auc.AUC(s, labels)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", names[k], err)
		}
		a := ROCArm{Name: names[k], AUC: area}
		a.FPR, a.TPR = rocPoints(labels, s)
		d.Arms = append(d.Arms, a)
	}
	return d, nil
}

// rocPoints walks the scores from the highest; equal scores are one step.
func rocPoints(labels []bool, scores []float64) (fpr, tpr []float64) {
	order := make([]int, len(scores))
	var pos, neg float64
	for i := range order {
		order[i] = i
		if labels[i] {
			pos++
		} else {
			neg++
		}
	}
	sort.Slice(order, func(a, b int) bool { return scores[order[a]] > scores[order[b]] })
	fpr, tpr = []float64{0}, []float64{0}
	var tp, fp float64
	for i := 0; i < len(order); {
		s := scores[order[i]]
		for ; i < len(order) && scores[order[i]] == s; i++ {
			if labels[order[i]] {
				tp++
			} else {
				fp++
			}
		}
		fpr, tpr = append(fpr, fp/neg), append(tpr, tp/pos)
	}
	return fpr, tpr
}

// Alt says in words what the drawing shows.
func (d *ROCDisplay) Alt() string {
	var b strings.Builder
	b.WriteString(d.Title + ".")
	for _, a := range d.Arms {
		fmt.Fprintf(&b, " %s: AUC %.4f.", a.Name, a.AUC)
	}
	return b.String()
}

// Plot is the display as a gonum plot. It is an error if it has no arm.
func (d *ROCDisplay) Plot() (*plot.Plot, error) {
	if len(d.Arms) == 0 {
		return nil, errors.New("plots: nothing to draw: no arm")
	}
	t := d.theme()
	p := t.newPlot()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = d.Title, "false positive rate", "true positive rate"
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	p.X.Tick.Marker, p.Y.Tick.Marker = percentOf{niceTicks{4}}, percentOf{niceTicks{4}}
	p.Add(rules{draw.LineStyle{Color: alpha(t.Faint, 0.25), Width: t.Line * 0.35}})
	p.Add(polyline{x: []float64{0, 1}, y: []float64{0, 1}, sty: draw.LineStyle{Color: t.Faint, Width: t.Line * 0.5, Dashes: []vg.Length{t.Line * 1.4, t.Line * 1.4}}})
	k := t.key()
	for i, a := range d.Arms {
		x, y := thinned(a.FPR, a.TPR, 400)
		p.Add(polyline{x: x, y: y, sty: draw.LineStyle{Color: t.color(i), Width: t.Line}})
		k.entries = append(k.entries, keyEntry{text: fmt.Sprintf("%s: AUC %.4f", a.Name, a.AUC), color: t.color(i)})
	}
	p.Add(k)
	return p, nil
}

// thinned keeps at most about n points of a rising curve, evenly along its
// length, with both its ends: more than a drawing can show makes a file large.
func thinned(x, y []float64, n int) (tx, ty []float64) {
	if len(x) <= n {
		return x, y
	}
	step := 2 / float64(n) // the length of a curve from (0,0) to (1,1) in both directions together
	tx, ty = []float64{x[0]}, []float64{y[0]}
	for i := 1; i < len(x)-1; i++ {
		k := len(tx) - 1
		if x[i]-tx[k]+y[i]-ty[k] >= step {
			tx, ty = append(tx, x[i]), append(ty, y[i])
		}
	}
	return append(tx, x[len(x)-1]), append(ty, y[len(y)-1])
}

type polyline struct {
	x, y []float64
	sty  draw.LineStyle
}

func (l polyline) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var pts []vg.Point
	for i := range l.x {
		pts = append(pts, vg.Point{X: tx(l.x[i]), Y: ty(l.y[i])})
	}
	c.StrokeLines(l.sty, pts)
}

// DataRange keeps the line in sight.
func (l polyline) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for i := range l.x {
		xmin, xmax, ymin, ymax = min(xmin, l.x[i]), max(xmax, l.x[i]), min(ymin, l.y[i]), max(ymax, l.y[i])
	}
	return
}

// ScoresDisplay is how the scores of positives and negatives lie.
type ScoresDisplay struct {
	// Edges of the bins, one more than there are; Positive and Negative are
	// densities, each of area 1.
	Edges, Positive, Negative []float64
	Title                     string
	XLabel                    string
	Theme                     Theme
}

// Scores bins the scores of impressions, as many bins as given (0 means 50). The
// errors are those of ROC.
func Scores(labels []bool, scores []float64, bins int) (*ScoresDisplay, error) {
	if _, err := auc.AUC(scores, labels); err != nil {
		return nil, err
	}
	if bins <= 0 {
		bins = 50
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range scores {
		lo, hi = min(lo, s), max(hi, s)
	}
	if lo == hi {
		lo, hi = lo-0.5, hi+0.5
	}
	d := &ScoresDisplay{Title: "Scores by label", XLabel: "score", Positive: make([]float64, bins), Negative: make([]float64, bins)}
	for i := range bins + 1 {
		d.Edges = append(d.Edges, lo+(hi-lo)*float64(i)/float64(bins))
	}
	var pos, neg float64
	for i, s := range scores {
		b := min(bins-1, int((s-lo)/(hi-lo)*float64(bins)))
		if labels[i] {
			d.Positive[b]++
			pos++
		} else {
			d.Negative[b]++
			neg++
		}
	}
	width := (hi - lo) / float64(bins)
	for b := range bins {
		d.Positive[b] /= pos * width
		d.Negative[b] /= neg * width
	}
	return d, nil
}

// Alt says in words what the drawing shows.
func (d *ScoresDisplay) Alt() string {
	mean := func(density []float64) float64 {
		var m float64
		for b, v := range density {
			m += v * (d.Edges[b+1] - d.Edges[b]) * (d.Edges[b] + d.Edges[b+1]) / 2
		}
		return m
	}
	if len(d.Edges) < 2 {
		return d.Title + ": no scores."
	}
	return minus(fmt.Sprintf("%s. Positives have %.3g on average, negatives %.3g.", d.Title, mean(d.Positive), mean(d.Negative)))
}

// Plot is the display as a gonum plot. It is an error if it has no bin.
func (d *ScoresDisplay) Plot() (*plot.Plot, error) {
	if len(d.Edges) < 2 {
		return nil, errors.New("plots: nothing to draw: no scores")
	}
	t := d.theme()
	p := t.newPlot()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = d.Title, d.XLabel, "density"
	p.X.Tick.Marker, p.Y.Tick.Marker = niceTicks{6}, niceTicks{4}
	k := t.key()
	for _, c := range []struct {
		name    string
		density []float64
		color   int
	}{{"label 0", d.Negative, 6}, {"label 1", d.Positive, 0}} {
		p.Add(steps{edges: d.Edges, heights: c.density, sty: draw.LineStyle{Color: t.color(c.color), Width: t.Line * 0.8}})
		k.entries = append(k.entries, keyEntry{text: c.name, color: t.color(c.color)})
	}
	p.Y.Min = 0
	p.Add(k)
	return p, nil
}

// steps is a histogram's outline, faintly filled.
type steps struct {
	edges, heights []float64
	sty            draw.LineStyle
}

func (s steps) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	pts := []vg.Point{{X: tx(s.edges[0]), Y: ty(0)}}
	for b, h := range s.heights {
		pts = append(pts, vg.Point{X: tx(s.edges[b]), Y: ty(h)}, vg.Point{X: tx(s.edges[b+1]), Y: ty(h)})
	}
	pts = append(pts, vg.Point{X: tx(s.edges[len(s.edges)-1]), Y: ty(0)})
	c.FillPolygon(alpha(s.sty.Color, 0.2), pts)
	c.StrokeLines(s.sty, pts)
}

// DataRange keeps the histogram in sight.
func (s steps) DataRange() (xmin, xmax, ymin, ymax float64) {
	for _, h := range s.heights {
		ymax = max(ymax, h)
	}
	return s.edges[0], s.edges[len(s.edges)-1], 0, ymax
}

// CalibrationDisplay is the share of positives over the predicted probability:
// on the diagonal a model says what happens.
type CalibrationDisplay struct {
	Bins  []CalibrationBin
	Title string
	Theme Theme
}

// CalibrationBin is a tenth, or another part, of the impressions by prediction.
type CalibrationBin struct {
	Predicted float64  // mean
	Observed  Estimate // share of positives with Wilson's 95 % interval
	N         int
}

// Calibration cuts the impressions into bins of equal numbers by their predicted
// probability (0 means 10 bins). The error is lis.ErrBadRow for a prediction
// outside [0, 1] or another length than labels, or for fewer rows than bins.
func Calibration(labels []bool, predicted []float64, bins int) (*CalibrationDisplay, error) {
	if bins <= 0 {
		bins = 10
	}
	if len(labels) != len(predicted) || len(labels) < bins {
		return nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("%d labels and %d predictions for %d bins", len(labels), len(predicted), bins), Do: "give one prediction per label, and at least one row per bin"}
	}
	order := make([]int, len(predicted))
	for i, v := range predicted {
		if !(v >= 0 && v <= 1) {
			return nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("prediction %g is no probability", v), Row: i + 1, Do: "give probabilities; of a logit x that is 1/(1+exp(−x))"}
		}
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return predicted[order[a]] < predicted[order[b]] })
	d := &CalibrationDisplay{Title: "Calibration"}
	for b := range bins {
		part := order[b*len(order)/bins : (b+1)*len(order)/bins]
		var sum, pos float64
		for _, i := range part {
			sum += predicted[i]
			if labels[i] {
				pos++
			}
		}
		n := float64(len(part))
		d.Bins = append(d.Bins, CalibrationBin{Predicted: sum / n, Observed: wilson(pos, n), N: len(part)})
	}
	return d, nil
}

// wilson is a share with Wilson's 95 % interval.
func wilson(k, n float64) Estimate {
	const z = 1.959964
	p := k / n
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Estimate{p, mid - half, mid + half}
}

// Alt says in words what the drawing shows.
func (d *CalibrationDisplay) Alt() string {
	var b strings.Builder
	b.WriteString(d.Title + ".")
	for _, bin := range d.Bins {
		fmt.Fprintf(&b, " predicted %.3f: observed %.3f (%.3f to %.3f).", bin.Predicted, bin.Observed.Value, bin.Observed.Low, bin.Observed.High)
	}
	return b.String()
}

// Plot is the display as a gonum plot. It is an error if it has no bin.
func (d *CalibrationDisplay) Plot() (*plot.Plot, error) {
	if len(d.Bins) == 0 {
		return nil, errors.New("plots: nothing to draw: no bin")
	}
	t := d.theme()
	p := t.newPlot()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = d.Title, "predicted probability", "share of positives"
	p.X.Tick.Marker, p.Y.Tick.Marker = niceTicks{5}, niceTicks{5}
	p.Add(rules{draw.LineStyle{Color: alpha(t.Faint, 0.25), Width: t.Line * 0.35}})
	most := 0.0
	var marks []cross
	for _, bin := range d.Bins {
		most = max(most, bin.Predicted, bin.Observed.High)
		marks = append(marks, cross{x: Estimate{bin.Predicted, bin.Predicted, bin.Predicted}, y: bin.Observed, series: series{color: t.color(0), paper: t.Paper, mark: disc{}, radius: t.Mark, width: t.Line}})
	}
	p.Add(polyline{x: []float64{0, most}, y: []float64{0, most}, sty: draw.LineStyle{Color: t.Faint, Width: t.Line * 0.5, Dashes: []vg.Length{t.Line * 1.4, t.Line * 1.4}}})
	for _, m := range marks {
		p.Add(m)
	}
	p.Add(endLabels{sty: t.style(0.92, t.Faint, draw.XLeft, draw.YCenter), labels: []endLabel{{text: "perfectly calibrated", y: most, color: t.Faint}}})
	return p, nil
}
