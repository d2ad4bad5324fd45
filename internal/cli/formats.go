package cli

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/scores"
)

// resultFormats are the endings that --out may have.
var resultFormats = []string{".csv", ".parquet", ".json", ".md", ".html", ".tex"}

// rendered is a result of rows in all its renderings: a sweep's or that of
// representations.
type rendered interface {
	WriteCSV(io.Writer) error
	Frame() dataframe.DataFrame
	HTML() string
	Markdown() string
	LaTeX() string
	String() string
	ProvenanceJSON() ([]byte, error)
}

// rowsOf are a result's columns and its rows as text, and its name for a title.
func rowsOf(res rendered) (header []string, rows [][]string, title string) {
	switch r := res.(type) {
	case *lis.Result:
		return r.Header(), r.Records(), "Leakage Impact Score: " + logNames(r)
	case *scores.Result:
		for i := range r.Rows {
			rows = append(rows, r.Record(i))
		}
		return scores.Header(), rows, "Leakage Impact Score: " + logNames(&r.Result)
	case *lis.AISResult:
		for i := range r.Rows {
			rows = append(rows, r.Rows[i].Record())
		}
		return lis.AISHeader(), rows, "AUC improvement by representations"
	}
	panic(fmt.Sprintf("cli: no rows of a %T", res))
}

// writeResult writes res as the file's ending says.
func writeResult(w io.Writer, file string, res rendered) error {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".csv":
		return res.WriteCSV(w)
	case ".parquet":
		return writeParquet(w, res)
	case ".json":
		return writeJSON(w, res)
	case ".md":
		return writeString(w, res.Markdown())
	case ".tex":
		return writeString(w, res.LaTeX())
	case ".html":
		return writeString(w, page(res))
	}
	panic("cli: an ending that checkOut let through: " + file)
}

func writeString(w io.Writer, s string) error {
	if !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	_, err := io.WriteString(w, s)
	return err
}

// page is a table as a page of its own.
func page(res rendered) string {
	_, _, title := rowsOf(res)
	return document(title, res.HTML())
}

// document is an HTML page that needs nothing else.
func document(title, body string) string {
	return fmt.Sprintf(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>%s</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#222;background:#fff;overflow-x:auto}
table{border-collapse:collapse}td,th{padding:.25em .7em;border-bottom:1px solid #ddd}
svg{max-width:100%%;height:auto;display:block}.note{color:#666;max-width:46rem}section{margin-bottom:3rem}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1d21}td,th{border-color:#444}.note{color:#aaa}}
</style></head><body>
%s
</body></html>
`, html.EscapeString(title), body)
}

func logNames(res *lis.Result) string {
	var names []string
	for _, r := range res.Rows {
		if len(names) == 0 || names[len(names)-1] != r.Log {
			names = append(names, r.Log)
		}
	}
	return strings.Join(names, ", ")
}

// writeJSON writes what OUT.json would hold beside a CSV, and the rows; a figure
// that does not apply is null.
func writeJSON(w io.Writer, res rendered) error {
	b, err := res.ProvenanceJSON()
	if err != nil {
		return err
	}
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	kinds := res.Frame().Types()
	header, records, _ := rowsOf(res)
	var rows strings.Builder
	for i := range records {
		rows.WriteString(map[bool]string{true: "[", false: ","}[i == 0] + "{")
		for k, v := range records[i] {
			if k > 0 {
				rows.WriteByte(',')
			}
			switch {
			case kinds[k] == series.String:
				quoted, err := json.Marshal(v)
				if err != nil {
					return err
				}
				v = string(quoted)
			case v == "":
				v = "null"
			}
			fmt.Fprintf(&rows, "%q:%s", header[k], v)
		}
		rows.WriteByte('}')
	}
	if rows.Len() == 0 {
		rows.WriteByte('[')
	}
	all["rows"] = json.RawMessage(rows.String() + "]")
	out, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return writeString(w, string(out))
}

// writeParquet writes the rows with typed columns; a figure that does not apply
// is null.
func writeParquet(w io.Writer, res rendered) error {
	types := map[series.Type]arrow.DataType{series.String: arrow.BinaryTypes.String, series.Int: arrow.PrimitiveTypes.Int64, series.Float: arrow.PrimitiveTypes.Float64, series.Bool: arrow.FixedWidthTypes.Boolean}
	kinds := res.Frame().Types()
	header, records, _ := rowsOf(res)
	var fields []arrow.Field
	for k, name := range header {
		fields = append(fields, arrow.Field{Name: name, Type: types[kinds[k]], Nullable: kinds[k] == series.Float})
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, record := range records {
		for k, v := range record {
			if err := appendText(b.Field(k), v); err != nil {
				return fmt.Errorf("column %s: %w", header[k], err)
			}
		}
	}
	rec := b.NewRecordBatch()
	defer rec.Release()
	pw, err := pqarrow.NewFileWriter(schema, w, parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd)), pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	if err := pw.Write(rec); err != nil {
		return err
	}
	return pw.Close()
}

// appendText appends a value as Record writes it.
func appendText(b array.Builder, v string) error {
	switch b := b.(type) {
	case *array.StringBuilder:
		b.Append(v)
	case *array.Int64Builder:
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return err
		}
		b.Append(n)
	case *array.Float64Builder:
		if v == "" {
			b.AppendNull()
			return nil
		}
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(x) {
			return fmt.Errorf("%q is no figure", v)
		}
		b.Append(x)
	case *array.BooleanBuilder:
		t, err := strconv.ParseBool(v)
		if err != nil {
			return err
		}
		b.Append(t)
	}
	return nil
}
