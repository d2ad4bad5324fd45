package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"time"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/auc"
	"github.com/lislab/lislab/lis/ranker"
)

// rankers compare learning a factorisation machine on one core, and time the
// sweep that the simulated feed is for.
var rankers = []comparison{
	{name: "fm, 8 slots × 16", peer: "torch, batches of 1024", unit: "/s", goal: 5, run: fmAgainst("torch", 1024)},
	{name: "fm, 8 slots × 16", peer: "numpy, batches of 1024", unit: "/s", run: fmAgainst("numpy", 1024)},
	{name: "fm, 8 slots × 16", peer: "touching the rows", unit: "/s", goal: 1. / 3, run: fmAgainstFloor},
	{name: "fm, AUC lost against torch", peer: "", unit: "AUC", below: .001, run: fmAUCAgainstTorch},
	{name: "sweep of D0, feed included", peer: "", unit: "s", below: 30, run: sweepD0},
}

// An fmLog is a log of 8 slots whose tables are larger than the caches.
type fmLog struct {
	data    *ranker.Data
	learned []int32 // the first four fifths
	scored  []int32
	ids     int
}

const (
	fmDim  = 16
	fmRows = 500_000
)

var fmIDs = [8]int{300_000, 200_000, 100_000, 50_000, 10_000, 1000, 100, 12}

// newFMLog draws ids with a head and a tail and a label that follows all of
// them, and leaves for Python: fm.index (int32, the ids of an impression side by
// side, those of each slot after those of the one before), fm.label, and the
// vectors that ours start from, fm.start.
func (l *lab) newFMLog() (*fmLog, error) {
	r := rand.New(rand.NewPCG(1, 2))
	f := &fmLog{data: &ranker.Data{Label: make([]bool, fmRows)}}
	index, raw := make([]int32, fmRows*len(fmIDs)), make([]byte, fmRows)
	logit := make([]float64, fmRows)
	for s, k := range fmIDs {
		slot := ranker.Slot{Name: fmt.Sprint(s), IDs: make([]string, k), Index: make([]uint32, fmRows)}
		taste := make([]float64, k)
		for i := range k {
			slot.IDs[i], taste[i] = fmt.Sprint(i), .5*r.NormFloat64()
		}
		for i := range slot.Index {
			id := int(float64(k) * r.Float64() * r.Float64())
			slot.Index[i], index[i*len(fmIDs)+s] = uint32(id), int32(f.ids+id)
			logit[i] += taste[id]
		}
		f.data.Slots = append(f.data.Slots, slot)
		f.ids += k
	}
	for i, z := range logit {
		if r.Float64() < 1/(1+math.Exp(1-z)) {
			f.data.Label[i], raw[i] = true, 1
		}
		if row := int32(i); i < fmRows*4/5 {
			f.learned = append(f.learned, row)
		} else {
			f.scored = append(f.scored, row)
		}
	}
	var start []float32
	m, one := ranker.NewFM(f.options(), f.data), make([]float32, fmDim+1)
	for s, k := range fmIDs {
		for id := range k {
			m.Row(one, s, uint32(id))
			start = append(start, one[1:]...)
		}
	}
	for name, data := range map[string]any{"fm.index": index, "fm.label": raw, "fm.start": start} {
		if _, err := l.file(name, func(path string) error {
			b, err := binary.Append(nil, binary.LittleEndian, data)
			if err != nil {
				return err
			}
			return os.WriteFile(path, b, 0o600)
		}); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *fmLog) options() ranker.Options { return ranker.Options{Seed: 1, Dim: fmDim} }

// learn gives rows learned per second, at its best of three, and the AUC.
func (f *fmLog) learn() (perSecond, area float64, err error) {
	for range 3 {
		m := ranker.NewFM(f.options(), f.data)
		began := time.Now()
		m.Train(f.data, f.learned)
		perSecond = max(perSecond, float64(len(f.learned))/time.Since(began).Seconds())
		if area > 0 {
			continue
		}
		labels := make([]bool, len(f.scored))
		for i, row := range f.scored {
			labels[i] = f.data.Label[row]
		}
		if area, err = auc.AUC32(ranker.Scores(m, f.data, f.scored), labels); err != nil {
			return 0, 0, err
		}
	}
	return perSecond, area, nil
}

//go:embed fm.py
var fmScript string

// theirs runs fm.py.
func (f *fmLog) theirs(ctx context.Context, l *lab, library string, batch int) (perSecond, area float64, err error) {
	python, err := l.pythonWith(ctx, library)
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, python, "-c", fmScript, library, l.dir, fmt.Sprint(fmRows), fmt.Sprint(len(f.learned)), fmt.Sprint(len(fmIDs)), fmt.Sprint(f.ids), fmt.Sprint(fmDim), fmt.Sprint(batch))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w: %s", python, err, lastLine(stderr.String()))
	}
	_, err = fmt.Sscan(string(out), &perSecond, &area)
	return perSecond, area, err
}

