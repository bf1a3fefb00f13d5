package virtual

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// stackError translates an error of the stack into what a Go program expects of
// the system: io.EOF, net.ErrClosed or a syscall.Errno.
func stackError(err tcpip.Error) error {
	switch err.(type) {
	case nil:
		return nil
	case *tcpip.ErrClosedForReceive:
		return io.EOF
	case *tcpip.ErrConnectionRefused:
		return syscall.ECONNREFUSED
	case *tcpip.ErrConnectionReset:
		return syscall.ECONNRESET
	case *tcpip.ErrConnectionAborted, *tcpip.ErrAborted:
		return syscall.ECONNABORTED
	case *tcpip.ErrTimeout:
		return syscall.ETIMEDOUT
	case *tcpip.ErrClosedForSend:
		return syscall.EPIPE
	case *tcpip.ErrHostUnreachable:
		return syscall.EHOSTUNREACH
	case *tcpip.ErrNetworkUnreachable:
		return syscall.ENETUNREACH
	case *tcpip.ErrNotConnected:
		return syscall.ENOTCONN
	case *tcpip.ErrPortInUse, *tcpip.ErrDuplicateAddress:
		return syscall.EADDRINUSE
	case *tcpip.ErrNoPortAvailable, *tcpip.ErrBadLocalAddress, *tcpip.ErrBadAddress:
		return syscall.EADDRNOTAVAIL
	case *tcpip.ErrInvalidOptionValue, *tcpip.ErrInvalidEndpointState, *tcpip.ErrNoSuchFile:
		return syscall.EINVAL
	}
	return errors.New(err.String())
}

// opError dresses an error as package net would. io.EOF stays bare.
func opError(op, call string, source, addr net.Addr, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if errno, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(call, errno)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: source, Addr: addr, Err: err}
}

// errorTexts are the results that a timeline shows: the system's own words
// differ from one system to the next.
var errorTexts = []struct {
	err  error
	text string
}{
	{io.EOF, "EOF"},
	{net.ErrClosed, "use of closed network connection"},
	{os.ErrDeadlineExceeded, "i/o timeout"},
	{context.DeadlineExceeded, "i/o timeout"},
	{context.Canceled, "operation was canceled"},
	{syscall.ECONNREFUSED, "connection refused"},
	{syscall.ECONNRESET, "connection reset by peer"},
	{syscall.ECONNABORTED, "connection aborted"},
	{syscall.ETIMEDOUT, "connection timed out"},
	{syscall.EPIPE, "broken pipe"},
	{syscall.EHOSTUNREACH, "no route to host"},
	{syscall.ENETUNREACH, "network is unreachable"},
	{syscall.ENOTCONN, "not connected"},
	{syscall.EADDRINUSE, "address already in use"},
	{syscall.EADDRNOTAVAIL, "cannot assign requested address"},
	{syscall.EINVAL, "invalid argument"},
}

func errorText(err error) string {
	for _, e := range errorTexts {
		if errors.Is(err, e.err) {
			return e.text
		}
	}
	return err.Error()
}
