package decode

// Protocol numbers (https://www.iana.org/assignments/protocol-numbers).
const (
	protoICMPv4 = 1
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58
)

// Lengths of headers, in bytes.
const (
	udpLen  = 8
	icmpLen = 8
	arpLen  = 8 // without the addresses
)

// transport continues with what an IP datagram carries, in [off, end). A
// tunnel's inner datagram would be read by calling ipv4, ipv6 or etherType
// again from here.
func (d *Decoder) transport(p *Packet, off, end int) {
	switch p.IP.Protocol {
	case protoTCP:
		d.tcp(p, off, end)
	case protoUDP:
		d.udp(p, off, end)
	case protoICMPv4:
		p.icmp(layerICMPv4, off, end)
	case protoICMPv6:
		p.icmp(layerICMPv6, off, end)
	default:
		if name, ok := transports[p.IP.Protocol]; ok {
			p.Protocol = name
		} else {
			p.Protocol = d.name("IP protocol %d", uint16(p.IP.Protocol))
		}
	}
}

// transports names what is recognised and not read.
var transports = map[uint8]string{
	2: "IGMP", 4: "IP-in-IP", 33: "DCCP", 41: "IPv6-in-IP", 47: "GRE", 50: "ESP", 51: "AH", 59: "IPv6 no next header",
	88: "EIGRP", 89: "OSPF", 97: "EtherIP", 103: "PIM", 112: "VRRP", 115: "L2TP", 132: "SCTP", 136: "UDP-Lite", 137: "MPLS-in-IP",
}

// udp reads RFC 768, and names the tunnels that are known by their port.
func (d *Decoder) udp(p *Packet, off, end int) {
	const vxlan, vxlanLinux, geneve, gtpU = 4789, 8472, 6081, 2152
	p.Protocol = "UDP"
	p.push(layerUDP, off, off+udpLen)
	if !p.need(layerUDP, off, udpLen, end) {
		return
	}
	// A length of 0 is that of a jumbogram (RFC 2675 §4), or left to the
	// network card.
	switch length := int(be16(p.data[off+4:])); {
	case length == 0:
	case length < udpLen:
		p.fail(Error{Layer: "UDP", Field: "Length", Problem: TooSmall, Offset: off + 4, Value: length, Bound: udpLen})
		return
	case off+length > end:
		p.fail(Error{Layer: "UDP", Field: "Length", Problem: TooLarge, Offset: off + 4, Value: length, Bound: end - off})
	default:
		p.payloadEnd = off + length
	}
	switch be16(p.data[off+2:]) {
	case vxlan, vxlanLinux:
		// RFC 7348 §5: the I flag must be set.
		if b := p.captured(off+udpLen, p.payloadEnd); len(b) > 0 && b[0]&0x08 != 0 {
			p.Protocol = "VXLAN"
		}
	case geneve:
		p.Protocol = "GENEVE"
	case gtpU:
		p.Protocol = "GTP-U"
	}
}

// icmp notes an ICMP message (RFC 792, RFC 4443 §2.1). Its header is 8 octets
// in every message that statelab reads.
func (p *Packet) icmp(kind layerKind, off, end int) {
	p.Protocol = kind.String()
	p.push(kind, off, off+icmpLen)
	p.need(kind, off, icmpLen, end)
}

// arp notes an ARP packet (RFC 826) or RARP packet (RFC 903).
func (d *Decoder) arp(p *Packet, name string, off, end int) {
	p.Protocol = name
	p.push(layerARP, off, off+arpLen)
	if !p.need(layerARP, off, arpLen, end) {
		return
	}
	length := arpLen + 2*int(p.data[off+4]) + 2*int(p.data[off+5])
	p.extend(off + length)
	p.payloadEnd = min(off+length, end)
	p.need(layerARP, off, length, end)
}
