package decode

import (
	"encoding/binary"

	"statelab/capture"
)

// Lengths of pseudo-headers, in bytes.
const (
	pktapLen       = 108 // at least: its own first field tells
	netAnalyzerLen = 4
	preambleLen    = 8
	nflogLen       = 4
	ipnetLen       = 24
	encLen         = 12
	pflogLen       = 4 // of what is read; its first octet tells the length
)

// inside continues behind a pseudo-header with the link type that it names, one
// that has no pseudo-header itself.
func (d *Decoder) inside(p *Packet, link uint32, off, end int) {
	p.payloadEnd = end
	switch capture.LinkType(min(link, 0xffff)) {
	case capture.LinkEthernet:
		d.ethernet(p, off, end)
	case capture.LinkNull:
		d.null(p, layerNull, off, end)
	case capture.LinkLoop:
		d.null(p, layerLoop, off, end)
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpen:
		d.raw(p, off, end)
	case linkPPP:
		d.ppp(p, off, end)
	case linkWLAN:
		d.wlan(p, off, end, false)
	default:
		p.Protocol = d.name("LINKTYPE %d", uint16(min(link, 0xffff)))
	}
}

// pktap reads Apple's header: https://www.tcpdump.org/linktypes/LINKTYPE_PKTAP.html.
func (d *Decoder) pktap(p *Packet) {
	const packet, inbound, outbound = 1, 1, 2
	h := p.header(layerPKTAP, 0, pktapLen, p.wire)
	if h == nil {
		return
	}
	length, record := binary.LittleEndian.Uint32(h), binary.LittleEndian.Uint32(h[4:])
	if length < pktapLen {
		p.fail(Error{Layer: "PKTAP", Field: "length", Problem: TooSmall, Value: int(length), Bound: pktapLen})
		return
	}
	off := int(min(length, maxWire))
	if !p.lengthen(layerPKTAP, 0, off, p.wire) || record != packet {
		return
	}
	switch flags := binary.LittleEndian.Uint32(h[36:]); {
	case p.Link.Direction != capture.DirectionUnknown:
	case flags&(inbound|outbound) == inbound:
		p.Link.Direction = capture.Inbound
	case flags&(inbound|outbound) == outbound:
		p.Link.Direction = capture.Outbound
	}
	d.inside(p, binary.LittleEndian.Uint32(h[8:]), off, p.wire)
}

// netAnalyzer reads Hilscher's header, behind which a frame stands with its check
// sequence, in the transparent mode with its preamble too; or what the device saw
// on other pins: https://www.tcpdump.org/linktypes/LINKTYPE_NETANALYZER.html.
func (d *Decoder) netAnalyzer(p *Packet, transparent bool) {
	const gpio = 0x01 // of the second octet
	length := netAnalyzerLen
	if transparent {
		length += preambleLen
	}
	if h := p.header(layerNetAnalyzer, 0, length, p.wire); h != nil && h[1]&gpio == 0 {
		d.ethernet(p, length, max(p.wire-fcsLength, length))
	}
}

// nflog reads what Linux's firewall logs: attributes, of which one is the
// datagram, in the host's byte order. The first is short: that tells the order.
// https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html.
func (d *Decoder) nflog(p *Packet) {
	const ipv4, ipv6, attributeHeader, payload, typeMask = 2, 10, 4, 9, 0x3fff
	h := p.header(layerNFLOG, 0, nflogLen, p.wire)
	if h == nil {
		return
	}
	family := h[0]
	first := p.captured(nflogLen, nflogLen+2)
	var order binary.ByteOrder = binary.LittleEndian
	if len(first) == 2 && be16(first) < binary.LittleEndian.Uint16(first) {
		order = binary.BigEndian
	}
	for off := nflogLen; off+attributeHeader <= p.wire; {
		if !p.lengthen(layerNFLOG, 0, off+attributeHeader, p.wire) {
			return
		}
		n, kind := int(order.Uint16(p.data[off:])), order.Uint16(p.data[off+2:])&typeMask
		if n < attributeHeader {
			p.fail(Error{Layer: "NFLOG", Field: "TLV length", Problem: TooSmall, Offset: off, Value: n, Bound: attributeHeader})
			return
		}
		end := min(off+n, p.wire)
		if kind == payload {
			p.payloadEnd = end
			switch off += attributeHeader; family {
			case ipv4:
				d.ipv4(p, off, end)
			case ipv6:
				d.ipv6(p, off, end)
			default:
				p.Protocol = d.name("NFLOG family %d", uint16(family))
			}
			return
		}
		if off += (n + 3) &^ 3; !p.lengthen(layerNFLOG, 0, off, p.wire) {
			return
		}
	}
}

