package decode

import "encoding/binary"

// Frame Control of IEEE 802.11 (IEEE Std 802.11-2020 §9.2.4.1), its first octet
// the lower one.
const (
	wlanTypeShift                  = 2
	wlanManagement                 = 0
	wlanControl                    = 1
	wlanData                       = 2
	wlanNoData, wlanQoS            = 0x40, 0x80 // of the subtype
	wlanToDS, wlanFromDS           = 0x01, 0x02
	wlanMoreFragments              = 0x04
	wlanProtected, wlanHTC         = 0x40, 0x80
	wlanLen, wlanAddressLen        = 24, 6
	wlanQoSLen, wlanHTCLen         = 2, 4
	wlanAggregated                 = 0x80 // A-MSDU, in QoS Control
	subframeLen                    = 14
	radiotapLen, ppiLen, fcsLength = 8, 8, 4
)

// wlan reads an IEEE 802.11 frame. Of its kinds, data frames carry LLC (§9.3.2);
// those that are protected or fragmented are named. padded says that the
// receiver put the body on a boundary of 4 bytes.
func (d *Decoder) wlan(p *Packet, off, end int, padded bool) {
	p.Protocol = "IEEE 802.11"
	p.payloadEnd = end
	p.push(layerWLAN, off, off+2)
	if !p.need(layerWLAN, off, 2, end) {
		return
	}
	control, flags := p.data[off], p.data[off+1]
	switch kind := control >> wlanTypeShift & 3; {
	case kind == wlanManagement:
		p.Protocol = "IEEE 802.11 management"
		return
	case kind == wlanControl:
		p.Protocol = "IEEE 802.11 control"
		return
	case kind != wlanData:
		return
	}
	length := wlanLength(control, flags)
	if padded {
		length = (length + 3) &^ 3
	}
	if !p.lengthen(layerWLAN, off, length, end) {
		return
	}
	h := p.data[off : off+length]
	p.wlanAddresses(h, flags)
	fragment := h[22] & 0x0f
	switch off += length; {
	case control&wlanNoData != 0:
		p.Protocol = "IEEE 802.11 null"
	case flags&wlanProtected != 0:
		p.Protocol = "IEEE 802.11 protected"
	case fragment > 0 || flags&wlanMoreFragments != 0:
		p.Protocol = "IEEE 802.11 fragment"
	case control&wlanQoS != 0 && h[qosOffset(flags)]&wlanAggregated != 0:
		d.aggregated(p, off, end)
	default:
		d.llc(p, off, end)
	}
}

// qosOffset is where QoS Control stands: behind three or four addresses.
func qosOffset(flags byte) int {
	if flags&(wlanToDS|wlanFromDS) == wlanToDS|wlanFromDS {
		return wlanLen + wlanAddressLen
	}
	return wlanLen
}

// wlanLength is the length of a data frame's header (§9.3.2.1).
func wlanLength(control, flags byte) int {
	length := qosOffset(flags)
	if control&wlanQoS != 0 {
		length += wlanQoSLen
		if flags&wlanHTC != 0 {
			length += wlanHTCLen
		}
	}
	return length
}

// wlanAddresses takes destination and source from where the DS bits put them
// (table 9-30).
func (p *Packet) wlanAddresses(h []byte, flags byte) {
	if p.tunnels > 0 {
		return
	}
	destination, source := 4, 10
	if flags&wlanToDS != 0 {
		destination = 16
	}
	if flags&wlanFromDS != 0 {
		source = 16
		if flags&wlanToDS != 0 {
			source = wlanLen
		}
	}
	p.Link.Dst.set6(h[destination:])
	p.Link.Src.set6(h[source:])
}

// aggregated reads an A-MSDU (§9.3.2.2) of one subframe. One of several would
// need more than one segment of one frame: it is named.
func (d *Decoder) aggregated(p *Packet, off, end int) {
	p.Protocol = "IEEE 802.11 A-MSDU"
	b := p.captured(off, min(off+subframeLen, end))
	if len(b) < subframeLen {
		p.need(layerSubframe, off, subframeLen, end)
		return
	}
	length := int(be16(b[12:]))
	if off+(subframeLen+length+3)&^3+subframeLen <= end {
		return
	}
	p.push(layerSubframe, off, off+subframeLen)
	off += subframeLen
	d.llc(p, off, min(off+length, end))
}

