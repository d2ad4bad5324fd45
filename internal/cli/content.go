package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/handoff"
)

// ownContent is the word for the content that the log itself comes with.
const ownContent = "log"

// reachable measures content-reachable LIS for a sweep's verdict, on the plan's t
// and with its seeds. It comes before the sweep, so that content that cannot be
// used is found out before anything trains.
func (o sweepOptions) reachable(ctx context.Context, log *lis.Log, p *lis.Plan) (*lis.ReachResult, error) {
	items, err := o.contentItems(ctx, log)
	if err != nil {
		return nil, err
	}
	s := p.Study
	study := lis.ReachStudy{
		Content: lis.Arm{Name: "content"}, T: &[2]int{p.T[0], p.T[len(p.T)-1]}, Seeds: s.Seeds, Period: s.Period,
		Dim: s.Dim, LearningRate: s.LearningRate, Threshold: s.Threshold, Jobs: s.Jobs, Progress: s.Progress,
	}
	// Its own vector where every item has one, else its text.
	vectors := !slices.ContainsFunc(items, func(it handoff.Item) bool { return len(it.Vec) == 0 })
	for _, it := range items {
		c := &study.Content
		c.IDs, c.AsOf = append(c.IDs, it.ID), append(c.AsOf, it.AsOf)
		if vectors {
			c.Vec = append(c.Vec, it.Vec)
		} else {
			study.Texts = append(study.Texts, it.Text)
		}
	}
	return lis.ContentReachable(ctx, log, study)
}

// contentItems reads items.parquet, or any table with the columns item_id and text.
func (o sweepOptions) contentItems(ctx context.Context, log *lis.Log) (handoff.Items, error) {
	switch {
	case o.Content == ownContent:
		return o.content(ctx, log, lis.ExportOptions{})
	case strings.EqualFold(filepath.Ext(o.Content), ".parquet"):
		return handoff.ReadItems(o.Content)
	}
	df, err := datasets.ReadFrame(ctx, o.Content, []string{"item_id", "text"})
	if err != nil {
		return nil, err
	}
	ids, texts := df.Col("item_id").Records(), df.Col("text").Records()
	items := make(handoff.Items, len(ids))
	for i, id := range ids {
		items[i] = handoff.Item{ID: id, Text: texts[i]}
	}
	return items, nil
}
