//go:build !unix

package lis

import (
	"io"
	"os"
)

// mapFile reads the first n bytes of a file: there is no mapping here, so that a
// stored log takes memory.
func mapFile(f *os.File, n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(io.NewSectionReader(f, 0, int64(n)), b)
	return b, err
}

func unmapFile([]byte) error { return nil }

func forgetFile([]byte, int, int) {}