// radiotap reads the pseudo-header of https://www.radiotap.org: of its fields
// only the flags, which are the second, behind words that say which are there.
func (d *Decoder) radiotap(p *Packet) {
	const hasTSFT, hasFlags, more = 1 << 0, 1 << 1, 1 << 31
	h := p.header(layerRadiotap, 0, radiotapLen, p.wire)
	if h == nil {
		return
	}
	length := int(binary.LittleEndian.Uint16(h[2:]))
	if length < radiotapLen {
		p.fail(Error{Layer: "radiotap", Field: "it_len", Problem: TooSmall, Offset: 2, Value: length, Bound: radiotapLen})
		return
	}
	if !p.lengthen(layerRadiotap, 0, length, p.wire) {
		return
	}
	h = p.data[:length]
	present, at := binary.LittleEndian.Uint32(h[4:]), radiotapLen
	for word := present; word&more != 0 && at+4 <= length; at += 4 {
		word = binary.LittleEndian.Uint32(h[at:])
	}
	if present&hasTSFT != 0 {
		at = (at+7)&^7 + 8
	}
	var flags byte
	if present&hasFlags != 0 && at < length {
		flags = h[at]
	}
	d.received(p, length, flags)
}

// received continues with a frame whose receiver left these radiotap flags.
func (d *Decoder) received(p *Packet, off int, flags byte) {
	const hasFCS, padded = 0x10, 0x20
	end := p.wire
	if flags&hasFCS != 0 {
		end = max(end-fcsLength, off)
	}
	d.wlan(p, off, end, flags&padded != 0)
}

// ppi reads the Per-Packet Information header of CACE: a link type, and fields of
// which one says whether a frame check sequence ends the frame.
func (d *Decoder) ppi(p *Packet) {
	const common, commonFlags, fieldHeader, hasFCS = 2, 8, 4, 1
	h := p.header(layerPPI, 0, ppiLen, p.wire)
	if h == nil {
		return
	}
	length, link := int(binary.LittleEndian.Uint16(h[2:])), binary.LittleEndian.Uint32(h[4:])
	if length < ppiLen {
		p.fail(Error{Layer: "PPI", Field: "pph_len", Problem: TooSmall, Offset: 2, Value: length, Bound: ppiLen})
		return
	}
	if !p.lengthen(layerPPI, 0, length, p.wire) {
		return
	}
	end := p.wire
	for b := p.data[ppiLen:length]; len(b) >= fieldHeader; {
		kind, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if b = b[fieldHeader:]; n > len(b) {
			break
		}
		if kind == common && n > commonFlags && b[commonFlags]&hasFCS != 0 {
			end = max(end-fcsLength, length)
		}
		b = b[n:]
	}
	d.inside(p, link, length, end)
}

// avs reads the header of the linux-wlan-ng drivers' second version, big-endian:
// https://www.tcpdump.org/linktypes/LINKTYPE_IEEE802_11_AVS.html.
func (d *Decoder) avs(p *Packet) {
	if h := p.header(layerAVS, 0, 8, p.wire); h != nil {
		d.behindMonitor(p, layerAVS, int(min(be32(h[4:]), maxWire)))
	}
}

// prism reads the header of their first version, whose length is the second
// word, in the host's byte order. Drivers also wrote AVS under its link type.
func (d *Decoder) prism(p *Packet) {
	const avsMagic = 0x80211000
	h := p.header(layerPrism, 0, 8, p.wire)
	switch {
	case h == nil:
	case be32(h)&0xfffff000 == avsMagic:
		p.depth = 0
		d.avs(p)
	default:
		d.behindMonitor(p, layerPrism, int(min(binary.LittleEndian.Uint32(h[4:]), be32(h[4:]), maxWire)))
	}
}

// behindMonitor continues behind a header of the given length.
func (d *Decoder) behindMonitor(p *Packet, kind layerKind, length int) {
	if length < 8 {
		p.fail(Error{Layer: kind.String(), Field: "length", Problem: TooSmall, Offset: 4, Value: length, Bound: 8})
		return
	}
	if p.lengthen(kind, 0, length, p.wire) {
		d.wlan(p, length, p.wire, false)
	}
}
