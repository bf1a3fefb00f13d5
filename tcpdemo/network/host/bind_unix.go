//go:build linux || darwin

package host

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// bindsItself: bind gives a socket its address before it connects, so that the
// connect call can be told with the port that it has.
const bindsItself = true

// bind gives a socket a local address; with port 0 the system chooses one.
func bind(raw syscall.RawConn, at netip.AddrPort) (bound netip.AddrPort, err error) {
	control := raw.Control(func(fd uintptr) {
		var sa unix.Sockaddr = &unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()}
		if at.Addr().Is4() {
			sa = &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}
		}
		if err = os.NewSyscallError("bind", unix.Bind(int(fd), sa)); err != nil {
			return
		}
		if sa, err = unix.Getsockname(int(fd)); err != nil {
			return
		}
		switch sa := sa.(type) {
		case *unix.SockaddrInet4:
			bound = netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
		case *unix.SockaddrInet6:
			bound = netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))
		}
	})
	if control != nil {
		err = control
	}
	return bound, err
}

// hold binds a socket that does not listen yet: to a port, or to any that is free
// where it is 0.
func hold(at netip.AddrPort) (*os.File, uint16, error) {
	family := unix.AF_INET6
	if at.Addr().Is4() {
		family = unix.AF_INET
	}
	syscall.ForkLock.RLock() // so that no child inherits it
	fd, err := unix.Socket(family, unix.SOCK_STREAM, unix.IPPROTO_TCP)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, 0, os.NewSyscallError("socket", err)
	}
	f := os.NewFile(uintptr(fd), "held port")
	// With SO_REUSEADDR a connection in TIME-WAIT does not keep the port; without
	// it, once it is bound, nobody else can listen there (socket(7)).
	if err := reuse(fd, 1); err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	bound, err := bind(raw, at)
	if err == nil {
		err = reuse(fd, 0)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, bound.Port(), nil
}

func reuse(fd, on int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, on))
}

// listenOn makes a socket that hold has bound listen, with the system's longest
// accept queue where backlog is 0.
func listenOn(f *os.File, backlog int) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	if backlog == 0 {
		backlog = longestBacklog
	}
	if cerr := raw.Control(func(fd uintptr) {
		if err = reuse(int(fd), 1); err == nil {
			err = os.NewSyscallError("listen", unix.Listen(int(fd), backlog))
		}
	}); cerr != nil {
		return cerr
	}
	return err
}

// longestBacklog is more than any system allows, and so is as long as it allows.
const longestBacklog = 1<<16 - 1

// setBacklog gives a listener another accept queue: listen(2) may be called
// again for that.
func setBacklog(l *net.TCPListener, backlog int) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	if cerr := raw.Control(func(fd uintptr) { err = os.NewSyscallError("listen", unix.Listen(int(fd), backlog)) }); cerr != nil {
		return cerr
	}
	return err
}

// stack names the machine's TCP stack by its kernel: "Linux 6.18".
func stack() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "unknown"
	}
	release := unix.ByteSliceToString(u.Release[:])
	var major, minor int
	if n, _ := fmt.Sscanf(release, "%d.%d", &major, &minor); n == 2 {
		release = fmt.Sprintf("%d.%d", major, minor)
	}
	return unix.ByteSliceToString(u.Sysname[:]) + " " + release
}
