package cli

import (
	"bufio"
	"context"
	"errors"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/lislab/lislab/datasets"
	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/lis"
)

// streamModes are the values of --stream.
var streamModes = []string{"auto", "on", "off"}

// What a file takes in memory while it is read, at most, beside its bytes: the
// columns of numbers, and each core's pieces of them.
const (
	compressedGrowth = 10
	plainGrowth      = 3
)

// streams tells whether a file is read as one that is larger than memory.
func (o logOptions) streams(free float64) (bool, error) {
	if o.Stream != "auto" {
		return o.Stream == "on", nil
	}
	files, err := table.Files(o.Log)
	if err != nil {
		return false, err
	}
	var size float64
	for _, path := range files {
		st, err := os.Stat(path)
		if err != nil {
			return false, &lis.InputError{Kind: lis.ErrIO, What: "the file cannot be looked at", File: path, Err: err}
		}
		growth := float64(plainGrowth)
		switch format := table.FormatOf(path); {
		case format == table.NPY:
			return false, nil // arrays cannot be streamed
		case format == table.Parquet, format == table.Arrow, table.Plain(path) != path:
			growth = compressedGrowth
		}
		size += growth * float64(st.Size())
	}
	return size > free, nil
}

// openStream reads a file as one that is larger than memory.
func (o logOptions) openStream(ctx context.Context, p *progress) (*lis.Log, error) {
	s, err := datasets.OpenStream(o.Log, o.Columns, datasets.WithProgress(p.report))
	if err != nil {
		return nil, err
	}
	log, err := s.Log(ctx)
	var e *lis.InputError
	if o.Stream == "auto" && errors.As(err, &e) && e.Kind == lis.ErrBadTime {
		more := *e
		more.Do += "; --stream=off reads the log into memory as it is"
		return nil, &more
	}
	return log, err
}

// freeMemory is how many bytes this process may still take: what Linux says is
// available, and what its control group leaves; infinite where neither is said.
func freeMemory() float64 {
	free := math.Inf(1)
	if f, err := os.Open("/proc/meminfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "MemAvailable:" {
				if kb, err := strconv.ParseFloat(fields[1], 64); err == nil {
					free = kb * 1024
				}
			}
		}
	}
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseFloat(strings.TrimSpace(string(b)), 64); err == nil { // else it says "max"
			free = math.Min(free, limit)
		}
	}
	return free
}
