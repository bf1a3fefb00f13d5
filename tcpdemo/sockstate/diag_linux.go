package sockstate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"statelab/capture/tcpstate"
)

// Sizes and numbers of sock_diag(7) and include/uapi/linux/inet_diag.h.
const (
	requestSize    = 56 // struct inet_diag_req_v2
	messageSize    = 72 // struct inet_diag_msg
	attrBytecode   = 1  // INET_DIAG_REQ_BYTECODE
	attrInfo       = 2  // INET_DIAG_INFO
	groupTCP4      = 1 << (unix.SKNLGRP_INET_TCP_DESTROY - 1)
	groupTCP6      = 1 << (unix.SKNLGRP_INET6_TCP_DESTROY - 1)
	receiveBuffer  = 1 << 16
	multicastQueue = 1 << 20
)

// Diag asks the kernel about the sockets of one network namespace: that of the
// thread that opened it. Its methods may be called from any goroutine.
type Diag struct {
	mu       sync.Mutex
	fd       int // requests and answers; -1 when closed
	destroy  int // messages about sockets that end; -1 without
	snmp     int // the namespace's counters; -1 without
	sequence uint32
	buf      []byte
	sock     Socket
}

// OpenDiag opens a connection to the kernel. It needs no rights.
func OpenDiag() (*Diag, error) {
	fd, err := openNetlink(0)
	if err != nil {
		return nil, fmt.Errorf("open sock_diag: %w", err)
	}
	d := &Diag{fd: fd, buf: make([]byte, receiveBuffer)}
	// Both of these only save work: what they tell, polling finds out too.
	if d.destroy, err = openNetlink(groupTCP4 | groupTCP6); err != nil {
		d.destroy = -1
	} else {
		_ = unix.SetsockoptInt(d.destroy, unix.SOL_SOCKET, unix.SO_RCVBUF, multicastQueue)
	}
	// The file stays with the namespace of the thread that opens it.
	if d.snmp, err = unix.Open("/proc/thread-self/net/snmp", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
		d.snmp = -1
	}
	return d, nil
}

func openNetlink(groups uint32) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		unix.Close(fd)
		return -1, os.NewSyscallError("bind", err)
	}
	return fd, nil
}

// Close releases the connection to the kernel.
func (d *Diag) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fd < 0 {
		return nil
	}
	err := unix.Close(d.fd)
	d.fd = -1
	if d.destroy >= 0 {
		unix.Close(d.destroy)
		d.destroy = -1
	}
	if d.snmp >= 0 {
		unix.Close(d.snmp)
		d.snmp = -1
	}
	return err
}

// Lookup finds the socket of a connection by its addresses, as its own end sees
// them; with a zero remote, the listener. It costs about five microseconds.
// Without such a socket the error is ErrNotFound.
func (d *Diag) Lookup(local, remote netip.AddrPort) (Socket, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	local, remote = unmap(local), unmap(remote)
	if !remote.IsValid() {
		remote = netip.AddrPortFrom(unspecified(local.Addr()), 0)
	}
	if !local.IsValid() || local.Addr().Is4() != remote.Addr().Is4() {
		return Socket{}, fmt.Errorf("look up %v to %v: addresses of one family are needed", local, remote)
	}
	listener := remote.Port() == 0
	found, err := Socket{}, error(ErrNotFound)
	kerr := d.request(unix.SOCK_DIAG_BY_FAMILY, unix.NLM_F_REQUEST, lookupRequest(local, remote), func(s *Socket) {
		// Where there is no connection the kernel answers with the listener
		// that would take it.
		if (s.State == tcpstate.Listen) == listener {
			found, err = *s, nil
		}
	})
	if kerr != nil && !errors.Is(kerr, unix.ENOENT) {
		err = kerr
	}
	if err != nil {
		return Socket{}, fmt.Errorf("look up %v to %v: %w", local, remote, err)
	}
	return found, nil
}

// Forget ends the socket of a connection in TIME-WAIT, without a word to the peer; in any
// other state the peer would be sent RST. It needs CAP_NET_ADMIN. Errors are ErrNotFound
// and, where the kernel was built without it, errors.ErrUnsupported.
func (d *Diag) Forget(local, remote netip.AddrPort) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.request(unix.SOCK_DESTROY, unix.NLM_F_REQUEST|unix.NLM_F_ACK, lookupRequest(unmap(local), unmap(remote)), nil)
	if errors.Is(err, unix.ENOENT) {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("forget %v to %v: %w", local, remote, err)
	}
	return nil
}

// Dump visits every socket that the filter passes, in no particular order. The
// socket is reused: visit copies what it keeps. The kernel walks all of its
// sockets for it, 0.2 ms and more.
func (d *Diag) Dump(f Filter, visit func(*Socket)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.States == 0 {
		f.States = All
	}
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		ours := func(s *Socket) {
			if f.States.Has(s.State) && (f.Port == 0 || s.Local.Port() == f.Port || s.Remote.Port() == f.Port) {
				visit(s)
			}
		}
		err := d.request(unix.SOCK_DIAG_BY_FAMILY, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, dumpRequest(family, f, true), ours)
		if errors.Is(err, unix.EINVAL) && f.Port != 0 {
			// A kernel that cannot compare ports for us: it tells all, and the
			// comparison above chooses.
			err = d.request(unix.SOCK_DIAG_BY_FAMILY, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, dumpRequest(family, f, false), ours)
		}
		if err != nil && !(family == unix.AF_INET6 && errors.Is(err, unix.ENOENT)) { // a kernel without IPv6
			return fmt.Errorf("dump sockets: %w", err)
		}
	}
	return nil
}

