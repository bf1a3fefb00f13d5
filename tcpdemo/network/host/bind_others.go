//go:build !linux && !darwin

package host

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"syscall"
)

// bindsItself: package net binds the socket here.
const bindsItself = false

func bind(_ syscall.RawConn, at netip.AddrPort) (netip.AddrPort, error) { return at, nil }

// hold finds a port that is free, and cannot keep it.
func hold(at netip.AddrPort) (*os.File, uint16, error) {
	l, err := net.Listen("tcp", at.String())
	if err != nil {
		return nil, 0, err
	}
	return nil, l.Addr().(*net.TCPAddr).AddrPort().Port(), l.Close()
}

func listenOn(*os.File, int) error { return nil }

// setBacklog leaves the accept queue as it is: the system's cannot be changed
// once it listens.
func setBacklog(*net.TCPListener, int) error { return nil }

func stack() string { return runtime.GOOS }
