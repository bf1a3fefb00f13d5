package decode

// ppp reads PPP (RFC 1661 §2) at off: perhaps behind the address and control
// octets of RFC 1662 §3.1, its protocol field perhaps compressed to one octet
// (RFC 1661 §6.5), which its lowest bit tells.
func (d *Decoder) ppp(p *Packet, off, end int) {
	const allStations, unnumbered = 0xff, 0x03
	b := p.captured(off, min(off+4, end))
	length := 1
	framed := len(b) >= 1 && b[0] == allStations && (len(b) == 1 || b[1] == unnumbered)
	if framed {
		length = 3
	}
	if len(b) >= length && b[length-1]&1 == 0 {
		length++
	}
	h := p.header(layerPPP, off, length, end)
	if h == nil {
		return
	}
	if framed {
		h = h[2:]
	}
	protocol := uint16(h[0])
	if len(h) == 2 {
		protocol = be16(h)
	}
	d.pppProtocol(p, protocol, off+length, end)
}

// pppProtocol continues with what a protocol field announces
// (https://www.iana.org/assignments/ppp-numbers).
func (d *Decoder) pppProtocol(p *Packet, protocol uint16, off, end int) {
	const ipv4, ipv6, mpls, mplsMulticast = 0x0021, 0x0057, 0x0281, 0x0283
	switch protocol {
	case ipv4:
		d.ipv4(p, off, end)
	case ipv6:
		d.ipv6(p, off, end)
	case mpls, mplsMulticast:
		d.mpls(p, off, end)
	default:
		if name, ok := pppProtocols[protocol]; ok {
			p.Protocol = name
		} else {
			p.Protocol = d.name("PPP 0x%04x", protocol)
		}
	}
}

var pppProtocols = map[uint16]string{
	0x002d: "PPP Van Jacobson compressed TCP", 0x002f: "PPP Van Jacobson uncompressed TCP", 0x003d: "PPP Multilink",
	0x00fd: "PPP compressed", 0x8021: "PPP IPCP", 0x8057: "PPP IPv6CP", 0x80fd: "PPP CCP",
	0xc021: "PPP LCP", 0xc023: "PPP PAP", 0xc025: "PPP LQR", 0xc223: "PPP CHAP",
}

// pppoe reads a session's frame (RFC 2516 §4).
func (d *Decoder) pppoe(p *Packet, off, end int) {
	const session = 0
	h := p.header(layerPPPoE, off, pppoeLen, end)
	if h == nil {
		return
	}
	code, length := h[1], int(be16(h[4:]))
	off += pppoeLen
	if off+length > end {
		p.fail(Error{Layer: "PPPoE Session", Field: "LENGTH", Problem: TooLarge, Offset: off - 2, Value: length, Bound: end - off})
		length = end - off
	}
	p.payloadEnd = off + length
	if code == session {
		d.ppp(p, off, off+length)
	}
}

// serial reads PPP in HDLC-like framing (RFC 1662), or Cisco's: LINKTYPE_PPP_HDLC
// is both, told apart by the address.
func (d *Decoder) serial(p *Packet, off int) {
	const unicast, multicast = 0x0f, 0x8f
	if b := p.captured(off, off+1); len(b) == 1 && (b[0] == unicast || b[0] == multicast) {
		d.chdlc(p, off, p.wire)
		return
	}
	d.ppp(p, off, p.wire)
}

// pppd reads LINKTYPE_PPP_PPPD, which has the direction in the place of the
// address octet.
func (d *Decoder) pppd(p *Packet) {
	if h := p.header(layerDirection, 0, 1, p.wire); h != nil {
		p.serialDirection(h[0])
		at := 1
		if b := p.captured(1, 2); len(b) == 1 && b[0] == 0x03 { // the control octet
			p.extend(2)
			at = 2
		}
		d.ppp(p, at, p.wire)
	}
}

// directed reads the octet of direction that several serial link types have
// before their own header.
func (d *Decoder) directed(p *Packet, next func(*Decoder, *Packet, int, int)) {
	if h := p.header(layerDirection, 0, 1, p.wire); h != nil {
		p.serialDirection(h[0])
		next(d, p, 1, p.wire)
	}
}

// chdlc reads Cisco HDLC: address, control, and an EtherType.
func (d *Decoder) chdlc(p *Packet, off, end int) {
	const slarp, osi = 0x8035, 0xfefe
	h := p.header(layerCHDLC, off, chdlcLen, end)
	if h == nil {
		return
	}
	switch kind := be16(h[2:]); kind {
	case slarp:
		p.Protocol = "SLARP"
	case osi:
		p.Protocol = "OSI"
	default:
		d.etherType(p, kind, off+chdlcLen, end)
	}
}

// frameRelay reads the address of Q.922 §3.2 and what RFC 2427 §3 puts behind
// it, or, where that is not there, Cisco's EtherType.
func (d *Decoder) frameRelay(p *Packet, off, end int) {
	const (
		mostOctets        = 4
		last              = 0x01 // the address extension bit
		unnumbered        = 0x03
		pad               = 0x00
		snap, ipv4, ipv6  = 0x80, 0xcc, 0x8e
		addressAndControl = 3
	)
	if h := p.header(layerFrameRelay, off, addressAndControl, end); h == nil {
		return
	}
	n := 2
	for n < mostOctets && p.data[off+n-1]&last == 0 {
		if n++; !p.lengthen(layerFrameRelay, off, n+1, end) {
			return
		}
	}
	if p.data[off+n] != unnumbered {
		if p.lengthen(layerFrameRelay, off, n+2, end) {
			d.etherType(p, be16(p.data[off+n:]), off+n+2, end)
		}
		return
	}
	n++
	if b := p.captured(off+n, min(off+n+1, end)); len(b) == 1 && b[0] == pad {
		n++
	}
	if !p.lengthen(layerFrameRelay, off, n+1, end) {
		return
	}
	switch nlpid := p.data[off+n]; nlpid {
	case ipv4:
		d.ipv4(p, off+n+1, end)
	case ipv6:
		d.ipv6(p, off+n+1, end)
	case snap:
		d.snap(p, off+n+1, end)
	default:
		p.Protocol = d.name("NLPID 0x%02x", uint16(nlpid))
	}
}
