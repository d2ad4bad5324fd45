package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
)

// logOptions name the log that a verb works on.
type logOptions struct {
	Log string
	// Feed and Seeds make the simulated feed; Seeds empty means its default
	// seed under the plain name "feed".
	Feed  string
	Seeds []uint64
	// Columns of a table; set holds which of its flags were given.
	Columns lis.Columns
	// SQL is the query whose answer is the log, where Log is a database.
	SQL string
	// Stream is auto, on or off: whether a file is larger than memory.
	Stream string
	set    []string
}

// columnFlags say how a table is read; --log feed knows none of them.
var columnFlags = []string{"time", "user", "item", "label", "label-at-least", "slot", "numeric", "time-format", "timezone", "allow-duplicates", "stream"}

// logFlags declares the flags; the function it returns reads them once parsed.
func logFlags(f *pflag.FlagSet) func() (logOptions, error) {
	log := f.String("log", "", "`LOG`: feed (simulated), a MovieLens or MovieTweetings directory, a name that lislab data knows, a file or glob, or a database for --sql")
	feed := f.String("feed", "", "settings of the simulated feed, `key=value,…`: world=d0|q|text, labels=model|coin, alpha, users, authors, topics, items_per_day, impressions_per_day, days, lifetime_days, quality_sd, affinity, drift")
	seeds := f.String("feed-seed", "", "`SEEDS` of simulated feeds, 1,2,…: each is a log of its own, feed:SEED")
	f.String("time", "time", "`COLUMN` of the time")
	f.String("user", "user", "`COLUMN` of the user")
	f.String("item", "item", "`COLUMN` of the item")
	f.String("label", "label", "`COLUMN` of the label, 0 or 1")
	f.Float64("label-at-least", 0, "the label is 1 where its column is at least `X`")
	slots := f.StringArray("slot", nil, "a further slot, `NAME=COLUMN`; repeatable")
	numeric := f.StringArray("numeric", nil, "a dense feature, `NAME=COLUMN`; repeatable")
	f.String("time-format", "auto", "`FORMAT` of the time: auto, s, ms, us or rfc3339")
	f.String("timezone", "UTC", "`ZONE` of times that name none, and in which periods begin at 00:00")
	f.Bool("allow-duplicates", false, "accept that more than 1 % of the rows are equal in every column")
	f.String("sql", "", "the `QUERY` whose answer is the log, of --log duckdb:[PATH] or spark://HOST:PORT/DATABASE")
	f.String("stream", "auto", "read a file in time order that is larger than memory, its columns kept in $TMPDIR: `MODE` auto, on or off")
	f.Lookup("stream").NoOptDefVal = "on"
	return func() (logOptions, error) {
		o := logOptions{Log: *log, Feed: *feed, Stream: f.Lookup("stream").Value.String(), SQL: f.Lookup("sql").Value.String()}
		var err error
		if o.Seeds, err = parseList(*seeds, "feed-seed", "whole numbers such as 1,2,3", func(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }); err != nil {
			return o, err
		}
		text := func(name string) string { return f.Lookup(name).Value.String() }
		o.Columns = lis.Columns{Time: text("time"), User: text("user"), Item: text("item"), Label: text("label"), TimeFormat: text("time-format"), Timezone: text("timezone"), AllowDuplicates: text("allow-duplicates") == "true"}
		if f.Changed("label-at-least") {
			x, err := f.GetFloat64("label-at-least")
			if err != nil {
				return o, err
			}
			o.Columns.LabelAtLeast = &x
		}
		if o.Columns.Slots, err = parsePairs(*slots, "slot"); err != nil {
			return o, err
		}
		if o.Columns.Numeric, err = parsePairs(*numeric, "numeric"); err != nil {
			return o, err
		}
		for _, name := range columnFlags {
			if f.Changed(name) {
				o.set = append(o.set, name)
			}
		}
		return o, o.check()
	}
}

