package decode

// EtherTypes that GRE carries beside the usual ones.
const (
	etherTEB       = 0x6558 // transparent Ethernet bridging (RFC 1701; NVGRE, RFC 7637 §3.2)
	etherPPP       = 0x880b // RFC 2637 §4.1
	etherERSPAN    = 0x88be // types I and II
	etherERSPANIII = 0x22eb
)

// gre reads RFC 2784 §2, with the key and sequence number of RFC 2890, and
// version 1, PPTP's (RFC 2637 §4.1).
func (d *Decoder) gre(p *Packet, off, end int) {
	const checksum, routing, key, sequence, acknowledgment = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080
	h := p.header(layerGRE, off, greLen, end)
	if h == nil {
		return
	}
	flags, kind := be16(h), be16(h[2:])
	version, length := flags&7, greLen
	for _, bit := range []uint16{checksum | routing, key, sequence} {
		if flags&bit != 0 {
			length += 4
		}
	}
	if version == 1 && flags&acknowledgment != 0 {
		length += 4
	}
	if !p.lengthen(layerGRE, off, length, end) || version > 1 || flags&routing != 0 {
		return // RFC 1701's source routes are long gone
	}
	switch off += length; {
	case version == 1 && kind != etherPPP:
	case kind == etherERSPAN && flags&sequence == 0: // type I has no header of its own
		d.bridged(p, off, end)
	case kind == etherERSPAN, kind == etherERSPANIII:
		d.erspan(p, off, end)
	default:
		d.routed(p, kind, off, end)
	}
}

// erspan reads Cisco's mirrored frames, types II and III
// (draft-foschiano-erspan §4).
func (d *Decoder) erspan(p *Packet, off, end int) {
	const typeII, typeIII = 1, 2
	h := p.header(layerERSPAN, off, erspanIILen, end)
	if h == nil {
		return
	}
	length := erspanIILen
	switch h[0] >> 4 {
	case typeII:
	case typeIII:
		length = erspanIIILen
		if !p.lengthen(layerERSPAN, off, length, end) {
			return
		}
		if p.data[off+erspanIIILen-1]&1 != 0 { // O: a subheader for the platform
			length += erspanPlatformLen
		}
	default:
		return
	}
	if p.lengthen(layerERSPAN, off, length, end) {
		d.bridged(p, off+length, end)
	}
}
