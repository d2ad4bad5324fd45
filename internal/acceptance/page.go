package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// titles are what the items of docs/protocol.md ask for, in a line each.
var titles = map[int]string{
	1:  "Nothing leaked is exactly nothing; the feed and the ranker are what they should be",
	2:  "Held-out LIS of items, by horizon; DeepFM beside the FM",
	3:  "Raw LIS of items: large, and falling with the horizon",
	4:  "Users, authors, topics, and the order of slots",
	5:  "Controls that must lose, and the null slot that must not gain",
	6:  "Side information from similar items: nothing behind a gap, a gain where the window leaks",
	7:  "Substitution agrees with a fork that skips the scored impressions",
	8:  "By updates seen: the rarer the item, the more its row gains",
	9:  "Intervals: coverage over redrawn logs, closed form against bootstrap",
	10: "After LIS: representations, what content can reach, the true online lift, the verdict",
	11: "World Q, where raw LIS rises with the horizon",
	12: "Coin-flip labels: what raw LIS says of noise",
	13: "What must not change a figure changes no bit of it",
	14: "Captions: frozen encoder, head, tuned table",
}

// made says when and where a table was made; it stands beside the table.
type made struct {
	Command string `json:"command"`
	Date    string `json:"date"`
	Commit  string `json:"commit"`
	Cores   int    `json:"cores"`
	Seconds int    `json:"seconds"`
}

func newMade(commit string, took time.Duration) made {
	return made{"make acceptance", time.Now().UTC().Format(time.DateOnly), commit, runtime.GOMAXPROCS(0), int(took.Seconds())}
}

// beside is the file that says how the table at path was made.
func beside(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".json" }

// writePage makes a page of the documentation from the table of a whole run.
func writePage(page, table string) error {
	b, err := os.ReadFile(beside(table))
	if err != nil {
		return fmt.Errorf("%w; run make acceptance first", err)
	}
	var m made
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	f, err := os.Open(table)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	var s strings.Builder
	failed, held := 0, 0
	for _, r := range rows[1:] {
		if r[7] != "true" {
			failed++
		}
		if r[5] != "" || r[6] != "" {
			held++
		}
	}
	fmt.Fprintf(&s, `# What the tool finds on the simulated feed

Every figure that [protocol.md](protocol.md) gives a band for, measured and held against it. Values are means over independently drawn worlds (4, or 8 for items 1 to 4) with a
95 %% interval over worlds, where there is one; a figure without a band is shown for comparison.

`+"```console\n$ %s\n```"+`

%d figures, %d of them held against a band, %d outside; commit %s, %s, %d cores, %d min %d s. `+"`make acceptance-page`"+` writes this page from `+"`%s`"+`.
`, m.Command, len(rows)-1, held, failed, m.Commit, m.Date, m.Cores, m.Seconds/60, m.Seconds%60, filepath.ToSlash(table))
	for item := 1; item <= len(titles); item++ {
		first := true
		for _, r := range rows[1:] {
			if r[0] != strconv.Itoa(item) {
				continue
			}
			if first {
				fmt.Fprintf(&s, "\n## %d. %s\n\n| what | measured | 95 %% interval | band | |\n|---|--:|---|---|---|\n", item, titles[item])
				first = false
			}
			line, err := pageRow(r)
			if err != nil {
				return err
			}
			s.WriteString(line)
		}
	}
	return os.WriteFile(page, []byte(s.String()), 0o644)
}

// pageRow is a row of the CSV as a row of the page.
func pageRow(r []string) (string, error) {
	var n [5]string
	for i := range n {
		if r[2+i] == "" {
			continue
		}
		v, err := strconv.ParseFloat(r[2+i], 64)
		if err != nil {
			return "", err
		}
		n[i] = strconv.FormatFloat(v, 'f', 4, 64)
		if i > 2 {
			n[i] = strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	interval, band, mark := "", "", "✓"
	if n[1] != "" {
		interval = n[1] + " … " + n[2]
	}
	switch {
	case n[3] == "" && n[4] == "":
		mark = ""
	case n[3] == n[4]:
		band = "exactly " + n[3]
		n[0] = strings.TrimSuffix(n[0], ".0000")
	case n[3] == "":
		band = "below " + n[4]
	case n[4] == "":
		band = "above " + n[3]
	default:
		band = n[3] + " … " + n[4]
	}
	if r[7] != "true" {
		mark = "**outside**"
	}
	minus := func(s string) string { return strings.ReplaceAll(s, "-", "−") }
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", strings.ReplaceAll(r[1], "|", `\|`), minus(n[0]), minus(interval), minus(band), mark), nil
}
