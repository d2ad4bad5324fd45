package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/kernel/engine/session"
	"github.com/lislab/lislab/kernel/notebook"
	"github.com/lislab/lislab/lis"
)

// runOptions are everything that lislab run was told.
type runOptions struct {
	Notebook   string
	Parameters []notebook.Parameter
	Out        string // "" to write the notebook back
	Quiet      bool
}

func newRunCmd(s streams) *cobra.Command {
	return runCmd(func(ctx context.Context, o runOptions) error { return runNotebook(ctx, s, o) })
}

func runCmd(do func(context.Context, runOptions) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run NOTEBOOK.ipynb [-p name=value]… [-o OUT.ipynb]",
		Short: "execute a notebook, without Python",
		Long: `Run executes a notebook's Go cells in order and writes it with its outputs. -p
sets a variable of the cell tagged "parameters": values are Go literals, a bare
word is a string. A failing cell ends the run with exit status 1; what ran until
then is written.`,
		Example: `  lislab run notebooks/cold_start.ipynb -p seeds=1 -o out/cold_start.ipynb`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return usagef("see lislab run --help", "lislab run takes one notebook, got %d", len(args))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	parameters := f.StringArrayP("parameter", "p", nil, "set a parameter, `NAME=VALUE`; repeatable")
	out := f.StringP("out", "o", "", "write the executed notebook to `OUT`.ipynb [the notebook itself]")
	quiet := f.Bool("quiet", false, "no progress")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o := runOptions{Notebook: args[0], Out: *out, Quiet: *quiet}
		for _, text := range *parameters {
			p, err := notebook.ParseParameter(text)
			if err != nil {
				return usagef("give NAME=VALUE", "--parameter %s: %v", text, err)
			}
			o.Parameters = append(o.Parameters, p)
		}
		if o.Out == "" {
			o.Out = o.Notebook
		}
		if err := checkOut("out", o.Out, []string{".ipynb"}); err != nil {
			return err
		}
		return do(cmd.Context(), o)
	}
	return cmd
}

func runNotebook(ctx context.Context, s streams, o runOptions) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	if _, err := os.Stat(o.Notebook); err != nil {
		return &lis.InputError{Kind: lis.ErrNoSuchLog, What: "no such notebook", File: o.Notebook, Do: "check the path", Err: err}
	}
	nb, err := notebook.Read(o.Notebook)
	if err != nil {
		return usagef("give a notebook of format 4", "%s cannot be read: %v", o.Notebook, err)
	}
	// What cannot be written is found out before anything runs.
	if _, err := newWholeFile(o.Out); err != nil {
		return err
	}
	nb.Inject(o.Parameters)
	options := sessionOptions()
	// Cells run where Jupyter would run them: in the notebook's folder.
	if options.Dir, err = filepath.Abs(filepath.Dir(o.Notebook)); err != nil {
		return err
	}
	eng, err := session.New(options)
	if err != nil {
		return failure{err}
	}
	defer eng.Close()
	bar := newProgress(s.err, o.Quiet)
	defer bar.finish()
	ran := notebook.Run(ctx, eng, nb, notebook.Options{Progress: func(cell, of int) { bar.report(cell-1, of, "cells") }})
	bar.finish()
	if err := nb.Write(o.Out); err != nil {
		return failure{&lis.InputError{Kind: lis.ErrIO, What: "writing failed: " + err.Error(), File: o.Out, Do: "check the space left and run the command again", Err: err}}
	}
	var cell *notebook.CellFailed
	switch {
	case ctx.Err() != nil:
		return interrupted{done: "what ran is in " + o.Out, resume: shellLine(s.args)}
	case errors.As(ran, &cell):
		return failure{fmt.Errorf("%w: cell %d of %s failed: %v; its outputs are in %s", lis.ErrBadRow, cell.Cell, o.Notebook, cell.Err, o.Out)}
	case ran != nil:
		return failure{ran}
	}
	return nil
}
