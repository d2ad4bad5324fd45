package table

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// benchCSV writes rows of twelve columns as logs have them: a time, ids, names
// with a separator in quotes now and then, counts, rates, a flag.
func benchCSV(tb testing.TB, rows int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "bench.csv")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	r := rand.New(rand.NewPCG(1, 2))
	fmt.Fprintln(w, "time,user,item,author,title,price,score,views,clicks,ratio,country,label")
	for i := range rows {
		title := fmt.Sprintf("film %d", r.IntN(20000))
		if r.IntN(10) == 0 {
			title = fmt.Sprintf(`"The ""Film"", part %d"`, r.IntN(100))
		}
		fmt.Fprintf(w, "%d,u%d,i%d,a%d,%s,%.2f,%.6f,%d,%d,%.4f,%s,%d\n", 1700000000000+int64(i)*700, r.IntN(30000), r.IntN(200000), r.IntN(5000), title,
			r.Float64()*100, r.NormFloat64(), r.IntN(1000000), r.IntN(1000), r.Float64(), []string{"DE", "FR", "US", "CN"}[r.IntN(4)], r.IntN(2))
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

func BenchmarkCSV(b *testing.B) {
	path := benchCSV(b, 1_000_000)
	st, _ := os.Stat(path)
	b.SetBytes(st.Size())
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			if _, err := ReadCSV(context.Background(), []string{path}, Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("gota", func(b *testing.B) {
		for b.Loop() {
			t, err := ReadCSV(context.Background(), []string{path}, Options{})
			if err != nil {
				b.Fatal(err)
			}
			t.Frame()
		}
	})
}
