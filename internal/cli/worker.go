package cli

import (
	"github.com/spf13/cobra"

	"github.com/lislab/lislab/internal/symbols"
	"github.com/lislab/lislab/kernel/engine/interp"
	"github.com/lislab/lislab/kernel/engine/worker"
)

// newWorkerCmd is the process that interprets a notebook's cells where there is
// no toolchain to compile them; the kernel starts it, nobody types it.
func newWorkerCmd(streams) *cobra.Command {
	return &cobra.Command{
		Use:    "worker",
		Short:  "Run a notebook's cells, for lislab kernel",
		Hidden: true,
		Args:   noArgs,
		Run: func(*cobra.Command, []string) {
			worker.Main(worker.Options{Packages: symbols.Packages, Interpreter: interp.Open})
		},
	}
}
