package lis

import (
	"fmt"
	"html"
	"math"
	"regexp"
	"slices"
	"strings"
)

// A Decision is what a verdict comes to.
type Decision string

// The decisions.
const (
	Train      Decision = "train"
	DoNotTrain Decision = "do not train"
	CannotSay  Decision = "cannot say"
)

// A Verdict answers whether a slot's rows are worth training a representation
// on, as far as the result goes.
type Verdict struct {
	Decision Decision `json:"decision"`
	Slot     string   `json:"slot"` // what it is about: the item where it was leaked alone, else the study's first slot
	Horizon  int      `json:"horizon"`
	Reasons  []string `json:"reasons"`
	Warnings []string `json:"warnings"`
}

// coldWarning is the share of scored impressions of items with fewer than ten
// updates from which LIS is no upper bound any more.
const coldWarning = 0.3

// Verdict judges the held-out LIS of one slot at the longest horizon and,
// where Content is set, content-reachable LIS beside it.
//
//   - train: both are significant.
//   - do not train: the interval of either lies below the threshold.
//   - cannot say: an interval contains the threshold, or is wider than the
//     threshold without lying above it; or LIS is significant and there is no
//     content to tell whether anything but ids could carry it. What is missing
//     is among the reasons.
//
// A high LIS alone is never enough: where content explains nothing of an item,
// it is as high as elsewhere and nothing can be learned.
func (r *Result) Verdict() *Verdict {
	v := &Verdict{Decision: CannotSay}
	row := r.verdictRow()
	if row == nil {
		v.Reasons = append(v.Reasons, "There is no held-out LIS at a horizon above 0. Sweep one.")
		return v
	}
	v.Slot, v.Horizon = row.Slot, row.Horizon
	lis := judge(row.LIS, row.CILow, row.CIHigh, r.Threshold)
	v.reason(lis, fmt.Sprintf("held-out LIS of %s at horizon %d", row.Slot, row.Horizon), row.LIS, row.CILow, row.CIHigh, r.Threshold)
	v.Decision = lis
	switch c := r.Content; {
	case lis != Train:
	case c == nil:
		v.Decision = CannotSay
		v.Reasons = append(v.Reasons, "Missing: content-reachable LIS, without which a high LIS does not tell whether content could carry it. Give the items' content (--content; Result.Content in Go).")
	default:
		threshold := max(c.Threshold, r.Threshold) // which the null slot may have raised
		v.Decision = judge(c.LIS, c.CILow, c.CIHigh, threshold)
		v.reason(v.Decision, "content-reachable LIS", c.LIS, c.CILow, c.CIHigh, threshold)
	}
	v.Warnings = v.warn(r, row)
	return v
}

// verdictRow is the row that the verdict is about.
func (r *Result) verdictRow() *Row {
	var best *Row
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Protocol != HeldOut || row.Scope != "all" || row.MaxUpdates != Inf || row.Filter != "" || row.Horizon < 1 || math.IsNaN(row.LIS) {
			continue
		}
		if best == nil || row.Slot == "item" && best.Slot != "item" || row.Slot == best.Slot && row.Horizon > best.Horizon {
			best = row
		}
	}
	return best
}

// judge holds an interval against a threshold.
func judge(value, low, high, threshold float64) Decision {
	switch {
	case low > threshold:
		return Train
	case high < threshold && high-value <= threshold:
		return DoNotTrain
	}
	return CannotSay
}

func (v *Verdict) reason(d Decision, what string, value, low, high, threshold float64) {
	s := fmt.Sprintf("The %s is %.4f (%.4f … %.4f)", what, value, low, high)
	switch {
	case d == Train:
		s += fmt.Sprintf(", above the threshold %.4f.", threshold)
	case d == DoNotTrain:
		s += fmt.Sprintf(", below the threshold %.4f.", threshold)
	case high < threshold:
		s += fmt.Sprintf(", an interval wider than the threshold %.4f. Score more impressions.", threshold)
	default:
		s += fmt.Sprintf(", an interval that contains the threshold %.4f. Score more impressions.", threshold)
	}
	v.Reasons = append(v.Reasons, minus.ReplaceAllString(s, "−$1"))
}

// minus is a hyphen before a number.
var minus = regexp.MustCompile(`-(\d)`)

// warn says what a reader of this result might get wrong.
func (v *Verdict) warn(r *Result, row *Row) []string {
	var out []string
	if r.Content == nil || v.Decision != Train {
		out = append(out, "A high LIS is not sufficient: it says what rows learned later know, not that content could have told it.")
	}
	if r.ColdShare >= coldWarning {
		out = append(out, fmt.Sprintf("%.0f %% of the scored impressions are of items with fewer than 10 updates. There LIS is not an upper bound: rows never converge, while content generalises.", 100*r.ColdShare))
	}
	if !math.IsNaN(row.Memorised) && row.Memorised > row.LIS {
		out = append(out, fmt.Sprintf("Raw LIS is %.4f, of which %.4f is memorised labels. Do not read it as signal.", row.LIS+row.Memorised, row.Memorised))
	}
	if row.Seeds == 1 {
		out = append(out, "One seed: the intervals leave out what seeds differ by.")
	}
	if row.Slot != "user" && r.falls(row) {
		out = append(out, fmt.Sprintf("LIS of %s falls with the horizon. That is no lack of signal: users drift, so rows of a later day fit today's users less.", row.Slot))
	}
	return out
}

// falls tells whether a slot's LIS is lower at the row's horizon than at a
// shorter one by more than both intervals' reach.
func (r *Result) falls(last *Row) bool {
	return slices.ContainsFunc(r.Rows, func(o Row) bool {
		return o.Protocol == HeldOut && o.Slot == last.Slot && o.Scope == "all" && o.MaxUpdates == Inf && o.Filter == "" && o.Horizon > 0 && o.Horizon < last.Horizon && o.CILow > last.CIHigh
	})
}

// String is the verdict as a short text.
func (v *Verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Verdict: %s.\n", v.Decision)
	for _, s := range v.Reasons {
		b.WriteString("  " + s + "\n")
	}
	for _, s := range v.Warnings {
		b.WriteString("  Warning: " + s + "\n")
	}
	return b.String()
}

// Markdown is the verdict for documents.
func (v *Verdict) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**Verdict: %s.**\n\n", v.Decision)
	for _, s := range v.Reasons {
		b.WriteString("- " + s + "\n")
	}
	for _, s := range v.Warnings {
		b.WriteString("- Warning: " + s + "\n")
	}
	return b.String()
}

// HTML is the verdict for notebooks.
func (v *Verdict) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<p><b>Verdict: %s.</b></p>\n<ul>\n", v.Decision)
	for _, s := range v.Reasons {
		b.WriteString("<li>" + html.EscapeString(s) + "</li>\n")
	}
	for _, s := range v.Warnings {
		b.WriteString("<li>Warning: " + html.EscapeString(s) + "</li>\n")
	}
	b.WriteString("</ul>\n")
	return b.String()
}
