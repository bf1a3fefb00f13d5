//go:build linux || darwin

package host

import (
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
