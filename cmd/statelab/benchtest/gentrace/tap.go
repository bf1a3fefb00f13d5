package main

import (
	"encoding/binary"
	"io"
	"math/bits"
	"time"
)

// Lengths of headers, in bytes.
const (
	recordLen   = 16
	ethernetLen = 14
	ipv4Len     = 20
	ipv6Len     = 40
	tcpLen      = 20
)

// Control bits (RFC 9293 §3.1).
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
)

// segment is what is to be put on the wire.
type segment struct {
	at       time.Duration // since the trace began
	src, dst *party
	seq, ack uint32
	flags    byte
	window   uint16
	options  []byte // a multiple of 4 bytes
	payload  [2][]byte
	ipid     uint16
}

// tap writes segments as frames of a pcap file, up to a number of them.
type tap struct {
	w    io.Writer
	left int
	err  error
	buf  []byte
}

// epoch is when the traces begin, in seconds since 1970.
const epoch = 1_700_000_000

func newTap(w io.Writer, frames int) *tap {
	t := &tap{w: w, left: frames}
	h := make([]byte, 24) // draft-ietf-opsawg-pcap §4
	le := binary.LittleEndian
	le.PutUint32(h, 0xa1b23c4d) // nanoseconds
	le.PutUint16(h[4:], 2)
	le.PutUint16(h[6:], 4)
	le.PutUint32(h[16:], 1<<18)
	le.PutUint32(h[20:], 1) // Ethernet
	_, t.err = w.Write(h)
	return t
}

// full reports whether no more frames are to be written.
func (t *tap) full() bool { return t.left <= 0 || t.err != nil }

// write writes one segment.
func (t *tap) write(s *segment) {
	if t.full() {
		return
	}
	t.left--
	n := len(s.payload[0]) + len(s.payload[1])
	length := ethernetLen + s.src.ipLen() + tcpLen + len(s.options) + n
	if cap(t.buf) < recordLen+length {
		t.buf = make([]byte, 2*(recordLen+length))
	}
	b := t.buf[:recordLen+length]
	le := binary.LittleEndian
	le.PutUint32(b, epoch+uint32(s.at/time.Second))
	le.PutUint32(b[4:], uint32(s.at%time.Second))
	le.PutUint32(b[8:], uint32(length))
	le.PutUint32(b[12:], uint32(length))
	s.encode(b[recordLen:])
	_, t.err = t.w.Write(b)
}

// encode writes the segment's frame into b, which has its length.
func (s *segment) encode(b []byte) {
	be := binary.BigEndian
	copy(b, s.dst.mac[:])
	copy(b[6:], s.src.mac[:])
	ip := b[ethernetLen:]
	segmentLen := len(ip) - s.src.ipLen()
	var sum uint64
	if s.src.v6 {
		be.PutUint16(b[12:], 0x86dd)
		be.PutUint32(ip, 6<<28)
		be.PutUint16(ip[4:], uint16(segmentLen))
		ip[6], ip[7] = 6, 60
		copy(ip[8:], s.src.ip[:])
		copy(ip[24:], s.dst.ip[:])
		sum = add(0, ip[8:40])
	} else {
		be.PutUint16(b[12:], 0x0800)
		be.PutUint16(ip, 0x4500)
		be.PutUint16(ip[2:], uint16(len(ip)))
		be.PutUint16(ip[4:], s.ipid)
		be.PutUint16(ip[6:], 0x4000) // don't fragment
		ip[8], ip[9] = 60, 6
		be.PutUint16(ip[10:], 0)
		copy(ip[12:], s.src.ip[:4])
		copy(ip[16:], s.dst.ip[:4])
		be.PutUint16(ip[10:], ^fold(add(0, ip[:ipv4Len])))
		sum = add(0, ip[12:20])
	}
	tcp := ip[s.src.ipLen():]
	be.PutUint16(tcp, s.src.port)
	be.PutUint16(tcp[2:], s.dst.port)
	be.PutUint32(tcp[4:], s.seq)
	be.PutUint32(tcp[8:], s.ack)
	tcp[12], tcp[13] = byte(tcpLen+len(s.options))/4<<4, s.flags
	be.PutUint16(tcp[14:], s.window)
	be.PutUint32(tcp[16:], 0)
	at := tcpLen + copy(tcp[tcpLen:], s.options)
	at += copy(tcp[at:], s.payload[0])
	copy(tcp[at:], s.payload[1])
	sum += 6 + uint64(segmentLen)
	be.PutUint16(tcp[16:], ^fold(add(sum, tcp)))
}

// add adds b to a ones' complement sum (RFC 1071).
func add(sum uint64, b []byte) uint64 {
	var carry uint64
	for ; len(b) >= 8; b = b[8:] {
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(b), carry)
	}
	var rest [8]byte
	copy(rest[:], b)
	sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(rest[:]), carry)
	return sum + carry
}

// fold makes 16 bits of a sum.
func fold(sum uint64) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
