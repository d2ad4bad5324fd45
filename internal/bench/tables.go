package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/go-gota/gota/dataframe"

	"github.com/lislab/lislab/datasets/frame"
	"github.com/lislab/lislab/datasets/table"
)

// tables compare the reading and grouping of a table of a million rows and
// twelve columns as logs have them: a time, ids, titles (one in ten quoted, with
// separator and marks in it), counts, rates in full precision, a flag.
var tables = []comparison{
	{name: "csv 1M×12", peer: "gota ReadCSV", unit: "s", goal: 10, run: func(ctx context.Context, l *lab) (float64, float64, error) {
		return csvAgainst(ctx, l, l.readGota)
	}},
	{name: "csv 1M×12", peer: "pandas read_csv", unit: "s", goal: 5, run: func(ctx context.Context, l *lab) (float64, float64, error) {
		return csvAgainst(ctx, l, func(path string) (float64, error) {
			return l.pythonBest(ctx, 3, "import pandas as pd", "pd.read_csv(sys.argv[1])", path)
		})
	}},
	{name: "csv 1M×12 into gota", peer: "gota ReadCSV", unit: "s", run: func(ctx context.Context, l *lab) (float64, float64, error) {
		path, err := l.file("log.csv", writeCSV)
		if err != nil {
			return 0, 0, err
		}
		ours, err := best(3, func() error { return intoGota(ctx, path) })
		if err != nil {
			return 0, 0, err
		}
		peer, err := l.readGota(path)
		return ours, peer, err
	}},
	{name: "parquet 1M×12 into gota", peer: "gota ReadCSV", unit: "s", goal: 5, run: func(ctx context.Context, l *lab) (float64, float64, error) {
		path, err := l.file("log.parquet", writeParquet)
		if err != nil {
			return 0, 0, err
		}
		ours, err := best(3, func() error { return intoGota(ctx, path) })
		if err != nil {
			return 0, 0, err
		}
		text, err := l.file("log.csv", writeCSV)
		if err != nil {
			return 0, 0, err
		}
		peer, err := l.readGota(text)
		return ours, peer, err
	}},
	{name: "group by, 1M rows", peer: "gota GroupBy", unit: "s", run: groupBy},
}

func csvAgainst(ctx context.Context, l *lab, peer func(string) (float64, error)) (ours, theirs float64, err error) {
	path, err := l.file("log.csv", writeCSV)
	if err != nil {
		return 0, 0, err
	}
	ours, err = best(5, func() error {
		t, err := table.ReadCSV(ctx, []string{path}, table.Options{})
		if err == nil && t.Rows != benchRows {
			err = fmt.Errorf("%d rows", t.Rows)
		}
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	theirs, err = peer(path)
	return ours, theirs, err
}

func intoGota(ctx context.Context, path string) error {
	t, err := table.Read(ctx, []string{path}, table.Options{})
	if err != nil {
		return err
	}
	return t.Frame().Err
}

func (l *lab) readGota(path string) (float64, error) {
	return l.once("gota "+path, func() (float64, error) {
		return best(2, func() error {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			return dataframe.ReadCSV(f).Err
		})
	})
}

func groupBy(ctx context.Context, l *lab) (ours, peer float64, err error) {
	path, err := l.file("log.csv", writeCSV)
	if err != nil {
		return 0, 0, err
	}
	t, err := table.ReadCSV(ctx, []string{path}, table.Options{Want: []table.Want{{Column: "user"}, {Column: "price"}}})
	if err != nil {
		return 0, 0, err
	}
	df := t.Frame()
	ours, err = best(3, func() error {
		g, err := frame.GroupBy(df, "user")
		if err != nil {
			return err
		}
		_, err = g.Agg(frame.Mean("price"))
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	peer, err = best(1, func() error {
		return df.GroupBy("user").Aggregation([]dataframe.AggregationType{dataframe.Aggregation_MEAN}, []string{"price"}).Err
	})
	return ours, peer, err
}

const benchRows = 1_000_000

var benchColumns = []string{"time", "user", "item", "author", "title", "price", "score", "views", "clicks", "ratio", "country", "label"}

// row is one row of the table.
type row struct {
	time                              int64
	user, item, author, title, nation string
	price, score, ratio               float64
	views, clicks, label              int64
}

// eachRow draws the same rows every time.
func eachRow(do func(row) error) error {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range benchRows {
		v := row{
			time: 1700000000000 + int64(i)*700, user: fmt.Sprintf("u%d", r.IntN(30000)), item: fmt.Sprintf("i%d", r.IntN(200000)), author: fmt.Sprintf("a%d", r.IntN(5000)),
			title: fmt.Sprintf("film %d", r.IntN(20000)), nation: []string{"DE", "FR", "US", "CN"}[r.IntN(4)],
			price: float64(r.IntN(10000)) / 100, score: r.NormFloat64(), ratio: r.Float64(),
			views: r.Int64N(1000000), clicks: r.Int64N(1000), label: r.Int64N(2),
		}
		if r.IntN(10) == 0 {
			v.title = fmt.Sprintf(`The "Film", part %d`, r.IntN(100))
		}
		if err := do(v); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	for i, c := range benchColumns {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(c)
	}
	w.WriteByte('\n')
	err = eachRow(func(v row) error {
		title := v.title
		if title[0] == 'T' {
			title = fmt.Sprintf(`"The ""Film"", part %s"`, title[len(`The "Film", part `):])
		}
		_, err := fmt.Fprintf(w, "%d,%s,%s,%s,%s,%.2f,%v,%d,%d,%v,%s,%d\n", v.time, v.user, v.item, v.author, title, v.price, v.score, v.views, v.clicks, v.ratio, v.nation, v.label)
		return err
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func writeParquet(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	kinds := []arrow.DataType{arrow.PrimitiveTypes.Int64, arrow.BinaryTypes.String, arrow.BinaryTypes.String, arrow.BinaryTypes.String, arrow.BinaryTypes.String, arrow.PrimitiveTypes.Float64,
		arrow.PrimitiveTypes.Float64, arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Float64, arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64}
	var fields []arrow.Field
	for i, c := range benchColumns {
		fields = append(fields, arrow.Field{Name: c, Type: kinds[i]})
	}
	schema := arrow.NewSchema(fields, nil)
	w, err := pqarrow.NewFileWriter(schema, f, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	n := 0
	flush := func() error {
		batch := b.NewRecordBatch()
		defer batch.Release()
		return w.Write(batch)
	}
	err = eachRow(func(v row) error {
		for i, x := range []int64{v.time, v.views, v.clicks, v.label} {
			b.Field([]int{0, 7, 8, 11}[i]).(*array.Int64Builder).Append(x)
		}
		for i, x := range []string{v.user, v.item, v.author, v.title, v.nation} {
			b.Field([]int{1, 2, 3, 4, 10}[i]).(*array.StringBuilder).Append(x)
		}
		for i, x := range []float64{v.price, v.score, v.ratio} {
			b.Field([]int{5, 6, 9}[i]).(*array.Float64Builder).Append(x)
		}
		if n++; n%(1<<17) == 0 {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	return w.Close()
}
