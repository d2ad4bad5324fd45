package handoff

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/sbinet/npyio"

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
	var flat []float64
	shape, err := npy(path, func(r *npyio.Reader) (err error) {
		switch r.Header.Descr.Type {
		case "<f4":
			var f []float32
			err = r.Read(&f)
			for _, x := range f {
				flat = append(flat, float64(x))
			}
		case "<f8":
			err = r.Read(&flat)
		default:
			err = fmt.Errorf("values of type %s", r.Header.Descr.Type)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(shape) != 2 {
		return nil, &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("an array of shape %v", shape), File: path, Do: "write an array of items × dimensions, float32"}
	}
	if _, err := npy(ids, func(r *npyio.Reader) error {
		if strings.HasPrefix(r.Header.Descr.Type, "<i") {
			var n []int64
			if r.Header.Descr.Type == "<i4" {
				var m []int32
				if err := r.Read(&m); err != nil {
					return err
				}
				for _, x := range m {
					n = append(n, int64(x))
				}
			} else if err := r.Read(&n); err != nil {
				return err
			}
			for _, x := range n {
				v.IDs = append(v.IDs, fmt.Sprint(x))
			}
			return nil
		}
		return r.Read(&v.IDs)
	}); err != nil {
		return nil, err
	}
	if len(v.IDs) != shape[0] {
		return nil, &lis.InputError{Kind: lis.ErrBadVectors, What: fmt.Sprintf("%d ids for %d vectors", len(v.IDs), shape[0]), File: ids, Do: "write one id per vector"}
	}
	for i := range shape[0] {
		row := make([]float32, shape[1])
		for k := range row {
			row[k] = float32(flat[i*shape[1]+k])
		}
		v.Vec = append(v.Vec, row)
	}
	return v, nil
}

// npy opens a .npy file in row order and hands it to read.
func npy(path string, read func(*npyio.Reader) error) (shape []int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "cannot open: " + err.Error(), File: path, Do: "check the path", Err: err}
	}
	defer f.Close()
	r, err := npyio.NewReader(f)
	if err == nil && r.Header.Descr.Fortran {
		err = fmt.Errorf("an array in column order")
	}
	if err == nil {
		err = read(r)
	}
	if err != nil {
		return nil, &lis.InputError{Kind: lis.ErrBadVectors, What: "not a readable array: " + err.Error(), File: path, Do: "write it with numpy.save, in row order", Err: err}
	}
	return r.Header.Descr.Shape, nil
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
