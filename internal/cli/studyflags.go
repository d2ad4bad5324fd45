package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"gopkg.in/yaml.v3"

	"github.com/lislab/lislab/lis"
)

// studyFlags declares the flags of a study; the function it returns reads them
// once parsed. What is left out stays zero, which lis gives its default.
func studyFlags(f *pflag.FlagSet) func() (lis.Study, error) {
	slots := f.String("slots", "", "what is leaked, `SLOT,SLOT+SLOT,…`, + for together [each slot alone]")
	horizons := f.String("horizons", "", "`PERIODS` ahead that the leaked rows come from [those of 0,1,3,7,14,30 that leave a quarter of the periods]")
	maxUpdates := f.String("max-updates", "", "cold-start filters, `M,…`: rows with fewer updates are leaked; inf for all [1000,inf]")
	filters := f.StringArray("filter", nil, "a further filter, `CONDITION`, such as age<3, activity>=10 or 'updates>=1 & updates<10'; repeatable")
	seeds := f.Int("seeds", 0, "lineages per protocol, `N` [3]")
	protocols := f.String("protocol", "", "`LIST` of heldout, raw, fork, p2 (side information), p3 [heldout,raw]; raw never comes without heldout")
	folds := f.Int("folds", 0, "cross-fit in `F` folds, so that a small log is scored whole [none]")
	period := f.String("period", "", "`LENGTH` of a period: 24h, 1d, 1w, … [24h]")
	t := f.String("t", "", "first and last period whose ranker is scored, `A..B` [the second quarter on, as far as the horizons allow]")
	controls := f.Bool("controls", false, "add every control as rows of their own")
	ranker := f.String("ranker", "", "`RANKER` fm or deepfm [fm]")
	dim := f.Int("dim", 0, "embedding dimension `D` [8]")
	rate := f.Float64("learning-rate", 0, "Adagrad's `RATE` [0.1]")
	threshold := f.Float64("threshold", 0, "`DIFFERENCE` of AUCs above which a LIS may be significant [0.001]")
	metric := f.String("metric", "", "`METRIC` auc, or gauc: the AUC within each user [auc]")
	cluster := f.String("cluster", "", "what the interval takes as one draw, `UNIT`: item, user, two-way or impression [user for the slot user, item for others, two-way for both]")
	return func() (lis.Study, error) {
		s := lis.Study{Filters: *filters, Seeds: *seeds, Folds: *folds, Controls: *controls, Ranker: *ranker, Dim: *dim, LearningRate: *rate, Threshold: *threshold, Cluster: *cluster, Metric: *metric}
		var err error
		if s.Slots, err = parseList(*slots, "slots", "slots such as item,user,item+author", word); err != nil {
			return s, err
		}
		if s.Horizons, err = parseList(*horizons, "horizons", "periods such as 0,1,7,30", strconv.Atoi); err != nil {
			return s, err
		}
		if s.MaxUpdates, err = parseList(*maxUpdates, "max-updates", "numbers of updates such as 10,1000,inf", updates); err != nil {
			return s, err
		}
		if s.Protocols, err = parseList(*protocols, "protocol", "names of protocols such as heldout,raw", func(w string) (lis.Protocol, error) {
			w, err := word(w)
			return lis.Protocol(w), err
		}); err != nil {
			return s, err
		}
		if *period != "" {
			if s.Period, err = parsePeriod(*period); err != nil {
				return s, err
			}
		}
		// Zero means the default to lis; a zero that was typed is refused.
		for _, name := range []string{"seeds", "dim", "learning-rate", "threshold"} {
			if v := f.Lookup(name).Value.String(); f.Changed(name) && v == "0" {
				return s, usagef("give a number above 0, or leave it out for the default", "--%s 0", name)
			}
		}
		s.T, err = parseRange(*t, "t")
		return s, err
	}
}

// readStudyFile sets flags from a YAML file whose keys are the flags' names. A
// flag that was given on the command line stays as given.
func readStudyFile(f *pflag.FlagSet, path string) error {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &lis.InputError{Kind: lis.ErrNoSuchLog, What: "no such study", File: path, Do: "check the path", Err: err}
	}
	if err != nil {
		return &lis.InputError{Kind: lis.ErrIO, What: "cannot read the study", File: path, Do: "check the path", Err: err}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return &lis.InputError{Kind: lis.ErrUsage, What: strings.TrimPrefix(err.Error(), "yaml: "), File: path, Do: "write it as YAML: one key: value a line"}
	}
	if len(doc.Content) == 0 {
		return nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return &lis.InputError{Kind: lis.ErrUsage, What: "a study is a mapping of keys to values", File: path, Row: root.Line, Do: "write key: value, one a line"}
	}
	var keys []string
	f.VisitAll(func(g *pflag.Flag) {
		if g.Name != "study" && g.Name != "help" {
			keys = append(keys, g.Name)
		}
	})
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		name := strings.ReplaceAll(key.Value, "_", "-")
		at := func(kind error, what, do string) error {
			return &lis.InputError{Kind: kind, What: what, File: path, Row: key.Line, Column: key.Value, Do: do}
		}
		flag := f.Lookup(name)
		if flag == nil || name == "study" || name == "help" {
			return at(lis.ErrUnknownKey, fmt.Sprintf("no key %s%s", key.Value, didYouMean(name, keys)), "the keys are the flags of lislab sweep")
		}
		if flag.Changed {
			continue
		}
		values, err := flagValues(value, flag.Value.Type() == "stringArray")
		if err != nil {
			return at(lis.ErrUsage, fmt.Sprintf("key %s: %v", key.Value, err), "give a value, a list, or for slot and numeric a mapping of names to columns")
		}
		for _, v := range values {
			if err := f.Set(name, v); err != nil {
				return at(lis.ErrUsage, fmt.Sprintf("key %s: %q is no %s", key.Value, v, flag.Value.Type()), "see lislab sweep --help")
			}
		}
	}
	return nil
}

// flagValues are a YAML value as the flag would be given on a command line.
func flagValues(v *yaml.Node, repeatable bool) ([]string, error) {
	switch v.Kind {
	case yaml.ScalarNode:
		return []string{v.Value}, nil
	case yaml.SequenceNode:
		var parts []string
		for _, e := range v.Content {
			if e.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("a list in a list")
			}
			parts = append(parts, e.Value)
		}
		if repeatable {
			return parts, nil
		}
		return []string{strings.Join(parts, ",")}, nil
	case yaml.MappingNode:
		if !repeatable {
			return nil, fmt.Errorf("a mapping where a value was expected")
		}
		var parts []string
		for i := 0; i+1 < len(v.Content); i += 2 {
			if v.Content[i+1].Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("a list for a column's name")
			}
			parts = append(parts, v.Content[i].Value+"="+v.Content[i+1].Value)
		}
		return parts, nil
	}
	return nil, fmt.Errorf("an alias where a value was expected")
}
