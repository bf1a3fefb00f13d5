package main

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// claimed reports whether another process is writing a file. If none is, this one
// is from now on, until the file is closed. A lock keeps others from the octets that
// it is on: it is on one that no file has.
func claimed(f *os.File) bool {
	const exclusive = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	beyond := windows.Overlapped{Offset: 1<<32 - 2, OffsetHigh: 1<<31 - 1}
	return errors.Is(windows.LockFileEx(windows.Handle(f.Fd()), exclusive, 0, 1, 0, &beyond), windows.ERROR_LOCK_VIOLATION)
}
