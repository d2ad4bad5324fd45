//go:build !amd64 && !arm64

package rt

// stackUsed knows nothing on this processor: only Go's own limit holds.
func stackUsed() uintptr { return 0 }
