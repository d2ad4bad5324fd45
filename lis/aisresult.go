package lis

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"

	"github.com/lislab/lislab/lis/auc"
)

// againstBase is the AISRow.Against of an arm's own AIS.
const againstBase = "base"

// AISRow is one figure of a representation: an arm, in a scope, against the
// ranker without it, against random vectors of the same width, or against the bar.
type AISRow struct {
	Log string
	// Arm, its number of dimensions and the rate of its projection.
	Arm  string
	K    int
	Rate float64
	// Against is "base", or the name of the arm whose AUC is subtracted.
	Against string
	// Scope is "all", "unseen" (items that did not teach the representation),
	// "c<10" or "c=0" (items with so few updates by t).
	Scope string
	Seeds int
	Days  int // number of t
	// N, NPos, Share as in Row.
	N, NPos int
	Share   float64
	// AUCBase is the AUC of what is subtracted, AUCWith the arm's.
	AUCBase, AUCWith float64
	// AIS is their difference, with its clustered interval and p-value.
	AIS, SE, CILow, CIHigh, P float64
	Significant               bool
	// LIS and its standard error, at Horizon, on the same impressions.
	Horizon    int
	LIS, LISSE float64
	// Saturation is AIS/LIS with a Fieller interval; NaN where LIS's interval
	// contains 0, and for differences between arms.
	Saturation, SaturationLow, SaturationHigh float64
}

// AISResult is what representations brought.
type AISResult struct {
	Rows      []AISRow
	Study     AISStudy // with every default filled in
	T         []int
	LeftOut   []int
	Threshold float64
	// Trusted is false where random vectors moved the AUC by the threshold or
	// more: no arm's figure then says anything.
	Trusted bool
	// Importance of the representation in each arm's ranker and, beside it, of the
	// slot it came from: the base's first, then two per arm.
	Importance []ArmImportance
	// Warnings are complete sentences, each with what to do.
	Warnings []string
	// Provenance is what the JSON beside the rows holds besides: the log, versions, ….
	Provenance map[string]any
}

// finish draws what follows from all rows.
func (r *AISResult) finish() {
	r.Trusted = true
	for i := range r.Rows {
		x := &r.Rows[i]
		if x.Against != againstBase || x.Scope != scopeAll {
			continue
		}
		if strings.HasPrefix(x.Arm, randomArm) {
			if math.Abs(x.AIS) >= r.Threshold && r.Study.From >= 0 {
				r.Trusted = false
				r.Warnings = append(r.Warnings, fmt.Sprintf("Random vectors of %d dimensions change the AUC by %+.4f, as much as what is looked for: no verdict. Choose among lower rates, or warm up longer.", x.K, x.AIS))
			}
			continue
		}
		if x.AIS > x.LIS && x.CILow > 0 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("AIS of %s (%.4f) exceeds LIS at horizon %d (%.4f): here rows never converge while content generalises, and LIS is not an upper bound.", x.Arm, x.AIS, x.Horizon, x.LIS))
		}
	}
	if r.Study.From < 0 {
		r.Warnings = append(r.Warnings, "The feature was there from the start, where any vectors are a second embedding of the item: read the difference to random vectors, not AIS itself.")
	}
	if r.Study.Bar == "" {
		r.Warnings = append(r.Warnings, "No bar was given: a student of author, topic or genre may bring as much. Score one beside the representation.")
	}
}

// Row finds a row by arm, what it is compared with and scope; nil where there is none.
func (r *AISResult) Row(arm, against, scope string) *AISRow {
	for i := range r.Rows {
		if x := &r.Rows[i]; x.Arm == arm && x.Against == against && x.Scope == scope {
			return x
		}
	}
	return nil
}

// aisFields are the columns of an AIS result, in order. Later ones are appended.
var aisFields = []field[AISRow]{
	textField("log", func(r *AISRow) *string { return &r.Log }),
	textField("arm", func(r *AISRow) *string { return &r.Arm }),
	intField("dimensions", func(r *AISRow) *int { return &r.K }),
	floatField("rate", func(r *AISRow) *float64 { return &r.Rate }),
	textField("against", func(r *AISRow) *string { return &r.Against }),
	textField("scope", func(r *AISRow) *string { return &r.Scope }),
	intField("seeds", func(r *AISRow) *int { return &r.Seeds }),
	intField("days", func(r *AISRow) *int { return &r.Days }),
	intField("n", func(r *AISRow) *int { return &r.N }),
	intField("n_pos", func(r *AISRow) *int { return &r.NPos }),
	floatField("share", func(r *AISRow) *float64 { return &r.Share }),
	floatField("auc_base", func(r *AISRow) *float64 { return &r.AUCBase }),
	floatField("auc_with", func(r *AISRow) *float64 { return &r.AUCWith }),
	floatField("ais", func(r *AISRow) *float64 { return &r.AIS }),
	floatField("se", func(r *AISRow) *float64 { return &r.SE }),
	floatField("ci_low", func(r *AISRow) *float64 { return &r.CILow }),
	floatField("ci_high", func(r *AISRow) *float64 { return &r.CIHigh }),
	floatField("p", func(r *AISRow) *float64 { return &r.P }),
	boolField("significant", func(r *AISRow) *bool { return &r.Significant }),
	intField("horizon", func(r *AISRow) *int { return &r.Horizon }),
	floatField("lis", func(r *AISRow) *float64 { return &r.LIS }),
	floatField("lis_se", func(r *AISRow) *float64 { return &r.LISSE }),
	floatField("saturation", func(r *AISRow) *float64 { return &r.Saturation }),
	floatField("saturation_low", func(r *AISRow) *float64 { return &r.SaturationLow }),
	floatField("saturation_high", func(r *AISRow) *float64 { return &r.SaturationHigh }),
}

