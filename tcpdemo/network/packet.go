package network

import (
	"net/netip"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"statelab/capture/tcpstate"
)

// ethernetHeader is the length of an Ethernet header, in bytes.
const ethernetHeader = 14

// packet is what the wire looks at in a frame: where the IP packet is, and the
// segment in it.
type packet struct {
	ip       bool // IPv4 or IPv6
	v4       bool
	df       bool // IPv4's Don't Fragment
	ipLength int  // of the IP packet, header included, in bytes

	tcp       bool // segment is set
	segment   tcpstate.Segment
	tcpOffset int // of the TCP header in the frame
}

// payloadOffset is where the TCP payload begins in the frame.
func (p *packet) payloadOffset(frame []byte) int {
	return p.tcpOffset + int(frame[p.tcpOffset+12]>>4)*4
}

// reader reads frames one after another, without garbage.
type reader struct {
	eth    layers.Ethernet
	ip4    layers.IPv4
	ip6    layers.IPv6
	tcp    layers.TCP
	parser *gopacket.DecodingLayerParser
	found  []gopacket.LayerType
}

func newReader() *reader {
	r := &reader{}
	r.parser = gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &r.eth, &r.ip4, &r.ip6, &r.tcp)
	r.parser.IgnoreUnsupported = true
	return r
}

// read looks at an Ethernet frame. Headers that are cut or malformed are as if
// they were not there.
func (r *reader) read(frame []byte) packet {
	var p packet
	_ = r.parser.DecodeLayers(frame, &r.found) // what was read before an error stays usable
	var src, dst netip.Addr
	for _, layer := range r.found {
		switch layer {
		case layers.LayerTypeIPv4:
			p.ip, p.v4 = true, true
			p.df = r.ip4.Flags&layers.IPv4DontFragment != 0
			p.ipLength = int(r.ip4.Length)
			p.tcpOffset = ethernetHeader + int(r.ip4.IHL)*4
			src, _ = netip.AddrFromSlice(r.ip4.SrcIP)
			dst, _ = netip.AddrFromSlice(r.ip4.DstIP)
		case layers.LayerTypeIPv6:
			p.ip = true
			p.ipLength = 40 + int(r.ip6.Length) // RFC 8200 §3: the header's 40 octets do not count
			p.tcpOffset = len(frame) - len(r.ip6.Payload)
			src, _ = netip.AddrFromSlice(r.ip6.SrcIP)
			dst, _ = netip.AddrFromSlice(r.ip6.DstIP)
		case layers.LayerTypeTCP:
			p.tcp = true
			p.segment = r.segment(src, dst)
		}
	}
	return p
}

func (r *reader) segment(src, dst netip.Addr) tcpstate.Segment {
	t := &r.tcp
	s := tcpstate.Segment{
		Src: netip.AddrPortFrom(src, uint16(t.SrcPort)), Dst: netip.AddrPortFrom(dst, uint16(t.DstPort)),
		Seq: tcpstate.Seq(t.Seq), Ack: tcpstate.Seq(t.Ack), Window: t.Window,
		Payload: t.Payload, Len: len(t.Payload),
	}
	for _, f := range []struct {
		set bool
		bit tcpstate.Flags
	}{{t.FIN, tcpstate.FIN}, {t.SYN, tcpstate.SYN}, {t.RST, tcpstate.RST}, {t.PSH, tcpstate.PSH}, {t.ACK, tcpstate.ACK}} {
		if f.set {
			s.Flags |= f.bit
		}
	}
	return s
}
