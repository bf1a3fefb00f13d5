//go:build bench && linux

package benchtest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// blast sends datagrams to port 9999 of loopback: args are the sender's number,
// the length of a frame, how many a second (0: as fast as it can), how many. Each
// carries the sender's number and its own, from 0. Nobody reads them: what finds
// the receiver's buffer full has passed the interface.
func blast(args []string) error {
	var v [4]int
	for i := range v {
		var err error
		if v[i], err = strconv.Atoi(args[i]); err != nil {
			return err
		}
	}
	sender, frame, rate, count := v[0], v[1], v[2], v[3]
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: 9999, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return err
	}
	sink, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	if err := unix.Bind(sink, &unix.SockaddrInet4{Port: 9999, Addr: [4]byte{127, 0, 0, 1}}); err != nil && !errors.Is(err, unix.EADDRINUSE) {
		return err
	}
	batch := newBatch(frame)
	begin := time.Now()
	for sent := 0; sent < count; {
		due := count
		if rate > 0 {
			due = min(count, int(time.Since(begin).Seconds()*float64(rate)))
		}
		for sent < due {
			n, err := batch.send(fd, sender, sent, min(due-sent, len(batch.headers)))
			if err != nil {
				return fmt.Errorf("datagram %d: %w", sent, err)
			}
			sent += n
		}
	}
	return nil
}

// batch is what one sendmmsg(2) sends.
type batch struct {
	headers []mmsghdr
	octets  [][]byte
}

// mmsghdr is struct mmsghdr.
type mmsghdr struct {
	header unix.Msghdr
	length uint32
	_      [4]byte
}

func newBatch(frame int) *batch {
	const size, headers = 64, 14 + 20 + 8
	b := &batch{headers: make([]mmsghdr, size)}
	for i := range b.headers {
		octets := make([]byte, frame-headers)
		iov := &unix.Iovec{Base: &octets[0]}
		iov.SetLen(len(octets))
		b.octets = append(b.octets, octets)
		b.headers[i].header.Iov = iov
		b.headers[i].header.SetIovlen(1)
	}
	return b
}

// send sends n datagrams, numbered from first, and returns how many went. One
// that is refused, because nobody listens yet, is tried again.
func (b *batch) send(fd, sender, first, n int) (int, error) {
	for i := range n {
		binary.BigEndian.PutUint32(b.octets[i], uint32(sender))
		binary.BigEndian.PutUint32(b.octets[i][4:], uint32(first+i))
	}
	sent, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&b.headers[0])), uintptr(n), 0, 0, 0)
	switch errno {
	case 0:
		return int(sent), nil
	case unix.EAGAIN, unix.EINTR, unix.ENOBUFS, unix.ECONNREFUSED:
		return 0, nil
	}
	return 0, errno
}

// loopbackUp brings lo of this namespace up.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_LOOPBACK | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr)
}
