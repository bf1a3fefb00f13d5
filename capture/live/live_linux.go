package live

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"statelab/capture"
)

// socket is a packet socket with its ring.
type socket struct {
	name  string // the interface
	file  *os.File
	raw   syscall.RawConn
	ring  *ring
	total Stats       // the kernel's counters start again at each reading
	woken atomic.Bool // wake was called, and batch has not yet returned for it
}

// openDevice opens a packet socket on an interface. Its protocol is 0 until it
// is bound, so that nothing of another interface, and nothing unfiltered, gets
// into the ring.
func openDevice(ifi Interface, opts *Options) (device, capture.LinkType, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, 0, openError(ifi.Name, os.NewSyscallError("socket(AF_PACKET)", err))
	}
	s := &socket{name: ifi.Name}
	link, err := s.configure(fd, ifi, opts)
	if err != nil {
		if s.ring != nil {
			_ = s.ring.unmap()
		}
		unix.Close(fd)
		return nil, 0, openError(ifi.Name, err)
	}
	// Being non-blocking, the descriptor is waited for by the runtime's poller:
	// a deadline or Close then wakes a reader.
	s.file = os.NewFile(uintptr(fd), "packet:"+ifi.Name)
	if s.raw, err = s.file.SyscallConn(); err != nil {
		_ = s.close()
		return nil, 0, openError(ifi.Name, err)
	}
	return s, link, nil
}

func openError(name string, err error) error {
	if errors.Is(err, os.ErrPermission) {
		path, _ := os.Executable()
		return &PrivilegeError{Interface: name, Executable: path, Err: err}
	}
	var known *InterfaceError
	if errors.As(err, &known) {
		return err
	}
	return fmt.Errorf("capture on %s: %w", name, err)
}

// remedy is the command that gives the right.
// Remedy is what to do about it: on Linux a line to paste.
func (e *PrivilegeError) Remedy() string {
	path := "$(command -v statelab)"
	if e.Executable != "" {
		path = shellQuote(e.Executable)
	}
	return "sudo setcap cap_net_raw+ep " + path
}

// shellQuote quotes a path for a POSIX shell, if it needs to be.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return strings.ContainsRune("/._-+", r) || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
	}
	if strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func (s *socket) configure(fd int, ifi Interface, opts *Options) (capture.LinkType, error) {
	link, err := linkType(fd, ifi.Name)
	if err != nil {
		return 0, err
	}
	set := func(name string, opt, value int) {
		if err == nil {
			err = os.NewSyscallError("setsockopt("+name+")", unix.SetsockoptInt(fd, unix.SOL_PACKET, opt, value))
		}
	}
	set("PACKET_VERSION", unix.PACKET_VERSION, unix.TPACKET_V3)
	set("PACKET_VNET_HDR", unix.PACKET_VNET_HDR, 1)
	if ifi.Loopback {
		// Loopback shows each packet as it leaves and as it arrives: with both,
		// every segment would look retransmitted.
		set("PACKET_IGNORE_OUTGOING", unix.PACKET_IGNORE_OUTGOING, 1)
	}
	if err != nil {
		return 0, err
	}
	program, err := kernelFilter(opts, link, kernelSnap(opts))
	if err != nil {
		return 0, err
	}
	if err := attach(fd, program); err != nil {
		return 0, err
	}
	if s.ring, err = mapRing(fd, opts.Buffer); err != nil {
		return 0, err
	}
	if opts.Promiscuous {
		mreq := unix.PacketMreq{Ifindex: int32(ifi.Index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &mreq); err != nil {
			return 0, os.NewSyscallError("setsockopt(PACKET_ADD_MEMBERSHIP)", err)
		}
	}
	err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL), Ifindex: ifi.Index})
	return link, os.NewSyscallError("bind", err)
}

func networkOrder(v uint16) uint16 { return v<<8 | v>>8 }

// attach gives the socket its filter.
func attach(fd int, program []bpf.Instruction) error {
	if len(program) == 0 {
		return nil
	}
	code, err := bpf.Assemble(program)
	if err != nil {
		return fmt.Errorf("assemble filter: %w", err)
	}
	filter := make([]unix.SockFilter, len(code))
	for i, c := range code {
		filter[i] = unix.SockFilter{Code: c.Op, Jt: c.Jt, Jf: c.Jf, K: c.K}
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	return os.NewSyscallError("setsockopt(SO_ATTACH_FILTER)", unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &prog))
}

// linkType asks for an interface's hardware type.
func linkType(fd int, name string) (capture.LinkType, error) {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return 0, fmt.Errorf("interface name %q: %w", name, err)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, ifr); err != nil {
		return 0, os.NewSyscallError("ioctl(SIOCGIFHWADDR)", err)
	}
	hardware := int(ifr.Uint16()) // sa_family of the address
	switch hardware {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return capture.LinkEthernet, nil // loopback has an Ethernet header of zeros
	case unix.ARPHRD_NONE, unix.ARPHRD_RAWIP, unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6, unix.ARPHRD_SIT:
		return capture.LinkRaw, nil
	}
	return 0, &InterfaceError{Name: name, Hardware: hardware}
}

func (s *socket) batch(wait time.Duration) ([]packet, error) {
	s.ring.release()
	if !s.ring.ready() {
		// The deadline is set before the flag is read: a wake that comes
		// between sets its own, past deadline after ours.
		if err := s.file.SetReadDeadline(time.Now().Add(wait)); err != nil {
			return nil, err
		}
		if s.woken.Swap(false) {
			return nil, nil
		}
		if err := s.wait(); err != nil {
			return nil, err
		}
	}
	if !s.ring.ready() {
		return nil, nil
	}
	return s.ring.take()
}

// wait returns when a block is ready, the deadline has passed, or the socket
// has failed.
func (s *socket) wait() error {
	var failure error
	err := s.raw.Read(func(fd uintptr) bool {
		if s.ring.ready() {
			return true
		}
		errno, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && errno != 0 {
			err = syscall.Errno(errno)
		}
		if errors.Is(err, unix.ENETDOWN) {
			failure = fmt.Errorf("interface %s went down: %w", s.name, err)
		} else {
			failure = err
		}
		return failure != nil
	})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return errors.Join(failure, err)
}

func (s *socket) horizon() time.Time {
	now := time.Now()
	if !s.ring.empty() {
		return time.Time{}
	}
	return now.Add(-stampDelay)
}

func (s *socket) wake() {
	s.woken.Store(true)
	_ = s.file.SetReadDeadline(time.Unix(1, 0)) // fails only on a closed file, which needs no waking
}

func (s *socket) stats() (Stats, error) {
	var got *unix.TpacketStatsV3
	var err error
	if cerr := s.raw.Control(func(fd uintptr) {
		got, err = unix.GetsockoptTpacketStatsV3(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS)
	}); cerr != nil {
		err = cerr
	}
	if err != nil {
		return s.total, fmt.Errorf("packet statistics: %w", err)
	}
	s.total.Received += uint64(got.Packets - got.Drops) // the kernel counts those that it dropped in both
	s.total.Dropped += uint64(got.Drops)
	return s.total, nil
}

func (s *socket) close() error {
	return errors.Join(s.file.Close(), s.ring.unmap())
}
