package decode

import "encoding/binary"

// otherLink spells out the link layers other than Ethernet, and the
// pseudo-headers.
func (s *speller) otherLink(kind layerKind) {
	switch kind {
	case layerCHDLC:
		s.num("Address", 8, hex8)
		s.num("Control", 8, hex8)
		s.num("Protocol Code", 16, etherTypeValue)
	case layerFrameRelay:
		s.frameRelay()
	case layerTokenRing:
		s.num("Access Control", 8, hex8)
		s.addresses("Routing Information")
	case layerFDDI:
		s.addresses("Data")
	case layerFibreChannel:
		s.octets("Destination Network Address", 8, hardwareValue)
		s.octets("Source Network Address", 8, hardwareValue)
	case layerWLAN:
		s.wlan()
	case layerSubframe: // IEEE Std 802.11-2020 §9.3.2.2.2
		s.octets("DA", 6, hardwareValue)
		s.octets("SA", 6, hardwareValue)
		s.num("Length", 16, decimal)
	case layerRadiotap:
		s.num("it_version", 8, decimal)
		s.num("it_pad", 8, decimal)
		s.little("it_len", 2, decimal)
		s.little("it_present", 4, hex32)
		s.rest("Fields")
	case layerPPI:
		s.num("pph_version", 8, decimal)
		s.num("pph_flags", 8, hex8)
		s.little("pph_len", 2, decimal)
		s.little("pph_dlt", 4, decimal)
		s.rest("Fields")
	case layerDirection:
		s.num("Direction", 8, decimal)
		s.num("Control", 8, hex8)
	default:
		s.pseudoHeader(kind)
	}
}

// pseudoHeader spells out what capturing systems put before a frame.
func (s *speller) pseudoHeader(kind layerKind) {
	switch kind {
	case layerAVS:
		s.num("version", 32, hex32)
		s.num("length", 32, decimal)
		s.rest("Fields")
	case layerPrism:
		s.little("msgcode", 4, hex32)
		s.little("msglen", 4, decimal)
		s.rest("Fields")
	case layerNetAnalyzer:
		s.little("Header", netAnalyzerLen, hex32)
		s.rest("Preamble")
	case layerPKTAP:
		s.little("Length", 4, decimal)
		s.little("Record Type", 4, decimal)
		s.little("Link Type", 4, decimal)
		s.octets("Interface Name", 24, hexValue)
		s.little("Flags", 4, hex32)
		s.rest("Fields")
	case layerNFLOG:
		s.num("Address Family", 8, decimal)
		s.num("Version", 8, decimal)
		s.num("Resource ID", 16, decimal)
		s.rest("Attributes")
	case layerIPNET:
		s.num("Version", 8, decimal)
		s.num("Address Family", 8, decimal)
		s.num("Hook Type", 16, decimal)
		s.num("Packet Length", 32, decimal)
		s.num("Interface Index", 32, decimal)
		s.num("Group Interface Index", 32, decimal)
		s.num("Source Zone", 32, decimal)
		s.num("Destination Zone", 32, decimal)
	case layerENC:
		s.octets("Address Family", familyLen, func(b []byte) string { return decimal(uint64(addressFamily(b, layerENC))) })
		s.num("SPI", 32, hex32)
		s.num("Flags", 32, hex32)
	case layerPFLOG:
		s.num("Length", 8, decimal)
		s.num("Address Family", 8, decimal)
		s.num("Action", 8, decimal)
		s.num("Reason", 8, decimal)
		s.rest("Fields")
	default: // the rest is one field
	}
}

// addresses spells out frame control and two addresses, which Token Ring and
// FDDI share.
func (s *speller) addresses(rest string) {
	s.num("Frame Control", 8, hex8)
	s.octets("Destination Address", 6, hardwareValue)
	s.octets("Source Address", 6, hardwareValue)
	s.rest(rest)
}

// frameRelay: Q.922 §3.2, RFC 2427 §3.
func (s *speller) frameRelay() {
	n := 0
	for n < 4 && s.left() > 8*n {
		n++
		if n > 1 && s.data[s.at/8+n-1]&1 != 0 {
			break
		}
	}
	s.octets("Address", n, hexValue)
	if s.left() >= 8 && s.data[s.at/8] == 0x03 {
		s.num("Control", 8, hex8)
		if s.scope().full-s.at > 8 {
			s.num("Pad", 8, hex8)
		}
		s.num("NLPID", 8, hex8)
		return
	}
	s.num("Protocol Type", 16, etherTypeValue)
}

// wlan: IEEE Std 802.11-2020 §9.2.3, §9.2.4.1. Its first octet holds the lower
// bits of Frame Control.
func (s *speller) wlan() {
	control, _ := s.peek16()
	s.num("Subtype", 4, decimal)
	s.num("Type", 2, decimal)
	s.num("Protocol Version", 2, decimal)
	s.flags("Flags", "+HTC", "Protected Frame", "More Data", "Power Management", "Retry", "More Fragments", "From DS", "To DS")
	if control>>8>>wlanTypeShift&3 != wlanData {
		return
	}
	s.little("Duration", 2, decimal)
	s.octets("Address 1", 6, hardwareValue)
	s.octets("Address 2", 6, hardwareValue)
	s.octets("Address 3", 6, hardwareValue)
	s.octets("Sequence Control", 2, func(b []byte) string {
		v := uint64(binary.LittleEndian.Uint16(b))
		return "sequence " + decimal(v>>4) + ", fragment " + decimal(v&15)
	})
	if control&(wlanToDS|wlanFromDS) == wlanToDS|wlanFromDS {
		s.octets("Address 4", 6, hardwareValue)
	}
	if control>>8&wlanQoS != 0 {
		s.little("QoS Control", 2, hex16)
		if control&wlanHTC != 0 {
			s.little("HT Control", 4, hex32)
		}
	}
	s.rest("Pad")
}

// little writes down a number of n octets, the least significant first.
func (s *speller) little(name string, n int, format func(uint64) string) {
	s.octets(name, n, func(b []byte) string {
		var v uint64
		for i, octet := range b {
			v |= uint64(octet) << (8 * i)
		}
		return format(v)
	})
}
