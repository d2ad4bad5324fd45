// Package build turns checked cells into plugins: it keeps the session's module
// and its import configuration, builds the worker program, and calls the
// compiler and the linker directly, with a cache on disk by content.
package build
