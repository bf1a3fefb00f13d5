//go:build !linux

package sockstate

import (
	"net/netip"
	"runtime"
	"syscall"
	"time"
)

// Supported returns nil where the operating system tells the state of sockets.
func Supported() error { return &UnsupportedError{Platform: runtime.GOOS} }

// Of reads what the kernel remembers of a connection of this process.
func Of(syscall.Conn) (info Info, cookie uint64, err error) { return Info{}, 0, Supported() }

// Diag asks the kernel about the sockets of one network namespace.
type Diag struct{}

// OpenDiag opens a connection to the kernel.
func OpenDiag() (*Diag, error) { return nil, Supported() }

// Close releases the connection to the kernel.
func (*Diag) Close() error { return nil }

// Lookup finds the socket of a connection by its addresses.
func (*Diag) Lookup(_, _ netip.AddrPort) (Socket, error) { return Socket{}, Supported() }

// Forget ends the socket of a connection in TIME-WAIT.
func (*Diag) Forget(_, _ netip.AddrPort) error { return Supported() }

// Dump visits every socket that the filter passes.
func (*Diag) Dump(Filter, func(*Socket)) error { return Supported() }

func (*Diag) destroyed(func(*Socket)) (bool, error) { return false, Supported() }

func (*Diag) counters() (counters, bool) { return counters{}, false }

func (*Diag) spent() time.Duration { return 0 }
