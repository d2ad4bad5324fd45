// Lislab tells whether preference data is worth training a multimodal LLM on,
// and is the Go kernel of the notebooks that show it.
package main

import (
	"os"

	"github.com/lislab/lislab/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
