package decode

// Protocol numbers (https://www.iana.org/assignments/protocol-numbers).
const (
	protoICMPv4   = 1
	protoIPv4     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41
	protoGRE      = 47
	protoICMPv6   = 58
	protoEtherIP  = 97
	protoMPLS     = 137
	protoEthernet = 143
)

// Lengths of headers, in bytes.
const (
	udpLen  = 8
	icmpLen = 8
	arpLen  = 8 // without the addresses

	labelLen          = 4 // of an MPLS label stack entry
	controlWordLen    = 4
	itagLen           = 4
	pppoeLen          = 6
	chdlcLen          = 4
	etherIPLen        = 2
	greLen            = 4 // without options
	erspanIILen       = 8
	erspanIIILen      = 12
	erspanPlatformLen = 8
	vxlanLen          = 8
	geneveLen         = 8 // without options
	gtpULen           = 8 // without options
	l2tpLen           = 6 // without options
)

// transport continues with what an IP datagram carries, in [off, end).
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
		if d.inIP(p, off, end) {
			return
		}
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

// udp reads RFC 768, and goes on into encapsulations.
func (d *Decoder) udp(p *Packet, off, end int) {
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
	d.inUDP(p, be16(p.data[off:]), be16(p.data[off+2:]), off+udpLen, p.payloadEnd)
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