// destroyed visits the sockets that have ended since the last call, with their
// final Info, without waiting. missed: more have ended than the queue holds, and
// only a dump tells which.
func (d *Diag) destroyed(visit func(*Socket)) (missed bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.destroy >= 0 {
		n, _, err := unix.Recvfrom(d.destroy, d.buf, unix.MSG_DONTWAIT)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return missed, nil
		case errors.Is(err, unix.ENOBUFS):
			missed = true
			continue
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return missed, fmt.Errorf("sockets that ended: %w", err)
		}
		if _, err := d.messages(d.buf[:n], 0, visit); err != nil {
			return missed, err
		}
	}
	return missed, nil
}

// spent is the processor's time that the calling thread has used.
func (d *Diag) spent() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// request sends one request of a kind and visits the sockets of its answer.
func (d *Diag) request(kind, flags uint16, body []byte, visit func(*Socket)) error {
	if d.fd < 0 {
		return os.ErrClosed
	}
	d.sequence++
	m := make([]byte, unix.NLMSG_HDRLEN, unix.NLMSG_HDRLEN+len(body))
	binary.NativeEndian.PutUint32(m[0:], uint32(unix.NLMSG_HDRLEN+len(body)))
	binary.NativeEndian.PutUint16(m[4:], kind)
	binary.NativeEndian.PutUint16(m[6:], flags)
	binary.NativeEndian.PutUint32(m[8:], d.sequence)
	if err := unix.Sendto(d.fd, append(m, body...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return os.NewSyscallError("sendto", err)
	}
	for {
		n, _, err := unix.Recvfrom(d.fd, d.buf, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return os.NewSyscallError("recvfrom", err)
		}
		if done, err := d.messages(d.buf[:n], d.sequence, visit); done || err != nil {
			return err
		}
	}
}

// messages reads the messages of one datagram: those of the request with this
// sequence number, or all when it is 0. It returns true after the last one.
func (d *Diag) messages(b []byte, sequence uint32, visit func(*Socket)) (done bool, err error) {
	for len(b) >= unix.NLMSG_HDRLEN {
		length := int(binary.NativeEndian.Uint32(b))
		if length < unix.NLMSG_HDRLEN || length > len(b) {
			return true, errors.New("sock_diag: malformed message")
		}
		kind, flags := binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint16(b[6:])
		body := b[unix.NLMSG_HDRLEN:length]
		ours := sequence == 0 || binary.NativeEndian.Uint32(b[8:]) == sequence
		b = b[min((length+3)&^3, len(b)):]
		switch {
		case !ours: // left from a request that was given up
		case kind == unix.NLMSG_DONE:
			return true, nil
		case kind == unix.NLMSG_ERROR:
			if len(body) >= 4 {
				if code := int32(binary.NativeEndian.Uint32(body)); code != 0 {
					return true, unix.Errno(-code)
				}
			}
			return true, nil
		case kind == unix.SOCK_DIAG_BY_FAMILY:
			if parseSocket(body, &d.sock) {
				visit(&d.sock)
			}
			if flags&unix.NLM_F_MULTI == 0 && sequence != 0 {
				return true, nil
			}
		}
	}
	return false, nil
}

// parseSocket reads struct inet_diag_msg and its attributes.
func parseSocket(b []byte, s *Socket) bool {
	if len(b) < messageSize {
		return false
	}
	be, ne := binary.BigEndian, binary.NativeEndian
	*s = Socket{
		State:  stateOf(b[1]),
		Local:  netip.AddrPortFrom(address(b[0], b[8:24]), be.Uint16(b[4:])),
		Cookie: uint64(ne.Uint32(b[44:])) | uint64(ne.Uint32(b[48:]))<<32,
		Timer:  timerName(b[2]), Retransmits: b[3],
		Expires:      time.Duration(ne.Uint32(b[52:])) * time.Millisecond,
		ReceiveQueue: ne.Uint32(b[56:]), SendQueue: ne.Uint32(b[60:]),
		UID: ne.Uint32(b[64:]), Inode: ne.Uint32(b[68:]),
	}
	if s.State != tcpstate.Listen {
		s.Remote = netip.AddrPortFrom(address(b[0], b[24:40]), be.Uint16(b[6:]))
	}
	for b = b[messageSize:]; len(b) >= unix.SizeofRtAttr; {
		length := int(ne.Uint16(b))
		if length < unix.SizeofRtAttr || length > len(b) {
			break
		}
		if ne.Uint16(b[2:]) == attrInfo && length > unix.SizeofRtAttr {
			s.Info, s.HasInfo = parseInfo(b[unix.SizeofRtAttr:length]), true
		}
		b = b[min((length+3)&^3, len(b)):]
	}
	return true
}

func address(family uint8, b []byte) netip.Addr {
	if family == unix.AF_INET {
		return netip.AddrFrom4([4]byte(b))
	}
	return netip.AddrFrom16([16]byte(b)).Unmap()
}

func timerName(t uint8) string {
	names := [...]string{"", "retransmission", "keepalive", "time-wait", "persist"} // idiag_timer
	if int(t) < len(names) {
		return names[t]
	}
	return ""
}