// AISHeader is the names of an AIS result's columns, in order.
func AISHeader() []string { return names(aisFields) }

// Record is the row as text, in the order of AISHeader.
func (r *AISRow) Record() []string { return record(aisFields, r) }

// WriteCSV writes the rows with the columns of AISHeader.
func (r *AISResult) WriteCSV(w io.Writer) error { return writeCSV(w, aisFields, r.Rows) }

// Frame is the rows as a gota dataframe with the columns of AISHeader.
func (r *AISResult) Frame() dataframe.DataFrame { return frame(aisFields, r.Rows) }

// String is the result as a table for a terminal.
func (r *AISResult) String() string { return r.table().text() }

// HTML is the result as a table, for notebooks.
func (r *AISResult) HTML() string { return r.table().html() }

// Markdown is the result as a table, for documents.
func (r *AISResult) Markdown() string { return r.table().markdown() }

// LaTeX is the result as a table, for papers.
func (r *AISResult) LaTeX() string { return r.table().latex() }

func (r *AISResult) table() *table {
	t := &table{title: "AUC improvement by representations: ΔAUC ± 95 %", header: []string{"arm", "against", "items", "dimensions", "rate", "n", "share", "AIS", "LIS", "saturation"}, labels: 3}
	for i := range r.Rows {
		x := &r.Rows[i]
		lis, saturation := "–", "–"
		if x.Against == againstBase {
			t.title = fmt.Sprintf("AUC improvement by representations: ΔAUC ± 95 %%, beside LIS at horizon %d, log %s", x.Horizon, x.Log)
			lis = (&Row{LIS: x.LIS, SE: x.LISSE, CIHigh: x.LIS + auc.Z95*x.LISSE}).cell()
			saturation = "not defined"
			if !math.IsNaN(x.Saturation) {
				saturation = fmt.Sprintf("%.2f (%.2f … %.2f)", x.Saturation, x.SaturationLow, x.SaturationHigh)
			}
		}
		t.rows = append(t.rows, []string{x.Arm, x.Against, x.Scope, strconv.Itoa(x.K), fmt.Sprintf("%g", x.Rate), strconv.Itoa(x.N), fmt.Sprintf("%.2f", x.Share),
			(&Row{LIS: x.AIS, SE: x.SE, CIHigh: x.CIHigh, Significant: x.Significant}).cell(), lis, saturation})
	}
	t.notes = append(t.notes, fmt.Sprintf("%d t; %d seeds; the feature is there from period %d on; c: the item's updates by t; unseen: items that did not teach the representation.", len(r.T), r.Study.Seeds, r.Study.From+1),
		fmt.Sprintf("* significant: |AIS| above %.4f and its interval excludes 0.", r.Threshold))
	if note := r.importanceNote(); note != "" {
		t.notes = append(t.notes, note)
	}
	for _, w := range r.Warnings {
		t.notes = append(t.notes, "Warning: "+w)
	}
	return t
}

// ProvenanceJSON is what stands beside a result's CSV: every setting but the
// vectors themselves, with its default filled in.
func (r *AISResult) ProvenanceJSON() ([]byte, error) {
	type arm struct {
		Name       string  `json:"name"`
		Dimensions int     `json:"dimensions"`
		Rate       float64 `json:"rate"`
	}
	var arms []arm
	for _, x := range r.Rows {
		if x.Against == againstBase && x.Scope == scopeAll {
			arms = append(arms, arm{x.Arm, x.K, x.Rate})
		}
	}
	s := &r.Study
	return json.MarshalIndent(struct {
		Slot         string          `json:"slot"`
		Arms         []arm           `json:"arms"`
		Bar          string          `json:"bar"`
		From         int             `json:"from"`
		Taught       int             `json:"taught"`
		T            []int           `json:"t"`
		LeftOut      []int           `json:"left_out"`
		Horizon      int             `json:"horizon"`
		Rates        []float64       `json:"rates"`
		Seeds        int             `json:"seeds"`
		Period       string          `json:"period"`
		Dim          int             `json:"dim"`
		LearningRate float64         `json:"learning_rate"`
		Threshold    float64         `json:"threshold"`
		Trusted      bool            `json:"trusted"`
		Importance   []ArmImportance `json:"importance"`
		Warnings     []string        `json:"warnings"`
		Provenance   map[string]any  `json:"provenance"`
	}{s.Slot, arms, s.Bar, s.From, len(s.Taught), r.T, r.LeftOut, s.Horizon, s.Rates, s.Seeds, s.Period.String(), s.Dim, s.LearningRate, r.Threshold, r.Trusted, r.Importance, r.Warnings, r.Provenance}, "", "  ")
}
