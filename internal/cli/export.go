package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/handoff"
)

// exportOptions are everything that lislab export was told.
type exportOptions struct {
	logOptions
	Export  lis.ExportOptions
	Exclude string // file of ids, one a line; "" for none
	Out     string
	Items   string // "" for none
	Quiet   bool
}

func newExportCmd(s streams) *cobra.Command {
	return exportCmd(func(ctx context.Context, o exportOptions) error { return export(ctx, s, o) })
}

func exportCmd(do func(context.Context, exportOptions) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export --log LOG --t T --out prefs.parquet [flags]",
		Short: "write the preference data that a representation is taught",
		Long: `Export trains a ranker up to the end of period T and writes the rows of a slot's
embedding table: the preference data that LIS validated. With --items it also
writes what an encoder gets to see of every item. An encoder in any language
makes vectors of it (notebooks/align/align.py shows how), and lislab ais scores
them.`,
		Example: `  lislab export --log feed --feed world=text --t 14 --out prefs.parquet --items items.parquet
  python notebooks/align/align.py prefs.parquet items.parquet vectors.parquet
  lislab ais --log feed --feed world=text --prefs prefs.parquet --vectors vectors.parquet`,
		Args: noArgs,
	}
	f := cmd.Flags()
	f.SortFlags = false
	readLog := logFlags(f)
	f.Lookup("slot").Usage = "`SLOT` whose rows are exported [item]; or a further slot, NAME=COLUMN; repeatable"
	t := f.Int("t", -1, "the rows are those after period `T`")
	exclude := f.String("exclude", "", "leave out the ids that `FILE` lists, one a line")
	minimum := f.Int("min-updates", 30, "an id needs `N` training rows by T")
	seed := f.Int("seed", 1, "`SEED` of the lineage, from 1")
	period := f.String("period", "", "`LENGTH` of a period: 24h, 1d, 1w, … [24h]")
	dim := f.Int("dim", 0, "embedding dimension `D` [8]")
	rate := f.Float64("learning-rate", 0, "Adagrad's `RATE` [0.1]")
	out := f.String("out", "", "write the preference data to `FILE`.parquet")
	items := f.String("items", "", "write every item's content to `FILE`.parquet")
	quiet := f.Bool("quiet", false, "no progress and no warnings")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o := exportOptions{Exclude: *exclude, Out: *out, Items: *items, Quiet: *quiet}
		slot, err := tableSlot(f)
		if err != nil {
			return err
		}
		if o.logOptions, err = readLog(); err != nil {
			return err
		}
		if len(o.Seeds) > 1 {
			return usagef("give one --feed-seed", "an export is of one log")
		}
		if *out == "" {
			return usagef("give --out prefs.parquet", "nothing to write to")
		}
		if *t < 0 {
			return usagef("give --t, the period after which the rows are taken", "no period given")
		}
		for flag, path := range map[string]string{"out": *out, "items": *items} {
			if err := checkOut(flag, path, []string{".parquet"}); err != nil {
				return err
			}
		}
		o.Export = lis.ExportOptions{Slot: slot, Day: *t, MinUpdates: *minimum, Seed: *seed, Dim: *dim, LearningRate: *rate}
		if *minimum < 1 || *seed < 1 {
			return usagef("give 1 or more", "--min-updates %d, --seed %d", *minimum, *seed)
		}
		if *period != "" {
			if o.Export.Period, err = parsePeriod(*period); err != nil {
				return err
			}
		}
		return do(cmd.Context(), o)
	}
	return cmd
}

func export(ctx context.Context, s streams, o exportOptions) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	bar := newProgress(s.err, o.Quiet)
	defer bar.finish()
	// What cannot be written is found out before anything is computed.
	for _, path := range []string{o.Out, o.Items} {
		if path != "" {
			if _, err := newWholeFile(path); err != nil {
				return err
			}
		}
	}
	var err error
	if o.Exclude != "" {
		if o.Export.Exclude, err = readLines(o.Exclude); err != nil {
			return err
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
	var content handoff.Items
	if o.Items != "" {
		if content, err = o.content(ctx, log, o.Export); err != nil {
			return err
		}
	}
	prefs, err := lis.Export(ctx, log, o.Export)
	if err != nil {
		return err
	}
	if err := handoff.WritePreferences(o.Out, prefs); err != nil {
		return failure{err}
	}
	if _, err := fmt.Fprintf(s.out, "%s: %d rows of %s after period %d, %d numbers each\n", o.Out, len(prefs.Items), prefs.Slot, prefs.Day, len(prefs.Items[0].Row)); err != nil {
		return failure{err}
	}
	if o.Items == "" {
		return nil
	}
	if err := content.Write(o.Items); err != nil {
		return failure{err}
	}
	_, err = fmt.Fprintf(s.out, "%s: content of %d items\n", o.Items, len(content))
	return err
}

// readLines reads ids, one a line; blank lines do not count.
func readLines(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "the list cannot be read", File: path, Do: "check the path", Err: err}
	}
	defer f.Close()
	var out []string
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		if id := strings.TrimSpace(sc.Text()); id != "" {
			out = append(out, id)
		}
	}
	if err := sc.Err(); err != nil {
		return nil, &lis.InputError{Kind: lis.ErrIO, What: "the list cannot be read", File: path, Err: err}
	}
	return out, nil
}

// content is what is known of every item of a log: captions and vectors of the
// simulated feed, texts of a public log.
func (o logOptions) content(ctx context.Context, log *lis.Log, e lis.ExportOptions) (handoff.Items, error) {
	if e.Slot != "" && e.Slot != "item" {
		return nil, usagef("leave out --items", "content is known of items, not of slot %s", e.Slot)
	}
	if o.Log == "feed" {
		world, err := datasets.ParseFeed(o.Feed)
		if err != nil {
			return nil, err
		}
		if len(o.Seeds) > 0 {
			world.Seed = o.Seeds[0]
		}
		f, err := world.Make(ctx)
		if err != nil {
			return nil, err
		}
		return feedContent(f), nil
	}
	if st, err := os.Stat(o.Log); err == nil && !st.IsDir() || strings.ContainsAny(o.Log, "*?[") {
		return nil, usagef("write items.parquet yourself, with the columns item_id, text, asof", "%s says nothing of its items' content", filepath.Base(o.Log))
	}
	texts, err := datasets.Texts(ctx, o.Log)
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	for _, t := range texts {
		known[t.Item] = t.Text
	}
	items := make(handoff.Items, 0, len(log.Slots[1].IDs))
	for _, id := range log.Slots[1].IDs {
		// A catalogue's titles are as old as their items: asof says the first day.
		items = append(items, handoff.Item{ID: id, Text: known[id]})
	}
	slices.SortFunc(items, func(a, b handoff.Item) int { return strings.Compare(a.ID, b.ID) })
	return items, nil
}

// feedContent is the content of a simulated feed's items, known from their birth.
func feedContent(f *datasets.Feed) handoff.Items {
	var captions []string
	if f.World.Captions {
		captions = f.Captions()
	}
	ids := f.ItemIDs()
	items := make(handoff.Items, len(ids))
	for i := range items {
		items[i] = handoff.Item{ID: ids[i], AsOf: int32(max(0, f.Items[i].Born)), Vec: f.Content(i)}
		if captions != nil {
			items[i].Text = captions[i]
		}
	}
	return items
}
