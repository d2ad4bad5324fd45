package cli

import (
	"context"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/lis"
)

// sweepOptions are everything that lislab sweep was told.
type sweepOptions struct {
	logOptions
	Study  lis.Study
	Out    string // "" for a table on standard output
	Scores string // "" for none
	// Importance of the slots goes to this file; "" for none.
	Importance string
	// Content of the items, for the verdict: a file, or "log" for the log's own.
	Content string
	// Tune chooses dimension and rate first, as far as they were left open.
	Tune  bool
	Quiet bool
}

func newSweepCmd(s streams) *cobra.Command {
	return sweepCmd(func(ctx context.Context, o sweepOptions) error { return sweep(ctx, s, o) })
}

func sweepCmd(do func(context.Context, sweepOptions) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sweep --log LOG [flags]",
		Short: "measure LIS over slots, horizons and cold-start filters",
		Long: `Sweep leaks rows of the future into a ranking model and measures what that adds
to its AUC, on impressions it was not trained on (held-out) and, as the paper
does, on those it was (raw): for each slot, horizon and cold-start filter, with
an interval. It prints a table, or writes --out FILE: .csv, .parquet, .json, .md,
.html or .tex.`,
		Example: `  lislab sweep --log feed --slots item --horizons 0,7,30 --out item.csv
  lislab sweep --log clicks.csv --time ts --user person --item film --label liked \
      --slot genre=genre --period 1w --folds 4`,
		Args: noArgs,
	}
	f := cmd.Flags()
	f.SortFlags = false
	readLog := logFlags(f)
	readStudy := studyFlags(f)
	file := f.String("study", "", "read settings from `FILE`.yaml, whose keys are these flags; what the command line says wins")
	out := f.String("out", "", "write the result to `FILE`; its ending is its format")
	scores := f.String("scores", "", "write every score that the result rests on to `FILE`.csv")
	importance := f.String("importance", "", "write what each slot is worth to the ranker to `FILE`.csv")
	content := f.String("content", "", "the items' content, `FILE`: items.parquet, or a table of item_id and text; log: what the log comes with. The verdict needs it")
	tune := f.Bool("tune", false, "choose --dim and --learning-rate on periods before the first that is scored")
	jobs := f.Int("jobs", 0, "cores to use, `N`; the result is the same for any [all]")
	quiet := f.Bool("quiet", false, "no progress and no warnings")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *file != "" {
			if err := readStudyFile(f, *file); err != nil {
				return err
			}
		}
		o := sweepOptions{Out: *out, Scores: *scores, Importance: *importance, Content: *content, Tune: *tune, Quiet: *quiet}
		var err error
		if o.Study, err = readStudy(); err != nil {
			return err
		}
		if o.logOptions, err = readLog(); err != nil {
			return err
		}
		if o.Study.Jobs = *jobs; *jobs < 0 || f.Changed("jobs") && *jobs == 0 {
			return usagef("give 1 or more, or leave it out for all cores", "--jobs %d", *jobs)
		}
		if *jobs == 0 {
			o.Study.Jobs = runtime.GOMAXPROCS(0)
		}
		if err := checkOut("out", o.Out, resultFormats); err != nil {
			return err
		}
		for _, more := range [][2]string{{"scores", o.Scores}, {"importance", o.Importance}} {
			flag, file := more[0], more[1]
			if err := checkOut(flag, file, []string{".csv"}); err != nil {
				return err
			}
			if file != "" && len(o.Seeds) > 1 {
				return usagef("give one --feed-seed", "--%s is of one log, and there are %d", flag, len(o.Seeds))
			}
		}
		if o.Content != "" && len(o.Seeds) > 1 {
			return usagef("give one --feed-seed", "--content is for the verdict on one log, and there are %d", len(o.Seeds))
		}
		return do(cmd.Context(), o)
	}
	return cmd
}

// shellLine is the command as it may be typed again.
func shellLine(args []string) string {
	line := []string{"lislab"}
	for _, a := range args {
		if a == "" || strings.ContainsAny(a, " \t\n'\"\\$`*?[]{}()<>|&;#~!") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		line = append(line, a)
	}
	return strings.Join(line, " ")
}
