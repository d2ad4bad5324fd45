package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// Version of lislab, as CHANGELOG.md counts it.
const Version = "0.1.0-dev"

// commit is set by make: -ldflags "-X …/internal/cli.commit=…".
var commit = "unknown"

// Commit is the source the binary was built from, with "-dirty" where files had
// been changed, or "unknown" where it was not built by make.
func Commit() string { return commit }

func newVersionCmd(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print lislab's version, commit and Go version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(s.out, "lislab %s (commit %s, %s %s/%s)\n", Version, Commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}
