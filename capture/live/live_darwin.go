package live

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/bsdbpf"
	"golang.org/x/net/bpf"

	"statelab/capture"
)

// pollEvery is how long a read of the BPF device waits at most: nothing can
// wake it earlier.
const pollEvery = 20 * time.Millisecond

// sniffer reads a BPF device (bpf(4)) and filters in this process, since the
// library cannot give the device a program. Stamps are in microseconds. The
// device counts no losses that the library would hand on: Stats.Dropped stays
// 0. The direction of a frame is not known.
type sniffer struct {
	dev      *bsdbpf.BPFSniffer
	filter   *bpf.VM
	received atomic.Uint64
	woken    atomic.Bool
	out      [1]packet
	closing  sync.Once
	quiet    time.Time // when the device was last asked and had nothing
}

func openDevice(ifi Interface, opts *Options) (device, capture.LinkType, error) {
	link := capture.LinkEthernet
	if ifi.Loopback {
		link = capture.LinkNull
	} else if len(ifi.Name) > 4 && ifi.Name[:4] == "utun" {
		link = capture.LinkNull // a tunnel bears the same 4-byte header
	}
	s := &sniffer{}
	program, err := kernelFilter(opts, link, wholeFrame)
	if err != nil {
		return nil, 0, err
	}
	if len(program) > 0 {
		vm, err := bpf.NewVM(program)
		if err != nil {
			return nil, 0, fmt.Errorf("capture on %s: filter: %w", ifi.Name, err)
		}
		s.filter = vm
	}
	if err := usable(ifi.Name); err != nil {
		return nil, 0, err
	}
	if err := s.open(ifi.Name, opts.Promiscuous); err != nil {
		return nil, 0, fmt.Errorf("capture on %s: %w", ifi.Name, err)
	}
	return s, link, nil
}

// usable reports whether a BPF device can be opened: the library panics where
// none can.
func usable(name string) error {
	var last error
	for i := range 99 {
		fd, err := syscall.Open(fmt.Sprintf("/dev/bpf%d", i), syscall.O_RDWR, 0)
		if err == nil {
			return syscall.Close(fd)
		}
		if last = err; errors.Is(err, os.ErrNotExist) {
			break
		}
	}
	if errors.Is(last, os.ErrPermission) {
		path, _ := os.Executable()
		return &PrivilegeError{Interface: name, Executable: path, Err: os.NewSyscallError("open(/dev/bpf)", last)}
	}
	return fmt.Errorf("capture on %s: open(/dev/bpf): %w", name, last)
}

// Remedy is what to do about it: on Linux a line to paste.
func (e *PrivilegeError) Remedy() string { return "sudo chown $(whoami) /dev/bpf*" }

func (s *sniffer) open(name string, promiscuous bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("bpf: %v", p)
		}
	}()
	timeout := syscall.NsecToTimeval(pollEvery.Nanoseconds())
	s.dev, err = bsdbpf.NewBPFSniffer(name, &bsdbpf.Options{
		ReadBufLen: 1 << 19, Timeout: &timeout, Promisc: promiscuous, Immediate: true, PreserveLinkAddr: true,
	})
	return err
}

func (s *sniffer) batch(wait time.Duration) ([]packet, error) {
	for deadline := time.Now().Add(wait); ; {
		if s.woken.Swap(false) {
			return nil, nil
		}
		asked := time.Now()
		data, info, err := s.read()
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return nil, err
		case len(data) == 0: // the read timed out: the library hands on an empty packet
			s.quiet = asked
			if !asked.Before(deadline) {
				return nil, nil
			}
		case s.passes(data):
			s.received.Add(1)
			s.out[0] = packet{at: info.Timestamp, data: data, length: info.Length}
			return s.out[:], nil
		}
	}
}

// read reads one packet; the library panics on a header that it does not
// expect.
func (s *sniffer) read() (data []byte, info gopacket.CaptureInfo, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("bpf: %v", p)
		}
	}()
	return s.dev.ReadPacketData()
}

func (s *sniffer) passes(data []byte) bool {
	if s.filter == nil {
		return true
	}
	n, err := s.filter.Run(data)
	return err == nil && n > 0
}

func (s *sniffer) horizon() time.Time { return s.quiet.Add(-pollEvery) }

func (s *sniffer) stats() (Stats, error) { return Stats{Received: s.received.Load()}, nil }

func (s *sniffer) wake() { s.woken.Store(true) }

func (s *sniffer) close() (err error) {
	s.closing.Do(func() { err = s.dev.Close() })
	return err
}