// ipnet reads Solaris's header: https://www.tcpdump.org/linktypes/LINKTYPE_IPNET.html.
func (d *Decoder) ipnet(p *Packet) {
	const ipv4, ipv6 = 2, 26
	h := p.header(layerIPNET, 0, ipnetLen, p.wire)
	switch {
	case h == nil:
	case h[1] == ipv4:
		d.ipv4(p, ipnetLen, p.wire)
	case h[1] == ipv6:
		d.ipv6(p, ipnetLen, p.wire)
	default:
		p.Protocol = d.name("AF %d", uint16(h[1]))
	}
}

// enc reads what BSD's IPsec shows of decrypted datagrams: an address family, an
// SPI, and flags.
func (d *Decoder) enc(p *Packet) {
	if h := p.header(layerENC, 0, encLen, p.wire); h != nil {
		d.family(p, addressFamily(h, layerENC), encLen, p.wire)
	}
}

// pflog reads what BSD's packet filter logs. The header's length does not count
// its padding to 4 bytes.
func (d *Decoder) pflog(p *Packet) {
	h := p.header(layerPFLOG, 0, pflogLen, p.wire)
	if h == nil {
		return
	}
	length := (int(h[0]) + 3) &^ 3
	if length < pflogLen {
		p.fail(Error{Layer: "PFLOG", Field: "length", Problem: TooSmall, Value: length, Bound: pflogLen})
		return
	}
	if p.lengthen(layerPFLOG, 0, length, p.wire) {
		d.family(p, uint32(h[1]), length, p.wire)
	}
}

// serialDirection takes the direction from a serial link type's first octet: 0
// for received, any other for sent.
func (p *Packet) serialDirection(octet byte) {
	if p.Link.Direction != capture.DirectionUnknown {
		return
	}
	p.Link.Direction = capture.Outbound
	if octet == 0 {
		p.Link.Direction = capture.Inbound
	}
}

// ring reads Token Ring (IEEE 802.5 §3.2): access and frame control, addresses,
// of which the source's first bit announces a route (IEEE 802.1D annex C), and
// LLC.
func (d *Decoder) ring(p *Packet) {
	const ringLen, llcFrame, routed, routeMask = 14, 0x40, 0x80, 0x1f
	h := p.header(layerTokenRing, 0, ringLen, p.wire)
	if h == nil || h[1]&0xc0 != llcFrame {
		return
	}
	p.Link.Dst.set6(h[2:])
	p.Link.Src.set6(h[8:])
	length := ringLen
	if h[8]&routed != 0 {
		if !p.lengthen(layerTokenRing, 0, length+2, p.wire) {
			return
		}
		length += int(p.data[length] & routeMask)
	}
	if p.lengthen(layerTokenRing, 0, length, p.wire) {
		d.llc(p, length, p.wire)
	}
}

// fddi reads ANSI X3.139: frame control, addresses, LLC.
func (d *Decoder) fddi(p *Packet) {
	const fddiLen, llcMask, llcFrame = 13, 0x70, 0x50
	h := p.header(layerFDDI, 0, fddiLen, p.wire)
	if h == nil || h[0]&llcMask != llcFrame {
		return
	}
	p.Link.Dst.set6(h[1:])
	p.Link.Src.set6(h[7:])
	d.llc(p, fddiLen, p.wire)
}

// fibreChannel reads RFC 2625 §3: two network addresses of 8 octets, LLC.
func (d *Decoder) fibreChannel(p *Packet) {
	const networkHeader = 16
	if p.header(layerFibreChannel, 0, networkHeader, p.wire) != nil {
		d.llc(p, networkHeader, p.wire)
	}
}
