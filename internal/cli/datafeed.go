package cli

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
)

// feedOptions are everything that lislab data feed was told.
type feedOptions struct {
	Feed string
	Seed uint64
	Out  string
	// Items is where the captions go; "" for nowhere.
	Items string
}

// newDataFeedCmd draws the simulated feed into a file: a table to try things on,
// of the shape that a log of one's own has.
func newDataFeedCmd(s streams) *cobra.Command {
	var o feedOptions
	cmd := &cobra.Command{
		Use:   "feed --out FILE.csv[.gz]",
		Short: "write the simulated feed as a table",
		Long: `Feed writes an impression per line: time, user, item, the further slots, label.
It is the log that lislab sweep --log feed draws, to the last digit; read back by
--log FILE it gives the same figures.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return dataFeed(cmd.Context(), s, o) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.Feed, "feed", "", "settings of the feed, `key=value,…`, as of lislab sweep")
	f.Uint64Var(&o.Seed, "feed-seed", datasets.D0().Seed, "`SEED` of the feed")
	f.StringVar(&o.Out, "out", "", "the `FILE` to write, ending in .csv or .csv.gz")
	f.StringVar(&o.Items, "items", "", "write the items' captions (--feed world=text) to `FILE`.csv, item_id and text")
	return cmd
}

func dataFeed(ctx context.Context, s streams, o feedOptions) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	name := strings.ToLower(o.Out)
	switch {
	case o.Out == "":
		return usagef("say --out clicks.csv", "no file to write")
	case !strings.HasSuffix(name, ".csv") && !strings.HasSuffix(name, ".csv.gz"):
		return usagef("end it in .csv or .csv.gz", "--out %s: no format has this ending", o.Out)
	}
	world, err := datasets.ParseFeed(o.Feed)
	if err != nil {
		return err
	}
	world.Seed = o.Seed
	if o.Items != "" && !world.Captions {
		return usagef("say --feed world=text, or leave out --items", "the items of this feed have no captions")
	}
	if err := checkOut("items", o.Items, []string{".csv"}); err != nil {
		return err
	}
	file, err := newWholeFile(o.Out)
	if err != nil {
		return err
	}
	feed, err := world.Make(ctx)
	if err != nil {
		return err
	}
	log, err := feed.Log(ctx)
	if err != nil {
		return err
	}
	if o.Items != "" {
		captions, err := newWholeFile(o.Items)
		if err != nil {
			return err
		}
		if err := captions.commit(func(w io.Writer) error { return writeCaptions(w, feed) }); err != nil {
			return err
		}
	}
	err = file.commit(func(w io.Writer) error {
		if !strings.HasSuffix(name, ".gz") {
			return writeLog(w, log)
		}
		z := gzip.NewWriter(w)
		if err := writeLog(z, log); err != nil {
			return err
		}
		return z.Close()
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s: %d impressions\n", o.Out, log.Len())
	return nil
}

// writeCaptions writes each item's caption.
func writeCaptions(w io.Writer, f *datasets.Feed) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"item_id", "text"}); err != nil {
		return err
	}
	captions := f.Captions()
	for i, id := range f.ItemIDs() {
		if err := c.Write([]string{id, captions[i]}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// writeLog writes the log as its frame's columns, but for the row in the
// source: a line's place says it.
func writeLog(w io.Writer, log *lis.Log) error {
	df := log.Frame().Drop("row")
	if df.Err != nil {
		return df.Err
	}
	return df.WriteCSV(w)
}
