// Package cellworker is the program that runs compiled cells: the kernel builds
// it on the user's machine, from the session's module, so that it and the cells
// fit each other to the byte.
package cellworker

import (
	"github.com/lislab/lislab/internal/symbols"
	"github.com/lislab/lislab/kernel/engine/worker"
)

// Main is that program.
func Main() { worker.Main(worker.Options{Packages: symbols.Packages}) }
