package table

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/lislab/lislab/lis"
)

// A file that was cut off is an error, wherever the cut is and however many
// malformed rows are allowed: a compressed one always, a plain one unless the cut
// lies between rows or within the last cell, which nothing can tell.
func TestCutFiles(t *testing.T) {
	var csv, json strings.Builder
	csv.WriteString("time,user,label\n")
	for i := range 300 {
		fmt.Fprintf(&csv, "%d,\"u, %d\",%d\n", 1_700_000_000+i, i*i%997, i%2)
		fmt.Fprintf(&json, "{\"time\": %d, \"user\": \"u%d\", \"label\": %d}\n", 1_700_000_000+i, i*i%997, i%2)
	}
	gz := func(text string) []byte {
		var b bytes.Buffer
		for _, half := range []string{text[:len(text)/2], text[len(text)/2:]} { // of two members, as cat makes
			w := gzip.NewWriter(&b)
			w.Write([]byte(half))
			w.Close()
		}
		return b.Bytes()
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	parquet, err := os.ReadFile(writeParquet(t, 900, 300, true))
	if err != nil {
		t.Fatal(err)
	}
	wants := []Want{{Column: "time", Kind: Time, Required: true}, {Column: "user", Kind: IDs, Required: true}, {Column: "label", Kind: Bool, Required: true}}
	o := Options{Want: wants, MaxBad: 1, chunk: 1 << 10}
	count := func(path string) (int, error) {
		rows := 0
		for piece, err := range Stream(background, []string{path}, o) {
			if err != nil {
				return rows, err
			}
			rows += piece.Rows
		}
		return rows, nil
	}
	for name, data := range map[string][]byte{
		"x.csv": []byte(csv.String()), "x.jsonl": []byte(json.String()),
		"x.csv.gz": gz(csv.String()), "x.jsonl.gz": gz(json.String()), "x.csv.zst": z.EncodeAll([]byte(csv.String()), nil),
		"x.parquet": parquet,
	} {
		path := filepath.Join(t.TempDir(), name)
		plain := Plain(name) == name && name != "x.parquet"
		for n := 0; n <= len(data); n += max(1, min(len(data)-n, len(data)/150)) {
			if err := os.WriteFile(path, data[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			read, err := Read(background, []string{path}, o)
			streamed, serr := count(path)
			if (err == nil) != (serr == nil) || err == nil && read.Rows != streamed {
				t.Fatalf("%s cut to %d of %d bytes: Read says %v, Stream %v", name, n, len(data), err, serr)
			}
			if n == len(data) {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				break
			}
			whole := bytes.HasSuffix(data[:n], []byte("\n")) || bytes.HasSuffix(data[:n], []byte("}")) || bytes.HasSuffix(data[:n], []byte(",0")) || bytes.HasSuffix(data[:n], []byte(",1"))
			switch {
			case err != nil && lis.Name(err) == "":
				t.Errorf("%s cut to %d bytes: %v has no name", name, n, err)
			case err == nil && !(plain && whole):
				t.Errorf("%s cut to %d of %d bytes: %d rows without a word", name, n, len(data), read.Rows)
			}
		}
	}
}
