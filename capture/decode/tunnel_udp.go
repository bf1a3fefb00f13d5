package decode

// UDP ports of encapsulations
// (https://www.iana.org/assignments/service-names-port-numbers).
const (
	portL2TP       = 1701
	portGTPU       = 2152
	portTeredo     = 3544
	portGREinUDP   = 4754
	portVXLAN      = 4789
	portVXLANGPE   = 4790
	portGENEVE     = 6081
	portMPLSinUDP  = 6635
	portVXLANLinux = 8472 // what Linux used before 4789 was assigned, and still does unless told
)

// inUDP continues with an encapsulation that is known by its port. As Wireshark
// does, the lower port of the two is asked first: the answer of a server to a
// client that happens to use a tunnel's port is none.
func (d *Decoder) inUDP(p *Packet, src, dst uint16, off, end int) {
	const wellKnown = 1024
	low, high := min(src, dst), max(src, dst)
	if !d.tunnelOf(p, low, off, end) && (low >= wellKnown || low == 0) {
		d.tunnelOf(p, high, off, end)
	}
}

// tunnelOf reads what stands behind a UDP header whose port says so, and reports
// whether the port is a tunnel's.
func (d *Decoder) tunnelOf(p *Packet, port uint16, off, end int) bool {
	switch port {
	case portVXLAN:
		d.vxlan(p, off, end)
	case portVXLANLinux:
		// Nothing is registered for the port: nothing but the header of RFC
		// 7348 §5, its reserved bits 0, is taken for one.
		if b := p.captured(off, min(off+vxlanLen, end)); len(b) < vxlanLen || be32(b) != 0x08000000 || b[7] != 0 {
			return false
		}
		d.vxlan(p, off, end)
	case portVXLANGPE:
		d.vxlanGPE(p, off, end)
	case portGENEVE:
		d.geneve(p, off, end)
	case portGTPU:
		d.gtpU(p, off, end)
	case portTeredo:
		d.teredo(p, off, end)
	case portL2TP:
		d.l2tp(p, off, end)
	case portGREinUDP: // RFC 8086
		d.gre(p, off, end)
	case portMPLSinUDP: // RFC 7510
		d.mpls(p, off, end)
	default:
		return false
	}
	return true
}

// vxlan reads RFC 7348 §5. The I flag must be set.
func (d *Decoder) vxlan(p *Packet, off, end int) {
	if b := p.captured(off, min(off+1, end)); len(b) == 0 || b[0]&0x08 == 0 {
		return
	}
	if p.header(layerVXLAN, off, vxlanLen, end) != nil {
		d.bridged(p, off+vxlanLen, end)
	}
}

// vxlanGPE reads VXLAN with a next protocol (draft-ietf-nvo3-vxlan-gpe §3).
func (d *Decoder) vxlanGPE(p *Packet, off, end int) {
	const ipv4, ipv6, ethernet, mpls = 1, 2, 3, 5
	h := p.header(layerVXLANGPE, off, vxlanLen, end)
	if h == nil {
		return
	}
	switch off += vxlanLen; h[3] {
	case ipv4:
		d.routed(p, etherIPv4, off, end)
	case ipv6:
		d.routed(p, etherIPv6, off, end)
	case ethernet:
		d.bridged(p, off, end)
	case mpls:
		d.routed(p, etherMPLS, off, end)
	}
}

// geneve reads RFC 8926 §3.4.
func (d *Decoder) geneve(p *Packet, off, end int) {
	h := p.header(layerGENEVE, off, geneveLen, end)
	if h == nil || h[0]>>6 != 0 {
		return
	}
	length := geneveLen + int(h[0]&0x3f)*4
	if kind := be16(h[2:]); p.lengthen(layerGENEVE, off, length, end) {
		d.routed(p, kind, off+length, end)
	}
}

// gtpU reads 3GPP TS 29.281 §5: what is carried is told by its own first bits.
func (d *Decoder) gtpU(p *Packet, off, end int) {
	const gPDU, optional, extension = 255, 0x07, 0x04
	h := p.header(layerGTPU, off, gtpULen, end)
	if h == nil {
		return
	}
	flags, message, length := h[0], h[1], gtpULen
	if flags>>5 != 1 {
		return
	}
	end = min(end, off+gtpULen+int(be16(h[2:])))
	if flags&optional != 0 {
		length += 4
		if !p.lengthen(layerGTPU, off, length, end) {
			return
		}
	}
	// §5.2.1: a chain of headers, each of which ends in the type of the next.
	for flags&extension != 0 && p.data[off+length-1] != 0 {
		if !p.lengthen(layerGTPU, off, length+1, end) {
			return
		}
		n := int(p.data[off+length]) * 4
		if n == 0 {
			p.fail(Error{Layer: "GTP-U", Field: "Extension Header Length", Problem: TooSmall, Offset: off + length, Bound: 4})
			return
		}
		if length += n; !p.lengthen(layerGTPU, off, length, end) {
			return
		}
	}
	if message == gPDU {
		d.datagram(p, off+length, end)
	}
}

// teredo reads RFC 4380 §5.1.1: IPv6, perhaps behind an authentication header
// and an origin indication.
func (d *Decoder) teredo(p *Packet, off, end int) {
	const authentication, origin = 1, 0
	at := off
	for range 2 {
		b := p.captured(at, min(at+4, end))
		if len(b) < 4 || b[0] != 0 {
			break
		}
		p.Protocol = "Teredo"
		switch {
		case b[1] == authentication: // §5.1.1: identifier, value, nonce, confirmation
			at += 4 + int(b[2]) + int(b[3]) + 9
		case b[1] == origin:
			at += 8
		}
	}
	if b := p.captured(at, min(at+1, end)); len(b) == 0 || b[0]>>4 != 6 {
		return
	}
	if at > off {
		p.push(layerTeredo, off, at)
	}
	p.Protocol = "Teredo"
	d.datagram(p, at, end)
}

// l2tp reads the data messages of RFC 2661 §3.1, which carry PPP.
func (d *Decoder) l2tp(p *Packet, off, end int) {
	const control, hasLength, hasSequence, hasOffset = 0x8000, 0x4000, 0x0800, 0x0200
	h := p.header(layerL2TP, off, l2tpLen, end)
	if h == nil {
		return
	}
	flags, length := be16(h), l2tpLen
	if flags&0x0f != 2 {
		return
	}
	if flags&hasLength != 0 {
		end = min(end, off+int(be16(h[2:])))
		length += 2
	}
	if flags&hasSequence != 0 {
		length += 4
	}
	if flags&hasOffset != 0 {
		length += 2
		if !p.lengthen(layerL2TP, off, length, end) {
			return
		}
		length += int(be16(p.data[off+length-2:]))
	}
	if p.lengthen(layerL2TP, off, length, end) && flags&control == 0 && p.enter(off+length) {
		d.ppp(p, off+length, end)
	}
}
