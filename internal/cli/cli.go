// Package cli is the command line of lislab: it reads flags into an options
// struct per verb and hands that to a plain function.
//
// The rules of the interface: results go to standard output or to --out;
// progress, warnings and errors go to standard error; the last line of a
// failure is "lislab: NAME: what and where; what to do"; the exit status is 0
// for done and complete, 1 where a row, cell or check failed, 2 for wrong usage
// or input, 130 when interrupted.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lislab/lislab/lis"
)

// The exit statuses.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// streams are what a verb reads and writes; tests hand in buffers.
type streams struct {
	out, err io.Writer
	args     []string // the command as it was given, for provenance and resuming
}

// failure is a verb that began its work and could not complete it: exit status
// 1, where an error before the work began is 2.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// interrupted is a verb that the person stopped.
type interrupted struct {
	done   string // how far it was
	resume string // the line that goes on
}

func (i interrupted) Error() string {
	return "interrupted: " + i.done + "; go on with: " + i.resume
}

// Main runs one command and returns its exit status. args are without the
// program's name.
func Main(args []string, out, errw io.Writer) int {
	return run(context.Background(), streams{out: out, err: errw, args: args})
}

// interruptible is ctx until the person stops the verb. Verbs ask for it
// themselves: the kernel has another use for an interrupt.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}

func run(ctx context.Context, s streams) int {
	root := newRoot(s)
	root.SetArgs(s.args)
	root.SetOut(s.out)
	root.SetErr(s.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(s.err, "lislab: "+oneLine(err))
	var stopped interrupted
	var failed failure
	switch {
	case errors.As(err, &stopped):
		return exitInterrupted
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &failed):
		return exitFailed
	}
	return exitUsage
}

// oneLine is the error as the last line of standard error shows it: on one
// line, with the error's name in front.
func oneLine(err error) string {
	text := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	var stopped interrupted
	if errors.As(err, &stopped) {
		return text
	}
	if errors.Is(err, context.Canceled) {
		return "interrupted: " + text
	}
	name := lis.Name(err)
	if name == "" { // what no rule named is the system's: a file, a socket, memory
		name = lis.ErrIO.Error()
	}
	if strings.HasPrefix(text, name+":") {
		return text
	}
	return name + ": " + text
}

func usagef(do, format string, args ...any) error {
	return &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf(format, args...), Do: do}
}

// verbs are the commands, in the order that help lists them.
var verbs = []func(streams) *cobra.Command{
	newSweepCmd,
	newScoreCmd,
	newExportCmd,
	newAISCmd,
	newDataCmd,
	newReportCmd,
	newRunCmd,
	newKernelCmd,
	newInstallCmd,
	newVersionCmd,
	newWorkerCmd,
}

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "lislab VERB",
		Short: "Is this preference data worth training a multimodal LLM on?",
		Long: `Lislab measures the Leakage Impact Score of preference data: how much ranking
AUC it could give, found by leaking it from the future into an ordinary ranking
model. It is also the Go kernel of the notebooks that show it.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var names []string
			for _, c := range cmd.Commands() {
				names = append(names, c.Name())
			}
			return usagef("lislab --help lists the verbs", "no verb %q%s", args[0], didYouMean(args[0], names))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	for _, verb := range verbs {
		root.AddCommand(verb(s))
	}
	return root
}

// noArgs refuses what stands beside the flags.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("see "+cmd.CommandPath()+" --help", "%s takes no argument, got %q", cmd.CommandPath(), args[0])
}
