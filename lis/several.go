package lis

import "context"

// SweepEach runs the same study on several logs (other domains, other labels
// of one log) and lays the results side by side; see Merge. Every log is
// checked before the first lineage trains, and an error names its log.
func SweepEach(ctx context.Context, logs []*Log, s Study) (*Result, error) {
	if len(logs) == 0 {
		return nil, usage("give one log at least", "no logs")
	}
	plans := make([]*Plan, len(logs))
	for i, l := range logs {
		p, err := NewPlan(l, s)
		if err != nil {
			return nil, err
		}
		plans[i] = p
	}
	results := make([]*Result, len(plans))
	for i, p := range plans {
		res, err := p.Run(ctx)
		if err != nil {
			return nil, err
		}
		results[i] = res
	}
	return Merge(results...), nil
}

// WithLabel is the log with another label, such as "long view" beside "click",
// under a name of its own; label holds one value per row of l. With SweepEach
// it measures several labels in one call.
func (l *Log) WithLabel(name string, label []bool) *Log {
	if len(label) != l.Len() {
		panic("lis: a label per row is wanted")
	}
	out := *l
	out.Name, out.Label = name, label
	return &out
}
