package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
)

// invariances checks that what must not enter a figure changes no bit of it:
// item 13.
func invariances(ctx context.Context, r *report) error {
	m, l, err := draw(ctx, datasets.D0(), 1)
	if err != nil {
		return err
	}
	study := lis.Study{Slots: []string{"item", "user", "item+author"}, Horizons: []int{0, 1, 7}, MaxUpdates: []int{100, lis.Inf}, Seeds: 1, T: t15to30}
	plain, err := lis.Sweep(ctx, l, study)
	if err != nil {
		return err
	}

	flipped := m.Data()
	for row, h := range l.Hash {
		if h%10 == 0 {
			flipped.Label[row] = !flipped.Label[row]
		}
	}
	honest := study
	honest.Protocols = []lis.Protocol{lis.HeldOut}
	before, err := scores(ctx, l, honest)
	if err != nil {
		return err
	}
	f, err := lis.NewLog(flipped)
	if err != nil {
		return err
	}
	after, err := scores(ctx, f, honest)
	if err != nil {
		return err
	}
	label := slices.Index(before[0], "label")
	differing := 0
	for i := range before {
		if !slices.Equal(slices.Delete(slices.Clone(before[i]), label, label+1), slices.Delete(slices.Clone(after[i]), label, label+1)) {
			differing++
		}
	}
	r.exact(13, "held-out scores that change when every held label is flipped", differing)

	const day = 24
	cut := study
	cut.Horizons, cut.T = []int{0, 1}, &[2]int{15, day - 1}
	short, err := l.Filter(func(row int) bool { return row < (day+1)*m.Feed.World.ImpressionsPerDay })
	if err != nil {
		return err
	}
	whole, err := scores(ctx, l, cut)
	if err != nil {
		return err
	}
	part, err := scores(ctx, short, cut)
	if err != nil {
		return err
	}
	base := slices.Index(whole[0], "base")
	differing = 0
	for i := range whole {
		if whole[i][base] != part[i][base] {
			differing++
		}
	}
	r.exact(13, "base scores at t that change when the log ends after period t+1", differing)

	table := csvOf(plain)
	other := func(what string, l *lis.Log, s lis.Study) error {
		res, err := lis.Sweep(ctx, l, s)
		if err != nil {
			return err
		}
		changed := 0
		if !bytes.Equal(csvOf(res), table) {
			changed = 1
		}
		r.exact(13, what, changed)
		return nil
	}
	one := study
	one.Jobs = 1
	if err := other("tables that change on one core", l, one); err != nil {
		return err
	}
	shuffled := m.Data()
	rand.New(rand.NewPCG(1, 2)).Shuffle(l.Len(), func(i, j int) {
		shuffled.Time[i], shuffled.Time[j] = shuffled.Time[j], shuffled.Time[i]
		shuffled.Label[i], shuffled.Label[j] = shuffled.Label[j], shuffled.Label[i]
		for _, c := range []*lis.Column{&shuffled.User, &shuffled.Item, &shuffled.Slots[0], &shuffled.Slots[1], &shuffled.Slots[2]} {
			c.Index[i], c.Index[j] = c.Index[j], c.Index[i]
		}
	})
	s, err := lis.NewLog(shuffled)
	if err != nil {
		return err
	}
	if err := other("tables that change with the order of the source's rows", s, study); err != nil {
		return err
	}

	if err := chunked(ctx, l, study, r); err != nil {
		return err
	}

	longer := study
	longer.Horizons = []int{0, 1, 7, 30}
	res, err := lis.Sweep(ctx, l, longer)
	if err != nil {
		return err
	}
	differing = 0
	for _, a := range plain.Rows {
		for _, b := range res.Rows {
			if a.Protocol == b.Protocol && a.Slot == b.Slot && a.Horizon == b.Horizon && a.MaxUpdates == b.MaxUpdates && a.Scope == b.Scope && (a.LIS != b.LIS || a.SE != b.SE) {
				differing++
			}
		}
	}
	r.exact(13, "cells that change when a longer horizon is added, t given", differing)
	return nil
}

// chunked checks that the same rows give the same table from one file and from
// files of uneven length.
func chunked(ctx context.Context, l *lis.Log, s lis.Study, r *report) error {
	const day = 32 // what t = 15..24 and n = 7 look at
	s.T = &[2]int{15, 24}
	end := l.Origin().AddDate(0, 0, day).UnixNano()
	rows, _ := slices.BinarySearch(l.Time, end)
	short, err := l.Filter(func(row int) bool { return row < rows })
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "acceptance")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var tables [][]byte
	for k, cuts := range [][]int{{rows}, {1, 1000, rows / 3, rows/3 + 1, rows - 77777, rows}} {
		from := 0
		for i, to := range cuts {
			if err := writeCSV(filepath.Join(dir, fmt.Sprintf("%d-%d.csv", k, i)), short, from, to); err != nil {
				return err
			}
			from = to
		}
		read, err := datasets.Read(ctx, filepath.Join(dir, fmt.Sprintf("%d-*.csv", k)), lis.Columns{Time: "time", User: "user", Item: "item", Label: "label", Slots: map[string]string{"author": "author", "topic": "topic", "context": "context"}})
		if err != nil {
			return err
		}
		read.Name = short.Name
		res, err := lis.Sweep(ctx, read, s)
		if err != nil {
			return err
		}
		tables = append(tables, csvOf(res))
	}
	changed := 0
	if !bytes.Equal(tables[0], tables[1]) {
		changed = 1
	}
	r.exact(13, "tables that change when the log comes from six files in place of one", changed)
	return nil
}

// writeCSV writes rows from..to−1 of a log of the feed.
func writeCSV(path string, l *lis.Log, from, to int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "time,user,item,author,topic,context,label")
	for row := from; row < to; row++ {
		fmt.Fprint(w, l.Time[row]/1e6)
		for i := range l.Slots {
			c := &l.Slots[i]
			w.WriteByte(',')
			w.WriteString(c.IDs[c.Index[row]])
		}
		y := ",0\n"
		if l.Label[row] {
			y = ",1\n"
		}
		w.WriteString(y)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// scores are a sweep's scores as a table, header first.
func scores(ctx context.Context, l *lis.Log, s lis.Study) ([][]string, error) {
	res, err := lis.Sweep(ctx, l, s)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := res.WriteScores(&b); err != nil {
		return nil, err
	}
	return csv.NewReader(&b).ReadAll()
}

func csvOf(res *lis.Result) []byte {
	var b bytes.Buffer
	if err := res.WriteCSV(&b); err != nil {
		panic("acceptance: " + strconv.Quote(err.Error())) // a buffer takes everything
	}
	return b.Bytes()
}
