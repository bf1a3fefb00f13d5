package decode

// maxTunnels is how deep encapsulations may stand in each other; what is deeper
// is left as payload.
const maxTunnels = 8

// maxLayersInside is more headers than one encapsulation can hold before the
// next: its own, PBB, Ethernet, LLC, SNAP, tags, IP, extension headers,
// transport, and a few.
const maxLayersInside = maxLayers / 2

// enter counts an encapsulation whose content, at off, begins with a link-layer
// or IP header again, and reports whether it may be read.
func (p *Packet) enter(off int) bool {
	if p.tunnels == maxTunnels || p.depth > maxLayers-maxLayersInside {
		p.fail(Error{Layer: p.Protocol, Field: "tunnels", Problem: TooLarge, Offset: min(off, len(p.data)), Value: maxTunnels + 1, Bound: maxTunnels})
		return false
	}
	p.tunnels++
	return true
}

// header notes a header of n bytes at off, in a layer that ends at end. It
// returns the header's bytes, nil if they are not all there.
func (p *Packet) header(kind layerKind, off, n, end int) []byte {
	p.Protocol = kind.String()
	p.payloadEnd = end
	p.push(kind, off, off+n)
	if !p.need(kind, off, n, end) {
		return nil
	}
	return p.data[off : off+n]
}

// lengthen makes the innermost header, at off, n bytes long, and reports whether
// they are all there.
func (p *Packet) lengthen(kind layerKind, off, n, end int) bool {
	p.extend(off + n)
	return p.need(kind, off, n, end)
}

// bridged continues with an Ethernet frame inside a tunnel.
func (d *Decoder) bridged(p *Packet, off, end int) {
	if p.enter(off) {
		d.ethernet(p, off, end)
	}
}

// routed continues with what an EtherType announces inside a tunnel.
func (d *Decoder) routed(p *Packet, kind uint16, off, end int) {
	if p.enter(off) {
		p.payloadEnd = end
		d.etherType(p, kind, off, end)
	}
}

// datagram continues with an IP header inside a tunnel, whose first 4 bits say
// which, and reports whether there is one.
func (d *Decoder) datagram(p *Packet, off, end int) bool {
	p.payloadEnd = end
	if !p.need(layerIP, off, 1, end) {
		return false
	}
	switch p.data[off] >> 4 {
	case 4:
		if p.enter(off) {
			d.ipv4(p, off, end)
		}
	case 6:
		if p.enter(off) {
			d.ipv6(p, off, end)
		}
	default:
		return false
	}
	return true
}

// inIP continues with an encapsulation that IP carries as its own protocol, and
// reports whether it was one.
func (d *Decoder) inIP(p *Packet, off, end int) bool {
	switch p.IP.Protocol {
	case protoIPv4: // RFC 2003
		if p.enter(off) {
			d.ipv4(p, off, end)
		}
	case protoIPv6: // RFC 2473, RFC 4213 §3
		if p.enter(off) {
			d.ipv6(p, off, end)
		}
	case protoGRE:
		d.gre(p, off, end)
	case protoEtherIP: // RFC 3378
		const version3 = 0x30
		if h := p.header(layerEtherIP, off, etherIPLen, end); h != nil && h[0]&0xf0 == version3 {
			d.bridged(p, off+etherIPLen, end)
		}
	case protoMPLS: // RFC 4023
		d.mpls(p, off, end)
	case protoEthernet: // RFC 8986 §4.9
		d.bridged(p, off, end)
	default:
		return false
	}
	return true
}

// mpls reads a label stack (RFC 3032 §2.1). Nothing in it says what follows: the
// reserved labels do (§2.1), and else the first 4 bits, which a pseudowire's
// control word keeps at 0 (RFC 4385 §3) so that it is taken for no IP.
func (d *Decoder) mpls(p *Packet, off, end int) {
	const (
		explicitNull4, explicitNull6 = 0, 2
		controlWord                  = 0
	)
	p.Protocol = "MPLS"
	p.payloadEnd = end
	p.push(layerMPLS, off, off+labelLen)
	at, label := off, uint32(0)
	for bottom := false; !bottom; at += labelLen {
		if at-off == maxLabels*labelLen {
			p.fail(Error{Layer: "MPLS", Field: "label stack", Problem: TooLarge, Offset: at, Value: maxLabels + 1, Bound: maxLabels})
			return
		}
		p.extend(at + labelLen)
		if !p.need(layerMPLS, at, labelLen, end) {
			return
		}
		entry := be32(p.data[at:])
		label, bottom = entry>>12, entry&0x100 != 0
	}
	switch {
	case label == explicitNull4:
		d.routed(p, etherIPv4, at, end)
	case label == explicitNull6:
		d.routed(p, etherIPv6, at, end)
	case d.datagram(p, at, end), at >= min(end, len(p.data)):
	case p.data[at]>>4 == controlWord:
		d.pseudowire(p, at, end)
	}
}

// pseudowire reads an Ethernet pseudowire (RFC 4448 §4.6), behind its control word
// or without one: only the two ends know. A control word has its upper 16 bits 0
// for Ethernet, as few hardware addresses have; those few are told by the type
// behind them.
func (d *Decoder) pseudowire(p *Packet, off, end int) {
	const typeAt = 12
	b := p.captured(off, min(off+controlWordLen+typeAt+2, end))
	word := len(b) < 2 || be16(b) == 0
	if word && len(b) == controlWordLen+typeAt+2 && carriesType(b[typeAt:]) && !carriesType(b[controlWordLen+typeAt:]) {
		word = false
	}
	if word {
		if p.header(layerControlWord, off, controlWordLen, end) == nil {
			return
		}
		off += controlWordLen
	}
	d.bridged(p, off, end)
}

// carriesType reports whether b begins with an EtherType that is read here.
func carriesType(b []byte) bool {
	switch be16(b) {
	case etherIPv4, etherIPv6, etherARP, etherCTag, etherSTag, etherMPLS, etherPPPoESession, etherPPPoEDiscovery:
		return true
	}
	return false
}
