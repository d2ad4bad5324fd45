//go:build unix

package lis

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile is the first n bytes of a file, to be read only.
func mapFile(f *os.File, n int) ([]byte, error) {
	return unix.Mmap(int(f.Fd()), 0, n, unix.PROT_READ, unix.MAP_SHARED)
}

func unmapFile(b []byte) error { return unix.Munmap(b) }

// forgetFile drops the pages around b[from:to] from this process; the system may
// keep them.
func forgetFile(b []byte, from, to int) {
	page := os.Getpagesize()
	from &^= page - 1
	if to = min(len(b), (to+page-1)&^(page-1)); from < to {
		_ = unix.Madvise(b[from:to], unix.MADV_DONTNEED) // where it is refused the pages stay a while
	}
}
