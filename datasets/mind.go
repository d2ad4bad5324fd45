package datasets

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/lis"
)

// mind is the news log of Wu et al. (ACL 2020): behaviors.tsv, a line for each
// list shown, and news.tsv. Each item of a list is an impression. The train and
// dev folders lying side by side are one log.
type mind struct{}

func (mind) files() []string { return []string{"behaviors.tsv", "news.tsv"} }

// mindHeader names the columns of behaviors.tsv, newsHeader those of news.tsv;
// neither file has a header.
var (
	mindHeader = []string{"impression", "user", "time", "history", "shown"}
	newsHeader = []string{"news", "category", "subcategory", "title", "abstract", "url", "title_entities", "abstract_entities"}
)

// mindTime is how behaviors.tsv writes times; the zone is not said, UTC is taken.
const mindTime = "1/2/2006 3:04:05 PM"

// parts are the folders of the set: dir, and its neighbours where dir is one of
// MINDsmall_train, MINDsmall_dev, ….
func (m mind) parts(dir string) []string {
	if !strings.HasPrefix(filepath.Base(dir), "MIND") {
		return []string{dir}
	}
	up := filepath.Dir(dir)
	entries, err := os.ReadDir(up)
	if err != nil {
		return []string{dir}
	}
	var parts []string
	for _, e := range entries {
		p := filepath.Join(up, e.Name())
		if e.IsDir() && strings.HasPrefix(e.Name(), "MIND") && all(m.files(), func(f string) bool { return present(p, f) != "" }) {
			parts = append(parts, p)
		}
	}
	return parts
}

func (m mind) log(ctx context.Context, dir string, o readOptions) (*lis.Log, error) {
	if err := o.refuse("MIND", false, false); err != nil {
		return nil, err
	}
	var files []string
	for _, p := range m.parts(dir) {
		files = append(files, present(p, "behaviors.tsv"))
	}
	t := o.table
	t.Comma, t.NoQuotes, t.Header = '\t', true, mindHeader
	t.Want = []table.Want{{Column: "time", Kind: table.IDs, Required: true}, {Column: "user", Kind: table.IDs, Required: true}, {Column: "shown", Kind: table.String, Required: true}}
	tab, err := table.ReadCSV(ctx, files, t)
	if err != nil {
		return nil, err
	}
	zone, err := o.location()
	if err != nil {
		return nil, err
	}
	d, err := m.impressions(tab, zone)
	if err != nil {
		return nil, err
	}
	news, err := m.news(ctx, dir)
	if err != nil {
		return nil, err
	}
	of := make(map[string]article, len(news))
	for _, a := range news {
		of[a.id] = a
	}
	d.Slots = []lis.Column{
		itemSlot("category", &d.Item, func(id string) []string { return one(of[id].category) }),
		itemSlot("subcategory", &d.Item, func(id string) []string { return one(of[id].subcategory) }),
	}
	log, err := lis.NewLog(d)
	if err != nil {
		return nil, err
	}
	log.Notes = append(log.Notes, tab.Notes()...)
	return log, nil
}

// impressions takes the lists apart; the times are of a zone.
func (mind) impressions(tab *table.Table, zone *time.Location) (lis.Data, error) {
	times, users, shown := &tab.Columns[0], &tab.Columns[1], &tab.Columns[2]
	refuse := func(kind error, row int, column, what, do string) error {
		file, line := tab.Where(row)
		return &lis.InputError{Kind: kind, What: what, File: file, Row: line, Column: column, Do: do}
	}
	ns := make([]int64, len(times.IDs))
	for k, text := range times.IDs {
		at, err := time.ParseInLocation(mindTime, text, zone)
		if err != nil {
			for r, i := range times.Index {
				if int(i) == k {
					return lis.Data{}, refuse(lis.ErrBadTime, r, "time", fmt.Sprintf("time %q cannot be read, expected as 11/15/2019 8:55:22 AM", text), "fetch the file anew")
				}
			}
		}
		ns[k] = at.UnixNano()
	}
	d := lis.Data{
		Name: "mind", Location: zone, AllowDuplicates: true, // a list may be shown twice within a second
		User: lis.Column{Name: "user", IDs: users.IDs}, Item: lis.Column{Name: "item"},
	}
	number := map[string]uint32{}
	for r, list := range shown.Strings {
		for entry := range strings.FieldsSeq(list) {
			id, label, ok := strings.Cut(entry, "-")
			if !ok || id == "" || label != "0" && label != "1" {
				return lis.Data{}, refuse(lis.ErrBadLabel, r, "shown", fmt.Sprintf("%q is no item with a label, expected as N123-0 or N123-1", entry), "the test set has no labels and cannot be used")
			}
			k, known := number[id]
			if !known {
				k = uint32(len(d.Item.IDs))
				number[id] = k
				d.Item.IDs = append(d.Item.IDs, id)
			}
			d.Time = append(d.Time, ns[times.Index[r]])
			d.User.Index = append(d.User.Index, users.Index[r])
			d.Item.Index = append(d.Item.Index, k)
			d.Label = append(d.Label, label == "1")
		}
	}
	return d, nil
}

type article struct{ id, category, subcategory, title, abstract string }

// news reads the articles of all parts, each once.
func (m mind) news(ctx context.Context, dir string) ([]article, error) {
	var files []string
	for _, p := range m.parts(dir) {
		files = append(files, present(p, "news.tsv"))
	}
	o := table.Options{Comma: '\t', NoQuotes: true, Header: newsHeader}
	for _, c := range newsHeader[:5] {
		o.Want = append(o.Want, table.Want{Column: c, Kind: table.String})
	}
	t, err := table.ReadCSV(ctx, files, o)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var news []article
	for r := range t.Rows {
		c := t.Columns
		a := article{c[0].Strings[r], c[1].Strings[r], c[2].Strings[r], c[3].Strings[r], c[4].Strings[r]}
		if !seen[a.id] {
			seen[a.id] = true
			news = append(news, a)
		}
	}
	return news, nil
}

func (m mind) texts(ctx context.Context, dir string) ([]Text, error) {
	news, err := m.news(ctx, dir)
	if err != nil {
		return nil, err
	}
	var texts []Text
	for _, a := range news {
		if text := joined(a.title, a.abstract); text != "" {
			texts = append(texts, Text{a.id, text})
		}
	}
	return texts, nil
}
