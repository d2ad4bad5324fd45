package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/lislab/lislab/internal/whole"
)

// circumstances are what the figures are of, for the page that shows them.
type circumstances struct {
	Date    string `json:"date"`
	Machine string `json:"machine"`
	Go      string `json:"go"`
	Commit  string `json:"commit"`
	// Load is how many processes wanted a processor as the measurement began,
	// by the system's average of a minute.
	Load string `json:"load"`
}

// record writes the circumstances beside the table, as NAME.json. A table of
// some comparisons only is nobody's page: for that it removes them.
func record(table string, all bool, began circumstances) error {
	path := strings.TrimSuffix(table, ".csv") + ".json"
	if !all {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return began.write(path)
}

func (c circumstances) write(path string) error {
	return whole.File(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(c)
	})
}

// now are the circumstances as they are; what this system does not tell is "".
func now() circumstances {
	c := circumstances{Date: time.Now().Format(time.DateOnly), Machine: fmt.Sprintf("%d cores of %s", runtime.NumCPU(), processor()), Go: runtime.Version()}
	if out, err := exec.Command("git", "describe", "--always", "--dirty", "--abbrev=12").Output(); err == nil {
		c.Commit = strings.TrimSpace(string(out))
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		c.Load, _, _ = strings.Cut(string(load), " ")
	}
	return c
}

func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		if m := regexp.MustCompile(`(?m)^model name\s*:\s*(.*\S)`).FindSubmatch(info); m != nil {
			return string(m[1])
		}
	}
	return runtime.GOARCH
}
