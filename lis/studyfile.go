package lis

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// studyText is a Study as files hold it: filters may be "inf", the period is
// text such as "24h", t is "A..B".
type studyText struct {
	Slots        []string   `yaml:"slots" json:"slots"`
	Horizons     []int      `yaml:"horizons" json:"horizons"`
	MaxUpdates   []filter   `yaml:"max_updates" json:"max_updates"`
	Filters      []string   `yaml:"filters" json:"filters,omitempty"`
	Predicates   []string   `yaml:"-" json:"predicates,omitempty"` // by name
	Seeds        int        `yaml:"seeds" json:"seeds"`
	FirstSeed    int        `yaml:"first_seed" json:"first_seed"`
	Protocols    []Protocol `yaml:"protocol" json:"protocol"`
	Folds        int        `yaml:"folds" json:"folds"`
	Period       string     `yaml:"period" json:"period"`
	T            string     `yaml:"t" json:"t"`
	Controls     bool       `yaml:"controls" json:"controls"`
	Ranker       string     `yaml:"ranker" json:"ranker"`
	Dim          int        `yaml:"dim" json:"dim"`
	Buckets      int        `yaml:"buckets" json:"buckets"`
	LearningRate float64    `yaml:"learning_rate" json:"learning_rate"`
	Metric       string     `yaml:"metric" json:"metric"`
	Cluster      string     `yaml:"cluster" json:"cluster"`
	Threshold    float64    `yaml:"threshold" json:"threshold"`
}

// A filter is a MaxUpdates: an integer or "inf".
type filter int

func (f filter) String() string {
	if f == Inf {
		return "inf"
	}
	return strconv.Itoa(int(f))
}

func parseFilter(s string) (filter, error) {
	if s == "inf" {
		return Inf, nil
	}
	m, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("%q is neither an integer nor inf", s)
	}
	return filter(m), nil
}

func (f filter) MarshalJSON() ([]byte, error) {
	if f == Inf {
		return []byte(`"inf"`), nil
	}
	return []byte(f.String()), nil
}

func (f *filter) UnmarshalJSON(b []byte) (err error) {
	*f, err = parseFilter(strings.Trim(string(b), `"`))
	return err
}

func (f *filter) UnmarshalYAML(n *yaml.Node) (err error) {
	*f, err = parseFilter(n.Value)
	return err
}

func (s Study) text() studyText {
	t := studyText{Slots: s.Slots, Horizons: s.Horizons, Filters: s.Filters, Seeds: s.Seeds, FirstSeed: s.FirstSeed, Protocols: s.Protocols, Folds: s.Folds, Period: s.Period.String(), Controls: s.Controls,
		Ranker: s.Ranker, Dim: s.Dim, Buckets: s.Buckets, LearningRate: s.LearningRate, Metric: s.Metric, Cluster: s.Cluster, Threshold: s.Threshold}
	for _, m := range s.MaxUpdates {
		t.MaxUpdates = append(t.MaxUpdates, filter(m))
	}
	for _, p := range s.Predicates {
		t.Predicates = append(t.Predicates, p.Name)
	}
	if s.T != nil {
		t.T = fmt.Sprintf("%d..%d", s.T[0], s.T[1])
	}
	return t
}

func (t studyText) study() (Study, error) {
	s := Study{Slots: t.Slots, Horizons: t.Horizons, Filters: t.Filters, Seeds: t.Seeds, FirstSeed: t.FirstSeed, Protocols: t.Protocols, Folds: t.Folds, Controls: t.Controls,
		Ranker: t.Ranker, Dim: t.Dim, Buckets: t.Buckets, LearningRate: t.LearningRate, Metric: t.Metric, Cluster: t.Cluster, Threshold: t.Threshold}
	for _, m := range t.MaxUpdates {
		s.MaxUpdates = append(s.MaxUpdates, int(m))
	}
	var err error
	if t.Period != "" {
		if s.Period, err = time.ParseDuration(t.Period); err != nil {
			return s, usage("give a length such as 24h", "period %q", t.Period)
		}
	}
	if t.T != "" {
		if s.T, err = ParseT(t.T); err != nil {
			return s, err
		}
	}
	return s, nil
}

// ParseT reads "A..B", the first and last t of a study.
func ParseT(s string) (*[2]int, error) {
	a, b, ok := strings.Cut(s, "..")
	first, err1 := strconv.Atoi(a)
	last, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil {
		return nil, usage("write first and last t, such as 15..30", "t %q", s)
	}
	return &[2]int{first, last}, nil
}

// ParseMaxUpdates reads a cold-start filter: an integer, or "inf" for Inf.
func ParseMaxUpdates(s string) (int, error) {
	m, err := parseFilter(s)
	if err != nil {
		return 0, usage("give integers or inf", "max updates: %v", err)
	}
	return int(m), nil
}

// MarshalJSON writes the settings that make figures, in a fixed order: the
// study's canonical form.
func (s Study) MarshalJSON() ([]byte, error) { return json.Marshal(s.text()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Study) UnmarshalJSON(b []byte) error {
	var t studyText
	err := json.Unmarshal(b, &t)
	if err != nil {
		return err
	}
	*s, err = t.study()
	return err
}

// ReadStudy reads a study from YAML whose keys are the command line's flags,
// with "-" or "_". A key that is none is ErrUnknownKey, a value of the wrong
// kind ErrUsage; both name file and line.
func ReadStudy(r io.Reader, file string) (Study, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return Study{}, &InputError{Kind: ErrIO, What: "the study cannot be read", File: file, Err: err}
	}
	d := yaml.NewDecoder(bytes.NewReader(dashedKey.ReplaceAll(b, []byte("${1}_$2:"))))
	d.KnownFields(true)
	var t studyText
	if err := d.Decode(&t); err != nil && !errors.Is(err, io.EOF) {
		return Study{}, studyError(file, err)
	}
	return t.study()
}

var (
	dashedKey   = regexp.MustCompile(`(?m)^([a-z]+)-([a-z]+):`)
	yamlLine    = regexp.MustCompile(`line (\d+): `)
	unknownYAML = regexp.MustCompile(`field (\S+) not found`)
)

// studyError names the line that YAML's error speaks of.
func studyError(file string, err error) error {
	e := &InputError{Kind: ErrUsage, What: err.Error(), File: file, Err: err}
	var kinds *yaml.TypeError
	if errors.As(err, &kinds) && len(kinds.Errors) > 0 {
		e.What = kinds.Errors[0]
	}
	if m := yamlLine.FindStringSubmatch(e.What); m != nil {
		e.Row, _ = strconv.Atoi(m[1])
		e.What = strings.Replace(e.What, m[0], "", 1)
	}
	if strings.HasPrefix(e.What, "cannot unmarshal") {
		e.Do = "write lists as [item, user], t as 15..30, a period as 24h"
	}
	if m := unknownYAML.FindStringSubmatch(e.What); m != nil {
		e.Kind, e.What = ErrUnknownKey, fmt.Sprintf("a study has no key %q", m[1])
		e.Do = "the keys are slots, horizons, max_updates, filters, seeds, first_seed, protocol, folds, period, t, controls, ranker, dim, buckets, learning_rate, metric, cluster, threshold"
	}
	return e
}
