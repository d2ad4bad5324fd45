package lis

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"math"
	"time"

	"github.com/lislab/lislab/lis/ranker"
)

// SHA256 is the hash of everything in the log that a figure can depend on: the
// same impressions give the same hash, whatever file they came from.
func (l *Log) SHA256() string {
	h := sha256.New()
	text := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	rows := func(hash func(from, to int)) {
		for from, to := range l.spans() {
			hash(from, to)
		}
	}
	rows(func(from, to int) { put(h, l.Time[from:to]) })
	for i := range l.Slots {
		c := &l.Slots[i]
		text(c.Name)
		put(h, []int64{int64(len(c.IDs))})
		for _, id := range c.IDs {
			text(id)
		}
		if c.Offsets == nil {
			rows(func(from, to int) { put(h, c.Index[from:to]) })
			continue
		}
		rows(func(from, to int) { put(h, c.Index[c.Offsets[from]:c.Offsets[to]]) })
		put(h, []int64{0})
		rows(func(from, to int) {
			for _, o := range c.Offsets[from+1 : to+1] {
				put(h, []int64{int64(o)})
			}
		})
	}
	rows(func(from, to int) { put(h, l.Label[from:to]) })
	for _, c := range l.Numeric {
		text(c.Name)
		rows(func(from, to int) { put(h, c.Values[from:to]) })
	}
	if l.Weight != nil {
		rows(func(from, to int) { put(h, l.Weight[from:to]) })
	}
	text(l.Location.String())
	return hex.EncodeToString(h.Sum(nil))
}

// put hashes numbers in little-endian order.
func put[T int64 | uint32 | bool | float64 | float32](h hash.Hash, v []T) {
	buf := make([]byte, 0, 8*min(len(v), 4096))
	for len(v) > 0 {
		n := min(len(v), 4096)
		buf, _ = binary.Append(buf[:0], binary.LittleEndian, v[:n]) // fixed-size values do not fail
		h.Write(buf)
		v = v[n:]
	}
}

// describe says in Provenance what the rows were made of.
func (r *Result) describe(l *Log, took time.Duration) {
	sum := l.SHA256()
	study, err := json.Marshal(r.Study)
	if err != nil {
		panic(err) // a study of plain values
	}
	id := sha256.Sum256(append(study, sum...))
	r.Provenance = map[string]any{
		"id": hex.EncodeToString(id[:]),
		"log": map[string]any{
			"name": l.Name, "rows": l.Len(), "sha256": sum,
			"first": time.Unix(0, l.Time[0]).UTC().Format(time.RFC3339Nano),
			"last":  time.Unix(0, l.Time[l.Len()-1]).UTC().Format(time.RFC3339Nano),
		},
		"arithmetic":   ranker.Arithmetic(),
		"wall_seconds": took.Seconds(),
	}
}

// provenance is a Result as the JSON beside its CSV has it: everything but
// the rows.
type provenance Result

type provenanceText struct {
	Study      Study            `json:"study"`
	T          []int            `json:"t"`
	LeftOut    []int            `json:"t_left_out"`
	Seeds      []int            `json:"seeds"`
	Threshold  float64          `json:"threshold"`
	NoiseFloor *float64         `json:"noise_floor"`
	Warnings   []string         `json:"warnings"`
	Importance []SlotImportance `json:"importance"`
	ColdShare  *float64         `json:"cold_share"`
	Content    *ReachResult     `json:"content_reachable"`
	Verdict    *Verdict         `json:"verdict"`
}

// ProvenanceJSON is what stands beside a result's CSV: the study with every
// default filled in, t used and left out, seeds, thresholds, warnings, and
// what Provenance holds, under its keys.
func (r *Result) ProvenanceJSON() ([]byte, error) {
	t := provenanceText{Study: r.Study, T: r.T, LeftOut: r.LeftOut, Threshold: r.Threshold, Warnings: r.Warnings, Importance: r.Importance, Content: r.Content, Verdict: r.Verdict()}
	if !math.IsNaN(r.NoiseFloor) {
		t.NoiseFloor = &r.NoiseFloor
	}
	if !math.IsNaN(r.ColdShare) {
		t.ColdShare = &r.ColdShare
	}
	for k := 1; k <= r.Study.Seeds; k++ {
		t.Seeds = append(t.Seeds, r.Study.seed(k))
	}
	b, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	all := map[string]any{}
	for k, v := range r.Provenance {
		all[k] = v
	}
	var own map[string]json.RawMessage
	if err := json.Unmarshal(b, &own); err != nil {
		return nil, err
	}
	for k, v := range own {
		all[k] = v
	}
	return json.MarshalIndent(all, "", "  ")
}

// UnmarshalJSON reads what ProvenanceJSON writes.
func (p *provenance) UnmarshalJSON(b []byte) error {
	t := provenanceText{Threshold: defaultThreshold}
	if err := json.Unmarshal(b, &t); err != nil {
		return err
	}
	p.Study, p.T, p.LeftOut, p.Threshold, p.Warnings, p.Importance, p.Content, p.NoiseFloor = t.Study, t.T, t.LeftOut, t.Threshold, t.Warnings, t.Importance, t.Content, math.NaN()
	if t.NoiseFloor != nil {
		p.NoiseFloor = *t.NoiseFloor
	}
	if p.ColdShare = math.NaN(); t.ColdShare != nil {
		p.ColdShare = *t.ColdShare
	}
	all := map[string]any{}
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for _, own := range []string{"study", "t", "t_left_out", "seeds", "threshold", "noise_floor", "warnings", "importance", "cold_share", "content_reachable", "verdict"} {
		delete(all, own)
	}
	p.Provenance = all
	return nil
}
