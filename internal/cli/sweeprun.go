package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/lislab/lislab/lis"
)

// sweep loads each log, lays the study out on it, says what it will be able to
// resolve, runs it, and writes one table of all.
func sweep(ctx context.Context, s streams, o sweepOptions) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	start := time.Now()
	files, err := openOutputs(o)
	if err != nil {
		return err
	}
	bar := newProgress(s.err, o.Quiet)
	defer bar.finish()
	loaders, err := o.logs(bar)
	if err != nil {
		return err
	}
	var results []*lis.Result
	var journals []string
	for i, load := range loaders {
		journal := journalName(o.Out, i)
		res, err := sweepOne(ctx, s, o, bar, load, journal)
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			done := "nothing was written"
			if journal != "" {
				done = "what is done is kept in " + strings.Join(append(journals, journal), ", ")
			}
			return interrupted{done: done, resume: shellLine(s.args)}
		}
		if err != nil {
			return err
		}
		results = append(results, res)
		if journal != "" {
			journals = append(journals, journal)
		}
	}
	bar.finish()
	res := lis.Merge(results...)
	if err := attribute(res, s, o, time.Since(start)); err != nil {
		return err
	}
	if o.Out == "" { // the table says its warnings itself
		if err := writeString(s.out, res.String()); err != nil {
			return failure{err}
		}
	} else if !o.Quiet {
		for _, w := range res.Warnings {
			fmt.Fprintln(s.err, "warning: "+w)
		}
	}
	if err := files.commit(o, res); err != nil {
		return failure{err}
	}
	if o.Out != "" && !o.Quiet {
		fmt.Fprintln(s.err, closing(o, res))
	}
	for _, j := range journals {
		if err := os.Remove(j); err != nil {
			return failure{&lis.InputError{Kind: lis.ErrIO, What: "the result is written, but its journal stays", File: j, Err: err, Do: "remove it"}}
		}
	}
	return rowErrors(res)
}

// sweepOne is one log's part of a sweep.
func sweepOne(ctx context.Context, s streams, o sweepOptions, bar *progress, load func(context.Context) (*lis.Log, error), journal string) (*lis.Result, error) {
	log, err := load(ctx)
	if err != nil {
		return nil, err
	}
	study := o.Study
	study.Progress, study.Journal = bar.report, journal
	if o.Tune {
		tuned, err := lis.Tune(ctx, log, study)
		if err != nil {
			return nil, err
		}
		study = tuned.Study
	}
	plan, err := lis.NewPlan(log, study)
	if err != nil {
		return nil, err
	}
	if !o.Quiet {
		bar.finish()
		fmt.Fprintln(s.err, outlook(log, plan))
	}
	if o.Content == "" {
		return plan.Run(ctx)
	}
	reach, err := o.reachable(ctx, log, plan)
	if err != nil {
		return nil, err
	}
	res, err := plan.Run(ctx)
	if err != nil {
		return nil, err
	}
	res.Content = reach
	return res, nil
}

// journalName is where a sweep to out keeps the finished lineages of its i-th
// log; "" without a file to write.
func journalName(out string, i int) string {
	switch {
	case out == "":
		return ""
	case i == 0:
		return bare(out) + ".journal"
	}
	return fmt.Sprintf("%s.%d.journal", bare(out), i+1)
}

// outputs are the files that a sweep will write, nil where it was not asked to.
type outputs struct{ out, side, scores, importance *wholeFile }

// openOutputs finds out that a file cannot be written before anything is
// computed.
func openOutputs(o sweepOptions) (f outputs, err error) {
	if o.Out != "" {
		if f.out, err = newWholeFile(o.Out); err != nil {
			return f, err
		}
		if side := bare(o.Out) + ".json"; side != o.Out {
			if f.side, err = newWholeFile(side); err != nil {
				return f, err
			}
		}
	}
	if o.Scores != "" {
		if f.scores, err = newWholeFile(o.Scores); err != nil {
			return f, err
		}
	}
	if o.Importance != "" {
		f.importance, err = newWholeFile(o.Importance)
	}
	return f, err
}

