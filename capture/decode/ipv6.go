package decode

import "net/netip"

const (
	ipv6Len      = 40
	extensionLen = 8 // the least length of an extension header
)

// Next Header values of extension headers
// (https://www.iana.org/assignments/ipv6-parameters).
const (
	nextHopByHop    = 0
	nextRouting     = 43
	nextFragment    = 44
	nextAH          = 51
	nextNone        = 59
	nextDestination = 60
	nextMobility    = 135
	nextHIP         = 139
	nextShim6       = 140
)

// ipv6 reads RFC 8200 §3 at off, in a frame or layer that ends at end.
func (d *Decoder) ipv6(p *Packet, off, end int) {
	p.Protocol = "IPv6"
	p.push(layerIPv6, off, off+ipv6Len)
	if !p.need(layerIPv6, off, ipv6Len, end) {
		return
	}
	h := p.data[off : off+ipv6Len]
	if version := h[0] >> 4; version != 6 {
		p.fail(Error{Layer: "IPv6", Field: "Version", Problem: Wrong, Offset: off, Value: int(version)})
		return
	}
	ip := &p.IP
	if p.tunnels > 0 {
		*ip = IP{} // what the outer header said
	}
	ip.Version = 6
	ip.Src, ip.Dst = netip.AddrFrom16([16]byte(h[8:])), netip.AddrFrom16([16]byte(h[24:]))
	ip.Length = ipv6Len + int(be16(h[4:]))
	ip.HeaderLen = ipv6Len
	ip.Protocol, ip.TrafficClass, ip.TTL = h[6], uint8(be16(h)>>4), h[7]
	if ip.Length == ipv6Len && ip.Protocol != nextNone {
		ip.Length = end - off // a jumbogram (RFC 2675), or left to the network card
	}
	if off+ip.Length > end {
		p.fail(Error{Layer: "IPv6", Field: "Payload Length", Problem: TooLarge, Offset: off + 4, Value: ip.Length - ipv6Len, Bound: end - off - ipv6Len})
	}
	p.payloadEnd = off + ip.Length
	if ip.Protocol == protoTCP {
		d.tcp(p, off+ipv6Len, p.payloadEnd)
		return
	}
	d.extensions(p, off)
}

// extensions walks the chain of extension headers (RFC 8200 §4) of the
// datagram at off, to what it carries.
func (d *Decoder) extensions(p *Packet, off int) {
	for range maxExtensions + 1 {
		at := off + p.IP.HeaderLen
		kind := extensionKind(p.IP.Protocol)
		if kind == layerNone {
			d.transport(p, at, p.payloadEnd)
			return
		}
		p.Protocol = kind.String()
		if !d.extension(p, kind, at) {
			return
		}
		if kind == layerFragment && p.IP.Fragment() { // what follows is spread over several
			p.Protocol = "IPv6 fragment"
			if !d.reassemble(p, off+p.IP.HeaderLen, p.IP.Protocol) {
				return
			}
		}
	}
	at := min(off+p.IP.HeaderLen, len(p.data))
	p.fail(Error{Layer: "IPv6", Field: "extension headers", Problem: TooLarge, Offset: at, Value: maxExtensions + 1, Bound: maxExtensions})
}

func extensionKind(next uint8) layerKind {
	switch next {
	case nextHopByHop:
		return layerHopByHop
	case nextRouting:
		return layerRouting
	case nextFragment:
		return layerFragment
	case nextAH:
		return layerAH
	case nextDestination:
		return layerDestination
	case nextMobility, nextHIP, nextShim6:
		return layerExtension
	}
	return layerNone
}

// extension reads one extension header and reports whether the walk can go on
// behind it.
func (d *Decoder) extension(p *Packet, kind layerKind, at int) bool {
	p.push(kind, at, at+extensionLen)
	if !p.need(kind, at, extensionLen, p.payloadEnd) {
		return false
	}
	h := p.data[at : at+extensionLen]
	length := extensionLen
	switch kind {
	case layerFragment: // RFC 8200 §4.5; its length is fixed
		p.IP.FragmentOffset = int(be16(h[2:]) &^ 7)
		p.IP.More = h[3]&1 != 0
		p.IP.ID = be32(h[4:])
	case layerAH: // RFC 4302 §2.2: in units of 4 octets, minus 2
		length = (int(h[1]) + 2) * 4
	default: // in units of 8 octets, the first not counted
		length = (int(h[1]) + 1) * 8
	}
	if length < extensionLen || at+length > p.payloadEnd {
		p.fail(Error{Layer: kind.String(), Field: "Hdr Ext Len", Problem: TooLarge, Offset: at + 1, Value: length, Bound: p.payloadEnd - at})
		return false
	}
	p.extend(at + length)
	p.IP.Protocol = h[0]
	p.IP.HeaderLen += length
	return true
}

// rerouted reports whether a routing header still has segments left (RFC 8200
// §4.4): then the destination is not yet the one that the TCP checksum covers
// (§8.1).
func (p *Packet) rerouted() bool {
	for i := p.depth - 1; i >= 0 && p.layers[i].kind != layerIPv6; i-- {
		if l := p.layers[i]; l.kind == layerRouting && p.data[l.off+3] != 0 {
			return true
		}
	}
	return false
}