// pythonWith is a Python that has a library: the project's, or Debian's.
func (l *lab) pythonWith(ctx context.Context, library string) (string, error) {
	for _, python := range []string{l.python, "/usr/bin/python3"} {
		if exec.CommandContext(ctx, python, "-c", "import numpy, "+library).Run() == nil {
			return python, nil
		}
	}
	return "", &absentPeer{errors.New("sudo apt-get install -y python3-" + library)}
}

func fmAgainst(library string, batch int) func(context.Context, *lab) (float64, float64, error) {
	return func(ctx context.Context, l *lab) (ours, peer float64, err error) {
		f, err := l.newFMLog()
		if err != nil {
			return 0, 0, err
		}
		if ours, _, err = f.learn(); err != nil {
			return 0, 0, err
		}
		peer, _, err = f.theirs(ctx, l, library, batch)
		return ours, peer, err
	}
}

// fmAgainstFloor: what learning cannot be faster than, one number of each cache
// line of an impression's rows read and written.
func fmAgainstFloor(_ context.Context, l *lab) (ours, floor float64, err error) {
	f, err := l.newFMLog()
	if err != nil {
		return 0, 0, err
	}
	if ours, _, err = f.learn(); err != nil {
		return 0, 0, err
	}
	const stride, line = 2*fmDim + 2, 16
	var tables [len(fmIDs)][]float32
	for s, k := range fmIDs {
		tables[s] = make([]float32, k*stride)
	}
	took, err := best(3, func() error {
		for _, row := range f.learned {
			for s := range tables {
				from := int(f.data.Slots[s].Index[row]) * stride
				for v := tables[s][from : from+stride]; ; v = v[line:] {
					v[0]++
					if len(v) <= line {
						break
					}
				}
			}
		}
		return nil
	})
	return ours, float64(len(f.learned)) / took, err
}

// fmAUCAgainstTorch is by how much torch's AUC is above ours, in batches small
// enough to be near learning row by row.
func fmAUCAgainstTorch(ctx context.Context, l *lab) (lost, _ float64, err error) {
	f, err := l.newFMLog()
	if err != nil {
		return 0, 0, err
	}
	_, ours, err := f.learn()
	if err != nil {
		return 0, 0, err
	}
	_, theirs, err := f.theirs(ctx, l, "torch", 64)
	return max(0, theirs-ours), math.NaN(), err
}

// sweepD0 measures four slots at six horizons and four filters, held-out and
// raw, with three seeds.
func sweepD0(ctx context.Context, _ *lab) (ours, _ float64, err error) {
	began := time.Now()
	log, err := datasets.D0().Log(ctx)
	if err != nil {
		return 0, 0, err
	}
	_, err = lis.Sweep(ctx, log, lis.Study{
		Slots: []string{"item", "user", "author", "topic"}, Horizons: []int{0, 1, 3, 7, 14, 30}, MaxUpdates: []int{10, 100, 1000, lis.Inf},
		Seeds: 3, Protocols: []lis.Protocol{lis.HeldOut, lis.Raw},
	})
	return time.Since(began).Seconds(), math.NaN(), err
}
