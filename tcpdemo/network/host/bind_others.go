//go:build !linux && !darwin

package host

import (
	"net"
	"net/netip"
	"runtime"
	"syscall"
)

// bindsItself: package net binds the socket here.
const bindsItself = false

func bind(_ syscall.RawConn, at netip.AddrPort) (netip.AddrPort, error) { return at, nil }

// setBacklog leaves the accept queue as it is: the system's cannot be changed
// once it listens.
func setBacklog(*net.TCPListener, int) error { return nil }

func stack() string { return runtime.GOOS }
