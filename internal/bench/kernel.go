package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// kernels compare what a person waits for in a notebook, measured by kernel.py
// over the protocol: for each figure a row against ipykernel and one against
// GoNB, which compiles each cell into a program of its own. Cells are the same
// ones in each kernel's language: where GoNB would have forgotten a variable it
// makes it anew, and what Python does not compile it only defines. The goals
// are bounds.
var kernels = slices.Concat(
	against(figureOf{"kernel: start to first reply", "ready", "s", 1}),
	against(figureOf{"kernel: start to first 1+1", "first cell", "s", 0}),
	against(figureOf{"kernel: 1+1", "arithmetic", "ms", 5}),
	against(figureOf{"kernel: a call of lis/auc and plots", "call", "ms", 0}),
	against(figureOf{"kernel: a declaration", "declaration", "ms", 100}),
	against(figureOf{"kernel: a new function and its call", "function", "ms", 450}),
	against(figureOf{"kernel: the same after a restart", "again", "ms", 60}),
	against(figureOf{"kernel: completion", "complete", "ms", 100}),
	against(figureOf{"kernel: 10 000 printed lines", "print", "ms", 0}),
	against(figureOf{"kernel: Run All, 30 new cells", "run all", "s", 0}),
	against(figureOf{"kernel: Run All after a restart", "run all again", "s", 0}),
	[]comparison{
		{name: "kernel: memory after 200 cells", peer: ipykernel, unit: "MB", below: 1500, run: measured("memory", ipykernel, 1e-6)},
		{name: "kernel: last 20 of 200 cells", peer: "its first 20", unit: "ms", goal: .8, run: lastAgainstFirst},
	},
)

const (
	ours      = "lislab"
	ipykernel = "ipykernel"
	gonb      = "GoNB " + gonbVersion
)

// figureOf names a figure of kernel.py.
type figureOf struct {
	name, figure, unit string
	below              float64
}

func against(f figureOf) []comparison {
	scale := map[string]float64{"s": 1, "ms": 1e3}[f.unit]
	var both []comparison
	for _, peer := range []string{ipykernel, gonb} {
		both = append(both, comparison{name: f.name, peer: peer, unit: f.unit, below: f.below, run: measured(f.figure, peer, scale)})
	}
	return both
}

// measured takes a figure of ours and of the peer out of their measurements.
func measured(figure, peer string, scale float64) func(context.Context, *lab) (float64, float64, error) {
	return func(ctx context.Context, l *lab) (float64, float64, error) {
		mine, err := l.kernel(ctx, ours)
		if err != nil {
			return 0, 0, err
		}
		theirs, err := l.kernel(ctx, peer)
		if err != nil && peer == gonb && ctx.Err() == nil {
			err = &absentPeer{err}
		}
		return mine[figure] * scale, theirs[figure] * scale, err
	}
}

func lastAgainstFirst(ctx context.Context, l *lab) (float64, float64, error) {
	mine, err := l.kernel(ctx, ours)
	return mine["last 20"] * 1e3, mine["first 20"] * 1e3, err
}

//go:embed kernel.py
var kernelDriver string

// measurement is what kernel.py found of one kernel, or why it could not.
type measurement struct {
	figures map[string]float64
	err     error
}

// kernel measures a kernel, once.
func (l *lab) kernel(ctx context.Context, name string) (map[string]float64, error) {
	if m, ok := l.kernels[name]; ok {
		return m.figures, m.err
	}
	figures, err := l.drive(ctx, name)
	l.kernels[name] = measurement{figures, err}
	return figures, err
}

func (l *lab) drive(ctx context.Context, name string) (map[string]float64, error) {
	job, err := l.job(ctx, name)
	if err != nil {
		return nil, err
	}
	if job.Dir, err = os.MkdirTemp(l.dir, "kernel-"); err != nil {
		return nil, err
	}
	input, err := json.Marshal(job)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, l.python, "-c", kernelDriver)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(job.Dir, "kernel.log")) // only more to the error
		fmt.Fprintf(os.Stderr, "%s\n%s\n", log, &stderr)
		return nil, fmt.Errorf("%s: %w: %s", name, err, lastLine(stderr.String()))
	}
	var figures map[string]float64
	return figures, json.Unmarshal(out, &figures)
}

// kernelJob is what kernel.py is asked to do.
type kernelJob struct {
	Argv []string          `json:"argv"`
	Env  map[string]string `json:"env,omitempty"`
	Dir  string            `json:"dir"`
	// Setup is run before all but the notebook; Cells are timed by their names.
	Setup    []string          `json:"setup"`
	Cells    map[string]string `json:"cells"`
	Notebook []string          `json:"notebook"`
	// Complete has a | where the cursor is; Completed is in one of the answers.
	Complete  string `json:"complete"`
	Completed string `json:"completed"`
	// Session are kinds of cells, run in turn until there are SessionCells.
	Session      []string `json:"session,omitempty"`
	SessionCells int      `json:"session_cells,omitempty"`
	Starts       int      `json:"starts"`
	Repeat       int      `json:"repeat"`
}