func (f outputs) commit(o sweepOptions, res *lis.Result) error {
	if f.scores != nil {
		if err := f.scores.commit(res.WriteScores); err != nil {
			return err
		}
	}
	if f.importance != nil {
		if err := f.importance.commit(res.WriteImportance); err != nil {
			return err
		}
	}
	if f.side != nil {
		b, err := res.ProvenanceJSON()
		if err != nil {
			return err
		}
		if err := f.side.commit(func(w io.Writer) error { return writeString(w, string(b)) }); err != nil {
			return err
		}
	}
	if f.out == nil {
		return nil
	}
	return f.out.commit(func(w io.Writer) error { return writeResult(w, o.Out, res) })
}

// attribute adds to the result's provenance who made it, and how.
func attribute(res *lis.Result, s streams, o sweepOptions, took time.Duration) error {
	if res.Provenance == nil {
		res.Provenance = map[string]any{}
	}
	p := res.Provenance
	p["version"], p["commit"] = Version, Commit()
	p["go"], p["platform"] = runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH
	p["command"] = shellLine(s.args)
	p["wall_seconds"] = took.Seconds()
	if st, err := os.Stat(o.Log); err == nil && st.Mode().IsRegular() {
		sum, err := fileDigest(o.Log)
		if err != nil {
			return &lis.InputError{Kind: lis.ErrIO, What: "cannot read the log again", File: o.Log, Err: err}
		}
		p["file"] = map[string]any{"path": o.Log, "bytes": st.Size(), "sha256": sum}
	}
	return nil
}

// outlook says, before anything trains, what the study will be able to resolve.
func outlook(l *lis.Log, p *lis.Plan) string {
	var slots []string
	for _, name := range p.Study.Slots {
		slots = append(slots, fmt.Sprintf("%s ±%.4f", name, p.HalfWidth[name]))
	}
	return fmt.Sprintf("%s: %d impressions in %d periods; t = %s scores %d of them (%d positive) by %d lineages; expected intervals: %s",
		l.Name, l.Len(), p.Periods, rangeText(p.T), p.Scored, p.Positives, p.Lineages, strings.Join(slots, ", "))
}

// rangeText is "15..30", with the number of them where some between are missing.
func rangeText(t []int) string {
	if len(t) == 1 {
		return fmt.Sprint(t[0])
	}
	first, last := t[0], t[len(t)-1]
	if last-first+1 == len(t) {
		return fmt.Sprintf("%d..%d", first, last)
	}
	return fmt.Sprintf("%d of %d..%d", len(t), first, last)
}

// closing says what was written, what it comes to, and how to look at it.
func closing(o sweepOptions, res *lis.Result) string {
	text := fmt.Sprintf("%s: %d rows", o.Out, len(res.Rows))
	if side := bare(o.Out) + ".json"; side != o.Out {
		text += "; how they came about is in " + side
	}
	// A result of several logs has no verdict of its own.
	if v := res.Verdict(); v.Slot != "" {
		text += fmt.Sprintf("\nverdict for %s: %s. %s", v.Slot, v.Decision, strings.Join(v.Reasons, " "))
	}
	if strings.EqualFold(filepath.Ext(o.Out), ".csv") {
		text += "\nto look at it: " + shellLine([]string{"report", o.Out, "--html"}) + ", or --slides"
	}
	return text
}

// rowErrors is the failure of a sweep some of whose rows could not be computed.
func rowErrors(res *lis.Result) error {
	var n int
	var first lis.Row
	for _, r := range res.Rows {
		if r.Error != "" {
			if n == 0 {
				first = r
			}
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return failure{&lis.InputError{
		Kind: lis.Named(first.Error),
		What: fmt.Sprintf("%d of %d rows could not be computed, the first %s %s n=%d of log %s", n, len(res.Rows), first.Protocol, first.Slot, first.Horizon, first.Log),
		Do:   "the other rows are complete",
	}}
}
