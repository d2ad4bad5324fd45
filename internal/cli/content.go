package cli

import (
	"context"
	"path/filepath"
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
	arm, err := o.contentArm(ctx, log)
	if err != nil {
		return nil, err
	}
	s := p.Study
	return lis.ContentReachable(ctx, log, lis.ReachStudy{
		Content: arm, T: &[2]int{p.T[0], p.T[len(p.T)-1]}, Seeds: s.Seeds, Period: s.Period,
		Dim: s.Dim, LearningRate: s.LearningRate, Threshold: s.Threshold, Jobs: s.Jobs, Progress: s.Progress,
	})
}

// contentArm is each item's content as a vector: its own where every item has
// one, else that of its text.
func (o sweepOptions) contentArm(ctx context.Context, log *lis.Log) (lis.Arm, error) {
	items, err := o.contentItems(ctx, log)
	if err != nil {
		return lis.Arm{}, err
	}
	arm := lis.Arm{Name: "content"}
	var texts []string
	var asof []int32
	raw := len(items) > 0
	for _, it := range items {
		arm.IDs, texts, asof = append(arm.IDs, it.ID), append(texts, it.Text), append(asof, it.AsOf)
		arm.Vec = append(arm.Vec, it.Vec)
		raw = raw && len(it.Vec) > 0
	}
	if !raw {
		if arm, err = lis.TextArm("content", arm.IDs, texts); err != nil {
			return lis.Arm{}, err
		}
	}
	arm.AsOf = asof
	return arm, nil
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
