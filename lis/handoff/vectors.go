package handoff

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/lislab/lislab/internal/npy"
	"github.com/lislab/lislab/lis"
)

// MaxDim is the largest length of a representation, exclusive: production
// rankers take vectors below it.
const MaxDim = 100

// Vectors is a representation: one vector per item, all of one length below MaxDim.
type Vectors struct {
	IDs []string
	Vec [][]float32
	// Encoder and Version name what made them.
	Encoder, Version string
	// PrefsSHA256 is the checksum of the prefs.parquet that taught them; "" where
	// the file does not say.
	PrefsSHA256 string
	// R2 is the out-of-fold R² per dimension of the target, as the encoder says; may be nil.
	R2 []float64
}

// ReadVectors reads vectors.parquet, or vectors.npy with ids.npy beside it (the
// same path with "ids" for "vectors", else that of the argument ids). What is
// wrong with a vector — missing, twice, not finite, of another length, 100 or
// more values — is lis.ErrBadVectors with the row.
func ReadVectors(path, ids string) (*Vectors, error) {
	var v *Vectors
	var err error
	if strings.HasSuffix(path, ".npy") {
		v, err = readNpy(path, ids)
	} else {
		v, err = readVectorTable(path)
	}
	if err != nil {
		return nil, err
	}
	return v, v.check(path)
}

func readVectorTable(path string) (*Vectors, error) {
	t, meta, err := readTable(path)
	if err != nil {
		return nil, err
	}
	defer t.Release()
	c := columns{path, t}
	v := &Vectors{Encoder: meta["encoder"], Version: meta["version"], PrefsSHA256: meta["prefs_sha256"]}
	if v.IDs, err = c.texts("item_id"); err != nil {
		return nil, err
	}
	if v.Vec, err = c.vectors("vec"); err != nil {
		return nil, err
	}
	if s := meta["r2"]; s != "" {
		if err := json.Unmarshal([]byte(s), &v.R2); err != nil {
			return nil, &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("metadata r2 is %q", s), File: path, Do: "write a JSON list of numbers", Err: err}
		}
	}
	return v, nil
}

func readNpy(path, ids string) (*Vectors, error) {
	if ids == "" {
		at := strings.LastIndex(path, "vectors")
		if at < 0 {
			return nil, &lis.InputError{Kind: lis.ErrUsage, What: "no file of ids for " + path, Do: "name it ids.npy beside vectors.npy, or say where it is"}
		}
		ids = path[:at] + "ids" + path[at+len("vectors"):]
	}
	v := &Vectors{Encoder: "npy"}
	a, err := readArray(path)
	if err != nil {
		return nil, err
	}
	if a.Dims != 2 || a.Kind != npy.Float {
		return nil, &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("an array of %d dimensions, or not of floats", a.Dims), File: path, Do: "write an array of items × dimensions, float32"}
	}
	names, err := readArray(ids)
	if err != nil {
		return nil, err
	}
	if names.Dims != 1 || names.Kind != npy.Int && names.Kind != npy.Text {
		return nil, &lis.InputError{Kind: lis.ErrBadVectors, What: "the ids are no list of whole numbers or texts", File: ids, Do: "write one id per vector"}
	}
	v.IDs = names.Texts
	for _, id := range names.Ints {
		v.IDs = append(v.IDs, strconv.FormatInt(id, 10))
	}
	if len(v.IDs) != a.Rows {
		return nil, &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("%d ids for %d vectors", len(v.IDs), a.Rows), File: ids, Do: "write one id per vector"}
	}
	for i := range a.Rows {
		row := make([]float32, a.Cols)
		for k := range row {
			row[k] = float32(a.Floats[i*a.Cols+k])
		}
		v.Vec = append(v.Vec, row)
	}
	return v, nil
}

// readArray reads a .npy file, whole or not at all.
func readArray(path string) (*npy.Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "cannot open: " + err.Error(), File: path, Do: "check the path", Err: err}
	}
	defer f.Close()
	a, err := npy.Read(bufio.NewReader(f))
	if err != nil {
		return nil, &lis.InputError{Kind: lis.ErrBadVectors, What: "not a readable array: " + err.Error(), File: path, Do: "write it with numpy.save", Err: err}
	}
	return a, nil
}

func (v *Vectors) check(path string) error {
	if len(v.IDs) == 0 {
		return &lis.InputError{Kind: lis.ErrBadVectors, What: "no vector at all", File: path, Do: "write one vector per item"}
	}
	seen := map[string]int{}
	for i, id := range v.IDs {
		if first, ok := seen[id]; ok {
			return badVector(path, i, "item %q stands here and in row %d", id, first+1)
		}
		seen[id] = i
		x := v.Vec[i]
		switch {
		case x == nil:
			return badVector(path, i, "item %q has no vector", id)
		case len(x) == 0 || len(x) >= MaxDim:
			return badVector(path, i, "a vector of %d values, want 1 to %d", len(x), MaxDim-1)
		case len(x) != len(v.Vec[0]):
			return badVector(path, i, "item %q has %d values, the first item has %d", id, len(x), len(v.Vec[0]))
		}
		for k, a := range x {
			if math.IsNaN(float64(a)) || math.IsInf(float64(a), 0) {
				return badVector(path, i, "value %d of item %q is %v", k, id, a)
			}
		}
	}
	return nil
}

// Taught checks that the vectors belong to a preference file and cover the
// items that are scored: another prefs.parquet's checksum, or an item without a
// vector, is lis.ErrBadVectors.
func (v *Vectors) Taught(path, prefsSHA256 string, items []string) error {
	if prefsSHA256 != "" && v.PrefsSHA256 != prefsSHA256 {
		return &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("taught on preference data %.12s…, not on %.12s…", v.PrefsSHA256, prefsSHA256), File: path, Do: "encode again from the prefs.parquet at hand"}
	}
	have := make(map[string]bool, len(v.IDs))
	for _, id := range v.IDs {
		have[id] = true
	}
	missing, first := 0, ""
	for _, id := range items {
		if !have[id] {
			if missing == 0 {
				first = id
			}
			missing++
		}
	}
	if missing > 0 {
		return &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("%d of %d items have no vector, the first is %q", missing, len(items), first), File: path, Do: "encode every item of items.parquet"}
	}
	return nil
}

// Write makes vectors.parquet, whole or not at all. The error is lis.ErrIO.
func (v *Vectors) Write(path string) error {
	r2 := ""
	if v.R2 != nil {
		b, err := json.Marshal(v.R2)
		if err != nil {
			return &lis.InputError{Kind: lis.ErrBadVectors, What: "R² is not a number", File: path, Do: "leave out a dimension that does not vary", Err: err}
		}
		r2 = string(b)
	}
	meta := arrow.NewMetadata([]string{"encoder", "version", "prefs_sha256", "r2"}, []string{v.Encoder, v.Version, v.PrefsSHA256, r2})
	schema := arrow.NewSchema([]arrow.Field{{Name: "item_id", Type: arrow.BinaryTypes.String}, {Name: "vec", Type: arrow.ListOf(arrow.PrimitiveTypes.Float32)}}, &meta)
	return writeTable(path, schema, func(b *array.RecordBuilder) {
		l := b.Field(1).(*array.ListBuilder)
		for i := range v.IDs {
			b.Field(0).(*array.StringBuilder).Append(v.IDs[i])
			l.Append(true)
			l.ValueBuilder().(*array.Float32Builder).AppendValues(v.Vec[i], nil)
		}
	})
}
