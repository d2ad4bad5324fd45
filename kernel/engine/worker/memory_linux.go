package worker

import "golang.org/x/sys/unix"

// refuseBeyond makes the system refuse the process more data than limit, in
// bytes. Where it does not let that be set, the watch alone has to do.
func refuseBeyond(limit uint64) {
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: limit, Max: limit})
}
