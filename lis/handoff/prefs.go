package handoff

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/lislab/lislab/lis"
)

var prefsFields = []arrow.Field{
	{Name: "item_id", Type: arrow.BinaryTypes.String},
	{Name: "updates", Type: arrow.PrimitiveTypes.Int32},
	{Name: "fold", Type: arrow.PrimitiveTypes.Int8},
	{Name: "row", Type: arrow.ListOf(arrow.PrimitiveTypes.Float32)},
	{Name: "first_day", Type: arrow.PrimitiveTypes.Int32},
	{Name: "last_day", Type: arrow.PrimitiveTypes.Int32},
}

// WritePreferences makes prefs.parquet, whole or not at all. The error is lis.ErrIO.
func WritePreferences(path string, p *lis.Preferences) error {
	meta := arrow.NewMetadata(
		[]string{"slot", "day", "lineage", "seed", "rate", "min_updates", "exclusion_sha256"},
		[]string{p.Slot, strconv.Itoa(p.Day), p.Lineage, strconv.Itoa(p.Seed), strconv.FormatFloat(p.Rate, 'g', -1, 64), strconv.Itoa(p.MinUpdates), p.ExclusionSHA256})
	return writeTable(path, arrow.NewSchema(prefsFields, &meta), func(b *array.RecordBuilder) {
		rows := b.Field(3).(*array.ListBuilder)
		values := rows.ValueBuilder().(*array.Float32Builder)
		for i := range p.Items {
			x := &p.Items[i]
			b.Field(0).(*array.StringBuilder).Append(x.ItemID)
			b.Field(1).(*array.Int32Builder).Append(x.Updates)
			b.Field(2).(*array.Int8Builder).Append(x.Fold)
			rows.Append(true)
			values.AppendValues(x.Row, nil)
			b.Field(4).(*array.Int32Builder).Append(x.FirstDay)
			b.Field(5).(*array.Int32Builder).Append(x.LastDay)
		}
	})
}

// ReadPreferences reads prefs.parquet.
func ReadPreferences(path string) (*lis.Preferences, error) {
	t, meta, err := readTable(path)
	if err != nil {
		return nil, err
	}
	defer t.Release()
	c := columns{path, t}
	ids, err := c.texts("item_id")
	if err != nil {
		return nil, err
	}
	p := &lis.Preferences{Items: make([]lis.Preference, len(ids)), Slot: meta["slot"], Lineage: meta["lineage"], ExclusionSHA256: meta["exclusion_sha256"]}
	for _, m := range []struct {
		key string
		set func(string) error
	}{
		{"day", func(s string) (err error) { p.Day, err = strconv.Atoi(s); return }},
		{"seed", func(s string) (err error) { p.Seed, err = strconv.Atoi(s); return }},
		{"rate", func(s string) (err error) { p.Rate, err = strconv.ParseFloat(s, 64); return }},
		{"min_updates", func(s string) (err error) { p.MinUpdates, err = strconv.Atoi(s); return }},
	} {
		if err := m.set(meta[m.key]); err != nil {
			return nil, &lis.InputError{Kind: lis.ErrUnknownKey, What: fmt.Sprintf("metadata %s is %q", m.key, meta[m.key]), File: path, Do: "was the file written by lislab export?", Err: err}
		}
	}
	ints := map[string][]int{}
	for _, name := range []string{"updates", "fold", "first_day", "last_day"} {
		if ints[name], err = c.integers(name); err != nil {
			return nil, err
		}
	}
	rows, err := c.vectors("row")
	if err != nil {
		return nil, err
	}
	for i := range p.Items {
		p.Items[i] = lis.Preference{ItemID: ids[i], Updates: int32(ints["updates"][i]), Fold: int8(ints["fold"][i]), Row: rows[i], FirstDay: int32(ints["first_day"][i]), LastDay: int32(ints["last_day"][i])}
	}
	return p, nil
}

// SHA256 is a file's checksum in hexadecimal, as metadata carries it.
func SHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", &lis.InputError{Kind: lis.ErrNoSuchLog, What: "cannot open: " + err.Error(), File: path, Do: "check the path", Err: err}
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", &lis.InputError{Kind: lis.ErrIO, What: "cannot read: " + err.Error(), File: path, Do: "try again", Err: err}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
