package cli

import (
	"fmt"
	"html"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/notebooks/deck"
	"github.com/lislab/lislab/plots"
)

type reportOptions struct {
	Result string // the CSV of a sweep
	Slides bool   // else one page to read
	Out    string
}

func newReportCmd(s streams) *cobra.Command {
	return reportCmd(func(o reportOptions) error { return report(s, o) })
}

func reportCmd(do func(reportOptions) error) *cobra.Command {
	var o reportOptions
	var page bool
	cmd := &cobra.Command{
		Use:   "report RESULT.csv --slides | --html [--out FILE]",
		Short: "make slides or a page of a sweep's result",
		Long: `Report draws the result that lislab sweep wrote, one picture a finding, and says
what follows: as slides, or as a page to read. Either is one HTML file that needs
no network; slides print to PDF from the browser with ?print-pdf behind the address.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return usagef("make one with lislab sweep --out RESULT.csv", "lislab report takes one result, got %d arguments", len(args))
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.Slides, "slides", false, "make slides")
	f.BoolVar(&page, "html", false, "make a page to read")
	f.StringVar(&o.Out, "out", "", "write to `FILE`.html [RESULT.slides.html or RESULT.html]")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if o.Slides == page {
			return usagef("choose one", "--slides or --html")
		}
		o.Result = args[0]
		if o.Out == "" {
			o.Out = bare(o.Result) + map[bool]string{true: ".slides.html", false: ".html"}[o.Slides]
		}
		if err := checkOut("out", o.Out, []string{".html"}); err != nil {
			return err
		}
		return do(o)
	}
	return cmd
}

func report(s streams, o reportOptions) error {
	out, err := newWholeFile(o.Out)
	if err != nil {
		return err
	}
	res, err := lis.ReadResult(o.Result)
	if err != nil {
		return err
	}
	if len(res.Rows) == 0 {
		return &lis.InputError{Kind: lis.ErrMissingValue, What: "the result has no row", File: o.Result, Do: "sweep again"}
	}
	slides := findings(res)
	title := "Leakage Impact Score: " + logNames(res)
	err = out.commit(func(w io.Writer) error {
		if o.Slides {
			return deck.Write(w, title, slides)
		}
		return writeString(w, article(title, slides, res))
	})
	if err != nil {
		return failure{err}
	}
	return writeString(s.out, o.Out)
}

// findings are what a result has to say, a slide each; what it cannot say for
// lack of rows has none.
func findings(res *lis.Result) []deck.Slide {
	log := html.EscapeString(logNames(res))
	slot, horizon := headline(res)
	theme := plots.Slide
	var out []deck.Slide
	add := func(title string, body template.HTML, notes string) {
		out = append(out, deck.Slide{Title: title, Body: body, Notes: notes})
	}
	picture := func(title string, p interface {
		SVG() string
		Alt() string
	}, notes string) {
		add(title, template.HTML(p.SVG()), notes+" "+p.Alt())
	}
	v := res.Verdict()
	add("Is this data worth training a multimodal LLM on?", template.HTML(fmt.Sprintf("<ul><li>The log: <b>%s</b>, %d scored impressions.</li>"+
		"<li>Its embeddings are leaked <b>from the future</b> into an ordinary ranking model; what that adds to the AUC is the Leakage Impact Score.</li>"+
		"<li>What counts is scored on impressions that the model was never trained on.</li></ul>\n<p class=\"answer\"><b>Answer: %s.</b> %s</p>",
		log, mostScored(res), v.Decision, html.EscapeString(strings.Join(v.Reasons, " ")))), "The method: arXiv 2508.04963.")
	timeline := plots.TimelineOf(res, slot, horizon)
	timeline.Theme = theme
	picture("The method in one picture", timeline, "")
	curve := plots.Curve(res)
	curve.Theme = theme
	if _, err := curve.Plot(); err == nil {
		picture(gain(res, slot, horizon), curve, "Solid is held-out and counts; dashed is raw, which was trained on the labels it is scored on.")
	}
	forest := plots.Forest(res, horizon)
	forest.Rows = slices.DeleteFunc(forest.Rows, func(r plots.ForestRow) bool { return strings.Contains(r.Label, ", ") })
	forest.Theme = theme
	if slices.ContainsFunc(forest.Rows, func(r plots.ForestRow) bool { return !math.IsNaN(r.Marks[0].Value) }) {
		picture("How sure are we?", forest, "Intervals are clustered, because impressions of one item rise and fall together.")
	}
	if d := plots.Memorised(res, horizon); len(d.Rows) > 0 {
		d.Theme = theme
		picture("How much of raw LIS is memorised", d, "Raw minus held-out.")
	}
	found, err := res.Find(slot, lis.HeldOut, horizon, lis.Inf, "all")
	judged := err == nil && !math.IsNaN(found.LIS)
	if judged && slices.ContainsFunc(res.Rows, func(r lis.Row) bool { return r.Protocol == lis.ControlCoin && r.Slot == slot }) {
		d := plots.Coin(res, nil, slot)
		d.Theme = theme
		picture("The test that decides: coin flips", d, "Labels drawn by coin hold nothing to learn.")
	}
	if d := plots.ColdStart(res, slot, horizon); judged && len(d.Parts) > 1 {
		d.Theme = theme
		title := "Cold impressions apart"
		if found.Significant && found.LIS > 0 {
			title = "Where it helps"
		}
		picture(title, d, "Impressions whose ids have seen few updates.")
	}
	if d := plots.Controls(res, slot, horizon); judged && len(d.Rows) > 1 {
		d.Theme = theme
		picture("Do the controls stand?", d, "Wrong rows must hurt, and a slot that means nothing must give nothing.")
	}
	if d := plots.Heatmap(res); len(d.Rows) > 1 && measured(res) {
		d.Theme = theme
		picture("Every slot and horizon", d, "Held-out; * is significant.")
	}
	if list := failures(res); list != "" {
		add("What could not be computed", list, "A row with an error has no figure; no picture shows it.")
	}
	add("Decision", template.HTML(v.HTML()), "Train only if both held-out LIS and what content can reach are significant.")
	return out
}

// gain says in a title what the rows of the future add, no more than the
// interval allows.
func gain(res *lis.Result, slot string, horizon int) string {
	r, err := res.Find(slot, lis.HeldOut, horizon, lis.Inf, "all")
	switch {
	case err != nil || math.IsNaN(r.LIS):
		return "What the future knows"
	case !r.Significant:
		return fmt.Sprintf("No gain of %s rows is to be seen", slot)
	case r.LIS < 0:
		return fmt.Sprintf("Future %s rows cost %.4f of AUC", slot, -r.LIS)
	}
	return fmt.Sprintf("Future %s rows add %.4f of AUC", slot, r.LIS)
}

// measured reports whether any held-out row has a figure above horizon 0.
func measured(res *lis.Result) bool {
	return slices.ContainsFunc(res.Rows, func(r lis.Row) bool { return r.Protocol == lis.HeldOut && r.Horizon > 0 && !math.IsNaN(r.LIS) })
}

// failures lists the rows that have an error, counted by log, slot and error.
func failures(res *lis.Result) template.HTML {
	type kind struct{ log, slot, err string }
	count := map[kind]int{}
	var kinds []kind
	for _, r := range res.Rows {
		if r.Error == "" {
			continue
		}
		k := kind{r.Log, r.Slot, r.Error}
		if count[k] == 0 {
			kinds = append(kinds, k)
		}
		count[k]++
	}
	var b strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&b, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%d</td></tr>\n", html.EscapeString(k.log), html.EscapeString(k.slot), html.EscapeString(k.err), count[k])
	}
	if b.Len() == 0 {
		return ""
	}
	return template.HTML("<table><thead><tr><th>log</th><th>slot</th><th>error</th><th>rows</th></tr></thead><tbody>\n" + b.String() + "</tbody></table>")
}

// headline is the slot and horizon that a report is about: the verdict's slot,
// at 7 periods where they were swept, else at the verdict's horizon; where
// nothing could be judged, the first row's.
func headline(res *lis.Result) (slot string, horizon int) {
	v := res.Verdict()
	slot, horizon = v.Slot, v.Horizon
	if slot == "" {
		slot = res.Rows[0].Slot
		for _, r := range res.Rows {
			horizon = max(horizon, r.Horizon)
		}
		return slot, max(horizon, 1)
	}
	if slices.ContainsFunc(res.Rows, func(r lis.Row) bool { return r.Horizon == 7 && r.Slot == slot }) {
		horizon = 7
	}
	return slot, horizon
}

func mostScored(res *lis.Result) int {
	n := 0
	for _, r := range res.Rows {
		n = max(n, r.N)
	}
	return n
}

// article is the findings as a page to read, with the whole table at its end.
func article(title string, slides []deck.Slide, res *lis.Result) string {
	var b strings.Builder
	for _, s := range slides {
		fmt.Fprintf(&b, "<section><h2>%s</h2>\n%s\n<p class=\"note\">%s</p></section>\n", html.EscapeString(s.Title), s.Body, html.EscapeString(s.Notes))
	}
	fmt.Fprintf(&b, "<section><h2>The whole table</h2>\n%s</section>\n", res.HTML())
	return document(title, b.String())
}