// tableSlot takes from --slot the one entry without a column: the slot whose rows
// a verb hands over, "item" without one. The others declare slots, as ever.
func tableSlot(f *pflag.FlagSet) (string, error) {
	flag := f.Lookup("slot")
	values := flag.Value.(pflag.SliceValue)
	slot, rest := "", []string{}
	for _, v := range values.GetSlice() {
		switch {
		case strings.Contains(v, "="):
			rest = append(rest, v)
		case slot != "" && slot != v:
			return "", usagef("name one; --slot NAME=COLUMN declares a further slot", "--slot is both %s and %s", slot, v)
		default:
			slot = v
		}
	}
	if slot == "" {
		return "item", nil
	}
	flag.Changed = len(rest) > 0
	return slot, values.Replace(rest)
}

func (o logOptions) check() error {
	switch {
	case o.Log == "":
		return usagef("--log feed needs no file", "no log: --log LOG is required")
	case o.Log == "feed" && len(o.set) > 0:
		return usagef("leave it out, or name a file", "--%s says how to read a file, and the log is the simulated feed", o.set[0])
	case o.Log != "feed" && (o.Feed != "" || len(o.Seeds) > 0):
		return usagef("say --log feed, or leave them out", "--feed and --feed-seed are of the simulated feed, and the log is %s", o.Log)
	}
	if err := o.checkSQL(); err != nil {
		return err
	}
	if !slices.Contains(streamModes, o.Stream) {
		return usagef("use auto, on or off", "--stream=%s", o.Stream)
	}
	switch o.Columns.TimeFormat {
	case "auto", "s", "ms", "us", "ns", "rfc3339":
	default:
		return usagef("use auto, s, ms, us or rfc3339", "no time format %q", o.Columns.TimeFormat)
	}
	for i, s := range o.Seeds {
		if slices.Contains(o.Seeds[:i], s) {
			return usagef("give each seed once", "--feed-seed has %d twice", s)
		}
	}
	return nil
}

// logs are loaders of the logs, in order: one, or one per feed seed. What
// cannot be a feed is refused here, before any is drawn.
func (o logOptions) logs(p *progress) ([]func(context.Context) (*lis.Log, error), error) {
	if o.Log != "feed" {
		return []func(context.Context) (*lis.Log, error){func(ctx context.Context) (*lis.Log, error) { return o.openOther(ctx, p) }}, nil
	}
	world, err := datasets.ParseFeed(o.Feed)
	if err != nil {
		return nil, err
	}
	worlds := []datasets.World{world}
	if len(o.Seeds) > 0 {
		worlds = nil
		for _, seed := range o.Seeds {
			w := world
			w.Seed, w.Name = seed, fmt.Sprintf("feed:%d", seed)
			worlds = append(worlds, w)
		}
	}
	var loaders []func(context.Context) (*lis.Log, error)
	for _, w := range worlds {
		loaders = append(loaders, w.Log)
	}
	return loaders, nil
}

func (o logOptions) openOther(ctx context.Context, p *progress) (*lis.Log, error) {
	if o.inDatabase() {
		return o.openSQL(ctx)
	}
	st, err := os.Stat(o.Log)
	file := err == nil && !st.IsDir() || strings.ContainsAny(o.Log, "*?[")
	if file || len(o.tableFlags()) > 0 {
		stream, err := o.streams(freeMemory())
		if err != nil {
			return nil, err
		}
		if stream {
			return o.openStream(ctx, p)
		}
		return datasets.Read(ctx, o.Log, o.Columns, datasets.WithProgress(p.report))
	}
	if o.Stream == "on" {
		return nil, usagef("leave it out, or name the file and its columns", "--stream is for a file, and %s is read whole", o.Log)
	}
	opts := []datasets.Option{datasets.WithProgress(p.report), datasets.WithTimezone(o.Columns.Timezone)}
	if o.Columns.AllowDuplicates {
		opts = append(opts, datasets.WithAllowDuplicates())
	}
	if x := o.Columns.LabelAtLeast; x != nil {
		opts = append(opts, datasets.WithLabelAtLeast(*x))
	}
	return datasets.Open(ctx, o.Log, opts...)
}

// tableFlags are the column flags given that a public log does not take.
func (o logOptions) tableFlags() []string {
	both := []string{"label-at-least", "allow-duplicates", "timezone", "stream"}
	var out []string
	for _, name := range o.set {
		if !slices.Contains(both, name) {
			out = append(out, name)
		}
	}
	return out
}
