package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/handoff"
	"github.com/lislab/lislab/lis/ranker"
)

// aisOptions are everything that lislab ais was told.
type aisOptions struct {
	logOptions
	Vectors []string // NAME=FILE or FILE
	IDs     string
	Prefs   string
	Items   string
	Study   lis.AISStudy // without arms
	From    *int         // nil: the preference data's day
	Out     string
	Quiet   bool
}

func newAISCmd(s streams) *cobra.Command {
	return aisCmd(func(ctx context.Context, o aisOptions) error { return ais(ctx, s, o) })
}

func aisCmd(do func(context.Context, aisOptions) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ais --log LOG --vectors vectors.parquet [flags]",
		Short: "score representations: the AUC they add, beside LIS",
		Long: `Ais gives a ranker each item's vector as one more field and measures what that
adds to its AUC: on all impressions, on items that did not teach the vectors, and
on cold ones; beside LIS on the same impressions, beside random vectors of the
same width and, with --prefs, beside a student of the items' own slots. The
projection of a feature starts at exactly 0; its rate is chosen on periods before
the first that is scored.`,
		Example: `  lislab ais --log feed --feed world=text --prefs prefs.parquet --vectors vectors.parquet --out ais.csv`,
		Args:    noArgs,
	}
	f := cmd.Flags()
	f.SortFlags = false
	readLog := logFlags(f)
	f.Lookup("slot").Usage = "`SLOT` whose ids have the vectors [item]; or a further slot, NAME=COLUMN; repeatable"
	vectors := f.StringArray("vectors", nil, "score the vectors of `FILE`, .parquet or .npy, or NAME=FILE; repeatable")
	ids := f.String("ids", "", "ids of a .npy file's vectors, `FILE`.npy [ids.npy beside it]")
	prefs := f.String("prefs", "", "the preference data that taught them, `FILE`.parquet: its day, its items, its checksum")
	items := f.String("items", "", "when each item's content was known, `FILE`.parquet")
	future := f.Bool("future", false, "allow content from after the items' first impression, and label it")
	from := f.Int("from", -1, "the last period without the feature `T`; -1: it is there from the start [the preference data's day]")
	t := f.String("t", "", "first and last period whose ranker is scored, `A..B` [a week after the feature's start on, as far as the horizon allows]")
	horizon := f.Int("horizon", 0, "horizon of LIS, `N` periods [the largest of 30,14,7,3,1 that fits]")
	rates := f.String("rates", "", "the projection's rates to choose from, `R,…` [0.002,0.005,0.01,0.02,0.05]")
	seeds := f.Int("seeds", 0, "lineages, `N` [3]")
	period := f.String("period", "", "`LENGTH` of a period: 24h, 1d, 1w, … [24h]")
	dim := f.Int("dim", 0, "embedding dimension `D` [8]")
	rate := f.Float64("learning-rate", 0, "Adagrad's `RATE` [0.1]")
	threshold := f.Float64("threshold", 0, "`DIFFERENCE` of AUCs above which an AIS may be significant [0.001]")
	out := f.String("out", "", "write the result to `FILE`; its ending is its format")
	jobs := f.Int("jobs", 0, "cores to use, `N`; the result is the same for any [all]")
	quiet := f.Bool("quiet", false, "no progress and no warnings")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o := aisOptions{Vectors: *vectors, IDs: *ids, Prefs: *prefs, Items: *items, Out: *out, Quiet: *quiet}
		slot, err := tableSlot(f)
		if err != nil {
			return err
		}
		o.Study = lis.AISStudy{Slot: slot, Horizon: *horizon, Seeds: *seeds, Dim: *dim, LearningRate: *rate, Threshold: *threshold, Jobs: *jobs, Future: *future}
		if o.logOptions, err = readLog(); err != nil {
			return err
		}
		if len(o.Seeds) > 1 {
			return usagef("give one --feed-seed", "vectors are of one log's items")
		}
		if len(*vectors) == 0 {
			return usagef("give --vectors FILE", "no vectors to score")
		}
		if f.Changed("from") || *prefs == "" {
			o.From = from
		}
		if o.Study.T, err = parseRange(*t, "t"); err != nil {
			return err
		}
		if o.Study.Rates, err = parseList(*rates, "rates", "rates such as 0.005,0.02", func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }); err != nil {
			return err
		}
		if *period != "" {
			if o.Study.Period, err = parsePeriod(*period); err != nil {
				return err
			}
		}
		if *jobs < 0 || *seeds < 0 || *horizon < 0 {
			return usagef("give 1 or more", "--jobs %d, --seeds %d, --horizon %d", *jobs, *seeds, *horizon)
		}
		if err := checkOut("out", o.Out, resultFormats); err != nil {
			return err
		}
		return do(cmd.Context(), o)
	}
	return cmd
}

