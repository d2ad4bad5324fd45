package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/lislab/lislab/lis"
)

// parseList reads a comma-separated list. Empty text is no list; an empty entry
// is refused.
func parseList[T any](text, flag, want string, parse func(string) (T, error)) ([]T, error) {
	if text == "" {
		return nil, nil
	}
	var out []T
	for part := range strings.SplitSeq(text, ",") {
		v, err := parse(strings.TrimSpace(part))
		if err != nil {
			return nil, usagef("give "+want, "--%s: %q in %q", flag, part, text)
		}
		out = append(out, v)
	}
	return out, nil
}

// word is any text but none.
func word(s string) (string, error) {
	if s == "" {
		return "", strconv.ErrSyntax
	}
	return s, nil
}

// updates is a number or "inf".
func updates(s string) (int, error) {
	if strings.EqualFold(s, "inf") {
		return lis.Inf, nil
	}
	return strconv.Atoi(s)
}

// parsePairs reads NAME=COLUMN entries.
func parsePairs(entries []string, flag string) (map[string]string, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	out := map[string]string{}
	for _, e := range entries {
		name, column, ok := strings.Cut(e, "=")
		if !ok || name == "" || column == "" {
			return nil, usagef("give NAME=COLUMN", "--%s: %q", flag, e)
		}
		if before, twice := out[name]; twice && before != column {
			return nil, usagef("give each name once", "--%s: %s is both %s and %s", flag, name, before, column)
		}
		out[name] = column
	}
	return out, nil
}

// parseRange reads A..B, inclusive, or a single A. Empty text is no range.
func parseRange(text, flag string) (*[2]int, error) {
	if text == "" {
		return nil, nil
	}
	first, last, ok := strings.Cut(text, "..")
	if !ok {
		last = first
	}
	a, errA := strconv.Atoi(first)
	b, errB := strconv.Atoi(last)
	if errA != nil || errB != nil {
		return nil, usagef("give first and last, such as 15..30", "--%s: %q", flag, text)
	}
	return &[2]int{a, b}, nil
}

// parsePeriod reads a length of time: what Go reads (24h, 90m), and whole days
// and weeks (1d, 2w).
func parsePeriod(text string) (time.Duration, error) {
	if n, unit := len(text)-1, 24*time.Hour; n > 0 && (text[n] == 'd' || text[n] == 'w') {
		if text[n] == 'w' {
			unit *= 7
		}
		if k, err := strconv.Atoi(text[:n]); err == nil && k > 0 && k < 1<<15 {
			return time.Duration(k) * unit, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, usagef("give a length such as 24h, 1d or 1w", "--period: %q", text)
	}
	return d, nil
}
