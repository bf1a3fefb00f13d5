package host

import (
	"errors"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// canForget tells why forget cannot be done: it needs CAP_NET_ADMIN in the network
// namespace.
func canForget() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer unix.Close(fd)
	return repair(fd)
}

// forget closes a connection without a word: the kernel holds what is closed in repair mode
// to go on elsewhere. Calls that wait in it return before, by a close that is not the last.
func forget(c *net.TCPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	last := -1
	if cerr := raw.Control(func(fd uintptr) { last, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) }); cerr != nil {
		return cerr
	}
	if err != nil {
		return errors.Join(os.NewSyscallError("fcntl", err), c.Close())
	}
	return errors.Join(c.Close(), repair(last), os.NewSyscallError("close", unix.Close(last)))
}

func repair(fd int) error {
	return os.NewSyscallError("TCP_REPAIR", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_REPAIR, 1))
}
