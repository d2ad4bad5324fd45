package datasets

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/lis"
)

// kuaiRand is the short-video log of Gao et al. (CIKM 2022), any of its sizes:
// log_standard_*.csv and video_features_basic_*.csv, in the folder data of the
// archive. What was shown at random (log_random_*) is a log of another policy
// and stays out. The captions and categories were published apart, as
// kuairand_video_captions.csv and kuairand_video_categories.csv, and lie in the
// same folder or the one above.
type kuaiRand struct{}

func (kuaiRand) files() []string {
	return []string{"log_standard_*.csv", "video_features_basic_*.csv"}
}

// kuaiRandLabels are the columns that can be a label.
var kuaiRandLabels = []string{"is_click", "long_view", "is_like", "is_follow", "is_comment", "is_forward", "is_hate", "is_profile_enter"}

func (k kuaiRand) log(ctx context.Context, dir string, o readOptions) (*lis.Log, error) {
	if err := o.refuse("KuaiRand", true, false); err != nil {
		return nil, err
	}
	label := o.label
	if label == "" {
		label = kuaiRandLabels[0]
	}
	if !contains(kuaiRandLabels, label) {
		return nil, &lis.InputError{Kind: lis.ErrUnknownColumn, What: "no label " + label + " in KuaiRand", File: dir, Do: "the labels are " + strings.Join(kuaiRandLabels, ", ")}
	}
	c := lis.Columns{Time: "time_ms", User: "user_id", Item: "video_id", Label: label, TimeFormat: "ms", Timezone: o.timezone, AllowDuplicates: true, Slots: map[string]string{"tab": "tab"}}
	t := o.table
	t.Want = wants(c)
	tab, err := table.ReadCSV(ctx, matching(dir, "log_standard_*.csv"), t)
	if err != nil {
		return nil, err
	}
	d, err := makeData(tab, c)
	if err != nil {
		return nil, err
	}
	videos, err := k.videos(ctx, dir)
	if err != nil {
		return nil, err
	}
	slots := []lis.Column{
		itemSlot("author", &d.Item, func(id string) []string { return one(videos[id].author) }),
		itemSlot("music", &d.Item, func(id string) []string { return one(videos[id].music) }),
		itemSlot("tag", &d.Item, func(id string) []string { return videos[id].tags }),
	}
	if path := k.beside(dir, "kuairand_video_categories.csv"); path != "" {
		categories, err := k.categories(ctx, path)
		if err != nil {
			return nil, err
		}
		slots = append(slots, itemSlot("category", &d.Item, func(id string) []string { return one(categories[id]) }))
	}
	d.Slots = append(slots, d.Slots...)
	return finish(d, tab, c)
}

type video struct {
	author, music string
	tags          []string
}

func (kuaiRand) videos(ctx context.Context, dir string) (map[string]video, error) {
	t, err := table.ReadCSV(ctx, matching(dir, "video_features_basic_*.csv"), table.Options{Want: []table.Want{
		{Column: "video_id", Kind: table.String, Required: true}, {Column: "author_id", Kind: table.IDs}, {Column: "music_id", Kind: table.IDs}, {Column: "tag", Kind: table.IDs},
	}})
	if err != nil {
		return nil, err
	}
	videos := make(map[string]video, t.Rows)
	id := func(c *table.Column, r int) string { return known(c.IDs[c.Index[r]]) }
	for r := range t.Rows {
		v := video{author: id(&t.Columns[1], r), music: id(&t.Columns[2], r)}
		for tag := range strings.SplitSeq(id(&t.Columns[3], r), ",") {
			if tag = known(strings.TrimSpace(tag)); tag != "" {
				v.tags = append(v.tags, tag)
			}
		}
		videos[t.Columns[0].Strings[r]] = v
	}
	return videos, nil
}

// known is "" for what KuaiRand writes where it knows nothing.
func known(id string) string {
	switch id {
	case "UNKNOWN", "-124", "nan", "NaN", "None":
		return ""
	}
	return id
}

// beside finds a file in dir or above it.
func (kuaiRand) beside(dir, name string) string {
	if path := present(dir, name); path != "" {
		return path
	}
	return present(filepath.Dir(filepath.Clean(dir)), name)
}

func (kuaiRand) categories(ctx context.Context, path string) (map[string]string, error) {
	t, err := table.ReadCSV(ctx, []string{path}, table.Options{Want: []table.Want{
		{Column: "final_video_id", Kind: table.String, Required: true}, {Column: "first_level_category_name", Kind: table.IDs},
	}})
	if err != nil {
		return nil, err
	}
	m := make(map[string]string, t.Rows)
	for r, id := range t.Columns[0].Strings {
		c := &t.Columns[1]
		m[id] = known(c.IDs[c.Index[r]])
	}
	return m, nil
}

func (k kuaiRand) texts(ctx context.Context, dir string) ([]Text, error) {
	path := k.beside(dir, "kuairand_video_captions.csv")
	if path == "" {
		return nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "no kuairand_video_captions.csv", File: dir, Do: "fetch the set again with lislab data get, or put the file there"}
	}
	t, err := table.ReadCSV(ctx, []string{path}, table.Options{Want: []table.Want{
		{Column: "final_video_id", Kind: table.String, Required: true}, {Column: "caption", Kind: table.String}, {Column: "show_cover_text", Kind: table.String},
	}})
	if err != nil {
		return nil, err
	}
	var texts []Text
	for r, id := range t.Columns[0].Strings {
		if text := joined(known(t.Columns[1].Strings[r]), known(t.Columns[2].Strings[r])); text != "" {
			texts = append(texts, Text{id, text})
		}
	}
	return texts, nil
}

// joined are the texts that say something, a blank between.
func joined(texts ...string) string {
	var b strings.Builder
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(t)
		}
	}
	return b.String()
}

func contains(s []string, v string) bool {
	return !all(s, func(x string) bool { return x != v })
}