func ais(ctx context.Context, s streams, o aisOptions) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	start := time.Now()
	bar := newProgress(s.err, o.Quiet)
	defer bar.finish()
	var files []*wholeFile
	if o.Out != "" {
		for _, path := range []string{o.Out, bare(o.Out) + ".json"} {
			if len(files) == 1 && path == o.Out {
				continue
			}
			f, err := newWholeFile(path)
			if err != nil {
				return err
			}
			files = append(files, f)
		}
	}
	loaders, err := o.logs(bar)
	if err != nil {
		return err
	}
	log, err := loaders[0](ctx)
	if err != nil {
		return err
	}
	study, err := o.study(log)
	if err != nil {
		return err
	}
	study.Progress = bar.report
	res, err := lis.AIS(ctx, log, study)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return interrupted{done: "nothing was written", resume: shellLine(s.args)}
	}
	if err != nil {
		return err
	}
	bar.finish()
	res.Provenance = map[string]any{
		"version": Version, "commit": Commit(), "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH,
		"command": shellLine(s.args), "arithmetic": ranker.Arithmetic(), "wall_seconds": time.Since(start).Seconds(), "log": map[string]any{"name": log.Name, "rows": log.Len(), "sha256": log.SHA256()},
	}
	if o.Out == "" {
		if err := writeString(s.out, res.String()); err != nil {
			return failure{err}
		}
		return nil
	}
	if !o.Quiet {
		for _, w := range res.Warnings {
			fmt.Fprintln(s.err, "warning: "+w)
		}
	}
	if len(files) > 1 {
		b, err := res.ProvenanceJSON()
		if err != nil {
			return failure{err}
		}
		if err := files[1].commit(func(w io.Writer) error { return writeString(w, string(b)) }); err != nil {
			return failure{err}
		}
	}
	if err := files[0].commit(func(w io.Writer) error { return writeResult(w, o.Out, res) }); err != nil {
		return failure{err}
	}
	return nil
}

// study reads the files and adds the arms: the vectors, and a student of the
// items' own slots where the preference data is given and the widths agree.
func (o aisOptions) study(log *lis.Log) (lis.AISStudy, error) {
	study := o.Study
	study.From = -1
	if o.From != nil {
		study.From = *o.From
	}
	slot, err := log.Slot(study.Slot)
	if err != nil {
		return study, err
	}
	var prefs *lis.Preferences
	var sum string
	if o.Prefs != "" {
		if prefs, err = handoff.ReadPreferences(o.Prefs); err != nil {
			return study, err
		}
		if sum, err = handoff.SHA256(o.Prefs); err != nil {
			return study, err
		}
		if prefs.Slot != study.Slot {
			return study, usagef("give --slot "+prefs.Slot, "%s holds rows of slot %s, not of %s", o.Prefs, prefs.Slot, study.Slot)
		}
		if o.From == nil {
			study.From = prefs.Day
		}
		for _, p := range prefs.Items {
			study.Taught = append(study.Taught, p.ItemID)
		}
	}
	asof := map[string]int32{}
	if o.Items != "" {
		items, err := handoff.ReadItems(o.Items)
		if err != nil {
			return study, err
		}
		for _, i := range items {
			asof[i.ID] = i.AsOf
		}
	}
	width := 0
	for _, entry := range o.Vectors {
		name, path, named := strings.Cut(entry, "=")
		if !named {
			path = entry
		}
		v, err := handoff.ReadVectors(path, o.IDs)
		if err != nil {
			return study, err
		}
		// Only vectors that say what taught them can be held against it.
		want := sum
		if v.PrefsSHA256 == "" {
			want = ""
		}
		if err := v.Taught(path, want, log.Slots[slot].IDs); err != nil {
			return study, err
		}
		if !named {
			if name = v.Encoder; name == "" || name == "npy" {
				name = "vectors"
			}
		}
		arm := lis.Arm{Name: name, IDs: v.IDs, Vec: v.Vec}
		if o.Items != "" {
			for _, id := range v.IDs {
				arm.AsOf = append(arm.AsOf, asof[id])
			}
		}
		study.Arms = append(study.Arms, arm)
		width = len(v.Vec[0])
	}
	if prefs != nil && width == len(prefs.Items[0].Row) {
		bar, err := lis.SlotContent(log, study.Slot)
		if err != nil {
			return study, err
		}
		taught, err := lis.Teach(prefs, bar, "")
		if err != nil {
			return study, err
		}
		taught.Name = "slots"
		study.Arms, study.Bar = append(study.Arms, taught.Arm), taught.Name
	}
	return study, nil
}
