package build

// Base lists what the worker links, as patterns for go list: the standard
// library, lislab's own packages for notebooks, gota, and gonum with plot. A
// notebook may import any other package; that then costs a library plugin.
func Base() []string {
	return []string{
		"std",
		modulePath + "/lis/...",
		modulePath + "/datasets",
		modulePath + "/plots/...",
		modulePath + "/kernel/display/...",
		modulePath + "/kernel/widget/...",
		"github.com/go-gota/gota/...",
		"gonum.org/v1/gonum/floats/...",
		"gonum.org/v1/gonum/mat",
		"gonum.org/v1/gonum/stat/...",
		"gonum.org/v1/gonum/optimize/...",
		"gonum.org/v1/gonum/integrate/...",
		"gonum.org/v1/gonum/interp",
		"gonum.org/v1/gonum/diff/fd",
		"gonum.org/v1/gonum/dsp/fourier",
		"gonum.org/v1/gonum/mathext",
		"gonum.org/v1/gonum/cmplxs",
		"gonum.org/v1/gonum/spatial/...",
		"gonum.org/v1/gonum/graph",
		"gonum.org/v1/gonum/graph/simple",
		"gonum.org/v1/gonum/graph/path",
		"gonum.org/v1/gonum/graph/topo",
		"gonum.org/v1/gonum/graph/network",
		"gonum.org/v1/plot/...",
	}
}

// unlinked reports whether the worker must not link a package though a pattern
// names it.
func unlinked(path string) bool {
	switch path {
	case "unsafe", "runtime/race", "runtime/msan", "runtime/asan":
		return true
	}
	return private(path)
}
