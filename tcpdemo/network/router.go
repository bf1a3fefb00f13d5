package network

import (
	"encoding/binary"
	"net/netip"

	"statelab/capture/trace"
)

// squeeze is the router in front of a link that is too narrow for the packet.
// IPv4 without Don't Fragment is fragmented (RFC 791 §3.2); with it the packet
// is dropped, and the sender told the next hop's MTU (RFC 1191 §4). IPv6 is
// dropped in silence: a black hole. It reports whether the packet goes on.
func (d *Decider) squeeze(t *transit, r *ruling) bool {
	if t.v4 && !t.df && fragment(t.Data, r.MTU) != nil {
		if t.mtu == 0 || r.MTU < t.mtu {
			t.mtu = r.MTU
		}
		return true
	}
	d.verdict(t, r, trace.TooBig, 0, 0)
	if t.v4 && t.df {
		if data := fragmentationNeeded(t.Data, r.MTU, d.link.Router); data != nil {
			d.dec.Replies = append(d.dec.Replies, Reply{Dir: t.Dir.Back(), After: d.link.Delay, Data: data, Rule: r.text})
		}
	}
	return false
}

// fragmentationNeeded is the ICMP message "destination unreachable, fragmentation
// needed and DF set" (type 3, code 4) in answer to an IPv4 frame: the next hop's
// MTU, then the header and the first 8 octets of payload (RFC 792, RFC 1191 §4). It
// returns nil for a frame that has not so much, and where the router's address is
// not IPv4.
func fragmentationNeeded(frame []byte, mtu int, router netip.Addr) []byte {
	const icmpHeader = 8
	if len(frame) < ethernetHeader+ipv4Header || binary.BigEndian.Uint16(frame[12:]) != etherTypeIPv4 || !router.Is4() {
		return nil
	}
	quoted := int(frame[ethernetHeader]&0x0f)*4 + 8
	if len(frame) < ethernetHeader+quoted {
		return nil
	}
	out := make([]byte, ethernetHeader+ipv4Header+icmpHeader, ethernetHeader+ipv4Header+icmpHeader+quoted)
	out = append(out, frame[ethernetHeader:ethernetHeader+quoted]...)
	copy(out, frame[6:12]) // back to where it came from
	copy(out[6:], frame[:6])
	binary.BigEndian.PutUint16(out[12:], etherTypeIPv4)

	ip, from := out[ethernetHeader:ethernetHeader+ipv4Header], router.As4()
	ip[0] = 0x45 // version 4, a header of 5 words
	binary.BigEndian.PutUint16(out[totalLength:], uint16(len(out)-ethernetHeader))
	ip[8], ip[9] = 64, 1 // time to live; ICMP
	copy(ip[12:], from[:])
	copy(ip[16:], frame[sourceAddress:sourceAddress+4])
	binary.BigEndian.PutUint16(out[headerChecksum:], checksum(ip))

	icmp := out[ethernetHeader+ipv4Header:]
	icmp[0], icmp[1] = 3, 4
	binary.BigEndian.PutUint16(icmp[6:], uint16(mtu))
	binary.BigEndian.PutUint16(icmp[2:], checksum(icmp))
	return out
}

// Offsets in an Ethernet frame with an IPv4 packet.
const (
	totalLength    = ethernetHeader + 2
	fragmentField  = ethernetHeader + 6
	headerChecksum = ethernetHeader + 10
	sourceAddress  = ethernetHeader + 12
)

// ipv4Header is the length of an IPv4 header without options, in bytes.
const ipv4Header = 20

// moreFragments is the flag MF; the low 13 bits of its field count 8 octets
// (RFC 791 §3.1).
const moreFragments = 0x2000

// fragment cuts an IPv4 frame into pieces whose IP packets fit in mtu bytes. It
// returns nil for a frame that it cannot cut. Options are copied into each
// piece, as RFC 791 allows for those that are rare enough.
func fragment(frame []byte, mtu int) [][]byte {
	header := ethernetHeader + int(frame[ethernetHeader]&0x0f)*4
	end := ethernetHeader + int(binary.BigEndian.Uint16(frame[totalLength:]))
	step := (mtu - (header - ethernetHeader)) / 8 * 8
	field := binary.BigEndian.Uint16(frame[fragmentField:])
	const offsetBits = 0x1fff
	if end > len(frame) || header >= end || step <= 0 || int(field&offsetBits)*8+end-header > 65535 {
		return nil
	}
	var pieces [][]byte
	for at := header; at < end; at += step {
		to := min(at+step, end)
		piece := append(append(make([]byte, 0, header+to-at), frame[:header]...), frame[at:to]...)
		flags := field + uint16((at-header)/8)
		if to < end {
			flags |= moreFragments
		}
		binary.BigEndian.PutUint16(piece[totalLength:], uint16(len(piece)-ethernetHeader))
		binary.BigEndian.PutUint16(piece[fragmentField:], flags)
		binary.BigEndian.PutUint16(piece[headerChecksum:], 0)
		binary.BigEndian.PutUint16(piece[headerChecksum:], checksum(piece[ethernetHeader:header]))
		pieces = append(pieces, piece)
	}
	return pieces
}

// checksum is the Internet checksum of b, whose length is even (RFC 1071 §1).
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
