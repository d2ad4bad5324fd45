package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/datasets/registry"
	"github.com/lislab/lislab/lis"
)

// dataOptions are everything that lislab data was told.
type dataOptions struct {
	Name          string
	To            string // "" for the first of datasets.Places
	BaseURL       string
	AcceptLicence bool
	Quiet         bool
}

// dir is where sets are fetched to.
func (o dataOptions) dir() (string, error) {
	if o.To != "" {
		return o.To, nil
	}
	places := datasets.Places()
	if len(places) == 0 {
		return "", usagef("give --to DIR, or set LISLAB_DATA", "this user has no cache folder")
	}
	return places[0], nil
}

func newDataCmd(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data list | get NAME | check NAME | feed",
		Short: "fetch public logs, verified; write the simulated one",
		Long: `Data knows the public logs that lislab has loaders for: where upstream keeps
them, their checksums and licences. What it fetched is a log for --log NAME; it
lies in --to DIR, else in the first folder of $LISLAB_DATA, else in the user's
cache.`,
		Example: `  lislab data list
  lislab data get ml-latest-small --accept-licence
  lislab sweep --log ml-latest-small --period 7d --folds 4`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("see lislab data --help", "say list, get NAME, check NAME or feed")
			}
			return usagef("see lislab data --help", "data has no %q%s", args[0], didYouMean(args[0], []string{"list", "get", "check", "feed"}))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return nil },
	}
	cmd.AddCommand(
		dataCmd(dataList, s, "list", "list the public logs, their licences and which are here", false),
		dataCmd(dataGet, s, "get NAME", "fetch a log, verify it and unpack it", true),
		dataCmd(dataCheck, s, "check NAME", "compare a log's files with their checksums", true),
		newDataFeedCmd(s),
	)
	return cmd
}

func dataCmd(do func(context.Context, streams, dataOptions) error, s streams, use, short string, named bool) *cobra.Command {
	var o dataOptions
	cmd := &cobra.Command{
		Use: use, Short: short,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case !named:
				return noArgs(cmd, args)
			case len(args) == 0:
				return usagef("lislab data list lists them", "which log?")
			case len(args) > 1:
				return usagef("run it once for each", "one log at a time, got %s", strings.Join(args, ", "))
			}
			o.Name = args[0]
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return do(cmd.Context(), s, o) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.To, "to", "", "the folder that the log's folder is or will be in, `DIR`")
	f.StringVar(&o.BaseURL, "base-url", "", "fetch the files from `URL` in place of upstream; the checksums stay")
	f.BoolVar(&o.AcceptLicence, "accept-licence", false, "accept the licence, which is shown nevertheless")
	f.BoolVar(&o.Quiet, "quiet", false, "no progress")
	return cmd
}

// dataDir is where a set lies, "" if it is not here.
func (o dataOptions) dataDir(set registry.Set) string {
	if o.To == "" {
		dir, err := datasets.Find(set.Name)
		if err != nil {
			return ""
		}
		return dir
	}
	for _, name := range append([]string{set.Name}, set.Aliases...) {
		dir := filepath.Join(o.To, name)
		if st, err := os.Stat(dir); err == nil && st.IsDir() {
			return dir
		}
	}
	return ""
}

func dataList(_ context.Context, s streams, o dataOptions) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tLICENCE\tPASS ON\tHERE\tWHAT")
	for _, set := range registry.Sets() {
		pass, here := "no", "-"
		if set.Licence.Redistribute {
			pass = "yes"
		}
		if dir := o.dataDir(set); dir != "" {
			here = dir
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", set.Name, set.Licence.Name, pass, here, set.Title)
	}
	return w.Flush()
}

func dataGet(ctx context.Context, s streams, o dataOptions) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	dir, err := o.dir()
	if err != nil {
		return err
	}
	p := newProgress(s.err, o.Quiet)
	defer p.finish()
	g := &registry.Getter{
		Dir: dir, BaseURL: o.BaseURL, AcceptLicence: o.AcceptLicence, Progress: p.report,
		Say: func(line string) {
			p.finish()
			fmt.Fprintln(s.err, line)
		},
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		g.Ask = func(set registry.Set) bool {
			fmt.Fprint(s.err, "Do you accept this licence? [y/N] ")
			answer, err := bufio.NewReader(os.Stdin).ReadString('\n')
			answer = strings.ToLower(strings.TrimSpace(answer))
			return err == nil && (answer == "y" || answer == "yes")
		}
	}
	at, err := g.Get(ctx, o.Name)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return interrupted{done: "what was fetched of " + o.Name + " is kept", resume: "lislab " + strings.Join(s.args, " ")}
		}
		return err
	}
	fmt.Fprintln(s.out, at)
	return nil
}

func dataCheck(ctx context.Context, s streams, o dataOptions) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	set, err := registry.Lookup(o.Name)
	if err != nil {
		return err
	}
	dir := o.dataDir(set)
	if dir == "" {
		return &lis.InputError{Kind: lis.ErrNoSuchLog, What: set.Name + " is not here", Do: "fetch it: lislab data get " + set.Name}
	}
	found, err := registry.Check(ctx, set.Name, dir)
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, c := range found {
		verdict := "ok"
		if !c.OK {
			verdict = "FAILED"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", verdict, c.File, c.What)
	}
	if ferr := w.Flush(); err == nil {
		err = ferr
	}
	if errors.Is(err, lis.ErrChecksum) {
		return failure{err}
	}
	return err
}
