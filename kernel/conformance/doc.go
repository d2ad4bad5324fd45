// Package conformance holds the kernel against what others ask of one:
// jupyter_kernel_test's suite and a JupyterLab in a browser. It has tests alone.
package conformance
