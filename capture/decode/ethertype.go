package decode

// EtherTypes (https://www.iana.org/assignments/ieee-802-numbers). Values up to
// maxLength8023 are lengths.
const (
	maxLength8023 = 1500
	minEtherType  = 0x0600

	etherIPv4           = 0x0800
	etherARP            = 0x0806
	etherRARP           = 0x8035
	etherCTag           = 0x8100 // IEEE 802.1Q customer tag
	etherIPv6           = 0x86dd
	etherMPLS           = 0x8847
	etherMPLSUpstream   = 0x8848
	etherPPPoEDiscovery = 0x8863
	etherPPPoESession   = 0x8864
	etherSTag           = 0x88a8 // IEEE 802.1ad service tag
	etherQinQ           = 0x9100 // the service tag's number before 802.1ad
	etherITag           = 0x88e7 // IEEE 802.1ah backbone service instance tag
)

// etherType continues with what an EtherType announces, in [off, end).
func (d *Decoder) etherType(p *Packet, kind uint16, off, end int) {
	for kind == etherCTag || kind == etherSTag || kind == etherQinQ {
		p.Protocol = "IEEE 802.1Q"
		if p.Link.Tags == maxTags {
			p.fail(Error{Layer: "IEEE 802.1Q", Field: "tags", Problem: TooLarge, Offset: min(off, len(p.data)), Value: maxTags + 1, Bound: maxTags})
			return
		}
		p.push(layerVLAN, off, off+tagLen)
		if !p.need(layerVLAN, off, tagLen, end) {
			return
		}
		if p.Link.Tags == 0 {
			p.Link.VLAN = be16(p.data[off:]) & 0x0fff
		}
		p.Link.Tags++
		kind = be16(p.data[off+2:])
		off += tagLen
	}
	if kind <= maxLength8023 {
		d.length8023(p, int(kind), off, end)
		return
	}
	if p.tunnels == 0 {
		p.Link.EtherType = kind
	}
	p.payloadEnd = end
	switch kind {
	case etherIPv4:
		d.ipv4(p, off, end)
	case etherIPv6:
		d.ipv6(p, off, end)
	case etherARP:
		d.arp(p, "ARP", off, end)
	case etherRARP:
		d.arp(p, "RARP", off, end)
	case etherMPLS, etherMPLSUpstream:
		d.mpls(p, off, end)
	case etherPPPoEDiscovery:
		p.Protocol = "PPPoE Discovery"
	case etherPPPoESession:
		d.pppoe(p, off, end)
	case etherTEB:
		d.bridged(p, off, end)
	case etherPPP:
		d.ppp(p, off, end)
	case etherITag: // IEEE 802.1Q §9.7: the addresses of the customer's frame follow
		if p.header(layerPBB, off, itagLen, end) != nil {
			d.bridged(p, off+itagLen, end)
		}
	default:
		p.Protocol = d.name("ETHERNET 0x%04x", kind)
	}
}

// length8023 continues with an LLC frame of the given length; what follows it
// is padding.
func (d *Decoder) length8023(p *Packet, length, off, end int) {
	if off+length > end {
		p.fail(Error{Layer: "IEEE 802.3", Field: "Length", Problem: TooLarge, Offset: off - 2, Value: length, Bound: end - off})
	}
	d.llc(p, off, min(off+length, end))
}

// llc reads IEEE 802.2, and the SNAP header that brings an EtherType to it
// (RFC 1042).
func (d *Decoder) llc(p *Packet, off, end int) {
	const snapSAP, unnumbered = 0xaa, 0x03
	p.Protocol = "LLC"
	p.payloadEnd = end
	p.push(layerLLC, off, off+llcLen)
	if !p.need(layerLLC, off, llcLen, end) {
		return
	}
	dsap, ssap, control := p.data[off], p.data[off+1], p.data[off+2]
	off += llcLen
	if dsap != snapSAP || ssap != snapSAP || control != unnumbered {
		p.Protocol = d.name("LLC 0x%02x", uint16(dsap))
		return
	}
	d.snap(p, off, end)
}

// snap reads the header of RFC 1042.
func (d *Decoder) snap(p *Packet, off, end int) {
	p.Protocol = "SNAP"
	p.payloadEnd = end
	p.push(layerSNAP, off, off+snapLen)
	if !p.need(layerSNAP, off, snapLen, end) {
		return
	}
	kind := be16(p.data[off+3:])
	if organization := be32(p.data[off:]) >> 8; organization != 0 || kind < minEtherType {
		p.Protocol = d.name("SNAP 0x%04x", kind)
		return
	}
	d.etherType(p, kind, off+snapLen, end)
}
