package decode

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"statelab/capture"
	"statelab/capture/tcpstate"
)

const tcpLen = 20 // without options

// tcp reads RFC 9293 §3.1 at off, in a datagram that ends at end.
func (d *Decoder) tcp(p *Packet, off, end int) {
	p.Protocol = "TCP"
	p.push(layerTCP, off, off+tcpLen)
	if !p.need(layerTCP, off, tcpLen, end) {
		return
	}
	h := p.data[off : off+tcpLen]
	headerLen := int(h[12]>>4) * 4
	if headerLen < tcpLen {
		p.fail(Error{Layer: "TCP", Field: "Data Offset", Problem: TooSmall, Offset: off + 12, Value: headerLen, Bound: tcpLen})
		return
	}
	// A datagram may claim to be longer than its frame was. What was not in the
	// frame was not on the wire here, whatever the header says: so Wireshark, too.
	sent := min(end, p.wire)
	if off+headerLen > sent {
		p.fail(Error{Layer: "TCP", Field: "Data Offset", Problem: TooLarge, Offset: off + 12, Value: headerLen, Bound: sent - off})
		return
	}
	p.extend(off + headerLen)
	p.TCP = true
	s := &p.Segment
	*s = tcpstate.Segment{} // and is filled where it lies: a literal would be copied there
	s.Time, s.Frame, s.Wire = p.frame.Time, p.frame.Number, p.frame.Wire
	s.Src, s.Dst = netip.AddrPortFrom(p.IP.Src, be16(h)), netip.AddrPortFrom(p.IP.Dst, be16(h[2:]))
	s.Seq, s.Ack = tcpstate.Seq(be32(h[4:])), tcpstate.Seq(be32(h[8:]))
	s.Flags = tcpstate.Flags(be16(h[12:]) & 0x01ff)
	s.Window, s.Urgent = be16(h[14:]), be16(h[18:])
	s.Len, s.Payload = sent-off-headerLen, p.captured(off+headerLen, sent)
	s.TTL = p.IP.TTL
	if p.IP.Version == 4 {
		s.IPID = uint16(p.IP.ID)
	}
	if headerLen > tcpLen {
		p.tcpOptions(off, off+headerLen)
	}
	if d.VerifyChecksums {
		s.Checksum = p.tcpChecksum(off, end, headerLen)
	}
}

// tcpOptions reads the options of the header in [off, end), as far as they
// were captured.
func (p *Packet) tcpOptions(off, end int) {
	raw := p.captured(off+tcpLen, end)
	wrong := readOptions(raw, off+tcpLen+len(raw) < end, &p.Segment.Options)
	switch {
	case wrong >= 0:
		at := off + tcpLen + wrong
		p.fail(Error{Layer: "TCP", Field: "Options", Problem: Wrong, Offset: at, Value: int(p.data[at])})
	case len(raw) < end-off-tcpLen:
		p.fail(Error{Layer: "TCP", Field: "Options", Problem: Cut, Offset: len(p.data), Value: len(raw), Bound: end - off - tcpLen})
	}
}

// tcpChecksum verifies the checksum of the segment in [off, end): over the
// pseudo-header, which is both addresses, the protocol number and the
// segment's length, and the segment itself (RFC 9293 §3.1, RFC 8200 §8.1). It keeps
// the payload's part of the sum.
func (p *Packet) tcpChecksum(off, end, headerLen int) tcpstate.Validity {
	if end > len(p.data) {
		return tcpstate.Unverified
	}
	payload := sum(p.data[off+headerLen:end], 0)
	p.Segment.Sum, p.Segment.Summed = fold(payload), true
	if p.frame.Marks.Has(capture.ChecksumPending) {
		return tcpstate.Unverified
	}
	var ip, addresses int // where the IP header and its addresses begin
	var addressesLen int
	switch p.IP.Version {
	case 4:
		ip = off - p.IP.HeaderLen
		addresses, addressesLen = ip+12, 8
		if be16(p.data[ip+2:]) == 0 || sourceRouted(p.data[ip+ipv4Len:off]) {
			return tcpstate.Unverified
		}
	default:
		ip = off - p.IP.HeaderLen
		addresses, addressesLen = ip+8, 32
		if p.rerouted() {
			return tcpstate.Unverified
		}
	}
	length := uint32(end - off)
	acc := uint64(bits.ReverseBytes32(length)) + uint64(bits.ReverseBytes16(protoTCP))
	acc = sum(p.data[addresses:addresses+addressesLen], acc)
	all, carry := bits.Add64(sum(p.data[off:off+headerLen], acc), payload, 0)
	whole := validity(all + carry)
	if whole == tcpstate.Invalid && binary.LittleEndian.Uint16(p.data[off+16:]) == fold(acc) {
		// The pseudo-header's sum alone: the sender left the rest to a network
		// card, and the frame was captured before it came to one, or never did,
		// as on loopback.
		return tcpstate.Unverified
	}
	return whole
}
