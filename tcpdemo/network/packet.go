package network

import (
	"encoding/binary"

	"statelab/capture"
	"statelab/capture/decode"
	"statelab/capture/tcpstate"
)

// ethernetHeader is the length of an Ethernet header, in bytes.
const ethernetHeader = 14

// EtherTypes (RFC 9542 appendix B.1).
const (
	etherTypeIPv4 = 0x0800
	etherTypeIPv6 = 0x86dd
)

// packet is what the wire looks at in a frame: the IP packet, and the segment in
// it.
type packet struct {
	ip        bool // IPv4 or IPv6, right behind the Ethernet header
	v4        bool
	df        bool // IPv4's Don't Fragment
	ipLength  int  // of the IP packet, header included, in bytes
	tcp       bool // segment is set
	segment   *tcpstate.Segment
	tcpOffset int // of the TCP header in the frame
}

// payloadOffset is where the TCP payload begins in the frame.
func (p *packet) payloadOffset(frame []byte) int {
	return p.tcpOffset + int(frame[p.tcpOffset+12]>>4)*4
}

// reader reads frames one after another.
type reader struct {
	decoder decode.Decoder
	frame   capture.Frame
	packet  decode.Packet
}

// read looks at an Ethernet frame. What it returns is valid until the next one.
// A segment whose headers or payload are cut is none.
func (r *reader) read(frame []byte) packet {
	r.frame = capture.Frame{Data: frame, Length: len(frame), Link: capture.LinkEthernet}
	r.decoder.Decode(&r.frame, &r.packet)
	p := &r.packet
	if p.IP.Version == 0 {
		return packet{}
	}
	if t := binary.BigEndian.Uint16(frame[12:]); t != etherTypeIPv4 && t != etherTypeIPv6 {
		return packet{}
	}
	return packet{
		ip:        true,
		v4:        p.IP.Version == 4,
		df:        p.IP.DF,
		ipLength:  p.IP.Length,
		tcp:       p.TCP && p.Err == nil && len(p.Segment.Payload) == p.Segment.Len,
		segment:   &p.Segment,
		tcpOffset: ethernetHeader + p.IP.HeaderLen,
	}
}
