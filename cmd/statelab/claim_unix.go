//go:build unix

package main

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// claimed reports whether another process is writing a file. If none is, this one
// is from now on, until the file is closed. File systems without locks claim
// nothing.
func claimed(f *os.File) bool {
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
}
