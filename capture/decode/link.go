package decode

import (
	"encoding/binary"

	"statelab/capture"
)

// Lengths of the link layers' headers, in bytes.
const (
	ethernetLen = 14
	tagLen      = 4
	llcLen      = 3
	snapLen     = 5
	familyLen   = 4
	sllLen      = 16
	sll2Len     = 20
)

// link begins the walk, as the frame's link type says.
func (d *Decoder) link(p *Packet) {
	switch p.frame.Link {
	case capture.LinkEthernet:
		d.ethernet(p, 0, p.wire)
	case capture.LinkSLL:
		d.sll(p)
	case capture.LinkSLL2:
		d.sll2(p)
	case capture.LinkNull:
		d.null(p, layerNull, 0, p.wire)
	case capture.LinkLoop:
		d.null(p, layerLoop, 0, p.wire)
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpen:
		d.raw(p, 0, p.wire)
	case capture.LinkIPv4:
		d.ipv4(p, 0, p.wire)
	case capture.LinkIPv6:
		d.ipv6(p, 0, p.wire)
	default:
		d.rareLink(p)
	}
}

// rareLink reads the link types that few traces have.
func (d *Decoder) rareLink(p *Packet) {
	switch uint16(p.frame.Link) {
	case linkPPP:
		d.ppp(p, 0, p.wire)
	case linkPPPHDLC:
		d.serial(p, 0)
	case linkPPPEther:
		d.pppoe(p, 0, p.wire)
	case linkPPPD:
		d.pppd(p)
	case linkPPPWithDir:
		d.directed(p, (*Decoder).ppp)
	case linkCHDLC:
		d.chdlc(p, 0, p.wire)
	case linkCHDLCWithDir:
		d.directed(p, (*Decoder).chdlc)
	case linkFrameRelay:
		d.frameRelay(p, 0, p.wire)
	case linkFrameRelayWithDir:
		d.directed(p, (*Decoder).frameRelay)
	case linkMPLS:
		d.mpls(p, 0, p.wire)
	case linkTokenRing:
		d.ring(p)
	case linkFDDI:
		d.fddi(p)
	case linkIPFC:
		d.fibreChannel(p)
	case linkATM:
		d.llc(p, 0, p.wire)
	default:
		d.pseudoLink(p)
	}
}

// pseudoLink reads the link types that have something of the capturing system's
// before the frame.
func (d *Decoder) pseudoLink(p *Packet) {
	switch uint16(p.frame.Link) {
	case linkWLAN:
		d.wlan(p, 0, p.wire, false)
	case linkRadiotap:
		d.radiotap(p)
	case linkPPI:
		d.ppi(p)
	case linkAVS:
		d.avs(p)
	case linkPrism:
		d.prism(p)
	case linkPKTAP:
		d.pktap(p)
	case linkNetAnalyzer:
		d.netAnalyzer(p, false)
	case linkNetAnalyzerTransparent:
		d.netAnalyzer(p, true)
	case linkNFLOG:
		d.nflog(p)
	case linkIPNET:
		d.ipnet(p)
	case linkENC:
		d.enc(p)
	case linkPFLOG:
		d.pflog(p)
	default:
		p.Protocol = d.name("LINKTYPE %d", uint16(p.frame.Link))
	}
}

// ethernet reads IEEE 802.3 §3.2 at off: two addresses, then a type, or, below
// 1536, the length of an LLC frame. The addresses of a frame inside a tunnel are
// not the link's.
func (d *Decoder) ethernet(p *Packet, off, end int) {
	p.Protocol = "ETHERNET"
	p.payloadEnd = end
	p.push(layerEthernet, off, off+ethernetLen)
	if !p.need(layerEthernet, off, ethernetLen, end) {
		return
	}
	h := p.data[off : off+ethernetLen]
	if p.tunnels == 0 {
		p.Link.Dst.set6(h)
		p.Link.Src.set6(h[6:])
	}
	kind := be16(h[12:])
	if kind <= maxLength8023 {
		p.layers[p.depth-1].kind = layer8023
	}
	d.etherType(p, kind, off+ethernetLen, end)
}

