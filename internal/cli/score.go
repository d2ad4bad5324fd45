package cli

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/datasets/hs2"
	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/scores"
)

// scoreOptions are everything that lislab score was told.
type scoreOptions struct {
	Data    string
	SQL     string
	Table   scores.Table // without From
	Options scores.Options
	Memory  string // DuckDB's limit
	Out     string
	Quiet   bool
}

func newScoreCmd(s streams) *cobra.Command {
	return scoreCmd(func(ctx context.Context, o scoreOptions) error { return score(ctx, s, o) })
}

func scoreCmd(do func(context.Context, scoreOptions) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "score --data FILE|GLOB|DSN [flags]",
		Short: "measure LIS on a table of scores that another ranker wrote",
		Long: `Score reads LIS off a table with a base score and a score per arm: Parquet or
CSV through DuckDB, a DuckDB file (duckdb:PATH) or a Spark cluster
(spark://HOST:PORT/DATABASE). Each score is read twice, whatever the size; only
statistics leave the database. Without --exact scores are counted in bins, and
error_bound says what that can at most make. A file that lislab sweep --scores
wrote needs no names of columns.`,
		Example: `  lislab score --data 'scores/*.parquet' --day day --base p --arm item:7=p_item_7 --out lis.csv
  lislab score --data spark://cluster:10000/lake --sql 'SELECT * FROM scores WHERE day > 40' --max-updates 1000,inf`,
		Args: noArgs,
	}
	f := cmd.Flags()
	f.SortFlags = false
	var o scoreOptions
	t := &o.Table
	f.StringVar(&o.Data, "data", "", "the table: `FILE`, glob, duckdb:PATH or spark://host:port/db")
	f.StringVar(&o.SQL, "sql", "", "the `QUERY` whose answer is the table [all of --data's files]")
	f.StringVar(&t.Name, "name", "", "what the log is called in the result [the file's name]")
	f.StringVar(&t.Day, "day", "", "`COLUMN` of the period scored [day]")
	f.StringVar(&t.User, "user", "", "`COLUMN` of the user [user]")
	f.StringVar(&t.Item, "item", "", "`COLUMN` of the item [item]")
	f.StringVar(&t.Label, "label", "", "`COLUMN` of the label, 0 or 1 [label]")
	f.StringVar(&t.Base, "base", "", "`COLUMN` of the base score [base]")
	arms := f.StringArray("arm", nil, "a leaked score, `SLOT:N[:PROTOCOL][:mM]=COLUMN`; repeatable [each column SLOT_nN]")
	f.StringVar(&t.ArmColumn, "arm-column", "", "long form: `COLUMN` that holds base and SLOT:N")
	f.StringVar(&t.ScoreColumn, "score-column", "", "long form: `COLUMN` of the scores")
	ups := f.StringArray("updates", nil, "a slot's updates by t, `SLOT=COLUMN`; repeatable [each column updates_SLOT]")
	maxUpdates := f.String("max-updates", "", "cold-start filters `M,…` [inf]")
	f.StringVar(&t.Seed, "seed", "", "`COLUMN` of the seed [seed, where there is one]")
	f.StringVar(&t.Fold, "fold", "", "`COLUMN` of the fold [fold, where there is one]")
	f.StringVar(&t.Protocol, "protocol", "", "`COLUMN` of the protocol [protocol, where there is one]")
	f.StringVar(&t.Row, "row", "", "`COLUMN` that numbers impressions [row, where there is one]")
	f.StringVar(&o.Options.Cluster, "cluster", "", "`KIND` of the intervals' clusters: item, user or two-way [by slot]")
	f.BoolVar(&o.Options.Exact, "exact", false, "count distinct scores instead of bins")
	f.IntVar(&o.Options.Bins, "bins", 0, "bins of a histogram, `N` [65536]")
	f.Float64Var(&o.Options.Threshold, "threshold", 0, "`LIS` above which it may be significant [0.001]")
	f.StringVar(&o.Memory, "memory", "3GB", "memory of DuckDB, `SIZE`; beyond it goes to disk")
	f.StringVar(&o.Out, "out", "", "write the result to `FILE`; its ending is its format")
	f.BoolVar(&o.Quiet, "quiet", false, "no progress and no warnings")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if o.Data == "" {
			return usagef("give --data FILE, a glob, duckdb:PATH or spark://host:port/db", "no score table")
		}
		if (t.ArmColumn == "") != (t.ScoreColumn == "") {
			return usagef("give both --arm-column and --score-column", "half of the long form")
		}
		if f.Changed("bins") && o.Options.Exact {
			return usagef("give one of the two", "--exact and --bins")
		}
		for _, a := range *arms {
			arm, err := scores.ParseArm(a, t.ArmColumn != "")
			if err != nil {
				return err
			}
			t.Arms = append(t.Arms, arm)
		}
		var err error
		if len(*ups) > 0 {
			if t.Updates, err = parsePairs(*ups, "updates"); err != nil {
				return err
			}
		}
		if o.Options.MaxUpdates, err = parseList(*maxUpdates, "max-updates", "numbers or inf, such as 10,1000,inf", updates); err != nil {
			return err
		}
		if err := checkOut("out", o.Out, resultFormats); err != nil {
			return err
		}
		return do(cmd.Context(), o)
	}
	return cmd
}

