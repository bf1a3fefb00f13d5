package decode

import "statelab/capture"

// Field is a named range of bits of a frame.
type Field struct {
	// Name is the standard's own term: "Source Port", "Data Offset", "SYN". It
	// is the Layer's name for a whole header, "Payload" for what follows the
	// innermost header, "Padding" for what follows that.
	Name string
	// Layer is the protocol whose header the field is in: "Ethernet II",
	// "IPv4", "TCP".
	Layer string
	// Depth is how deep the field lies: 0 for a whole header, payload or
	// padding, more for what is inside the nearest field before it of a lesser
	// depth.
	Depth int
	// BitOffset counts from the frame's first bit, the most significant of its
	// first byte. BitLength is at least 1.
	BitOffset, BitLength int
	// Missing is how many more bits the field has that were not captured.
	Missing int
	// Value is the content, where it can be said in short: "443", "0x0800
	// (IPv4)", "SYN, ACK". It is empty for headers, payload and padding, and
	// where bits are Missing. It holds printable characters only.
	Value string
}

// Fields spells out a frame for a byte view. The fields come in the order of
// the frame; one that has parts is followed by them. Fields of Depth 0 cover
// every captured byte once, and the parts of a field cover it once.
func Fields(f *capture.Frame) []Field {
	var (
		d Decoder
		p Packet
	)
	d.Decode(f, &p)
	s := speller{data: f.Data}
	end := 0
	for _, l := range p.layers[:p.depth] {
		l.end = min(l.end, p.payloadEnd)
		if s.open(l.kind.String(), l.kind.String(), l.off, l.end) {
			s.header(l.kind)
			s.rest("Data")
			s.close()
		}
		end = max(end, l.end)
	}
	s.leaf("Payload", p.innermost().kind, end, p.payloadEnd)
	s.leaf("Padding", p.outermost().kind, max(end, p.payloadEnd), len(f.Data))
	return s.fields
}

// header spells out the parts of one header.
func (s *speller) header(kind layerKind) {
	switch kind {
	case layerEthernet, layer8023:
		s.ethernet(kind)
	case layerVLAN:
		s.vlan()
	case layerLLC:
		s.llc()
	case layerSNAP:
		s.snap()
	case layerSLL:
		s.sll()
	case layerSLL2:
		s.sll2()
	case layerNull, layerLoop:
		s.null(kind)
	case layerIPv4:
		s.ipv4()
	case layerIPv6:
		s.ipv6()
	case layerHopByHop, layerDestination, layerRouting, layerFragment, layerAH, layerExtension:
		s.extension(kind)
	case layerARP:
		s.arp()
	case layerICMPv4, layerICMPv6:
		s.icmp(kind)
	case layerUDP:
		s.udp()
	case layerTCP:
		s.tcp()
	default:
		if !s.encapsulation(kind) {
			s.otherLink(kind)
		}
	}
}