// sll reads the Linux cooked header: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html.
func (d *Decoder) sll(p *Packet) {
	p.Protocol = "LINUX_SLL"
	p.push(layerSLL, 0, sllLen)
	if !p.need(layerSLL, 0, sllLen, p.wire) {
		return
	}
	p.Link.Src = hardwareAddr(p.data[6:14], int(be16(p.data[4:])))
	p.cookedDirection(be16(p.data))
	d.cooked(p, be16(p.data[2:]), be16(p.data[14:]), sllLen)
}

// sll2 reads its second version: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html.
func (d *Decoder) sll2(p *Packet) {
	p.Protocol = "LINUX_SLL2"
	p.push(layerSLL2, 0, sll2Len)
	if !p.need(layerSLL2, 0, sll2Len, p.wire) {
		return
	}
	p.Link.Src = hardwareAddr(p.data[12:20], int(p.data[11]))
	p.cookedDirection(uint16(p.data[10]))
	d.cooked(p, be16(p.data[8:]), be16(p.data), sll2Len)
}

// cooked continues after a cooked header. For some kinds of device (ARPHRD_…)
// the protocol field is no EtherType.
func (d *Decoder) cooked(p *Packet, device, protocol uint16, off int) {
	const (
		netlink = 824    // ARPHRD_NETLINK
		llc     = 0x0004 // LINUX_SLL_P_802_2
	)
	switch {
	case device == netlink:
		p.Protocol = "NETLINK"
	case protocol == llc:
		d.llc(p, off, p.wire)
	case protocol < minEtherType:
		p.Protocol = d.name("LINUX_SLL 0x%04x", protocol)
	default:
		d.etherType(p, protocol, off, p.wire)
	}
}

// cookedDirection takes the direction from a cooked header's packet type: to
// us, or sent by us; what was sent between others tells nothing.
func (p *Packet) cookedDirection(packetType uint16) {
	const toUs, broadcast, multicast, byUs = 0, 1, 2, 4
	if p.Link.Direction != capture.DirectionUnknown {
		return
	}
	switch packetType {
	case toUs, broadcast, multicast:
		p.Link.Direction = capture.Inbound
	case byUs:
		p.Link.Direction = capture.Outbound
	}
}

// null reads the BSD loopback header at off: an address family of 4 octets, in
// the capturing host's byte order (NULL) or in network byte order (LOOP).
func (d *Decoder) null(p *Packet, kind layerKind, off, end int) {
	p.Protocol = kind.protocol()
	p.payloadEnd = end
	p.push(kind, off, off+familyLen)
	if p.need(kind, off, familyLen, end) {
		d.family(p, addressFamily(p.data[off:], kind), off+familyLen, end)
	}
}

// family continues with what an address family announces. What is larger than
// any of them is an EtherType, as some systems write.
func (d *Decoder) family(p *Packet, family uint32, off, end int) {
	switch family {
	case 2:
		d.ipv4(p, off, end)
	case 10, 23, 24, 28, 30: // AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS
		d.ipv6(p, off, end)
	default:
		if family >= minEtherType && family <= 0xffff {
			d.etherType(p, uint16(family), off, end)
			return
		}
		p.Protocol = d.name("AF %d", uint16(min(family, 0xffff)))
	}
}

// addressFamily reads the family. Families are small numbers: a host of the
// other byte order shows itself by a number that fills the upper half.
func addressFamily(b []byte, kind layerKind) uint32 {
	little, big := binary.LittleEndian.Uint32(b), be32(b)
	if kind == layerLoop || little > 0xffff {
		return big
	}
	return little
}

// raw reads a frame that begins with an IP header; its first 4 bits say which.
func (d *Decoder) raw(p *Packet, off, end int) {
	p.Protocol = "IP"
	p.payloadEnd = end
	if !p.need(layerIP, off, 1, end) {
		return
	}
	switch version := p.data[off] >> 4; version {
	case 4:
		d.ipv4(p, off, end)
	case 6:
		d.ipv6(p, off, end)
	default:
		p.fail(Error{Layer: "IP", Field: "Version", Problem: Wrong, Offset: off, Value: int(version)})
	}
}
