package tcpdemo

import (
	"encoding/binary"
	"net/netip"

	"statelab/capture/tcpstate"
)

// crafted is a segment that no stack sends: a lesson puts it on a wire of
// statelab's own.
type crafted struct {
	from, to netip.AddrPort // IPv4
	// card is the last octet of the sender's Ethernet address.
	card  byte
	seq   uint32
	flags tcpstate.Flags
}

// Offsets in an Ethernet frame that carries IPv4 and TCP without options.
const (
	ipAt    = 14
	tcpAt   = ipAt + 20
	frameOf = tcpAt + 20
)

// serverCard is the last octet of the server's Ethernet address, clientCard the
// client's.
const clientCard, serverCard = 1, 2

// frame returns the segment towards the server, in Ethernet, IPv4 (RFC 791 §3.1)
// and TCP (RFC 9293 §3.1).
func (c crafted) frame() []byte {
	b := make([]byte, frameOf)
	copy(b, []byte{2, 0, 0, 0, 0, serverCard, 2, 0, 0, 0, 0, c.card, 0x08, 0x00})
	ip, tcp := b[ipAt:tcpAt], b[tcpAt:]
	ip[0] = 4<<4 | 5 // version 4, a header of five words
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)+len(tcp)))
	ip[8], ip[9] = 64, 6 // time to live; TCP
	copy(ip[12:], c.from.Addr().AsSlice())
	copy(ip[16:], c.to.Addr().AsSlice())
	binary.BigEndian.PutUint16(ip[10:], ^sum(0, ip))

	binary.BigEndian.PutUint16(tcp[0:], c.from.Port())
	binary.BigEndian.PutUint16(tcp[2:], c.to.Port())
	binary.BigEndian.PutUint32(tcp[4:], c.seq)
	binary.BigEndian.PutUint16(tcp[12:], 5<<12|uint16(c.flags)) // a header of five words
	binary.BigEndian.PutUint16(tcp[14:], 1024)                  // window
	pseudo := sum(sum(uint16(len(tcp)), []byte{0, 6}), ip[12:20])
	binary.BigEndian.PutUint16(tcp[16:], ^sum(pseudo, tcp))
	return b
}

// sum is the Internet checksum's sum of 16-bit words, in ones' complement
// (RFC 1071). The number of octets is even.
func sum(start uint16, b []byte) uint16 {
	s := uint32(start)
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(binary.BigEndian.Uint16(b))
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
