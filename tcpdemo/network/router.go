package network

import (
	"encoding/binary"
	"net"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

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
		if data := fragmentationNeeded(t.Data, r.MTU, d.link.Router.AsSlice()); data != nil {
			d.dec.Replies = append(d.dec.Replies, Reply{Dir: t.Dir.Back(), After: d.link.Delay, Data: data, Rule: r.text})
		}
	}
	return false
}

// fragmentationNeeded is the ICMP message "destination unreachable, fragmentation
// needed and DF set" (type 3, code 4) in answer to an IPv4 frame: the next hop's
// MTU, then the header and the first 8 octets of payload (RFC 792, RFC 1191 §4).
func fragmentationNeeded(frame []byte, mtu int, router net.IP) []byte {
	eth, ip := layers.Ethernet{}, layers.IPv4{}
	if eth.DecodeFromBytes(frame, gopacket.NilDecodeFeedback) != nil || ip.DecodeFromBytes(eth.Payload, gopacket.NilDecodeFeedback) != nil {
		return nil
	}
	quote := eth.Payload[:min(int(ip.IHL)*4+8, len(eth.Payload))]
	out := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(out, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		&layers.Ethernet{SrcMAC: eth.DstMAC, DstMAC: eth.SrcMAC, EthernetType: layers.EthernetTypeIPv4},
		&layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolICMPv4, SrcIP: router, DstIP: ip.SrcIP},
		// gopacket names the second word of the header for echo: here its low
		// half is the MTU.
		&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4CodeFragmentationNeeded), Seq: uint16(mtu)},
		gopacket.Payload(quote))
	if err != nil {
		return nil
	}
	return out.Bytes()
}

// Offsets in an Ethernet frame with an IPv4 packet.
const (
	totalLength    = ethernetHeader + 2
	fragmentField  = ethernetHeader + 6
	headerChecksum = ethernetHeader + 10
)

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
