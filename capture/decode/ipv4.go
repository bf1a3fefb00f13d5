package decode

import (
	"net/netip"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

const ipv4Len = 20 // without options

// ipv4 reads RFC 791 §3.1 at off, in a frame or layer that ends at end.
func (d *Decoder) ipv4(p *Packet, off, end int) {
	p.Protocol = "IPv4"
	p.push(layerIPv4, off, off+ipv4Len)
	if !p.need(layerIPv4, off, ipv4Len, end) {
		return
	}
	h := p.data[off : off+ipv4Len]
	if version := h[0] >> 4; version != 4 {
		p.fail(Error{Layer: "IPv4", Field: "Version", Problem: Wrong, Offset: off, Value: int(version)})
		return
	}
	fragment := be16(h[6:])
	ip := &p.IP
	if p.tunnels > 0 {
		*ip = IP{} // what the outer header said
	}
	ip.Version = 4
	ip.Src, ip.Dst = netip.AddrFrom4([4]byte(h[12:])), netip.AddrFrom4([4]byte(h[16:]))
	ip.Length = int(be16(h[2:]))
	ip.HeaderLen = int(h[0]&0x0f) * 4
	ip.Protocol, ip.TrafficClass, ip.TTL = h[9], h[1], h[8]
	ip.ID = uint32(be16(h[4:]))
	ip.DF, ip.More = fragment&0x4000 != 0, fragment&0x2000 != 0
	ip.FragmentOffset = int(fragment&0x1fff) * 8
	if !d.ipv4Lengths(p, off, end) {
		return
	}
	ip.Checksum = d.ipv4Checksum(p, off)
	if ip.Fragment() {
		p.Protocol = "IPv4 fragment"
		if !d.reassemble(p, off+ip.HeaderLen, ip.Protocol) {
			return
		}
	}
	d.transport(p, off+ip.HeaderLen, p.payloadEnd)
}

// ipv4Lengths settles where the header and the datagram end, and reports
// whether what follows the header can be read.
func (d *Decoder) ipv4Lengths(p *Packet, off, end int) bool {
	ip := &p.IP
	if ip.HeaderLen < ipv4Len {
		p.fail(Error{Layer: "IPv4", Field: "IHL", Problem: TooSmall, Offset: off, Value: ip.HeaderLen, Bound: ipv4Len})
		return false
	}
	if ip.Length == 0 {
		ip.Length = end - off
	}
	if ip.Length < ip.HeaderLen {
		p.fail(Error{Layer: "IPv4", Field: "Total Length", Problem: TooSmall, Offset: off + 2, Value: ip.Length, Bound: ip.HeaderLen})
		return false
	}
	if off+ip.Length > end {
		p.fail(Error{Layer: "IPv4", Field: "Total Length", Problem: TooLarge, Offset: off + 2, Value: ip.Length, Bound: end - off})
	}
	p.extend(off + ip.HeaderLen)
	p.payloadEnd = off + ip.Length
	return p.need(layerIPv4, off, ip.HeaderLen, p.payloadEnd)
}

// ipv4Checksum verifies the header checksum. A header without its length was
// left to the network card, and its checksum with it.
func (d *Decoder) ipv4Checksum(p *Packet, off int) tcpstate.Validity {
	if !d.VerifyChecksums || p.frame.Marks.Has(capture.ChecksumPending) || be16(p.data[off+2:]) == 0 {
		return tcpstate.Unverified
	}
	return validity(sum(p.data[off:off+p.IP.HeaderLen], 0))
}

// sourceRouted reports whether the datagram still has a way to go by a source
// route (RFC 791 §3.1, options 131 and 137): then its destination is not yet
// the one that the TCP checksum covers.
func sourceRouted(options []byte) bool {
	const end, nop, loose, strict = 0, 1, 131, 137
	for len(options) >= 3 {
		switch options[0] {
		case end:
			return false
		case nop:
			options = options[1:]
			continue
		case loose, strict:
			return options[2] <= options[1] // the pointer has not passed the list
		}
		if options[1] < 2 || int(options[1]) > len(options) {
			return false
		}
		options = options[options[1]:]
	}
	return false
}
