// Package build turns checked cells into plugins: it keeps the session's module
// and its import configuration, builds the worker program, and calls the
// compiler and the linker directly, with a cache on disk by content.
//
// An ordinary Go plugin holds a copy of every package it imports, and linking
// those copies is where its build time goes. Here the worker program links all
// packages a notebook usually wants and keeps all their functions; a cell's
// plugin holds the cell alone and takes the rest from the worker as it is
// opened. For that the Go linker is shown the worker as if it were a Go shared
// library (-linkshared): stub.go writes a library that has the worker's symbols
// and nothing else. Packages that the worker does not have go into a library
// plugin of their own, opened before the cell's. Where the scheme does not work
// (another processor, a toolchain that changed) the builder notices as it tries
// the new worker out, and links ordinary plugins instead.
package build
