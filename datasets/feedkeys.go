package datasets

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lislab/lislab/internal/nearest"
	"github.com/lislab/lislab/lis"
)

// feedKeys are the keys of ParseFeed in the order they are listed to people,
// world and labels first.
var feedKeys = []struct {
	name string
	set  func(*World, string) error
}{
	{"world", func(w *World, v string) error { return nil }}, // read before the others
	{"labels", func(w *World, v string) error {
		switch w.Labels = Labels(v); w.Labels {
		case LabelsModel, LabelsCoin:
			return nil
		}
		return fmt.Errorf("%s or %s", LabelsModel, LabelsCoin)
	}},
	{"alpha", number(func(w *World) *float64 { return &w.Alpha })},
	{"users", count(func(w *World) *int { return &w.Users })},
	{"authors", count(func(w *World) *int { return &w.Authors })},
	{"topics", count(func(w *World) *int { return &w.Topics })},
	{"items_per_day", count(func(w *World) *int { return &w.ItemsPerDay })},
	{"impressions_per_day", count(func(w *World) *int { return &w.ImpressionsPerDay })},
	{"days", count(func(w *World) *int { return &w.Days })},
	{"lifetime_days", number(func(w *World) *float64 { return &w.LifetimeDays })},
	{"quality_sd", number(func(w *World) *float64 { return &w.QualitySD })},
	{"affinity", number(func(w *World) *float64 { return &w.Affinity })},
	{"drift", number(func(w *World) *float64 { return &w.Drift })},
}

func number(field func(*World) *float64) func(*World, string) error {
	return func(w *World, v string) error {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("a number")
		}
		*field(w) = x
		return nil
	}
}

func count(field func(*World) *int) func(*World, string) error {
	return func(w *World, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil {
			return fmt.Errorf("a whole number")
		}
		*field(w) = n
		return nil
	}
}

// worlds are the named starting points of ParseFeed.
var worlds = map[string]func() World{"d0": D0, "q": Q, "text": D0Text}

// ParseFeed reads a world from "key=value,key=value": world (d0, q or text),
// labels (model or coin), alpha, users, authors, topics, items_per_day,
// impressions_per_day, days, lifetime_days, quality_sd, affinity (the factor of
// u·q/√d, 1 in D0) and drift (ρ). The keys may come in any order, of a repeated
// one the last counts, and "" is D0. A key that there is not is
// lis.ErrUnknownKey, a value that cannot be lis.ErrUsage.
func ParseFeed(s string) (World, error) {
	type setting struct{ key, value string }
	var settings []setting
	w := D0()
	for _, part := range strings.Split(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		key, value, found := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !found {
			return World{}, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("feed setting %q is no key=value", part), Do: "write for example alpha=0.25,days=61"}
		}
		if key == "world" {
			start, ok := worlds[value]
			if !ok {
				return World{}, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("no world %q", value), Do: "the worlds are d0, q, text"}
			}
			w = start()
		}
		settings = append(settings, setting{key, value})
	}
	for _, set := range settings {
		known := false
		for _, k := range feedKeys {
			if k.name != set.key {
				continue
			}
			known = true
			if err := k.set(&w, set.value); err != nil {
				return World{}, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("the feed's %s is %q, expected %v", set.key, set.value, err), Do: "change " + set.key}
			}
		}
		if !known {
			return World{}, unknownFeedKey(set.key)
		}
	}
	return w, w.Validate()
}

func unknownFeedKey(key string) error {
	names := make([]string, len(feedKeys))
	for i, k := range feedKeys {
		names[i] = k.name
	}
	do := "the keys are " + strings.Join(names, ", ")
	if near := nearest.Word(key, names); near != "" {
		do = "did you mean " + near + "? " + do
	}
	return &lis.InputError{Kind: lis.ErrUnknownKey, What: fmt.Sprintf("the feed has no key %q", key), Do: do}
}