// open connects to the engine and says where the table stands.
func (o *scoreOptions) open(ctx context.Context) (*sql.DB, scores.Dialect, error) {
	t := &o.Table
	refuse := func(err error) error {
		return &lis.InputError{Kind: lis.ErrUsage, What: err.Error(), Err: err}
	}
	if strings.HasPrefix(o.Data, "spark://") {
		db, err := hs2.Open(o.Data)
		if err != nil {
			return nil, scores.Spark, refuse(err)
		}
		if o.SQL == "" {
			return nil, scores.Spark, usagef("give --sql 'SELECT * FROM table'", "a cluster without a query")
		}
		t.From = scores.Spark.Query(o.SQL)
		return db, scores.Spark, nil
	}
	path, isDatabase := strings.CutPrefix(o.Data, "duckdb:")
	if isDatabase {
		if o.SQL == "" {
			return nil, scores.DuckDB, usagef("give --sql 'SELECT * FROM table'", "a database without a query")
		}
	} else {
		files, err := table.Files(path)
		if err != nil {
			return nil, scores.DuckDB, err
		}
		format := "parquet"
		if table.FormatOf(files[0]) == table.CSV {
			format, t.Stage = "csv", true
		}
		if t.From, err = scores.DuckDB.Files(format, files...); err != nil {
			return nil, scores.DuckDB, err
		}
		if t.Name == "" {
			t.Name = bare(table.Plain(filepath.Base(files[0])))
		}
		path = ""
	}
	if o.SQL != "" {
		t.From, t.Stage = scores.DuckDB.Query(o.SQL), false
	}
	db, err := openDuckDB(path)
	if err != nil {
		return nil, scores.DuckDB, err
	}
	for _, set := range []string{"SET preserve_insertion_order = false", "SET memory_limit = '" + strings.ReplaceAll(o.Memory, "'", "''") + "'"} {
		if _, err := db.ExecContext(ctx, set); err != nil {
			db.Close()
			return nil, scores.DuckDB, refuse(err)
		}
	}
	return db, scores.DuckDB, nil
}

func score(ctx context.Context, s streams, o scoreOptions) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	start := time.Now()
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
	bar := newProgress(s.err, o.Quiet)
	defer bar.finish()
	db, dialect, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	o.Options.Progress = func(done, total int, label string) { bar.report(done, total, "reading scores") }
	res, err := scores.Score(ctx, db, dialect, o.Table, o.Options)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return interrupted{done: "nothing was written", resume: "the same command"}
	}
	if err != nil {
		return err
	}
	bar.finish()
	res.Provenance["version"], res.Provenance["commit"] = Version, Commit()
	res.Provenance["platform"] = runtime.GOOS + "/" + runtime.GOARCH
	res.Provenance["wall_seconds"] = time.Since(start).Seconds()
	if o.Out == "" {
		if err := writeString(s.out, res.String()); err != nil {
			return failure{err}
		}
	} else if !o.Quiet {
		for _, w := range res.Warnings {
			fmt.Fprintln(s.err, "warning: "+w)
		}
	}
	for i, f := range files {
		err := f.commit(func(w io.Writer) error {
			if i == 0 {
				return writeResult(w, o.Out, res)
			}
			b, err := res.ProvenanceJSON()
			if err != nil {
				return err
			}
			return writeString(w, string(b))
		})
		if err != nil {
			return failure{err}
		}
	}
	return nil
}
